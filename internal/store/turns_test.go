package store

import "testing"

// TestTurnsAdd makes many turns: those before stay where they are, and what was removed is used again.
func TestTurnsAdd(t *testing.T) {
	s := newStore(t, nil)
	turns := s.NewTurns()
	const n = 5000
	var all []uintptr
	for i := range n {
		at := turns.Add()
		turns.Turn(at).Result = uint32(i)
		turns.Push(at)
		all = append(all, at)
	}
	for i, at := range all {
		if turns.Number(at) != i+1 || turns.Turn(at).Result != uint32(i) {
			t.Fatalf("turn %d has number %d, and result %d", i, turns.Number(at), turns.Turn(at).Result)
		}
		if got := turns.Pop(); got != at {
			t.Fatalf("turn %d comes as %d", i, turns.Number(got))
		}
	}
	for _, at := range all {
		turns.Remove(at)
	}
	seen := map[uintptr]bool{}
	for range n {
		at := turns.Add()
		if number := turns.Number(at); number < 1 || number > n || seen[at] || turns.Turn(at).Result != 0 {
			t.Fatalf("turn %d is made twice, or is not new", number)
		}
		seen[at] = true
	}
	if at := turns.Add(); turns.Number(at) != n+1 {
		t.Errorf("turn %d follows", turns.Number(at))
	}
}
