package store

import (
	"testing"

	"weft/wasm"
)

// forest makes an array of n arrays of which each has one element: an array without elements. It is referred to
// by a global.
func forest(t *testing.T, s *Store, n uint32) (root uint64) {
	t.Helper()
	id := arrayOf(t, s, wasm.RefNull(wasm.HeapAny))
	newArray := func(n uint32) uint64 {
		ref, trap := s.NewArray(id, n)
		if trap != wasm.TrapNone {
			t.Fatal(trap)
		}
		return ref
	}
	root = newArray(n)
	if _, err := s.NewGlobal(wasm.GlobalType{Type: wasm.RefNull(wasm.HeapAny)}, [2]uint64{root}); err != nil {
		t.Fatal(err)
	}
	trees := s.elements(root)
	for i := range trees {
		trees[i] = newArray(1)
		s.elements(trees[i])[0] = newArray(0)
	}
	return root
}

// checkForest checks that the collector takes all of a forest for objects.
func checkForest(t *testing.T, s *Store, root uint64) {
	t.Helper()
	for i, tree := range s.elements(root) {
		if !isSet(s.heap.taken, uintptr(tree)-s.heap.base) || !isSet(s.heap.taken, uintptr(s.elements(tree)[0])-s.heap.base) {
			t.Fatalf("tree %d is not alive", i)
		}
	}
}

// TestMarkingIsBounded marks many more objects at once than the collector notes.
func TestMarkingIsBounded(t *testing.T) {
	s := newStore(t, nil)
	root := forest(t, s, 200_000)
	h := &s.heap
	room := h.maxMarking()
	if room > 50_000 {
		t.Fatalf("there is room for %d objects: too much for this test", room)
	}
	c := collector{s: s, steps: lookInterval}
	c.markRoots()
	h.marking = h.marking[:0]
	c.references(s.elements(root))
	if !h.spilled || len(h.marking) > room+lookInterval {
		t.Errorf("%d objects are noted, where there is room for %d", len(h.marking), room)
	}
	c.forgetMarks()
	if trap := s.Collect(); trap != wasm.TrapNone {
		t.Fatal(trap)
	}
	if n := cap(h.marking); n != 0 {
		t.Errorf("there is room for %d objects left behind", n)
	}
	checkForest(t, s, root)
	live := s.HeapLive()
	s.globals[0].Record.Value[0] = 0
	if s.Collect(); s.HeapLive() != 0 || live < 200_000*2*minCell {
		t.Errorf("of %d bytes %d are alive in the end", live, s.HeapLive())
	}
}

// TestCollectionIsGivenUp gives collections up at many of their looks. Then nothing is gone, and the
// next collection finds what it would have found.
func TestCollectionIsGivenUp(t *testing.T) {
	s := newStore(t, nil)
	root := forest(t, s, 20_000)
	const values = 1000 // not so many that it is time to collect
	for range values {
		if _, trap := s.ExternRef([]int(nil)); trap != wasm.TrapNone {
			t.Fatal(trap)
		}
	}
	for range 10_000 {
		if s.Conts.New(nil, 0) == nil {
			t.Fatal("no continuation")
		}
	}
	before := s.Conts.Live()
	given := 0
	for last := 1; ; last += 1 + last/8 {
		lookAt(s, last)
		if trap := s.Collect(); trap == wasm.TrapNone {
			break
		} else if trap != Interrupted {
			t.Fatal(trap)
		}
		given++
	}
	if given < 10 || s.Collections != 1 {
		t.Errorf("%d collections were given up, %d were not", given, s.Collections)
	}
	checkForest(t, s, root)
	if s.Conts.Live() != 0 || before != 10_000 || len(s.externs.free) != values {
		t.Errorf("%d of %d continuations are left, %d host values are gone", s.Conts.Live(), before, len(s.externs.free))
	}
	s.Active = nil
	s.globals[0].Record.Value[0] = 0
	if s.Collect(); s.HeapLive() != 0 {
		t.Errorf("%d bytes are left", s.HeapLive())
	}
}
