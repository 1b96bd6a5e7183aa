package interp

import "unsafe"

// Lanes of a word. The loops below are small enough to be inlined together with
// the function that they apply, so an operation on lanes of one type compiles to
// a loop without calls.

type (
	signedLane   interface{ int8 | int16 | int32 | int64 }
	unsignedLane interface {
		uint8 | uint16 | uint32 | uint64
	}
	lane interface{ signedLane | unsignedLane }
)

// laneBits returns the bits of a lane.
func laneBits[T lane]() uint {
	var t T
	return 8 * uint(unsafe.Sizeof(t))
}

// ones returns the word with 1 in each lane, signs the one with the highest bit.
func ones[T lane]() uint64  { return ^uint64(0) / (1<<laneBits[T]() - 1) }
func signs[T lane]() uint64 { return ones[T]() << (laneBits[T]() - 1) }

// map1 applies f to each lane.
func map1[T lane](x uint64, f func(x T) T) (r uint64) {
	w := laneBits[T]()
	for range 64 / w {
		r = r>>w | uint64(f(T(x)))<<(64-w)
		x >>= w
	}
	return r
}

// map2 applies f to each pair of lanes.
func map2[T lane](x, y uint64, f func(x, y T) T) (r uint64) {
	w := laneBits[T]()
	for range 64 / w {
		r = r>>w | uint64(f(T(x), T(y)))<<(64-w)
		x >>= w
		y >>= w
	}
	return r
}

// truth is the result of comparing two lanes: all bits are set if it holds.
func truth[T lane](holds bool) T {
	if holds {
		return ^T(0)
	}
	return 0
}

// saturate returns the value of T that is nearest to v.
func saturate[T lane](v int32) T {
	least, greatest := int32(0), int32(1)<<laneBits[T]()-1
	if ^T(0) < 0 {
		least, greatest = -1<<(laneBits[T]()-1), 1<<(laneBits[T]()-1)-1
	}
	return T(min(max(v, least), greatest))
}

func splatLane[T lane](x uint64) uint64 { return uint64(T(x)) * ones[T]() }

func extractLane[T lane](x vec, i uint16) uint64 {
	v := T(x.word(i, laneBits[T]()))
	if laneBits[T]() == 64 {
		return uint64(v)
	}
	return uint64(uint32(v))
}

func replaceLane[T lane](x vec, i uint16, v uint64) vec {
	w := laneBits[T]()
	bit := uint(i) * w
	mask := uint64(1)<<w - 1
	word := &x.lo
	if bit >= 64 {
		word = &x.hi
	}
	*word = *word&^(mask<<(bit%64)) | v&mask<<(bit%64)
	return x
}

// word returns the word that has lane i of the given width, with that lane as
// the lowest.
func (v vec) word(i uint16, width uint) uint64 {
	bit := uint(i) * width
	word := v.lo
	if bit >= 64 {
		word = v.hi
	}
	return word >> (bit % 64)
}
