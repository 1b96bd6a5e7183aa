//go:build unix

package store

import (
	"bytes"
	"math/bits"
	"testing"
	"unsafe"

	"weft/wasm"
)

// TestPlots takes and gives back plots of some sizes: each is aligned, zero, and nobody else's, whatever was written to
// the ones before, and they cost few mappings.
func TestPlots(t *testing.T) {
	before := regions.mappings
	large := uintptr(maxPlot)
	if bits.UintSize == 32 {
		large = 4 << 20
	}
	type use struct {
		size, dirty uintptr
		number      int
	}
	for _, u := range []use{
		{pageRound, 100, 300}, {pageRound, fewDirty, 300}, {pageRound, pageRound, 300},
		{5 * pageRound, 3 * pageRound, 100}, {large, 1 << 20, 20}, {1, 1, 10},
	} {
		for range 2 {
			used := map[unsafe.Pointer]bool{}
			var all []Region
			for range u.number {
				r, ok := takePlot(u.size)
				if !ok {
					t.Fatal("no plot")
				}
				part := r.bytes(0, u.dirty)
				if used[r.Base] || uintptr(r.Base)%pageRound != 0 || r.Size() < u.size || bytes.Count(part, []byte{0}) != len(part) {
					t.Fatalf("a plot of %d bytes at %p: used twice, too small, not aligned, or not zero", r.Size(), r.Base)
				}
				used[r.Base] = true
				for i := range part {
					part[i] = 0xff
				}
				all = append(all, r)
			}
			for i := range all {
				if i%2 == 0 {
					all[i].Recycle(u.dirty)
				} else {
					all[i].Release()
				}
			}
		}
	}
	if n := regions.mappings - before; n > 40 {
		t.Errorf("%d mappings are made", n)
	}
	if _, ok := takePlot(maxPlot + 1); ok {
		t.Error("there is a plot larger than plots are")
	}
}

// TestWithoutGuards makes memories where the addresses for guards are used up: they lie in plots, keep what is in
// them when they grow, and a slice of one never shows another one's.
func TestWithoutGuards(t *testing.T) {
	if bits.UintSize < 64 {
		t.Skip("there are no guards")
	}
	regions.drop()
	regions.endRest()
	most, before := regions.mostAddresses, regions.mappings
	defer func() { regions.mostAddresses = most }()
	regions.mostAddresses = regions.addresses + 3*guardedSpace
	var slices [][]byte
	guarded := 0
	for i := range 300 {
		s := newStore(t, nil)
		m, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1}, PageLog2: 16})
		if err != nil {
			t.Fatal(err)
		}
		if m.Guarded() {
			guarded++
			defer s.Close()
			continue
		}
		written := 0
		for pages := range uint64(4) {
			if old, ok := m.Grow(pages); !ok || old<<16 != max(uint64(written), 1<<16) {
				t.Fatalf("grows by %d from %d: %v", pages, old, ok)
			}
			b, _ := m.Lend(0, m.Len())
			if bytes.Count(b[:written], []byte{byte(i)}) != written || bytes.Count(b[written:], []byte{0}) != len(b)-written {
				t.Fatalf("memory %d with %d pages has lost something, or has too much", i, len(b)>>16)
			}
			for at := range b {
				b[at] = byte(i)
			}
			slices, written = append(slices, b), len(b)
		}
		s.Close()
	}
	if guarded != 2 && guarded != 3 {
		t.Errorf("%d memories have guards", guarded)
	}
	for i, b := range slices {
		if bytes.Count(b, []byte{0}) != len(b) {
			t.Fatalf("slice %d is not zero", i)
		}
	}
	if n := regions.mappings - before; n > 40 {
		t.Errorf("%d mappings are made", n)
	}
	if !regions.endRest() {
		t.Error("nothing has rested")
	}
}

// TestManyHeaps makes objects in stores whose heaps may be small, and where the addresses for large ones are used up:
// the heaps lie in plots, and work as others do.
func TestManyHeaps(t *testing.T) {
	regions.drop()
	most, before := regions.mostAddresses, regions.mappings
	defer func() { regions.mostAddresses = most }()
	regions.mostAddresses = regions.addresses
	for i := range 300 {
		s := newStore(t, func(l *Limits) {
			if i%2 == 0 {
				l.HeapBytes = 1 << 20
			}
		})
		for range 3 { // more than a small heap has room for
			for n := range 2 << 10 {
				ref, trap := s.ExternRef(n)
				if trap != 0 {
					t.Fatalf("store %d, value %d: %v", i, n, trap)
				}
				if s.ExternValue(ref) != n {
					t.Fatalf("store %d, value %d: %v", i, n, s.ExternValue(ref))
				}
			}
			if trap := s.Collect(); trap != 0 || s.HeapLive() != 0 {
				t.Fatalf("store %d: %v, %d bytes are left", i, trap, s.HeapLive())
			}
		}
		if i%10 > 0 {
			s.Close()
		}
	}
	if n := regions.mappings - before; n > 60 {
		t.Errorf("%d mappings are made", n)
	}
}

// TestPlotsOfAnotherSize uses up all addresses with plots of one size: given back, they become plots of another.
func TestPlotsOfAnotherSize(t *testing.T) {
	if bits.UintSize == 64 {
		t.Skip("there are addresses for plots of all sizes")
	}
	take := func(size uintptr, most int) (list []Region) {
		for len(list) < most {
			r, ok := takePlot(size)
			if !ok {
				break
			}
			list = append(list, r)
		}
		return list
	}
	small := take(1<<20, 1<<13)
	if len(small) == 1<<13 {
		t.Fatal("addresses do not end")
	}
	for _, r := range small {
		r.Recycle(0)
	}
	large := take(64<<20, 8)
	if len(large) < 8 {
		t.Errorf("%d large plots in the place of %d small ones", len(large), len(small))
	}
	for _, r := range large {
		r.Recycle(0)
	}
}
