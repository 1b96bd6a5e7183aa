package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// shuffle emits an OpShuffle.
func (s *Selector) shuffle(v *ssa.Value) codegen.VReg {
	lanes := s.f.VectorOf(v.Aux)
	x, y := s.vreg(v.Args[0]), s.vreg(v.Args[1])
	low, high := lanes, lanes
	for i, lane := range lanes {
		if lane < 16 {
			high[i] = 0x80
		} else {
			low[i], high[i] = 0x80, lane-16
		}
	}
	return s.both(Por, s.with(Pshufb, x, low), s.with(Pshufb, y, high))
}
