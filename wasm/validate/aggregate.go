package validate

import "weft/wasm"

// structType returns the structure type of the current instruction.
func (b *body) structType() (*wasm.CompType, error) {
	return b.compAt(b.in.Index, wasm.CompStruct, "structure")
}

// arrayType returns the type of the elements of an array type.
func (b *body) arrayType(index uint32) (wasm.FieldType, error) {
	t, err := b.compAt(index, wasm.CompArray, "array")
	if err != nil {
		return wasm.FieldType{}, err
	}
	return t.Fields[0], nil
}

// mutableArray returns the type of the elements of an array that is written.
func (b *body) mutableArray(index uint32) (wasm.FieldType, error) {
	f, err := b.arrayType(index)
	if err == nil && !f.Mutable {
		err = invalid("immutable array: type %d", index)
	}
	return f, err
}

// pushNew leaves a new object of the current instruction's type.
func (b *body) pushNew() error { return b.push(b.newRef(b.in.Index)) }

// ref returns the nullable reference to a type index.
func (b *body) ref(index uint32) wasm.ValType { return wasm.RefNull(b.typeRef(index)) }

func (b *body) structNew() error {
	t, err := b.newStructType()
	if err != nil {
		return err
	}
	return b.structOf(t)
}

// structOf takes the values of all fields and leaves a new struct.
func (b *body) structOf(t *wasm.CompType) error {
	for i := range t.Fields {
		if _, err := b.pop(t.Fields[len(t.Fields)-1-i].Type.Unpacked()); err != nil {
			return err
		}
	}
	return b.pushNew()
}

func (b *body) structNewDefault() error {
	t, err := b.newStructType()
	if err != nil {
		return err
	}
	return b.defaultStruct(t)
}

// defaultStruct leaves a new struct of zeros and nulls.
func (b *body) defaultStruct(t *wasm.CompType) error {
	for i, f := range t.Fields {
		if !f.Type.HasDefault() {
			return invalid("type mismatch: field %d of type %s has no default value", i, b.str(f.Type))
		}
	}
	return b.pushNew()
}

func (b *body) fieldType() (wasm.FieldType, error) {
	t, err := b.structType()
	if err != nil {
		return wasm.FieldType{}, err
	}
	f, err := lookUp(t.Fields, b.in.Index2, "field")
	if err != nil {
		return wasm.FieldType{}, err
	}
	return *f, nil
}

// access checks that packed fields, and only those, are read with a sign.
func (b *body) access(f wasm.FieldType, signed bool) error {
	if f.Type.IsPacked() != signed {
		return invalid("type mismatch: %s cannot read a field of type %s", b.in.Op, b.str(f.Type))
	}
	return nil
}

func (b *body) structGet() error       { return b.structRead(false) }
func (b *body) structGetPacked() error { return b.structRead(true) }

func (b *body) structRead(signed bool) error {
	f, err := b.fieldType()
	if err != nil {
		return err
	}
	if err := b.access(f, signed); err != nil {
		return err
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	return b.push(f.Type.Unpacked())
}

func (b *body) structSet() error {
	f, err := b.fieldType()
	if err != nil {
		return err
	}
	if !f.Mutable {
		return invalid("immutable field %d of type %d", b.in.Index2, b.in.Index)
	}
	return b.popAll([]wasm.ValType{b.ref(b.in.Index), f.Type.Unpacked()})
}

func (b *body) arrayNew() error {
	f, err := b.arrayType(b.in.Index)
	if err != nil {
		return err
	}
	if err := b.popAll([]wasm.ValType{f.Type.Unpacked(), wasm.I32}); err != nil {
		return err
	}
	return b.pushNew()
}

func (b *body) arrayNewDefault() error {
	f, err := b.arrayType(b.in.Index)
	if err != nil {
		return err
	}
	if !f.Type.HasDefault() {
		return invalid("type mismatch: elements of type %s have no default value", b.str(f.Type))
	}
	if _, err := b.pop(wasm.I32); err != nil {
		return err
	}
	return b.pushNew()
}

// arrayNewFixed takes as many operands as the instruction says; in unreachable
// code they need not be there, so that their number costs nothing.
func (b *body) arrayNewFixed() error {
	f, err := b.arrayType(b.in.Index)
	if err != nil {
		return err
	}
	if b.in.Index2 > wasm.MaxFixedArray {
		return wasm.Errorf(wasm.Limit, "too many elements: array.new_fixed supports %d, found %d", wasm.MaxFixedArray, b.in.Index2)
	}
	for i := uint32(0); i < b.in.Index2; i++ {
		if b.available() == 0 && b.top().unreachable {
			break
		}
		if _, err := b.pop(f.Type.Unpacked()); err != nil {
			return err
		}
	}
	return b.pushNew()
}

// numeric checks that an array can be made from bytes.
func numeric(f wasm.FieldType) error {
	if f.Type.IsRef() {
		return invalid("array type is not numeric or vector")
	}
	return nil
}

// segment checks the segment that an array is filled from: data for numbers,
// elements for references.
func (b *body) segment(f wasm.FieldType) error {
	if b.in.Op.Info().Imm == wasm.ImmTypeData {
		if err := numeric(f); err != nil {
			return err
		}
		return b.dataAt(b.in.Index2)
	}
	elem, err := b.elemAt(b.in.Index2)
	if err != nil {
		return err
	}
	if !b.set.IsValSubtype(elem, f.Type) {
		return invalid("type mismatch: element segment %d of type %s does not match array elements of type %s",
			b.in.Index2, b.str(elem), b.str(f.Type))
	}
	return nil
}

func (b *body) arrayNewSegment() error {
	f, err := b.arrayType(b.in.Index)
	if err != nil {
		return err
	}
	if err := b.segment(f); err != nil {
		return err
	}
	if err := b.popAll([]wasm.ValType{wasm.I32, wasm.I32}); err != nil {
		return err
	}
	return b.pushNew()
}

func (b *body) arrayInit() error {
	f, err := b.mutableArray(b.in.Index)
	if err != nil {
		return err
	}
	if err := b.segment(f); err != nil {
		return err
	}
	return b.popAll([]wasm.ValType{b.ref(b.in.Index), wasm.I32, wasm.I32, wasm.I32})
}

func (b *body) arrayGet() error       { return b.arrayRead(false) }
func (b *body) arrayGetPacked() error { return b.arrayRead(true) }

func (b *body) arrayRead(signed bool) error {
	f, err := b.arrayType(b.in.Index)
	if err != nil {
		return err
	}
	if err := b.access(f, signed); err != nil {
		return err
	}
	if err := b.popAll([]wasm.ValType{b.ref(b.in.Index), wasm.I32}); err != nil {
		return err
	}
	return b.push(f.Type.Unpacked())
}

func (b *body) arraySet() error {
	f, err := b.mutableArray(b.in.Index)
	if err != nil {
		return err
	}
	return b.popAll([]wasm.ValType{b.ref(b.in.Index), wasm.I32, f.Type.Unpacked()})
}

func (b *body) arrayLen() error {
	if _, err := b.pop(wasm.RefNull(wasm.HeapArray)); err != nil {
		return err
	}
	return b.push(wasm.I32)
}

func (b *body) arrayFill() error {
	f, err := b.mutableArray(b.in.Index)
	if err != nil {
		return err
	}
	return b.popAll([]wasm.ValType{b.ref(b.in.Index), wasm.I32, f.Type.Unpacked(), wasm.I32})
}

func (b *body) arrayCopy() error {
	to, err := b.mutableArray(b.in.Index)
	if err != nil {
		return err
	}
	from, err := b.arrayType(b.in.Index2)
	if err != nil {
		return err
	}
	if !b.set.IsValSubtype(from.Type, to.Type) {
		return invalid("array types do not match: elements of type %s cannot be copied to elements of type %s",
			b.str(from.Type), b.str(to.Type))
	}
	return b.popAll([]wasm.ValType{b.ref(b.in.Index), wasm.I32, b.ref(b.in.Index2), wasm.I32, wasm.I32})
}
