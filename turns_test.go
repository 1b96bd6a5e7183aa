package weft_test

import (
	"context"
	"testing"

	"weft"
	"weft/wasm"
)

// inTurns is a scheduler of two computations that wait for each other, by Turns. It counts what it is asked.
type inTurns struct {
	turns         *weft.Turns
	swap          *weft.Switch
	handlers      *weft.Handlers
	conts         [3]*weft.Continuation // by number
	waiter        [3]*weft.Waiter
	begun         [3]bool
	asked, woken  int
	fromElsewhere int
}

// handsOver has two threads, each with a word of its own, that wake each other and wait.
const handsOver = `(module (memory 1 1 shared)
  (func (export "play") (param $me i32) (param $other i32) (param $n i32) (result i32) (local $sum i32)
    (loop $again
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
	in, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	mustNot(t, err)
	s := &inTurns{}
	tag, err := store.NewTag("turn", wasm.FuncType{Results: []wasm.ValType{wasm.I32}})
	mustNot(t, err)
	s.handlers, err = store.NewHandlers(weft.On(tag))
	mustNot(t, err)
	s.turns, err = store.NewTurns()
	mustNot(t, err)
	s.swap, err = tag.NewSwitch()
	mustNot(t, err)
	mustNot(t, s.swap.Serve(s.turns))
	mustNot(t, store.SetScheduler(s))
	for i := range int32(2) {
		k, err := store.NewContinuation(in.Func("play"))
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

func (s *inTurns) Pause(context.Context, weft.Pause) error { return nil }

// TestTurnsAsk lets two computations hand over to each other a thousand times: machine code asks the scheduler a few
// times at first, and otherwise only if it has been told to.
func TestTurnsAsk(t *testing.T) {
	const rounds, few = 1000, 10
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, told := range []string{"", "at wait", "at wake"} {
			s := newInTurns(t, engine, rounds)
			s.turns.AskAtWait(told == "at wait")
			s.turns.AskAtWake(told == "at wake")
			first := s.turns.Pop()
			first.Run()
			s.begun[first.Number()] = true
			slots := make([]uint64, 4)
			left, err := s.conts[first.Number()].ResumeSlots(context.Background(), s.handlers, slots)
			if err != nil || left != nil || slots[0] != 0 || s.fromElsewhere > 0 {
				t.Fatalf("%s: %v, %v, results %d, %d woken from elsewhere", name, left, err, slots[0], s.fromElsewhere)
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
