package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Shuffles. Two table lookups and their union do every shuffle; most of those that compilers make are one
// instruction of the processor's. They are tried in the order of what they cost.

// shuffle emits an OpShuffle.
func (s *Selector) shuffle(v *ssa.Value) codegen.VReg {
	return s.Shuffle(v, s.shuffleOne, s.shuffleTwo)
}

// widened returns lanes of so many bytes, if the shuffle moves only whole ones.
func widened(lanes ssa.Vector, bytes int) (wide [16]byte, ok bool) {
	for i := range lanes {
		first := lanes[i&^(bytes-1)]
		if int(first)%bytes != 0 || int(lanes[i]) != int(first)+i%bytes {
			return wide, false
		}
		wide[i/bytes] = first / byte(bytes)
	}
	return wide, true
}

// quarters returns four lanes as the immediate of a shuffle, each modulo 4.
func quarters(lanes []byte) (imm uint8) {
	for i, lane := range lanes[:4] {
		imm |= lane & 3 << (2 * i)
	}
	return imm
}

// within reports whether all lanes are at least from and less than from + 4.
func within(lanes []byte, from byte) bool {
	for _, lane := range lanes {
		if lane-from > 3 {
			return false
		}
	}
	return true
}

const unshuffled = 0xe4 // the immediate that leaves four lanes where they are

// shuffleOne shuffles the lanes of one vector.
func (s *Selector) shuffleOne(x codegen.VReg, lanes ssa.Vector) codegen.VReg {
	if longs, ok := widened(lanes, 4); ok {
		if imm := quarters(longs[:]); imm != unshuffled {
			return s.x1i(Pshufd, x, imm)
		}
		return s.x1(Movaps, x)
	}
	if words, ok := widened(lanes, 2); ok && within(words[:4], 0) && within(words[4:8], 4) {
		low, high := quarters(words[:]), quarters(words[4:])
		switch {
		case high == unshuffled:
			return s.x1i(Pshuflw, x, low)
		case low == unshuffled:
			return s.x1i(Pshufhw, x, high)
		}
		return s.x1i(Pshufhw, s.x1i(Pshuflw, x, low), high)
	}
	if op, ok := unpacking(lanes, 15); ok {
		return s.x2(op, x, x)
	}
	if n, ok := codegen.Rotation(lanes, 15); ok {
		return s.two(withImm(Palignr, n), x, sourceOf(x))
	}
	return s.with(Pshufb, x, lanes)
}

// shuffleTwo shuffles the lanes of two vectors, of which both are needed.
func (s *Selector) shuffleTwo(x, y codegen.VReg, lanes ssa.Vector) codegen.VReg {
	if r, ok := s.shuffleInOrder(x, y, lanes); ok {
		return r
	}
	if r, ok := s.shuffleInOrder(y, x, codegen.OtherOperand(lanes)); ok {
		return r
	}
	if longs, ok := widened(lanes, 4); ok {
		blend := uint8(0)
		for i, lane := range longs[:4] {
			if lane >= 4 {
				blend |= 3 << (2 * i)
			}
		}
		imm := quarters(longs[:])
		return s.two(withImm(Pblendw, blend), s.x1i(Pshufd, x, imm), sourceOf(s.x1i(Pshufd, y, imm)))
	}
	low, high := lanes, codegen.OtherOperand(lanes)
	for i := range lanes {
		if lanes[i] < 16 {
			high[i] = 0x80 // which makes zero
		} else {
			low[i] = 0x80
		}
	}
	return s.both(Por, s.with(Pshufb, x, low), s.with(Pshufb, y, high))
}

// shuffleInOrder emits a shuffle that is one instruction on the operands in this order.
func (s *Selector) shuffleInOrder(x, y codegen.VReg, lanes ssa.Vector) (codegen.VReg, bool) {
	if op, ok := unpacking(lanes, 31); ok {
		return s.x2(op, x, y), true
	}
	if longs, ok := widened(lanes, 4); ok && within(longs[:2], 0) && within(longs[2:4], 4) {
		return s.two(withImm(Shufps, quarters(longs[:])), x, sourceOf(y)), true
	}
	if words, ok := widened(lanes, 2); ok {
		if imm, ok := blend(words[:8]); ok {
			return s.two(withImm(Pblendw, imm), x, sourceOf(y)), true
		}
	}
	if n, ok := codegen.Rotation(lanes, 31); ok {
		return s.two(withImm(Palignr, n), y, sourceOf(x)), true
	}
	return 0, false
}

// blend returns the immediate for lanes that stay where they are, in one operand or the other.
func blend(words []byte) (imm uint8, ok bool) {
	for i, lane := range words {
		switch int(lane) {
		case i:
		case i + 8:
			imm |= 1 << i
		default:
			return 0, false
		}
	}
	return imm, true
}

// unpackings interleave lanes of 1, 2, 4 and 8 bytes of the low and of the high halves.
var unpackings = [...][2]SSE{{Punpcklbw, Punpckhbw}, {Punpcklwd, Punpckhwd}, {Punpckldq, Punpckhdq}, {Punpcklqdq, Punpckhqdq}}

// unpacking returns the instruction that interleaves lanes like this; with a mask of 15, those of one operand.
func unpacking(lanes ssa.Vector, mask byte) (SSE, bool) {
	for log2, ops := range unpackings {
		for half, op := range ops {
			found := true
			for i, lane := range lanes {
				number := i >> log2
				from := 8*half + number/2<<log2 + i&(1<<log2-1) + number%2*16
				found = found && lane == byte(from)&mask
			}
			if found {
				return op, true
			}
		}
	}
	return 0, false
}
