package weft_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"weft"
)

// elementsOf has, for types of elements, how a value is made of a number, and the other way round.
var elementsOf = []struct{ name, typ, get, of, number string }{
	{"i8", "i8", "array.get_u", "", ""},
	{"i16", "i16", "array.get_u", "", ""},
	{"i32", "i32", "array.get", "", ""},
	{"i64", "i64", "array.get", "i64.extend_i32_u", "i32.wrap_i64"},
	{"f32", "f32", "array.get", "f32.convert_i32_u", "i32.trunc_f32_u"},
	{"f64", "f64", "array.get", "f64.convert_i32_u", "i32.trunc_f64_u"},
	{"v128", "v128", "array.get", "i8x16.splat", "i8x16.extract_lane_u 15"},
	{"reference", "(ref null $box)", "array.get", "struct.new $box", "struct.get $box 0"},
}

// arraysIn is a module that keeps arrays in a table: all elements of one are its length, modulo 256. "set"
// makes an array for a place, and returns how many elements of the one that was there are wrong.
func arraysIn(typ, get, of, number string) string {
	return fmt.Sprintf(`(module
  (type $box (struct (field i32)))
  (type $array (array (mut %s)))
  (table $kept 256 (ref null $array))
  (func (export "set") (param $at i32) (param $n i32) (result i32)
    (local $old (ref null $array)) (local $i i32) (local $wrong i32)
    (local.set $old (table.get $kept (local.get $at)))
    (table.set $kept (local.get $at)
      (array.new $array (%[3]s (i32.and (local.get $n) (i32.const 255))) (local.get $n)))
    (if (i32.eqz (ref.is_null (local.get $old))) (then
      (local.set $i (array.len (local.get $old)))
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $i)))
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (local.set $wrong (i32.add (local.get $wrong)
            (i32.ne (i32.and (array.len (local.get $old)) (i32.const 255))
              (%[4]s (%[2]s $array (local.get $old) (local.get $i))))))
          (br $next)))))
    (local.get $wrong)))`, typ, get, of, number)
}

// TestArrays keeps arrays of all widths, of lengths around what code makes by itself, in a heap full of
// gaps: no array may write over another.
func TestArrays(t *testing.T) {
	for _, e := range elementsOf {
		t.Run(e.name, func(t *testing.T) {
			of, number := e.of, e.number
			if of == "" { // any instruction that does nothing
				of, number = "i32.extend16_s", "i32.extend16_s"
			}
			limits := weft.DefaultLimits()
			limits.HeapBytes = 4 << 20
			onAllExecutors(t, arraysIn(e.typ, e.get, of, number), limits, testArrays)
		})
	}
}

func testArrays(t *testing.T, store *weft.Store, in *weft.Instance) {
	rng := rand.New(rand.NewPCG(1, 2))
	set := func(at, n int) {
		t.Helper()
		if wrong := call(t, in, "set", weft.I32(int32(at)), weft.I32(int32(n)))[0].I32(); wrong != 0 {
			t.Fatalf("before an array of %d elements was made, %d elements were wrong", n, wrong)
		}
	}
	for i := range 30_000 {
		n := rng.IntN(80)
		if i%64 == 0 {
			n = rng.IntN(1100)
		}
		set(rng.IntN(256), n)
	}
	store.SetCollectAlways(true)
	for i := range 256 {
		set(i, i%80)
	}
}
