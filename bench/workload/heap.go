package workload

import "weft/bench/job"

// heap are programs whose data are structs and arrays of the collected heap.
func heap() []*Workload {
	all := []*Workload{
		{Name: "trees", Unit: "tree", Sizes: []int64{30, 100, 300, 1000, 3000},
			About: "trees of 2,047 nodes are made, counted and dropped, beside one of 131,071 that lives on",
			Want:  func(n int64) int64 { return n*2047 + 1<<17 - 1 }},
		{Name: "map", Unit: "entry", Sizes: []int64{1000, 10_000, 100_000, 300_000},
			About: "a hash map of chained entries: put, every second one removed, looked up three times",
			Want: func(n int64) int64 {
				removed := n / 2 // the first ones
				return 3 * (sumBelow(n) - sumBelow(removed))
			}},
		{Name: "sort", Unit: "element", Sizes: []int64{1000, 10_000, 100_000, 300_000},
			About: "an array of structs is sorted, with a comparison that is called by reference and casts"},
	}
	for _, w := range all {
		w.Group, w.Mode, w.Export, w.Uses = Heap, job.Run, "run", []Feature{CollectedHeap}
	}
	return all
}
