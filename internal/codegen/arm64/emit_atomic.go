package arm64

import "weft/internal/codegen"

// atomic emits an atomic access.
func (e *Emitter) atomic(in *codegen.Inst) {
	a, size := &e.a, Size(in.Size)
	switch mop(in.Op).base() {
	case mAtomicLoad:
		e.FaultSite(in.Pos)
		a.RR(Ldar.OfMem(size), e.Reg(in, 1), e.Reg(in, 0))
	case mAtomicStore:
		e.FaultSite(in.Pos)
		a.RR(Stlr.OfMem(size), e.Reg(in, 0), e.Reg(in, 1))
	case mAtomic:
		if e.Config.Features.LSE {
			e.atomicLSE(in)
		} else {
			e.atomicLoop(in)
		}
	case mCas:
		e.compareAndSwap(in)
	case mFence:
		a.word(uint32(Dmb))
	case mPause:
		a.word(uint32(Yield))
	}
}

// atomicLSE is one instruction; there is none for and, but one that clears bits.
func (e *Emitter) atomicLSE(in *codegen.Inst) {
	a, x, at, d := &e.a, e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2)
	o := Swpal
	switch atomicOp(in.Imm) {
	case atomicAdd:
		o = Ldaddal
	case atomicAnd:
		a.RRR(Orn.Of(S64), X16, ZR, x)
		o, x = Ldclral, X16
	case atomicOr:
		o = Ldsetal
	case atomicXor:
		o = Ldeoral
	}
	e.FaultSite(in.Pos)
	a.RRR(o.OfMem(Size(in.Size)), d, at, x)
}

// atomicLoop tries until nobody comes between the load and the store.
func (e *Emitter) atomicLoop(in *codegen.Inst) {
	a, x, at, d, made := &e.a, e.Reg(in, 0), e.Reg(in, 1), e.Reg(in, 2), e.Reg(in, 3)
	size := Size(in.Size)
	again := a.NewLabel()
	a.Bind(again)
	e.FaultSite(in.Pos)
	a.RR(Ldaxr.OfMem(size), d, at)
	switch atomicOp(in.Imm) {
	case atomicXchg:
		made = x
	case atomicAdd:
		a.RRR(Add.Of(S64), made, d, x)
	case atomicAnd:
		a.RRR(And.Of(S64), made, d, x)
	case atomicOr:
		a.RRR(Orr.Of(S64), made, d, x)
	case atomicXor:
		a.RRR(Eor.Of(S64), made, d, x)
	}
	e.FaultSite(in.Pos)
	a.RRR(Stlxr.OfMem(size), made, at, X16)
	a.Cbnz(S32, X16, again)
}

// compareAndSwap stores the replacement if there is what is expected, of which as many bits count as the access has.
func (e *Emitter) compareAndSwap(in *codegen.Inst) {
	a, d, replacement, at, size := &e.a, e.Reg(in, 1), e.Reg(in, 2), e.Reg(in, 3), Size(in.Size)
	if e.Config.Features.LSE {
		e.FaultSite(in.Pos)
		a.RRR(Casal.OfMem(size), replacement, at, d)
		return
	}
	old := e.Reg(in, 4)
	again, done := a.NewLabel(), a.NewLabel()
	if size < S32 {
		a.RR(extract(Ubfm, S32, 0, 8<<size), d, d)
	}
	a.Bind(again)
	e.FaultSite(in.Pos)
	a.RR(Ldaxr.OfMem(size), old, at)
	a.Cmp(max(size, S32), old, d)
	a.BCond(NE, done)
	e.FaultSite(in.Pos)
	a.RRR(Stlxr.OfMem(size), replacement, at, X16)
	a.Cbnz(S32, X16, again)
	a.Bind(done)
	a.Mov(S64, d, old)
}
