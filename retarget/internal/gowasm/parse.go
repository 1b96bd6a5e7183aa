package gowasm

import "weft/wasm"

// A parser recognises functions of the shape that Go's assembler and linker give to all of them
// (cmd/internal/obj/wasm):
//
//	SP anew
//	[block]                                 to return 1 from, if the function can unwind
//	[loop]                                  to jump to any block, if there are jumps
//	block × (n+1); get PC_B; br_table; end  if the function has n points at which it can be entered
//	block 0 end block 1 end … block n
//	[end] unreachable [end i32.const 1] end
//
// and takes its blocks apart into ops. Whatever differs is refused.
type parser struct {
	code
	f   *function
	m   *module
	err *Refusal

	last      int  // the number of the last block
	loop      bool // there is the loop
	unwinds   bool // there is the block to return 1 from
	at, end   int  // instructions between the header and the trailer
	depth     int  // of blocks inside of a block of Go's code
	current   int  // number of the block
	ops       []op
	stores    map[int]uint64 // by instruction that is a store to SP + x: x
	plainFrom int            // where plain instructions begin that are not in ops yet; -1 for none
	reader    wasm.CodeReader
}

// spAnew is what follows calls: the callee may have moved the stack.
var spAnew = []want{{op: wasm.OpGlobalGet, x: globalSP}, {op: wasm.OpLocalSet, x: localSP}}

// changeSP is a change of SP.
var changeSP = []want{{op: wasm.OpLocalTee, x: localSP}, {op: wasm.OpGlobalSet, x: globalSP}}

// parse recognises a function.
func (p *parser) parse(f *function) error {
	p.f, p.err, p.stores = f, nil, map[int]uint64{}
	if err := p.read(&p.reader, f.fn); err != nil {
		return err
	}
	if p.header(); p.err == nil {
		p.body()
	}
	if p.err != nil {
		return p.err
	}
	return nil
}

// refuse notes what was expected at an instruction.
func (p *parser) refuse(i int, format string, args ...any) {
	if p.err != nil {
		return
	}
	at := len(p.f.fn.Body)
	if i >= 0 && i < len(p.instrs) {
		at = int(p.instrs[i].at)
	}
	p.err = refuse(p.f, at, format, args...)
}

// header recognises what stands around the blocks.
func (p *parser) header() {
	p.loop, p.unwinds, p.last = false, false, 0
	if l := p.f.fn.Locals; len(l) == 0 || l[0].Count != 1 || l[0].Type != wasm.I32 {
		p.refuse(0, "expected that the first local is SP")
		return
	}
	p.f.locals = p.f.fn.Locals
	if !p.match(0, spAnew) {
		p.refuse(0, "expected that the function begins with SP")
		return
	}
	i, opens, loopAt := 2, 0, -1
	for ; p.op(i) == wasm.OpBlock || p.op(i) == wasm.OpLoop && loopAt < 0; i++ {
		if p.op(i) == wasm.OpLoop {
			loopAt = opens
		}
		opens++
	}
	if p.is(i, wasm.OpLocalGet, localPCB) && p.op(i+1) == wasm.OpBrTable {
		p.dispatch(i, opens, loopAt)
	} else {
		// Without a point to be entered at there are no jumps; the block may be there.
		p.f.table = []uint32{0}
		p.at = 2
		if n := len(p.instrs); p.op(2) == wasm.OpBlock && p.is(n-2, wasm.OpI32Const, 1) && p.op(n-3) == wasm.OpEnd {
			p.unwinds = true
			p.at = 3
		}
	}
	if p.err == nil {
		p.trailer()
	}
}

// dispatch recognises the table of the header.
func (p *parser) dispatch(i, opens, loopAt int) {
	p.f.table = p.labels[p.instrs[i+1].x]
	p.last = int(p.f.table[len(p.f.table)-1])
	around := opens - (p.last + 1)
	p.loop = loopAt >= 0
	if p.loop {
		around--
	}
	if around < 0 || around > 1 || p.loop && loopAt != around {
		p.refuse(i, "expected a block for each of %d points and at most one more, found %d", p.last+1, opens)
		return
	}
	p.unwinds = around == 1
	for k, l := range p.f.table {
		if k > 0 && l < p.f.table[k-1] || k == 0 && l != 0 {
			p.refuse(i+1, "expected that PC_B grows with the blocks")
			return
		}
	}
	if p.op(i+2) != wasm.OpEnd {
		p.refuse(i+2, "expected end behind the table")
		return
	}
	p.at = i + 3
}

// trailer recognises the end of the function.
func (p *parser) trailer() {
	i := len(p.instrs) - 1 // the function's end
	if p.unwinds {
		if !p.is(i-1, wasm.OpI32Const, 1) || p.op(i-2) != wasm.OpEnd {
			p.refuse(i-1, "expected that the function ends by returning 1")
			return
		}
		i -= 2
	}
	if i--; p.op(i) != wasm.OpUnreachable {
		p.refuse(i, "expected unreachable at the end")
		return
	}
	if p.loop {
		if i--; p.op(i) != wasm.OpEnd {
			p.refuse(i, "expected the end of the loop")
			return
		}
	}
	if p.end = i; p.end < p.at {
		p.refuse(i, "expected blocks before the end")
	}
}

// body takes the blocks apart.
func (p *parser) body() {
	f := p.f
	f.blocks = make([]block, 0, p.last+1)
	p.ops, p.depth, p.current, p.plainFrom = p.ops[:0], 0, 0, -1
	for i := p.at; i < p.end && p.err == nil; {
		n := p.group(i)
		if n == 0 {
			if p.plainFrom < 0 {
				p.plainFrom = i
			}
			n = 1
		}
		i += n
	}
	if p.err == nil && (p.current != p.last || p.depth != 0) {
		p.refuse(p.end, "expected %d blocks, found %d at depth %d", p.last+1, p.current+1, p.depth)
	}
	p.endBlock(p.end)
}

// add ends the plain instructions before instruction i and adds an op of n instructions.
func (p *parser) add(i, n int, o op) int {
	p.endPlain(i)
	o.at, o.end = p.instrs[i].at, p.instrs[i+n-1].end
	if o.kind.ends() && p.depth > 0 && p.op(i+n) != wasm.OpEnd {
		p.refuse(i+n, "expected the end of the block that has been left")
	}
	p.ops = append(p.ops, o)
	return n
}

func (p *parser) endPlain(i int) {
	if p.plainFrom >= 0 {
		p.ops = append(p.ops, op{kind: plain, at: p.instrs[p.plainFrom].at, end: p.instrs[i].at})
		p.plainFrom = -1
	}
}

func (p *parser) endBlock(i int) {
	if p.err != nil {
		return
	}
	p.endPlain(i)
	p.f.blocks = append(p.f.blocks, block{append([]op(nil), p.ops...)})
	p.ops = p.ops[:0]
}

// group recognises a group of instructions at i, adds its op, and returns how many they are; 0 for a plain one.
func (p *parser) group(i int) int {
	in := &p.instrs[i]
	if x, ok := p.stores[i]; ok {
		return p.add(i, 1, op{kind: stackStore, x: x, pc: uint64(in.at)})
	}
	switch in.op {
	case wasm.OpLocalGet:
		switch in.x {
		case localSP:
			return p.atSP(i)
		case localPCB:
			p.refuse(i, "expected no use of PC_B")
		}
	case wasm.OpLocalSet, wasm.OpLocalTee:
		switch {
		case in.x == localPCB:
			p.refuse(i, "expected no change of PC_B")
		case p.match(i, changeSP):
			return p.add(i, len(changeSP), op{kind: setSP})
		case in.x == localSP:
			p.refuse(i, "expected a change of SP in both places")
		}
	case wasm.OpGlobalGet:
		if in.x == globalSP {
			p.refuse(i, "expected a use of SP by its local")
		}
	case wasm.OpGlobalSet:
		if in.x == globalSP {
			p.refuse(i, "expected a change of SP in both places")
		}
		if in.x == globalPause && p.f.role != pause {
			p.refuse(i, "expected no change of PAUSE")
		}
	case wasm.OpI32Const:
		return p.atConst(i)
	case wasm.OpI64Const, wasm.OpI32WrapI64:
		return p.indirect(i)
	case wasm.OpIf:
		if n := p.jumpIf(i); n > 0 {
			return n
		}
		return p.open(i)
	case wasm.OpBlock, wasm.OpLoop:
		return p.open(i)
	case wasm.OpEnd:
		return p.close(i)
	case wasm.OpBr, wasm.OpBrIf:
		if in.x >= uint64(p.depth) {
			p.refuse(i, "expected a branch inside of the block")
		}
	case wasm.OpBrTable:
		for _, l := range p.labels[in.x] {
			if int64(l) >= int64(p.depth) {
				p.refuse(i, "expected a table of branches inside of the block")
			}
		}
	case wasm.OpCall:
		return p.callOwn(i)
	case wasm.OpCallIndirect, wasm.OpReturn:
		p.refuse(i, "expected what comes before %v in Go's code", in.op)
	case wasm.OpUnreachable:
		return p.add(i, 1, op{kind: unreachable})
	}
	return 0
}

func (p *parser) open(i int) int {
	if p.instrs[i].end-p.instrs[i].at != 2 { // the opcode, and an empty type
		p.refuse(i, "expected a block without a type")
	}
	if p.depth++; p.depth > deepest {
		p.refuse(i, "blocks nest too deeply")
	}
	return p.add(i, 1, op{kind: open})
}

func (p *parser) close(i int) int {
	if p.depth > 0 {
		p.depth--
		return p.add(i, 1, op{kind: closes})
	}
	p.endBlock(i)
	if p.current++; p.current > p.last {
		p.refuse(i, "expected %d blocks", p.last+1)
	}
	return 1
}

// loopLabel is the label here of the loop of the header, unwindLabel that of the block to return 1 from.
func (p *parser) loopLabel() uint64 { return uint64(p.depth + p.last - p.current) }

func (p *parser) unwindLabel() uint64 {
	if p.loop {
		return p.loopLabel() + 1
	}
	return p.loopLabel()
}

// blockOf returns the block that a PC_B stands for.
func (p *parser) blockOf(pcb uint64) uint64 {
	return uint64(p.f.table[min(pcb, uint64(len(p.f.table)-1))])
}

// jumpTo returns the block that a jump at i goes to: i32.const PC_B, local.set, br to the loop.
func (p *parser) jumpTo(i int) (uint64, bool) {
	if p.loop && p.op(i) == wasm.OpI32Const && p.is(i+1, wasm.OpLocalSet, localPCB) && p.is(i+2, wasm.OpBr, p.loopLabel()) {
		return p.blockOf(uint64(uint32(p.instrs[i].x))), true
	}
	return 0, false
}

func (p *parser) jumpIf(i int) int {
	p.depth++
	to, ok := p.jumpTo(i + 1)
	p.depth--
	if !ok || p.op(i+4) != wasm.OpEnd {
		return 0
	}
	return p.add(i, 5, op{kind: jumpIf, x: to})
}

// atConst recognises what begins with i32.const: a jump, a tail call, or the return of 0 or 1 without a frame.
func (p *parser) atConst(i int) int {
	if to, ok := p.jumpTo(i); ok {
		return p.add(i, 3, op{kind: jump, x: to})
	}
	if n := p.tail(i); n > 0 {
		return n
	}
	if p.op(i+1) == wasm.OpReturn {
		p.refuse(i, "expected SP += 8 before a return")
	}
	if p.is(i+1, wasm.OpLocalSet, localPCB) {
		p.refuse(i, "expected a branch to the loop behind the change of PC_B")
	}
	return 0
}

// tail recognises a tail call: i32.const 0, call, SP anew, return.
func (p *parser) tail(i int) int {
	if !p.is(i, wasm.OpI32Const, 0) || p.op(i+1) != wasm.OpCall || !p.match(i+2, spAnew) || p.op(i+4) != wasm.OpReturn {
		return 0
	}
	callee := uint32(p.instrs[i+1].x)
	if !p.m.isGo(callee) {
		p.refuse(i+1, "expected a tail call of a function of Go's shape")
	}
	p.callee(callee)
	return p.add(i, 5, op{kind: tailCall, x: uint64(callee)})
}

func (p *parser) callee(index uint32) { p.f.callees = append(p.f.callees, index) }

// callOwn recognises a call of an import or of a function with a shape of its own.
func (p *parser) callOwn(i int) int {
	callee := uint32(p.instrs[i].x)
	if p.m.isGo(callee) {
		p.refuse(i, "expected i32.const 0 before a call of %s", p.m.name(callee))
		return 1
	}
	if f := p.m.function(callee); f != nil && f.shape != ownShape {
		p.refuse(i, "expected no call of %s", f.name)
	}
	if !p.match(i+1, spAnew) {
		p.refuse(i+1, "expected SP behind a call")
		return 1
	}
	p.callee(callee)
	return p.add(i, 3, op{kind: callOwn, x: uint64(callee)})
}
