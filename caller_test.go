package weft_test

import (
	"context"
	"testing"

	"weft"
	"weft/wasm"
)

// TestCallerMemory checks that a host function reads the memory of the instance
// that calls it, of two that have imported it, and does not allocate.
func TestCallerMemory(t *testing.T) {
	sum := 0
	const source = `(module (import "env" "sum" (func $sum (param i32 i32)))
	  (memory (export "memory") 1) (data (i32.const 16) "\01\02\03")
	  (func (export "run") (param i32 i32) (call $sum (local.get 0) (local.get 1))))`
	store, instance := open(source, func(l *weft.Linker) error {
		return l.DefineFunc("env", "sum", wasm.FuncType{Params: []wasm.ValType{wasm.I32, wasm.I32}},
			func(_ context.Context, slots []uint64) error {
				data, ok := l.Store().Caller().Memory("memory").View(slots[0], slots[1])
				if !ok {
					sum = -1
				}
				for _, b := range data {
					sum += int(b)
				}
				return nil
			})
	})
	defer store.Close()
	another, err := store.Instantiate(context.Background(), instance.Module(), []weft.Extern{instance.Func("run")})
	if err != nil {
		t.Fatal(err)
	}
	if !another.Memory("memory").Write(16, []byte{10, 20}) {
		t.Fatal("no room")
	}
	slots := make([]uint64, 2)
	for _, c := range []struct {
		in   *weft.Instance
		n    uint64
		want int
	}{{instance, 3, 6}, {instance, 65536, -1}} {
		run := c.in.Func("run")
		allocations := testing.AllocsPerRun(10, func() {
			sum = 0
			slots[0], slots[1] = 16, c.n
			if err := run.CallSlots(context.Background(), slots); err != nil {
				t.Fatal(err)
			}
		})
		if sum != c.want || allocations != 0 {
			t.Errorf("the sum is %d, want %d; %v allocations", sum, c.want, allocations)
		}
	}
	// The other instance calls the first one's function, so that is the caller.
	sum = 0
	if _, err := another.Func("run").Call(context.Background(), weft.I32(16), weft.I32(3)); err != nil || sum != 6 {
		t.Errorf("the sum is %d, %v", sum, err)
	}
	if data, ok := another.Memory("memory").View(16, 2); !ok || string(data) != "\x0a\x14" || cap(data) != 2 {
		t.Errorf("the view is %v", data)
	}
}

// TestCallers checks that a host function knows whose code has called it, however it was called. The instances of two
// modules have a letter in their memories.
func TestCallers(t *testing.T) {
	const b = `(module
	  (type $t (func (result i32)))
	  (import "h" "f" (func $f (type $t)))
	  (memory (export "memory") 1) (data (i32.const 0) "B")
	  (table funcref (elem $f)) (elem declare func $f)
	  (func (export "call") (type $t) (call $f))
	  (func (export "tail") (type $t) (return_call $f))
	  (func (export "tail_ref") (type $t) (return_call_ref $t (ref.func $f)))
	  (func (export "tail_indirect") (type $t) (return_call_indirect (type $t) (i32.const 0)))
	  (func (export "tail_tail") (type $t) (return_call $tail2)) (func $tail2 (type $t) (return_call $f)))`
	const a = `(module
	  (type $t (func (result i32))) (type $k (cont $t))
	  (rec (type $s (func (param (ref null $c)) (result i32))) (type $c (cont $s)))
	  (import "b" "call" (func $call (type $t))) (import "b" "tail" (func $tail (type $t)))
	  (import "b" "tail_ref" (func $tail_ref (type $t))) (import "b" "tail_indirect" (func $tail_indirect (type $t)))
	  (import "b" "tail_tail" (func $tail_tail (type $t))) (import "h" "f" (func $f (type $t)))
	  (memory (export "memory") 1) (data (i32.const 0) "A")
	  (elem declare func $call $tail $f)
	  (func (export "call: B") (type $t) (call $call))
	  (func (export "tail: B") (type $t) (call $tail))
	  (func (export "tail by reference: B") (type $t) (call $tail_ref))
	  (func (export "tail by table: B") (type $t) (call $tail_indirect))
	  (func (export "tail of a tail: B") (type $t) (call $tail_tail))
	  (func (export "tail to another's tail: B") (type $t) (return_call $tail))
	  (func (export "own call after another's tail: A") (type $t) (drop (call $tail)) (call $f))
	  (func (export "own tail after another's tail: A") (type $t) (drop (call $tail)) (return_call $f))
	  (func (export "call in a continuation: B") (type $t) (resume $k (cont.new $k (ref.func $call))))
	  (func (export "tail in a continuation: B") (type $t) (resume $k (cont.new $k (ref.func $tail))))
	  (func (export "a continuation of the host: A") (type $t) (resume $k (cont.new $k (ref.func $f)))))`
	const started = `(module (import "h" "start" (func $start)) (memory (export "memory") 1) (data (i32.const 0) "S") (start $start))`
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		letter := func() byte {
			if c := store.Caller(); c != nil {
				return c.Memory("memory").Bytes()[0]
			}
			return '-'
		}
		linker := weft.NewLinker(store)
		started0 := byte(0)
		err = linker.DefineFunc("h", "f", wasm.FuncType{Results: []wasm.ValType{wasm.I32}}, func(_ context.Context, slots []uint64) error {
			slots[0] = uint64(letter())
			return nil
		})
		if err == nil {
			err = linker.DefineFunc("h", "start", wasm.FuncType{}, func(context.Context, []uint64) error {
				started0 = letter()
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		instantiate := func(source string) *weft.Instance {
			module, err := engine.Compile([]byte(source))
			if err != nil {
				t.Fatal(err)
			}
			instance, err := linker.Instantiate(context.Background(), module)
			if err != nil {
				t.Fatal(err)
			}
			return instance
		}
		linker.DefineInstance("b", instantiate(b))
		instance := instantiate(a)
		for range 3 { // functions that begin in the interpreter are compiled
			for _, e := range instance.Module().Exports() {
				if e.Name == "memory" {
					continue
				}
				want := e.Name[len(e.Name)-1]
				if results, err := instance.Func(e.Name).Call(context.Background()); err != nil || byte(results[0].I32()) != want {
					t.Errorf("%s: %s: %v, %v", name, e.Name, results, err)
				}
			}
		}
		if instantiate(started); started0 != 'S' {
			t.Errorf("%s: the caller of a start function is %c", name, started0)
		}
		store.Close()
	}
}
