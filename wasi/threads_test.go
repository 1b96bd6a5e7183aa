package wasi_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft"
	"weft/wasi"
)

// starts is a module whose start function does something in its threads, and which spawns one.
func starts(does string) string {
	return `(module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func $start (if (i32.atomic.rmw.add (i32.const 0) (i32.const 1)) (then ` + does + `)))
  (start $start)
  (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "_start") (if (i32.gt_s (call $spawn (i32.const 0)) (i32.const 0)) (then (call $exit (i32.const 9))))))`
}

// TestThreadStartFunction checks that the start function of a thread's instance may exit, spawn and loop.
func TestThreadStartFunction(t *testing.T) {
	for does, want := range map[string]int{
		"(call $exit (i32.const 3))":               3,
		"(drop (call $spawn (i32.const 0)))":       9, // until there are no more
		"(unreachable)":                            0, // the thread was not made
		"(loop $l (br $l))":                        -1,
		"(call $exit (i32.const 0)) (unreachable)": 0,
	} {
		onExecutors(t, func(t *testing.T, executor weft.Executor) {
			engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
			check(t, err)
			module, err := engine.Compile([]byte(starts(does)))
			check(t, err)
			store, err := engine.NewStore(weft.DefaultLimits())
			check(t, err)
			defer store.Close()
			linker := weft.NewLinker(store)
			system, err := wasi.NewConfig().WithThreads(8, weft.DefaultLimits()).Define(linker)
			check(t, err)
			defer system.Close()
			check(t, system.DefineMemories(linker, module))
			patience := time.Minute
			if want < 0 {
				patience = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			in, err := linker.Instantiate(ctx, module)
			check(t, err)
			done := make(chan error, 1)
			go func() { done <- system.Start(ctx, in) }()
			select {
			case err = <-done:
			case <-time.After(patience + 20*time.Second):
				t.Fatalf("%s: it hangs", does)
			}
			if got := exitCode(err); got != want || want < 0 && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: exit code %d, want %d (%v)", does, got, want, err)
			}
		})
	}
}
