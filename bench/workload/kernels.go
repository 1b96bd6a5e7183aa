package workload

import "weft/bench/job"

// kernels are C programs without coroutines. What they compute is compared with
// what the first engine computed.
func kernels() []*Workload {
	all := []*Workload{
		{Name: "fib", Sizes: []int64{1, 10, 100, 1000}, About: "recursive calls"},
	}
	for _, w := range all {
		w.Group, w.Mode, w.Export, w.Unit = Kernels, job.Run, "run", "unit of work"
	}
	return all
}
