package arm64

import (
	"encoding/binary"

	"weft/internal/codegen"
)

// anyLane makes X16 other than 0 if there is a lane that is not 0 or, of a test of all lanes, if there is one that is.
func (e *Emitter) anyLane(in *codegen.Inst, n Reg) {
	a := &e.a
	if uint32(in.Imm) != 0 {
		a.RR(CmeqZ.OfLanes(Size(in.Size)), scratchV, n)
		n = scratchV
	}
	a.RRR(Umaxp.OfLanes(S32), scratchV, n, n)
	a.RR(FmovOut.Of(S64).OfFloat(S64), X16, scratchV)
}

// vectorConst loads a constant.
func (e *Emitter) vectorConst(d Reg, index int64) {
	if index == 0 {
		e.a.R(MoviZero, d)
		return
	}
	v := e.F.Vectors[index-1]
	equal := true
	for _, b := range v {
		equal = equal && b == v[0]
	}
	if equal {
		e.a.R(bytesImmediate(v[0]), d)
		return
	}
	e.a.LoadConstant(S128, d, e.vectorAt(index))
}

// vectorAt returns the label of a constant.
func (e *Emitter) vectorAt(index int64) Label {
	l := &e.vectors[index-1]
	if *l == 0 {
		*l = e.a.NewLabel()
		e.pooled = append(e.pooled, index)
	}
	return *l
}

// vectorPool emits the constants that are used.
func (e *Emitter) vectorPool() {
	for _, index := range e.pooled {
		e.a.Bind(e.vectors[index-1])
		v := &e.F.Vectors[index-1]
		for i := 0; i < len(v); i += 4 {
			e.a.Data(binary.LittleEndian.Uint32(v[i:]))
		}
	}
}
