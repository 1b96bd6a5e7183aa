package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Shuffles. Two table lookups and their union do every shuffle; most of those that compilers make are one
// instruction of the processor's.

// shuffle emits an OpShuffle.
func (s *Selector) shuffle(v *ssa.Value) codegen.VReg {
	return s.Shuffle(v, s.shuffleOne, s.shuffleTwo)
}

// shuffleOne shuffles the lanes of one vector.
func (s *Selector) shuffleOne(x codegen.VReg, lanes ssa.Vector) codegen.VReg {
	if o, ok := pairing(lanes, 15); ok {
		return s.v2(o, x, x)
	}
	if n, ok := codegen.Rotation(lanes, 15); ok {
		return s.v2(extBytes(n), x, x)
	}
	for size := S8; size <= S64; size++ {
		if lane, ok := repeated(lanes, size); ok {
			return s.v1(DupLane.lane(size, lane), x)
		}
	}
	for _, r := range reversals {
		if isReversal(lanes, r.unit, r.size) {
			return s.v1(r.op.OfLanes(r.size), x)
		}
	}
	return s.v2(Tbl, x, s.constantReg(lanes))
}

// shuffleTwo shuffles the lanes of two vectors, of which both are needed.
func (s *Selector) shuffleTwo(x, y codegen.VReg, lanes ssa.Vector) codegen.VReg {
	if r, ok := s.shuffleInOrder(x, y, lanes); ok {
		return r
	}
	if r, ok := s.shuffleInOrder(y, x, codegen.OtherOperand(lanes)); ok {
		return r
	}
	low, high := lanes, codegen.OtherOperand(lanes)
	for i := range lanes {
		if lanes[i] < 16 {
			high[i] = 0xff // which makes zero
		} else {
			low[i] = 0xff
		}
	}
	return s.v2(OrrV, s.v2(Tbl, x, s.constantReg(low)), s.v2(Tbl, y, s.constantReg(high)))
}

// shuffleInOrder emits a shuffle that is one instruction on the operands in this order.
func (s *Selector) shuffleInOrder(x, y codegen.VReg, lanes ssa.Vector) (codegen.VReg, bool) {
	if o, ok := pairing(lanes, 31); ok {
		return s.v2(o, x, y), true
	}
	if n, ok := codegen.Rotation(lanes, 31); ok {
		return s.v2(extBytes(n), x, y), true
	}
	return 0, false
}

// repeated returns the lane of a size that all lanes are.
func repeated(lanes ssa.Vector, size Size) (int, bool) {
	if lanes[0]&(1<<size-1) != 0 {
		return 0, false
	}
	for i, lane := range lanes {
		if lane != lanes[0]+byte(i)&(1<<size-1) {
			return 0, false
		}
	}
	return int(lanes[0]) >> size, true
}

// reversals turn the order of lanes of a size within units of another one.
var reversals = []struct {
	op         Op
	unit, size Size
}{{Rev64, S64, S32}, {Rev64, S64, S16}, {Rev64, S64, S8}, {rev32, S32, S16}, {rev32, S32, S8}, {rev16, S16, S8}}

const (
	rev32 Op = 0x6e200800
	rev16 Op = 0x4e201800
)

func isReversal(lanes ssa.Vector, unit, size Size) bool {
	flip := byte(1)<<unit - byte(1)<<size
	for i, lane := range lanes {
		if lane != byte(i)^flip {
			return false
		}
	}
	return true
}

// pairings take lanes of both operands: number i of the result is lane from(i) of both together.
var pairings = []struct {
	op   Op
	from func(i, n int) int
}{
	{Zip1, func(i, n int) int { return i/2 + i%2*n }},
	{Zip2, func(i, n int) int { return n/2 + i/2 + i%2*n }},
	{Uzp1, func(i, n int) int { return 2 * i }},
	{Uzp2, func(i, n int) int { return 2*i + 1 }},
	{Trn1, func(i, n int) int { return i/2*2 + i%2*n }},
	{Trn2, func(i, n int) int { return i/2*2 + 1 + i%2*n }},
}

// pairing returns the instruction that takes lanes like this; with a mask of 15, those of one operand.
func pairing(lanes ssa.Vector, mask byte) (Op, bool) {
	for size := S8; size <= S64; size++ {
		n := 16 >> size
		for _, p := range pairings {
			found := true
			for i, lane := range lanes {
				want := byte(p.from(i>>size, n)<<size | i&(1<<size-1))
				found = found && lane == want&mask
			}
			if found {
				return p.op.OfLanes(size), true
			}
		}
	}
	return 0, false
}
