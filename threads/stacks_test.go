package threads_test

import (
	"context"
	"testing"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// TestStacksShrink lets threads recurse, and stop in a host function near the beginning of their stacks: they keep
// little of them. Each goes on afterwards with what it had there, and recurses again. (None is stopped for its time.)
func TestStacksShrink(t *testing.T) {
	const source = `(module (import "" "park" (func $park (result i32)))
  (func $deep (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 0))))
  (func (export "f") (param $depth i32) (result i32) (local $sum i32)
    (local.set $sum (call $deep (local.get $depth)))
    (local.set $sum (i32.add (local.get $sum) (call $park)))
    (local.set $sum (i32.add (local.get $sum) (call $deep (local.get $depth))))
    (i32.add (local.get $sum) (call $park))))`
	for name, engine := range engines(t) {
		const n, depth = 50, 3000
		var most uint64
		parked := []*threads.Thread{}
		w := newWorldWith(t, engine, source, threads.Config{Slice: -1}, func(w *world, l *weft.Linker) {
			result := wasm.FuncType{Results: []wasm.ValType{wasm.I32}}
			err := l.DefineFunc("", "park", result, func(context.Context, []uint64) error {
				parked = append(parked, w.scheduler.Current())
				most = max(most, w.store.Stats().StackBytes)
				if len(parked) == n {
					for _, thread := range parked {
						thread.Unpark(10)
					}
					parked = parked[:0]
				}
				return w.scheduler.Park()
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		var all []*threads.Thread
		for range n {
			all = append(all, w.spawn(t, "f", weft.I32(depth)))
		}
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, thread := range all {
			if got := thread.Results()[0]; got != 2*depth+20 {
				t.Errorf("%s: result %d", name, got)
			}
		}
		if name != "interpreter" && most > n*8<<10 {
			t.Errorf("%s: %d threads that wait have %d bytes of stacks", name, n, most)
		}
	}
}
