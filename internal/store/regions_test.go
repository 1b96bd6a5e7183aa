//go:build unix

package store

import (
	"strings"
	"testing"
	"unsafe"

	"weft/wasm"
)

// TestRecycle takes regions that were used before: they must be as new ones, but for what
// is usable.
func TestRecycle(t *testing.T) {
	const size, dirty = 1 << 30, 200 << 10
	for _, used := range []uintptr{100, fewDirty + 1, dirty} {
		r, err := ReserveRegion(size)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Commit(dirty); err != nil {
			t.Fatal(err)
		}
		for i := range used {
			*(*byte)(unsafe.Add(r.Base, i)) = 0xff
		}
		base := r.Base
		r.Recycle(used)
		r, err = reserveLike(size, dirty)
		if err != nil {
			t.Fatal(err)
		}
		if r.Base != base {
			t.Fatal("the region is not used again")
		}
		for i, b := range r.bytes(0, r.usable) {
			if b != 0 {
				t.Fatalf("byte %d of a recycled region is %d after %d bytes were written", i, b, used)
			}
		}
		if err := r.trim(pageRound); err != nil || r.Size() != pageRound {
			t.Fatalf("%d bytes are usable: %v", r.Size(), err)
		}
		r.Release()
	}
}

// TestMappings reaches the limit of mappings.
func TestMappings(t *testing.T) {
	p := &regions
	p.drop()
	limit, before := p.limit, p.mappings
	defer func() { p.limit = limit }()
	p.limit = func() int { return before + 4 }
	var all []Region
	for {
		r, err := ReserveRegion(2 * pageRound)
		if err == nil {
			all = append(all, r)
			if err = all[len(all)-1].Commit(pageRound); err == nil {
				continue
			}
		}
		if !strings.Contains(err.Error(), "vm.max_map_count") {
			t.Errorf("the error is %v", err)
		}
		break
	}
	if len(all) != 2 {
		t.Errorf("%d regions of 2 mappings each are made of 4", len(all))
	}
	all[0].Recycle(0)
	if r, err := ReserveRegion(4 * pageRound); err != nil {
		t.Errorf("what is kept is not given back for others: %v", err)
	} else {
		r.Release()
	}
	for i := range all {
		all[i].Release()
	}
	if p.mappings != before {
		t.Errorf("%d mappings are counted, %d were before", p.mappings, before)
	}
}

// TestManySizes gives regions of ever other sizes back: not all of them may be kept.
func TestManySizes(t *testing.T) {
	regions.drop()
	before := regions.mappings
	for i := range uintptr(2 * keptLimit) {
		r, err := ReserveRegion((i + 1) * pageRound)
		if err != nil {
			t.Fatal(err)
		}
		r.Recycle(0)
		if got := regions.mappings - before; got > keptLimit {
			t.Fatalf("%d regions are kept", got)
		}
	}
	regions.drop()
	if regions.mappings != before || regions.kept != 0 {
		t.Errorf("%d mappings are counted, %d were before; %d regions are kept", regions.mappings, before, regions.kept)
	}
}

// TestStoresAtTheLimit makes stores with memories until there are no mappings for another: that is said when it is
// made, and those that were made have what a call needs.
func TestStoresAtTheLimit(t *testing.T) {
	p := &regions
	p.drop()
	limit, before := p.limit, p.mappings
	defer func() { p.limit = limit }()
	p.limit = func() int { return before + 160 }
	var all []*Store
	for {
		s, err := New(wasm.NewTypeSet(), nil, DefaultLimits)
		if err != nil {
			if !strings.Contains(err.Error(), "vm.max_map_count") {
				t.Errorf("the error is %v", err)
			}
			break
		}
		defer s.Close()
		all = append(all, s)
		if _, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1}, PageLog2: 16}); err != nil {
			t.Fatal(err)
		}
	}
	if left := p.limit() - p.mappings; len(all) < 60 || left < p.limit()/16-4 {
		t.Errorf("%d stores are made, and %d mappings left for them", len(all), left)
	}
	p.limit = func() int { return p.mappings } // what is left is used up
	for i, s := range all {
		_, err := s.arena.Alloc(1000)
		if r := s.Conts.NewSide(nil); err != nil || !s.Conts.AllocStack(r, 4<<10) {
			t.Fatalf("store %d of %d has no room for a call: %v", i, len(all), err)
		}
	}
}
