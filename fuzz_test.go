package weft_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// fuzzLimits keep a hostile module from slowing the fuzzer down.
func fuzzLimits() weft.Limits {
	l := weft.DefaultLimits()
	l.StackBytes, l.MemoryBytes, l.TableElements = 64<<10, 16<<20, 100_000
	l.Continuations, l.ContinuationBytes, l.HeapBytes = 10_000, 16<<20, 64<<20
	return l
}

// FuzzExecute runs every export of whatever module the fuzzer finds, for a
// bounded number of steps, twice, the second time with a collection at every
// allocation, and then on the native engine: nothing may crash, every call must end in
// results or in one of the documented errors, and all runs must end alike.
//
// For at least 30 minutes:
//
//	go test -run '^$' -fuzz FuzzExecute -fuzztime 30m .
func FuzzExecute(f *testing.F) {
	examples, err := filepath.Glob("examples/*.wat")
	if err != nil || len(examples) == 0 {
		f.Fatal("no examples", err)
	}
	for _, file := range examples {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(encode(f, string(source)))
	}
	seeds := []string{fib, generator, nested, numeric, legacy, wide}
	for i, source := range generate.Seeds(3, wasm.AllFeatures) {
		if i%2 == 0 { // the second of a pair imports from the first
			seeds = append(seeds, source)
		}
	}
	for _, source := range seeds {
		f.Add(encode(f, source))
	}
	others := allExecutors(f, wasm.AllFeatures)
	reference := others["interpreter"]
	delete(others, "interpreter")
	f.Fuzz(func(t *testing.T, source []byte) {
		module, err := reference.Compile(source)
		if err != nil {
			var e *wasm.Error
			if !errors.As(err, &e) {
				t.Fatalf("Compile: %T: %v", err, err)
			}
			return
		}
		first := execute(t, module, execution{fuel: 20_000})
		if second := execute(t, module, execution{fuel: 20_000, collectAlways: true}); !slices.Equal(first.entries, second.entries) {
			t.Fatalf("two runs differ:\n%s\n---\n%s", first, second)
		}
		if observesNaN(t, module.Wasm()) {
			return
		}
		for name, engine := range others {
			native, err := engine.Compile(source)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if native.Interpreted() != nil {
				continue
			}
			if d := difference(first, execute(t, native, execution{deadline: time.Second, calls: first.calls})); d != "" {
				t.Fatalf("%s: %s", name, d)
			}
		}
	})
}

func encode(t testing.TB, source string) []byte {
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err != nil {
		t.Fatal(err)
	}
	return binary.Encode(m)
}

func zero(t wasm.ValType) weft.Value {
	switch t.Kind {
	case wasm.KindI32:
		return weft.I32(0)
	case wasm.KindI64:
		return weft.I64(0)
	case wasm.KindF32:
		return weft.F32(0)
	case wasm.KindF64:
		return weft.F64(0)
	case wasm.KindV128:
		return weft.V128(0, 0)
	}
	return weft.Null(t.Heap)
}

// makeUp makes a value for an import; nil if its type cannot be named outside
// of the module.
func makeUp(store *weft.Store, m *wasm.Module, im *wasm.Import) weft.Extern {
	switch im.Kind {
	case wasm.ExternFunc:
		if f, err := store.NewFunc(im.Name, m.FuncType(im.Type), func(context.Context, []uint64) error { return nil }); err == nil {
			return f
		}
	case wasm.ExternMemory:
		if v, err := store.NewMemory(im.Memory); err == nil {
			return v
		}
	case wasm.ExternTable:
		if v, err := store.NewTable(im.Table); err == nil {
			return v
		}
	case wasm.ExternGlobal:
		if v, err := store.NewGlobal(im.Global, zero(im.Global.Type)); err == nil {
			return v
		}
	case wasm.ExternTag:
		if v, err := store.NewTag(im.Name, m.FuncType(im.Type)); err == nil {
			return v
		}
	}
	return nil
}

// nested suspends through several resumes, throws into and out of
// continuations, binds and switches.
const nested = `(module
  (type $f (func (result i32))) (type $k (cont $f))
  (type $g (func (param i32) (result i32))) (type $kg (cont $g))
  (tag $a (param i32) (result i32)) (tag $b) (tag $e (param i32))
  (tag $s (result i32))
  (table $t 4 (ref null $kg))
  (elem declare func $inner $middle $thrower)
  (func $inner (result i32)
    (i32.add (i32.const 1) (suspend $a (i32.const 7))))
  (func $middle (result i32)
    (block $h (result (ref $k))
      (return (resume $k (on $b $h) (cont.new $k (ref.func $inner)))))
    (drop) (i32.const -1))
  (func $thrower (result i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $e $caught) (suspend $a (i32.const 1)))))
  (func (export "forward") (result i32) (local $k (ref null $kg))
    (block $h (result i32 (ref $kg))
      (return (resume $k (on $a $h) (cont.new $k (ref.func $middle)))))
    (local.set $k) (drop)
    (table.set $t (i32.const 1) (local.get $k))
    (resume $k (cont.bind $kg $k (i32.const 41) (table.get $t (i32.const 1)))))
  (func (export "throw") (result i32) (local $k (ref null $kg))
    (block $h (result i32 (ref $kg))
      (return (resume $k (on $a $h) (cont.new $k (ref.func $thrower)))))
    (local.set $k) (drop)
    (resume_throw $kg $e (i32.const 9) (local.get $k)))
  (func (export "unhandled") (result i32) (suspend $a (i32.const 3)))
  (func (export "consumed") (result i32) (local $k (ref null $k))
    (local.set $k (cont.new $k (ref.func $inner)))
    (drop (cont.bind $k $k (local.get $k)))
    (resume $k (local.get $k))))`

// legacy throws legacy exceptions, into handlers of all kinds, through
// delegations and out of continuations.
const legacy = `(module
  (type $f (func)) (type $k (cont $f))
  (tag $e (param i32 v128)) (tag $n) (tag $yield)
  (elem declare func $body)
  (func $throw (param $a i32)
    (if (local.get $a) (then (throw $n)))
    (throw $e (i32.const 3) (v128.const i64x2 4 5)))
  (func $body (try (do (suspend $yield) (call $throw (i32.const 0))) (catch $n (suspend $yield) (rethrow 0))))
  (func (export "handlers") (param $a i32) (result i32)
    (try $t (result i32)
      (do
        (loop (result i32)
          (try (result i32)
            (do (try (do (call $throw (local.get $a))) (delegate $t)) (i32.const 1))
            (catch_all (i32.const 2)))))
      (catch $e
        (drop)
        (try (result i32)
          (do (rethrow $t))
          (catch_all (if (local.get $a) (then (rethrow 1))) (i32.const 4)))
        (i32.add))))
  (func (export "across") (result i32) (local $k (ref null $k))
    (local.set $k (cont.new $k (ref.func $body)))
    (try (result i32)
      (do
        (loop $again
          (block $h (result (ref $k))
            (resume $k (on $yield $h) (local.get $k))
            (return (i32.const 1)))
          (local.set $k)
          (br_if $again (ref.is_null (local.get $k)))
          (resume_throw $k $n (local.get $k)))
        (i32.const 2))
      (catch_all (i32.const 3)))))`

// wide multiplies and adds numbers of two words.
const wide = `(module
  (memory 7 (pagesize 1))
  (func (export "muladd") (param i64 i64) (result i64 i64)
    (i64.add128
      (i64.mul_wide_u (i64.or (local.get 0) (i64.const 0x1234567890abcdef)) (i64.const -3))
      (i64.sub128 (local.get 0) (i64.const 1) (i64.mul_wide_s (local.get 1) (i64.const -7)))))
  (func (export "grow") (result i32)
    (i32.store8 offset=6 (memory.grow (i32.const 1)) (i32.const 1))
    (memory.size)))`

const numeric = `(module
  (memory (export "m") 1 2)
  (data (i32.const 0) "some bytes to read")
  (global $g (export "g") (mut i64) (i64.const 5))
  (func (export "mix") (param i32 i64 f32 f64) (result i64)
    (i64.store offset=8 (local.get 0) (i64.mul (local.get 1) (i64.const 3)))
    (f64.store (i32.const 32) (f64.add (local.get 3) (f64.promote_f32 (local.get 2))))
    (memory.fill (i32.const 64) (i32.const 7) (i32.const 100))
    (global.set $g (i64.rotl (i64.load (i32.const 60)) (i64.extend_i32_u (i32.popcnt (local.get 0)))))
    (drop (memory.grow (i32.const 1)))
    (i64.trunc_sat_f64_s (f64.load (i32.const 32))))
  (func (export "loop") (param $n i32) (result i32) (local $i i32) (local $s i32)
    (block $out
      (loop $top
        (br_if $out (i32.ge_u (local.get $i) (i32.const 1000)))
        (local.set $s (i32.add (local.get $s) (i32.load8_u (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_table $top $out (local.get $n))))
    (local.get $s)))`
