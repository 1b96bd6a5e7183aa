package arm64

import (
	"fmt"
	"slices"

	"weft/internal/codegen"
	"weft/wasm"
)

// An Emitter makes bytes of instructions whose operands have registers: a [codegen.Emission] with this processor's. It
// may be used for one function after the other, and keeps its memory.
type Emitter struct {
	Config Config

	codegen.Emission

	a       Assembler
	size    int32 // of the frame, without the return address
	frame   bool  // whether there is one
	casts   []castAway
	truncs  []truncAway
	vectors []Label // of the constants of 16 bytes; 0 for one that is not in pooled
	pooled  []int64 // those that are used, as codegen.Func.Vectors has them
}

// Emit returns the code of a function.
func (e *Emitter) Emit(f *codegen.Func) (*codegen.Code, error) {
	e.a.Reset()
	e.Begin(f, &e.a)
	e.size = frameSize(f)
	e.Code.FrameSize = int(e.size)
	e.frame = e.needsFrame()
	e.casts, e.truncs = e.casts[:0], e.truncs[:0]
	e.vectors, e.pooled = append(e.vectors[:0], make([]Label, len(f.Vectors))...), e.pooled[:0]
	e.a.Bind(e.Start)
	grow := e.prologue()
	for b := e.NextBlock(); b != nil; b = e.NextBlock() {
		e.a.Bind(e.BlockLabel())
		for j := b.First; j < b.End; j++ {
			e.Mark(&f.Insts[j])
			if j+1 < b.End && e.slotPair(&f.Insts[j], &f.Insts[j+1]) {
				j++
			} else if err := e.inst(&f.Insts[j]); err != nil {
				return nil, err
			}
		}
	}
	if !e.frame {
		e.Code.Prologue = e.a.Pos()
	}
	e.rare(grow)
	return e.Finish(e.a.Finish()), nil
}

// A growth is what a prologue does if the stack is too low.
type growth struct {
	needed      bool
	start, away Label
}

// prologue makes the frame. The return address is stored below the stack pointer before that moves: so at every
// instruction there is either no frame, and the address in LR, or a frame with the address behind it.
func (e *Emitter) prologue() growth {
	a := &e.a
	if !e.frame {
		return growth{}
	}
	g := growth{needed: !e.Leaf || e.size > codegen.SmallFrame}
	if g.needed {
		g.start, g.away = a.NewLabel(), a.NewLabel()
		a.Bind(g.start)
		a.Load(X16, At(contextReg, codegen.OffCurrent))
		a.Load(X16, At(X16, e.Config.Switch.Limit))
		if e.size > codegen.SmallFrame {
			a.addLarge(X16, int64(e.size))
		}
		a.RRR(SubsExt.Of(S64)|extUXTX, ZR, SP, X16)
		a.BCond(LS, g.away)
	}
	a.Store(At(SP, -8), LR)
	a.moveSP(-int64(e.size) - 8)
	e.Code.Prologue = a.Pos()
	return g
}

// needsFrame reports whether something can happen in a function that has to find its return address in the frame, or
// may change LR. A function without a frame has no loops, because code stops at signals only where there is a frame.
func (e *Emitter) needsFrame() bool {
	if !e.Leaf || e.F.FrameSize > 0 {
		return true
	}
	loops := func(b codegen.Block) bool { return b.IsLoop }
	return slices.ContainsFunc(e.F.Blocks, loops) || slices.ContainsFunc(e.F.Insts, happens)
}

// happens reports whether an instruction may leave its function, or is a row that uses LR.
func happens(in codegen.Inst) bool {
	if in.Flags&(codegen.Move|codegen.Exchange) != 0 {
		return false
	}
	switch m := mop(in.Op); m.base() {
	case mop(codegen.OpEntry), mop(codegen.OpJump), mop(codegen.OpReturn), mMovImm, mF32Const, mF64Const, mAddress,
		mR2, mR2M, mR3, mR4, mR2Tied, mR3Tied, mPopcnt:
		return false
	case mLoad, mStore, mStoreZero:
		return in.Scale&addrFaults != 0
	case mCmp, mCmpImm, mCmpZero, mCmpBit, mCmpVec:
		return m.consumer() == toTrap
	}
	return true
}

// addLarge adds a constant that is not negative, without another register.
func (a *Assembler) addLarge(d Reg, c int64) {
	for c >= 1<<12 {
		part := min(c>>12, 1<<12-1)
		o, _ := addImmediate(AddImm, S64, part<<12)
		a.RR(o, d, d)
		c -= part << 12
	}
	o, _ := addImmediate(AddImm, S64, c)
	a.RR(o, d, d)
}

// moveSP adds to the stack pointer, which changes once.
func (a *Assembler) moveSP(c int64) {
	if o, ok := addImmediate(AddImm, S64, c); ok {
		a.RR(o, SP, SP)
		return
	}
	a.MovImm(X16, c)
	a.RRR(AddExt.Of(S64)|extUXTX, SP, SP, X16)
}

// Epilogue takes the frame away, and loads the return address.
func (e *Emitter) Epilogue() {
	if !e.frame {
		return
	}
	e.a.Load(LR, At(SP, e.size))
	e.a.moveSP(int64(e.size) + 8)
}

// leaveAtPoll leaves at a poll, and comes back with all registers: by a stub that keeps them, or with the few in which
// there is something below the stack pointer.
func (e *Emitter) leaveAtPoll(in *codegen.Inst, stub int32) {
	a := &e.a
	kept, few := e.KeptAtPoll(in, V0)
	for i, r := range kept {
		a.Store(At(SP, codegen.KeptAt(i)), r)
	}
	if few {
		stub = codegen.OffPollKeptStub
		e.request(codegen.RequestPollKept + int64(len(kept)))
	}
	e.callContext(stub)
	e.Site(in.Pos, wasm.TrapNone)
	for i, r := range kept {
		a.Load(r, At(SP, codegen.KeptAt(i)))
	}
}

// rare emits what stands behind the function.
func (e *Emitter) rare(g growth) {
	a, stub := &e.a, codegen.OffPollStub
	if len(e.Polls) > 0 && !slices.ContainsFunc(e.F.Operands, func(o codegen.Operand) bool { return isV(o.Reg) }) {
		stub = codegen.OffPollIntsStub
	}
	for i := range e.Polls {
		p := &e.Polls[i]
		a.Bind(p.Away)
		e.leaveAtPoll(p.In, stub)
		a.B(p.Back)
	}
	for i := range e.Refills {
		r := &e.Refills[i]
		a.Bind(r.Away)
		e.request(r.In.Imm)
		e.callContext(codegen.OffAllocStub)
		e.Site(r.In.Pos, wasm.TrapNone)
		a.B(r.Back)
	}
	e.arraysAway()
	e.castsAway()
	e.truncsAway()
	e.foreignAway()
	e.tailHostsAway()
	e.boundStarts()
	for i := range e.Exits {
		x := &e.Exits[i]
		a.Bind(x.Label)
		e.Raise(x.Trap, x.Pos)
	}
	if g.needed {
		e.grow(g)
	}
	e.catchTables()
	e.vectorPool()
	for i := range e.Tables {
		t := &e.Tables[i]
		a.Bind(t.Label)
		for _, edge := range t.Targets {
			a.TableEntry(t.Label, e.Label(edge.To))
		}
	}
}

// grow calls the stub that lets the stack grow. The function has no frame yet, and LR has where it returns to, so there
// is a frame of 8 bytes and the return address around the call: GrowFrame.
func (e *Emitter) grow(g growth) {
	a := &e.a
	a.Bind(g.away)
	a.Store(At(SP, -8), LR)
	a.moveSP(-GrowFrame - 8)
	e.callContext(codegen.OffGrowStub)
	e.Code.Grow = a.Pos()
	e.Site(0, wasm.TrapStackExhausted)
	a.Load(LR, At(SP, GrowFrame))
	a.moveSP(GrowFrame + 8)
	a.B(g.start)
}

// GrowFrame is the size of the frame at the call of the stub that lets the stack grow.
const GrowFrame = 8

// callContext calls the stub that the context has at an offset.
func (e *Emitter) callContext(offset int32) {
	e.a.Load(X16, At(contextReg, offset))
	e.a.Call(X16)
}

// jumpContext jumps to where the context says at an offset.
func (e *Emitter) jumpContext(offset int32) {
	e.a.Load(X16, At(contextReg, offset))
	e.a.Jump(X16)
}

// request notes what Go is asked for.
func (e *Emitter) request(number int64) {
	e.a.MovImm(X16, number)
	e.a.Store32(At(contextReg, codegen.OffRequest), X16)
}

// tailHostsAway emits tail calls of host functions: no frame will tell them who has called, so the context does.
func (e *Emitter) tailHostsAway() {
	for _, l := range e.TailHosts {
		e.a.Bind(l)
		e.a.Store(At(contextReg, codegen.OffTailCaller), tailCallerReg)
		e.a.Load(X16, At(recordReg, e.Config.FuncCode))
		e.a.Jump(X16)
	}
}

// Raise emits a trap.
func (e *Emitter) Raise(trap wasm.TrapCode, pos int32) {
	e.request(int64(trap))
	e.callContext(codegen.OffTrapStub)
	e.Site(pos, trap)
}

// mem returns the address of an instruction, whose registers are its last operands. If the access may fault, that is
// recorded: it is the next instruction.
func (e *Emitter) mem(in *codegen.Inst) Mem {
	if in.Scale&addrFaults != 0 {
		e.FaultSite(in.Pos)
	}
	m := Mem{Base: NoReg, Index: NoReg, Shift: in.Scale & addrShiftMask, Disp: in.Disp}
	last := int(in.Count) - 1
	if in.Scale&addrIndex != 0 {
		m.Index = e.Reg(in, last)
		last--
	}
	switch {
	case in.Scale&addrContext != 0:
		m.Base = contextReg
	case in.Scale&addrFrame != 0:
		m.Base, m.Disp = SP, m.Disp+e.F.HomesAt
	case in.Scale&addrBase != 0:
		m.Base = e.Reg(in, last)
	}
	return m
}

// inst emits an instruction.
func (e *Emitter) inst(in *codegen.Inst) error {
	if in.Flags&(codegen.Move|codegen.Spill|codegen.Reload|codegen.Exchange) != 0 {
		e.moves(in)
		return nil
	}
	m := mop(in.Op)
	switch b := m.base(); {
	case b == mop(codegen.OpNone) || b >= mopCount:
		return fmt.Errorf("arm64: there is no machine operation %d", in.Op)
	case b < mop(codegen.OpOwn):
		e.Control(e, in)
	case mCmp <= b && b <= mCmpVec:
		e.comparison(in)
	case mAtomicLoad <= b && b <= mPause:
		e.atomic(in)
	default:
		e.operation(in)
	}
	return nil
}

// moves emits what the allocator has added.
func (e *Emitter) moves(in *codegen.Inst) {
	a := &e.a
	x := e.Reg(in, 0)
	switch {
	case in.Flags&codegen.Exchange != 0:
		y := e.Reg(in, 1)
		a.Mov(S64, X16, x)
		a.Mov(S64, x, y)
		a.Mov(S64, y, X16)
	case in.Flags&codegen.Move != 0:
		if y := e.Reg(in, 1); isV(x) {
			a.RRR(MovV, x, y, y)
		} else {
			a.Mov(S64, x, y)
		}
	default:
		a.Access(e.slotAccess(in), x, At(SP, int32(in.Imm)))
	}
}

// slotAccess returns the instruction of a store to the frame, or of a load from it. It is of whole slots, of 8 or 16
// bytes, also for values of 4: so those that lie beside each other make pairs.
func (e *Emitter) slotAccess(in *codegen.Inst) Op {
	o := LdrX
	if isV(e.Reg(in, 0)) {
		o = LdrD
		if e.F.VRegs[e.F.Operands[in.First].V].Size == 16 {
			o = LdrQ
		}
	}
	if in.Flags&codegen.Spill != 0 {
		o &^= loadBit
	}
	return o
}

// slotPair emits two accesses to slots that lie beside each other as one, and reports whether they are such.
func (e *Emitter) slotPair(x, y *codegen.Inst) bool {
	const both = codegen.Spill | codegen.Reload
	if x.Flags&both == 0 || x.Flags&both != y.Flags&both {
		return false
	}
	if x.Imm > y.Imm {
		x, y = y, x
	}
	o, r, q := e.slotAccess(x), e.Reg(x, 0), e.Reg(y, 0)
	width := int64(1) << accessSize(o)
	if o != e.slotAccess(y) || r == q || y.Imm-x.Imm != width || x.Imm%width != 0 || x.Imm >= 64*width {
		return false
	}
	e.a.RR(pairOf(o)|Op(x.Imm/width)<<15|number(q)<<10, r, SP)
	return true
}
