package weft_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"weft"
	"weft/task"
	"weft/wasi"
	"weft/wasm"
)

var manyModules = flag.Int("ends", 600, "how many modules TestEnds compiles, runs and drops one after the other")

// A footprint is what the process has.
type footprint struct {
	resident, addresses, heap, code int64 // bytes
	mappings, files, goroutines     int64
}

// measure returns the footprint when all that is dead has gone.
func measure(t *testing.T) (f footprint) {
	t.Helper()
	for range 5 { // cleanups run behind a collection, and let others die
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	debug.FreeOSMemory() // what Go keeps for its heap is not ours
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	kilobytes := func(name string) int64 {
		_, rest, _ := bytes.Cut(status, []byte(name+":"))
		n, err := strconv.ParseInt(string(bytes.Fields(rest)[0]), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n << 10
	}
	f.resident, f.addresses = kilobytes("VmRSS"), kilobytes("VmSize")
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	f.mappings = int64(bytes.Count(maps, []byte("\n")))
	files, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	f.files, f.goroutines = int64(len(files)), int64(runtime.NumGoroutine())
	for _, file := range files {
		name, _ := os.Readlink(file)
		var stat syscall.Stat_t
		if strings.Contains(name, "weft code") && syscall.Stat(file, &stat) == nil {
			f.code += stat.Blocks * 512
		}
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	f.heap = int64(stats.HeapAlloc)
	return f
}

// endSource is a module that is like no other: number tells them apart.
func endSource(number int, memory string) []byte {
	var fields, params strings.Builder
	for x := number + 1; x > 0; x /= 2 {
		fmt.Fprintf(&fields, "(field (mut %s))", []string{"i32", "f64"}[x%2])
		fmt.Fprintf(&params, "%s ", []string{"i32", "f64"}[x%2])
	}
	return fmt.Appendf(nil, `(module
	  (type $s (sub (struct %s)))
	  (type $own (func (param %s) (result (ref null $s))))
	  (type $f (func)) (type $k (cont $f))
	  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
	  (import "host" "keep" (func $keep (param externref) (result i32)))
	  (import "host" "wait" (func $wait (param i32) (result i32)))
	  %s (tag $tag)
	  (func $own (type $own) (struct.new_default $s))
	  (table 4 funcref) (elem (i32.const 0) $own $count) (elem declare func $work)
	  (func $count (local $i i32)
	    (loop $l
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (br_if $l (i32.lt_u (local.get $i) (i32.const 100)))))
	  (func $work (call $count) (suspend $tag))
	  (func (export "_start")
	    (drop (call $yield))
	    (block $suspended (result (ref $k))
	      (resume $k (on $tag $suspended) (cont.new $k (ref.func $work))) (return))
	    (drop))
	  (func (export "run") (param externref) (result i32)
	    (call_indirect (type $f) (i32.const 1))
	    (i32.add (call $keep (local.get 0)) (call $wait (i32.const %d)))))`, &fields, &params, memory, number)
}

// TestEnds compiles modules, runs them with all that a program may have, and drops them: nothing may be left of
// any. A hundred thousand of them take some minutes:
//
//	go test -run TestEnds -ends 100000 -timeout 1h -v .
func TestEnds(t *testing.T) {
	var engines []*weft.Engine
	for _, engine := range allExecutors(t, wasm.DefaultFeatures) {
		engines = append(engines, engine)
	}
	number := 0
	use := func(n int) {
		for range n {
			endOf(t, engines[number%len(engines)], number)
			number++
		}
	}
	use(*manyModules / 3)
	before := measure(t)
	use(*manyModules)
	after := measure(t)
	t.Logf("before %+v", before)
	t.Logf("after  %+v", after)
	// Addresses of slices are not used again; and as many regions for memories stay as were in use at the same time.
	kept := int64(*manyModules) << 16
	for _, c := range []struct {
		what          string
		before, after int64
		more          int64
	}{
		{"bytes resident", before.resident, after.resident, 16 << 20},
		{"bytes of addresses", before.addresses, after.addresses, 256<<30 + 6*kept},
		{"bytes of Go's heap", before.heap, after.heap, 4 << 20},
		{"bytes of code", before.code, after.code, 2 << 20},
		{"mappings", before.mappings, after.mappings, 256},
		{"files", before.files, after.files, 4},
		{"goroutines", before.goroutines, after.goroutines, 4},
	} {
		if underRaceDetector && c.what == "bytes resident" {
			t.Logf("the race detector looks on: %d bytes more are resident, for what it knows of goroutines",
				c.after-c.before)
			continue
		}
		if c.after > c.before+c.more {
			t.Errorf("%d modules leave %d %s", *manyModules, c.after-c.before, c.what)
		}
	}
	for _, e := range engines {
		if n := e.Types(); n > 100 {
			t.Errorf("an engine knows %d types, of modules that are gone", n)
		}
	}
}

// endOf makes a module and stores with it, runs it, and drops everything. Of some stores it leaves the closing to
// the collector.
func endOf(t *testing.T, engine *weft.Engine, number int) {
	t.Helper()
	memory := `(memory (export "memory") 1)`
	if number%3 == 0 {
		memory = `(import "env" "memory" (memory 1 2 shared)) (export "memory" (memory 0))`
	}
	module, err := engine.Compile(endSource(number, memory))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	store, instance := endInstance(t, ctx, engine, module, nil)
	if number%3 == 0 { // a thread
		done := make(chan struct{})
		go func() {
			defer close(done)
			other, _ := endInstance(t, ctx, engine, module, instance.Memory("memory"))
			other.Close()
		}()
		<-done
	}
	if number%16 != 0 {
		store.Close()
	}
}

// endInstance makes a store whose host functions refer to it, and an instance, which it uses.
func endInstance(
	t *testing.T, ctx context.Context, engine *weft.Engine, module *weft.Module, shared *weft.Memory,
) (*weft.Store, *weft.Instance) {
	fail := func(err error) {
		if err != nil {
			t.Error(err)
			runtime.Goexit()
		}
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	fail(err)
	linker := weft.NewLinker(store)
	system, err := wasi.NewConfig().Define(linker)
	fail(err)
	defer system.Close()
	if shared == nil {
		fail(system.DefineMemories(linker, module))
	} else {
		memory, err := shared.Shared().In(store)
		fail(err)
		linker.Define("env", "memory", memory)
	}
	var kept []byte
	i32 := []wasm.ValType{wasm.I32}
	fail(linker.DefineFunc("host", "keep", wasm.FuncType{Params: []wasm.ValType{wasm.ExternRef}, Results: i32},
		func(_ context.Context, slots []uint64) error {
			kept, _ = store.Caller().Memory("memory").View(0, 65536)
			slots[0] = uint64(kept[0])
			return nil
		}))
	loop, err := task.NewLoop(store)
	fail(err)
	fail(loop.Define(linker, "host", "wait", wasm.FuncType{Params: i32, Results: i32},
		func(_ context.Context, slots []uint64) (task.Wait, error) {
			future := task.NewFuture()
			go future.Complete(weft.I32(int32(slots[0])))
			return task.Await(future), nil
		}))
	instance, err := linker.Instantiate(ctx, module)
	fail(err)
	fail(system.Start(ctx, instance))
	waits := loop.Go(ctx, instance.Func("run"), weft.ExternRef(&struct{ store *weft.Store }{store}))
	fail(loop.Run(ctx))
	_, err = waits.Result()
	fail(err)
	return store, instance
}
