package weft_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/wasm"
)

// inTurns is a scheduler of two computations that wait for each other, by Turns. It counts what it is asked.
type inTurns struct {
	turns         *weft.Turns
	swap          *weft.Switch
	handlers      *weft.Handlers
	conts         [8]*weft.Continuation // by number
	waiter        [8]*weft.Waiter
	begun         [8]bool
	asked, woken  int
	fromElsewhere int

	store *weft.Store
	in    *weft.Instance
	tag   *weft.Tag
	list  []weft.Turn
	each  func(n uint64) error // in each round
	pause func() error
}

// handsOver has two threads, each with a word of its own, that wake each other and wait.
const handsOver = `(module (import "" "each" (func $each (param i32 i32) (result i32)))
  (memory 1 1 shared) (global $own (mut i64) (i64.const 7))
  (func (export "play") (param $me i32) (param $other i32) (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (if (i32.ne (local.get $me) (call $each (local.get $me) (local.get $n))) (then (unreachable)))
      (i32.store (local.get $other) (i32.const 1))
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (local.set $sum (i32.add (local.get $sum)
        (memory.atomic.wait32 (local.get $me) (i32.load (local.get $me)) (i64.const -1))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
    (local.get $sum)))`

func newInTurns(t *testing.T, engine *weft.Engine, rounds int32) *inTurns {
	t.Helper()
	store, err := engine.NewStore(weft.DefaultLimits())
	mustNot(t, err)
	t.Cleanup(store.Close)
	module, err := engine.Compile([]byte(handsOver))
	mustNot(t, err)
	s := &inTurns{store: store, each: func(uint64) error { return nil }}
	linker, i32 := weft.NewLinker(store), []wasm.ValType{wasm.I32, wasm.I32}
	each := func(_ context.Context, slots []uint64) error { return s.each(slots[1]) } // it returns its first argument
	mustNot(t, linker.DefineFunc("", "each", wasm.FuncType{Params: i32, Results: i32[:1]}, each))
	s.in, err = linker.Instantiate(context.Background(), module)
	mustNot(t, err)
	s.tag, err = store.NewTag("turn", wasm.FuncType{Results: i32[:1]})
	mustNot(t, err)
	s.handlers, err = store.NewHandlers(weft.On(s.tag))
	mustNot(t, err)
	s.turns, err = store.NewTurns()
	mustNot(t, err)
	s.swap, err = s.tag.NewSwitch()
	mustNot(t, err)
	mustNot(t, s.swap.Serve(s.turns))
	mustNot(t, store.SetScheduler(s))
	for i := range int32(2) {
		k, err := store.NewContinuation(s.in.Func("play"))
		mustNot(t, err)
		k, err = k.Bind(weft.I32(4*i), weft.I32(4-4*i), weft.I32(rounds))
		mustNot(t, err)
		s.add(t, k)
	}
	return s
}

// add makes a continuation one of those that are ready.
func (s *inTurns) add(t *testing.T, k *weft.Continuation) {
	turn := s.turns.Add()
	mustNot(t, turn.SetContinuation(k))
	s.conts[turn.Number()] = k
	s.waiter[turn.Number()] = turn.NewWaiter(func(here bool) {
		s.woken++
		if !here {
			s.fromElsewhere++
		}
		turn.SetState(weft.TurnReady)
		turn.SetResult(uint32(weft.Woken))
		turn.Push()
	})
	turn.Push()
	s.list = append(s.list, turn)
}

// run runs them, and returns the results of the one that has ended.
func (s *inTurns) run(slots []uint64) error {
	first := s.turns.Pop()
	first.Run()
	s.begun[first.Number()] = true
	left, err := s.conts[first.Number()].ResumeSlots(context.Background(), s.handlers, slots)
	if left != nil {
		err = errors.Join(err, errors.New("it was suspended"))
	}
	return err
}

func mustNot(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *inTurns) Wait(_ context.Context, w weft.Wait) (weft.WaitResult, error) {
	s.asked++
	self := s.turns.Running()
	if !w.Enqueue(s.waiter[self.Number()]) {
		return weft.NotEqual, nil
	}
	self.SetState(weft.TurnWaiting)
	next := s.turns.Pop()
	next.Run()
	n := next.Number()
	if !s.begun[n] {
		s.begun[n] = true
		return 0, s.swap.To(s.conts[n])
	}
	return 0, s.swap.To(s.conts[n], uint64(next.Result()))
}

func (s *inTurns) Pause(context.Context, weft.Pause) error {
	if s.pause == nil {
		return nil
	}
	return s.pause()
}

// TestTurnsAsk lets two computations hand over to each other a thousand times: machine code asks the scheduler a few
// times at first, and otherwise only if it has been told to.
func TestTurnsAsk(t *testing.T) {
	const rounds, few = 1000, 10
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, told := range []string{"", "at wait", "at wake"} {
			s := newInTurns(t, engine, rounds)
			s.turns.AskAtWait(told == "at wait")
			s.turns.AskAtWake(told == "at wake")
			slots := make([]uint64, 4)
			if err := s.run(slots); err != nil || slots[0] != 0 || s.fromElsewhere > 0 {
				t.Fatalf("%s: %v, results %d, %d woken from elsewhere", name, err, slots[0], s.fromElsewhere)
			}
			native := name != "interpreter"
			if alone := native && told != "at wait"; s.asked < few != alone {
				t.Errorf("%s, told %q: %d waits asked the scheduler", name, told, s.asked)
			}
			if alone := native && told != "at wake"; s.woken < few != alone {
				t.Errorf("%s, told %q: %d wake-ups called the waiter", name, told, s.woken)
			}
		}
	}
}

// TestTurnsMisuse changes something while two computations hand over, or before, that a scheduler should have said
// earlier, or not at all: both get on.
func TestTurnsMisuse(t *testing.T) {
	const rounds, half = 100, 50
	globals := func(s *inTurns, i int) error {
		g, err := s.in.MutableGlobals()
		if err != nil {
			return err
		}
		return s.list[i].SetGlobals(g, make([]uint64, g.Slots()))
	}
	halfway := func(do func(s *inTurns) error) func(s *inTurns) error {
		return func(s *inTurns) error {
			s.each = func(n uint64) error {
				if n == half {
					return do(s)
				}
				return nil
			}
			return nil
		}
	}
	pausedBy := func(with func(s *inTurns) *weft.Switch) func(s *inTurns) error {
		return func(s *inTurns) error {
			s.pause = func() error { return s.passOn(with(s)) }
			return halfway(func(s *inTurns) error { s.store.RequestPause(); return nil })(s)
		}
	}
	for what, change := range map[string]func(s *inTurns) error{
		"one has globals of its own": func(s *inTurns) error { return globals(s, 1) },
		"one has globals later":      halfway(func(s *inTurns) error { return globals(s, 0) }),
		"a waiter without a turn": func(s *inTurns) error {
			x := s.list[1]
			s.waiter[x.Number()] = s.store.NewWaiter(func(bool) { x.SetState(weft.TurnReady); x.Push() })
			return nil
		},
		"others are made": halfway(func(s *inTurns) error { _, err := s.store.NewTurns(); return err }),
		"pushed twice":    halfway(func(s *inTurns) error { s.list[0].Push(); s.list[1].Push(); return nil }),
		"paused":          pausedBy(func(s *inTurns) *weft.Switch { return s.swap }),
		"paused by another switch": pausedBy(func(s *inTurns) *weft.Switch {
			other, _ := s.tag.NewSwitch()
			return other
		}),
		"served no more": pausedBy(func(s *inTurns) *weft.Switch { _ = s.swap.Serve(nil); return s.swap }),
	} {
		for name, engine := range allExecutors(t, wasm.AllFeatures) {
			s := newInTurns(t, engine, rounds)
			mustNot(t, change(s))
			slots := make([]uint64, 4)
			if err := s.run(slots); err != nil || slots[0] != 0 {
				t.Errorf("%s, %s: %v, results %d", name, what, err, slots[0])
			}
		}
	}
}

// passOn lets the next one go on in place of the one that runs, which stays ready.
func (s *inTurns) passOn(with *weft.Switch) error {
	self := s.turns.Running()
	if !s.turns.Any() {
		return nil
	}
	self.SetState(weft.TurnReady)
	self.Push()
	next := s.turns.Pop()
	next.Run()
	return with.To(s.conts[next.Number()], uint64(next.Result()))
}

// TestTurnsRemove removes a turn twice: it is made again once.
func TestTurnsRemove(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		s := newInTurns(t, engine, 1)
		turn := s.turns.Add()
		turn.Remove()
		turn.Remove()
		if a, b := s.turns.Add(), s.turns.Add(); a == b {
			t.Errorf("%s: two turns have number %d", name, a.Number())
		}
		s.list[0].Remove() // it is ready
		if s.turns.Pop() != s.list[0] {
			t.Errorf("%s: one that was ready is gone", name)
		}
	}
}

// TestTurnsRoom has one with more results than there is room for where another is resumed.
func TestTurnsRoom(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		s := newInTurns(t, engine, 100)
		module, err := engine.Compile([]byte(`(module (func (export "six") (result i64 i64 i64 i64 i64 i64)
  (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6)))`))
		mustNot(t, err)
		in, err := weft.NewLinker(s.store).Instantiate(context.Background(), module)
		mustNot(t, err)
		k, err := s.store.NewContinuation(in.Func("six"))
		mustNot(t, err)
		s.add(t, k)
		if err := s.run(make([]uint64, 4)); err == nil {
			t.Errorf("%s: there was room", name)
		}
	}
}
