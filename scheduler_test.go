package weft_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/wasm"
)

// pausingEngines are those of TestPauses that count steps.
func pausingEngines(t *testing.T) map[string]*weft.Engine {
	t.Helper()
	all := map[string]*weft.Engine{}
	for name, c := range map[string]weft.Config{
		"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter),
		"native":      weft.NewConfig().WithExecutor(weft.Native),
		"polls":       weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{NoSignals: true}),
		"plain":       weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{Plain: ^uint32(0)}),
		"small":       weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{SmallStacks: true}),
	} {
		engine, err := weft.NewEngine(c.WithSteps().WithFeatures(wasm.AllFeatures))
		if err != nil {
			t.Run(name, func(t *testing.T) { t.Skip(err) }) // so that it is seen
			continue
		}
		all[name] = engine
	}
	return all
}

// stopper is a scheduler that stops code when its fuel is used up.
type stopper struct{ tag *weft.Tag }

func (stopper) Wait(context.Context, weft.Wait) (weft.WaitResult, error) { return weft.TimedOut, nil }

func (s stopper) Pause(_ context.Context, p weft.Pause) error { return s.tag.Suspend() }

// TestThrowIntoPaused throws an exception where code was paused: that is refused, and changes nothing.
func TestThrowIntoPaused(t *testing.T) {
	const source = `(module
  (tag $e (export "e") (param i32))
  (table $t 1 100000 funcref)
  (func (export "catches") (result i32)
    (block $h (result i32)
      (try_table (result i32) (catch $e $h) (loop $l (br $l)) unreachable)))
  (func $deep (loop $l (br $l)))
  (func (export "catches outside") (result i32)
    (block $h (result i32)
      (try_table (result i32) (catch $e $h) (call $deep) unreachable)))
  (func (export "grow") (result i32) (table.grow $t (ref.null func) (i32.const 600))))`
	ctx := context.Background()
	for name, engine := range pausingEngines(t) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		instance, err := weft.NewLinker(store).Instantiate(ctx, module)
		if err != nil {
			t.Fatal(err)
		}
		tag, err := store.NewTag("pause", wasm.FuncType{})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.SetScheduler(stopper{tag}); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"catches", "catches outside"} {
			store.SetFuel(100)
			k, err := store.NewContinuation(instance.Func(f))
			if err != nil {
				t.Fatal(err)
			}
			s, _, err := k.Resume(ctx, nil, weft.On(tag))
			if err != nil || s == nil {
				t.Fatalf("%s: %s: %v, %v", name, f, s, err)
			}
			store.SetFuel(100)
			e := instance.Tag("e").Throw(weft.I32(7))
			var thrown *weft.Exception
			if !errors.As(e, &thrown) {
				t.Fatal(e)
			}
			_, _, err = s.Continuation.Throw(ctx, thrown, weft.On(tag))
			var trap *weft.Trap
			if !errors.As(err, &trap) || trap.Code != wasm.TrapBarrier {
				t.Errorf("%s: %s: %v", name, f, err)
			}
			if _, _, err := s.Continuation.Resume(ctx, nil, weft.On(tag)); err != nil {
				t.Errorf("%s: %s: it does not go on: %v", name, f, err)
			}
		}
		store.SetFuel(1000)
		if r, err := instance.Func("grow").Call(ctx); err != nil || r[0].I32() != 1 {
			t.Errorf("%s: the table does not grow afterwards: %v, %v", name, r, err)
		}
	}
}

// TestNewWhilePaused makes an instance while a computation is paused in the middle of code.
func TestNewWhilePaused(t *testing.T) {
	const source = `(module (func (export "loop") (loop $l (br $l))))`
	const other = `(module (memory i64 1) (table 1000 funcref) (memory 1))`
	ctx := context.Background()
	for name, engine := range pausingEngines(t) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		instantiate := func(source string) (*weft.Instance, error) {
			module, err := engine.Compile([]byte(source))
			if err != nil {
				t.Fatal(err)
			}
			return weft.NewLinker(store).Instantiate(ctx, module)
		}
		instance, err := instantiate(source)
		if err != nil {
			t.Fatal(err)
		}
		tag, err := store.NewTag("pause", wasm.FuncType{})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.SetScheduler(stopper{tag}); err != nil {
			t.Fatal(err)
		}
		store.SetFuel(100)
		k, err := store.NewContinuation(instance.Func("loop"))
		if err != nil {
			t.Fatal(err)
		}
		if s, _, err := k.Resume(ctx, nil, weft.On(tag)); err != nil || s == nil {
			t.Fatalf("%s: %v, %v", name, s, err)
		}
		if _, err := instantiate(other); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSwitchMisuse lets a host function switch to what cannot go on: an error each time, after which the store is as
// before.
func TestSwitchMisuse(t *testing.T) {
	const source = `(module
  (import "h" "go" (func $go (param i32) (result i32)))
  (func (export "f") (param i32) (result i32) (call $go (local.get 0)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "none")))`
	ctx := context.Background()
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		make2 := func() (*weft.Store, *weft.Switch, *weft.Tag, *weft.Instance, *func(int32) error) {
			store, err := engine.NewStore(weft.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(store.Close)
			tag, err := store.NewTag("s", wasm.FuncType{Results: []wasm.ValType{wasm.I32}})
			if err != nil {
				t.Fatal(err)
			}
			swap, err := tag.NewSwitch()
			if err != nil {
				t.Fatal(err)
			}
			do := new(func(int32) error)
			linker := weft.NewLinker(store)
			i32 := []wasm.ValType{wasm.I32}
			if err := linker.DefineFunc("h", "go", wasm.FuncType{Params: i32, Results: i32}, func(_ context.Context, slots []uint64) error {
				return (*do)(int32(slots[0]))
			}); err != nil {
				t.Fatal(err)
			}
			module, err := engine.Compile([]byte(source))
			if err != nil {
				t.Fatal(err)
			}
			in, err := linker.Instantiate(ctx, module)
			if err != nil {
				t.Fatal(err)
			}
			return store, swap, tag, in, do
		}
		store, swap, tag, in, do := make2()
		other, _, _, otherIn, _ := make2()
		cont := func(s *weft.Store, in *weft.Instance, f string) *weft.Continuation {
			k, err := s.NewContinuation(in.Func(f))
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		used := cont(store, in, "none")
		if _, _, err := used.Resume(ctx, nil); err != nil {
			t.Fatal(err)
		}
		bound := cont(store, in, "add")
		if _, err := bound.Bind(weft.I32(1)); err != nil {
			t.Fatal(err)
		}
		h, err := store.NewHandlers(weft.On(tag))
		if err != nil {
			t.Fatal(err)
		}
		var self *weft.Continuation
		for what, to := range map[string]func() error{
			"used up":        func() error { return swap.To(used) },
			"bound":          func() error { return swap.To(bound, 1, 2) },
			"itself":         func() error { return swap.To(self, 1) },
			"another store":  func() error { return swap.To(cont(other, otherIn, "none")) },
			"no arguments":   func() error { return swap.To(cont(store, in, "add")) },
			"nil":            func() error { return swap.To(nil) },
			"many arguments": func() error { return swap.To(cont(store, in, "none"), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10) },
		} {
			*do = func(int32) error { return to() }
			self = cont(store, in, "f")
			if _, err := self.ResumeSlots(ctx, h, []uint64{5, 0, 0, 0}); err == nil {
				t.Errorf("%s: %s: no error", name, what)
			}
			// What is as before: a good switch.
			good := cont(store, in, "add")
			*do = func(int32) error { return swap.To(good, 3, 4) }
			self = cont(store, in, "f")
			slots := []uint64{5, 0, 0, 0}
			if tag, err := self.ResumeSlots(ctx, h, slots); tag != nil || err != nil || slots[0] != 7 {
				t.Errorf("%s: after %s: %v, %v, %v", name, what, tag, err, slots)
			}
			*do = func(int32) error { return to() } // from the host, where there is nothing to switch away from
			if _, err := in.Func("f").Call(ctx, weft.I32(1)); err == nil {
				t.Errorf("%s: %s: called from the host: no error", name, what)
			}
			slots = []uint64{9, 0, 0, 0}
			if tag, err := self.ResumeSlots(ctx, nil, slots); tag != nil || err != nil || slots[0] != 9 {
				t.Errorf("%s: what was left: %v, %v, %v", name, tag, err, slots)
			}
		}
	}
}

// stepping is a scheduler whose Step and Pause are given.
type stepping struct {
	stopper
	step  func() error
	pause func(p weft.Pause) error
}

func (s *stepping) Step() error { return s.step() }

func (s *stepping) Pause(_ context.Context, p weft.Pause) error { return s.pause(p) }

// TestStepper asks Step where a computation can stop, and Pause where it cannot.
func TestStepper(t *testing.T) {
	const source = `(module (func (export "count") (param $n i32) (result i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (i32.const 5)))`
	for name, engine := range pausingEngines(t) {
		store, instance := openOn(t, engine, source, weft.DefaultLimits(), nil)
		tag, err := store.NewTag("step", wasm.FuncType{})
		if err != nil {
			t.Fatal(err)
		}
		handlers := newHandlers(t, store, weft.On(tag))
		s := &stepping{pause: func(weft.Pause) error { t.Errorf("%s: it is asked to pause", name); return nil }}
		if err := store.SetScheduler(s); err != nil {
			t.Fatal(err)
		}
		run := func(fuel uint64) (*weft.Continuation, *weft.Tag, uint64, error) {
			store.SetFuel(fuel)
			k, err := store.NewContinuation(instance.Func("count"))
			if err == nil {
				k, err = k.Bind(weft.I32(1000))
			}
			if err != nil {
				t.Fatal(err)
			}
			slots := make([]uint64, 1)
			stopped, err := k.ResumeSlots(context.Background(), handlers, slots)
			return k, stopped, slots[0], err
		}

		asked := 0
		s.step = func() error { asked++; store.SetFuel(9); return nil }
		// The call and 1,000 turns are 1,001 steps: 0 given at first, then the one that has found none, and 9 more.
		if _, _, result, err := run(0); err != nil || result != 5 || asked != 101 {
			t.Errorf("%s: result %d, %v, after %d steps", name, result, err, asked)
		}
		var trap *weft.Trap
		s.step = func() error { return nil }
		if _, _, _, err := run(10); !errors.As(err, &trap) || trap.Code != wasm.TrapFuelExhausted {
			t.Errorf("%s: without fuel it ends with %v", name, err)
		}
		if left, bounded := store.Fuel(); left != 0 || !bounded {
			t.Errorf("%s: fuel is %d, %v afterwards", name, left, bounded)
		}
		s.step = func() error { return &weft.Trap{Code: wasm.TrapDivideByZero} }
		if _, _, _, err := run(10); !errors.As(err, &trap) || trap.Code != wasm.TrapDivideByZero {
			t.Errorf("%s: an error of Step ends it with %v", name, err)
		}
		s.step = func() error { return tag.Suspend() }
		k, stopped, _, err := run(10)
		if stopped != tag || err != nil {
			t.Fatalf("%s: Step stops it: %v, %v", name, stopped, err)
		}
		store.SetFuel(2000)
		slots := make([]uint64, 1)
		stopped, err = k.ResumeSlots(context.Background(), handlers, slots)
		if stopped != nil || err != nil || slots[0] != 5 {
			t.Errorf("%s: it goes on, and returns %v, %v, %v", name, slots, stopped, err)
		}

		paused := 0
		s.step = func() error { t.Errorf("%s: a call is asked to stop", name); return nil }
		s.pause = func(p weft.Pause) error {
			if paused++; !p.Fuel || !p.Pinned {
				t.Errorf("%s: %+v", name, p)
			}
			store.SetFuel(2000)
			return nil
		}
		store.SetFuel(10)
		r, err := instance.Func("count").Call(context.Background(), weft.I32(1000))
		if err != nil || r[0].I32() != 5 || paused != 1 {
			t.Errorf("%s: a call returns %v, %v, after %d pauses", name, r, err, paused)
		}
	}
}

// TestNoFuelAfterwards stops or ends computations that have no fuel: what goes on then, or is called, has none either.
func TestNoFuelAfterwards(t *testing.T) {
	const source = `(module (func (export "forever") (loop $l (br $l))))`
	var unwanted = errors.New("unwanted")
	for name, engine := range pausingEngines(t) {
		for _, how := range []string{"suspended", "failed", "panicked"} {
			store, instance := openOn(t, engine, source, weft.DefaultLimits(), nil)
			tag, err := store.NewTag("step", wasm.FuncType{})
			if err != nil {
				t.Fatal(err)
			}
			handlers := newHandlers(t, store, weft.On(tag))
			asked := 0
			answer := func() error {
				asked++
				switch how {
				case "suspended":
					return tag.Suspend()
				case "failed":
					return unwanted
				}
				panic(unwanted)
			}
			s := &stepping{step: answer, pause: func(weft.Pause) error { return answer() }}
			if err := store.SetScheduler(s); err != nil {
				t.Fatal(err)
			}
			store.SetFuel(10)
			var k *weft.Continuation
			for range 3 {
				if how != "suspended" || k == nil {
					if k, err = store.NewContinuation(instance.Func("forever")); err != nil {
						t.Fatal(err)
					}
				}
				func() {
					defer func() { _ = recover() }()
					_, _ = k.ResumeSlots(context.Background(), handlers, nil)
				}()
				if left, bounded := store.Fuel(); left != 0 || !bounded {
					t.Errorf("%s, %s: fuel is %d, %v", name, how, left, bounded)
				}
			}
			if asked != 3 {
				t.Errorf("%s, %s: it was asked %d times", name, how, asked)
			}
		}
	}
}
