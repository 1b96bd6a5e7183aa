package weft_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// onAllExecutors runs a test with an instance of a module in each executor.
func onAllExecutors(t *testing.T, source string, limits weft.Limits, test func(t *testing.T, store *weft.Store, in *weft.Instance)) {
	t.Helper()
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		t.Run(name, func(t *testing.T) {
			store, in := openOn(t, engine, source, limits, nil)
			if why := in.Module().Interpreted(); why != nil {
				t.Fatal(why)
			}
			test(t, store, in)
		})
	}
}

// TestHostValueIsNoObject asks for the type of a host value in a store that has no type of
// structs or arrays.
func TestHostValueIsNoObject(t *testing.T) {
	const source = `(module (func (export "test") (param $x externref) (result i32 i32 i32 i32 i32) (local $a anyref)
		(local.set $a (any.convert_extern (local.get $x)))
		(ref.test (ref any) (local.get $a)) (ref.test (ref eq) (local.get $a)) (ref.test (ref i31) (local.get $a))
		(ref.test (ref struct) (local.get $a)) (ref.test (ref array) (local.get $a))))`
	onAllExecutors(t, source, weft.DefaultLimits(), func(t *testing.T, _ *weft.Store, in *weft.Instance) {
		for i, v := range call(t, in, "test", weft.ExternRef("a value")) {
			if want := []int32{1, 0, 0, 0, 0}[i]; v.I32() != want {
				t.Errorf("test %d is %d", i, v.I32())
			}
		}
	})
}

// TestDeepTypes casts in a hierarchy that is deeper than what records of types show.
func TestDeepTypes(t *testing.T) {
	const depth = 20
	var s strings.Builder
	s.WriteString("(module (type $t0 (sub (struct)))\n")
	for i := 1; i < depth; i++ {
		fmt.Fprintf(&s, "(type $t%d (sub $t%d (struct)))\n", i, i-1)
	}
	// How many of the types an object of a type is of.
	s.WriteString("(func $count (param $x anyref) (result i32) (i32.const 0)")
	for i := range depth {
		fmt.Fprintf(&s, "(i32.add (ref.test (ref $t%d) (local.get $x)))\n", i)
	}
	s.WriteString(")\n")
	for i := range depth {
		fmt.Fprintf(&s, "(func (export \"f%d\") (result i32) (call $count (ref.cast (ref $t%d) (struct.new $t%d))))\n", i, i, i)
	}
	s.WriteString(")")
	onAllExecutors(t, s.String(), weft.DefaultLimits(), func(t *testing.T, _ *weft.Store, in *weft.Instance) {
		for i := range depth {
			if got := call(t, in, fmt.Sprintf("f%d", i))[0].I32(); got != int32(i+1) {
				t.Errorf("an object of type %d is of %d types", i, got)
			}
		}
	})
}

// TestLargeObjects makes structs and arrays that no cell is large enough for.
func TestLargeObjects(t *testing.T) {
	const fields = 5000
	var s strings.Builder
	s.WriteString("(module (type $s (struct" + strings.Repeat(" (field (mut i64))", fields) + ")) (type $a (array (mut i64)))\n")
	s.WriteString("(func (export \"struct\") (result i64) (struct.get $s 4999 (struct.new $s")
	for i := range fields {
		fmt.Fprintf(&s, " (i64.const %d)", i)
	}
	s.WriteString(")))\n(func (export \"zeros\") (result i64) (struct.get $s 4999 (struct.new_default $s)))\n")
	fmt.Fprintf(&s, "(func (export \"array\") (result i64) (array.get $a (array.new_fixed $a %d%s) (i32.const 4999)))\n", fields, strings.Repeat(" (i64.const 7)", fields))
	s.WriteString("(func (export \"huge\") (param i32) (drop (array.new_default $a (local.get 0)))))")
	onAllExecutors(t, s.String(), weft.DefaultLimits(), func(t *testing.T, _ *weft.Store, in *weft.Instance) {
		for name, want := range map[string]int64{"struct": 4999, "zeros": 0, "array": 7} {
			if got := call(t, in, name)[0].I64(); got != want {
				t.Errorf("%s has %d", name, got)
			}
		}
		_, err := in.Func("huge").Call(context.Background(), weft.I32(-1))
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
			t.Errorf("an array of 32 GiB: %v", err)
		}
	})
}

// TestRootsInFrames makes garbage while objects are only known to frames and registers: in the
// end all of them must be there. An array may be known only by the address of an element.
func TestRootsInFrames(t *testing.T) {
	const source = `(module
		(type $box (struct (field $it (mut i64)))) (type $boxes (array (mut (ref null $box))))
		(func $garbage (param $n i32)
			(loop $l (drop (struct.new $box (i64.const -1)))
				(br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
		;; The list of n to 1 in frames.
		(func $deep (export "deep") (param $n i32) (result i64) (local $b (ref $box))
			(if (i32.eqz (local.get $n)) (then (call $garbage (i32.const 20)) (return (i64.const 0))))
			(local.set $b (struct.new $box (i64.extend_i32_u (local.get $n))))
			(i64.add (call $deep (i32.sub (local.get $n) (i32.const 1))) (struct.get $box $it (local.get $b))))
		(func (export "array") (param $n i32) (result i64) (local $a (ref $boxes)) (local $sum i64)
			(local.set $a (array.new_default $boxes (i32.const 4000)))
			(array.set $boxes (local.get $a) (i32.const 3999) (struct.new $box (i64.const 3)))
			(loop $l
				(local.set $sum (i64.add (local.get $sum) (struct.get $box $it (array.get $boxes (local.get $a) (i32.const 3999)))))
				(call $garbage (i32.const 50))
				(br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
			(local.get $sum)))`
	limits := weft.DefaultLimits()
	limits.HeapBytes = 1 << 20
	onAllExecutors(t, source, limits, func(t *testing.T, store *weft.Store, in *weft.Instance) {
		for _, always := range []bool{false, true} {
			store.SetCollectAlways(always)
			if got := call(t, in, "deep", weft.I32(100))[0].I64(); got != 100*101/2 {
				t.Errorf("the sum is %d", got)
			}
			if got := call(t, in, "array", weft.I32(50))[0].I64(); got != 150 {
				t.Errorf("the sum of the array is %d", got)
			}
		}
		store.SetCollectAlways(false)
		call(t, in, "array", weft.I32(3000)) // the heap is full several times
	})
}
