package weft_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/wasm"
)

// instantiate compiles a module without imports and instantiates it.
func instantiate(t testing.TB, source string) *weft.Instance {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	instance, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
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
