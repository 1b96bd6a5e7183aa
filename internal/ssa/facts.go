package ssa

import "weft/wasm"

// RefFacts are what is known of a reference: flags, and above them a type of the module that what it refers to has,
// unless it is null. Types say so where values are made, and in the declarations of what holds them.
type RefFacts uint32

const (
	NotNull   RefFacts = 1 << iota
	NotI31             // only for references that are in the hierarchy of any
	OfExactly          // what is referred to is of no type that only extends the one above
	factFlags = iota
)

func typeFact(typeIndex uint32) RefFacts { return RefFacts(typeIndex+1) << factFlags }

// typ returns the index of the type that is known; false if there is none.
func (f RefFacts) typ() (uint32, bool) { return uint32(f>>factFlags) - 1, f>>factFlags != 0 }

// has reports whether all the flags are set.
func (f RefFacts) has(flags RefFacts) bool { return f&flags == flags }

// and returns what two sources know together. Of their types it keeps one: the first, unless only the second is exact.
func (f RefFacts) and(g RefFacts) RefFacts {
	if _, known := f.typ(); !known || !f.has(OfExactly) && g.has(OfExactly) {
		f, g = g, f
	}
	return f | g&(NotNull|NotI31)
}

// factsOf returns what a type says about its values.
func (b *Builder) factsOf(t wasm.ValType) (facts RefFacts) {
	if !t.IsRef() {
		return 0
	}
	if !t.Nullable {
		facts = NotNull
	}
	if t.Exact {
		facts |= OfExactly
	}
	switch h := t.Heap; {
	case h.IsIndex():
		facts |= NotI31 | typeFact(uint32(h))
	case h == wasm.HeapStruct || h == wasm.HeapArray:
		facts |= NotI31
	}
	return facts
}

// newFacts are those of an object that the instruction makes.
func (b *Builder) newFacts() RefFacts { return NotNull | NotI31 | OfExactly | typeFact(b.in.Index) }

// funcFacts are those of a reference to a function of the module.
func (b *Builder) funcFacts(index uint32) RefFacts {
	facts := NotNull | typeFact(b.env.Space.Funcs[index])
	if b.env.Space.ExactFunc(index) {
		facts |= OfExactly
	}
	return facts
}

// pushTyped pushes a value that has just been made, of a type.
func (b *Builder) pushTyped(v *Value, t wasm.ValType) {
	v.Ref = v.Ref.and(b.factsOf(t))
	b.push(v)
}

// typeTop notes the types of the topmost values, which have just been made.
func (b *Builder) typeTop(types []wasm.ValType) {
	for i, t := range types {
		v := b.stack[len(b.stack)-len(types)+i]
		v.Ref = v.Ref.and(b.factsOf(t))
	}
}

// A verdict is what facts say of a test of a reference that is not null.
type verdict uint8

const (
	unknown verdict = iota
	succeeds
	fails
)

func verdictOf(ok bool) verdict {
	if ok {
		return succeeds
	}
	return fails
}

// decide tells whether a reference that is not null is of a type, as far as facts of it say.
func (b *Builder) decide(facts RefFacts, t wasm.ValType) verdict {
	have, known := facts.typ()
	if !known {
		return unknown
	}
	if !t.Heap.IsIndex() {
		return decideKind(b.env.Module.Types[have].Comp.Kind, t.Heap)
	}
	want := uint32(t.Heap)
	switch extends := b.extends(have, want); {
	case facts.has(OfExactly):
		return verdictOf(extends && (!t.Exact || b.same(have, want)))
	case extends && !t.Exact:
		return succeeds
	case !extends && !b.extends(want, have): // no type extends both
		return fails
	}
	return unknown
}

// decideKind tells whether structs or arrays, or what else types define, are of an abstract type.
func decideKind(kind wasm.CompKind, h wasm.HeapType) verdict {
	switch h {
	case wasm.HeapStruct:
		return verdictOf(kind == wasm.CompStruct)
	case wasm.HeapArray:
		return verdictOf(kind == wasm.CompArray)
	case wasm.HeapEq:
		return verdictOf(kind == wasm.CompStruct || kind == wasm.CompArray)
	case wasm.HeapI31:
		return fails
	}
	return unknown // or known without facts
}

// same reports whether two types of the module are one.
func (b *Builder) same(x, y uint32) bool {
	return b.env.Objects.Identities[x] == b.env.Objects.Identities[y]
}

// extends reports whether a type of the module is another one, or extends it over any number of steps.
func (b *Builder) extends(sub, super uint32) bool {
	for !b.same(sub, super) {
		supers := b.env.Module.Types[sub].Supers
		if len(supers) == 0 {
			return false
		}
		sub = supers[0]
	}
	return true
}
