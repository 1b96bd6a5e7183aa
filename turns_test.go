package weft_test

import (
	"context"
	"testing"

	"weft"
	"weft/wasm"
)

// inTurns is a scheduler of two computations that wait for each other, by Turns. It counts what it is asked.
type inTurns struct {
	turns  *weft.Turns
	swap   *weft.Switch
	conts  [3]*weft.Continuation // by number
	waiter [3]*weft.Waiter
	begun  [3]bool
	asked  int
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
	const rounds = 1000
	const source = `(module (memory 1 1 shared)
  (func (export "play") (param $me i32) (param $other i32) (param $n i32) (result i32) (local $sum i32)
    (loop $again
      (i32.store (local.get $other) (i32.const 1))
      (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
      (local.set $sum (i32.add (local.get $sum)
        (memory.atomic.wait32 (local.get $me) (i32.load (local.get $me)) (i64.const -1))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (memory.atomic.notify (local.get $other) (i32.const 1)))
    (local.get $sum)))`
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		for _, asks := range []string{"", "at wait", "at wake"} {
			store, err := engine.NewStore(weft.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(store.Close)
			module, err := engine.Compile([]byte(source))
			if err != nil {
				t.Fatal(err)
			}
			in, err := weft.NewLinker(store).Instantiate(context.Background(), module)
			if err != nil {
				t.Fatal(err)
			}
			s := &inTurns{}
			tag, err := store.NewTag("turn", wasm.FuncType{Results: []wasm.ValType{wasm.I32}})
			if err != nil {
				t.Fatal(err)
			}
			handlers, err := store.NewHandlers(weft.On(tag))
			if err != nil {
				t.Fatal(err)
			}
			if s.turns, err = store.NewTurns(); err != nil {
				t.Fatal(err)
			}
			if s.swap, err = tag.NewSwitch(); err != nil {
				t.Fatal(err)
			}
			if err := s.swap.Serve(s.turns); err != nil {
				t.Fatal(err)
			}
			if err := store.SetScheduler(s); err != nil {
				t.Fatal(err)
			}
			woken := 0
			for i := range 2 {
				k, err := store.NewContinuation(in.Func("play"))
				if err != nil {
					t.Fatal(err)
				}
				if k, err = k.Bind(weft.I32(int32(4*i)), weft.I32(int32(4-4*i)), weft.I32(rounds)); err != nil {
					t.Fatal(err)
				}
				turn := s.turns.Add()
				if err := turn.SetContinuation(k); err != nil {
					t.Fatal(err)
				}
				s.conts[turn.Number()] = k
				s.waiter[turn.Number()] = turn.NewWaiter(func(here bool) {
					woken++
					if !here {
						t.Error("woken from elsewhere")
					}
					turn.SetState(weft.TurnReady)
					turn.SetResult(uint32(weft.Woken))
					turn.Push()
				})
				turn.Push()
			}
			s.turns.AskAtWait(asks == "at wait")
			s.turns.AskAtWake(asks == "at wake")
			first := s.turns.Pop()
			first.Run()
			s.begun[first.Number()] = true
			slots := make([]uint64, 4)
			if left, err := s.conts[first.Number()].ResumeSlots(context.Background(), handlers, slots); err != nil || left != nil {
				t.Fatalf("%s: %v, %v", name, left, err)
			}
			native := name != "interpreter"
			if few := s.asked < 10; few != (native && asks == "") {
				if asks != "at wake" || !native || s.asked >= 10 { // who wakes is asked, who waits is not
					t.Errorf("%s, asked %q: %d waits asked the scheduler", name, asks, s.asked)
				}
			}
			if few := woken < 10; few != (native && asks != "at wake") {
				t.Errorf("%s, asked %q: %d wake-ups called the waiter", name, asks, woken)
			}
			if slots[0] != 0 {
				t.Errorf("%s: results are not all Woken: %d", name, slots[0])
			}
		}
	}
}
