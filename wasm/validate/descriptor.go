package validate

import "weft/wasm"

// The instructions of the proposal custom descriptors. What describes an object is, for most of them, the last operand:
// an exact reference where the object is to be of exactly a type, because an object with the descriptor of a subtype is
// one of the subtype.

// newStructType returns the structure type of which struct.new makes objects without a descriptor.
func (b *body) newStructType() (*wasm.CompType, error) {
	t, err := b.structType()
	if err == nil && t.Descriptor.Given {
		err = invalid("type with descriptor requires descriptor allocation: type %d", b.in.Index)
	}
	return t, err
}

// popNewDescriptor takes the descriptor of a new object.
func (b *body) popNewDescriptor() (*wasm.CompType, error) {
	t, err := b.structType()
	if err != nil {
		return nil, err
	}
	if !t.Descriptor.Given {
		return nil, invalid("type without descriptor requires non-descriptor allocation: type %d", b.in.Index)
	}
	_, err = b.pop(wasm.ValType{Kind: wasm.KindRef, Nullable: true, Exact: true, Heap: t.Descriptor.Type})
	return t, err
}

func (b *body) structNewDesc() error {
	t, err := b.popNewDescriptor()
	if err != nil {
		return err
	}
	return b.structOf(t)
}

func (b *body) structNewDefaultDesc() error {
	t, err := b.popNewDescriptor()
	if err != nil {
		return err
	}
	return b.defaultStruct(t)
}

// refGetDesc gives an exact reference if the object is known to be of exactly the type.
func (b *body) refGetDesc() error {
	t, err := lookUp(b.comps, b.in.Index, "type")
	if err != nil {
		return err
	}
	descriptor := (*t).Descriptor
	if !descriptor.Given {
		return invalid("type without descriptor: ref.get_desc of type %d", b.in.Index)
	}
	want := b.ref(b.in.Index)
	found, err := b.pop(want)
	if err != nil {
		return err
	}
	want.Exact = true
	result := wasm.Ref(descriptor.Type)
	result.Exact = b.set.IsValSubtype(found, want)
	return b.push(result)
}

// popCastDescriptor takes what the descriptor of an object is compared with, to cast it to a type.
func (b *body) popCastDescriptor(target wasm.ValType) error {
	if !target.Heap.IsIndex() {
		return invalid("type %s does not have a descriptor", target.Heap)
	}
	descriptor := b.set.Comp(wasm.TypeID(target.Heap)).Descriptor
	if !descriptor.Given {
		return invalid("type %s does not have a descriptor", b.original(target).Heap)
	}
	_, err := b.pop(wasm.ValType{Kind: wasm.KindRef, Nullable: true, Exact: target.Exact, Heap: descriptor.Type})
	return err
}

func (b *body) refCastDescEq() error {
	target, operand, err := b.castTarget(b.in.Ref)
	if err != nil {
		return err
	}
	if err := b.popCastDescriptor(target); err != nil {
		return err
	}
	if _, err := b.pop(operand); err != nil {
		return err
	}
	return b.push(target)
}

// brOnCastDescEq is the rule of both branches on casts by a descriptor.
func (b *body) brOnCastDescEq() error {
	source, target, err := b.castTypes()
	if err != nil {
		return err
	}
	if err := b.popCastDescriptor(target); err != nil {
		return err
	}
	return b.branchOnCast(source, target, b.in.Op == wasm.OpBrOnCastDescEqFail)
}
