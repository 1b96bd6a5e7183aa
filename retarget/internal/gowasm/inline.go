package gowasm

import (
	"bytes"
	"slices"

	"weft/wasm"
)

// Go's runtime has its atomic operations in functions, and what moves memory, because on other processors they are
// instructions or assembly. Calls of such small functions are written as what these do: the return address is pushed as
// ever, so that a panic in them has the same traceback, but SP does not come back changed, and there is no call.

// inlinedSize is up to how many bytes of Go's code a function is small.
const inlinedSize = 200

// findInlined marks the functions whose calls are written as what they do: small ones that neither call functions that
// come back nor go backwards.
func (m *module) findInlined() {
	for i := range m.funcs {
		f := &m.funcs[i]
		f.inlined = f.shape == plainGo && f.role == noRole && len(f.body) <= inlinedSize && f.mayEnd && !f.switches &&
			len(f.entries) == 0 && m.isStraight(f)
	}
}

// isStraight reports whether all ops of a function are such that can be inlined.
func (m *module) isStraight(f *function) bool {
	for block, b := range f.blocks {
		for i := range b.ops {
			switch o := &b.ops[i]; o.kind {
			case plain:
				if f.hasBranch(o) {
					return false
				}
			case stackAddress, stackLoad, stackBase, stackStore, enter, closes, ret, unreachable:
			case open:
				if f.body[o.at] != code1(wasm.OpIf) {
					return false
				}
			case jump, jumpIf:
				if int(o.x) <= block {
					return false
				}
			case call:
				if m.function(uint32(o.x)).mayEnd {
					return false
				}
			case callOwn:
				if callee := m.function(uint32(o.x)); callee == nil || !callee.isLeaf {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}

// hasBranch reports whether there is a branch among plain instructions.
func (f *function) hasBranch(o *op) bool {
	r := wasm.NewCodeReader(f.body[o.at:o.end], 0, wasm.DefaultFeatures, 0)
	for r.Len() > 0 {
		var in wasm.Instr
		if r.Next(&in) != nil || in.Op == wasm.OpBr || in.Op == wasm.OpBrIf || in.Op == wasm.OpBrTable {
			return true
		}
	}
	return false
}

// localTypes returns the types of the locals that a function had, the first of which is SP.
func (f *function) localTypes() []wasm.ValType {
	var types []wasm.ValType
	for _, g := range f.locals {
		for range g.Count {
			types = append(types, g.Type)
		}
	}
	return types
}

// ofCaller returns where something on the stack of an inlined function is on the caller's, if it is there: beyond the
// frame and the return address. There the caller has put the arguments, and finds the results.
func (f *function) ofCaller(x uint64) (uint64, bool) {
	below := f.frame + 8
	return x - below, x >= below
}

// onStack returns the local and the offset with which to find what is at SP + x.
func (e *emitter) onStack(x uint64) (uint32, uint64) {
	if y, ok := e.f.ofCaller(x); ok && e.within {
		return localSP, y
	}
	return e.spLocal, x
}

// onStack returns the local and the offset with which to find what is at SP + x.
func (c *checker) onStack(x uint64) (uint64, uint64) {
	if y, ok := c.f.ofCaller(x); ok && c.in != nil {
		return localSP, y
	}
	return c.local(localSP), x
}

// A spare is a local for those of inlined functions.
type spare struct {
	index uint32
	t     wasm.ValType
	taken bool
}

// borrow returns a spare local of a type.
func (e *emitter) borrow(t wasm.ValType) uint32 {
	for i := range e.spares {
		if s := &e.spares[i]; s.t == t && !s.taken {
			s.taken = true
			return s.index
		}
	}
	e.spares = append(e.spares, spare{e.local(t), t, true})
	return e.locals - 1
}

// inline writes a call as what the callee does.
func (e *emitter) inline(o *op, callee *function) {
	for i := range e.spares {
		e.spares[i].taken = false
	}
	if e.inner == nil {
		e.inner = &emitter{m: e.m}
	}
	in := e.inner
	in.m, in.f, in.depth, in.within = e.m, callee, 0, true
	in.renamed = append(in.renamed[:0], 0)
	for _, t := range callee.localTypes() {
		in.renamed = append(in.renamed, e.borrow(t))
	}
	in.spLocal = in.renamed[localSP]
	e.sp(wasm.OpI32Sub, 8)
	e.index(wasm.OpLocalTee, in.spLocal)
	e.i64(o.pc)
	e.memory(wasm.OpI64Store, 3, 0)
	for i, t := range callee.localTypes()[1:] {
		e.b = append(e.b, zero(t)...)
		e.index(wasm.OpLocalSet, in.renamed[localSP+1+i])
	}
	in.makeGraph()
	in.plan.Make(&in.graph)
	e.typed(wasm.OpBlock, emptyType)
	in.b = e.b
	in.form.Emit(&in.plan, in)
	e.b = in.b
	e.op(wasm.OpEnd)
}

// zero returns an instruction for the zero of a type.
func zero(t wasm.ValType) []byte {
	in := wasm.Instr{Op: wasm.OpI64Const}
	switch t {
	case wasm.I32:
		in.Op = wasm.OpI32Const
	case wasm.F32:
		in.Op = wasm.OpF32Const
	case wasm.F64:
		in.Op = wasm.OpF64Const
	}
	return wasm.AppendInstr(nil, &in, 0)
}

// rename copies instructions with other locals.
func (e *emitter) rename(o *op) {
	r := wasm.NewCodeReader(e.f.body[o.at:o.end], 0, wasm.DefaultFeatures, 0)
	for r.Len() > 0 {
		from := r.Pos
		var in wasm.Instr
		if r.Next(&in) != nil {
			return // it has been read before
		}
		if in.Op.Info().Imm == wasm.ImmLocal {
			e.index(in.Op, e.renamed[in.Index])
			continue
		}
		e.b = append(e.b, e.f.body[int(o.at)+from:int(o.at)+r.Pos]...)
	}
}

// isInlined reports whether a call is written as what the callee does.
func (c *checker) isInlined(o *op) bool { return c.in == nil && c.m.function(uint32(o.x)).inlined }

// inline passes what stands before the callee's ops, which must use locals that nothing else uses; the caller goes on at
// an op.
func (c *checker) inline(o *op, block, next int) {
	in := c.calls[c.at]
	if in == nil {
		in = &inlining{f: c.m.function(uint32(o.x)), block: block, op: next, renamed: []uint64{noLocal}}
		c.calls[c.at] = in
	}
	if in.f.index != uint32(o.x) || in.block != block || in.op != next {
		c.fail("an inlined function is in the place of two calls")
	}
	in.renamed = in.renamed[:1]
	own := c.extraLocals(len(c.f.entries) > 0, c.f.irreducible, c.f.role == mcall)
	rename := func(op wasm.Opcode) {
		if c.at < len(c.instrs) {
			if x := c.instrs[c.at].x; x < own || slices.Contains(in.renamed, x) {
				c.fail("an inlined function has a local that is used otherwise")
			} else {
				in.renamed = append(in.renamed, x)
			}
		}
		c.wantOp(op)
	}
	c.sp(wasm.OpI32Sub, 8)
	rename(wasm.OpLocalTee)
	c.want(wasm.OpI64Const, o.pc)
	c.want(wasm.OpI64Store, 0)
	for _, t := range in.f.localTypes()[1:] {
		if c.at >= len(c.instrs) || !bytes.Equal(c.bytes(c.at), zero(t)) {
			c.fail("expected zero")
		}
		c.at++
		rename(wasm.OpLocalSet)
	}
	if c.err == nil {
		c.claimOp(in, 0, 0)
	}
}

// bytes returns the encoding of an instruction.
func (c *checker) bytes(i int) []byte { return c.fn.Body[c.instrs[i].at:c.instrs[i].end] }

// renamed compares instructions that are as they were, but for their locals.
func (c *checker) renamed(o *op) {
	old := c.f.body[o.at:o.end]
	r := wasm.NewCodeReader(old, 0, wasm.DefaultFeatures, 0)
	for r.Len() > 0 && c.err == nil {
		from := r.Pos
		var in wasm.Instr
		if r.Next(&in) != nil || c.at >= len(c.instrs) {
			c.fail("expected more")
			return
		}
		if in.Op.Info().Imm == wasm.ImmLocal {
			c.want(in.Op, c.local(uint64(in.Index)))
			continue
		}
		if !bytes.Equal(c.bytes(c.at), old[from:r.Pos]) {
			c.fail("expected the instructions at %d of the inlined body", o.at)
		}
		c.at++
	}
}
