package weft_test

import (
	"context"
	"errors"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"weft"
)

// wantInterrupted checks the outcome of what had few milliseconds. The bound on the time is for a busy machine.
func wantInterrupted(t *testing.T, what string, begin time.Time, err error) {
	t.Helper()
	var interrupt *weft.Interrupt
	if !errors.As(err, &interrupt) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%s: %v, want an interrupt", what, err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("%s: ends after %v", what, took)
	}
}

// needAddresses skips a test of what takes long because it is large, where addresses of 32 bits hold too little for
// that.
func needAddresses(t *testing.T) {
	t.Helper()
	if bits.UintSize == 32 {
		t.Skip("addresses of 32 bits hold nothing so large")
	}
}

// TestInterruptOneInstruction executes single instructions, each of which would work on half a gigabyte.
func TestInterruptOneInstruction(t *testing.T) {
	needAddresses(t)
	const source = `(module
	  (type $bytes (array (mut i8))) (type $refs (array (mut (ref null func))))
	  (memory 8192) (table $t 0 funcref) (elem declare func $fine)
	  (func (export "memory.fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x1fff0000)))
	  (func (export "memory.fill by 0") (memory.fill (i32.const 0) (i32.const 0) (i32.const 0x1fff0000)))
	  (func (export "memory.copy") (memory.copy (i32.const 1) (i32.const 0) (i32.const 0x1fff0000)))
	  (func (export "table.grow") (drop (table.grow $t (ref.func $fine) (i32.const 0x4000000))))
	  (func (export "array.new") (drop (array.new $bytes (i32.const 1) (i32.const 0x1fff0000))))
	  (func (export "array.new of references") (drop (array.new $refs (ref.func $fine) (i32.const 0x3fff000))))
	  (func (export "array.new_default") (drop (array.new_default $bytes (i32.const 0x1fff0000))))
	  (func $fine (export "fine") (result i32)
	    (memory.fill (i32.const 0) (i32.const 7) (i32.const 100))
	    (drop (array.new $bytes (i32.const 1) (i32.const 100_000)))
	    (i32.add (i32.load8_u (i32.const 99)) (table.grow $t (ref.null func) (i32.const 0)))))`
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		limits := weft.DefaultLimits()
		limits.TableElements = 0x4000000
		_, in := openOn(t, engine, source, limits, nil)
		for _, e := range in.Module().Wasm().Exports {
			if e.Name == "fine" {
				continue
			}
			begin := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
			_, err := in.Func(e.Name).Call(ctx)
			cancel()
			wantInterrupted(t, e.Name, begin, err)
			if got := call(t, in, "fine")[0].I32(); got != 7 {
				t.Errorf("afterwards %d is stored, want 7", got)
			}
		}
	})
}

// wantMuch are small modules of which an instance takes long to make.
var wantMuch = map[string]string{
	"a table that is filled": `(module (table 50000000 funcref (ref.func $f)) (func $f))`,
	"an array in a global": `(module (type $a (array i64))
	  (global (ref $a) (array.new $a (i64.const 1) (i32.const 0x3fffff0))))`,
	"many globals": `(module (type $a (array i64))` +
		strings.Repeat("(global (ref $a) (array.new_default $a (i32.const 5000)))", 20_000) + `)`,
}

// BenchmarkInterruptInstantiation reports how long after its context an instantiation ends.
func BenchmarkInterruptInstantiation(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		b.Fatal(err)
	}
	for name, source := range wantMuch {
		b.Run(name, func(b *testing.B) {
			module, err := engine.Compile([]byte(source))
			if err != nil {
				b.Fatal(err)
			}
			limits := weft.DefaultLimits()
			limits.TableElements = 50_000_000
			var late []float64
			for b.Loop() {
				store, err := engine.NewStore(limits)
				if err != nil {
					b.Fatal(err)
				}
				deadline := time.Now().Add(5 * time.Millisecond)
				ctx, cancel := context.WithDeadline(context.Background(), deadline)
				_, err = weft.NewLinker(store).Instantiate(ctx, module)
				late = append(late, time.Since(deadline).Seconds()*1e3)
				cancel()
				store.Close()
				if !errors.Is(err, context.DeadlineExceeded) {
					b.Fatal(err)
				}
			}
			slices.Sort(late)
			b.ReportMetric(late[len(late)/2], "p50-ms")
			b.ReportMetric(late[len(late)*99/100], "p99-ms")
			b.ReportMetric(late[len(late)-1], "max-ms")
		})
	}
}

// TestInterruptInstantiation makes instances of small modules that want much.
func TestInterruptInstantiation(t *testing.T) {
	needAddresses(t)
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		for name, source := range wantMuch {
			module := compileWith(t, engine, []byte(source))
			limits := weft.DefaultLimits()
			limits.TableElements = 50_000_000
			store, err := engine.NewStore(limits)
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
			_, err = weft.NewLinker(store).Instantiate(ctx, module)
			cancel()
			wantInterrupted(t, name, begin, err)
			store.Close()
		}
	})
}

// TestInterruptCollection collects a heap with a long list again and again, also for a host function.
func TestInterruptCollection(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		store, in := openOn(t, engine, `(module
		  (type $l (struct (field (ref null $l)) (field i64)))
		  (global $l (mut (ref null $l)) (ref.null $l))
		  (func (export "grow") (param $n i32)
		    (loop $more
		      (global.set $l (struct.new $l (global.get $l) (i64.const 1)))
		      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
		  (func (export "length") (result i32) (local $n i32) (local $l (ref null $l))
		    (local.set $l (global.get $l))
		    (loop $more
		      (local.set $n (i32.add (local.get $n) (i32.const 1)))
		      (br_if $more (i32.eqz (ref.is_null (local.tee $l (struct.get $l 0 (local.get $l)))))))
		    (local.get $n))
		  (func (export "one") (drop (struct.new_default $l))))`, weft.DefaultLimits(), nil)
		const n = 2_000_000
		call(t, in, "grow", weft.I32(n))
		store.SetCollectAlways(true)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Millisecond)
		_, err := in.Func("one").Call(ctx)
		cancel()
		wantInterrupted(t, "a collection", begin, err)
		call(t, in, "one")
		store.SetCollectAlways(false)
		if got := call(t, in, "length")[0].I32(); got != n {
			t.Errorf("the list has %d objects, want %d", got, n)
		}
		if err := store.Collect(); err != nil {
			t.Error(err)
		}
		if live := store.Stats().HeapBytes; live < n*16 || live > n*32 {
			t.Errorf("%d bytes are alive, of %d objects", live, n)
		}
	})
}

// TestLimitsTogether makes instances until a limit on all of them together is reached.
func TestLimitsTogether(t *testing.T) {
	limits := weft.DefaultLimits()
	limits.MemoryBytes, limits.Memories, limits.TableElements, limits.Tables = 10<<16, 20, 1000, 20
	limits.Instances, limits.InstanceBytes = 50, 100_000
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		fields, message string
		want            int // instances
	}{
		{`(memory 3)`, "bytes of memories, and", 3},
		{`(memory i64 3)`, "bytes of memories, and", 3},
		{`(memory 3 3 shared)`, "bytes of memories, and", 3},
		{`(memory 0) (memory 0) (memory 0)`, "memories, and 3 more", 6},
		{`(memory 0xffff) (memory i64 0xffffffffffff)`, "has 0 bytes of memories", 0},
		{`(table 300 funcref)`, "elements of tables, and", 3},
		{`(table i64 0xffffffffffffffff funcref) (table 1 funcref)`, "has 0 elements of tables", 0},
		{`(table 0 funcref) (table 0 funcref)`, "tables, and 2 more", 10},
		{``, "instances, and 1 more", 50},
		{strings.Repeat(`(global i32 (i32.const 0))`, 1500), "bytes of instances", 1},
		{strings.Repeat(`(func)`, 1900), "bytes of instances", 1},
		{strings.Repeat(`(tag)`, 900), "bytes of instances", 1},
		{`(func $f) (elem func ` + strings.Repeat("$f ", 8000) + `)`, "bytes of instances", 1},
	} {
		module := compileWith(t, engine, []byte("(module"+c.fields+")"))
		store, err := engine.NewStore(limits)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for ; n <= 50; n++ {
			if _, err = store.Instantiate(context.Background(), module, nil); err != nil {
				break
			}
		}
		if n != c.want || err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%.60s: %d instances, want %d; then %v", c.fields, n, c.want, err)
		}
		store.Close()
	}
}

// TestLimitOnGrowth lets two instances grow what they have, and drop segments, up to the limit on both.
func TestLimitOnGrowth(t *testing.T) {
	limits := weft.DefaultLimits()
	limits.MemoryBytes, limits.TableElements, limits.InstanceBytes = 10<<16, 1000, 100_000
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		store, in := openOn(t, engine, `(module
		  (memory 1) (table $t 10 externref)
		  (func $f) (elem $e func `+strings.Repeat("$f ", 8000)+`)
		  (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
		  (func (export "table") (param i32) (result i32) (table.grow $t (ref.null extern) (local.get 0)))
		  (func (export "drop") (elem.drop $e)))`, limits, nil)
		if _, err := store.Instantiate(context.Background(), in.Module(), nil); err == nil {
			t.Error("there is room for two element segments")
		}
		call(t, in, "drop")
		call(t, in, "drop")
		other, err := store.Instantiate(context.Background(), in.Module(), nil)
		if err != nil {
			t.Fatal(err)
		}
		grow := func(in *weft.Instance, what string, n, want int32) {
			t.Helper()
			if got := call(t, in, what, weft.I32(n))[0].I32(); got != want {
				t.Errorf("%s grows by %d: %d, want %d", what, n, got, want)
			}
		}
		// The failed instance has a memory and a table, too.
		grow(in, "memory", 5, 1)
		grow(other, "memory", 3, -1)
		grow(other, "memory", 2, 1)
		grow(in, "memory", 1, -1)
		if stats := store.Stats(); stats.MemoryBytes != 10<<16 || stats.TableElements != 30 || stats.InstanceBytes < 64_000 {
			t.Errorf("%+v", stats)
		}
		grow(in, "table", 500, 10)
		grow(other, "table", 471, -1)
		grow(other, "table", 470, 10)
		grow(other, "table", 1, -1)
	})
}
