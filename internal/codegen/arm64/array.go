package arm64

import (
	"weft/internal/codegen"
	"weft/wasm"
)

// Small arrays are made inline, though their length is not known: a table leads from the number of
// words to the size class. They are filled from the end on with 16 bytes at a time, of which the
// last ones may lie where the header will be. As always (see heap.md), the object is
// there when the cursor moves, which is last. Everything else is left to Go, by a stub that keeps all
// registers: so this is no call for the allocator of registers.

// NewArray emits an OpArray.
func (e *Emitter) NewArray(in *codegen.Inst) {
	a, log2 := &e.a, in.Imm
	r, regs := e.NewAway(in), e.ArrayRegs(in)
	n, made, words, class := regs.Len, regs.Made, regs.Words, regs.Class

	a.CmpImm(S32, n, codegen.MaxArrayWords*8>>log2)
	a.BCond(HI, r.Away)
	switch log2 {
	case 3:
		a.Mov(S32, words, n)
	case 4:
		a.RR(lsl(S32, 1), words, n)
	default:
		a.AddConst(S32, words, n, 8>>log2-1)
		a.RR(lsr(S32, uint8(3-log2)), words, words)
	}
	a.AddConst(S64, LR, contextReg, int64(codegen.OffArrayClasses))
	a.Access(Ldrb, class, Indexed(LR, words, 0))
	a.AddConst(S64, LR, contextReg, int64(cursor(0)))
	a.RRR(Add.Of(S64).Shifted(shiftLSL, 3), LR, LR, class)
	a.Load(made, At(LR, 0))
	a.Load(X16, At(LR, runEnd))
	a.Cmp(S64, made, X16)
	a.BCond(EQ, r.Away)

	if regs.Word == NoReg {
		a.R(MoviZero, scratchV)
	} else {
		a.RR(Dup64, scratchV, regs.Word)
	}
	again, filled := a.NewLabel(), a.NewLabel()
	a.Cbz(S32, words, filled)
	a.RRR(Add.Of(S64).Shifted(shiftLSL, 3), X16, made, words) // 8 before where the last 16 bytes begin, less 16
	a.Bind(again)
	a.RR(SubsImm.Of(S64)|2<<10, words, words)
	a.Access(StrQ, scratchV, At(X16, -8))
	a.RR(SubImm.Of(S64)|16<<10, X16, X16)
	a.BCond(GT, again)
	a.Bind(filled)
	a.Store32(At(made, 0), regs.Type)
	a.Store32(At(made, 4), n)
	a.AddConst(S64, X16, contextReg, int64(codegen.OffCellSizes))
	a.Access(Ldrh, words, Indexed(X16, class, 0))
	a.RRR(Add.Of(S64), words, words, made)
	a.Store(At(LR, 0), words)
	a.Bind(r.Back)
	e.Arrays = append(e.Arrays, r)
}

// arraysAway emits where arrays are left to Go.
func (e *Emitter) arraysAway() {
	a := &e.a
	slot := func(i int32) Mem { return At(contextReg, codegen.OffArgs+8*i) }
	for i := range e.Arrays {
		r := &e.Arrays[i]
		regs := e.ArrayRegs(r.In)
		a.Bind(r.Away)
		a.Store(slot(0), regs.Type)
		a.Store(slot(1), regs.Len)
		word := regs.Word
		if word == NoReg {
			word = ZR
		}
		a.Store(slot(2), word)
		e.callContext(codegen.OffArrayStub)
		e.Site(r.In.Pos, wasm.TrapNone)
		a.Load(regs.Made, slot(0))
		a.B(r.Back)
	}
}
