package interp

import (
	"encoding/binary"
	"unsafe"
)

// Vector instructions.
//
// A v128 is two slots, the low half first, and lane i of width w is at bit i*w,
// on every platform. Nearly all instructions treat lanes alike and so can treat
// the two words apart: they are functions of words, made by applying a generic
// function to each lane (vector_lanes.go). The others are functions of whole
// vectors. vector_ops.go says which function each instruction is.
//
// The operands of an instruction and its result are the same slots or disjoint
// ones; only where a narrow operand lies below a vector (the address of a lane
// load) they overlap otherwise.

// A vec is a value of type v128.
type vec struct{ lo, hi uint64 }

func getVec(fp unsafe.Pointer, off uint32) vec { return vec{u64(fp, off), u64(fp, off+8)} }

func setVec(fp unsafe.Pointer, off uint32, v vec) {
	set64(fp, off, v.lo)
	set64(fp, off+8, v.hi)
}

// bytes returns the lanes of an i8x16.
func (v vec) bytes() (b [16]byte) {
	binary.LittleEndian.PutUint64(b[:8], v.lo)
	binary.LittleEndian.PutUint64(b[8:], v.hi)
	return b
}

func vecOf(b [16]byte) vec {
	return vec{binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])}
}

// A vectorOp executes an instruction in a frame.
type vectorOp interface {
	exec(fp unsafe.Pointer, in *instr)
}

type (
	words1  func(x uint64) uint64           // on each word of b
	words2  func(x, y uint64) uint64        // on each word of b and c
	words3  func(x, y, z uint64) uint64     // on each word of the vectors at a
	shift   func(x uint64, n uint32) uint64 // on each word of b, with c
	splat   func(x uint64) uint64           // of the slot b: both words
	whole1  func(x vec) vec                 // on b
	whole2  func(x, y vec) vec              // on b and c
	reduce  func(x vec) uint64              // on b, to one slot
	extract func(x vec, lane uint16) uint64 // on b and d, to one slot
	replace func(x vec, lane uint16, v uint64) vec
)

func (f words1) exec(fp unsafe.Pointer, in *instr) {
	set64(fp, in.a, f(u64(fp, in.b)))
	set64(fp, in.a+8, f(u64(fp, in.b+8)))
}

func (f words2) exec(fp unsafe.Pointer, in *instr) {
	set64(fp, in.a, f(u64(fp, in.b), u64(fp, in.c)))
	set64(fp, in.a+8, f(u64(fp, in.b+8), u64(fp, in.c+8)))
}

func (f words3) exec(fp unsafe.Pointer, in *instr) {
	set64(fp, in.a, f(u64(fp, in.a), u64(fp, in.a+16), u64(fp, in.a+32)))
	set64(fp, in.a+8, f(u64(fp, in.a+8), u64(fp, in.a+24), u64(fp, in.a+40)))
}

func (f shift) exec(fp unsafe.Pointer, in *instr) {
	n := u32(fp, in.c)
	set64(fp, in.a, f(u64(fp, in.b), n))
	set64(fp, in.a+8, f(u64(fp, in.b+8), n))
}

func (f splat) exec(fp unsafe.Pointer, in *instr) {
	v := f(u64(fp, in.b))
	setVec(fp, in.a, vec{v, v})
}

func (f whole1) exec(fp unsafe.Pointer, in *instr) { setVec(fp, in.a, f(getVec(fp, in.b))) }

func (f whole2) exec(fp unsafe.Pointer, in *instr) {
	setVec(fp, in.a, f(getVec(fp, in.b), getVec(fp, in.c)))
}

func (f reduce) exec(fp unsafe.Pointer, in *instr) { set64(fp, in.a, f(getVec(fp, in.b))) }

func (f extract) exec(fp unsafe.Pointer, in *instr) { set64(fp, in.a, f(getVec(fp, in.b), in.d)) }

func (f replace) exec(fp unsafe.Pointer, in *instr) {
	setVec(fp, in.a, f(getVec(fp, in.b), in.d, u64(fp, in.c)))
}
