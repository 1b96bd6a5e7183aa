package explore

import "testing"

// A heapStep is a call of a function of the heap and its result, or a use of memory.
type heapStep struct {
	op       heapOp
	operands [3]uint64
	result   uint64
	bad      string // what is wrong with it
}

// TestHeapWatch tells what is wrong with a sequence of calls and uses, and what is not.
func TestHeapWatch(t *testing.T) {
	malloc := func(size, address uint64) heapStep { return heapStep{mallocs, [3]uint64{size}, address, ""} }
	free := func(address uint64, bad string) heapStep { return heapStep{frees, [3]uint64{address}, 0, bad} }
	use := func(address uint64, bad string) heapStep { return heapStep{noHeap, [3]uint64{address, 4}, 0, bad} }
	const freed, twice = "use of memory that was freed,", "double free"
	for name, steps := range map[string][]heapStep{
		"used":     {malloc(16, 64), free(64, ""), use(60, ""), use(61, freed), use(76, freed), use(80, "")},
		"twice":    {malloc(16, 64), free(64, ""), free(64, twice)},
		"null":     {free(0, ""), free(0, "")},
		"unknown":  {free(64, ""), free(64, "")},
		"again":    {malloc(16, 64), free(64, ""), malloc(8, 64), use(64, ""), use(72, ""), free(64, ""), use(72, "")},
		"nothing":  {malloc(0, 64), free(64, ""), malloc(0, 64), free(64, ""), free(64, twice)},
		"across":   {malloc(16, 64), malloc(16, 80), free(64, ""), free(80, ""), malloc(8, 76), use(64, ""), use(88, "")},
		"moved":    {malloc(16, 64), {reallocs, [3]uint64{64, 32}, 128, ""}, use(64, freed), use(128, "")},
		"in place": {malloc(16, 64), {reallocs, [3]uint64{64, 8}, 64, ""}, use(64, ""), free(64, "")},
		"no room":  {malloc(16, 64), {reallocs, [3]uint64{64, 1 << 30}, 0, ""}, use(64, ""), free(64, ""), use(64, freed)},
		"calloc":   {{callocs, [3]uint64{4, 4}, 64, ""}, free(64, ""), use(76, freed)},
		"aligned":  {{aligned, [3]uint64{64, 16}, 64, ""}, free(64, ""), use(76, freed)},
		"elsewhere": {malloc(16, 64), free(64, ""), {places, [3]uint64{8, 64, 16}, 0, ""}, use(64, ""), free(64, ""),
			use(76, freed)},
		"not there":  {malloc(16, 64), free(64, ""), {places, [3]uint64{8, 64, 16}, 12, ""}, use(64, freed)},
		"first":      {malloc(16, 64), malloc(16, 32), free(64, ""), free(32, ""), use(44, freed), use(48, "")},
		"overflowed": {malloc(16, 64), free(64, ""), use(48, ""), use(60, "")},
	} {
		h := newHeapWatch(func(address uint64) (uint64, bool) { return 64, address == 8 })
		for i, s := range steps {
			var err *heapError
			if s.op == noHeap {
				err = h.used(s.operands[0], s.operands[1])
			} else if err = h.call(1, s.op, &s.operands); err == nil {
				h.returns(1, s.op, s.result)
			}
			if (err == nil) != (s.bad == "") || err != nil && err.what != s.bad {
				t.Errorf("%s, step %d: %v, want %q", name, i, err, s.bad)
			}
		}
	}
}

// TestHeapMany keeps the last blocks that were freed, and not more than there is room for.
func TestHeapMany(t *testing.T) {
	h := newHeapWatch(nil)
	const blocks, size = 100_000, 16
	for i := range uint64(blocks) {
		h.allocated(size*(i+1), size)
		if err := h.free(size * (i + 1)); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.freed) > mostFreed || len(h.sizes) > 0 {
		t.Errorf("%d blocks that were freed, %d others", len(h.freed), len(h.sizes))
	}
	if h.used(size*blocks, 1) == nil || h.used(size*(blocks-mostFreed/2+1), 1) == nil {
		t.Error("the last ones are not known")
	}
}
