package weft_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/bits"
	"os"
	"runtime/debug"
	"testing"

	"weft"
)

var manyInstances = flag.Int("instances", 3000, "how many instances TestInstances makes one after the other")

var manyStores = flag.Int("stores", 1000, "how many stores TestManyStores keeps")

// TestInstances makes and closes instances: nothing of them may be left, neither mappings nor
// memory.
func TestInstances(t *testing.T) {
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Native} {
		engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
		if err != nil {
			t.Log(err)
			continue
		}
		module, err := engine.Compile([]byte(instanceSource))
		if err != nil {
			t.Fatal(err)
		}
		make := func(n int) {
			for range n {
				if err := useInstance(engine, module); err != nil {
					t.Fatal(err)
				}
			}
		}
		make(300)
		mappings, resident := usage(t)
		make(*manyInstances)
		mappingsNow, residentNow := usage(t)
		// Go's heap has mappings and memory of its own.
		if mappingsNow > mappings+20 {
			t.Errorf("there were %d mappings, there are %d", mappings, mappingsNow)
		}
		if residentNow > resident+32<<20 {
			t.Errorf("%d bytes were resident, %d are", resident, residentNow)
		}
		t.Logf("executor %d: %d mappings, then %d; %d KiB resident, then %d", executor, mappings, mappingsNow, resident>>10, residentNow>>10)
	}
}

// usage returns how many mappings the process has, and its memory.
func usage(t *testing.T) (mappings, resident int) {
	t.Helper()
	debug.FreeOSMemory() // what Go keeps for its heap is not ours
	maps, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := bytes.Cut(maps, []byte("Rss:"))
	for _, field := range bytes.Fields(rest)[:1] {
		for _, digit := range field {
			resident = resident*10 + int(digit-'0')
		}
	}
	if maps, err = os.ReadFile("/proc/self/maps"); err != nil {
		t.Skip(err)
	}
	return bytes.Count(maps, []byte("\n")), resident << 10
}

// TestManyStores keeps stores with an instance each. So that a process can have a hundred thousand, they take next to
// no mappings, but for the guards of the first thousands of memories:
//
//	go test -run TestManyStores -stores 100000 -v .
func TestManyStores(t *testing.T) {
	n := *manyStores
	if bits.UintSize == 32 {
		n = min(n, 200) // there are addresses for some hundred
	}
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Native} {
		t.Run(fmt.Sprint(executor), func(t *testing.T) { keepStores(t, executor, n) })
	}
}

func keepStores(t *testing.T, executor weft.Executor, n int) {
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
	if err != nil {
		t.Skip(err)
	}
	with := compileWith(t, engine, []byte(instanceSource))
	without := compileWith(t, engine, []byte(`(module (func (export "touch") (param i32) (result i32) (i32.const 116)))`))
	suspends := compileWith(t, engine, []byte(`(module (type $f (func)) (type $k (cont $f)) (tag $wait)
	  (elem declare func $g) (func $g (suspend $wait))
	  (func (export "touch") (param i32) (result i32)
	    (block $waits (result (ref $k)) (resume $k (on $wait $waits) (cont.new $k (ref.func $g))) (unreachable))
	    (drop) (i32.const 116)))`))
	ctx := context.Background()
	before, _ := usage(t)
	var funcs []*weft.Func
	memories, unguarded := 0, 0
	for i := range n {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatalf("store %d: %v", i, err)
		}
		defer store.Close()
		m := without
		if i%10 == 0 || n > 10_000 {
			m = with
			memories++
		} else if i%10 == 5 {
			m = suspends
		}
		instance, err := store.Instantiate(ctx, m, nil)
		if err != nil {
			t.Fatalf("instance %d: %v", i, err)
		}
		if instance.Unguarded() {
			unguarded++
		}
		funcs = append(funcs, instance.Func("touch"))
	}
	for round := range 2 {
		for i, f := range funcs {
			if got, err := f.Call(ctx, weft.I32(1<<19)); err != nil || got[0].I32() != 's'+1 {
				t.Fatalf("round %d, instance %d returns %v, %v", round, i, got, err)
			}
		}
	}
	after, _ := usage(t)
	if after > before+2*min(memories, 7000)+200 { // Go's heap has some, too
		t.Errorf("%d stores with %d memories take %d mappings", n, memories, after-before)
	}
	t.Logf("%d stores, %d with memories, of which %d have no guard; %d mappings", n, memories, unguarded, after-before)
}
