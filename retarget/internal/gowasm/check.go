package gowasm

import (
	"bytes"

	"weft/wasm"
)

// A Proof checks a module that was read again after Transform: that it does what the program did.
//
// Of each function it reads the new code beside the blocks that were recognised in the old code, and compares them op
// by op. Where the old code goes on at a block, the new code must go on at a place where that block's ops are found;
// such pairs of block and place are what has to be shown, and each is shown once. How the new code gets to the place,
// by which branches out of which blocks, is followed anew, and does not depend on what has written it.
//
// That takes for granted what the old code was recognised to be, which functions switch and which end, and runtime.wat.
type Proof struct{ m *module }

// Check returns what differs.
func (p *Proof) Check(after *wasm.Module) error {
	if err := p.surroundings(after); err != nil {
		return err
	}
	if err := p.checkRare(after); err != nil {
		return err
	}
	return inParallel(p.m, func(c *checker, f *function) error {
		if f.shape != plainGo || f.role == gogo {
			return nil
		}
		c.m, c.whole = p.m, f
		return c.function(&after.Funcs[f.index-p.m.imported])
	})
}

// surroundings checks what surrounds the code.
func (p *Proof) surroundings(after *wasm.Module) error {
	before := p.m.m
	if len(after.Funcs) < len(p.m.funcs) || len(after.Imports) != len(before.Imports) ||
		len(after.Datas) != len(before.Datas) {
		return refuse(nil, -1, "proof: functions, imports or data are missing")
	}
	for i := range after.Datas {
		if !bytes.Equal(after.Datas[i].Bytes, before.Datas[i].Bytes) {
			return refuse(nil, -1, "proof: data segment %d differs", i)
		}
	}
	for i := range p.m.funcs {
		f := &p.m.funcs[i]
		if f.shape == plainGo && after.Funcs[i].Type != p.m.typeOf(f) {
			return refuse(f, -1, "proof: the function has another type")
		}
	}
	for _, x := range after.Exports {
		if f := p.m.function(x.Index); x.Kind == wasm.ExternFunc && (f == nil || f.shape == plainGo) {
			return refuse(nil, -1, "proof: %q is exported, which needs arguments", x.Name)
		}
	}
	return nil
}

// A claim is that the new code at a place goes on as the old code does at an op of a block.
type claim struct {
	in            *inlining // the block is of a function that is inlined there
	block, op, at int
	next          int // what the local next has, in an irreducible function
}

// An inlining is a function that is written in place of a call.
type inlining struct {
	f         *function
	outer     *inlining // of the caller; nil if that is the whole function
	block, op int       // where the caller goes on
	renamed   []uint64  // by local of the function
}

// A checker compares a function.
type checker struct {
	code
	m      *module
	whole  *function // the function that is compared
	f      *function // the one whose ops are: that, or one that is inlined
	in     *inlining // the inlining of that
	fn     *wasm.Func
	reader wasm.CodeReader
	opens  []int // by instruction that is in a block: what opens the block; -1 in none
	ends   []int // by instruction that opens a block: its end
	stack  []int
	nextAt uint64            // the local next
	calls  map[int]*inlining // by instruction
	seen   map[claim]bool
	claims []claim
	err    *Refusal

	at   int // the next instruction
	next int
}

func (c *checker) function(fn *wasm.Func) error {
	c.fn, c.err = fn, nil
	if err := c.read(&c.reader, fn); err != nil {
		return err
	}
	c.nest()
	c.nextAt = noLocal
	if c.goOnIn(nil); c.f.irreducible {
		c.nextAt = c.extraLocals(len(c.f.entries) > 0)
	}
	c.seen, c.claims, c.calls = map[claim]bool{}, c.claims[:0], map[int]*inlining{}
	c.at, c.next = 0, 0
	c.want(wasm.OpLocalGet, localPCB)
	c.want(wasm.OpLocalSet, localSP)
	if c.f.role == mcall {
		c.want(wasm.OpGlobalGet, globalG)
		c.want(wasm.OpLocalSet, c.self())
	}
	if len(c.f.entries) > 0 {
		c.recovering()
	} else {
		c.claim(0)
	}
	for len(c.claims) > 0 && c.err == nil {
		k := c.claims[len(c.claims)-1]
		c.claims = c.claims[:len(c.claims)-1]
		c.at, c.next = k.at, k.next
		c.goOnIn(k.in)
		c.block(k.block, k.op)
	}
	if c.err != nil {
		return c.err
	}
	return nil
}

// goOnIn says whose ops come next.
func (c *checker) goOnIn(in *inlining) {
	if c.in, c.f = in, c.whole; in != nil {
		c.f = in.f
	}
}

// local returns the local that stands for one of the old code.
func (c *checker) local(x uint64) uint64 { return c.in.local(x) }

// extraLocals returns the number of the first local that is not the function's own, behind those that are there if
// the conditions hold.
func (c *checker) extraLocals(has ...bool) uint64 {
	n := uint64(1 + len(c.whole.localTypes()))
	for _, more := range has {
		if more {
			n++
		}
	}
	return n
}

// self is the local that mcall has g in.
func (c *checker) self() uint64 { return c.extraLocals(len(c.whole.entries) > 0, c.whole.irreducible) }

// noLocal is no local's number.
const noLocal = 1 << 40

// nest finds where blocks begin and end.
func (c *checker) nest() {
	c.opens, c.ends, c.stack = c.opens[:0], c.ends[:0], c.stack[:0]
	for i := range c.instrs {
		in := -1
		if n := len(c.stack); n > 0 {
			in = c.stack[n-1]
		}
		c.opens, c.ends = append(c.opens, in), append(c.ends, -1)
		switch c.instrs[i].op {
		case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTryTable:
			c.stack = append(c.stack, i)
		case wasm.OpEnd:
			if in >= 0 {
				c.ends[in] = i
				c.stack = c.stack[:len(c.stack)-1]
			}
		}
	}
}

// target returns where a branch to a label goes from an instruction.
func (c *checker) target(i int, label uint64) int {
	open := c.opens[i]
	for ; label > 0 && open >= 0; label-- {
		open = c.opens[open]
	}
	switch {
	case open < 0:
		c.fail("a branch leaves the function")
		return 0
	case c.instrs[open].op == wasm.OpLoop:
		return open + 1
	}
	return c.ends[open] + 1
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		at := 0
		if c.at < len(c.instrs) {
			at = int(c.instrs[c.at].at)
		}
		c.err = refuse(c.whole, -1, "proof: at %d of the new body: "+format, append([]any{at}, args...)...)
	}
}

// skip passes what only leads on: the beginnings and ends of blocks, and branches. It leaves the last so many
// beginnings. A loop that does nothing leads on for ever.
func (c *checker) skip(leave int) {
	for steps := 0; c.err == nil && steps <= len(c.instrs); steps++ {
		switch {
		case c.op(c.at) == wasm.OpBlock || c.op(c.at) == wasm.OpLoop:
			n := 0
			for c.op(c.at+n) == wasm.OpBlock || c.op(c.at+n) == wasm.OpLoop {
				n++
			}
			if n <= leave {
				return
			}
			c.at++
		case c.op(c.at) == wasm.OpEnd && c.at < len(c.instrs)-1:
			c.at++
		case c.op(c.at) == wasm.OpBr:
			c.at = c.target(c.at, c.instrs[c.at].x)
		case c.op(c.at) == wasm.OpI32Const && c.is(c.at+1, wasm.OpLocalSet, c.nextAt) && c.op(c.at+2) == wasm.OpBr:
			c.next = int(c.instrs[c.at].x)
			c.at = c.target(c.at+2, c.instrs[c.at+2].x)
		case c.is(c.at, wasm.OpLocalGet, c.nextAt) && c.op(c.at+1) == wasm.OpBrTable:
			labels := c.labels[c.instrs[c.at+1].x]
			if c.next >= len(labels) {
				c.fail("there is no node %d", c.next)
				return
			}
			c.at = c.target(c.at+1, uint64(labels[c.next]))
		default:
			return
		}
	}
}

// claim notes that the new code goes on at a block here.
func (c *checker) claim(block int) { c.claimOp(c.in, block, 0) }

// claimOp notes that the new code goes on at an op here.
func (c *checker) claimOp(in *inlining, block, op int) {
	at, next, was := c.at, c.next, c.in
	c.goOnIn(in)
	c.skip(c.beginnings(block, op))
	k := claim{in, block, op, c.at, c.next}
	c.at, c.next = at, next
	c.goOnIn(was)
	if !c.seen[k] {
		c.seen[k] = true
		c.claims = append(c.claims, k)
	}
}

// beginnings counts how many blocks begin at an op.
func (c *checker) beginnings(block, op int) int {
	n := 0
	for _, o := range c.f.blocks[block].ops[op:] {
		if o.kind != open || c.f.body[o.at] == code1(wasm.OpIf) {
			break
		}
		n++
	}
	return n
}

// want passes an instruction.
func (c *checker) want(op wasm.Opcode, x uint64) {
	if !c.is(c.at, op, x) {
		c.fail("expected %v %d", op, x)
	}
	c.at++
}

func (c *checker) wantOp(op wasm.Opcode) {
	if c.op(c.at) != op {
		c.fail("expected %v", op)
	}
	c.at++
}

// jumpIf passes a branch to a block on a condition.
func (c *checker) jumpIf(block int) {
	at := c.at
	switch c.op(at) {
	case wasm.OpBrIf:
		c.at = c.target(at, c.instrs[at].x)
		c.claim(block)
		c.at = at + 1
	case wasm.OpIf:
		c.at++
		c.claim(block)
		c.at = c.ends[at] + 1
	default:
		c.fail("expected a jump to block %d", block)
	}
}

// recovering passes what stands around a function that can be entered by recovery.
func (c *checker) recovering() {
	height := c.extraLocals()
	distance := func() {
		c.want(wasm.OpGlobalGet, globalG)
		c.wantOp(wasm.OpI32WrapI64)
		c.want(wasm.OpI32Load, 8)
		c.want(wasm.OpLocalGet, localSP)
		c.wantOp(wasm.OpI32Sub)
	}
	c.want(wasm.OpI32Const, 0)
	c.want(wasm.OpLocalSet, localPCB)
	distance()
	c.want(wasm.OpLocalSet, height)
	loop := c.at
	c.wantOp(wasm.OpLoop)
	caught := c.at
	c.wantOp(wasm.OpBlock)
	c.wantOp(wasm.OpTryTable)
	body := c.at
	if c.err != nil {
		return
	}
	c.at = c.ends[caught] + 1
	c.want(wasm.OpLocalSet, localPCB)
	c.readsSP()
	distance()
	c.want(wasm.OpLocalGet, height)
	c.want(wasm.OpI32Const, c.f.frame)
	c.wantOp(wasm.OpI32Add)
	c.wantOp(wasm.OpI32Ne)
	c.wantOp(wasm.OpIf)
	c.want(wasm.OpLocalGet, localPCB)
	c.want(wasm.OpThrow, uint64(c.m.added.recoverTag))
	c.wantOp(wasm.OpEnd)
	if c.f.irreducible {
		c.want(wasm.OpI32Const, 0)
		c.want(wasm.OpLocalSet, c.nextAt)
	}
	if c.op(c.at) != wasm.OpBr || c.err != nil || c.target(c.at, c.instrs[c.at].x) != loop+1 {
		c.fail("expected a branch to the beginning")
		return
	}
	c.at = body
	c.skip(0)
	c.want(wasm.OpLocalGet, localPCB)
	c.wantOp(wasm.OpI32Eqz)
	c.jumpIf(0)
	for _, e := range c.f.entries {
		c.want(wasm.OpLocalGet, localPCB)
		c.want(wasm.OpI32Const, uint64(e.pcb))
		c.wantOp(wasm.OpI32Eq)
		c.jumpIf(e.block)
	}
	c.wantOp(wasm.OpUnreachable)
}
