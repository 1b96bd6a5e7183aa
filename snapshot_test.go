package weft_test

import (
	"context"
	"errors"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
)

// A replay is a generated module in a store that is set back.
type replay struct {
	*testing.T
	x        execution
	module   *weft.Module
	store    *weft.Store
	instance *weft.Instance
	snapshot *weft.Snapshot
	before   string // what state says of the time of the snapshot
	ctx      context.Context
}

// newReplay instantiates a module and records the store; nil if that has no state which can be recorded.
func newReplay(t *testing.T, engine *weft.Engine, source []byte, x execution) *replay {
	t.Helper()
	module, err := engine.Compile(source)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	r := &replay{T: t, x: x, module: module}
	var closeStore func()
	r.store, r.ctx, closeStore = x.open(t, engine)
	t.Cleanup(closeStore)
	imports := make([]weft.Extern, len(module.Wasm().Imports))
	for i := range imports {
		imports[i] = makeUp(r.store, module.Wasm(), &module.Wasm().Imports[i])
	}
	if r.instance, err = r.store.Instantiate(r.ctx, module, imports); err != nil {
		return nil
	}
	if r.snapshot, err = r.store.Snapshot(); err != nil {
		if !strings.Contains(err.Error(), "holds a reference to") {
			t.Fatal(err)
		}
		return nil
	}
	r.before = r.state()
	return r
}

func (r *replay) state() string { return state(r.module.Wasm(), r.instance.Export) }

// restore restores the snapshot, and looks at what there is.
func (r *replay) restore() {
	r.Helper()
	if err := r.snapshot.Restore(); err != nil {
		r.Fatal(err)
	}
	if after := r.state(); after != r.before {
		r.Fatalf("restored is\n%s\nrecorded was\n%s", after, r.before)
	}
	if live := r.store.Stats().Continuations; live != 0 {
		r.Fatalf("%d continuations are left", live)
	}
}

// run calls all functions.
func (r *replay) run() (got record) {
	got.callAll(r.ctx, r.module, r.instance, r.x)
	return got
}

// recordable are the features of generated modules that can be recorded: objects with descriptors are in globals there.
const recordable = wasm.AllFeatures &^ wasm.CustomDescriptors

// choicesFor returns random choices for a generated module.
func choicesFor(random *rand.Rand) []byte {
	choices := make([]byte, 200+random.IntN(2000))
	for i := range choices {
		choices[i] = byte(random.Uint32())
	}
	return choices
}

// TestSnapshotExecutors runs generated modules three times from a snapshot, on all executors: each time all is as the
// first time. Many more of them:
//
//	go test . -run TestSnapshotExecutors -v -modules 20000 -seed 1000 -timeout 2h
func TestSnapshotExecutors(t *testing.T) {
	all := allExecutors(t, wasm.AllFeatures)
	number := min(*modules, 60)
	if *modules > 150 {
		number = *modules
	}
	recorded, changed := 0, 0
	for s := *seed; s < *seed+uint64(number); s++ {
		source := []byte(generate.Module(choicesFor(rand.New(rand.NewPCG(s, 18))), recordable))
		for name, engine := range all {
			r := newReplay(t, engine, source, execution{deadline: 10 * time.Second, collectAlways: s%4 == 0})
			if r == nil {
				continue
			}
			recorded++
			first := r.run()
			if r.state() != r.before {
				changed++
			}
			for range 2 {
				r.restore()
				if d := difference(first, r.run()); d != "" && !first.stopped {
					t.Fatalf("seed %d, %s: %s\n%s", s, name, d, source)
				}
			}
			r.store.Close()
		}
	}
	t.Logf("%d runs were recorded, %d of which changed something that can be seen", recorded, changed)
	if recorded < number*len(all)/3 || changed < recorded/4 {
		t.Error("too few")
	}
}

// TestRestoreParked leaves calls of generated modules somewhere in the middle, restores, and calls them again.
func TestRestoreParked(t *testing.T) {
	if !hasNative() {
		t.Skip("code that counts steps is interpreted on this platform, as TestPauses needs")
	}
	left := 0
	for name, executor := range map[string]weft.Executor{"interpreter": weft.Interpreter, "native": weft.Native} {
		engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor).WithSteps().WithFeatures(wasm.AllFeatures))
		if err != nil {
			t.Fatal(err)
		}
		for s := *seed; s < *seed+uint64(min(*modules, 60)); s++ {
			random := rand.New(rand.NewPCG(s, 19))
			source := []byte(generate.Module(choicesFor(random), recordable))
			var p *pauser
			x := execution{deadline: 10 * time.Second, prepare: func(store *weft.Store) { p = newPauser(t, store, nil) }}
			x.call = func(ctx context.Context, f *weft.Func, args []weft.Value) ([]weft.Value, error) {
				return p.call(ctx, f, args)
			}
			r := newReplay(t, engine, source, x)
			if r == nil {
				continue
			}
			p.random = random
			p.store.SetFuel(1 << 40)
			first := r.run()
			r.restore()
			var parked []*weft.Continuation
			for _, e := range r.module.Wasm().Exports {
				f, ok := r.instance.Export(e.Name).(*weft.Func)
				if !ok || len(f.Type().Params) > 0 {
					continue
				}
				k, err := r.store.NewContinuation(f)
				if err != nil {
					t.Fatal(err)
				}
				p.store.SetFuel(random.Uint64N(50))
				if stopped, _, _ := k.Resume(r.ctx, nil, weft.On(p.tag)); stopped != nil {
					parked = append(parked, stopped.Continuation)
				}
			}
			r.restore()
			for _, k := range parked {
				if again, _, err := k.Resume(r.ctx, nil, weft.On(p.tag)); again != nil || err == nil {
					t.Fatalf("seed %d, %s: what was parked before Restore goes on: %v", s, name, err)
				}
			}
			left += len(parked)
			p.store.SetFuel(1 << 40)
			if d := difference(first, r.run()); d != "" && !first.stopped {
				t.Fatalf("seed %d, %s: %s\n%s", s, name, d, source)
			}
			r.store.Close()
		}
	}
	t.Logf("%d calls were left", left)
	if left < min(*modules, 60)/2 {
		t.Error("too few")
	}
}

// counting is a program with 2 MiB of shared memory, which it uses here and there, globals, tables and segments.
const counting = `(module
  (func $host (import "env" "host"))
  (memory (export "memory") 32 64 shared)
  (global $runs (export "runs") (mut i32) (i32.const 0))
  (global $f (mut f64) (f64.const 1.5))
  (table $t (export "table") 100 200 funcref)
  (elem $e funcref (ref.func $run) (ref.null func))
  (data $d "hello")
  (func $run (export "run") (param $pages i32) (result i32) (local $i i32)
    (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
    (global.set $f (f64.add (global.get $f) (f64.const 1)))
    (loop $l
      (i32.store (i32.mul (local.get $i) (i32.const 100000))
        (i32.add (i32.load (i32.mul (local.get $i) (i32.const 100000))) (local.get $i)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $pages))))
    (table.set $t (i32.const 7) (ref.func $run))
    (global.get $runs))
  (func (export "grow") (result i32 i32)
    (memory.grow (i32.const 3)) (table.grow $t (ref.null func) (i32.const 50)))
  (func (export "at end")
    (i32.store (i32.const 0x21fffc) (i32.const -1)))
  (func (export "init")
    (memory.init $d (i32.const 16) (i32.const 0) (i32.const 5))
    (data.drop $d)
    (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2))
    (elem.drop $e))
  (func (export "host") (call $host)))`

// newCounting makes an instance of counting.
func newCounting(t testing.TB, engine *weft.Engine, host func() error) (*weft.Store, *weft.Instance) {
	t.Helper()
	return openOn(t, engine, counting, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
		f, err := s.NewFunc("host", wasm.FuncType{}, func(context.Context, []uint64) error { return host() })
		if err != nil {
			t.Fatal(err)
		}
		l.Define("env", "host", f)
	})
}

// TestSnapshot has what a snapshot sets back, beside memories: globals, tables, dropped segments, lengths, and what
// counts for limits.
func TestSnapshot(t *testing.T) {
	ctx := context.Background()
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		var store *weft.Store
		var snapshot *weft.Snapshot
		store, in := newCounting(t, engine, func() error {
			if _, err := store.Snapshot(); err == nil {
				t.Errorf("%s: recorded by a host function", name)
			}
			return snapshot.Restore()
		})
		stats := store.Stats()
		snapshot, err := store.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if got := call(t, in, "run", weft.I32(20))[0].I32(); got != 1 {
				t.Fatalf("%s: run number %d", name, got)
			}
			if _, err := in.Func("at end").Call(ctx); err == nil {
				t.Fatalf("%s: the memory is longer than it was", name)
			}
			call(t, in, "init")
			if got := call(t, in, "grow"); got[0].I32() != 32 || got[1].I32() != 100 {
				t.Fatalf("%s: sizes %v", name, got)
			}
			call(t, in, "at end")
			if _, err := in.Func("init").Call(ctx); err == nil {
				t.Fatalf("%s: the segments are not dropped", name)
			}
			if _, err := in.Func("host").Call(ctx); err == nil || !strings.Contains(err.Error(), "a call is under way") {
				t.Errorf("%s: restored by a host function: %v", name, err)
			}
			if err := snapshot.Restore(); err != nil {
				t.Fatal(err)
			}
			b := in.Memory("memory").Bytes()
			if strings.Trim(string(b), "\x00") != "" || len(b) != 2<<20 {
				t.Fatalf("%s: the memory is not as it was", name)
			}
			table := in.Table("table")
			if v, _ := table.Get(7); !v.IsNull() || table.Size() != 100 || in.Global("runs").Get().I32() != 0 {
				t.Fatalf("%s: the table or the global is not as it was", name)
			}
			now := store.Stats()
			if now.CodeBytes = stats.CodeBytes; now != stats { // code is no state
				t.Fatalf("%s: what counts is %+v, was %+v", name, now, stats)
			}
		}
		call(t, in, "grow")
		if b, _ := in.Memory("memory").View(0x21fffc, 4); b == nil || b[0] != 0 {
			t.Errorf("%s: what a memory grows by is %v", name, b)
		}
		other, err := store.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		other.Close()
		other.Close()
		if err := other.Restore(); !errors.Is(err, weft.ErrClosed) {
			t.Errorf("%s: restored after Close: %v", name, err)
		}
		store.Close()
		if err := snapshot.Restore(); !errors.Is(err, weft.ErrClosed) {
			t.Errorf("%s: restored after the store's Close: %v", name, err)
		}
		snapshot.Close()
		if _, err := store.Snapshot(); !errors.Is(err, weft.ErrClosed) {
			t.Errorf("%s: recorded after the store's Close: %v", name, err)
		}
	}
	var none *weft.Snapshot
	none.Close()
	if none.Restore() == nil {
		t.Error("nothing was restored")
	}
	if _, err := (*weft.Store)(nil).Snapshot(); err == nil {
		t.Error("no store was recorded")
	}
}

// TestGrowth lets the host decide about memory.grow, and the system have no memory: on all executors.
func TestGrowth(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("limits are what addresses of 32 bits can hold, so the system seldom has less")
	}
	const source = `(module (memory (export "memory") i64 1)
	  (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0))))`
	limits := weft.DefaultLimits()
	limits.MemoryBytes = 1 << 47
	const tooMuch = 1<<31 - 100 // pages: nearly the limit, for which no process has addresses
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		store, in := openOn(t, engine, source, limits, nil)
		answer := true
		var asked []uint64
		if err := store.SetGrowth(func(m *weft.Memory, pages uint64) bool {
			if m.Size() != 1<<16 || store.SetGrowth(nil) == nil {
				t.Errorf("%s: %d bytes, or the store can be used", name, m.Size())
			}
			asked = append(asked, pages)
			return answer
		}); err != nil {
			t.Fatal(err)
		}
		_, err := in.Func("grow").Call(context.Background(), weft.I64(tooMuch))
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory {
			t.Errorf("%s: the system has no memory: %v", name, err)
		}
		answer = false
		if got := call(t, in, "grow", weft.I64(2))[0].I64(); got != -1 {
			t.Errorf("%s: the host refuses: %d", name, got)
		}
		if got := call(t, in, "grow", weft.I64(tooMuch*2))[0].I64(); got != -1 {
			t.Errorf("%s: the limit refuses: %d", name, got)
		}
		answer = true
		if got := call(t, in, "grow", weft.I64(2))[0].I64(); got != 1 || in.Memory("memory").Size() != 3<<16 {
			t.Errorf("%s: the host allows it: %d", name, got)
		}
		if len(asked) != 3 || asked[0] != tooMuch || asked[1] != 2 {
			t.Errorf("%s: asked for %v", name, asked)
		}
		if err := store.SetGrowth(nil); err != nil {
			t.Fatal(err)
		}
		if got := call(t, in, "grow", weft.I64(tooMuch))[0].I64(); got != -1 {
			t.Errorf("%s: nobody decides, and the system has no memory: %d", name, got)
		}
		store.Close()
		if err := store.SetGrowth(nil); !errors.Is(err, weft.ErrClosed) {
			t.Errorf("%s: after Close: %v", name, err)
		}
	}
}

// BenchmarkSnapshot runs a program of 2 MiB that writes to 20 pages, or none, and restores it. What a machine has to do
// anyway is beside it: copying 2 MiB, and making a store with an instance.
func BenchmarkSnapshot(b *testing.B) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	run := func(name string, restore bool) {
		b.Run(name, func(b *testing.B) {
			store, in := newCounting(b, engine, func() error { return nil })
			snapshot, err := store.Snapshot()
			if err != nil {
				b.Fatal(err)
			}
			f, slots := in.Func("run"), []uint64{20}
			for b.Loop() {
				slots[0] = 20
				if err := f.CallSlots(ctx, slots); err != nil {
					b.Fatal(err)
				}
				if !restore {
					continue
				}
				if err := snapshot.Restore(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("run and Restore", true)
	run("run", false)
	b.Run("copy of 2 MiB", func(b *testing.B) {
		to, from := make([]byte, 2<<20), make([]byte, 2<<20)
		for b.Loop() {
			copy(to, from)
		}
	})
	b.Run("run in a new store", func(b *testing.B) {
		for b.Loop() {
			store, in := newCounting(b, engine, func() error { return nil })
			if err := in.Func("run").CallSlots(ctx, []uint64{20}); err != nil {
				b.Fatal(err)
			}
			store.Close()
		}
	})
}
