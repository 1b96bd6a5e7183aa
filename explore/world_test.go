package explore

import "testing"

// TestReset sets a program back a few times: nothing of its threads is left, so no schedule is slower than those
// before.
func TestReset(t *testing.T) {
	s, ctx := benched(t)
	w := s.workers[0].world
	for i := range 5 {
		j := job{strategy: RandomWalk, seed: uint64(i)}
		if err := s.workers[0].run(ctx, s, &j, nil); err != nil {
			t.Fatal(err)
		}
		if w.store.Stats().StackBytes == 0 {
			t.Fatal("the schedule had no threads with stacks")
		}
		if err := w.reset(); err != nil {
			t.Fatal(err)
		}
		if stats := w.store.Stats(); stats.Continuations != 0 || stats.StackBytes != 0 {
			t.Errorf("after schedule %d there are %d continuations, and %d bytes of stacks", i, stats.Continuations,
				stats.StackBytes)
		}
	}
}
