package interp

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"
)

// words returns a few bytes as aligned memory.
func words() (*[4]uint64, *[32]byte) {
	w := &[4]uint64{}
	return w, (*[32]byte)(unsafe.Pointer(w))
}

// TestAtomicAccesses compares accesses of all widths, at all places of a word,
// with what they mean: little-endian numbers that leave their neighbours alone.
func TestAtomicAccesses(t *testing.T) {
	_, memory := words()
	var model [32]byte
	read := func(at, width uint64) uint64 {
		var b [8]byte
		copy(b[:], model[at:at+width])
		return binary.LittleEndian.Uint64(b[:])
	}
	write := func(at, width, v uint64) {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], v)
		copy(model[at:at+width], b[:])
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		width := uint64(1) << r.IntN(4)
		at := r.Uint64N(32/width) * width
		p := unsafe.Pointer(&memory[at])
		v, expected := r.Uint64(), r.Uint64()
		old, got := read(at, width), uint64(0)
		mask := ^uint64(0) >> (64 - 8*width)
		kind := r.IntN(9)
		switch kind {
		case 0:
			got = atomicLoad(p, width)
		case 1:
			atomicStore(p, width, v)
			got = old
			write(at, width, v)
		case 2:
			if r.IntN(2) == 0 {
				expected = old | expected&^mask
			}
			got = atomicCompareExchange(p, width, expected, v)
			if expected&mask == old {
				write(at, width, v)
			}
		default:
			mod := modification(kind - 3)
			got = atomicModify(mod, p, width, v)
			write(at, width, mod.of(old, v))
		}
		if got != old || *memory != model {
			t.Fatalf("operation %d of %d bytes at %d: got %#x, want %#x\nmemory %x\nwant   %x", kind, width, at, got, old, *memory, model)
		}
	}
}

// TestAtomicNeighbours modifies the bytes of one word from several goroutines.
func TestAtomicNeighbours(t *testing.T) {
	word, memory := words()
	const n = 10_000
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			p := unsafe.Pointer(&memory[i])
			for j := range uint64(n) {
				switch old := atomicLoad(p, 1); {
				case old != j&0xff:
					t.Errorf("byte %d is %d at step %d", i, old, j)
					return
				case i == 0:
					atomicModify(modifyAdd, p, 1, 1)
				case i == 1:
					atomicModify(modifySub, p, 1, 0xff)
				case i == 2:
					atomicStore(p, 1, j+1)
				case atomicCompareExchange(p, 1, old, old+1) != old:
					t.Errorf("byte %d changed", i)
				}
			}
		})
	}
	wait.Wait()
	const v = n & 0xff
	if want := little32(v | v<<8 | v<<16 | v<<24); *(*uint32)(unsafe.Pointer(word)) != want {
		t.Errorf("the word is %x", *memory)
	}
}
