package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/wasm"
)

// Small arrays are made inline, though their length is not known: a table leads from the number of
// words to the size class. They are filled from the end on with 16 bytes at a time, of which the
// last ones may lie where the header will be. As always (see heap.md), the object is
// there when the cursor moves, which is last. Everything else is left to Go, by a stub that keeps all
// registers: so this is no call for the allocator of registers.

// newArray selects an OpNewArray.
func (s *Selector) newArray(v *ssa.Value) {
	operands := []codegen.Operand{s.useLate(v.Args[0]), s.useLate(v.Args[1])}
	if !isZero(v.Args[2]) {
		operands = append(operands, s.useLate(v.Args[2]))
	}
	operands = append(operands, s.def(v), s.temp(ssa.I64, NoReg), s.temp(ssa.I64, NoReg))
	s.add(mArray, codegen.Inst{Imm: v.Aux}, operands...)
}

// An arrayAway is where code leaves an array to Go.
type arrayAway struct {
	away, back         Label
	typ, n, word, made Reg // word: NoReg for 0
	pos                int32
}

// newArray emits an mArray.
func (e *Emitter) newArray(in *codegen.Inst) {
	a, log2 := &e.a, in.Imm
	r := arrayAway{away: a.NewLabel(), back: a.NewLabel(), typ: e.reg(in, 0), n: e.reg(in, 1), word: NoReg, pos: in.Pos}
	rest := 2
	if in.Count == 6 {
		r.word, rest = e.reg(in, 2), 3
	}
	r.made = e.reg(in, rest)
	words, class := e.reg(in, rest+1), e.reg(in, rest+2)
	n, made := r.n, r.made

	a.ALUImm(CMP, S32, n, codegen.MaxArrayWords*8>>log2)
	a.Jcc(A, r.away)
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
	a.Jcc(E, r.away)

	if r.word == NoReg {
		a.SSE(Xorps, X15, X15)
	} else {
		a.Op(MovToX, S64, X15, r.word)
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
	a.Store(S32, At(made, 0), r.typ)
	a.Store(S32, At(made, 4), n)
	a.OpLoad(Movzx16, S32, words, Indexed(contextReg, class, 1, codegen.OffCellSizes))
	a.ALUStore(ADD, S64, run, words)
	a.Bind(r.back)
	e.arrays = append(e.arrays, r)
}

// arraysAway emits where arrays are left to Go.
func (e *Emitter) arraysAway() {
	a := &e.a
	for i := range e.arrays {
		r := &e.arrays[i]
		a.Bind(r.away)
		a.Store(S64, At(contextReg, codegen.OffArgs), r.typ)
		a.Store(S64, At(contextReg, codegen.OffArgs+8), r.n)
		if r.word == NoReg {
			a.StoreImm(S64, At(contextReg, codegen.OffArgs+16), 0)
		} else {
			a.Store(S64, At(contextReg, codegen.OffArgs+16), r.word)
		}
		a.CallMem(At(contextReg, codegen.OffArrayStub))
		e.site(r.pos, wasm.TrapNone)
		a.Load(S64, r.made, At(contextReg, codegen.OffArgs))
		a.Jmp(r.back)
	}
}
