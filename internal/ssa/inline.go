package ssa

import "weft/wasm"

// Small functions are built where they are called: the accessors and little computations of which programs are full
// that no compiler has inlined, and recursions, a few calls deep. The body becomes what it would be as a block around
// which the locals are others, with the parameters as locals and return as a branch to its end. Positions tell whose
// instruction a value is (inlined.go), so stack traces and profiles are what they would be with the call.

const (
	// maxInlined is the length up to which bodies are inlined, in bytes, and maxSimple up to which those are that only
	// compute, always. About half of that is a call.
	maxInlined = 72
	maxSimple  = 40
	// maxInlining is the number of values from which on a function grows by its calls only: in large ones most code
	// runs once.
	maxInlining = 1 << 16
	// maxGrowth is how many bytes of bodies that branch or call a function takes in.
	maxGrowth = 400
	// maxScopes is how deeply bodies lie in each other.
	maxScopes = 5
	// maxRecursion is how often one function is in itself.
	maxRecursion = 4
)

// An inlining says how a function may be inlined.
type inlining uint8

const (
	inliningUnknown inlining = iota
	inliningNever
	// inliningGrows is for bodies that call, throw, branch or are much code: they are worth it as long as the function
	// does not become too large.
	inliningGrows
	// inliningAlways is for those that are not much more than a call.
	inliningAlways
)

// inlined builds a call of a function of the module's own as its body, and reports whether it has done so.
func (b *Builder) inlined(own int) bool {
	fn := &b.env.Module.Funcs[own]
	if !b.mayInline(own, fn) {
		return false
	}
	call, outer := b.in, b.nesting
	sig, params := b.signature(fn.Type), b.env.Module.FuncType(fn.Type).Params
	arguments, notNull := b.popN(len(sig.Params)), len(b.notNull)
	at := len(b.stack)
	b.enterScope(outer+1, own, b.notePositions(own))
	for i, v := range arguments {
		facts := b.factsOf(params[i])
		b.locals, b.localTypes, b.localFacts = append(b.locals, v), append(b.localTypes, v.Type), append(b.localFacts, facts)
		if facts&NotNull != 0 {
			b.notNull = append(b.notNull, v)
		}
	}
	b.addLocals(fn)
	if b.scanAssigned(fn) == nil {
		b.readBody(fn)
		b.labels = append(b.labels, label{scope: b.nesting, depth: at, results: sig.Results,
			block: wasm.BlockType{Kind: wasm.BlockIndex, Index: fn.Type}})
		if err := b.body(); err != nil {
			b.failure = err
		}
	}
	b.returnTo(outer)
	b.in, b.notNull = call, b.notNull[:notNull]
	return true
}

// notePositions gives the body of a function room among the positions, and returns the first.
func (b *Builder) notePositions(own int) int32 {
	first := int32(len(b.env.Module.Funcs[b.index].Body) + 1)
	if n := len(b.f.Inlined); n > 0 {
		last := &b.f.Inlined[n-1]
		first = last.First + int32(len(b.env.Module.Funcs[last.Own].Body)+1)
	}
	b.f.Inlined = append(b.f.Inlined, InlinedCall{First: first, Own: int32(own), Call: b.position()})
	return first
}

// mayInline decides whether a call is built as the callee's body.
func (b *Builder) mayInline(own int, fn *wasm.Func) bool {
	if b.env.Fuel || b.Plain || len(b.env.Watched) > 0 { // fuel counts calls
		return false
	}
	if b.block.Cold || b.f.numValues > maxInlining {
		return false
	}
	if b.inlinings[own] == inliningUnknown {
		b.inlinings[own] = b.inliningOf(fn)
	}
	switch b.inlinings[own] {
	case inliningNever:
		return false
	case inliningAlways:
		return b.nesting+1 < maxScopes
	}
	times := 0
	for _, s := range b.scopes[:b.nesting+1] {
		if s.own == own {
			times++
		}
	}
	if times >= maxRecursion || b.nesting+1 >= maxScopes || b.growth+len(fn.Body) > maxGrowth {
		return false
	}
	b.growth += len(fn.Body)
	return true
}

// inliningOf reads a body.
func (b *Builder) inliningOf(fn *wasm.Func) inlining {
	if len(fn.Body) > maxInlined {
		return inliningNever
	}
	var reader wasm.CodeReader
	var in wasm.Instr
	reader.Reset(fn.Body, fn.BodyOffset, b.env.Features, b.env.Module.Dialect)
	kind := inliningAlways
	for reader.Len() > 0 && kind != inliningNever {
		if reader.Next(&in) != nil {
			return inliningNever
		}
		kind = min(kind, inliningFor(in.Op))
	}
	if kind == inliningAlways && len(fn.Body) > maxSimple {
		return inliningGrows
	}
	return kind
}

// inliningFor returns how functions with an instruction may be inlined.
func inliningFor(op wasm.Opcode) inlining {
	switch op {
	case wasm.OpCall, wasm.OpCallIndirect, wasm.OpCallRef, wasm.OpThrow, wasm.OpThrowRef,
		wasm.OpStructNew, wasm.OpStructNewDefault, wasm.OpArrayNew, wasm.OpArrayNewDefault, wasm.OpArrayNewFixed,
		wasm.OpMemoryCopy, wasm.OpMemoryFill, wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpBr, wasm.OpBrIf,
		wasm.OpBrOnNull, wasm.OpBrOnNonNull, wasm.OpBrOnCast, wasm.OpBrOnCastFail, wasm.OpReturn:
		return inliningGrows
	case wasm.OpBrTable:
		return inliningNever
	}
	switch info := op.Info(); info.Feature {
	case wasm.Exceptions, wasm.LegacyExceptions, wasm.TailCall, wasm.StackSwitching, wasm.TypedContinuations2023,
		wasm.NamedHandlers, wasm.TagValues, wasm.Threads:
		return inliningNever // sites in tables of their own, tail calls, and waits
	}
	return inliningAlways
}
