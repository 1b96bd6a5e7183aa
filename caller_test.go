package weft_test

import (
	"context"
	"testing"

	"weft"
	"weft/wasm"
)

// TestCallerMemory checks that a host function reads the memory of the instance
// that calls it, of two that have imported it, and does not allocate.
func TestCallerMemory(t *testing.T) {
	sum := 0
	const source = `(module (import "env" "sum" (func $sum (param i32 i32)))
	  (memory (export "memory") 1) (data (i32.const 16) "\01\02\03")
	  (func (export "run") (param i32 i32) (call $sum (local.get 0) (local.get 1))))`
	store, instance := open(source, func(l *weft.Linker) error {
		return l.DefineFunc("env", "sum", wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}},
			func(_ context.Context, slots []uint64) error {
				data, ok := l.Store().Caller().Memory("memory").View(slots[0], slots[1])
				if !ok {
					sum = -1
				}
				for _, b := range data {
					sum += int(b)
				}
				return nil
			})
	})
	defer store.Close()
	another, err := store.Instantiate(context.Background(), instance.Module(), []weft.Extern{instance.Func("run")})
	if err != nil {
		t.Fatal(err)
	}
	if !another.Memory("memory").Write(16, []byte{10, 20}) {
		t.Fatal("no room")
	}
	slots := make([]uint64, 2)
	for _, c := range []struct {
		in   *weft.Instance
		n    uint64
		want int
	}{{instance, 3, 6}, {instance, 65536, -1}} {
		run := c.in.Func("run")
		allocations := testing.AllocsPerRun(10, func() {
			sum = 0
			slots[0], slots[1] = 16, c.n
			if err := run.CallSlots(context.Background(), slots); err != nil {
				t.Fatal(err)
			}
		})
		if sum != c.want || allocations != 0 {
			t.Errorf("the sum is %d, want %d; %v allocations", sum, c.want, allocations)
		}
	}
	// The other instance calls the first one's function, so that is the caller.
	sum = 0
	if _, err := another.Func("run").Call(context.Background(), weft.I32(16), weft.I32(3)); err != nil || sum != 6 {
		t.Errorf("the sum is %d, %v", sum, err)
	}
	if data, ok := another.Memory("memory").View(16, 2); !ok || string(data) != "\x0a\x14" || cap(data) != 2 {
		t.Errorf("the view is %v", data)
	}
}
