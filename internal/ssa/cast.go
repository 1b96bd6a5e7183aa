package ssa

import "weft/wasm"

// Type tests. What has to be looked at depends on the type: whether the reference is null,
// whether it is an i31, and the type in the object's header, which either is the one that is
// asked for, if that has no subtypes, or whose record shows that it extends it.

// A testKind says what tells whether a reference which is not null is of a heap type.
type testKind uint8

const (
	testAlways testKind = iota // nothing: it is
	testNever                  // nothing: it is not
	testI31                    // it is an i31
	testEq                     // it is an i31, a struct or an array
	testObject                 // it is no i31, and the object says
	testFunc                   // the function says
)

func (b *Builder) testKind(h wasm.HeapType) testKind {
	if h.IsIndex() {
		if b.env.Module.Types[h].Comp.Kind == wasm.CompFunc {
			return testFunc
		}
		return testObject
	}
	switch h {
	case wasm.HeapStruct, wasm.HeapArray:
		return testObject
	case wasm.HeapEq:
		return testEq
	case wasm.HeapI31:
		return testI31
	case wasm.HeapNone, wasm.HeapNoFunc, wasm.HeapNoExtern, wasm.HeapNoExn, wasm.HeapNoCont, wasm.HeapNoHandler, wasm.HeapNoTag:
		return testNever
	}
	return testAlways
}

// branchOnType ends the current block: it goes to yes if a reference, of which facts are known, is of a type,
// otherwise to no.
func (b *Builder) branchOnType(ref *Value, facts RefFacts, t wasm.ValType, yes, no *Block) {
	if facts&NotNull == 0 {
		ifNull := no
		if t.Nullable {
			ifNull = yes
		}
		b.branchUnless(b.isNull(ref), ifNull)
	}
	switch b.decide(facts, t) {
	case succeeds:
		b.goTo(yes)
		return
	case fails:
		b.goTo(no)
		return
	}
	kind := b.testKind(t.Heap)
	switch kind {
	case testI31:
		b.branchOn(b.isI31(ref), yes, no)
		return
	case testEq, testObject:
		if facts&NotI31 != 0 {
			break
		}
		if kind == testEq {
			b.branchUnless(b.isI31(ref), yes)
		} else {
			b.branchUnless(b.isI31(ref), no)
		}
	}
	switch kind {
	case testAlways:
		b.goTo(yes)
	case testNever:
		b.goTo(no)
	case testFunc:
		b.branchOnFuncType(ref, t, yes, no)
	default:
		b.branchOn(b.objectIs(ref, t), yes, no)
	}
}

// branchUnless goes on in a new block unless a condition holds.
func (b *Builder) branchUnless(condition *Value, to *Block) {
	next := b.f.NewBlock()
	b.branchOn(condition, to, next)
	b.begin(next)
}

func (b *Builder) goTo(to *Block) {
	b.add(OpJump, Void, 0)
	b.f.AddEdge(b.block, to)
	b.block = nil
}

func (b *Builder) isNull(ref *Value) *Value { return b.compare(Eq, ref, b.constant(I64, 0)) }

func (b *Builder) isI31(ref *Value) *Value {
	return b.compare(Ne, b.add(OpAnd, I64, 0, ref, b.constant(I64, 1)), b.constant(I64, 0))
}

// objectIs returns whether an object is of a type: eq, struct, array, or one of the module.
func (b *Builder) objectIs(ref *Value, t wasm.ValType) *Value {
	o, h := &b.env.Objects, t.Heap
	typ := b.add(OpPartFixed, I32, objectType, ref)
	typ.Mem = Mem32U
	depth := 0
	if h.IsIndex() {
		if t.Exact || b.env.Module.Types[h].Final {
			return b.compare(Eq, typ, b.typeID(uint32(h)))
		}
		if depth = b.depth(uint32(h)); depth >= o.Depths {
			return b.builtin(IsSubtype, typ, b.typeID(uint32(h)))
		}
	}
	records := b.add(OpGet, I64, o.Types, b.add(OpContext, I64, 0))
	record := b.add(OpAdd, I64, 0, records, b.add(OpShl, I64, 0, b.widen(typ), b.constant(I64, uint64(o.LogRecord))))
	if h.IsIndex() {
		super := b.add(OpPartFixed, I32, 4*int64(depth), record)
		super.Mem = Mem32U
		return b.compare(Eq, super, b.typeID(uint32(h)))
	}
	kind := b.add(OpPartFixed, I32, o.Kind, record)
	kind.Mem = Mem8U
	switch h {
	case wasm.HeapStruct:
		return b.compare(Eq, kind, b.constant(I32, uint64(o.StructKind)))
	case wasm.HeapArray:
		return b.compare(Eq, kind, b.constant(I32, uint64(o.ArrayKind)))
	}
	return b.compare(Ne, kind, b.constant(I32, 0))
}

// depth returns the number of proper supertypes of a type.
func (b *Builder) depth(typeIndex uint32) (n int) {
	types := b.env.Module.Types
	for len(types[typeIndex].Supers) > 0 {
		typeIndex = types[typeIndex].Supers[0]
		n++
	}
	return n
}

// branchOnFuncType branches on whether a function is of a type.
func (b *Builder) branchOnFuncType(ref *Value, t wasm.ValType, yes, no *Block) {
	found, wanted := b.add(OpGet, I32, b.env.FuncType, ref), b.typeID(uint32(t.Heap))
	same := b.compare(Eq, found, wanted)
	if t.Exact || b.env.Module.Types[t.Heap].Final {
		b.branchOn(same, yes, no)
		return
	}
	b.branchUnless(same, yes)
	b.block.Cold = true
	b.branchOn(b.builtin(IsSubtype, found, wanted), yes, no)
}

func (b *Builder) refTest() {
	ref, t := b.pop(), b.in.Ref
	switch known := b.decide(ref.Ref, t); {
	case known != unknown:
		b.push(b.testNull(ref, known == succeeds, t.Nullable))
		return
	case b.testKind(t.Heap) == testObject && ref.Ref.has(NotNull|NotI31):
		b.push(b.objectIs(ref, t))
		return
	}
	yes, no, join := b.f.NewBlock(), b.f.NewBlock(), b.f.NewBlock()
	b.param(join, I32)
	b.branchOnType(ref, ref.Ref, t, yes, no)
	for i, from := range []*Block{no, yes} {
		if len(from.Preds) == 0 {
			continue
		}
		b.begin(from)
		result := b.constant(I32, uint64(i))
		b.add(OpJump, Void, 0)
		b.f.AddEdge(from, join, result)
	}
	b.begin(join)
	b.push(join.Params[0])
}

// testNull returns the result of a test of a reference that depends on nothing but whether it is null.
func (b *Builder) testNull(ref *Value, notNull, null bool) *Value {
	switch {
	case notNull && (null || ref.Ref.has(NotNull)):
		return b.constant(I32, 1)
	case notNull:
		return b.compare(Ne, ref, b.constant(I64, 0))
	case null && !ref.Ref.has(NotNull):
		return b.isNull(ref)
	}
	return b.constant(I32, 0)
}

// refCast leaves the reference on the stack.
func (b *Builder) refCast() {
	ref, t := b.top(), b.in.Ref
	switch known := b.decide(ref.Ref, t); {
	case known == succeeds && !t.Nullable:
		b.checkNull(ref, wasm.TrapCastFailure)
		return
	case known == succeeds:
		return
	case known == fails && !t.Nullable:
		b.trap(wasm.TrapCastFailure)
		return
	}
	if t.Nullable && ref.Ref&NotNull == 0 || b.testKind(t.Heap) != testObject {
		next, fail := b.f.NewBlock(), b.f.NewBlock()
		b.branchOnType(ref, ref.Ref, t, next, fail)
		if len(fail.Preds) > 0 {
			b.begin(fail)
			b.trap(wasm.TrapCastFailure)
		}
		if len(next.Preds) > 0 {
			b.begin(next)
		}
		return
	}
	// Without blocks: what the checks have found out is known further down.
	b.checkNull(ref, wasm.TrapCastFailure)
	if ref.Ref&NotI31 == 0 {
		b.trapIf(b.isI31(ref), wasm.TrapCastFailure)
	}
	b.trapUnless(b.objectIs(ref, t), wasm.TrapCastFailure)
}

// branchOnCast builds br_on_cast and br_on_cast_fail. The reference is the last of the
// values that the branch carries, and stays on the stack.
func (b *Builder) branchOnCast() {
	ref := b.top()
	yes, no := b.f.NewBlock(), b.f.NewBlock()
	b.branchOnType(ref, ref.Ref.and(b.factsOf(b.in.Ref)), b.in.Ref2, yes, no)
	if b.in.Op == wasm.OpBrOnCastFail {
		yes, no = no, yes
	}
	b.leaveOrStay(yes, no)
}

// leaveOrStay branches to the label of the instruction from one block, and goes on in the other, if they can be
// reached.
func (b *Builder) leaveOrStay(leave, stay *Block) {
	if len(leave.Preds) > 0 {
		b.begin(leave)
		b.jump(b.label(b.in.Index))
	}
	if len(stay.Preds) > 0 {
		b.begin(stay)
	}
}
