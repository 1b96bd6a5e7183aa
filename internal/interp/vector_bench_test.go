package interp_test

import (
	"context"
	"testing"

	"weft"
)

// The kernels work on 4,096 bytes, and so have 256 rounds.
const kernels = `(module
  (memory 1)
  (func (export "saxpy") (param $a f32) (local $i i32) (local $as v128)
    (local.set $as (f32x4.splat (local.get $a)))
    (loop $next
      (v128.store offset=8192 (local.get $i)
        (f32x4.add (f32x4.mul (v128.load (local.get $i)) (local.get $as)) (v128.load offset=4096 (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (i32.const 4096)))))
  (func (export "bytes") (param $unused f32) (local $i i32) (local $sum v128)
    (loop $next
      (local.set $sum (i8x16.add_sat_u (local.get $sum)
        (i8x16.avgr_u (v128.load (local.get $i)) (v128.load offset=4096 (local.get $i)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (i32.const 4096))))
    (v128.store (i32.const 8192) (local.get $sum)))
  (func (export "xor") (param $unused f32) (local $i i32) (local $sum v128)
    (loop $next
      (local.set $sum (i64x2.add (local.get $sum)
        (v128.xor (v128.load (local.get $i)) (v128.load offset=4096 (local.get $i)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (i32.const 4096))))
    (v128.store (i32.const 8192) (local.get $sum))))`

func BenchmarkVectors(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(weft.Interpreter))
	if err != nil {
		b.Fatal(err)
	}
	module, err := engine.Compile([]byte(kernels))
	if err != nil {
		b.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	instance, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"saxpy", "bytes", "xor"} {
		b.Run(name, func(b *testing.B) {
			f := instance.Func(name)
			slots := make([]uint64, 1)
			b.ReportAllocs()
			b.SetBytes(4096)
			for b.Loop() {
				if err := f.CallSlots(context.Background(), slots); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
