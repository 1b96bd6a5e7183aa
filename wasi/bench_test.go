package wasi

import (
	"context"
	"testing"
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
