package weft_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"weft"
)

// BenchmarkGarbage makes structs that die at once, in a heap of 64 MB: the time
// is that of one, collections included.
func BenchmarkGarbage(b *testing.B) {
	_, in := newInstance(b, lists, func(l *weft.Limits) { l.HeapBytes = 64 << 20 })
	b.ReportAllocs()
	b.ResetTimer()
	call(b, in, "garbage", weft.I32(int32(b.N)))
}

// BenchmarkDropSuspended makes continuations, suspends and drops them: the time
// is that of one, collections included.
func BenchmarkDropSuspended(b *testing.B) {
	_, in := newInstance(b, suspended, nil)
	b.ReportAllocs()
	b.ResetTimer()
	call(b, in, "drop", weft.I32(int32(b.N)))
	b.ReportMetric(float64(residentBytes(b))/(1<<20), "MB-RSS")
}

// BenchmarkPause collects a heap with a list of a gigabyte.
func BenchmarkPause(b *testing.B) {
	store, in := newInstance(b, lists, nil)
	const cell = 32 // bytes that a node of the list takes
	call(b, in, "build", weft.I32(1<<30/cell))
	for b.Loop() {
		store.Collect()
	}
	b.ReportMetric(float64(store.Stats().HeapBytes)/(1<<30), "GB-live")
}

const alive = `(module
  (type $f (func)) (type $k (cont $f)) (tag $pause)
  (table $kept 1000000 (ref null $k))
  (elem declare func $body)
  (func $body (suspend $pause))
  (func (export "make") (param $n i32)
    (loop $l
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (table.set $kept (local.get $n)
        (block $h (result (ref $k))
          (resume $k (on $pause $h) (cont.new $k (ref.func $body)))
          (unreachable)))
      (br_if $l (local.get $n)))))`

// BenchmarkMillionAlive makes a million continuations that are suspended and
// alive, and reports the memory of the process that each takes.
func BenchmarkMillionAlive(b *testing.B) {
	const n = 1_000_000
	for b.Loop() {
		before := residentBytes(b)
		store, in := newInstance(b, alive, nil)
		call(b, in, "make", weft.I32(n))
		b.ReportMetric(float64(residentBytes(b)-before)/n, "B/continuation")
		store.Close()
	}
}

// residentBytes returns the resident memory of the process, 0 where the system
// does not tell.
func residentBytes(b *testing.B) int64 {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
