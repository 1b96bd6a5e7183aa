// Package bench measures Weft beside its peers. It is a module of its own, so
// that they are no dependencies of the library.
//
// The interpreters, in one run and in turn:
//
//	go test -bench Interp -benchtime 3x -count 5 .
package bench

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"weft"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// kernels are programs that every WebAssembly engine runs. Each exports run,
// which takes an i32 and returns one.
var kernels = []struct {
	name   string
	arg    int32
	want   int32
	source string
}{
	{"fib", 32, 2178309, `(module
	  (func $fib (export "run") (param $n i32) (result i32)
	    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
	      (then (local.get $n))
	      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
	                     (call $fib (i32.sub (local.get $n) (i32.const 2))))))))`},
	// Fills 64 KiB with words and adds them up, n times.
	{"memory", 200, 322764800, `(module (memory 1)
	  (func (export "run") (param $n i32) (result i32) (local $i i32) (local $sum i32)
	    (loop $again
	      (local.set $i (i32.const 0))
	      (loop $fill
	        (i32.store (local.get $i) (i32.add (local.get $i) (local.get $n)))
	        (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 65536))))
	      (local.set $i (i32.const 0))
	      (loop $add
	        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $i))))
	        (br_if $add (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 65536))))
	      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
	    (local.get $sum)))`},
	// FNV-1a over the bytes of a memory of one page, n times.
	{"hash", 50, -1253794363, `(module (memory 1)
	  (func (export "run") (param $n i32) (result i32) (local $i i32) (local $h i32)
	    (local.set $h (i32.const 0x811c9dc5))
	    (loop $again
	      (local.set $i (i32.const 0))
	      (loop $byte
	        (local.set $h (i32.mul (i32.xor (local.get $h) (i32.load8_u (local.get $i))) (i32.const 0x01000193)))
	        (br_if $byte (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
	      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
	    (local.get $h)))`},
}

func compile(b *testing.B, source string) []byte {
	b.Helper()
	m, err := text.Parse([]byte(source), wasm.DefaultFeatures)
	if err != nil {
		b.Fatal(err)
	}
	return binary.Encode(m)
}

func BenchmarkInterp(b *testing.B) {
	for _, k := range kernels {
		code := compile(b, k.source)
		b.Run(k.name+"/weft", func(b *testing.B) {
			f := instantiateWeft(b, code).Func("run")
			measure(b, k.arg, k.want, func(slots []uint64) error { return f.CallSlots(context.Background(), slots) })
		})
		b.Run(k.name+"/wazero", func(b *testing.B) {
			f := instantiateWazero(b, code)
			measure(b, k.arg, k.want, func(slots []uint64) error { return f.CallWithStack(context.Background(), slots) })
		})
	}
}

func measure(b *testing.B, arg, want int32, call func([]uint64) error) {
	b.ReportAllocs()
	slots := make([]uint64, 1)
	for b.Loop() {
		slots[0] = uint64(uint32(arg))
		if err := call(slots); err != nil {
			b.Fatal(err)
		}
		if got := int32(slots[0]); got != want {
			b.Fatalf("run(%d) = %d, want %d", arg, got, want)
		}
	}
}

func instantiateWeft(b *testing.B, code []byte) *weft.Instance {
	b.Helper()
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		b.Fatal(err)
	}
	module, err := engine.Compile(code)
	if err != nil {
		b.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(store.Close)
	instance, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	if err != nil {
		b.Fatal(err)
	}
	return instance
}

func instantiateWazero(b *testing.B, code []byte) api.Function {
	b.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	b.Cleanup(func() { r.Close(ctx) })
	m, err := r.Instantiate(ctx, code)
	if err != nil {
		b.Fatal(err)
	}
	return m.ExportedFunction("run")
}

// generatorSource sums the n values of a generator: a suspend and a resume each.
const generatorSource = `(module
  (type $f (func)) (type $k (cont $f))
  (tag $yield (param i64))
  (func $numbers (local $i i64)
    (loop $next
      (suspend $yield (local.get $i))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $next)))
  (elem declare func $numbers)
  (func (export "run") (param $n i64) (result i64)
    (local $k (ref null $k)) (local $sum i64)
    (local.set $k (cont.new $k (ref.func $numbers)))
    (loop $more
      (block $yielded (result i64 (ref $k))
        (resume $k (on $yield $yielded) (local.get $k))
        (unreachable))
      (local.set $k)
      (local.set $sum (i64.add (local.get $sum)))
      (br_if $more (i64.ne (i64.const 0) (local.tee $n (i64.sub (local.get $n) (i64.const 1))))))
    (local.get $sum)))`

// BenchmarkInterpSuspendResume takes one pair of suspend and resume as its unit.
func BenchmarkInterpSuspendResume(b *testing.B) {
	f := instantiateWeft(b, compile(b, generatorSource)).Func("run")
	n := uint64(b.N)
	slots := []uint64{n}
	b.ReportAllocs()
	b.ResetTimer()
	if err := f.CallSlots(context.Background(), slots); err != nil {
		b.Fatal(err)
	}
	if slots[0] != n*(n-1)/2 {
		b.Fatalf("the sum of %d values is %d", n, slots[0])
	}
}
