package weft_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// A team is a shared memory and a module that imports it as "env" "memory".
type team struct {
	testing.TB
	engine *weft.Engine
	module *weft.Module
	shared *weft.SharedMemory
}

const maxPages = 16

func newTeam(t testing.TB, functions string) *team {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile(fmt.Appendf(nil, `(module (import "env" "memory" (memory 1 %d shared)) %s)`, maxPages, functions))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := engine.NewSharedMemory(wasm.MemoryType{
		Limits: wasm.Limits{Min: 1, Max: maxPages, HasMax: true}, PageLog2: wasm.DefaultPageLog2})
	if err != nil {
		t.Fatal(err)
	}
	return &team{t, engine, module, shared}
}

// instance makes a thread's own instance, in a store of its own.
func (t *team) instance() *weft.Instance {
	t.Helper()
	store, err := t.engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	memory, err := t.shared.In(store)
	if err != nil {
		t.Fatal(err)
	}
	linker := weft.NewLinker(store)
	linker.Define("env", "memory", memory)
	in, err := linker.Instantiate(context.Background(), t.module)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// call calls a function of a new instance in a goroutine. The channel gets the
// first result, 0 if there is none.
func (t *team) call(ctx context.Context, name string, args ...weft.Value) <-chan int64 {
	t.Helper()
	f := t.instance().Func(name)
	result := make(chan int64, 1)
	go func() {
		defer close(result)
		values, err := f.Call(ctx, args...)
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case len(values) > 0 && values[0].Type() == wasm.I64:
			result <- values[0].I64()
		case len(values) > 0:
			result <- int64(values[0].I32())
		}
	}()
	return result
}

// TestAtomicCounters counts from several threads, in words and in the bytes of
// one word, with each instruction that can count.
func TestAtomicCounters(t *testing.T) {
	team := newTeam(t, `
	  (export "memory" (memory 0))
	  (func (export "count") (param $n i32) (param $byte i32)
	    (local $old i32)
	    (loop $next
	      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
	      (drop (i64.atomic.rmw.sub (i32.const 8) (i64.const -3)))
	      (drop (i32.atomic.rmw8.add_u offset=16 (local.get $byte) (i32.const 1)))
	      (drop (i32.atomic.rmw16.add_u (i32.const 24) (i32.const 1)))
	      (drop (i64.atomic.rmw8.xor_u offset=28 (local.get $byte) (i64.const 0xff)))
	      (loop $again
	        (local.set $old (i32.atomic.load16_u (i32.const 34)))
	        (br_if $again (i32.ne (local.get $old) (i32.atomic.rmw16.cmpxchg_u (i32.const 34)
	          (local.get $old) (i32.add (local.get $old) (i32.const 1))))))
	      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`)
	const threads, n = 4, 5001
	var results []<-chan int64
	for i := range int32(threads) {
		results = append(results, team.call(context.Background(), "count", weft.I32(n), weft.I32(i)))
	}
	for _, r := range results {
		<-r
	}
	var b [36]byte
	team.instance().Memory("memory").Read(0, b[:])
	const total, each = threads * n, n % 256
	want := [36]byte{0: total % 256, 1: total >> 8 % 256, 8: 3 * total % 256, 9: 3 * total >> 8 % 256,
		16: each, 17: each, 18: each, 19: each, 24: total % 256, 25: total >> 8 % 256,
		28: 0xff, 29: 0xff, 30: 0xff, 31: 0xff, 34: total % 256, 35: total >> 8 % 256}
	if b != want {
		t.Errorf("got  %v\nwant %v", b, want)
	}
}

// TestMessagePassing writes data, then a flag; who sees the flag must see the
// data. The flag is written by each kind of instruction that orders.
func TestMessagePassing(t *testing.T) {
	for name, write := range map[string]string{
		"store": `(i32.atomic.store (i32.const 0) (local.get $i))`,
		"xchg":  `(drop (i32.atomic.rmw.xchg (i32.const 0) (local.get $i)))`,
		"fence": `(atomic.fence) (i32.store (i32.const 0) (local.get $i)) (atomic.fence)`,
	} {
		t.Run(name, func(t *testing.T) {
			team := newTeam(t, `
			  (func (export "send") (param $n i32) (local $i i32)
			    (loop $next
			      (local.set $i (i32.add (local.get $i) (i32.const 1)))
			      (i32.store (i32.const 1000) (local.get $i))
			      (i64.store (i32.const 2000) (i64.extend_i32_u (local.get $i)))
			      `+write+`
			      (loop $answer (br_if $answer (i32.ne (i32.atomic.load (i32.const 64)) (local.get $i))))
			      (br_if $next (i32.lt_u (local.get $i) (local.get $n)))))
			  (func (export "receive") (param $n i32) (result i32) (local $i i32) (local $wrong i32)
			    (loop $next
			      (local.set $i (i32.add (local.get $i) (i32.const 1)))
			      (loop $message (br_if $message (i32.ne (i32.atomic.load (i32.const 0)) (local.get $i))))
			      (local.set $wrong (i32.add (local.get $wrong) (i32.or
			        (i32.ne (i32.load (i32.const 1000)) (local.get $i))
			        (i64.ne (i64.load (i32.const 2000)) (i64.extend_i32_u (local.get $i))))))
			      (i32.atomic.store (i32.const 64) (local.get $i))
			      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
			    (local.get $wrong))`)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			sent := team.call(ctx, "send", weft.I32(100))
			if wrong := <-team.call(ctx, "receive", weft.I32(100)); wrong != 0 {
				t.Errorf("%d messages arrived before their data", wrong)
			}
			<-sent
		})
	}
}

// TestStoreBuffering: of two threads that each write one place and then read the
// other's, at least one must see the other's write.
func TestStoreBuffering(t *testing.T) {
	team := newTeam(t, `
	  (func (export "run") (param $n i32) (param $me i32) (result i32) (local $i i32) (local $zeros i32)
	    (loop $next
	      (local.set $i (i32.add (local.get $i) (i32.const 1)))
	      (i32.atomic.store (i32.mul (local.get $me) (i32.const 64)) (local.get $i))
	      (if (i32.lt_u (i32.atomic.load (i32.mul (i32.xor (local.get $me) (i32.const 1)) (i32.const 64))) (local.get $i))
	        (then (i32.atomic.store8 offset=4096 (i32.add (local.get $i) (i32.mul (local.get $me) (i32.const 8192))) (i32.const 1))))
	      ;; Meet before the next round.
	      (drop (i32.atomic.rmw.add (i32.const 512) (i32.const 1)))
	      (loop $meet (br_if $meet (i32.lt_u (i32.atomic.load (i32.const 512)) (i32.mul (local.get $i) (i32.const 2)))))
	      (local.set $zeros (i32.add (local.get $zeros) (i32.and
	        (i32.atomic.load8_u offset=4096 (local.get $i)) (i32.atomic.load8_u offset=12288 (local.get $i)))))
	      (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
	    (local.get $zeros))`)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	other := team.call(ctx, "run", weft.I32(200), weft.I32(0))
	if zeros := <-team.call(ctx, "run", weft.I32(200), weft.I32(1)); zeros != 0 {
		t.Errorf("in %d rounds neither thread saw the other's write", zeros)
	}
	<-other
}

// mutex is a lock that waits and wakes: 0 free, 1 taken, 2 taken and waited for.
const mutex = `
  (export "memory" (memory 0))
  (func $lock
    (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))) (then (return)))
    (loop $again
      (if (i32.eqz (i32.atomic.rmw.xchg (i32.const 0) (i32.const 2))) (then (return)))
      (drop (memory.atomic.wait32 (i32.const 0) (i32.const 2) (i64.const -1)))
      (br $again)))
  (func $unlock
    (if (i32.eq (i32.atomic.rmw.xchg (i32.const 0) (i32.const 0)) (i32.const 2))
      (then (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))))
  (func (export "count") (param $n i32)
    (loop $next
      (call $lock)
      (i64.store (i32.const 8) (i64.add (i64.load (i32.const 8)) (i64.const 1)))
      (call $unlock)
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`

// TestMutex counts without atomic instructions, under a mutex of the guest. A
// wake-up that is lost would make it wait for ever.
func TestMutex(t *testing.T) {
	team := newTeam(t, mutex)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	const threads, n = 5, 4000
	var results []<-chan int64
	for range threads {
		results = append(results, team.call(ctx, "count", weft.I32(n)))
	}
	for _, r := range results {
		<-r
	}
	var b [16]byte
	team.instance().Memory("memory").Read(0, b[:])
	if got := int(b[8]) | int(b[9])<<8; got != threads*n || b[0] != 0 {
		t.Errorf("counted to %d, want %d; the mutex is %d", got, threads*n, b[0])
	}
}

// TestGrowShared grows a memory while other threads use it. Once a thread knows of
// the new pages, it can use them, by every kind of access.
func TestGrowShared(t *testing.T) {
	team := newTeam(t, `
	  (export "memory" (memory 0))
	  (func (export "grow") (local $size i32)
	    (loop $next
	      (local.set $size (i32.add (memory.grow (i32.const 1)) (i32.const 1)))
	      (i32.store (i32.sub (i32.shl (local.get $size) (i32.const 16)) (i32.const 4)) (local.get $size))
	      (i32.atomic.store (i32.const 0) (local.get $size))
	      (br_if $next (i32.lt_u (local.get $size) (i32.const 16)))))
	  (func (export "follow") (param $how i32) (result i32) (local $size i32) (local $at i32) (local $wrong i32)
	    (local.set $size (i32.const 1))
	    (loop $next
	      (local.set $size (i32.add (local.get $size) (i32.const 1)))
	      (loop $grown (br_if $grown (i32.lt_u (i32.atomic.load (i32.const 0)) (local.get $size))))
	      (local.set $at (i32.sub (i32.shl (local.get $size) (i32.const 16)) (i32.const 4)))
	      (block $done
	        (block $copy (block $size (block $atomic (block $store (block $load
	          (br_table $load $store $atomic $size $copy (local.get $how)))
	          (local.set $wrong (i32.or (local.get $wrong) (i32.ne (i32.load (local.get $at)) (local.get $size))))
	          (br $done))
	          (i32.store8 (local.get $at) (local.get $size))
	          (br $done))
	          (local.set $wrong (i32.or (local.get $wrong) (i32.ne (i32.atomic.load (local.get $at)) (local.get $size))))
	          (br $done))
	          (local.set $wrong (i32.or (local.get $wrong) (i32.lt_u (memory.size) (local.get $size))))
	          (br $done))
	        (memory.copy (local.get $at) (local.get $at) (i32.const 4)))
	      (br_if $next (i32.lt_u (local.get $size) (i32.const 16))))
	    (local.get $wrong))
	  (func (export "beyond") (result i32) (i32.load (i32.const 0x100000)))`)
	var results []<-chan int64
	for how := range int32(5) {
		results = append(results, team.call(context.Background(), "follow", weft.I32(how)))
	}
	<-team.call(context.Background(), "grow")
	for how, r := range results {
		if <-r != 0 {
			t.Errorf("access of kind %d is wrong", how)
		}
	}
	if team.shared.Size() != maxPages<<wasm.DefaultPageLog2 {
		t.Errorf("size is %d", team.shared.Size())
	}
	_, err := team.instance().Func("beyond").Call(context.Background())
	var trap *weft.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapMemoryOutOfBounds {
		t.Errorf("beyond the maximum: %v", err)
	}
}

const waiting = `
  (func (export "wait") (param $timeout i64) (result i32)
    (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
    (memory.atomic.wait32 (i32.const 0) (i32.const 0) (local.get $timeout)))
  (func (export "wait64") (param $expected i64) (param $timeout i64) (result i32)
    (memory.atomic.wait64 (i32.const 8) (local.get $expected) (local.get $timeout)))
  (func (export "notify") (param $count i32) (result i32)
    (memory.atomic.notify (i32.const 0) (local.get $count)))
  (func (export "arrived") (result i32) (i32.atomic.load (i32.const 4)))`

// untilWaiting returns when n threads wait, or are just about to.
func (t *team) untilWaiting(n int64) {
	for <-t.call(context.Background(), "arrived") != n {
		runtime.Gosched()
	}
	time.Sleep(20 * time.Millisecond)
}

// TestNotifyCounts checks that notify wakes as many as it is asked to.
func TestNotifyCounts(t *testing.T) {
	team := newTeam(t, waiting)
	in := team.instance()
	var results []<-chan int64
	for range 5 {
		results = append(results, team.call(context.Background(), "wait", weft.I64(-1)))
	}
	team.untilWaiting(5)
	for i, want := range []int32{0, 2, 3, 0} {
		count := []int32{0, 2, -1, -1}[i]
		got, err := in.Func("notify").Call(context.Background(), weft.I32(count))
		if err != nil || got[0].I32() != want {
			t.Errorf("notify %d woke %v, %v; want %d", count, got, err, want)
		}
	}
	for _, r := range results {
		if got := <-r; got != 0 {
			t.Errorf("wait returned %d, want 0", got)
		}
	}
}

// TestWaitEnds checks the other ways in which a wait ends.
func TestWaitEnds(t *testing.T) {
	team := newTeam(t, waiting)
	background := context.Background()
	for _, test := range []struct {
		expected, timeout, want int64
	}{{1, -1, 1}, {1, 1000, 1}, {0, 0, 2}, {0, 1_000_000, 2}, {1 << 32, -1, 1}} {
		if got := <-team.call(background, "wait64", weft.I64(test.expected), weft.I64(test.timeout)); got != test.want {
			t.Errorf("wait for %d with timeout %d returned %d, want %d", test.expected, test.timeout, got, test.want)
		}
	}
	in := team.instance()
	reason := errors.New("enough")
	ctx, cancel := context.WithCancelCause(background)
	ended := make(chan error)
	go func() {
		_, err := in.Func("wait").Call(ctx, weft.I64(-1))
		ended <- err
	}()
	team.untilWaiting(1)
	cancel(reason)
	err := <-ended
	var interrupt *weft.Interrupt
	if !errors.As(err, &interrupt) || !errors.Is(err, reason) || len(interrupt.Stack.Frames) != 1 {
		t.Errorf("a cancelled wait ended with %v", err)
	}
	if got := <-team.call(background, "notify", weft.I32(10)); got != 0 {
		t.Errorf("notify woke %d after the wait was cancelled", got)
	}
}

// TestWaitCostsFuel checks that waiting comes to an end when fuel is counted.
func TestWaitCostsFuel(t *testing.T) {
	team := newTeam(t, waiting)
	store, err := team.engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	memory, err := team.shared.In(store)
	if err != nil {
		t.Fatal(err)
	}
	in, err := store.Instantiate(context.Background(), team.module, []weft.Extern{memory})
	if err != nil {
		t.Fatal(err)
	}
	store.SetFuel(20_000)
	if got, err := in.Func("wait").Call(context.Background(), weft.I64(1_000_000)); err != nil || got[0].I32() != 2 {
		t.Errorf("with enough fuel: %v, %v", got, err)
	}
	_, err = in.Func("wait").Call(context.Background(), weft.I64(-1))
	var trap *weft.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapFuelExhausted {
		t.Errorf("without enough fuel: %v", err)
	}
}

// TestSharedLifetime checks that a shared memory outlives the store that made it,
// and does not mix with other engines.
func TestSharedLifetime(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(`(module
	  (memory (export "shared") 1 1 shared) (memory (export "own") 1) (data (i32.const 0) "hello"))`))
	if err != nil {
		t.Fatal(err)
	}
	newStore := func() *weft.Store {
		s, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first, second := newStore(), newStore()
	in, err := weft.NewLinker(first).Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
	if in.Memory("own").Shared() != nil {
		t.Error("a memory that is not shared is")
	}
	made := in.Memory("shared")
	shared := made.Shared()
	memory, err := shared.In(second)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	if made.Shared() != nil {
		t.Error("a closed store shares")
	}
	if _, err := shared.In(first); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("in a closed store: %v", err)
	}
	runtime.GC()
	var b [5]byte
	if !memory.Read(0, b[:]) || string(b[:]) != "hello" {
		t.Errorf("the other store reads %q", b)
	}
	second.Close()
	third := newStore()
	defer third.Close()
	if memory, err = shared.In(third); err != nil || !memory.Read(0, b[:]) || string(b[:]) != "hello" {
		t.Errorf("the third store reads %q, %v", b, err)
	}
	other, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer foreign.Close()
	if _, err := shared.In(foreign); err == nil {
		t.Error("another engine's store takes the memory")
	}
	if _, err := engine.NewSharedMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1}, PageLog2: 16}); err == nil {
		t.Error("a shared memory without a maximum")
	}
}

func BenchmarkAtomicAdd(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint(threads), func(b *testing.B) {
			team := newTeam(b, `(func (export "count") (param $n i32)
			  (loop $next
			    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
			    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`)
			b.ResetTimer()
			var wait sync.WaitGroup
			for range threads {
				done := team.call(context.Background(), "count", weft.I32(int32(b.N/threads+1)))
				wait.Go(func() { <-done })
			}
			wait.Wait()
		})
	}
}

// BenchmarkPingPong measures a wake-up and a wait, in two threads that alternate.
func BenchmarkPingPong(b *testing.B) {
	team := newTeam(b, `(func (export "play") (param $n i32) (param $me i32)
	  (loop $next
	    (loop $wait
	      (if (i32.ne (i32.atomic.load (i32.const 0)) (local.get $me))
	        (then
	          (drop (memory.atomic.wait32 (i32.const 0) (i32.sub (i32.const 1) (local.get $me)) (i64.const -1)))
	          (br $wait))))
	    (i32.atomic.store (i32.const 0) (i32.sub (i32.const 1) (local.get $me)))
	    (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
	    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))`)
	b.ReportAllocs()
	b.ResetTimer()
	first := team.call(context.Background(), "play", weft.I32(int32(b.N)), weft.I32(0))
	<-team.call(context.Background(), "play", weft.I32(int32(b.N)), weft.I32(1))
	<-first
}
