package workload

import "weft/bench/job"

// programs are programs for WASI, and the same for this machine. Package tool builds
// them.
func programs() []*Workload {
	return []*Workload{
		{Name: "sqlite", Group: Programs, Mode: job.Program, Sizes: []int64{1}, Repeat: 1, Rounds: 2, Heavy: true,
			About: "SQLite, in C: a table of 20,000 rows in memory is filled, indexed and queried"},
		{Name: "standard", Group: Programs, Mode: job.Program, Sizes: []int64{1}, Repeat: 1, Rounds: 2, Heavy: true,
			About: "Go's standard library: JSON, regular expressions, sorting, compression, hashes"},
		{Name: "esbuild", Group: Programs, Mode: job.Program, Export: "--minify --loader=js", Sizes: []int64{1}, Repeat: 1, Rounds: 2, Heavy: true,
			About: "esbuild, in Go: 400 KB of JavaScript minified"},
	}
}
