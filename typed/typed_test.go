package typed_test

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"weft"
	"weft/typed"
	"weft/wasm"
)

// echoes has a host function for each type, and exports that call them.
const echoes = `(module
  (import "env" "i32" (func $i32 (param i32) (result i32)))
  (import "env" "i64" (func $i64 (param i64) (result i64)))
  (import "env" "f32" (func $f32 (param f32) (result f32)))
  (import "env" "f64" (func $f64 (param f64) (result f64)))
  (import "env" "many" (func $many (param i32 i64 f32 f64 i32 i64 f32 f64) (result f64)))
  (import "env" "none" (func $none))
  (func (export "i32") (param i32) (result i32) (call $i32 (local.get 0)))
  (func (export "i64") (param i64) (result i64) (call $i64 (local.get 0)))
  (func (export "f32") (param f32) (result f32) (call $f32 (local.get 0)))
  (func (export "f64") (param f64) (result f64) (call $f64 (local.get 0)))
  (func (export "many") (param i32 i64 f32 f64 i32 i64 f32 f64) (result f64)
    (call $many (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6) (local.get 7)))
  (func (export "none") (call $none)))`

func open(t testing.TB, source string, imports map[string]typed.Host) (*weft.Store, *weft.Instance) {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig())
	check(t, err)
	module, err := engine.Compile([]byte(source))
	check(t, err)
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	t.Cleanup(store.Close)
	linker := weft.NewLinker(store)
	for name, host := range imports {
		check(t, host.Define(linker, "env", name))
	}
	instance, err := linker.Instantiate(context.Background(), module)
	check(t, err)
	return store, instance
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// echo calls a guest function that calls a host function which returns its
// parameter, and checks the bits.
func echo[T typed.Number](t *testing.T, instance *weft.Instance, name string, values ...T) {
	t.Helper()
	f, err := typed.CallFunc1[T, T](instance.Func(name))
	check(t, err)
	for _, v := range values {
		got, err := f(context.Background(), v)
		check(t, err)
		if got != v && !(got != got && v != v) {
			t.Errorf("%s(%v) = %v", name, v, got)
		}
	}
}

func identity[T typed.Number](_ context.Context, v T) (T, error) { return v, nil }

type celsius float64

func TestNumbers(t *testing.T) {
	calls := 0
	_, instance := open(t, echoes, map[string]typed.Host{
		"i32": typed.Func1(identity[int32]), "i64": typed.Func1(identity[uint64]),
		"f32": typed.Func1(identity[float32]), "f64": typed.Func1(identity[celsius]),
		"many": typed.Func8(func(_ context.Context, a int32, b int64, c float32, d float64, e uint32, f uint64, g float32, h float64) (float64, error) {
			return float64(a) + 10*float64(b) + 100*float64(c) + 1e3*d + 1e4*float64(e) + 1e5*float64(f) + 1e6*float64(g) + 1e7*h, nil
		}),
		"none": typed.Proc0(func(context.Context) error { calls++; return nil }),
	})
	echo(t, instance, "i32", int32(0), -1, math.MinInt32, math.MaxInt32)
	echo(t, instance, "i32", uint32(0), 1<<31, math.MaxUint32)
	echo(t, instance, "i64", int64(0), -1, math.MinInt64, math.MaxInt64)
	echo(t, instance, "i64", uint64(1)<<63)
	echo(t, instance, "f32", 1.5, float32(math.Inf(-1)), float32(math.NaN()))
	echo(t, instance, "f64", 1.5, math.Inf(1), math.NaN())
	echo(t, instance, "f64", celsius(-273.15))
	many, err := typed.CallFunc8[int32, int64, float32, float64, int32, uint64, float32, float64, float64](instance.Func("many"))
	check(t, err)
	if got, err := many(context.Background(), 1, 2, 3, 4, 5, 6, 7, 8); err != nil || got != 87654321 {
		t.Errorf("many: %v, %v", got, err)
	}
	none, err := typed.CallProc0(instance.Func("none"))
	check(t, err)
	if err := none(context.Background()); err != nil || calls != 1 {
		t.Errorf("none: %d calls, %v", calls, err)
	}
}

// TestTypes checks that a function of another type is refused, with both types in
// the message.
func TestTypes(t *testing.T) {
	_, instance := open(t, `(module (func (export "f") (param i32) (result i64) (i64.const 0)))`, nil)
	_, err := typed.CallFunc1[int64, int64](instance.Func("f"))
	if err == nil || !strings.Contains(err.Error(), "[i32] -> [i64]") || !strings.Contains(err.Error(), "[i64] -> [i64]") {
		t.Errorf("another type: %v", err)
	}
	if _, err := typed.CallProc1[int32](instance.Func("f")); err == nil {
		t.Error("the result was ignored")
	}
	if _, err := typed.CallProc0(instance.Func("missing")); err == nil {
		t.Error("a function that is missing was accepted")
	}
}

// TestErrors checks that what a host function returns ends the call, and that
// exceptions and suspensions do what they do for functions with slots.
func TestErrors(t *testing.T) {
	failure := errors.New("failure")
	var tag *weft.Tag
	store, instance := open(t, `(module (import "env" "f" (func $f (param i32) (result i32)))
	  (func (export "f") (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1))))`, map[string]typed.Host{
		"f": typed.Func1(func(_ context.Context, a int32) (int32, error) {
			if a == 0 {
				return 5, failure
			}
			return 0, tag.Suspend(weft.I32(a))
		}),
	})
	tag, err := store.NewTag("ask", wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}})
	check(t, err)
	f, err := typed.CallFunc1[int32, int32](instance.Func("f"))
	check(t, err)
	if got, err := f(context.Background(), 0); !errors.Is(err, failure) || got != 0 {
		t.Errorf("f(0) = %v, %v", got, err)
	}
	k, err := store.NewContinuation(instance.Func("f"))
	check(t, err)
	s, _, err := k.Resume(context.Background(), []weft.Value{weft.I32(7)}, weft.On(tag))
	if err != nil || s == nil || s.Payload[0].I32() != 7 {
		t.Fatalf("suspended: %v, %v", s, err)
	}
	_, results, err := s.Continuation.Resume(context.Background(), []weft.Value{weft.I32(41)})
	if err != nil || results[0].I32() != 42 {
		t.Errorf("resumed: %v, %v", results, err)
	}
}

// TestNested calls a function by which a call of itself is under way: guest to
// host to guest.
func TestNested(t *testing.T) {
	var f func(context.Context, int32, int32) (int32, error)
	_, instance := open(t, `(module (import "env" "again" (func $again (param i32 i32) (result i32)))
	  (func (export "f") (param i32 i32) (result i32)
	    (if (result i32) (local.get 0)
	      (then (i32.add (local.get 1) (call $again (i32.sub (local.get 0) (i32.const 1)) (i32.const 100))))
	      (else (local.get 1)))))`, map[string]typed.Host{
		"again": typed.Func2(func(ctx context.Context, a, b int32) (int32, error) { return f(ctx, a, b) }),
	})
	f, err := typed.CallFunc2[int32, int32, int32](instance.Func("f"))
	check(t, err)
	if got, err := f(context.Background(), 10, 1); err != nil || got != 1001 {
		t.Errorf("f(10, 1) = %d, %v", got, err)
	}
}

// TestAllocations checks that calls allocate nothing, in both directions.
func TestAllocations(t *testing.T) {
	_, instance := open(t, echoes, map[string]typed.Host{
		"i32": typed.Func1(identity[int32]), "i64": typed.Func1(identity[int64]),
		"f32": typed.Func1(identity[float32]), "f64": typed.Func1(identity[float64]),
		"many": typed.Func8(func(_ context.Context, a int32, b int64, c float32, d float64, e int32, f int64, g float32, h float64) (float64, error) {
			return d + h, nil
		}),
		"none": typed.Proc0(func(context.Context) error { return nil }),
	})
	many, err := typed.CallFunc8[int32, int64, float32, float64, int32, int64, float32, float64, float64](instance.Func("many"))
	check(t, err)
	none, err := typed.CallProc0(instance.Func("none"))
	check(t, err)
	ctx := context.Background()
	// With the race detector, the pool of slots forgets some at random: the average
	// is still less than one.
	n := testing.AllocsPerRun(1000, func() {
		if _, err := many(ctx, 1, 2, 3, 4, 5, 6, 7, 8); err != nil {
			t.Error(err)
		}
		if err := none(ctx); err != nil {
			t.Error(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkCall calls a function of the guest that does nothing.
func BenchmarkCall(b *testing.B) {
	_, instance := open(b, `(module (func (export "f") (param i32) (result i32) (local.get 0)))`, nil)
	f, err := typed.CallFunc1[int32, int32](instance.Func("f"))
	check(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f(context.Background(), 1); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostCall calls a host function that does nothing from a loop of the
// guest, a thousand times.
func BenchmarkHostCall(b *testing.B) {
	_, instance := open(b, `(module (import "env" "f" (func $f (param i32) (result i32)))
	  (func (export "run") (local $n i32) (local.set $n (i32.const 1000))
	    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (call $f (i32.const 1))))))))`, map[string]typed.Host{"f": typed.Func1(identity[int32])})
	run := instance.Func("run")
	b.ReportAllocs()
	for b.Loop() {
		if err := run.CallSlots(context.Background(), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// TestMisuse makes functions of nothing.
func TestMisuse(t *testing.T) {
	store, instance := open(t, `(module)`, nil)
	var binary func(context.Context, int32, int64) (int32, error)
	var none func(context.Context) error
	for name, host := range map[string]typed.Host{"Func2": typed.Func2(binary), "Proc0": typed.Proc0(none), "no Host": {}} {
		if _, err := host.New(store, "f"); err == nil {
			t.Errorf("%s: a nil function was made", name)
		}
		if err := host.Define(weft.NewLinker(store), "a", "b"); err == nil {
			t.Errorf("%s: a nil function was defined", name)
		}
	}
	host := typed.Func0(func(context.Context) (int32, error) { return 0, nil })
	if _, err := host.New(nil, "f"); err == nil {
		t.Error("a function was made in no store")
	}
	if err := host.Define(nil, "a", "b"); err == nil {
		t.Error("a function was defined for nobody")
	}
	if _, err := typed.CallFunc0[int32](instance.Func("none")); err == nil {
		t.Error("a function that is not there can be called")
	}
	f, err := host.New(store, "f")
	check(t, err)
	call, err := typed.CallFunc0[int32](f)
	check(t, err)
	var noContext context.Context
	if _, err := call(noContext); err == nil {
		t.Error("called without a context")
	}
}

// TestReferences passes references and vectors through host functions, of one result and of two.
func TestReferences(t *testing.T) {
	type secret struct{ n int }
	_, instance := open(t, `(module
	  (type $s (struct (field i32)))
	  (import "env" "swap" (func $swap (param externref funcref) (result funcref externref)))
	  (import "env" "object" (func $object (param anyref v128) (result anyref)))
	  (import "env" "drop" (func $drop (param externref)))
	  (func $f (export "swap") (param externref) (result funcref externref) (call $swap (local.get 0) (ref.func $f)))
	  (func (export "null") (result funcref externref) (call $swap (ref.null extern) (ref.null func)))
	  (func (export "object") (param v128) (result (ref $s))
	    (ref.cast (ref $s) (call $object (struct.new $s (i32.const 5)) (local.get 0))))
	  (func (export "i31") (result anyref) (call $object (ref.i31 (i32.const 1)) (v128.const i64x2 1 2)))
	  (func (export "drop") (param externref) (call $drop (local.get 0))))`, map[string]typed.Host{
		"swap": typed.Func2x2(func(_ context.Context, e typed.Extern, f *weft.Func) (*weft.Func, typed.Extern, error) {
			return f, e, nil
		}),
		"object": typed.Func2(func(_ context.Context, o *weft.Object, v typed.V128) (*weft.Object, error) {
			if v != (typed.V128{Lo: 1, Hi: 2}) {
				return nil, errors.New("another vector")
			}
			return o, nil
		}),
		"drop": typed.Proc1(func(_ context.Context, e typed.Extern) error {
			if e.Value != nil {
				return e.Value.(error)
			}
			return nil
		}),
	})
	ctx := context.Background()
	swap, err := typed.CallFunc1x2[typed.Extern, *weft.Func, typed.Extern](instance.Func("swap"))
	check(t, err)
	if f, e, err := swap(ctx, typed.Extern{Value: secret{7}}); err != nil || f == nil || e.Value != (secret{7}) {
		t.Errorf("swap: %v, %v, %v", f, e, err)
	}
	null, err := typed.CallFunc0x2[*weft.Func, typed.Extern](instance.Func("null"))
	check(t, err)
	if f, e, err := null(ctx); err != nil || f != nil || e.Value != nil {
		t.Errorf("null: %v, %v, %v", f, e, err)
	}
	object, err := typed.CallFunc1[typed.V128, *weft.Object](instance.Func("object"))
	check(t, err)
	if o, err := object(ctx, typed.V128{Lo: 1, Hi: 2}); err != nil || o.String() != "struct{5}" {
		t.Errorf("object: %v, %v", o, err)
	}
	i31, err := typed.CallFunc0[*weft.Object](instance.Func("i31"))
	check(t, err)
	if _, err := i31(ctx); err == nil || !strings.Contains(err.Error(), "no *weft.Object") {
		t.Errorf("i31: %v", err)
	}
	drop, err := typed.CallProc1[typed.Extern](instance.Func("drop"))
	check(t, err)
	failure := errors.New("failure")
	if err := drop(ctx, typed.Extern{Value: failure}); !errors.Is(err, failure) {
		t.Errorf("drop: %v", err)
	}
	check(t, drop(ctx, typed.Extern{}))
	if _, err := typed.CallFunc1[typed.V128, typed.Extern](instance.Func("object")); err == nil {
		t.Error("a struct was taken for an externref")
	}
}

// TestMany calls functions with sixteen parameters, and with two results, both ways.
func TestMany(t *testing.T) {
	var params, gets strings.Builder
	for i := range 16 {
		params.WriteString(" i64")
		gets.WriteString(" (local.get " + strconv.Itoa(i) + ")")
	}
	_, instance := open(t, `(module
	  (import "env" "many" (func $many (param`+params.String()+`) (result i64)))
	  (import "env" "two" (func $two (param i32 f64) (result f32 i64)))
	  (func (export "many") (param`+params.String()+`) (result i64) (call $many`+gets.String()+`))
	  (func (export "two") (param i32 f64) (result f32 i64) (call $two (local.get 0) (local.get 1))))`, map[string]typed.Host{
		"many": typed.Func16(func(_ context.Context, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p int64) (int64, error) {
			sum := int64(0)
			for _, v := range []int64{a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p} {
				sum = 3*sum + v
			}
			return sum, nil
		}),
		"two": typed.Func2x2(func(_ context.Context, a int32, b float64) (float32, int64, error) { return float32(b), int64(a), nil }),
	})
	ctx := context.Background()
	many, err := typed.CallFunc16[int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64, int64](instance.Func("many"))
	check(t, err)
	want := int64(0)
	for i := range int64(16) {
		want = 3*want + i + 1
	}
	if got, err := many(ctx, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16); err != nil || got != want {
		t.Errorf("many: %d, want %d, %v", got, want, err)
	}
	two, err := typed.CallFunc2x2[int32, float64, float32, int64](instance.Func("two"))
	check(t, err)
	if a, b, err := two(ctx, -5, 1.5); err != nil || a != 1.5 || b != -5 {
		t.Errorf("two: %v, %v, %v", a, b, err)
	}
}
