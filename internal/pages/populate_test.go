package pages

import "testing"

// TestPopulate populates parts of memory, some less than a page: what is there stays.
func TestPopulate(t *testing.T) {
	values := make([]uint64, 1<<16)
	for i := range values {
		values[i] = uint64(i)
	}
	for _, n := range []int{0, 1, 511, 512, 513, 5000, len(values)} {
		for _, from := range []int{0, 1, 300, len(values) - n} {
			PopulateValues(values[from:][:min(n, len(values)-from)])
		}
	}
	PopulateValues([]struct{}{{}, {}})
	Populate(nil)
	for i, v := range values {
		if v != uint64(i) {
			t.Fatalf("value %d is %d now", i, v)
		}
	}
}
