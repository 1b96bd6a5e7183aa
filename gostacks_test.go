package weft_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"weft"
	"weft/wasm"
)

// openGoStacks instantiates the example with goroutines in a table.
func openGoStacks(t testing.TB, executor weft.Executor) (*weft.Store, *weft.Instance) {
	t.Helper()
	source, err := os.ReadFile("examples/gostacks.wat")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
	if err != nil {
		t.Fatal(err)
	}
	return openOn(t, engine, string(source), weft.DefaultLimits(), func(_ *weft.Store, linker *weft.Linker) {
		print := wasm.FuncType{Params: []wasm.ValType{wasm.I32}}
		err := linker.DefineFunc("spectest", "print_i32", print, func(context.Context, []uint64) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
	})
}

// turnGoroutines lets goroutines take four turns each from beneath that many calls, and checks the sums.
func turnGoroutines(t testing.TB, instance *weft.Instance, goroutines, depth int32) {
	t.Helper()
	results := call(t, instance, "sum", weft.I32(goroutines), weft.I32(4), weft.I32(depth))
	n := int64(goroutines)
	if total, frames := results[0].I64(), results[1].I64(); total != 2*n*(n+1) || frames != n*int64(depth) {
		t.Errorf("%d goroutines beneath %d calls: %d, %d; want %d, %d", n, depth, total, frames, 2*n*(n+1), n*int64(depth))
	}
}

// TestGoStacks has the goroutines of the example go on in their slots: there is one for each that was alive at one time,
// the next ones use them again, and whoever has ended leaves nothing behind that would have to be collected.
func TestGoStacks(t *testing.T) {
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		store, instance := openGoStacks(t, executor)
		for _, c := range []struct{ goroutines, depth, slots int32 }{
			{10_000, 0, 10_001}, // and main's
			{1000, 100, 10_001},
			{20_000, 10, 20_001},
		} {
			turnGoroutines(t, instance, c.goroutines, c.depth)
			if slots := call(t, instance, "slots")[0].I32(); slots != c.slots {
				t.Errorf("executor %v: %d slots, want %d", executor, slots, c.slots)
			}
			if stats := store.Stats(); stats.Continuations != 0 || stats.Collections != 0 {
				t.Errorf("executor %v: %d continuations are left after %d collections", executor, stats.Continuations, stats.Collections)
			}
		}
	}
}

// BenchmarkGoStacks lets a million goroutines take four turns each, and a hundred thousand beneath a hundred calls, with
// the default limits: the time for a turn, and the memory that the process has taken for each goroutine.
func BenchmarkGoStacks(b *testing.B) {
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		for _, c := range []struct{ goroutines, depth int32 }{{1_000_000, 0}, {100_000, 100}} {
			b.Run(fmt.Sprintf("executor=%v/deep=%d", executor, c.depth), func(b *testing.B) {
				n := float64(c.goroutines)
				for b.Loop() {
					before := residentBytes(b)
					store, instance := openGoStacks(b, executor)
					turnGoroutines(b, instance, c.goroutines, c.depth)
					b.ReportMetric(float64(residentBytes(b)-before)/n, "B/goroutine")
					b.ReportMetric(float64(store.Stats().TableElements)/n, "slots/goroutine")
					store.Close()
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/(4*n), "ns/turn")
			})
		}
	}
}
