package threads_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasm"
)

// awaiting has a thread that takes numbers from the host until there is a zero, and one that counts how often it runs.
const awaiting = `(module
  (import "host" "take" (func $take (param i64) (result i32)))
  (func (export "add") (param $timeout i64) (result i32) (local $sum i32) (local $n i32)
    (block $end
      (loop $more
        (br_if $end (i32.eqz (local.tee $n (call $take (local.get $timeout)))))
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (br $more)))
    (local.get $sum))
  (func (export "nothing")))`

// newTaker returns a world with a function that takes a number from a channel. A thread that finds none waits.
func newTaker(t *testing.T, engine *weft.Engine, config threads.Config) (w *world, numbers chan uint32, attempts *int) {
	t.Helper()
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	w, numbers, attempts = &world{store: store}, make(chan uint32, 100), new(int)
	if w.scheduler, err = threads.New(store, config); err != nil {
		t.Fatal(err)
	}
	take := func(late bool) (uint32, bool) {
		*attempts++
		select {
		case n := <-numbers:
			return n, true
		default:
			return 0, late
		}
	}
	linker := weft.NewLinker(store)
	typ := wasm.FuncType{Params: []wasm.ValType{wasm.I64}, Results: []wasm.ValType{wasm.I32}}
	err = linker.DefineFunc("host", "take", typ, func(_ context.Context, slots []uint64) error {
		n, done := take(false)
		if done {
			slots[0] = uint64(n)
			return nil
		}
		return w.scheduler.Await(take, time.Duration(slots[0]))
	})
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(awaiting))
	if err != nil {
		t.Fatal(err)
	}
	if w.instance, err = linker.Instantiate(context.Background(), module); err != nil {
		t.Fatal(err)
	}
	return w, numbers, attempts
}

// TestAwait sends numbers to a thread that waits for them, one after the other, with calls of Retry that are too many.
func TestAwait(t *testing.T) {
	for name, engine := range engines(t) {
		w, numbers, attempts := newTaker(t, engine, threads.Config{})
		adder := w.spawn(t, "add", weft.I64(-1))
		w.spawn(t, "nothing")
		go func() {
			for i := range uint32(20) {
				adder.Retry()
				numbers <- 20 - i
				adder.Retry()
				time.Sleep(100 * time.Microsecond)
				adder.Retry()
			}
			numbers <- 0
			adder.Retry()
		}()
		if err := w.scheduler.Run(context.Background(), nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if adder.Results()[0] != 210 || *attempts < 21 {
			t.Errorf("%s: sum %v after %d attempts", name, adder.Results(), *attempts)
		}
		adder.Retry() // it has ended
	}
}

// TestAwaitTimeout has a thread that waits until its time is over, in true and in virtual time.
func TestAwaitTimeout(t *testing.T) {
	for name, engine := range engines(t) {
		for _, virtual := range []bool{false, true} {
			w, _, attempts := newTaker(t, engine, threads.Config{Virtual: virtual})
			adder := w.spawn(t, "add", weft.I64(3e6))
			if err := w.scheduler.Run(context.Background(), nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if adder.Results()[0] != 0 || *attempts != 2 || w.scheduler.Now() < 3*time.Millisecond {
				t.Errorf("%s: %v, %d attempts, %v", name, adder.Results(), *attempts, w.scheduler.Now())
			}
		}
	}
}

// TestAwaitEnds ends runs in which a thread waits for the host for ever: with the first thread, and with the context.
// It is no deadlock.
func TestAwaitEnds(t *testing.T) {
	for name, engine := range engines(t) {
		w, _, _ := newTaker(t, engine, threads.Config{})
		w.spawn(t, "add", weft.I64(-1))
		if err := w.scheduler.Run(context.Background(), w.spawn(t, "nothing")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w, _, _ = newTaker(t, engine, threads.Config{})
		w.spawn(t, "add", weft.I64(-1))
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		if err := w.scheduler.Run(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}
