package weft_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// mixed passes values of all kinds through a host function that returns them, and through one that changes numbers.
const mixed = `(module
  (type $point (struct (field i32) (field (mut i64))))
  (import "env" "mixed" (func $mixed
    (param i32 externref v128 funcref f64 (ref null $point) i31ref)
    (result (ref null $point) i31ref f64 funcref v128 externref i32)))
  (memory (export "memory") 1)
  (func $seven (export "seven") (result i32) (i32.const 7))
  (func (export "mixed") (param i32 externref) (result i32 i32 f64 i32 v128 externref i32)
    (local $x i64)
    (call $mixed (local.get 0) (local.get 1) (v128.const i64x2 5 6) (ref.func $seven) (f64.const 2.5)
      (struct.new $point (i32.const 11) (i64.const 12)) (ref.i31 (i32.const -3)))
    (call $unpack))
  (type $seven (func (result i32)))
  (func $unpack (param $p (ref null $point)) (param $i i31ref) (param f64) (param $f funcref) (param v128 externref i32)
    (result i32 i32 f64 i32 v128 externref i32)
    (struct.get $point 0 (local.get $p))
    (i31.get_s (ref.cast (ref i31) (local.get $i)))
    (local.get 2)
    (call_ref $seven (ref.cast (ref $seven) (local.get $f)))
    (local.get 4) (local.get 5) (local.get 6)))`

// TestValuesFunc gives a host function references of all kinds, beside numbers, and gets them back; also with a
// collection at every use of the store.
func TestValuesFunc(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, collect := range []bool{false, true} {
			t.Run(fmt.Sprint(name, collect), func(t *testing.T) {
				module := compileWith(t, engine, []byte(mixed))
				var got []string
				store, in := openOn(t, engine, mixed, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
					err := l.DefineValues("env", "mixed", module.Imports()[0].Type.Func,
						func(_ context.Context, args []weft.Value) ([]weft.Value, error) {
							got = nil
							for _, v := range args {
								got = append(got, v.Type().String())
							}
							if err := s.Collect(); err != nil {
								return nil, err
							}
							return []weft.Value{args[5], args[6], args[4], args[3], args[2], args[1], args[0]}, nil
						})
					if err != nil {
						t.Fatal(err)
					}
				})
				store.SetCollectAlways(collect)
				results := call(t, in, "mixed", weft.I32(1), weft.ExternRef("a value"))
				const want = "[11 : i32 -3 : i32 2.5 : f64 7 : i32 0x00000000000000060000000000000005 : v128 a value : (ref extern) 1 : i32]"
				if fmt.Sprint(results) != want {
					t.Errorf("results %v, want %s", results, want)
				}
				const types = "i32 (ref extern) v128 (ref func) f64 (ref struct) (ref i31)"
				if strings.Join(got, " ") != types {
					t.Errorf("the host has got %v", got)
				}
			})
		}
	}
}

// TestValuesFuncErrors returns what is wrong.
func TestValuesFuncErrors(t *testing.T) {
	const source = `(module (import "env" "f" (func $f (result i32 externref))) (func (export "f") (result i32 externref) (call $f)))`
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		var returned []weft.Value
		failed := errors.New("it has failed")
		_, in := openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
			ft := wasm.FuncType{Results: []wasm.ValType{wasm.I32, wasm.ExternRef}}
			if err := l.DefineValues("env", "f", ft, func(context.Context, []weft.Value) ([]weft.Value, error) {
				if returned == nil {
					return nil, failed
				}
				return returned, nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := l.DefineValues("env", "g", ft, nil); err == nil || !strings.Contains(err.Error(), "no Go function") {
				t.Errorf("nil: %v", err)
			}
		})
		for _, c := range []struct {
			returned []weft.Value
			want     string
		}{
			{nil, "it has failed"},
			{[]weft.Value{weft.I32(1)}, "1 values returned, the function has type [] -> [i32 externref]"},
			{[]weft.Value{weft.I32(1), weft.I32(2)}, "externref wanted, i32 given"},
			{[]weft.Value{weft.I64(1), weft.ExternRef(2)}, "i32 wanted, i64 given"},
		} {
			returned = c.returned
			_, err := in.Func("f").Call(context.Background())
			var host *weft.HostError
			if !errors.As(err, &host) || !strings.Contains(err.Error(), c.want) || host.Func != "env.f" {
				t.Errorf("%v: error %v", c.returned, err)
			}
		}
	})
}

type celsius float64

// TestWrap wraps Go functions of all types that stand for some of the guest's, and passes values through them.
func TestWrap(t *testing.T) {
	const source = `(module
	  (import "env" "numbers" (func $numbers (param i32 i32 i64 i64 f32 f64 i32) (result i32 i32 i64 i64 f32 f64 i32)))
	  (import "env" "refs" (func $refs (param externref funcref anyref) (result anyref funcref externref)))
	  (import "env" "say" (func $say (param i32 i32)))
	  (type $s (struct (field i32)))
	  (memory (export "memory") 1) (data (i32.const 8) "hello")
	  (func (export "numbers") (param i32 i32 i64 i64 f32 f64 i32) (result i32 i32 i64 i64 f32 f64 i32)
	    (call $numbers (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6)))
	  (func $self (export "refs") (param externref) (result anyref funcref externref)
	    (call $refs (local.get 0) (ref.func $self) (struct.new $s (i32.const 5))))
	  (func (export "null") (result anyref funcref externref) (call $refs (ref.null extern) (ref.null func) (ref.null any)))
	  (func (export "i31") (result anyref funcref externref)
	    (call $refs (ref.null extern) (ref.null func) (ref.i31 (i32.const 1))))
	  (func (export "say") (call $say (i32.const 8) (i32.const 5))))`
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		said := ""
		var instance *weft.Instance
		_, in := openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
			for name, f := range map[string]any{
				"numbers": func(a int32, b uint32, c int64, d uint64, e float32, f celsius, g bool) (int32, uint32, int64, uint64, float32, celsius, bool) {
					return -a, b + 1, -c, d + 1, e, -f, !g
				},
				"refs": func(_ context.Context, a any, b *weft.Func, c *weft.Object) (*weft.Object, *weft.Func, any, error) {
					return c, b, a, nil
				},
				"say": func(ctx context.Context, in *weft.Instance, m *weft.Memory, addr, n uint32) error {
					instance = in
					said, _ = m.ReadString(uint64(addr), uint64(n))
					return ctx.Err()
				},
			} {
				if err := l.Wrap("env", name, f); err != nil {
					t.Fatal(err)
				}
			}
		})
		signaling := weft.F32Bits(0x7fa00001)
		got := call(t, in, "numbers", weft.I32(math.MinInt32+1), weft.I32(-2), weft.I64(5), weft.I64(-2), signaling, weft.F64(1.5), weft.I32(2))
		want := []weft.Value{weft.I32(math.MaxInt32), weft.I32(-1), weft.I64(-5), weft.I64(-1), signaling, weft.F64(-1.5), weft.I32(0)}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("number %d is %v, want %v", i, got[i], want[i])
			}
		}
		value := &struct{ x int }{5}
		refs := call(t, in, "refs", weft.ExternRef(value))
		if refs[2].Ref() != value || refs[1].Func() == nil || refs[0].Type() != wasm.Ref(wasm.HeapStruct) {
			t.Errorf("references %v", refs)
		}
		for _, v := range call(t, in, "null") {
			if !v.IsNull() {
				t.Errorf("null has become %v", v)
			}
		}
		if _, err := in.Func("i31").Call(context.Background()); err == nil || !strings.Contains(err.Error(), "argument 3: a struct or an array expected") {
			t.Errorf("an i31: %v", err)
		}
		if call(t, in, "say"); said != "hello" || instance.Func("say") == nil {
			t.Errorf("%q was said", said)
		}
	})
}

// TestWrapRefuses wraps what stands for no function of a guest.
func TestWrapRefuses(t *testing.T) {
	store, _ := newMemory(t)
	var none func()
	for _, c := range []struct {
		f    any
		want string
	}{
		{nil, "a Go function expected, <nil> found"}, {5, "a Go function expected, int found"}, {none, "no Go function"},
		{func(...int32) {}, "fixed number"}, {func(int) {}, "parameter 1: int has no size of its own"},
		{func(int32, string) {}, "parameter 2: string stands for no type"}, {func() []byte { return nil }, "result 1: []uint8 stands for no type"},
		{func(int32, context.Context) {}, "comes before the parameters"}, {func() (chan int32, int32) { return nil, 0 }, "result 1: chan int32"},
		{func(weft.Value) {}, "NewValuesFunc"},
	} {
		if _, err := store.Wrap("f", c.f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: error %v, want %q", c.f, err, c.want)
		}
		if err := new(weft.HostModule).Wrap("f", c.f).Define(weft.NewLinker(store), "env"); err == nil ||
			!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"env" "f"`) {
			t.Errorf("%T in a module: error %v, want %q", c.f, err, c.want)
		}
	}
}

// TestHostModule defines one module in the linkers of two stores, under two names in each.
func TestHostModule(t *testing.T) {
	const source = `(module
	  (import "a" "one" (func $one (result i32))) (import "b" "one" (func $again (result i32)))
	  (import "b" "twice" (func $twice (param i32) (result i32))) (import "a" "same" (func $same (param externref) (result externref)))
	  (func (export "run") (param externref) (result i32 externref)
	    (call $twice (i32.add (call $one) (call $again))) (call $same (local.get 0))))`
	i32 := []wasm.ValType{wasm.I32}
	host := new(weft.HostModule).
		Func("one", wasm.FuncType{Results: i32}, func(_ context.Context, slots []uint64) error { slots[0] = 1; return nil }).
		Wrap("twice", func(x int32) int32 { return 2 * x }).
		Values("same", wasm.FuncType{Params: []wasm.ValType{wasm.ExternRef}, Results: []wasm.ValType{wasm.ExternRef}},
			func(_ context.Context, args []weft.Value) ([]weft.Value, error) { return args, nil })
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		for range 2 {
			_, in := openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
				if err := host.Define(l, "a", "b"); err != nil {
					t.Fatal(err)
				}
				if l.Get("a", "one") != l.Get("b", "one") || l.Get("a", "two") != nil || l.Get("c", "one") != nil {
					t.Error("the names are not those of the same functions")
				}
			})
			if got := call(t, in, "run", weft.ExternRef(7)); got[0].I32() != 4 || got[1].Ref() != 7 {
				t.Errorf("run: %v", got)
			}
		}
	})
	if err := host.Define(nil, "a"); err == nil {
		t.Error("it is defined in no linker")
	}
	store, _ := newMemory(t)
	if err := host.Define(weft.NewLinker(store)); err == nil {
		t.Error("it is defined under no name")
	}
}

// TestLinkerGet looks at what a linker has: values, instances under several names, and values before an instance.
func TestLinkerGet(t *testing.T) {
	store, in := newInstance(t, fib, nil)
	l := weft.NewLinker(store)
	l.DefineInstance("a", in)
	l.DefineInstance("b", in)
	m := in.Func("fib")
	if l.Get("a", "fib") != weft.Extern(m) || l.Get("b", "fib") != weft.Extern(m) || l.Instance("b") != in || l.Get("a", "fob") != nil {
		t.Error("an instance is not found")
	}
	if err := l.Wrap("a", "fib", func(int32) int32 { return 0 }); err != nil || l.Get("a", "fib") == weft.Extern(m) || l.Instance("a") != in {
		t.Errorf("the value does not hide the instance's: %v", err)
	}
	if l.Instance("c") != nil || l.Get("c", "fib") != nil {
		t.Error("something is found that is not there")
	}
}

// TestTableGrow grows a table to its maximum, and not beyond.
func TestTableGrow(t *testing.T) {
	_, in := newInstance(t, `(module (table (export "t") 1 3 externref))`, nil)
	table := in.Table("t")
	if n, err := table.Grow(2, weft.ExternRef("new")); err != nil || n != 1 || table.Size() != 3 {
		t.Errorf("grown from %d to %d: %v", n, table.Size(), err)
	}
	if v, _ := table.Get(2); v.Ref() != "new" {
		t.Errorf("the new element is %v", v)
	}
	if _, err := table.Grow(1, weft.ExternRef(nil)); err == nil || !strings.Contains(err.Error(), "no room for 1 elements more: the table has 3") {
		t.Errorf("above the maximum: %v", err)
	}
	if _, err := table.Grow(0, weft.I32(1)); err == nil || !strings.Contains(err.Error(), "type mismatch") {
		t.Errorf("numbers: %v", err)
	}
}
