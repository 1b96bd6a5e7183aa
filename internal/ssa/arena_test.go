package ssa

import "testing"

// TestArenaReturn takes elements back, also those that end a chunk, and hands out others.
func TestArenaReturn(t *testing.T) {
	var a Arena[int]
	if a.Return() {
		t.Error("nothing was taken back")
	}
	for i := range arenaChunk + 2 {
		a.Cut(1)[0] = i
	}
	for want := range 2 {
		if !a.Return() {
			t.Fatalf("element %d of the second chunk was not taken back", want)
		}
	}
	if a.Return() {
		t.Error("the last element of a full chunk was taken back")
	}
	if a.Total() != arenaChunk {
		t.Errorf("%d elements are handed out, want %d", a.Total(), arenaChunk)
	}
	if s := a.Cut(1); s[0] != arenaChunk {
		t.Errorf("the next element is that which had %d, want %d", s[0], arenaChunk)
	}
}
