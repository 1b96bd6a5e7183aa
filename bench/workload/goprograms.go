package workload

import (
	"fmt"

	"weft/bench/job"
)

// timed is how often a program that measures itself does so in a process.
const timed = 3

// goPrograms are the small programs of the command programs/goprograms.
func goPrograms() []*Workload {
	all := []*Workload{
		{Name: "fib", About: "fib(34) by recursion"},
		{Name: "sieve", About: "the primes below 8 million"},
		{Name: "matmul", About: "a product of matrices of 320 by 320 numbers"},
		{Name: "collatz", About: "the sequences of Collatz that begin below 200,000"},
		{Name: "sort", About: "sort.Ints of 500,000 numbers"},
		{Name: "sort-interface", About: "sort.Sort of 250,000 numbers"},
		{Name: "crc32", About: "CRC-32 of 64 MB; native Go has instructions of the processor for it"},
		{Name: "sha256", About: "SHA-256 of 4 MB; native Go has instructions of the processor for it"},
		{Name: "map", About: "a million times an entry of a map is changed, and some are deleted"},
		{Name: "marshal", About: "1 MB of JSON written"},
		{Name: "unmarshal", About: "1 MB of JSON read"},
		{Name: "gzip", About: "1 MB compressed, decompressed and compared"},
		{Name: "regexp", About: "a regular expression found in 1 MB"},
		{Name: "sprintf", About: "fmt.Sprintf of six values, 50,000 times"},
		{Name: "trees", About: "trees of 16,383 nodes made, counted and dropped"},
		{Name: "gosched", Unit: "switch", About: "two goroutines take turns by runtime.Gosched"},
		{Name: "gosched-deep", Unit: "switch", About: "the same below 20 frames"},
		{Name: "channels", Unit: "round trip",
			About: "two goroutines send each other numbers through channels without a buffer"},
		{Name: "channels-deep", Unit: "round trip", About: "the same below 20 frames"},
		{Name: "spawn", Unit: "goroutine", About: "a goroutine is started, and its end waited for"},
		{Name: "parked", Unit: "goroutine", About: "20,000 goroutines are started, wait together, and end"},
		{Name: "defer", Unit: "call", About: "a call that defers a function"},
		{Name: "recover", Unit: "panic", About: "a call that panics and recovers"},
	}
	for _, w := range all {
		w.Source, w.Export = "goprograms", fmt.Sprint(w.Name, " ", timed)
		w.Name = "go-" + w.Name
		measuresItself(w, GoPrograms)
	}
	return all
}

// goLibrary are benchmarks that packages of the standard library have of themselves.
func goLibrary() []*Workload {
	var all []*Workload
	// add adds a benchmark. It runs n times, which take native Go some 50 ms.
	add := func(name, pkg, pattern string, n int, about string) {
		w := &Workload{Name: name, Source: testPrefix + pkg, About: about,
			Export: fmt.Sprintf("-test.run ^$ -test.bench %s -test.benchtime %dx -test.count %d", pattern, n, timed)}
		measuresItself(w, GoLibrary)
		all = append(all, w)
	}
	const json, flate = "encoding/json", "compress/flate"
	add("json-encode", json, "^BenchmarkCodeEncoder$", 10, "encoding/json: 2 MB written to an Encoder")
	add("json-unmarshal", json, "^BenchmarkCodeUnmarshal$", 3, "encoding/json: 2 MB read")
	add("json-map", json, "^BenchmarkUnmarshalMap$", 30_000, "encoding/json: a small object becomes a map")
	add("sort-stable", "sort", "^BenchmarkStableInt64K$", 20, "sort: 65,536 numbers sorted stably")
	add("sort-strings", "sort", "^BenchmarkSortStrings$", 1, "sort: 100,000 strings sorted")
	add("sort-structs", "sort", "^BenchmarkSortStructs$", 5, "sort: 100,000 structs sorted")
	add("regexp-hard", "regexp", "^BenchmarkMatch$/^Hard$/^32K$", 50,
		"regexp: a pattern that has to be tried at each place, in 32 KB")
	add("regexp-replace", "regexp", "^BenchmarkReplaceAll$", 30_000, "regexp: all matches replaced")
	add("regexp-onepass", "regexp", "^BenchmarkMatch_onepass_regex$/^32K$", 100, "regexp: 32 KB matched in one pass")
	add("flate-encode", flate, "^BenchmarkEncode$/^Digits$/^Default$/^1e5$", 10,
		"compress/flate: 100 KB of digits compressed")
	add("flate-decode", flate, "^BenchmarkDecode$/^Digits$/^Default$/^1e5$", 40,
		"compress/flate: 100 KB of digits decompressed")
	add("go-parser", "go/parser", "^BenchmarkParse$", 20, "go/parser: a file of 54 KB parsed")
	return all
}

func measuresItself(w *Workload, g Group) {
	w.Group, w.Mode, w.Heavy = g, job.Benchmark, true
	w.Sizes = []int64{1}
}
