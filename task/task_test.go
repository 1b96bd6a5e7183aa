package task_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/task"
	"weft/wasm"
)

const guest = `(module
  (import "task" "sleep" (func $sleep (param i64)))
  (import "task" "yield" (func $yield))
  (import "task" "now" (func $now (result i64)))
  (import "task" "cancelled" (tag $cancelled))
  (import "test" "ask" (func $ask (param i32) (result i32)))
  (import "test" "note" (func $note (param i32)))
  (import "test" "panic" (func $panic))
  (import "test" "fail" (func $fail (result i32)))
  (import "test" "nested" (func $nested))
  (import "test" "both" (func $both (param i32 f64) (result i32 f64)))
  (func (export "nap") (param i32 i64) (result i32)
    (call $sleep (local.get 1)) (call $note (local.get 0)) (local.get 0))
  (func (export "asks") (param i32) (result i32)
    (i32.add (call $ask (local.get 0)) (call $ask (i32.add (local.get 0) (i32.const 1)))))
  (func (export "both") (result i32 f64) (call $both (i32.const 1) (f64.const 2)))
  (func (export "tidy") (param i64) (result i32)
    (block $h
      (try_table (catch $cancelled $h) (call $sleep (local.get 0)) (return (i32.const 0))))
    (call $note (i32.const 77))
    (i32.const 1))
  (func (export "stubborn")
    (loop $again
      (block $h
        (try_table (catch $cancelled $h) (call $sleep (i64.const 3600000000000))))
      (call $note (i32.const 1))
      (br $again)))
  (func (export "cleanup-forever")
    (block $h
      (try_table (catch $cancelled $h) (call $sleep (i64.const 3600000000000))))
    (loop (br 0)))
  (func (export "spin") (drop (call $ask (i32.const 0))) (loop (br 0)))
  (func (export "boom") (call $yield) (unreachable))
  (func (export "panics") (call $yield) (call $panic))
  (func (export "fails") (result i32) (call $fail))
  (func (export "nests") (call $nested))
  (func (export "turns") (param i32 i32)
    (loop $l
      (call $note (local.get 0))
      (call $yield)
      (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
      (br_if $l (local.get 1))))
  ;; For benchmarks: waits often.
  (func (export "yields") (param i32)
    (loop $l (call $yield) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "sleeps") (param i32 i64)
    (loop $l (call $sleep (local.get 1)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "asks-often") (param i32)
    (loop $l (drop (call $ask (i32.const 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  ;; Waits inside of a continuation of its own.
  (type $f (func)) (type $k (cont $f)) (tag $t) (elem declare func $inner)
  (func $inner (call $sleep (i64.const 1000000)) (suspend $t) (call $sleep (i64.const 1000000)) (call $note (i32.const 5)))
  (func (export "inside")
    (block $h (result (ref $k))
      (resume $k (on $t $h) (cont.new $k (ref.func $inner)))
      (return))
    (resume $k)))`

// A fixture is a loop with an instance of the guest.
type fixture struct {
	store *weft.Store
	loop  *task.Loop
	in    *weft.Instance
	notes []int32
	// ask answers the guest's questions.
	ask func(x int32) (task.Wait, error)
	// onContext is called with the context of each question.
	onContext func(context.Context)
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{ask: func(x int32) (task.Wait, error) { return task.Wait{}, nil }, onContext: func(context.Context) {}}
	engine, err := weft.NewEngine(weft.NewConfig())
	must(t, err)
	module, err := engine.Compile([]byte(guest))
	must(t, err)
	f.store, err = engine.NewStore(weft.DefaultLimits())
	must(t, err)
	t.Cleanup(f.store.Close)
	f.loop, err = task.NewLoop(f.store)
	must(t, err)
	linker := weft.NewLinker(f.store)
	must(t, f.loop.Link(linker))
	i32, f64 := wasm.I32, wasm.F64
	define := func(name string, params, results []wasm.ValType, g task.Func) {
		t.Helper()
		must(t, f.loop.Define(linker, "test", name, wasm.FuncType{Params: params, Results: results}, g))
	}
	define("ask", []wasm.ValType{i32}, []wasm.ValType{i32}, func(ctx context.Context, slots []uint64) (task.Wait, error) {
		f.onContext(ctx)
		return f.ask(int32(slots[0]))
	})
	define("note", []wasm.ValType{i32}, nil, func(_ context.Context, slots []uint64) (task.Wait, error) {
		f.notes = append(f.notes, int32(slots[0]))
		return task.Wait{}, nil
	})
	define("panic", nil, nil, func(context.Context, []uint64) (task.Wait, error) { panic("oh no") })
	define("fail", nil, []wasm.ValType{i32}, func(context.Context, []uint64) (task.Wait, error) {
		future := task.NewFuture()
		go future.Fail(errRefused)
		return task.Await(future), nil
	})
	define("nested", nil, nil, func(ctx context.Context, _ []uint64) (task.Wait, error) {
		_, err := f.in.Func("tidy").Call(ctx, weft.I64(1))
		return task.Wait{}, err
	})
	define("both", []wasm.ValType{i32, f64}, []wasm.ValType{i32, f64}, func(_ context.Context, slots []uint64) (task.Wait, error) {
		future := task.NewFuture()
		future.Complete(weft.I32(int32(slots[0])+1), weft.F64(7))
		return task.Await(future), nil
	})
	f.in, err = linker.Instantiate(context.Background(), module)
	must(t, err)
	return f
}

var errRefused = errors.New("refused")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) run(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	must(t, f.loop.Run(ctx))
}

func (f *fixture) start(name string, args ...weft.Value) *task.Task {
	return f.loop.Go(context.Background(), f.in.Func(name), args...)
}

// TestSleep lets tasks sleep in random order: they wake up in the order of time.
func TestSleep(t *testing.T) {
	f := newFixture(t)
	const n = 500
	tasks := make([]*task.Task, n)
	for _, i := range rand.Perm(n) {
		tasks[i] = f.start("nap", weft.I32(int32(i)), weft.I64(int64(i)*int64(200*time.Microsecond)))
	}
	f.run(t)
	for i, task := range tasks {
		if v, err := task.Wait(context.Background()); err != nil || v[0].I32() != int32(i) {
			t.Fatalf("task %d: %v, %v", i, v, err)
		}
	}
	if len(f.notes) != n {
		t.Errorf("%d woke up", len(f.notes))
	}
	if n := f.store.Stats().Continuations; n != 0 {
		t.Errorf("%d continuations are left", n)
	}
}

// TestOrder checks that tasks take turns, and wake up earliest first.
func TestOrder(t *testing.T) {
	f := newFixture(t)
	f.start("turns", weft.I32(1), weft.I32(3))
	f.start("turns", weft.I32(2), weft.I32(3))
	f.start("nap", weft.I32(4), weft.I64(int64(60*time.Millisecond)))
	f.start("nap", weft.I32(3), weft.I64(int64(20*time.Millisecond)))
	f.run(t)
	want := []int32{1, 2, 1, 2, 1, 2, 3, 4}
	for i := range want {
		if len(f.notes) != len(want) || f.notes[i] != want[i] {
			t.Fatalf("got %v, want %v", f.notes, want)
		}
	}
}

// TestFutures completes futures from other goroutines, in several ways.
func TestFutures(t *testing.T) {
	f := newFixture(t)
	var wg sync.WaitGroup
	f.ask = func(x int32) (task.Wait, error) {
		future := task.NewFuture()
		answer := []weft.Value{weft.I32(10 * x)}
		wg.Go(func() {
			if x%2 == 0 {
				time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
				future.Complete(answer...)
			} else {
				future.Finish(func() ([]weft.Value, error) { return answer, nil })
			}
			future.Complete(weft.I32(-1)) // too late
		})
		return task.Await(future), nil
	}
	tasks := make([]*task.Task, 300)
	for i := range tasks {
		wg.Go(func() { tasks[i] = f.start("asks", weft.I32(int32(i))) })
	}
	wg.Wait()
	both := f.start("both")
	f.run(t)
	wg.Wait()
	for i, task := range tasks {
		if v, err := task.Result(); err != nil || v[0].I32() != int32(20*i+10) {
			t.Fatalf("task %d: %v, %v", i, v, err)
		}
	}
	if v, err := both.Result(); err != nil || v[0].I32() != 2 || v[1].F64() != 7 {
		t.Errorf("both: %v, %v", v, err)
	}
}

// TestCompletedFuture lets tasks await futures that are completed already: they do
// not wait, and get values and errors all the same.
func TestCompletedFuture(t *testing.T) {
	f := newFixture(t)
	refused := task.NewFuture()
	refused.Fail(errRefused)
	f.ask = func(x int32) (task.Wait, error) {
		if x == 100 {
			return task.Await(refused), nil
		}
		future := task.NewFuture()
		if x < 10 {
			future.Complete(weft.I32(10 * x))
		} else {
			future.Finish(func() ([]weft.Value, error) { return []weft.Value{weft.I32(20 * x)}, nil })
		}
		return task.Await(future), nil
	}
	quick, finished, fails := f.start("asks", weft.I32(1)), f.start("asks", weft.I32(10)), f.start("asks", weft.I32(99))
	ended := 0
	f.loop.Do(func() {
		f.loop.Do(func() { // one turn later
			for _, task := range []*task.Task{quick, finished, fails} {
				if v, err := task.Result(); v != nil || err != nil {
					ended++
				}
			}
		})
	})
	must(t, f.loop.Run(context.Background()))
	if ended != 3 {
		t.Errorf("%d tasks have ended in one turn", ended)
	}
	for task, want := range map[*task.Task]int32{quick: 30, finished: 420} {
		if v, err := task.Result(); err != nil || v[0].I32() != want {
			t.Errorf("%v, %v; want %d", v, err, want)
		}
	}
	var host *weft.HostError
	if err := fails.Err(); !errors.Is(err, errRefused) || !errors.As(err, &host) || len(host.Stack.Frames) == 0 {
		t.Errorf("a failed future: %v", err)
	}
}

// TestWrongValues completes a future with values that the host function does not
// return.
func TestWrongValues(t *testing.T) {
	for _, already := range []bool{true, false} {
		f := newFixture(t)
		f.ask = func(int32) (task.Wait, error) {
			future := task.NewFuture()
			complete := func() { future.Complete(weft.F64(1)) }
			if already {
				complete()
			} else {
				f.loop.Do(complete)
			}
			return task.Await(future), nil
		}
		asks := f.start("asks", weft.I32(1))
		must(t, f.loop.Run(context.Background()))
		if asks.Err() == nil {
			t.Error("an f64 was accepted for an i32")
		}
	}
}

// TestContextOfTask looks at the context that host functions get: it is the same
// while the task waits, and ends with the task.
func TestContextOfTask(t *testing.T) {
	f := newFixture(t)
	var seen []context.Context
	own, stop := context.WithCancel(context.WithValue(context.Background(), key{}, 7))
	defer stop()
	f.ask = func(int32) (task.Wait, error) { return task.Sleep(time.Microsecond), errRefused }
	f.onContext = func(ctx context.Context) { seen = append(seen, ctx) }
	task := f.loop.Go(own, f.in.Func("asks"), weft.I32(1))
	loopCtx, cancel := context.WithCancel(context.Background())
	defer cancel()
	must(t, f.loop.Run(loopCtx))
	if !errors.Is(task.Err(), errRefused) || len(seen) != 1 || seen[0].Value(key{}) != 7 || seen[0].Err() == nil || own.Err() != nil {
		t.Errorf("%v: contexts %v", task.Err(), seen)
	}
}

// TestSharedFuture wakes many tasks with one future, after some were cancelled.
func TestSharedFuture(t *testing.T) {
	f := newFixture(t)
	future, abandoned := task.NewFuture(), 0
	future.OnAbandon(func() { abandoned++ })
	f.ask = func(int32) (task.Wait, error) { return task.Await(future), nil }
	var tasks []*task.Task
	for range 10 {
		tasks = append(tasks, f.start("asks", weft.I32(0)))
	}
	go func() {
		time.Sleep(5 * time.Millisecond)
		tasks[0].Cancel(nil)
		tasks[7].Cancel(errRefused)
		<-tasks[0].Done()
		<-tasks[7].Done()
		future.Complete(weft.I32(4))
	}()
	f.run(t)
	for i, task := range tasks {
		v, err := task.Result()
		if i == 0 || i == 7 {
			if err == nil {
				t.Errorf("task %d is not cancelled", i)
			}
		} else if err != nil || v[0].I32() != 8 {
			t.Errorf("task %d: %v, %v", i, v, err)
		}
	}
	if !errors.Is(tasks[7].Err(), errRefused) || !errors.Is(tasks[0].Err(), task.ErrCancelled) || abandoned != 0 {
		t.Errorf("%v, %v, %d", tasks[7].Err(), tasks[0].Err(), abandoned)
	}
}

// TestReceive lets tasks wait for the values of a channel, some in vain.
func TestReceive(t *testing.T) {
	f := newFixture(t)
	ch := make(chan int32)
	r := task.NewReceiver(ch)
	f.ask = func(int32) (task.Wait, error) {
		return task.Await(r.Next(func(v int32, ok bool) ([]weft.Value, error) {
			if !ok {
				return nil, errRefused
			}
			return []weft.Value{weft.I32(v)}, nil
		})), nil
	}
	first := f.start("asks", weft.I32(0))
	first.Cancel(nil)
	var tasks []*task.Task
	for range 10 {
		tasks = append(tasks, f.start("asks", weft.I32(0)))
	}
	last := f.start("asks", weft.I32(0))
	go func() {
		for range 20 {
			ch <- 21
		}
		close(ch)
	}()
	f.run(t)
	sum, closed := int32(0), 0
	for _, t := range append(tasks, last) {
		if v, err := t.Result(); err == nil {
			sum += v[0].I32()
		} else if errors.Is(err, errRefused) {
			closed++
		}
	}
	// All 11 get a first value, 9 a second.
	if closed != 2 || sum != 42*9 {
		t.Errorf("the sum is %d, %d tasks found the channel closed", sum, closed)
	}
}

// TestReceiveCancelled cancels tasks that wait for a channel, at random moments: the
// others get all of its values.
func TestReceiveCancelled(t *testing.T) {
	f := newFixture(t)
	ch := make(chan int32)
	r := task.NewReceiver(ch)
	const n = 200
	seen := 0
	f.ask = func(int32) (task.Wait, error) {
		return task.Await(r.Next(func(_ int32, ok bool) ([]weft.Value, error) {
			if ok {
				seen++
			}
			return []weft.Value{weft.I32(0)}, nil
		})), nil
	}
	var tasks []*task.Task
	for range 2 * n { // half of them are cancelled: those left want 2n values
		tasks = append(tasks, f.start("asks", weft.I32(0)))
	}
	go func() {
		for i := range n {
			go tasks[2*i].Cancel(nil)
			ch <- 0
			ch <- 0
		}
		close(ch)
	}()
	f.run(t)
	if seen != 2*n {
		t.Errorf("%d values were seen, %d sent", seen, 2*n)
	}
}

// TestCancel cancels tasks that wait, with and without a handler.
func TestCancel(t *testing.T) {
	f := newFixture(t)
	hour := weft.I64(int64(time.Hour))
	tidy, plain, fresh := f.start("tidy", hour), f.start("nap", weft.I32(1), hour), f.start("nap", weft.I32(2), hour)
	stubborn := f.start("stubborn")
	asking, abandoned := make(chan bool, 1), make(chan bool, 1)
	f.ask = func(int32) (task.Wait, error) {
		future := task.NewFuture()
		future.OnAbandon(func() { abandoned <- true })
		asking <- true
		return task.Await(future), nil
	}
	asks := f.start("asks", weft.I32(0))
	fresh.Cancel(errRefused)
	ctx, end := context.WithCancelCause(context.Background())
	go func() {
		<-asking // the others have begun before it
		for _, t := range []*task.Task{tidy, plain, stubborn, asks} {
			t.Cancel(errRefused)
		}
		<-asks.Done()
		stubborn.Cancel(nil)
		notes := make(chan int)
		for n := 0; n < 3; runtime.Gosched() { // it has caught both
			f.loop.Do(func() { notes <- len(f.notes) })
			n = <-notes
		}
		end(errLate)
	}()
	if err := f.loop.Run(ctx); !errors.Is(err, errLate) {
		t.Errorf("Run: %v", err)
	}
	if v, err := tidy.Result(); err != nil || v[0].I32() != 1 {
		t.Errorf("tidy: %v, %v", v, err)
	}
	var cancelled *task.CancelError
	if err := plain.Err(); !errors.As(err, &cancelled) || !errors.Is(err, errRefused) || len(cancelled.Stack.Frames) == 0 {
		t.Errorf("plain: %v", err)
	}
	if err := fresh.Err(); !errors.As(err, &cancelled) || len(cancelled.Stack.Frames) != 0 {
		t.Errorf("fresh: %v", err)
	}
	// It caught two cancellations and waited again, but not the end of the loop's
	// context.
	if err := stubborn.Err(); !errors.Is(err, errLate) {
		t.Errorf("stubborn: %v", err)
	}
	if err := asks.Err(); !errors.Is(err, errRefused) || !<-abandoned {
		t.Errorf("asks: %v", err)
	}
	if len(f.notes) != 4 { // 77, and three of the stubborn one
		t.Errorf("notes: %v", f.notes)
	}
}

// TestCancelCompleted cancels a task for which what it waits for is there: it gets
// that, and is cancelled in its next wait.
func TestCancelCompleted(t *testing.T) {
	f := newFixture(t)
	futures := []*task.Future{task.NewFuture(), task.NewFuture()}
	abandoned := false
	futures[1].OnAbandon(func() { abandoned = true })
	f.ask = func(x int32) (task.Wait, error) {
		f.notes = append(f.notes, x)
		return task.Await(futures[x]), nil
	}
	asks := f.start("asks", weft.I32(0))
	f.loop.Do(func() {
		f.loop.Do(func() { // now it waits
			futures[0].Complete(weft.I32(1))
			asks.Cancel(errRefused)
		})
	})
	f.run(t)
	if err := asks.Err(); !errors.Is(err, errRefused) || len(f.notes) != 2 || !abandoned {
		t.Errorf("%v, %v, %v", err, f.notes, abandoned)
	}
}

var errLate = errors.New("late")

// TestContextsEnd ends the contexts of tasks that wait, compute, and clean up.
func TestContextsEnd(t *testing.T) {
	f := newFixture(t)
	hour := weft.I64(int64(time.Hour))
	ctx, end := context.WithCancelCause(context.WithValue(context.Background(), key{}, 1))
	f.ask = func(int32) (task.Wait, error) { // the one that computes has begun
		time.AfterFunc(10*time.Millisecond, func() { end(errLate) })
		return task.Wait{}, nil
	}
	tidy := f.loop.Go(ctx, f.in.Func("tidy"), hour)
	plain := f.loop.Go(ctx, f.in.Func("nap"), weft.I32(1), hour)
	stubborn := f.loop.Go(ctx, f.in.Func("stubborn"))
	spin := f.loop.Go(ctx, f.in.Func("spin"))
	forever := f.loop.Go(ctx, f.in.Func("cleanup-forever"))
	begin := time.Now()
	f.run(t)
	if d := time.Since(begin); d > 10*time.Second {
		t.Errorf("it took %v", d)
	}
	if v, err := tidy.Result(); err == nil && v[0].I32() != 1 || err != nil && !errors.Is(err, errLate) {
		t.Errorf("tidy: %v, %v", v, err)
	}
	var interrupt *weft.Interrupt
	if err := spin.Err(); !errors.As(err, &interrupt) || !errors.Is(err, errLate) {
		t.Errorf("spin: %v", err)
	}
	for name, task := range map[string]*task.Task{"plain": plain, "stubborn": stubborn, "forever": forever} {
		if !errors.Is(task.Err(), errLate) {
			t.Errorf("%s: %v", name, task.Err())
		}
	}
}

type key struct{}

// TestFaults checks that what goes wrong in a task ends that one only.
func TestFaults(t *testing.T) {
	f := newFixture(t)
	good := f.start("nap", weft.I32(1), weft.I64(1_000_000))
	boom, panics, fails, nests := f.start("boom"), f.start("panics"), f.start("fails"), f.start("nests")
	wrong := f.start("nap")
	f.ask = func(x int32) (task.Wait, error) { // an answer of the wrong type
		future := task.NewFuture()
		future.Complete(weft.I64(1))
		return task.Await(future), nil
	}
	mistyped := f.start("asks", weft.I32(1))
	inside := f.start("inside")
	f.run(t)
	must(t, good.Err())
	must(t, inside.Err())
	var trap *weft.Trap
	if err := boom.Err(); !errors.As(err, &trap) || trap.Code != wasm.TrapUnreachable {
		t.Errorf("boom: %v", err)
	}
	var panicked *task.PanicError
	if err := panics.Err(); !errors.As(err, &panicked) || panicked.Value != "oh no" || len(panicked.Stack) == 0 {
		t.Errorf("panics: %v", err)
	}
	var host *weft.HostError
	if err := fails.Err(); !errors.Is(err, errRefused) || !errors.As(err, &host) || host.Func != "test.fail" {
		t.Errorf("fails: %v", err)
	}
	var unhandled *weft.UnhandledSuspension
	if err := nests.Err(); !errors.As(err, &unhandled) {
		t.Errorf("nests: %v", err)
	}
	if wrong.Err() == nil || mistyped.Err() == nil {
		t.Errorf("wrong: %v; mistyped: %v", wrong.Err(), mistyped.Err())
	}
	if _, err := f.in.Func("tidy").Call(context.Background(), weft.I64(1)); err == nil {
		t.Error("a function that is no task has waited")
	}
	// The store is as good as before.
	again := f.start("nap", weft.I32(2), weft.I64(1))
	f.run(t)
	must(t, again.Err())
}

// TestShutDown ends Serve while tasks wait.
func TestShutDown(t *testing.T) {
	f := newFixture(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	served := make(chan error)
	go func() { served <- f.loop.Serve(ctx) }()
	var tasks []*task.Task
	for range 100 {
		tasks = append(tasks, f.start("tidy", weft.I64(int64(time.Hour))))
		tasks = append(tasks, f.start("nap", weft.I32(1), weft.I64(int64(time.Hour))))
	}
	quick := f.start("nap", weft.I32(1), weft.I64(1))
	if v, err := quick.Wait(context.Background()); err != nil || v[0].I32() != 1 {
		t.Errorf("quick: %v, %v", v, err)
	}
	done := make(chan int)
	if !f.loop.Do(func() { done <- f.store.Stats().Continuations }) || <-done != 200 {
		t.Error("Do does not see 200 continuations")
	}
	cancel(errLate)
	if err := <-served; !errors.Is(err, errLate) {
		t.Errorf("Serve: %v", err)
	}
	for i, task := range tasks {
		if err := task.Err(); i%2 == 0 && err != nil || i%2 == 1 && !errors.Is(err, errLate) {
			t.Errorf("task %d: %v", i, err)
		}
	}
	if err := f.start("tidy", weft.I64(0)).Err(); !errors.Is(err, task.ErrClosed) {
		t.Errorf("a task of a closed loop: %v", err)
	}
	if err := f.loop.Run(context.Background()); !errors.Is(err, task.ErrClosed) {
		t.Errorf("Run: %v", err)
	}
	if f.loop.Do(func() {}) {
		t.Error("Do succeeds")
	}
}

// TestShutDownComputing ends Serve while a guest computes.
func TestShutDownComputing(t *testing.T) {
	f := newFixture(t)
	ctx, cancel := context.WithTimeoutCause(context.Background(), 20*time.Millisecond, errLate)
	defer cancel()
	own, stop := context.WithCancel(context.WithValue(context.Background(), key{}, 1))
	defer stop()
	spin := f.loop.Go(own, f.in.Func("spin"))
	waits := f.start("nap", weft.I32(1), weft.I64(1))
	if err := f.loop.Serve(ctx); !errors.Is(err, errLate) {
		t.Errorf("Serve: %v", err)
	}
	if !errors.Is(spin.Err(), errLate) || !errors.Is(waits.Err(), errLate) {
		t.Errorf("%v, %v", spin.Err(), waits.Err())
	}
}

// TestStoreClosed closes the store under tasks that wait.
func TestStoreClosed(t *testing.T) {
	f := newFixture(t)
	future, asking := task.NewFuture(), make(chan bool, 1)
	f.ask = func(int32) (task.Wait, error) {
		asking <- true
		return task.Await(future), nil
	}
	waits := f.start("asks", weft.I32(0))
	tidy := f.in.Func("tidy")
	served := make(chan error)
	go func() { served <- f.loop.Run(context.Background()) }()
	<-asking
	f.loop.Do(f.store.Close)
	fresh := f.loop.Go(context.Background(), tidy, weft.I64(0))
	fresh.Wait(context.Background())
	future.Complete(weft.I32(1))
	must(t, <-served)
	if !errors.Is(waits.Err(), weft.ErrClosed) || !errors.Is(fresh.Err(), weft.ErrClosed) {
		t.Errorf("%v, %v", waits.Err(), fresh.Err())
	}
	if _, err := task.NewLoop(f.store); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("NewLoop: %v", err)
	}
}
