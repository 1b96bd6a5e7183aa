package ssa

import "weft/wasm"

// Descriptors of objects (proposal custom descriptors). Where an object has its descriptor, its type says; if that is
// known of a reference, getting the descriptor is a load, and a cast by a descriptor is a load and a comparison. Else
// such a cast begins as one to the type.

// structNewDesc builds struct.new_desc and struct.new_default_desc.
func (b *Builder) structNewDesc() {
	descriptor := b.pop()
	b.checkNull(descriptor, wasm.TrapNullDescriptor)
	b.structNew(descriptor)
}

// refGetDesc builds ref.get_desc.
func (b *Builder) refGetDesc() {
	ref := b.pop()
	b.checkNull(ref, wasm.TrapNullReference)
	typeIndex, exact := b.in.Index, RefFacts(0)
	if known, ok := ref.Ref.typ(); ok && b.extends(known, typeIndex) {
		typeIndex, exact = known, ref.Ref&OfExactly
	}
	v := b.descriptorOf(ref, typeIndex)
	v.Ref = NotNull | NotI31 | exact | typeFact(uint32(b.env.Module.Types[typeIndex].Comp.Descriptor.Type))
	b.push(v)
}

// descriptorOf returns the descriptor of an object of a type that has one.
func (b *Builder) descriptorOf(ref *Value, typeIndex uint32) *Value {
	v := b.add(OpPartFixed, I64, b.env.Objects.Layouts[typeIndex].Descriptor, ref)
	v.Mem = Mem64
	return v
}

// describedType returns a type that has descriptors and of which an object is, as far as facts of it say.
func (b *Builder) describedType(facts RefFacts) (uint32, bool) {
	typeIndex, known := facts.typ()
	return typeIndex, known && b.env.Objects.Layouts[typeIndex].Descriptor != 0
}

// branchOnDescriptor ends the current block: it goes to yes if a reference, of which facts are known, can be cast by a
// descriptor to a type, otherwise to no.
func (b *Builder) branchOnDescriptor(ref *Value, facts RefFacts, descriptor *Value, t wasm.ValType, yes, no *Block) {
	if !facts.has(NotNull) {
		ifNull := no
		if t.Nullable {
			ifNull = yes
		}
		b.branchUnless(b.isNull(ref), ifNull)
	}
	typeIndex, known := b.describedType(facts)
	if !known {
		typeIndex = uint32(t.Heap)
		is := b.f.NewBlock()
		b.branchOnType(ref, facts|NotNull, wasm.ValType{Kind: wasm.KindRef, Exact: t.Exact, Heap: t.Heap}, is, no)
		if len(is.Preds) == 0 {
			return
		}
		b.begin(is)
	}
	b.branchOn(b.compare(Eq, b.descriptorOf(ref, typeIndex), descriptor), yes, no)
}

// refCastDescEq builds ref.cast_desc_eq, which leaves the reference on the stack.
func (b *Builder) refCastDescEq() {
	descriptor := b.pop()
	ref, t := b.top(), b.in.Ref
	b.checkNull(descriptor, wasm.TrapNullDescriptor)
	if typeIndex, known := b.describedType(ref.Ref); known && (!t.Nullable || ref.Ref.has(NotNull)) {
		// Without blocks: what the checks have found out is known further down.
		b.checkNull(ref, wasm.TrapDescriptorCast)
		b.trapUnless(b.compare(Eq, b.descriptorOf(ref, typeIndex), descriptor), wasm.TrapDescriptorCast)
		return
	}
	next, fail := b.f.NewBlock(), b.f.NewBlock()
	b.branchOnDescriptor(ref, ref.Ref, descriptor, t, next, fail)
	if len(fail.Preds) > 0 {
		b.begin(fail)
		b.trap(wasm.TrapDescriptorCast)
	}
	if len(next.Preds) > 0 {
		b.begin(next)
	}
}

// branchOnCastDescEq builds br_on_cast_desc_eq and br_on_cast_desc_eq_fail. The reference is the last of the values
// that the branch carries, and stays on the stack.
func (b *Builder) branchOnCastDescEq() {
	descriptor := b.pop()
	b.checkNull(descriptor, wasm.TrapNullDescriptor)
	ref := b.top()
	yes, no := b.f.NewBlock(), b.f.NewBlock()
	b.branchOnDescriptor(ref, ref.Ref.and(b.factsOf(b.in.Ref)), descriptor, b.in.Ref2, yes, no)
	if b.in.Op == wasm.OpBrOnCastDescEqFail {
		yes, no = no, yes
	}
	b.leaveOrStay(yes, no)
}
