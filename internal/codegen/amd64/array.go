package amd64

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

	a.ALUImm(CMP, S32, n, codegen.MaxArrayWords*8>>log2)
	a.Jcc(A, r.Away)
	switch log2 {
	case 3:
		a.Mov(S32, words, n)
	case 4:
		a.Lea(S32, words, Indexed(n, n, 1, 0))
	default:
		a.Lea(S32, words, At(n, 8>>log2-1))
		a.ShiftImm(SHR, S32, words, uint8(3-log2))
	}
	a.OpLoad(Movzx8, S32, class, Indexed(contextReg, words, 1, codegen.OffArrayClasses))
	run := Indexed(contextReg, class, 8, cursor(0))
	end := run
	end.Disp += runEnd
	a.Load(S64, made, run)
	a.ALULoad(CMP, S64, made, end)
	a.Jcc(E, r.Away)

	if regs.Word == NoReg {
		a.SSE(Xorps, X15, X15)
	} else {
		a.Op(MovToX, S64, X15, regs.Word)
		a.SSE(Punpcklqdq, X15, X15)
	}
	again, filled := a.NewLabel(), a.NewLabel()
	a.Test(S32, words, words)
	a.Jcc(E, filled)
	a.Bind(again)
	a.ALUImm(SUB, S64, words, 2)
	a.SSEStore(Movups, Indexed(made, words, 8, 8), X15)
	a.Jcc(G, again)
	a.Bind(filled)
	a.Store(S32, At(made, 0), regs.Type)
	a.Store(S32, At(made, 4), n)
	a.OpLoad(Movzx16, S32, words, Indexed(contextReg, class, 1, codegen.OffCellSizes))
	a.ALUStore(ADD, S64, run, words)
	a.Bind(r.Back)
	e.Arrays = append(e.Arrays, r)
}

// arraysAway emits where arrays are left to Go.
func (e *Emitter) arraysAway() {
	a := &e.a
	for i := range e.Arrays {
		r := &e.Arrays[i]
		regs := e.ArrayRegs(r.In)
		a.Bind(r.Away)
		a.Store(S64, At(contextReg, codegen.OffArgs), regs.Type)
		a.Store(S64, At(contextReg, codegen.OffArgs+8), regs.Len)
		if regs.Word == NoReg {
			a.StoreImm(S64, At(contextReg, codegen.OffArgs+16), 0)
		} else {
			a.Store(S64, At(contextReg, codegen.OffArgs+16), regs.Word)
		}
		a.CallMem(At(contextReg, codegen.OffArrayStub))
		e.Site(r.In.Pos, wasm.TrapNone)
		a.Load(S64, regs.Made, At(contextReg, codegen.OffArgs))
		a.Jmp(r.Back)
	}
}
