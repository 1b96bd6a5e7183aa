package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// cursor is the address of where the next cell of a size class is.
func cursor(class int64) int32 { return codegen.OffRuns + 16*int32(class) }

// runEnd is how far behind a cursor the end of its run stands.
const runEnd = 8

// commit makes what is at the cursor an object: it moves on.
func (s *Selector) commit(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(S64), Imm: int64(s.Config.CellSize(int(v.Aux)))}
	s.addMem(mAdd.with(formToMemImm), in, address{scale: addrContext, disp: cursor(v.Aux)})
}

// Alloc emits the address of the next cell. If there is none, code asks for a run of its size class, and then tries
// again.
func (e *Emitter) Alloc(in *codegen.Inst) {
	a, d := &e.a, e.Reg(in, 0)
	r := e.NewAway(in)
	at := cursor(in.Imm)
	a.Bind(r.Back)
	a.Load(S64, d, At(contextReg, at))
	a.ALULoad(CMP, S64, d, At(contextReg, at+runEnd))
	a.Jcc(E, r.Away)
	e.Refills = append(e.Refills, r)
}
