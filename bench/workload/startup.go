package workload

import "weft/bench/job"

// startup are the times before the first result.
func startup() []*Workload {
	return []*Workload{
		{Name: "compile-small", Group: Startup, Source: "small", Mode: job.Compile, Export: "run", Unit: "module",
			Sizes: decades(10, 1000), About: "a module of 200 bytes is compiled",
			Want: func(n int64) int64 { return n }},
		{Name: "compile-sqlite", Group: Startup, Source: "sqlite", Mode: job.Compile, Unit: "module",
			Sizes: []int64{1}, Once: true, About: "SQLite (1 MB) is compiled, or, by engines that compile lazily, validated",
			Want: func(n int64) int64 { return n }},
		{Name: "compile-esbuild", Group: Startup, Source: "esbuild", Mode: job.Compile, Unit: "module",
			Sizes: []int64{1}, Once: true, Rounds: 1, About: "esbuild (20 MB) is compiled, or, by engines that compile lazily, validated",
			Want: func(n int64) int64 { return n }},
		{Name: "first-small", Group: Startup, Source: "small", Mode: job.Run, Export: "run", Process: true, Once: true,
			Sizes: []int64{1}, About: "a process from its start to its end, which runs a function of 200 bytes",
			Want: func(n int64) int64 { return n }},
		{Name: "first-esbuild", Group: Startup, Source: "esbuild", Mode: job.Program, Export: "--version", Process: true, Once: true, Rounds: 2,
			Sizes: []int64{1}, About: "a process from its start to its end, which runs esbuild --version"},
	}
}
