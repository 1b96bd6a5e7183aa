package interp

import (
	"math"
	"unsafe"
)

// Access to slots and to linear memory. Invariants:
//
//   - A frame pointer points into the stack of the running continuation, and the
//     frame of the function, as large as its header says, lies within that stack:
//     every call checks it. Offsets come from lowering, which computes the frame's
//     size from the same offsets.
//   - Addresses of linear memory have been compared with its length.

func u32(fp unsafe.Pointer, off uint32) uint32 { return *(*uint32)(low32(unsafe.Add(fp, off))) }
func u64(fp unsafe.Pointer, off uint32) uint64 { return *(*uint64)(unsafe.Add(fp, off)) }
func i32(fp unsafe.Pointer, off uint32) int32  { return int32(u32(fp, off)) }
func i64(fp unsafe.Pointer, off uint32) int64  { return int64(u64(fp, off)) }

func f32(fp unsafe.Pointer, off uint32) float32 { return math.Float32frombits(u32(fp, off)) }
func f64(fp unsafe.Pointer, off uint32) float64 { return math.Float64frombits(u64(fp, off)) }

func set64(fp unsafe.Pointer, off uint32, v uint64) { *(*uint64)(unsafe.Add(fp, off)) = v }
func set32(fp unsafe.Pointer, off uint32, v uint32) { *(*uint64)(unsafe.Add(fp, off)) = uint64(v) }

func setF32(fp unsafe.Pointer, off uint32, v float32) { set32(fp, off, math.Float32bits(v)) }
func setF64(fp unsafe.Pointer, off uint32, v float64) { set64(fp, off, math.Float64bits(v)) }

func setBool(fp unsafe.Pointer, off uint32, v bool) {
	var b uint64
	if v {
		b = 1
	}
	set64(fp, off, b)
}

// slots returns n bytes from p as slots.
func slots(p unsafe.Pointer, n uint32) []uint64 { return unsafe.Slice((*uint64)(p), n/8) }

// copySlots copies n bytes between different stacks, or down within one. It is a
// loop because there are seldom more than a few slots.
func copySlots(dst, src unsafe.Pointer, n uint32) {
	for off := uint32(0); off < n; off += 8 {
		set64(dst, off, u64(src, off))
	}
}
