package codegen

import "weft/internal/ssa"

// Shuffle emits an OpShuffle: by one if only one of its operands is needed, else by two.
func (s *Selection) Shuffle(v *ssa.Value, one func(x VReg, lanes ssa.Vector) VReg, two func(x, y VReg,
	lanes ssa.Vector) VReg) VReg {
	lanes := s.F.VectorOf(v.Aux)
	x, y := v.Args[0], v.Args[1]
	fromX, fromY := x == y, false
	for i := range lanes {
		if x == y {
			lanes[i] &= 15
		}
		fromX = fromX || lanes[i] < 16
		fromY = fromY || lanes[i] >= 16
	}
	switch {
	case !fromY:
		return one(s.VReg(x), lanes)
	case !fromX:
		return one(s.VReg(y), OtherOperand(lanes))
	}
	return two(s.VReg(x), s.VReg(y), lanes)
}

// OtherOperand exchanges the operands that lanes come from.
func OtherOperand(lanes ssa.Vector) ssa.Vector {
	for i := range lanes {
		lanes[i] ^= 16
	}
	return lanes
}

// Rotation returns how many bytes further each lane comes from, modulo mask + 1, if that is the same for all.
func Rotation(lanes ssa.Vector, mask byte) (uint8, bool) {
	for i, lane := range lanes {
		if lane != (lanes[0]+byte(i))&mask {
			return 0, false
		}
	}
	return lanes[0], lanes[0] < 16
}
