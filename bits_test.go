package weft_test

import (
	"context"
	"math"
	"testing"

	"weft"
	"weft/wasm"
)

// bitsSource has expressions that are one instruction on some processors.
const bitsSource = `(module
  (func (export "lowest32") (param $x i32) (result i32)
    (i32.and (local.get $x) (i32.sub (local.get $x) (i32.const 1))))
  (func (export "lowest64") (param $x i64) (result i64)
    (i64.and (i64.add (local.get $x) (i64.const -1)) (local.get $x)))
  (func (export "without32") (param $x i32) (param $y i32) (result i32)
    (i32.and (local.get $x) (i32.xor (local.get $y) (i32.const -1))))
  (func (export "without64") (param $x i64) (param $y i64) (result i64)
    (i64.and (i64.xor (local.get $x) (i64.const -1)) (local.get $y)))
  (func (export "odd") (param $x i64) (result i64)
    (i64.and (i64.xor (local.get $x) (i64.const -1)) (i64.const 1))))`

// TestBits compares them with what Go makes of them, on all executors.
func TestBits(t *testing.T) {
	values := []uint64{0, 1, 2, 3, 12, 1 << 31, 1 << 32, 1<<32 | 1, 1 << 63, math.MaxUint32, math.MaxUint64,
		0x0123456789abcdef}
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		t.Run(name, func(t *testing.T) {
			_, instance := openOn(t, engine, bitsSource, weft.DefaultLimits(), nil)
			is := func(name string, want uint64, args ...weft.Value) {
				t.Helper()
				results, err := instance.Func(name).Call(context.Background(), args...)
				if err != nil {
					t.Fatal(err)
				}
				if got, _ := results[0].Bits(); got != want {
					t.Errorf("%s of %v: %#x, want %#x", name, args, got, want)
				}
			}
			for _, x := range values {
				is("lowest32", uint64(uint32(x)&(uint32(x)-1)), weft.I32(int32(x)))
				is("lowest64", x&(x-1), weft.I64(int64(x)))
				is("odd", ^x&1, weft.I64(int64(x)))
				for _, y := range values {
					is("without32", uint64(uint32(x)&^uint32(y)), weft.I32(int32(x)), weft.I32(int32(y)))
					is("without64", y&^x, weft.I64(int64(x)), weft.I64(int64(y)))
				}
			}
		})
	}
}
