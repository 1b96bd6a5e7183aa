package amd64

import (
	"weft/internal/codegen"
)

// atomic emits an atomic access.
func (e *Emitter) atomic(in *codegen.Inst) {
	a, m, size := &e.a, mop(in.Op), Size(in.Size)
	switch m.base() {
	case mXchg:
		a.XchgMem(size, e.atomicMem(in, 2), e.Reg(in, 1))
		e.zeroExtend(size, e.Reg(in, 1))
	case mXadd:
		m := e.atomicMem(in, 2)
		a.Lock()
		a.Xadd(size, m, e.Reg(in, 1))
		e.zeroExtend(size, e.Reg(in, 1))
	case mCmpxchg:
		m := e.atomicMem(in, 3)
		a.Lock()
		a.Cmpxchg(size, m, e.Reg(in, 2))
		e.zeroExtend(size, RAX)
	case mLockAnd:
		e.logic(AND, in)
	case mLockOr:
		e.logic(OR, in)
	case mLockXor:
		e.logic(XOR, in)
	case mAtomicAnd:
		e.tryLogic(AND, in)
	case mAtomicOr:
		e.tryLogic(OR, in)
	case mAtomicXor:
		e.tryLogic(XOR, in)
	case mFence:
		a.Mfence()
	case mPause:
		a.Pause()
	}
}

// atomicMem returns the address in a register, and records that the access may fault.
func (e *Emitter) atomicMem(in *codegen.Inst, operand int) Mem {
	e.FaultSite(in.Pos)
	return At(e.Reg(in, operand), 0)
}

// zeroExtend clears what is above the low bits of a register. Instructions for 32 bits do it
// by themselves, except for one that does not write its register.
func (e *Emitter) zeroExtend(size Size, r Reg) {
	switch size {
	case S8:
		e.a.Op(Movzx8, S32, r, r)
	case S16:
		e.a.Op(Movzx16, S32, r, r)
	case S32:
		if r == RAX {
			e.a.Mov(S32, r, r)
		}
	}
}

// logic makes memory what an operation makes of it.
func (e *Emitter) logic(op ALU, in *codegen.Inst) {
	m := e.atomicMem(in, 1)
	e.a.Lock()
	e.a.ALUStore(op, Size(in.Size), m, e.Reg(in, 0))
}

// tryLogic makes memory what an operation makes of it, and returns what it was before.
func (e *Emitter) tryLogic(op ALU, in *codegen.Inst) {
	a, size := &e.a, Size(in.Size)
	x, old, try := e.Reg(in, 0), e.Reg(in, 2), e.Reg(in, 3)
	m := e.atomicMem(in, 1)
	a.Load(size, old, m) // whoever can load can store
	again := a.NewLabel()
	a.Bind(again)
	a.Mov(S64, try, old)
	a.ALU(op, S64, try, x)
	a.Lock()
	a.Cmpxchg(size, m, try)
	a.Jcc(NE, again)
	e.zeroExtend(size, old)
}
