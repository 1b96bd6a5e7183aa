package gowasm

import (
	"strings"

	"weft/wasm"
)

// What begins with SP: frames, returns, the check of the stack, and calls, for which the return address is pushed.

var (
	// pushPC is SP -= 8; mem[SP] = PC.
	pushPC = []want{{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpI32Const, x: 8}, {op: wasm.OpI32Sub},
		{op: wasm.OpLocalTee, x: localSP}, {op: wasm.OpGlobalSet, x: globalSP},
		{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpI64Const, any: true}, {op: wasm.OpI64Store}}
	// lessSP is SP -= x, and moreSP is SP += x.
	lessSP = []want{{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpI32Const, any: true}, {op: wasm.OpI32Sub},
		{op: wasm.OpLocalTee, x: localSP}, {op: wasm.OpGlobalSet, x: globalSP}}
	moreSP = []want{{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpI32Const, any: true}, {op: wasm.OpI32Add},
		{op: wasm.OpLocalTee, x: localSP}, {op: wasm.OpGlobalSet, x: globalSP}}
	// guard is SP and g.stackguard0, to be compared.
	guard = []want{{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpGlobalGet, x: globalG}, {op: wasm.OpI32WrapI64},
		{op: wasm.OpI32Load, x: guardOffset}}
	// shiftPC makes PC_F of a PC, and shiftPC124 does so in go1.24.
	shiftPC    = []want{{op: wasm.OpI64Const, x: 16}, {op: wasm.OpI64ShrU}, {op: wasm.OpI32WrapI64}}
	shiftPC124 = []want{{op: wasm.OpI32WrapI64}, {op: wasm.OpI32Const, x: 16}, {op: wasm.OpI32ShrU}}
	// viaPCB is the call of the function with a PC_F; PC_B serves to exchange two operands.
	viaPCB = []want{{op: wasm.OpLocalSet, x: localPCB}, {op: wasm.OpI32Const}, {op: wasm.OpLocalGet, x: localPCB},
		{op: wasm.OpCallIndirect}}
	// address is SP + x.
	address = []want{{op: wasm.OpLocalGet, x: localSP}, {op: wasm.OpI64ExtendI32U}, {op: wasm.OpI64Const, any: true},
		{op: wasm.OpI64Add}, {op: wasm.OpI32WrapI64}}
	trapIf = []want{{op: wasm.OpIf}, {op: wasm.OpUnreachable}, {op: wasm.OpEnd}}
)

// atSP recognises what begins with local.get SP.
func (p *parser) atSP(i int) int {
	switch {
	case p.match(i, pushPC) && !(p.isEntry() && !p.isCall(i+len(pushPC))):
		return p.call(i)
	case p.match(i, address):
		x := p.instrs[i+2].x
		if n := p.access(i, len(address), x); n > 0 || x >= mostOffset {
			return n
		}
		return p.add(i, len(address), op{kind: stackAddress, x: x})
	case p.match(i, guard):
		if n := p.stackCheck(i); n > 0 {
			return n
		}
		p.refuse(i, "expected that the check of the stack calls morestack")
	case p.match(i, moreSP):
		return p.leave(i)
	case p.match(i, lessSP) && p.isEntry():
		p.f.frame = p.instrs[i+1].x
		return p.add(i, len(lessSP), op{kind: enter, x: p.f.frame})
	}
	return p.access(i, 1, 0)
}

// mostOffset is above what is added to SP to access the stack. An address on the stack and what is added to it are
// below 4 GiB together, so loads and stores can add.
const mostOffset = 1 << 31

// access recognises n instructions for SP + x with the load from there, or for the store there that takes it.
func (p *parser) access(i, n int, x uint64) int {
	if x >= mostOffset {
		return 0
	}
	i += n
	if p.op(i) >= wasm.OpI32Load && p.op(i) <= wasm.OpI64Load32U && p.instrs[i].x < mostOffset {
		return p.add(i-n, n+1, op{kind: stackLoad, x: x + p.instrs[i].x, pc: uint64(p.instrs[i].at)})
	}
	if to := p.storeAt(i); to >= 0 && p.instrs[to].x < mostOffset {
		p.stores[to] = x + p.instrs[to].x
		return p.add(i-n, n, op{kind: stackBase, x: p.stores[to]})
	}
	return 0
}

// storeAt returns the store to the address that is on the operand stack before instruction i; -1 if what takes it is
// something else, or is not found.
func (p *parser) storeAt(i int) int {
	for above := 0; i < p.end; i++ { // values above the address
		pops, pushes, ok := effect(p.op(i))
		switch {
		case !ok || pops > above+1:
			return -1
		case pops == above+1:
			if op := p.op(i); above == 1 && op >= wasm.OpI32Store && op <= wasm.OpI64Store32 {
				return i
			}
			return -1
		}
		above += pushes - pops
	}
	return -1
}

// effect returns how many operands an instruction takes and gives; false for most of those without a signature.
func effect(op wasm.Opcode) (pops, pushes int, ok bool) {
	switch op {
	case wasm.OpLocalGet, wasm.OpGlobalGet:
		return 0, 1, true
	case wasm.OpLocalSet, wasm.OpGlobalSet, wasm.OpDrop:
		return 1, 0, true
	case wasm.OpLocalTee:
		return 1, 1, true
	case wasm.OpSelect:
		return 3, 1, true
	}
	taken, given, ok := strings.Cut(op.Info().Signature, ">")
	return len(taken), len(given), ok
}

// isCall reports whether a call may begin at i. A frame of 8 bytes whose word is set at once looks like a return
// address.
func (p *parser) isCall(i int) bool {
	return p.is(i, wasm.OpI32Const, 0) && p.op(i+1) == wasm.OpCall || p.isIndirect(i)
}

// isEntry reports whether nothing but the check of the stack stands before.
func (p *parser) isEntry() bool {
	none := len(p.ops) == 0 || len(p.ops) == 1 && p.ops[0].kind == stackCheck
	return p.current == 0 && p.depth == 0 && p.plainFrom < 0 && none
}

// stackCheck recognises the check of the stack.
func (p *parser) stackCheck(i int) int {
	from, extra := i, uint64(0)
	i += len(guard)
	if p.op(i) == wasm.OpI32Const && p.op(i+1) == wasm.OpI32Add {
		extra = p.instrs[i].x
		i += 2
	}
	if p.op(i) != wasm.OpI32LeU || p.op(i+1) != wasm.OpIf || !p.match(i+2, pushPC) || p.current != 0 || !p.isEntry() {
		return 0
	}
	pc := p.instrs[i+8].x
	i += 2 + len(pushPC)
	if !p.is(i, wasm.OpI32Const, 0) || p.op(i+1) != wasm.OpCall || !p.match(i+2, spAnew) {
		return 0
	}
	callee := uint32(p.instrs[i+1].x)
	name := p.m.name(callee)
	if name != "runtime.morestack" && name != "runtime.morestack_noctxt" {
		return 0
	}
	p.depth++
	unwind := p.unwindLabel()
	p.depth--
	if !p.unwinds || !p.is(i+4, wasm.OpBrIf, unwind) || p.op(i+5) != wasm.OpEnd {
		return 0
	}
	if !p.isOwnPC(pc) || p.blockOf(pc&0xFFFF) != 0 {
		p.refuse(from, "expected that morestack goes on at the beginning")
	}
	p.callee(callee)
	return p.add(from, i+6-from, op{kind: stackCheck, x: uint64(callee)<<32 | extra, pc: pc})
}

// isOwnPC reports whether a PC is one of the function.
func (p *parser) isOwnPC(pc uint64) bool {
	return pc>>16 == uint64(p.f.index-p.m.imported)+firstPCF
}

// leave recognises a return, or a tail call, with what it does to SP before.
func (p *parser) leave(i int) int {
	from, total := i, p.instrs[i+1].x
	i += len(moreSP)
	if n := len(moreSP); p.match(i, moreSP) && p.is(i+1, wasm.OpI32Const, 8) &&
		p.op(i+n) == wasm.OpI32Const && p.op(i+n+1) == wasm.OpReturn {
		if total != p.f.frame {
			p.refuse(from, "expected that the function leaves its frame of %d bytes, found %d", p.f.frame, total)
		}
		total += 8
		i += len(moreSP)
	} else if total != 8 || p.f.frame != 0 {
		return 0 // a tail call follows, or it is plain
	}
	if p.op(i) != wasm.OpI32Const || p.op(i+1) != wasm.OpReturn || p.instrs[i].x > 1 {
		return 0
	}
	kind := ret
	if p.instrs[i].x == 1 {
		if kind = retUnwind; p.f.role != pause {
			p.refuse(i, "expected that the function returns 0")
		}
	}
	return p.add(from, i+2-from, op{kind: kind, x: total})
}

// call recognises a call.
func (p *parser) call(i int) int {
	from, pc := i, p.instrs[i+6].x
	i += len(pushPC)
	o := op{kind: call, pc: pc}
	name := ""
	switch {
	case p.is(i, wasm.OpI32Const, 0) && p.op(i+1) == wasm.OpCall:
		callee := uint32(p.instrs[i+1].x)
		if !p.m.isGo(callee) {
			p.refuse(i+1, "expected a call of a function of Go's shape")
			return 1
		}
		p.callee(callee)
		o.x, name = uint64(callee), p.m.name(callee)
		i += 2
	case p.op(i) == wasm.OpI64Const || p.op(i) == wasm.OpI32WrapI64:
		if !p.isIndirect(i) {
			p.refuse(i, "expected a call of a PC")
			return 1
		}
		o.kind = callIndirect
		i += len(shiftPC) + len(viaPCB)
	default:
		p.refuse(i, "expected a call behind a return address")
		return 1
	}
	if !p.isOwnPC(pc) {
		p.refuse(from, "expected a return address of the function itself")
	}
	if !p.match(i, spAnew) {
		p.refuse(i, "expected SP behind a call")
		return 1
	}
	i += len(spAnew)
	switch {
	case p.unwinds && p.is(i, wasm.OpBrIf, p.unwindLabel()):
		i++
		o.resumes = true
		next := p.depth == 0 && p.op(i) == wasm.OpEnd && p.blockOf(pc&0xFFFF) == uint64(p.current+1)
		if !next && name != "runtime.sigpanic" {
			p.refuse(i, "expected that a call goes on in the next block")
		}
	case p.match(i, trapIf):
		i += len(trapIf)
	default:
		p.refuse(i, "expected the test whether to unwind behind a call")
	}
	return p.add(from, i-from, o)
}

// isIndirect recognises the call of a PC on the operand stack.
func (p *parser) isIndirect(i int) bool {
	return (p.match(i, shiftPC) || p.match(i, shiftPC124)) && p.match(i+len(shiftPC), viaPCB)
}

// indirect recognises a tail call of a PC on the operand stack.
func (p *parser) indirect(i int) int {
	if !p.isIndirect(i) {
		return 0
	}
	n := len(shiftPC) + len(viaPCB)
	if !p.match(i+n, spAnew) || p.op(i+n+2) != wasm.OpReturn {
		p.refuse(i, "expected a return address before a call")
		return 1
	}
	return p.add(i, n+3, op{kind: tailIndirect})
}
