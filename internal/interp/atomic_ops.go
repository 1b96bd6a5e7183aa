package interp

import (
	"math/bits"
	"sync/atomic"
	"unsafe"

	"weft/wasm"
)

// Sequentially consistent accesses to linear memory of 1, 2, 4 or 8 bytes.
// Invariants of the unsafe code here:
//
//   - p is aligned to the width and the access in bounds, hence outside the Go heap.
//   - Memories begin at, and are usable up to, a multiple of 8. So the aligned word
//     around one or two bytes is usable, and no other word has these bytes.
//
// Go has atomic operations on words of 4 and 8 bytes only. Accesses of one and two
// bytes go to the word of 4 bytes around them.

// little converts between a word as the machine has it and as linear memory means it.
func little32(v uint32) uint32 {
	if bigEndian {
		return bits.ReverseBytes32(v)
	}
	return v
}

func little64(v uint64) uint64 {
	if bigEndian {
		return bits.ReverseBytes64(v)
	}
	return v
}

// A field is the place of an access of at most 4 bytes in its word.
type field struct {
	word  *uint32
	shift uint32
	mask  uint32 // of the value
}

func fieldAt(p unsafe.Pointer, width uint64) field {
	off := uint32(uintptr(p) & 3)
	return field{word: (*uint32)(unsafe.Add(p, -int(off))), shift: off * 8, mask: uint32(1<<(width*8) - 1)}
}

// get returns the value of the field in a word.
func (f field) get(word uint32) uint32 { return little32(word) >> f.shift & f.mask }

// with returns a word with another value of the field.
func (f field) with(word, v uint32) uint32 {
	return little32(little32(word)&^(f.mask<<f.shift) | (v&f.mask)<<f.shift)
}

func atomicLoad(p unsafe.Pointer, width uint64) uint64 {
	if width == 8 {
		return little64(atomic.LoadUint64((*uint64)(p)))
	}
	f := fieldAt(p, width)
	return uint64(f.get(atomic.LoadUint32(f.word)))
}

func atomicStore(p unsafe.Pointer, width, v uint64) {
	switch width {
	case 8:
		atomic.StoreUint64((*uint64)(p), little64(v))
	case 4:
		atomic.StoreUint32((*uint32)(p), little32(uint32(v)))
	default:
		atomicModify(modifyExchange, p, width, v)
	}
}

// A modification is the operation of a read-modify-write instruction, in the
// order of the wasm opcodes.
type modification uint8

const (
	modifyAdd modification = iota
	modifySub
	modifyAnd
	modifyOr
	modifyXor
	modifyExchange
)

// modificationOf returns the operation of an instruction. There are as many
// instructions for each, one per type and width.
func modificationOf(code wasm.Opcode) modification {
	const each = wasm.OpI32AtomicRmwSub - wasm.OpI32AtomicRmwAdd
	return modification((code - wasm.OpI32AtomicRmwAdd) / each)
}

// of returns what becomes of the old value.
func (mod modification) of(old, v uint64) uint64 {
	switch mod {
	case modifyAdd:
		return old + v
	case modifySub:
		return old - v
	case modifyAnd:
		return old & v
	case modifyOr:
		return old | v
	case modifyXor:
		return old ^ v
	}
	return v
}

// atomicModify changes a value in memory and returns the old one.
func atomicModify(mod modification, p unsafe.Pointer, width, v uint64) uint64 {
	if !bigEndian && width >= 4 {
		if old, ok := modifyDirectly(mod, p, width, v); ok {
			return old
		}
	}
	if width == 8 {
		word := (*uint64)(p)
		for {
			was := atomic.LoadUint64(word)
			old := little64(was)
			if atomic.CompareAndSwapUint64(word, was, little64(mod.of(old, v))) {
				return old
			}
		}
	}
	f := fieldAt(p, width)
	for {
		was := atomic.LoadUint32(f.word)
		old := uint64(f.get(was))
		if atomic.CompareAndSwapUint32(f.word, was, f.with(was, uint32(mod.of(old, v)))) {
			return old
		}
	}
}

// modifyDirectly uses Go's operations on words, which do not need to try again
// when other threads interfere; false if Go has none.
func modifyDirectly(mod modification, p unsafe.Pointer, width, v uint64) (uint64, bool) {
	if mod == modifySub {
		mod, v = modifyAdd, -v
	}
	if width == 8 {
		word := (*uint64)(p)
		switch mod {
		case modifyAdd:
			return atomic.AddUint64(word, v) - v, true
		case modifyExchange:
			return atomic.SwapUint64(word, v), true
		}
		return 0, false
	}
	word, v32 := (*uint32)(p), uint32(v)
	switch mod {
	case modifyAdd:
		return uint64(atomic.AddUint32(word, v32) - v32), true
	case modifyExchange:
		return uint64(atomic.SwapUint32(word, v32)), true
	}
	return 0, false
}

// atomicCompareExchange replaces the value in memory if it is the expected one,
// and returns the old one. Of expected, as of v, only the low bytes count.
func atomicCompareExchange(p unsafe.Pointer, width, expected, v uint64) uint64 {
	if width == 8 {
		word := (*uint64)(p)
		for {
			was := atomic.LoadUint64(word)
			if old := little64(was); old != expected || atomic.CompareAndSwapUint64(word, was, little64(v)) {
				return old
			}
		}
	}
	f := fieldAt(p, width)
	for {
		was := atomic.LoadUint32(f.word)
		if old := uint64(f.get(was)); old != expected&uint64(f.mask) || atomic.CompareAndSwapUint32(f.word, was, f.with(was, uint32(v))) {
			return old
		}
	}
}
