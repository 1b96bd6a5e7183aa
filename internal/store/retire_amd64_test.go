//go:build unix

package store

import (
	"testing"
	"unsafe"
)

// TestRetire gives regions back whose first bytes Go code may have: they are zero from then on, nobody else's, and
// many of them cost little of what a process has few of.
func TestRetire(t *testing.T) {
	const size, usable = guardedSpace + 5*pageRound, 16 << 20 // a size that nobody else has
	regions.drop()
	before, bases := regions.mappings, map[unsafe.Pointer]bool{}
	const rounds = 3 * spareForViews / usable
	for range rounds {
		r, err := reserveGuarded(size, usable)
		if err != nil {
			t.Fatal(err)
		}
		if r.Size() != usable || r.bytes(0, usable)[5] != 0 || bases[r.Base] {
			t.Fatalf("%d bytes are usable at %p, byte 5 is %d", r.Size(), r.Base, r.bytes(0, usable)[5])
		}
		bases[r.Base] = true
		kept := r.bytes(0, usable)
		kept[5] = 1
		r.Retire(usable)
		if r.Base != nil || kept[5] != 0 {
			t.Fatalf("a slice shows %d afterwards", kept[5])
		}
		kept[5] = 2
	}
	if got := regions.mappings - before; got > 6 {
		t.Errorf("%d regions cost %d mappings", rounds, got)
	}
	r, err := reserveGuarded(size, usable)
	if err != nil {
		t.Fatal(err)
	}
	kept := r.bytes(0, usable)
	r.Retire(pageRound) // as much as slices can reach
	r, err = reserveGuarded(size, usable)
	if err != nil || r.Base != unsafe.Pointer(&kept[pageRound]) {
		t.Errorf("the next region does not begin behind the slices: %v", err)
	}
	r.Retire(usable)
}

// TestRest gives back many large regions whose ends Go code has seen, as guests with 4 GiB of untouched memory make them: what rests
// is bounded, and goes where there is no address space left.
func TestRest(t *testing.T) {
	const size, usable = guardedSpace + 7*pageRound, 4 << 30
	regions.drop()
	regions.endRest()
	before := regions.mappings
	var kept []byte
	for range maxResting/usable + 50 {
		r, err := reserveGuarded(size, usable)
		if err != nil {
			t.Fatal(err)
		}
		kept = r.bytes(0, usable)
		kept[usable-1] = 1
		r.Retire(usable)
		if kept[usable-1] != 0 {
			t.Fatalf("a slice shows %d afterwards", kept[usable-1])
		}
	}
	kept[usable-1] = 2 // it still rests
	if parts := uint64(len(regions.resting)); parts != maxResting/usable || regions.restingBytes != maxResting {
		t.Errorf("%d parts rest, of %d bytes", parts, regions.restingBytes)
	}
	if !regions.endRest() || regions.mappings != before || regions.restingBytes != 0 {
		t.Errorf("%d mappings are left that were not there before", regions.mappings-before)
	}
}
