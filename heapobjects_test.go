package weft_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

const heapTypes = `(module
  (type $point (struct (field $x i32) (field $y (mut i8)) (field $z (mut i16)) (field $next (mut (ref null $point)))
                       (field $v (mut v128)) (field $any (mut externref))))
  (type $bytes (array (mut i8))) (type $shorts (array (mut i16))) (type $ints (array (mut i32))) (type $doubles (array f64))
  (type $points (array (mut (ref null $point)))) (type $strict (array (ref $point)))
  (func (export "x") (param (ref $point)) (result i32) (struct.get $point $x (local.get 0)))
  (func (export "y") (param (ref $point)) (result i32) (struct.get_s $point $y (local.get 0)))
  (func (export "next") (param (ref $point)) (result (ref null $point)) (struct.get $point $next (local.get 0)))
  (func (export "byte") (param (ref $bytes) i32) (result i32) (array.get_u $bytes (local.get 0) (local.get 1)))
  (func (export "double") (param (ref $doubles) i32) (result f64) (array.get $doubles (local.get 0) (local.get 1)))
  (func (export "make") (result (ref $ints)) (array.new_fixed $ints 3 (i32.const 7) (i32.const -8) (i32.const 9)))
  (func (export "i31") (param i31ref) (result i31ref) (local.get 0)))`

// heapType returns the type with a name.
func heapType(t *testing.T, in *weft.Instance, name string) wasm.HeapType {
	t.Helper()
	h, ok := in.Module().TypeNamed(name)
	if !ok {
		t.Fatalf("there is no type %s", name)
	}
	return h
}

// must returns what an error does not take away.
func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// onHeap runs a test on all executors, with a collection at every use of the store and without.
func onHeap(t *testing.T, test func(t *testing.T, store *weft.Store, in *weft.Instance)) {
	onAllExecutors(t, heapTypes, weft.DefaultLimits(), func(t *testing.T, store *weft.Store, in *weft.Instance) {
		test(t, store, in)
		store.SetCollectAlways(true)
		test(t, store, in)
	})
}

// TestStructsFromGo makes structs, hands them to the guest, and reads and changes what comes back.
func TestStructsFromGo(t *testing.T) {
	onHeap(t, func(t *testing.T, store *weft.Store, in *weft.Instance) {
		point := heapType(t, in, "point")
		empty, err := store.NewStruct(point)
		first := must(t, empty, err)
		made, err := store.NewStruct(point, weft.I32(1), weft.I32(-2), weft.I32(0x12345), first.Value(), weft.V128(3, 4), weft.ExternRef("five"))
		second := must(t, made, err)
		if got := call(t, in, "x", second.Value())[0].I32(); got != 1 {
			t.Errorf("x is %d", got)
		}
		if got := call(t, in, "y", second.Value())[0].I32(); got != -2 {
			t.Errorf("y is %d", got)
		}
		values, err := second.Values()
		if err != nil || len(values) != 6 || second.Len() != 6 || values[1].I32() != 0xFE || values[2].I32() != 0x2345 ||
			values[4] != weft.V128(3, 4) || values[5].Ref() != "five" {
			t.Errorf("the fields are %v, %v", values, err)
		}
		if got, want := second.String(), "struct{1 254 9029 struct{0 0 0 null 0x00000000000000000000000000000000 null} "+
			"0x00000000000000040000000000000003 five}"; got != want {
			t.Errorf("it prints as %s, want %s", got, want)
		}
		// A ring prints to a depth.
		if err := first.Set(3, second.Value()); err != nil || !strings.Contains(second.String(), "…") {
			t.Errorf("the ring prints as %s, %v", second, err)
		}
		next := call(t, in, "next", first.Value())[0].Ref().(*weft.Object)
		if next.HeapType() != point || next.Type().Kind != wasm.CompStruct || len(next.Type().Fields) != 6 {
			t.Errorf("the type is %v", next.Type())
		}
		if x, err := next.Get(0); err != nil || x != weft.I32(1) {
			t.Errorf("x is %v, %v", x, err)
		}
		for i, want := range map[int]string{0: "immutable", 3: "type mismatch", 6: "none at 6", -1: "none at -1"} {
			if err := first.Set(i, weft.I64(1)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("field %d: error %v", i, err)
			}
		}
		ints := heapType(t, in, "ints")
		for want, make := range map[string]func() (*weft.Object, error){
			"the type is a array, not a struct": func() (*weft.Object, error) { return store.NewStruct(ints) },
			"no type that the engine has":       func() (*weft.Object, error) { return store.NewStruct(wasm.HeapStruct) },
			"2 values given":                    func() (*weft.Object, error) { return store.NewStruct(point, weft.I32(1), weft.I32(1)) },
			"field 0: type mismatch": func() (*weft.Object, error) {
				return store.NewStruct(point, weft.I64(1), weft.I32(1), weft.I32(1), weft.I32(1), weft.I32(1), weft.I32(1))
			},
		} {
			if o, err := make(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("made %v, error %v, want %q", o, err, want)
			}
		}
	})
}

// TestArraysFromGo makes arrays and moves numbers between them and slices.
func TestArraysFromGo(t *testing.T) {
	onHeap(t, func(t *testing.T, store *weft.Store, in *weft.Instance) {
		made, err := store.NewArray(heapType(t, in, "bytes"), 5, weft.I32(0x141))
		text := must(t, made, err)
		if err := weft.WriteArray(text, 1, []byte("bcd")); err != nil {
			t.Fatal(err)
		}
		if got := call(t, in, "byte", text.Value(), weft.I32(4))[0].I32(); got != 'A' || text.String() != "[65 98 99 100 65]" {
			t.Errorf("byte 4 is %d of %s", got, text)
		}
		made, err = store.NewArray(heapType(t, in, "doubles"), 2, weft.Value{})
		doubles := must(t, made, err)
		if err := weft.WriteArray(doubles, 0, []float64{1.5, -2.5}); err != nil { // immutable for the guest
			t.Fatal(err)
		}
		if got := call(t, in, "double", doubles.Value(), weft.I32(1))[0].F64(); got != -2.5 {
			t.Errorf("double 1 is %v", got)
		}
		ints := call(t, in, "make")[0].Ref().(*weft.Object)
		read := make([]int32, 2)
		if err := weft.ReadArray(ints, 1, read); err != nil || !slices.Equal(read, []int32{-8, 9}) {
			t.Errorf("read %v, %v", read, err)
		}
		if err := ints.Set(2, weft.I32(10)); err != nil || ints.String() != "[7 -8 10]" || ints.Len() != 3 {
			t.Errorf("the array is %s, %v", ints, err)
		}
		made, err = store.NewArray(heapType(t, in, "points"), 100, weft.Value{})
		if points := must(t, made, err); points.Len() != 100 || !strings.HasSuffix(points.String(), "null null and 84 more]") {
			t.Errorf("the array is %s", points)
		}
		for want, err := range map[string]error{
			"no 2 from 2 on":           weft.ReadArray(ints, 2, read),
			"no 2 from -1 on":          weft.ReadArray(ints, -1, read),
			"are none of float32":      weft.ReadArray(ints, 0, []float32{0}),
			"are none of int64":        weft.WriteArray(ints, 0, []int64{0}),
			"i8 are none of int32":     weft.WriteArray(text, 0, read),
			"there is no object":       weft.WriteArray(nil, 0, read),
			"no array has -1 elements": func() error { _, err := store.NewArray(ints.HeapType(), -1, weft.Value{}); return err }(),
			"element: type mismatch":   func() error { _, err := store.NewArray(ints.HeapType(), 1, weft.F32(1)); return err }(),
			"no default value": func() error {
				_, err := store.NewArray(heapType(t, in, "strict"), 1, weft.Value{})
				return err
			}(),
			"a struct, not an array": func() error {
				o, err := store.NewStruct(heapType(t, in, "point"))
				return errors.Join(err, weft.ReadArray(o, 0, read))
			}(),
		} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
		if err := weft.ReadArray(ints, 3, []int32{}); err != nil {
			t.Errorf("nothing at the end: %v", err)
		}
	})
}

// TestI31 passes integers of 31 bits.
func TestI31(t *testing.T) {
	onHeap(t, func(t *testing.T, _ *weft.Store, in *weft.Instance) {
		for v, want := range map[int32]weft.I31{0: 0, -1: -1, 1<<30 - 1: 1<<30 - 1, 1 << 30: -1 << 30, -1 << 30: -1 << 30} {
			if got := call(t, in, "i31", weft.I31Ref(v))[0].Ref(); got != want {
				t.Errorf("%d is %v, want %d", v, got, want)
			}
		}
	})
}

// TestObjectsFill fills a heap from Go, up to its limit, with objects that are kept, and then with such that are not.
func TestObjectsFill(t *testing.T) {
	limits := weft.DefaultLimits()
	limits.HeapBytes = 1 << 20
	onAllExecutors(t, heapTypes, limits, func(t *testing.T, store *weft.Store, in *weft.Instance) {
		bytes := heapType(t, in, "bytes")
		var kept []*weft.Object
		var err error
		for err == nil {
			var o *weft.Object
			if o, err = store.NewArray(bytes, 64<<10, weft.Value{}); err == nil {
				kept = append(kept, o)
			}
		}
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory || len(kept) < 8 || len(kept) > 16 {
			t.Errorf("after %d objects: %v", len(kept), err)
		}
		if kept[0].Len() != 64<<10 {
			t.Error("an object that is kept is gone")
		}
	})
}

// TestObjectsInHostFunctions makes objects in a host function, in the middle of a call.
func TestObjectsInHostFunctions(t *testing.T) {
	const source = `(module
	  (type $list (struct (field i32) (field (ref null $list))))
	  (import "env" "list" (func $list (param i32) (result (ref null $list))))
	  (func (export "sum") (param i32) (result i32) (local $l (ref null $list)) (local $sum i32)
	    (local.set $l (call $list (local.get 0)))
	    (loop $next
	      (if (ref.is_null (local.get $l)) (then (return (local.get $sum))))
	      (local.set $sum (i32.add (local.get $sum) (struct.get $list 0 (local.get $l))))
	      (local.set $l (struct.get $list 1 (local.get $l)))
	      (br $next))
	    (unreachable)))`
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, collect := range []bool{false, true} {
			t.Run(fmt.Sprint(name, collect), func(t *testing.T) {
				module := compileWith(t, engine, []byte(source))
				ft := module.Imports()[0].Type.Func
				store, in := openOn(t, engine, source, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
					err := l.DefineValues("env", "list", ft, func(_ context.Context, args []weft.Value) ([]weft.Value, error) {
						list := weft.Null(wasm.HeapNone)
						for i := range args[0].I32() {
							o, err := s.NewStruct(ft.Results[0].Heap, weft.I32(i), list)
							if err != nil {
								return nil, err
							}
							list = o.Value()
						}
						return []weft.Value{list}, nil
					})
					if err != nil {
						t.Fatal(err)
					}
				})
				store.SetCollectAlways(collect)
				if got := call(t, in, "sum", weft.I32(20))[0].I32(); got != 190 {
					t.Errorf("the sum is %d", got)
				}
			})
		}
	}
}

// TestClosedObjects uses objects of a closed store, and none.
func TestClosedObjects(t *testing.T) {
	store, in := newInstance(t, heapTypes, nil)
	o := call(t, in, "make")[0].Ref().(*weft.Object)
	store.Close()
	var none *weft.Object
	for _, o := range []*weft.Object{o, none} {
		_, got := o.Get(0)
		_, all := o.Values()
		for _, err := range []error{got, all, o.Set(0, weft.I32(1)), weft.ReadArray(o, 0, []int32{1}), weft.WriteArray(o, 0, []int32{1})} {
			if err == nil || o != nil && !errors.Is(err, weft.ErrClosed) {
				t.Errorf("error %v", err)
			}
		}
		if o.Len() != 0 || o.HeapType() != wasm.HeapNone || o.Type().Kind != 0 || o.String() == "" {
			t.Error("a closed object has something")
		}
	}
	if _, err := store.NewStruct(wasm.HeapNone); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

// BenchmarkWriteArray copies a megabyte to an array.
func BenchmarkWriteArray(b *testing.B) {
	store, in := newInstance(b, heapTypes, nil)
	h, _ := in.Module().TypeNamed("bytes")
	array, err := store.NewArray(h, 1<<20, weft.Value{})
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if err := weft.WriteArray(array, 0, data); err != nil {
			b.Fatal(err)
		}
	}
}
