package ssa

import "weft/wasm"

// Small functions are built where they are called, if nothing in them can trap, call or branch: no
// stack trace can tell then that there was no call. These are the accessors and little computations of which
// programs are full that no compiler has inlined. What has no other calls becomes a leaf, which
// keeps its values in registers.

// maxInlined is the length up to which bodies are inlined, in bytes. About half of that is a call.
const maxInlined = 40

// maxInlining is the number of values from which on a function grows by its calls only: in large ones most code runs
// once.
const maxInlining = 1 << 16

// An inlining says whether a function is one that may be inlined.
type inlining uint8

const (
	inliningUnknown inlining = iota
	inliningNever
	inliningPossible
)

// inlined builds a call of a function of the module's own as its body, and reports whether it has done so.
func (b *Builder) inlined(own int) bool {
	if b.env.Fuel || b.Plain || b.f.numValues > maxInlining { // fuel counts calls
		return false
	}
	fn := &b.env.Module.Funcs[own]
	if b.inlinings[own] == inliningUnknown {
		b.inlinings[own] = b.inliningOf(fn)
	}
	if b.inlinings[own] == inliningNever {
		return false
	}
	call, locals, values := b.in, b.locals, len(b.block.Values)
	b.arguments = append(b.arguments[:0], b.popN(len(b.signature(fn.Type).Params))...)
	depth := len(b.stack)
	b.locals = b.arguments
	for i, t := range b.env.Module.FuncType(fn.Type).Params {
		if b.factsOf(t)&NotNull != 0 {
			b.notNull = append(b.notNull, b.arguments[i])
		}
	}
	done := b.inline(fn)
	b.in, b.locals, b.notNull = call, locals, b.notNull[:0]
	if !done {
		b.takeBack(values)
		b.stack = append(b.stack[:depth], b.arguments...)
	}
	return done
}

// inline builds a body whose parameters are the locals, and reports whether it cannot trap. That depends on
// the parameters and arguments: references that are known not to be null are not checked.
func (b *Builder) inline(fn *wasm.Func) bool {
	at, pos := len(b.block.Values), b.in.Offset
	b.callee.Reset(fn.Body, fn.BodyOffset, b.env.Features, b.env.Module.Dialect)
	for b.callee.Next(&b.in) == nil && b.in.Op != wasm.OpEnd {
		b.in.Offset = pos // the caller has no other
		b.instruction()
		for ; at < len(b.block.Values); at++ {
			if op := b.block.Values[at].Op; op == OpTrapIf || op == OpTrapUnless {
				return false
			}
		}
	}
	return true
}

// inliningOf reads a body.
func (b *Builder) inliningOf(fn *wasm.Func) inlining {
	if len(fn.Body) > maxInlined || len(fn.Locals) > 0 {
		return inliningNever
	}
	call := b.in
	defer func() { b.in = call }()
	b.callee.Reset(fn.Body, fn.BodyOffset, b.env.Features, b.env.Module.Dialect)
	for b.callee.Len() > 0 {
		if b.callee.Next(&b.in) != nil || !b.isSimple(b.in.Op) {
			return inliningNever
		}
	}
	return inliningPossible
}

// isSimple reports whether an instruction only computes, or else traps for null at most. The end is that
// of the function.
func (b *Builder) isSimple(op wasm.Opcode) bool {
	if l := &b.lowerings[op]; l.op != OpInvalid {
		return l.op.Info().Pure
	}
	switch op {
	case wasm.OpNop, wasm.OpDrop, wasm.OpSelect, wasm.OpSelectTyped, wasm.OpLocalGet, wasm.OpGlobalGet, wasm.OpGlobalSet,
		wasm.OpI32Const, wasm.OpI64Const, wasm.OpF32Const, wasm.OpF64Const, wasm.OpI32Eqz, wasm.OpI64Eqz,
		wasm.OpRefNull, wasm.OpRefIsNull, wasm.OpRefEq, wasm.OpRefI31, wasm.OpI31GetS, wasm.OpI31GetU,
		wasm.OpStructGet, wasm.OpStructGetS, wasm.OpStructGetU, wasm.OpStructSet, wasm.OpArrayLen,
		wasm.OpRefGetDesc, wasm.OpEnd:
		return true
	}
	return false
}

// takeBack removes the last values of the current block.
func (b *Builder) takeBack(from int) {
	b.block.Values = b.block.Values[:from]
}
