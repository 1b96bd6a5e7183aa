package threads_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// leaving has a thread that stores at once, and one that ends the run, by returning or by the host.
const leaving = `(module
  (import "host" "exit" (func $exit))
  (memory (export "memory") 1 1 shared)
  (func (export "work") (i32.store (i32.const 0) (i32.const 1)))
  (func (export "return"))
  (func (export "exit") (call $exit) (unreachable))
  (func (export "done") (result i32) (i32.load (i32.const 0))))`

var errExit = errors.New("the end")

// leave runs the thread that ends the run beside one that works, and reports whether that has worked.
func leave(t *testing.T, engine *weft.Engine, how string, strategy threads.Strategy, steps bool) bool {
	t.Helper()
	config := threads.Config{Strategy: strategy, Steps: steps, Virtual: steps}
	w := newWorldWith(t, engine, leaving, config, func(w *world, l *weft.Linker) {
		exit := func(context.Context, []uint64) error {
			w.scheduler.Exit()
			return errExit
		}
		if err := l.DefineFunc("host", "exit", wasm.FuncType{}, exit); err != nil {
			t.Fatal(err)
		}
	})
	first := w.spawn(t, how)
	w.spawn(t, "work")
	err := w.scheduler.Run(context.Background(), first)
	if how == "exit" && !errors.Is(err, errExit) || how == "return" && err != nil {
		t.Fatalf("%s: %v", how, err)
	}
	results, err := w.instance.Func("done").Call(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return results[0].I32() == 1
}

// TestExit ends a run while another thread could go on: it does in some schedules, and these can be repeated.
func TestExit(t *testing.T) {
	for name, engine := range countingEngines(t) {
		for _, how := range []string{"return", "exit"} {
			worked, cut := 0, 0
			for seed := range uint64(20) {
				recording := threads.Record(threads.NewRandomWalk(seed))
				did := leave(t, engine, how, recording, true)
				if did {
					worked++
				} else {
					cut++
				}
				if leave(t, engine, how, threads.NewReplay(allOf(t, recording)...), true) != did {
					t.Errorf("%s, %s: seed %d is not repeated", name, how, seed)
				}
			}
			if worked == 0 || cut == 0 {
				t.Errorf("%s, %s: in %d schedules the other thread has worked, in %d it has not", name, how, worked, cut)
			}
			if leave(t, engine, how, threads.NewReplay(), true) {
				t.Errorf("%s, %s: in the default schedule others go on before the end", name, how)
			}
		}
	}
}
