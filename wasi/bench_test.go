package wasi

import (
	"context"
	"testing"

	"weft"
	"weft/threads"
)

// BenchmarkCalls measures the calls that programs make most. They do not allocate.
func BenchmarkCalls(b *testing.B) {
	for _, call := range []struct {
		name string
		args []uint64
	}{
		{"clock_time_get", []uint64{1, 0, result}},
		{"random_get", []uint64{buffer, 16}},
		{"fd_write", []uint64{1, 8, 1, result}},
		{"sched_yield", []uint64{0}},
	} {
		b.Run(call.name, func(b *testing.B) {
			g := newGuest(b, NewConfig())
			g.memory.Write(8, []byte{0, 4, 0, 0, 100, 0, 0, 0})
			f := g.in.Func(call.name)
			slots := make([]uint64, len(call.args))
			b.ReportAllocs()
			for b.Loop() {
				copy(slots, call.args)
				if err := f.CallSlots(context.Background(), slots); err != nil || slots[0] != 0 {
					b.Fatal(err, slots[0])
				}
			}
		})
	}
}

func TestCallsDoNotAllocate(t *testing.T) {
	g := newGuest(t, NewConfig())
	g.memory.Write(8, []byte{0, 4, 0, 0, 100, 0, 0, 0})
	for name, args := range map[string][]uint64{"clock_time_get": {1, 0, result}, "random_get": {buffer, 16}, "fd_write": {1, 8, 1, result}} {
		f := g.in.Func(name)
		slots := make([]uint64, len(args))
		n := testing.AllocsPerRun(100, func() {
			copy(slots, args)
			check(t, f.CallSlots(context.Background(), slots))
		})
		if n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// BenchmarkWriteLoop has a guest that writes again and again to what takes it at once, with green threads and without.
// It is a scheduling point with green threads, at which the thread goes on.
func BenchmarkWriteLoop(b *testing.B) {
	const program = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 8) "\00\04\00\00\64")
  (func (export "writes") (param $n i32)
    (loop $again
      (if (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 16)) (then unreachable))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`
	for name, config := range map[string]Config{"parallel": NewConfig(), "green": NewConfig().WithGreenThreads(threads.Config{})} {
		b.Run(name, func(b *testing.B) {
			engine, err := weft.NewEngine(weft.NewConfig())
			check(b, err)
			module, err := engine.Compile([]byte(program))
			check(b, err)
			store, err := engine.NewStore(weft.DefaultLimits())
			check(b, err)
			defer store.Close()
			linker := weft.NewLinker(store)
			system, err := config.Define(linker)
			check(b, err)
			in, err := linker.Instantiate(context.Background(), module)
			check(b, err)
			b.ReportAllocs()
			b.ResetTimer()
			_, err = system.Call(context.Background(), in, in.Func("writes"), weft.I32(int32(b.N)))
			check(b, err)
		})
	}
}
