package weft_test

import (
	"context"
	"errors"
	"log"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// open compiles a module, instantiates it with what the linker got from define,
// and returns the store too.
func open(source string, define func(*weft.Linker) error) (*weft.Store, *weft.Instance) {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	if err := define(r.Linker); err != nil {
		log.Fatal(err)
	}
	instance, err := r.InstantiateSource(context.Background(), []byte(source))
	if err != nil {
		log.Fatal(err)
	}
	return r.Store(), instance
}

// openOn compiles a module and instantiates it in a store, which ends with the test. Unless it is nil, define
// prepares the store, and defines the imports.
func openOn(t testing.TB, engine *weft.Engine, source string, limits weft.Limits, define func(*weft.Store, *weft.Linker)) (*weft.Store, *weft.Instance) {
	t.Helper()
	module := compileWith(t, engine, []byte(source))
	store, err := engine.NewStore(limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	linker := weft.NewLinker(store)
	if define != nil {
		define(store, linker)
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
	return store, instance
}

// instantiate compiles a module without imports and instantiates it.
func instantiate(t testing.TB, source string) *weft.Instance {
	t.Helper()
	_, instance := newInstance(t, source, nil)
	return instance
}

const fib = `(module (func $fib (export "fib") (param $n i32) (result i32)
  (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
    (then (local.get $n))
    (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                   (call $fib (i32.sub (local.get $n) (i32.const 2))))))))`

const generator = `(module
  (type $f (func)) (type $k (cont $f))
  (tag $yield (param i64))
  (func $numbers (local $i i64)
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $next)))
  (elem declare func $numbers)
  (func (export "sum") (param $n i64) (result i64)
    (local $k (ref null $k)) (local $sum i64)
    (local.set $k (cont.new $k (ref.func $numbers)))
    (loop $more
      (block $yielded (result i64 (ref $k))
        (resume $k (on $yield $yielded) (local.get $k))
        (return (i64.const -1)))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br_if $more (i64.ne (i64.const 0) (local.tee $n (i64.sub (local.get $n) (i64.const 1))))))
    (local.get $sum)))`

func TestCall(t *testing.T) {
	got, err := instantiate(t, fib).Func("fib").Call(context.Background(), weft.I32(20))
	if err != nil || got[0].I32() != 6765 {
		t.Errorf("fib(20) = %v, %v", got, err)
	}
	got, err = instantiate(t, generator).Func("sum").Call(context.Background(), weft.I64(100))
	if err != nil || got[0].I64() != 4950 {
		t.Errorf("sum(100) = %v, %v", got, err)
	}
}

func BenchmarkFib32(b *testing.B) {
	f := instantiate(b, fib).Func("fib")
	slots := make([]uint64, 1)
	b.ReportAllocs()
	for b.Loop() {
		slots[0] = 32
		if err := f.CallSlots(context.Background(), slots); err != nil || slots[0] != 2178309 {
			b.Fatal(slots, err)
		}
	}
}

func BenchmarkGenerator(b *testing.B) {
	f := instantiate(b, generator).Func("sum")
	slots := []uint64{uint64(b.N)}
	b.ReportAllocs()
	b.ResetTimer()
	if err := f.CallSlots(context.Background(), slots); err != nil {
		b.Fatal(err)
	}
}

// TestExhaustion checks that runaway recursion, also through resumes, ends in
// a trap.
func TestExhaustion(t *testing.T) {
	in := instantiate(t, `(module
	  (type $f (func)) (type $k (cont $f))
	  (func $r (export "recurse") (call $r))
	  (elem declare func $c)
	  (func $c (export "chain") (resume $k (cont.new $k (ref.func $c)))))`)
	for _, name := range []string{"recurse", "chain"} {
		_, err := in.Func(name).Call(context.Background())
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != wasm.TrapStackExhausted {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInterrupt checks that the end of a context ends loops of every kind, also
// those whose way back is a clause and not a branch.
func TestInterrupt(t *testing.T) {
	in := instantiate(t, `(module
	  (type $f (func)) (type $k (cont $f)) (tag $t) (tag $s)
	  (elem declare func $suspend $swap)
	  (func $suspend (suspend $t))
	  (rec (type $g (func (param (ref null $kg)))) (type $kg (cont $g)))
	  (func $swap (type $g) (drop (switch $kg $s (cont.new $kg (ref.func $swap)))) (unreachable))
	  (func (export "branch") (loop $l (br $l)))
	  (func (export "br_table") (loop $l (br_table $l $l (i32.const 0))))
	  (func $call (call $call) (call $call))
	  (func $tail (export "tail") (return_call $tail))
	  (func (export "throw") (loop $l (try_table (catch $t $l) (throw $t))))
	  (func (export "suspend") (local $n (ref null $k))
	    (cont.new $k (ref.func $suspend))
	    (loop $l (param (ref $k)) (result)
	      (drop)
	      (resume $k (on $t $l) (cont.new $k (ref.func $suspend)))))
	  (func (export "switch") (resume $kg (on $s switch) (ref.null $kg) (cont.new $kg (ref.func $swap)))))`)
	for _, name := range []string{"branch", "br_table", "tail", "throw", "suspend", "switch"} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		_, err := in.Func(name).Call(ctx)
		cancel()
		var interrupt *weft.Interrupt
		if !errors.As(err, &interrupt) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestClosed checks that objects of a closed store can still be asked, and refuse
// to work.
func TestClosed(t *testing.T) {
	store, in := newInstance(t, `(module (memory (export "m") 1) (table (export "t") 1 funcref)
	  (global (export "g") (mut i32) (i32.const 1)) (func $f (export "f") (param funcref) (result i32) (i32.const 2)))`, nil)
	f, m, table, g := in.Func("f"), in.Memory("m"), in.Table("t"), in.Global("g")
	store.Close()
	store.Close()
	ctx := context.Background()
	if _, err := f.Call(ctx, weft.FuncRef(f)); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("Call: %v", err)
	}
	if err := f.CallSlots(ctx, make([]uint64, 1)); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("CallSlots: %v", err)
	}
	if err := g.Set(weft.I32(1)); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("Set: %v", err)
	}
	if _, err := store.NewTag("t", wasm.FuncType{}); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("NewTag: %v", err)
	}
	if _, ok := m.Grow(1); ok || m.Size() != 0 || m.Read(0, make([]byte, 1)) {
		t.Error("the memory is still there")
	}
	if _, ok := table.Get(0); ok || table.Size() != 0 || in.Func("f") != nil {
		t.Error("the table or the instance is still there")
	}
	if len(f.Type().Params) != 1 || g.Get().Type().IsRef() {
		t.Error("types are wrong")
	}
}

// TestHostContinuation runs a host function as a continuation's function, with
// bound arguments, results, an exception, and a call back into the guest.
func TestHostContinuation(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(`(module
	  (type $f (func (param i32 i32) (result i32))) (type $k (cont $f))
	  (type $f1 (func (param i32) (result i32))) (type $k1 (cont $f1))
	  (type $f0 (func (result i32))) (type $k0 (cont $f0))
	  (import "host" "f" (func $f (type $f))) (import "host" "e" (tag $e (param i32)))
	  (tag $t)
	  (elem declare func $f)
	  (func (export "inner") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10)))
	  (func (export "suspends") (suspend $t))
	  (func (export "run") (param i32) (result i32)
	    (block $suspended (result (ref $k0))
	      (return
	        (block $caught (result i32)
	          (try_table (result i32) (catch $e $caught)
	            (resume $k1 (on $t $suspended) (i32.const 2)
	              (cont.bind $k $k1 (local.get 0) (cont.new $k (ref.func $f))))))))
	    (unreachable)))`))
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	i32 := []wasm.ValType{wasm.I32}
	tag, err := store.NewTag("e", wasm.FuncType{Params: i32})
	if err != nil {
		t.Fatal(err)
	}
	linker := weft.NewLinker(store)
	linker.Define("host", "e", tag)
	var instance *weft.Instance
	err = linker.DefineFunc("host", "f", wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}, Results: i32},
		func(ctx context.Context, slots []uint64) error {
			switch a := int32(slots[0]); {
			case a < 0:
				return tag.Throw(weft.I32(a))
			case a == 0:
				// The resume around us has a clause for the tag, but we are between.
				_, err := instance.Func("suspends").Call(ctx)
				var unhandled *weft.UnhandledSuspension
				if !errors.As(err, &unhandled) {
					t.Errorf("the suspension ended with %v", err)
				}
			}
			results, err := instance.Func("inner").Call(ctx, weft.I32(int32(slots[0]+slots[1])))
			if err != nil {
				return err
			}
			slots[0] = uint64(uint32(results[0].I32()))
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if instance, err = linker.Instantiate(context.Background(), module); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[int32]int32{5: 70, 0: 20, -3: -3} {
		if got := call(t, instance, "run", weft.I32(arg))[0].I32(); got != want {
			t.Errorf("run(%d) = %d, want %d", arg, got, want)
		}
	}
	if n := store.Stats().Continuations; n != 0 {
		t.Errorf("%d continuations are left", n)
	}
}

// BenchmarkCall calls a function from Go that does nothing.
func BenchmarkCall(b *testing.B) {
	f := instantiate(b, `(module (func (export "f") (param i32) (result i32) (local.get 0)))`).Func("f")
	slots := make([]uint64, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.CallSlots(context.Background(), slots); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostCall calls a host function that does nothing from a loop of the
// guest, a thousand times.
func BenchmarkHostCall(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		b.Fatal(err)
	}
	module, err := engine.Compile([]byte(`(module (import "h" "f" (func $f (param i32) (result i32)))
	  (func (export "run") (local $n i32) (local.set $n (i32.const 1000))
	    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (call $f (i32.const 1))))))))`))
	if err != nil {
		b.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	linker := weft.NewLinker(store)
	i32 := []wasm.ValType{wasm.I32}
	err = linker.DefineFunc("h", "f", wasm.FuncType{Params: i32, Results: i32}, func(context.Context, []uint64) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		b.Fatal(err)
	}
	run := instance.Func("run")
	b.ReportAllocs()
	for b.Loop() {
		if err := run.CallSlots(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// TestHostPanic checks that a panic of a host function reaches the caller in Go,
// and that the store can be used afterwards.
func TestHostPanic(t *testing.T) {
	store, instance := open(`(module
	  (type $f (func)) (type $k (cont $f))
	  (import "host" "panic" (func $panic))
	  (elem declare func $panic $inner)
	  (func $inner (call $panic))
	  (func (export "called") (resume $k (cont.new $k (ref.func $inner))))
	  (func (export "body") (resume $k (cont.new $k (ref.func $panic))))
	  (func (export "fine") (result i32) (i32.const 1)))`,
		func(linker *weft.Linker) error {
			return linker.DefineFunc("host", "panic", wasm.FuncType{}, func(context.Context, []uint64) error { panic("oh") })
		})
	defer store.Close()
	for _, name := range []string{"called", "body"} {
		func() {
			defer func() {
				if r := recover(); r != "oh" {
					t.Errorf("%s: recovered %v", name, r)
				}
			}()
			_, err := instance.Func(name).Call(context.Background())
			t.Errorf("%s returned %v", name, err)
		}()
		if got := call(t, instance, "fine")[0].I32(); got != 1 {
			t.Errorf("afterwards fine() = %d", got)
		}
		if n := store.Stats().Continuations; n != 0 {
			t.Errorf("%s left %d continuations", name, n)
		}
		if store.Caller() != nil {
			t.Errorf("%s left a caller", name)
		}
	}
}

// BenchmarkInstantiate makes a store and an instance of a compiled module, with a
// memory, a table, and a host function.
func BenchmarkInstantiate(b *testing.B) {
	engine := engineWith(b, wasm.DefaultFeatures)
	module := compileWith(b, engine, []byte(`(module (import "env" "f" (func (param i32)))
	  (memory (export "memory") 1) (data (i32.const 0) "hello") (table 10 funcref) (elem (i32.const 0) func 0 1)
	  (global (mut i32) (i32.const 1)) (func (export "run")))`))
	b.ReportAllocs()
	for b.Loop() {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		linker := weft.NewLinker(store)
		err = linker.DefineFunc("env", "f", wasm.FuncType{Params: []wasm.ValType{wasm.I32}}, func(context.Context, []uint64) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		if _, err := linker.Instantiate(context.Background(), module); err != nil {
			b.Fatal(err)
		}
		store.Close()
	}
}
