package workload

import "weft/bench/job"

// kernels are C programs without coroutines. What they compute is compared among the
// engines, native code being two of them.
func kernels() []*Workload {
	all := []*Workload{
		{Name: "fib", About: "fib(20) by recursion"},
		{Name: "primes", About: "the sieve of Eratosthenes over 64 Ki numbers"},
		{Name: "matmul", About: "a product of matrices of 64 by 64 doubles"},
		{Name: "mandelbrot", About: "the Mandelbrot set on 64 by 64 points"},
		{Name: "nbody", About: "five bodies, 100 steps"},
		{Name: "crc32", About: "CRC-32 of 64 KiB by a table"},
		{Name: "sha256", About: "SHA-256 of 16 KiB"},
		{Name: "quicksort", About: "10,000 numbers sorted"},
		{Name: "fannkuch", About: "all permutations of 7 numbers"},
		{Name: "lz", About: "32 KiB compressed, decompressed and compared"},
		{Name: "json", About: "40 KB of JSON parsed"},
		{Name: "dijkstra", About: "shortest paths from a node among 1,000"},
		{Name: "levenshtein", About: "the edit distance of strings of 400 letters"},
		{Name: "blur", About: "an image of 128 by 128 bytes blurred"},
	}
	return inC(Kernels, all)
}

// vectors are C programs that use the vector instructions of WebAssembly, and so are not
// native code.
func vectors() []*Workload {
	all := inC(Vectors, []*Workload{
		{Name: "vector-matmul", About: "a product of matrices of 64 by 64 floats"},
		{Name: "vector-mandelbrot", About: "the Mandelbrot set on 64 by 64 points"},
		{Name: "vector-search", About: "lines and letters of 64 KiB of text counted"},
		{Name: "vector-dot", About: "a filter of 16 taps over 4,096 samples"},
		{Name: "vector-base64", About: "12 KiB encoded as base64 and decoded"},
	})
	for _, w := range all {
		w.Uses = []Feature{VectorCode}
	}
	return all
}

func inC(group Group, list []*Workload) []*Workload {
	for _, w := range list {
		w.Group, w.Mode, w.Export = group, job.Run, "run"
		w.Sizes = []int64{1, 3, 10, 30, 100, 300, 1000, 3000, 10_000}
	}
	return list
}
