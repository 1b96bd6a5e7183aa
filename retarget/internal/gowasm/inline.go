package gowasm

import (
	"bytes"
	"slices"

	"weft/wasm"
)

// Calls of some functions are written as what these do. The return address is pushed as ever, and so are those of the
// calls in them, so that the stacks in memory are the same; only the call is not made.
//
// Small functions that call nothing are written so everywhere: Go's runtime has its atomic operations in functions, and
// what moves memory, because on other processors they are instructions or assembly. Larger ones, which may call others,
// are where goroutines switch: there the time goes into many short functions.

const (
	// smallSize is up to how many bytes of Go's code a function is small, mediumSize up to how many it may be written
	// where goroutines switch.
	smallSize, mediumSize = 200, 800
	// mostInlined is how many bytes of such code a function takes at most: of what it calls first, because what is behind
	// is less likely, and each start of a program compiles it.
	mostInlined = 5000
)

// An inlineKind says where calls of a function are written as what it does.
type inlineKind uint8

const (
	nowhere inlineKind = iota
	inScheduler
	everywhere
)

// findInlined finds the functions whose calls are written as what they do, and where goroutines switch.
func (m *module) findInlined() {
	for i := range m.funcs {
		if f := &m.funcs[i]; f.shape == plainGo && f.role == noRole && f.mayEnd && !f.switches && len(f.entries) == 0 {
			f.inlined = m.inlineKind(f)
		}
	}
	for _, name := range scheduler {
		if f := m.byName[name]; f != nil {
			f.scheduler = true
			m.takeIn(f)
		}
	}
}

// scheduler are the functions that run when goroutines switch, wait for channels, begin and end, whatever release has
// them. Of what else is in the runtime much is called where something is printed, and would become larger in vain.
var scheduler = []string{"runtime.Gosched", "runtime.gosched_m", "runtime.goschedImpl", "runtime.schedule",
	"runtime.findRunnable", "runtime.(*timers).check", "runtime.execute", "runtime.casgstatus", "runtime.wakep",
	"runtime.gopark", "runtime.park_m", "runtime.ready", "runtime.chansend", "runtime.chanrecv", "runtime.send",
	"runtime.recv", "runtime.selectgo",
	"runtime.semacquire1", "runtime.semrelease1", "runtime.newproc1", "runtime.newproc.func1", "runtime.goexit0",
	"runtime.gdestroy", "runtime.globrunqput", "runtime.runqput", "runtime.pidleget", "runtime.acquireSudog",
	"runtime.releaseSudog"}

// takeIn marks the calls in a function that are written as what functions of medium size do.
func (m *module) takeIn(f *function) {
	size := 0
	for _, b := range f.blocks {
		for i := range b.ops {
			if o := &b.ops[i]; o.kind == call {
				callee := m.function(uint32(o.x))
				if n := size + len(callee.body); callee.inlined == inScheduler && n <= mostInlined {
					o.inlined, size = true, n
				}
			}
		}
	}
}

// inlines reports whether a call is written as what the callee does, in a function that is itself written within so
// many others, the outermost of which is given.
func (f *function) inlines(depth int, o *op, callee *function) bool {
	switch callee.inlined {
	case everywhere:
		return true
	case inScheduler:
		return depth == 0 && o.inlined || depth == 1 && f.scheduler && len(callee.body) <= mediumSize/2
	}
	return false
}

// inlineKind finds out where calls of a function are written as what it does.
func (m *module) inlineKind(f *function) inlineKind {
	kind := everywhere
	if len(f.body) > smallSize {
		kind = inScheduler
	}
	if len(f.body) > mediumSize {
		return nowhere
	}
	for block, b := range f.blocks {
		for i := range b.ops {
			kind = min(kind, m.inlineKindOf(f, block, &b.ops[i]))
		}
	}
	if kind == inScheduler && m.isIrreducible(f) {
		return nowhere
	}
	return kind
}

// isIrreducible reports whether a function would keep a loop around a table of branches.
func (m *module) isIrreducible(f *function) bool {
	e := emitter{m: m, f: f}
	e.makeGraph()
	e.plan.Make(&e.graph)
	return e.plan.Irreducible
}

// inlineKindOf finds out where an op may be written within another function.
func (m *module) inlineKindOf(f *function, block int, o *op) inlineKind {
	is := func(ok bool, kind inlineKind) inlineKind {
		if ok {
			return kind
		}
		return nowhere
	}
	switch o.kind {
	case plain:
		return is(f.isMovable(o), everywhere)
	case stackAddress, stackLoad, stackBase, stackStore, enter, closes, ret, unreachable:
		return everywhere
	case open:
		return is(f.body[o.at] == code1(wasm.OpIf), everywhere)
	case jump, jumpIf:
		if int(o.x) > block {
			return everywhere
		}
		return inScheduler
	case stackCheck, callIndirect:
		return inScheduler
	case call:
		if callee := m.function(uint32(o.x)); callee.mayEnd {
			return inScheduler
		}
		return everywhere
	case callOwn:
		callee := m.function(uint32(o.x))
		if callee != nil && callee.isLeaf {
			return everywhere
		}
		return is(callee != nil, inScheduler)
	}
	return nowhere
}

// isMovable reports whether plain instructions can be written within another function: there is no branch among them,
// and they use locals that are there.
func (f *function) isMovable(o *op) bool {
	locals := uint32(1 + len(f.localTypes()))
	r := wasm.NewCodeReader(f.body[o.at:o.end], 0, wasm.DefaultFeatures, 0)
	for r.Len() > 0 {
		var in wasm.Instr
		switch {
		case r.Next(&in) != nil, in.Op == wasm.OpBr, in.Op == wasm.OpBrIf, in.Op == wasm.OpBrTable:
			return false
		case in.Op.Info().Imm == wasm.ImmLocal && in.Index >= locals:
			return false
		}
	}
	return true
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
	if y, ok := e.f.ofCaller(x); ok && e.outer != nil {
		return e.outer.spLocal, y
	}
	return e.spLocal, x
}

// onStack returns the local and the offset with which to find what is at SP + x.
func (c *checker) onStack(x uint64) (uint64, uint64) {
	if y, ok := c.f.ofCaller(x); ok && c.in != nil {
		return c.in.outer.local(localSP), y
	}
	return c.local(localSP), x
}

// A spare is a local for those of inlined functions.
type spare struct {
	index uint32
	t     wasm.ValType
	taken bool
}

// inlines reports whether a call is written as what the callee does.
func (e *emitter) inlines(o *op, callee *function) bool {
	depth := 0
	for in := e; in.outer != nil; in = in.outer {
		depth++
	}
	return e.root().f.inlines(depth, o, callee)
}

// root returns the emitter of the function that is written, with what is within it.
func (e *emitter) root() *emitter {
	for e.outer != nil {
		e = e.outer
	}
	return e
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

func (e *emitter) giveBack(locals []uint32) {
	for i := range e.spares {
		if s := &e.spares[i]; slices.Contains(locals, s.index) {
			s.taken = false
		}
	}
}

// inline writes a call as what the callee does.
func (e *emitter) inline(o *op, callee *function) {
	if e.inner == nil {
		e.inner = &emitter{outer: e}
	}
	in, root, types := e.inner, e.root(), callee.localTypes()
	in.m, in.f, in.depth, in.renamed = e.m, callee, 0, append(in.renamed[:0], localPCB)
	for _, t := range types {
		in.renamed = append(in.renamed, root.borrow(t))
	}
	in.spLocal = in.renamed[localSP]
	e.sp(wasm.OpI32Sub, 8)
	e.index(wasm.OpLocalTee, in.spLocal)
	e.i64(o.pc)
	e.memory(wasm.OpI64Store, 3, 0)
	for i, t := range types[1:] {
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
	root.giveBack(in.renamed[localSP:])
}

// moved writes what SP is in the functions around, after it has changed in this one, whose frame has so many bytes: the
// stack may have moved.
func (e *emitter) moved(frame uint64) {
	for in := e; in.outer != nil; in = in.outer {
		e.index(wasm.OpLocalGet, in.spLocal)
		e.i32(int32(frame + 8))
		e.op(wasm.OpI32Add)
		e.index(wasm.OpLocalSet, in.outer.spLocal)
		frame = in.outer.f.frame
	}
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
func (c *checker) isInlined(o *op) bool {
	depth := 0
	for in := c.in; in != nil; in = in.outer {
		depth++
	}
	return c.whole.inlines(depth, o, c.m.function(uint32(o.x)))
}

// local returns the local that stands for one of the old code.
func (in *inlining) local(x uint64) uint64 {
	if in == nil {
		return x
	}
	return in.renamed[x]
}

// uses reports whether a local is one of those of an inlined function, or of one around it.
func (in *inlining) uses(x uint64) bool {
	return in != nil && (slices.Contains(in.renamed, x) || in.outer.uses(x))
}

// inline passes what stands before the callee's ops, which must use locals that nothing else uses; the caller goes on
// at an op.
func (c *checker) inline(o *op, block, next int) {
	in := c.calls[c.at]
	if in == nil {
		in = &inlining{f: c.m.function(uint32(o.x)), outer: c.in, block: block, op: next}
		c.calls[c.at] = in
	}
	if in.f.index != uint32(o.x) || in.outer != c.in || in.block != block || in.op != next {
		c.fail("an inlined function is in the place of two calls")
	}
	in.renamed = append(in.renamed[:0], noLocal)
	own := c.extraLocals(len(c.whole.entries) > 0, c.whole.irreducible, c.whole.role == mcall)
	rename := func(op wasm.Opcode) {
		if c.at < len(c.instrs) {
			x := c.instrs[c.at].x
			if x < own || in.uses(x) {
				c.fail("an inlined function has a local that is used otherwise")
			}
			in.renamed = append(in.renamed, x)
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

// moved passes what says where SP is in the functions around.
func (c *checker) moved(frame uint64) {
	for in := c.in; in != nil; in = in.outer {
		c.want(wasm.OpLocalGet, in.local(localSP))
		c.want(wasm.OpI32Const, frame+8)
		c.wantOp(wasm.OpI32Add)
		c.want(wasm.OpLocalSet, in.outer.local(localSP))
		if in.outer != nil {
			frame = in.outer.f.frame
		}
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
