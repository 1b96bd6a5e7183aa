package workload

// programs are WASI programs.
func programs() []*Workload { return nil }
