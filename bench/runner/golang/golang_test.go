package golang

import (
	"testing"

	"weft/bench/workload"
)

// TestPrograms runs everything with its smallest size.
func TestPrograms(t *testing.T) {
	byName := map[string]*workload.Workload{}
	for _, w := range workload.All() {
		byName[w.Name] = w
	}
	for _, v := range []workload.Variant{workload.Goroutines, workload.Iterators} {
		names := Names(v)
		if len(names) == 0 {
			t.Errorf("no programs with %s", v)
		}
		for _, name := range names {
			w := byName[name]
			if w == nil {
				t.Errorf("%s with %s is no workload", name, v)
				continue
			}
			n := w.Sizes[0]
			if got, want := Program(v, name)(n), w.Want(n); got != want {
				t.Errorf("%s with %s computes %d for %d; want %d", name, v, got, n, want)
			}
		}
	}
}
