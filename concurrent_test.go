package weft_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"weft"
	"weft/wasm"
)

// concurrentModule computes with memory, table, heap, continuations and host
// calls, so that two goroutines inside of it at once would be noticed.
const concurrentModule = `(module
  (type $cell (struct (field i32) (field (ref null $cell))))
  (type $f (func)) (type $k (cont $f))
  (import "host" "tick" (func $tick (param i32) (result i32)))
  (import "host" "leave" (func $leave (param i32) (result i32)))
  (tag $yield (param i32))
  (memory (export "memory") 1 10)
  (elem declare func $yields)
  (func $yields (suspend $yield (i32.const 1)) (suspend $yield (i32.const 1)))
  (func $step (export "step") (param $n i32) (result i32) (local $list (ref null $cell)) (local $sum i32) (local $k (ref null $k)) (local $got i32)
    (local.set $k (cont.new $k (ref.func $yields)))
    (block $h (result i32 (ref $k))
      (resume $k (on $yield $h) (local.get $k))
      (unreachable))
    (local.set $k) (local.set $got)
    (loop $more
      ;; A call of the host lets others in, so nothing in memory is kept across it.
      (local.set $list (struct.new $cell (call $tick (local.get $n)) (local.get $list)))
      (i32.store (i32.const 8) (local.get $n))
      (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 8))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $each
      (if (ref.is_null (local.get $list)) (then (return (i32.sub (local.get $sum) (local.get $got)))))
      (local.set $sum (i32.sub (local.get $sum) (struct.get $cell 0 (local.get $list))))
      (local.set $list (struct.get $cell 1 (local.get $list)))
      (br $each))
    (unreachable))
  (func (export "leave") (param i32) (result i32)
    (i32.add (call $leave (local.get 0)) (i32.const 100))))`

// openConcurrent instantiates concurrentModule.
func openConcurrent(t *testing.T, leave weft.HostFunc) (*weft.Store, *weft.Instance) {
	t.Helper()
	store, instance := open(concurrentModule, func(l *weft.Linker) error {
		i32 := wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}
		return errors.Join(
			l.DefineFunc("host", "tick", i32, func(context.Context, []uint64) error { return nil }),
			l.DefineFunc("host", "leave", i32, leave))
	})
	t.Cleanup(store.Close)
	return store, instance
}

// TestConcurrentUse has two goroutines that do everything with one store. Each
// attempt either does its work or is refused.
func TestConcurrentUse(t *testing.T) {
	store, instance := openConcurrent(t, func(context.Context, []uint64) error { return nil })
	step, memory := instance.Func("step"), instance.Memory("memory")
	var done, refused atomic.Int64
	check := func(what string, err error) {
		switch {
		case err == nil:
			done.Add(1)
		case errors.Is(err, weft.ErrConcurrentUse):
			refused.Add(1)
		default:
			t.Errorf("%s: %v", what, err)
		}
	}
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			ctx := context.Background()
			for range 300 {
				results, err := step.Call(ctx, weft.I32(50))
				if check("Call", err); err == nil && results[0].I32() != -1 {
					t.Errorf("step returned %v", results)
				}
				check("Collect", store.Collect())
				_, err = store.NewTag("", wasm.FuncType{})
				check("NewTag", err)
				_, err = store.NewGlobal(wasm.GlobalType{Type: wasm.ExternRef}, weft.ExternRef(1))
				check("NewGlobal", err)
				_, err = store.NewFunc("", wasm.FuncType{}, func(context.Context, []uint64) error { return nil })
				check("NewFunc", err)
				memory.Grow(0)
			}
		})
	}
	group.Wait()
	if done.Load() == 0 {
		t.Error("nothing was done")
	}
	results, err := step.Call(context.Background(), weft.I32(50))
	if err != nil || results[0].I32() != -1 {
		t.Errorf("afterwards: %v, %v", results, err)
	}
	t.Logf("%d uses, %d refused", done.Load(), refused.Load())
}

// TestUseDuringCall enters a store at every moment of a call from another
// goroutine: it is refused while the guest runs, and not while a host function
// waits for it.
func TestUseDuringCall(t *testing.T) {
	ctx := context.Background()
	started, ended := make(chan struct{}), make(chan struct{})
	store, spinning := open(`(module (import "host" "started" (func $started))
	  (memory (export "memory") 1 2) (tag (export "t"))
	  (func (export "spin") (call $started) (loop $l (br $l)))
	  (func (export "f")))`, func(l *weft.Linker) error {
		return l.DefineFunc("host", "started", wasm.FuncType{}, func(context.Context, []uint64) error { close(started); return nil })
	})
	defer store.Close()
	f, memory, module, tag := spinning.Func("f"), spinning.Memory("memory"), spinning.Module(), spinning.Tag("t")
	k := newContinuation(t, store, f)
	running, cancel := context.WithCancel(ctx)
	go func() {
		defer close(ended)
		var interrupt *weft.Interrupt
		if _, err := spinning.Func("spin").Call(running); !errors.As(err, &interrupt) {
			t.Errorf("spin: %v", err)
		}
	}()
	<-started
	// The host function may not have returned yet.
	for {
		if _, err := f.Call(ctx); errors.Is(err, weft.ErrConcurrentUse) {
			break
		}
	}
	for what, use := range map[string]func() error{
		"Call":        func() error { _, err := f.Call(ctx); return err },
		"CallSlots":   func() error { return f.CallSlots(ctx, nil) },
		"Instantiate": func() error { _, err := store.Instantiate(ctx, module, []weft.Extern{f}); return err },
		"Resume":      func() error { _, _, err := k.Resume(ctx, nil); return err },
		"Bind":        func() error { _, err := k.Bind(); return err },
		"Throw": func() error {
			_, _, err := k.Throw(ctx, tag.Throw().(*weft.Exception))
			return err
		},
		"Collect":   store.Collect,
		"NewMemory": func() error { _, err := store.NewMemory(wasm.MemoryType{PageLog2: 16}); return err },
		"NewTable":  func() error { _, err := store.NewTable(wasm.TableType{Elem: wasm.FuncRef}); return err },
	} {
		if err := use(); !errors.Is(err, weft.ErrConcurrentUse) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, ok := memory.Grow(1); ok {
		t.Error("the memory has grown")
	}
	cancel()
	<-ended
	if _, _, err := k.Resume(ctx, nil); err != nil {
		t.Errorf("the refused uses have consumed the continuation: %v", err)
	}
}

// TestLending lets host functions use the store: themselves, by another goroutine
// for which they wait, by one that is not done when they return, and before they
// panic.
func TestLending(t *testing.T) {
	ctx := context.Background()
	var store *weft.Store
	var instance *weft.Instance
	var late sync.WaitGroup
	step := func(want error) {
		if results, err := instance.Func("step").Call(ctx, weft.I32(20)); !errors.Is(err, want) || err == nil && results[0].I32() != -1 {
			t.Errorf("step: %v, %v", results, err)
		}
	}
	store, instance = openConcurrent(t, func(_ context.Context, slots []uint64) error {
		step(nil)
		entered := make(chan struct{})
		switch slots[0] {
		case 1:
			go func() { step(nil); close(entered) }()
			<-entered
		case 2:
			late.Go(func() {
				if _, err := store.NewFunc("", wasm.FuncType{}, func(context.Context, []uint64) error { return nil }); err != nil {
					t.Error(err)
				}
				close(entered)
				_, err := instance.Func("step").Call(ctx, weft.I32(1000))
				if err != nil && !errors.Is(err, weft.ErrConcurrentUse) {
					t.Error(err)
				}
			})
			<-entered
		case 3:
			panic("oh")
		case 4:
			store.Close()
		}
		return nil
	})
	for arg := range int32(3) {
		results, err := instance.Func("leave").Call(ctx, weft.I32(arg))
		if err != nil || results[0].I32() != arg+100 {
			t.Errorf("leave(%d): %v, %v", arg, results, err)
		}
		late.Wait() // it may begin only now, and would be met by the next call
	}
	func() {
		defer func() {
			if r := recover(); r != "oh" {
				t.Errorf("recovered %v", r)
			}
		}()
		_, err := instance.Func("leave").Call(ctx, weft.I32(3))
		t.Errorf("leave returned %v", err)
	}()
	leave, memory := instance.Func("leave"), instance.Memory("memory")
	if _, err := leave.Call(ctx, weft.I32(4)); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("a call whose host function closes the store: %v", err)
	}
	if _, err := leave.Call(ctx, weft.I32(0)); !errors.Is(err, weft.ErrClosed) || memory.Size() != 0 {
		t.Errorf("a call of a closed store: %v", err)
	}
}
