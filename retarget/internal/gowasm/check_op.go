package gowasm

import (
	"bytes"

	"weft/wasm"
)

// block compares the ops of a block from one on, and of those that it goes on to without a jump.
func (c *checker) block(n, from int) {
	if n == 0 && from == 0 && c.f.role == destroy {
		c.want(wasm.OpCall, uint64(c.m.added.die))
	}
	ops := c.f.blocks[n].ops
	var opened []int // the blocks of the new code for those that ops open
	for i := from; i < len(ops); i++ {
		o := &ops[i]
		if o.kind == open && c.f.body[o.at] != code1(wasm.OpIf) {
			c.skip(c.beginnings(n, i))
		} else if o.kind != closes && o.kind != jumpIf && o.kind != jump {
			c.skip(0)
		}
		switch o.kind {
		case open:
			opened = append(opened, c.at)
			c.copied(o)
		case closes:
			end := c.ends[opened[len(opened)-1]]
			opened = opened[:len(opened)-1]
			c.closes(end)
		case jump:
			c.claim(int(o.x))
			if len(opened) > 0 {
				c.at = c.ends[opened[len(opened)-1]]
			}
		case ret:
			if c.ret(o); len(opened) > 0 && c.in != nil {
				c.at = c.ends[opened[len(opened)-1]]
			}
		default:
			if o.kind == call && len(opened) == 0 && c.isInlined(o) {
				c.inline(o, n, i+1)
				return
			}
			c.one(o, opened)
		}
		if c.err != nil || len(opened) == 0 && c.endsBlock(o) {
			return
		}
	}
	if n+1 == len(c.f.blocks) {
		c.skip(0)
		c.wantOp(wasm.OpUnreachable)
		return
	}
	c.claim(n + 1)
}

// endsBlock reports whether the old code does not go on behind an op.
func (c *checker) endsBlock(o *op) bool {
	return o.kind.ends() || o.kind == call && !c.m.function(uint32(o.x)).mayEnd ||
		(c.f.role == moreStack || c.f.role == mcall) && o.resumes
}

// closes passes the end of a block that was copied.
func (c *checker) closes(end int) {
	if c.at != end {
		c.fail("expected the end of a block")
	}
	c.at = end + 1
}

// one compares an op.
func (c *checker) one(o *op, opened []int) {
	switch o.kind {
	case plain:
		from := c.at
		c.copied(o)
		c.branches(from, opened)
	case stackAddress:
		sp, x := c.onStack(o.x)
		c.want(wasm.OpLocalGet, sp)
		c.want(wasm.OpI32Const, x)
		c.wantOp(wasm.OpI32Add)
	case stackLoad:
		sp, x := c.onStack(o.x)
		c.want(wasm.OpLocalGet, sp)
		c.access(o, x)
	case stackBase:
		sp, _ := c.onStack(o.x)
		c.want(wasm.OpLocalGet, sp)
	case stackStore:
		_, x := c.onStack(o.x)
		c.access(o, x)
	case setSP:
		c.want(wasm.OpLocalSet, c.local(localSP))
	case enter:
		c.sp(wasm.OpI32Sub, o.x)
		c.want(wasm.OpLocalSet, c.local(localSP))
	case stackCheck:
		c.stackCheck(o)
	case call:
		c.call(o)
	case callIndirect, tailIndirect:
		c.indirect(o)
	case tailCall:
		callee := c.m.function(uint32(o.x))
		c.want(wasm.OpLocalGet, c.local(localSP))
		c.want(wasm.OpCall, o.x)
		switch {
		case !callee.mayEnd:
			c.wantOp(wasm.OpUnreachable)
		case callee.switches:
			c.wantOp(wasm.OpReturn)
		default:
			c.returnsSP()
		}
	case callOwn:
		c.callOwn(o)
	case jumpIf:
		c.jumpIf(int(o.x))
	case retUnwind:
		c.sp(wasm.OpI32Add, o.x)
		c.want(wasm.OpGlobalSet, globalSP)
		c.want(wasm.OpCall, uint64(c.m.added.quit))
		c.wantOp(wasm.OpUnreachable)
	case unreachable:
		c.wantOp(wasm.OpUnreachable)
	}
}

// ret passes a return: of a function that is inlined the way to where the caller goes on.
func (c *checker) ret(o *op) {
	if c.in != nil {
		c.claimOp(c.in.outer, c.in.block, c.in.op)
		return
	}
	if c.f.switches {
		c.want(wasm.OpI32Const, 0)
	}
	c.sp(wasm.OpI32Add, o.x)
	c.wantOp(wasm.OpReturn)
}

// sp passes what puts SP plus or minus something on the operand stack.
func (c *checker) sp(op wasm.Opcode, by uint64) {
	c.want(wasm.OpLocalGet, c.local(localSP))
	c.want(wasm.OpI32Const, by)
	c.wantOp(op)
}

// access passes a load or store with another offset.
func (c *checker) access(o *op, offset uint64) {
	if c.at < len(c.instrs) && c.bytes(c.at)[1] != c.f.body[o.pc+1] {
		c.fail("expected another alignment")
	}
	c.want(opcodeOf(c.f.body[o.pc]), offset)
}

// readsSP passes what takes SP from the global.
func (c *checker) readsSP() {
	c.want(wasm.OpGlobalGet, globalSP)
	c.want(wasm.OpLocalSet, c.local(localSP))
}

// copied compares instructions that are to be as they were.
func (c *checker) copied(o *op) {
	if c.in != nil {
		c.renamed(o)
		return
	}
	old := c.f.body[o.at:o.end]
	if c.at >= len(c.instrs) {
		c.fail("expected more")
		return
	}
	from := int(c.instrs[c.at].at)
	if from+len(old) > len(c.fn.Body) || !bytes.Equal(c.fn.Body[from:from+len(old)], old) {
		c.fail("expected the instructions at %d of the old body", o.at)
		return
	}
	for c.at < len(c.instrs) && int(c.instrs[c.at].at) < from+len(old) {
		c.at++
	}
}

// branches checks that branches since an instruction go to the same of the blocks that were copied.
func (c *checker) branches(from int, opened []int) {
	if c.err != nil {
		return
	}
	check := func(i int, label uint64) {
		in, k := c.opens[i], len(opened)-1
		for ; label > 0 && k >= 0 && in == opened[k]; label-- {
			in = c.opens[in]
			k--
		}
		if label > 0 || k < 0 || in != opened[k] {
			c.fail("a branch goes to another block")
		}
	}
	for i := from; i < c.at; i++ {
		switch c.instrs[i].op {
		case wasm.OpBr, wasm.OpBrIf:
			check(i, c.instrs[i].x)
		case wasm.OpBrTable:
			for _, l := range c.labels[c.instrs[i].x] {
				check(i, uint64(l))
			}
		}
	}
}

// stackCheck passes the check of the stack.
func (c *checker) stackCheck(o *op) {
	c.want(wasm.OpLocalGet, c.local(localSP))
	c.want(wasm.OpGlobalGet, globalG)
	c.wantOp(wasm.OpI32WrapI64)
	c.want(wasm.OpI32Load, guardOffset)
	extra := uint64(int64(int32(o.x)))
	if extra != 0 {
		c.want(wasm.OpI32Const, extra)
		c.wantOp(wasm.OpI32Add)
	}
	c.wantOp(wasm.OpI32LeU)
	c.wantOp(wasm.OpIf)
	c.want(wasm.OpLocalGet, c.local(localSP))
	c.want(wasm.OpI64Const, o.pc)
	c.want(wasm.OpI32Const, extra)
	c.want(wasm.OpCall, uint64(c.m.grow[uint32(o.x>>32)]))
	c.want(wasm.OpLocalSet, c.local(localSP))
	c.moved(0)
	c.wantOp(wasm.OpEnd)
}

func (c *checker) push(pc uint64) {
	c.sp(wasm.OpI32Sub, 8)
	c.want(wasm.OpLocalTee, c.local(localSP))
	c.want(wasm.OpI64Const, pc)
	c.want(wasm.OpI64Store, 0)
}

// returnsSP passes the return of what a call has returned.
func (c *checker) returnsSP() {
	if c.f.switches {
		c.want(wasm.OpLocalSet, c.local(localSP))
		c.want(wasm.OpI32Const, 0)
		c.want(wasm.OpLocalGet, c.local(localSP))
	}
	c.wantOp(wasm.OpReturn)
}

// goesOn passes the return where the goroutine goes on.
func (c *checker) goesOn() {
	c.wantOp(wasm.OpDrop)
	c.wantOp(wasm.OpDrop)
	if c.f.role == mcall {
		c.want(wasm.OpGlobalGet, globalCurrent)
		c.wantOp(wasm.OpI64Eqz)
		c.wantOp(wasm.OpIf)
		c.want(wasm.OpLocalGet, c.self())
		c.want(wasm.OpCall, uint64(c.m.added.ended))
		c.wantOp(wasm.OpEnd)
	}
	c.want(wasm.OpGlobalGet, globalSP)
	c.wantOp(wasm.OpReturn)
}

// call compares a call.
func (c *checker) call(o *op) {
	callee := c.m.function(uint32(o.x))
	recovers := c.f.role == recovery && callee.role == gogo
	if !callee.mayEnd && !recovers {
		c.want(wasm.OpLocalGet, c.local(localSP))
		c.want(wasm.OpI64Const, o.pc)
		c.want(wasm.OpCall, uint64(c.m.rare[callee.index]))
		c.wantOp(wasm.OpUnreachable)
		return
	}
	c.push(o.pc)
	c.want(wasm.OpLocalGet, c.local(localSP))
	switch {
	case recovers:
		c.want(wasm.OpCall, uint64(c.m.added.goOnAt))
		c.wantOp(wasm.OpUnreachable)
		return
	case c.f.role == moreStack && o.resumes:
		c.want(wasm.OpCall, o.x)
		c.goesOn()
		return
	}
	c.want(wasm.OpCall, o.x)
	c.want(wasm.OpLocalSet, c.local(localSP))
	c.moved(c.f.frame)
	if callee.switches {
		c.wantOp(wasm.OpIf)
		c.want(wasm.OpI32Const, 1)
		c.want(wasm.OpLocalGet, c.local(localSP))
		c.wantOp(wasm.OpReturn)
		c.wantOp(wasm.OpEnd)
	}
}

// callOwn compares a call of a function with a shape of its own.
func (c *checker) callOwn(o *op) {
	if f := c.m.function(uint32(o.x)); f != nil && f.isLeaf {
		c.want(wasm.OpCall, o.x)
		return
	}
	c.want(wasm.OpLocalGet, c.local(localSP))
	c.want(wasm.OpGlobalSet, globalSP)
	c.want(wasm.OpCall, o.x)
	c.readsSP()
	c.moved(c.f.frame)
}

// indirect compares a call of the PC on the operand stack.
func (c *checker) indirect(o *op) {
	if o.kind == callIndirect {
		c.push(o.pc)
	}
	c.want(wasm.OpI64Const, 16)
	c.wantOp(wasm.OpI64ShrU)
	c.wantOp(wasm.OpI32WrapI64)
	c.want(wasm.OpLocalSet, localPCB)
	c.want(wasm.OpLocalGet, c.local(localSP))
	c.want(wasm.OpLocalGet, localPCB)
	switch {
	case c.f.role == mcall && o.kind == callIndirect:
		c.want(wasm.OpCallIndirect, uint64(c.m.added.switchingType))
		c.goesOn()
	case o.kind == tailIndirect:
		c.want(wasm.OpCallIndirect, uint64(c.m.added.plainType))
		c.returnsSP()
	default:
		c.want(wasm.OpCallIndirect, uint64(c.m.added.plainType))
		c.want(wasm.OpLocalSet, c.local(localSP))
		c.moved(c.f.frame)
	}
}

// opcodeOf returns the instruction with an encoding of one byte.
func opcodeOf(b byte) wasm.Opcode {
	op, _ := wasm.OpcodeByCode(0, uint32(b))
	return op
}
