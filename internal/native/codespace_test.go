package native

import "testing"

// TestCodeSpace takes and gives back pieces.
func TestCodeSpace(t *testing.T) {
	s := codeSpace{free: []span{{1 << 20, 16 * codePage}}}
	var pieces []span
	for range 4 {
		p, ok := s.take(4 * codePage)
		if !ok {
			t.Fatal("no space")
		}
		pieces = append(pieces, p)
	}
	if _, ok := s.take(codePage); ok {
		t.Error("there is more space than there should be")
	}
	for _, i := range []int{1, 3, 0, 2} {
		s.put(pieces[i])
	}
	if len(s.free) != 1 || s.free[0] != (span{1 << 20, 16 * codePage}) {
		t.Errorf("what is free is %v", s.free)
	}
}
