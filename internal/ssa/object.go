package ssa

import (
	"math/bits"
	"slices"

	"weft/wasm"
)

// Structs and arrays. Parts are accessed by their offsets, after checks for null and of
// indices. Objects whose size is known, and which are not large, are made inline: OpAlloc takes
// room, OpSetPart fills it, all of it that is ever read, and OpCommit makes it an object.
// Until then nobody knows of it, so an interruption in between does no harm. Arrays of other
// lengths are made by OpNewArray (array.go). Everything else is left to builtins.

// object builds an instruction on structs, arrays or i31, or a cast.
func (b *Builder) object() {
	in := &b.in
	switch in.Op {
	case wasm.OpStructNew, wasm.OpStructNewDefault:
		b.structNew(nil)
	case wasm.OpStructNewDesc, wasm.OpStructNewDefaultDesc:
		b.structNewDesc()
	case wasm.OpRefGetDesc:
		b.refGetDesc()
	case wasm.OpStructGet, wasm.OpStructGetS, wasm.OpStructGetU:
		ref := b.pop()
		b.checkNull(ref, wasm.TrapNullStruct)
		b.getPart(ref, b.layout().Offsets[in.Index2], b.fields()[in.Index2], in.Op == wasm.OpStructGetS)
	case wasm.OpStructSet:
		value, ref := b.pop(), b.pop()
		b.checkNull(ref, wasm.TrapNullStruct)
		b.setPart(ref, b.layout().Offsets[in.Index2], b.fields()[in.Index2].Type, value)

	case wasm.OpArrayNew, wasm.OpArrayNewDefault:
		b.arrayNew()
	case wasm.OpArrayNewFixed:
		b.arrayNewFixed()
	case wasm.OpArrayNewData:
		b.arrayNewSegment(ArrayNewData)
	case wasm.OpArrayNewElem:
		b.arrayNewSegment(ArrayNewElem)
	case wasm.OpArrayGet, wasm.OpArrayGetS, wasm.OpArrayGetU:
		index, ref := b.pop(), b.pop()
		b.getPart(b.arrayElement(ref, index), b.layout().Offsets[0], b.fields()[0], in.Op == wasm.OpArrayGetS)
	case wasm.OpArraySet:
		value, index, ref := b.pop(), b.pop(), b.pop()
		b.setPart(b.arrayElement(ref, index), b.layout().Offsets[0], b.fields()[0].Type, value)
	case wasm.OpArrayLen:
		ref := b.pop()
		b.checkNull(ref, wasm.TrapNullArray)
		b.push(b.arrayLen(ref))
	case wasm.OpArrayFill:
		n, value, at, ref := b.pop(), b.pop(), b.pop(), b.pop()
		b.checkNull(ref, wasm.TrapNullArray)
		b.variadic(ArrayFill, ref, at, n, b.bitsOf(value))
	case wasm.OpArrayCopy:
		n, from, src, at, dst := b.pop(), b.pop(), b.pop(), b.pop(), b.pop()
		b.checkNull(dst, wasm.TrapNullArray)
		b.checkNull(src, wasm.TrapNullArray)
		b.builtin(ArrayCopy, dst, at, src, from, n)
	case wasm.OpArrayInitData:
		b.arrayInit(ArrayInitData)
	case wasm.OpArrayInitElem:
		b.arrayInit(ArrayInitElem)

	case wasm.OpRefI31:
		shifted := b.add(OpShl, I32, 0, b.pop(), b.constant(I32, 1))
		v := b.widen(b.add(OpOr, I32, 0, shifted, b.constant(I32, 1)))
		v.Ref = NotNull
		b.push(v)
	case wasm.OpI31GetS:
		b.i31Get(OpShrS)
	case wasm.OpI31GetU:
		b.i31Get(OpShrU)
	case wasm.OpAnyConvertExtern, wasm.OpExternConvertAny:
		// The representation is the same.

	case wasm.OpRefTest, wasm.OpRefTestNull:
		b.refTest()
	case wasm.OpRefCast, wasm.OpRefCastNull:
		b.refCast()
	case wasm.OpBrOnCast, wasm.OpBrOnCastFail:
		b.branchOnCast()
	case wasm.OpRefCastDescEq, wasm.OpRefCastDescEqNull:
		b.refCastDescEq()
	case wasm.OpBrOnCastDescEq, wasm.OpBrOnCastDescEqFail:
		b.branchOnCastDescEq()
	default:
		b.unsupportedHere()
	}
}

// layout and fields are those of the type that the instruction names.
func (b *Builder) layout() *ObjectLayout    { return &b.env.Objects.Layouts[b.in.Index] }
func (b *Builder) fields() []wasm.FieldType { return b.env.Module.Types[b.in.Index].Comp.Fields }

// checkNull traps if a reference may be null, as far as is known, and is.
func (b *Builder) checkNull(ref *Value, code wasm.TrapCode) {
	if ref.Ref&NotNull == 0 && !slices.Contains(b.notNull, ref) {
		b.nullCheck(ref, code)
	}
}

// partOf returns how a part of an object is accessed.
func (b *Builder) partOf(t wasm.ValType, signed bool) (Type, Mem) {
	sign := Mem(1)
	if signed {
		sign = 0
	}
	switch t.Kind {
	case wasm.KindI8:
		return I32, Mem8S + sign
	case wasm.KindI16:
		return I32, Mem16S + sign
	}
	typ := TypeOf(t)
	switch typ.Size() {
	case 4:
		return typ, Mem32U
	case 16:
		return typ, Mem128
	}
	return typ, Mem64
}

// getPart pushes a part of an object.
func (b *Builder) getPart(pointer *Value, offset int64, f wasm.FieldType, signed bool) {
	typ, mem := b.partOf(f.Type, signed)
	op := OpPartFixed
	if f.Mutable {
		op = OpPart
	}
	v := b.add(op, typ, offset, pointer)
	v.Mem = mem
	b.pushTyped(v, f.Type)
}

// setPart sets a part of an object.
func (b *Builder) setPart(pointer *Value, offset int64, t wasm.ValType, value *Value) {
	_, mem := b.partOf(t, false)
	b.setBytes(pointer, offset, mem, value)
}

func (b *Builder) setBytes(pointer *Value, offset int64, mem Mem, value *Value) {
	b.add(OpSetPart, Void, offset, pointer, value).Mem = mem
}

// typeID returns the identity of a type of the module.
func (b *Builder) typeID(typeIndex uint32) *Value {
	return b.shared(OpGetInvariant, I32, b.env.TypeID(typeIndex), b.instance)
}

// alloc returns room for an object of the type that the instruction names, whose type and length have
// been written, or zeros for the latter; ok is false if it is too large for that.
func (b *Builder) alloc(size uint64, length uint32) (obj *Value, class int64, ok bool) {
	c, ok := b.env.Objects.Class(size)
	if !ok {
		return nil, 0, false
	}
	obj = b.add(OpAlloc, I64, int64(c))
	obj.Ref = b.newFacts()
	b.setBytes(obj, objectType, Mem64, b.widen(b.typeID(b.in.Index)))
	if length != 0 {
		b.setBytes(obj, objectLen, Mem32U, b.constant(I32, uint64(length)))
	}
	return obj, int64(c), true
}

func (b *Builder) commit(obj *Value, class int64) { b.add(OpCommit, Void, class, obj) }

// maxZeroed is the size up to which structs are filled with zeros inline.
const maxZeroed = 256

// structNew builds the instructions that make structs; those of a type that has descriptors have the one that is given.
func (b *Builder) structNew(descriptor *Value) {
	layout, fields := b.layout(), b.fields()
	var values []*Value
	if b.in.Op == wasm.OpStructNew || b.in.Op == wasm.OpStructNewDesc {
		values = b.popN(len(fields))
	}
	var obj *Value
	var class int64
	inline := values != nil || layout.Size <= maxZeroed
	if inline {
		obj, class, inline = b.alloc(layout.Size, 0)
	}
	if !inline {
		obj = b.builtin(StructNew, b.number(b.in.Index))
		obj.Ref = b.newFacts()
	}
	switch {
	case values != nil:
		for i, v := range values {
			b.setPart(obj, layout.Offsets[i], fields[i].Type, v)
		}
	case inline:
		zero := b.constant(I64, 0)
		for at := int64(objectParts); at < int64(layout.Size); at += 8 {
			if at != layout.Descriptor {
				b.setBytes(obj, at, Mem64, zero)
			}
		}
	}
	if descriptor != nil {
		b.setBytes(obj, layout.Descriptor, Mem64, descriptor)
	}
	if inline {
		b.commit(obj, class)
	}
	b.push(obj)
}

// elementLog2 returns the binary logarithm of the width of an array's elements.
func (b *Builder) elementLog2() uint64 {
	_, mem := b.partOf(b.fields()[0].Type, false)
	return uint64(bits.TrailingZeros(uint(mem.Size())))
}

func (b *Builder) arrayLen(ref *Value) *Value {
	v := b.add(OpPartFixed, I32, objectLen, ref)
	v.Mem = Mem32U
	return v
}

// arrayElement checks an access and returns the address of the element, but for the
// offset of the first.
func (b *Builder) arrayElement(ref, index *Value) *Value {
	b.checkNull(ref, wasm.TrapNullArray)
	b.trapUnless(b.compare(LtU, index, b.arrayLen(ref)), wasm.TrapArrayOutOfBounds)
	at := b.widen(index)
	if n := b.elementLog2(); n > 0 {
		at = b.add(OpShl, I64, 0, at, b.constant(I64, n))
	}
	return b.add(OpAdd, I64, 0, ref, at)
}

func (b *Builder) arrayNewFixed() {
	layout, t, n := b.layout(), b.fields()[0].Type, b.in.Index2
	values := b.popN(int(n))
	log2 := b.elementLog2()
	first := layout.Offsets[0]
	obj, class, inline := b.alloc(uint64(first)+uint64(n)<<log2, n)
	if !inline {
		obj = b.newArray(b.number(n), b.constant(I64, 0))
	}
	for i, v := range values {
		b.setPart(obj, first+int64(i)<<log2, t, v)
	}
	if inline {
		b.commit(obj, class)
	}
	b.push(obj)
}

// arrayNewSegment makes an array out of a segment.
func (b *Builder) arrayNewSegment(number Builtin) {
	n, from := b.pop(), b.pop()
	obj := b.builtin(number, b.number(b.in.Index), b.number(b.in.Index2), from, n)
	obj.Ref = b.newFacts()
	b.push(obj)
}

// arrayInit copies from a segment.
func (b *Builder) arrayInit(number Builtin) {
	n, from, at, ref := b.pop(), b.pop(), b.pop(), b.pop()
	b.checkNull(ref, wasm.TrapNullArray)
	b.builtin(number, b.number(b.in.Index2), ref, at, from, n)
}

// bitsOf returns the bits of a value as an i64, or a vector.
func (b *Builder) bitsOf(v *Value) *Value {
	switch v.Type {
	case F32:
		v = b.add(OpBitcast, I32, 0, v)
	case F64:
		v = b.add(OpBitcast, I64, 0, v)
	}
	return b.widen(v)
}

func (b *Builder) i31Get(shift Op) {
	ref := b.pop()
	b.checkNull(ref, wasm.TrapNullI31)
	b.push(b.add(shift, I32, 0, b.add(OpWrap, I32, 0, ref), b.constant(I32, 1)))
}
