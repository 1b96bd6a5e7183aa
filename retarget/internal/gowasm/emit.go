package gowasm

import (
	"weft/retarget/internal/structured"
	"weft/wasm"
)

// An emitter writes functions anew: without PC_B and without unwinding, and with blocks, loops and branches in the
// place of jumps.
//
// The parameter was PC_B, and is SP now; it goes to local SP, so that plain instructions can be copied as they are.
// Then local 0 serves to exchange operands, and recovery puts there where the function is to go on.
type emitter struct {
	m *module
	f *function
	b []byte

	graph structured.Graph
	plan  structured.Plan
	form  structured.Emitter

	leader []bool  // by block: a node begins there
	nodeOf []int32 // by block that is a leader: its node
	blocks []int32 // by node: the block at which it begins; none for the one that chooses an entry
	depth  int     // of blocks that ops open

	spLocal  uint32 // the local that has SP
	declared []wasm.LocalGroup
	locals   uint32 // how many there are
	height   uint32 // the local with the distance of SP from the stack's upper end at entry; for functions with entries
	self     uint32 // the local that has g at entry; for mcall
	next     uint32 // the local that has the next node; for irreducible functions

	inner   *emitter // writes what is inlined; see inline.go
	spares  []spare  // locals for those
	outer   *emitter // what this one writes is within what that writes
	renamed []uint32 // by local of the function: the local of the one in which it is written

	hints  []wasm.BranchHint // with offsets in b
	counts Counts
	at     opPlace // of the op that is being written
}

const noBlock = -1

// An opPlace is where an op is.
type opPlace struct{ block, op int }

// function writes a function.
func (e *emitter) function(f *function) {
	e.f, e.b, e.depth, e.spLocal, e.spares = f, make([]byte, 0, len(f.fn.Body)), 0, localSP, e.spares[:0]
	e.hints = nil
	e.makeGraph()
	e.plan.Make(&e.graph)
	f.irreducible = e.plan.Irreducible
	e.count()
	e.declareLocals()
	e.index(wasm.OpLocalGet, localPCB)
	e.index(wasm.OpLocalSet, e.spLocal)
	if f.role == mcall {
		e.index(wasm.OpGlobalGet, globalG)
		e.index(wasm.OpLocalSet, e.self)
	}
	if len(f.entries) > 0 {
		e.recovering()
	} else {
		e.form.Emit(&e.plan, e)
	}
	e.op(wasm.OpUnreachable)
	e.op(wasm.OpEnd)
	f.fn.Body, f.fn.Locals, f.fn.Type = e.b, e.declared, e.m.typeOf(f)
	f.hints = e.hints
	for i := range f.hints {
		f.hints[i].Offset += uint32(wasm.LocalsSize(e.declared))
	}
}

// typeOf returns the type that a function gets.
func (m *module) typeOf(f *function) uint32 {
	if f.switches {
		return m.added.switchingType
	}
	return m.added.plainType
}

func (e *emitter) count() {
	s := &e.counts
	s.Functions++
	s.Blocks += len(e.f.blocks)
	if len(e.f.entries) > 0 {
		s.Recovering++
	}
	for _, b := range e.f.blocks {
		for _, o := range b.ops {
			switch o.kind {
			case jump, jumpIf:
				s.Jumps++
			case call, callIndirect:
				s.Tests++
			case stackCheck:
				s.StackChecks++
				s.Tests++
			}
		}
	}
}

// declareLocals adds the locals that the new code needs.
func (e *emitter) declareLocals() {
	e.declared = append([]wasm.LocalGroup(nil), e.f.fn.Locals...)
	e.locals = 1 // the parameter
	for _, g := range e.declared {
		e.locals += g.Count
	}
	if len(e.f.entries) > 0 {
		e.height = e.local(wasm.I32)
	}
	if e.plan.Irreducible {
		e.next = e.local(wasm.I32)
	}
	if e.f.role == mcall {
		e.self = e.local(wasm.I64)
	}
}

func (e *emitter) local(t wasm.ValType) uint32 {
	e.declared = append(e.declared, wasm.LocalGroup{Count: 1, Type: t})
	e.locals++
	return e.locals - 1
}

// makeGraph joins blocks to nodes. A node begins at the first block and wherever a jump or recovery goes.
func (e *emitter) makeGraph() {
	f := e.f
	n := len(f.blocks)
	e.leader = append(e.leader[:0], make([]bool, n)...)
	e.nodeOf = append(e.nodeOf[:0], make([]int32, n)...)
	e.blocks = e.blocks[:0]
	e.leader[0] = true
	for _, b := range f.blocks {
		for _, o := range b.ops {
			if o.kind == jump || o.kind == jumpIf {
				e.leader[o.x] = true
			}
		}
	}
	for _, entry := range f.entries {
		e.leader[entry.block] = true
	}
	if len(f.entries) > 0 {
		e.blocks = append(e.blocks, noBlock)
	}
	for i, leads := range e.leader {
		if leads {
			e.nodeOf[i] = int32(len(e.blocks))
			e.blocks = append(e.blocks, int32(i))
		}
	}
	e.graph.Reset()
	for _, first := range e.blocks {
		if first == noBlock {
			e.graph.Edge(int(e.nodeOf[0]))
			for _, entry := range f.entries {
				e.graph.Edge(int(e.nodeOf[entry.block]))
			}
		} else {
			e.edges(int(first))
		}
		e.graph.EndNode()
	}
}

// edges adds the edges of the node that begins at a block.
func (e *emitter) edges(first int) {
	for block := first; ; block++ {
		depth := 0
		for _, o := range e.f.blocks[block].ops {
			depth += o.kind.nesting()
			if o.kind == jump || o.kind == jumpIf {
				e.graph.Edge(int(e.nodeOf[o.x]))
			}
			if depth == 0 && e.endsNode(&o) {
				return
			}
		}
		if block+1 == len(e.f.blocks) {
			return
		}
		if e.leader[block+1] {
			e.graph.Edge(int(e.nodeOf[block+1]))
			return
		}
	}
}

// endsNode reports whether control never goes on behind an op.
func (e *emitter) endsNode(o *op) bool {
	return o.kind.ends() || o.kind == call && e.neverEnds(o) || e.f.role == moreStack && o.kind == call && o.resumes ||
		e.f.role == mcall && o.kind == callIndirect
}

func (e *emitter) neverEnds(o *op) bool { return !e.m.function(uint32(o.x)).mayEnd }

// Open implements structured.Writer.
func (e *emitter) Open(loop bool) {
	op := wasm.OpBlock
	if loop {
		op = wasm.OpLoop
	}
	e.op(op)
	e.b = append(e.b, emptyType)
}

// Close implements structured.Writer.
func (e *emitter) Close() { e.op(wasm.OpEnd) }

// Dispatch implements structured.Writer.
func (e *emitter) Dispatch(nodes int) {
	e.index(wasm.OpLocalGet, e.next)
	labels := make([]uint32, nodes)
	for i := range labels {
		labels[i] = uint32(i)
	}
	e.b = wasm.AppendInstr(e.b, &wasm.Instr{Op: wasm.OpBrTable, Labels: labels}, 0)
}

// Node implements structured.Writer.
func (e *emitter) Node(n int) {
	depth := e.depth
	e.depth = 0
	e.node(int(e.blocks[n]))
	e.depth = depth
}

func (e *emitter) node(block int) {
	if block == noBlock {
		e.chooseEntry()
		return
	}
	if block == 0 && e.f.role == destroy {
		e.index(wasm.OpCall, e.m.added.die)
	}
	for ; ; block++ {
		for i := range e.f.blocks[block].ops {
			o := &e.f.blocks[block].ops[i]
			e.at = opPlace{block, i}
			e.write(o)
			if e.depth == 0 && e.endsNode(o) {
				return
			}
		}
		if block+1 == len(e.f.blocks) {
			e.op(wasm.OpUnreachable)
			return
		}
		if e.leader[block+1] {
			e.goTo(block+1, true)
			return
		}
	}
}

// chooseEntry goes to the beginning, or where recovery wants the function to go on.
func (e *emitter) chooseEntry() {
	e.index(wasm.OpLocalGet, localPCB)
	e.op(wasm.OpI32Eqz)
	e.hint(true)
	e.goToIf(0)
	for _, entry := range e.f.entries {
		e.index(wasm.OpLocalGet, localPCB)
		e.i32(int32(entry.pcb))
		e.op(wasm.OpI32Eq)
		e.goToIf(entry.block)
	}
	e.op(wasm.OpUnreachable)
}

// recovering writes a function that can be entered by recovery: its nodes in a try_table in a loop. The exception is
// for this frame if SP is as far from the upper end of the stack as it is in the function; the stack as a whole may
// have moved.
func (e *emitter) recovering() {
	e.i32(0)
	e.index(wasm.OpLocalSet, localPCB)
	e.distance()
	e.index(wasm.OpLocalSet, e.height)
	e.typed(wasm.OpLoop, emptyType)
	e.typed(wasm.OpBlock, byte(wasm.KindI32))
	e.b = wasm.AppendInstr(e.b, &wasm.Instr{Op: wasm.OpTryTable,
		Catches: []wasm.Catch{{Kind: wasm.CatchTag, Tag: e.m.added.recoverTag, Label: 0}}}, 0)
	e.form.Emit(&e.plan, e)
	e.op(wasm.OpEnd)
	e.op(wasm.OpUnreachable)
	e.op(wasm.OpEnd)
	e.index(wasm.OpLocalSet, localPCB)
	e.readSP()
	e.distance()
	e.index(wasm.OpLocalGet, e.height)
	e.i32(int32(e.f.frame))
	e.op(wasm.OpI32Add)
	e.op(wasm.OpI32Ne)
	e.typed(wasm.OpIf, emptyType)
	e.index(wasm.OpLocalGet, localPCB)
	e.index(wasm.OpThrow, e.m.added.recoverTag)
	e.op(wasm.OpEnd)
	if e.plan.Irreducible {
		e.i32(0)
		e.index(wasm.OpLocalSet, e.next)
	}
	e.index(wasm.OpBr, 0)
	e.op(wasm.OpEnd)
}

// distance writes g.stack.hi - SP.
func (e *emitter) distance() {
	e.index(wasm.OpGlobalGet, globalG)
	e.op(wasm.OpI32WrapI64)
	e.memory(wasm.OpI32Load, 2, 8)
	e.index(wasm.OpLocalGet, e.spLocal)
	e.op(wasm.OpI32Sub)
}
