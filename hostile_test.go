package weft_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// What programs do to continuations that is not meant well. None of it may harm the process or the
// store, on any executor.

// onExecutors runs a test with an engine for each executor, and its variants.
func onExecutors(t *testing.T, test func(t *testing.T, engine *weft.Engine)) {
	configs := map[string]weft.Config{"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter)}
	if hasNative() {
		for name, options := range map[string]weft.NativeOptions{
			"native": {}, "native with small stacks": {SmallStacks: true}, "native without signals": {NoSignals: true},
			"native after the interpreter": {InterpretFirst: true, HotAfter: 20},
		} {
			configs[name] = weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(options)
		}
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			engine, err := weft.NewEngine(config)
			if err != nil {
				t.Fatal(err)
			}
			test(t, engine)
		})
	}
}

// A victim is an instance of a program with a host function, again, that calls its function "again"
// with the same argument and forgets the error.
type victim struct {
	t        *testing.T
	store    *weft.Store
	instance *weft.Instance
	swallows []error // by again
	garbage  int     // how many continuations nobody resumes, at most
}

func newVictim(t *testing.T, engine *weft.Engine, source string) *victim {
	t.Helper()
	v := &victim{t: t}
	v.store, v.instance = openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, linker *weft.Linker) {
		i32 := []wasm.ValType{wasm.I32}
		err := linker.DefineFunc("host", "again", wasm.FuncType{Params: i32, Results: i32}, func(ctx context.Context, slots []uint64) error {
			_, err := v.instance.Func("again").Call(ctx, weft.I32(int32(slots[0])))
			v.swallows = append(v.swallows, err)
			slots[0]++
			return nil
		})
		if err == nil {
			err = linker.DefineFunc("host", "panic", wasm.FuncType{}, func(context.Context, []uint64) error { panic("oh") })
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	return v
}

// traps calls a function, which must trap, and leave nothing.
func (v *victim) traps(name string, want wasm.TrapCode, args ...weft.Value) {
	v.t.Helper()
	_, err := v.instance.Func(name).Call(context.Background(), args...)
	var trap *weft.Trap
	if !errors.As(err, &trap) || trap.Code != want {
		v.t.Errorf("%s: %v, want the trap %q", name, err, want)
	}
	v.leaves(name)
}

func (v *victim) returns(name string, want int32, args ...weft.Value) {
	v.t.Helper()
	got, err := v.instance.Func(name).Call(context.Background(), args...)
	if err != nil || got[0].I32() != want {
		v.t.Errorf("%s: %v, %v, want %d", name, got, err, want)
	}
	v.leaves(name)
}

func (v *victim) leaves(name string) {
	v.t.Helper()
	if n := v.store.Stats().Continuations; n > v.garbage {
		v.t.Errorf("%s leaves %d continuations", name, n)
	}
}

const hostileTypes = `
	(import "host" "again" (func $again (param i32) (result i32)))
	(import "host" "panic" (func $panic))
	(type $f (func)) (type $k (cont $f))
	(type $g (func (param i32))) (type $j (cont $g))
	(type $h (func (param i32) (result i32))) (type $i (cont $h))
	(tag $yield (param i32)) (tag $ask (param i32) (result i32)) (tag $stop)
	(memory 1)
	(func $down (param $n i32) (result i32) (local $a i64) (local $b i64) ;; n, by a call for each
		(if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
		(local.set $a (i64.extend_i32_u (local.get $n)))
		(local.set $b (i64.mul (local.get $a) (i64.const 3)))
		(i32.add (i32.const 1)
			(select (call $down (i32.sub (local.get $n) (i32.const 1))) (i32.const 0x10000)
				(i64.eq (i64.mul (local.get $a) (i64.const 3)) (local.get $b)))))`

// TestEndlessRecursionInResumes recurses without end, in the innermost of 10,000 nested resumes.
func TestEndlessRecursionInResumes(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(func $level (type $g) (param $n i32)
				(if (local.get $n)
					(then (resume $j (i32.sub (local.get $n) (i32.const 1)) (cont.new $j (ref.func $level))))
					(else (call $ever))))
			(func $ever (call $ever) (drop (call $down (i32.const 1))))
			(func $resumes (resume $k (cont.new $k (ref.func $resumes))))
			(elem declare func $level $resumes)
			(func (export "recurse") (param i32) (call $level (local.get 0)))
			(func (export "resume") (call $resumes))
			(func (export "fine") (result i32) (call $down (i32.const 1000))))`)
		v.garbage = 2 // for which there was no stack
		for range 2 {
			v.traps("recurse", wasm.TrapStackExhausted, weft.I32(10_000))
			v.traps("resume", wasm.TrapStackExhausted)
			v.returns("fine", 1000)
		}
	})
}

// TestTrapAtTheBeginning traps with the first instruction of a continuation, in several ways, below others, and
// as what a switch begins. What comes next must not find anything of it.
func TestTrapAtTheBeginning(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(type $back (func (param (ref null $k)))) (type $b (cont $back))
			(func $unreachable (unreachable))
			(func $faults (drop (i32.load (i32.const -1))))
			(func $divides (drop (i32.div_s (i32.const 1) (i32.const 0))))
			(func $large (local i64 i64 i64 i64) ;; a frame for which the first stack is too small, in a stack that may not grow
				(call $large))
			(func $outer (type $g) (param $which i32)
				(resume $k (on $stop switch) (cont.new $k (table.get $bodies (local.get $which)))))
			(func $switches (switch $b $stop (cont.new $b (ref.func $first))))
			(func $first (type $back) (unreachable))
			(func $good (type $h) (i32.add (suspend $ask (local.get 0)) (call $down (i32.const 10))))
			(table $bodies (ref null $f) (elem (item ref.func $unreachable) (item ref.func $faults) (item ref.func $divides) (item ref.func $large) (item ref.func $switches)))
			(elem declare func $outer $first $good)
			(func (export "begin") (param i32)
				(resume $j (local.get 0) (cont.new $j (ref.func $outer))))
			(func (export "good") (result i32) (local $k (ref null $i))
				(block $asked (result i32 (ref $i))
					(return (resume $i (on $ask $asked) (i32.const 5) (cont.new $i (ref.func $good)))))
				(local.set $k)
				(resume $i (local.get $k))))`)
		v.garbage = 3 // those that have switched
		for range 3 {
			for which, trap := range []wasm.TrapCode{wasm.TrapUnreachable, wasm.TrapMemoryOutOfBounds, wasm.TrapDivideByZero, wasm.TrapStackExhausted, wasm.TrapUnreachable} {
				v.traps("begin", trap, weft.I32(int32(which)))
				v.returns("good", 15)
			}
		}
	})
}

// TestLimitsFollowSwitches changes stacks in all ways, and uses much of each stack behind each change: a stack that is
// compared with another's limit overflows, or never grows.
func TestLimitsFollowSwitches(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(rec (type $sf (func (param (ref null $sk)) (result i32))) (type $sk (cont $sf)))
			(tag $to (result i32))
			(global $sum (mut i32) (i32.const 0))
			(func $use (param $n i32) (global.set $sum (i32.add (global.get $sum) (call $down (local.get $n)))))
			(func $child (type $h) (param $n i32) (result i32)
				(call $use (i32.const 40))
				(local.set $n (suspend $ask (local.get $n)))
				(call $use (i32.const 400))
				(block $caught
					(try_table (catch $stop $caught) (drop (suspend $ask (local.get $n)))))
				(call $use (i32.const 2000))
				(local.get $n))
			(func $ping (type $sf) (param $other (ref null $sk)) (result i32)
				(call $use (i32.const 30))
				(local.set $other (switch $sk $to (local.get $other)))
				(call $use (i32.const 300))
				(local.set $other (switch $sk $to (local.get $other)))
				(call $use (i32.const 3000))
				(i32.const 1))
			(func $pong (type $sf) (param $other (ref null $sk)) (result i32)
				(call $use (i32.const 31))
				(local.set $other (switch $sk $to (local.get $other)))
				(call $use (i32.const 301))
				(local.set $other (switch $sk $to (local.get $other)))
				(unreachable))
			(elem declare func $child $ping $pong)
			(func (export "run") (result i32) (local $k (ref null $i))
				(global.set $sum (i32.const 0))
				(block $one (result i32 (ref $i))
					(return (resume $i (on $ask $one) (i32.const 1) (cont.new $i (ref.func $child)))))
				(local.set $k)
				(call $use)
				(call $use (i32.const 1000))
				(block $two (result i32 (ref $i))
					(return (resume $i (on $ask $two) (i32.const 2) (local.get $k))))
				(local.set $k)
				(call $use)
				(call $use (i32.const 5000))
				(call $use (resume_throw $i $stop (local.get $k)))
				(call $use (i32.const 7000))
				(call $use (resume $sk (on $to switch) (cont.new $sk (ref.func $pong)) (cont.new $sk (ref.func $ping))))
				(call $use (i32.const 8000))
				(global.get $sum)))`)
		const want = 40 + 400 + 2000 + 30 + 300 + 3000 + 31 + 301 + 1 + 1000 + 2 + 5000 + 2 + 7000 + 1 + 8000
		v.garbage = 3 // the last to switch
		for range 3 {
			v.returns("run", want)
		}
	})
}

// TestTrapInsideHostCall has a host function, called on a continuation's stack, call the guest, which
// resumes and traps there. The host function swallows that: what goes on must be as before.
func TestTrapInsideHostCall(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(func $traps (type $g) (param $n i32)
				(drop (call $down (local.get $n)))
				(if (i32.and (local.get $n) (i32.const 1))
					(then (suspend $yield (local.get $n))) ;; nobody handles it
					(else (drop (i32.load (i32.const -4))))))
			(func $calls (type $h) (param $n i32) (result i32) (local $a i32) (local $b i32)
				(local.set $a (call $again (local.get $n)))
				(local.set $b (suspend $ask (local.get $a)))
				(i32.add (i32.mul (call $again (local.get $b)) (i32.const 1000))
					(i32.add (local.get $a) (call $down (i32.const 500)))))
			(elem declare func $traps $calls)
			(func (export "again") (param $n i32) (resume $j (local.get $n) (cont.new $j (ref.func $traps))))
			(func (export "run") (param $n i32) (result i32) (local $k (ref null $i))
				(block $asked (result i32 (ref $i))
					(return (resume $i (on $ask $asked) (local.get $n) (cont.new $i (ref.func $calls)))))
				(local.set $k) (drop)
				(resume $i (i32.const 8) (local.get $k))))`)
		for n := range int32(4) {
			v.swallows = nil
			v.returns("run", 9*1000+n+1+500, weft.I32(n))
			if len(v.swallows) != 2 || v.swallows[0] == nil || v.swallows[1] == nil {
				t.Errorf("the inner calls ended with %v", v.swallows)
			}
		}
	})
}

// TestPanicOnContinuation has a host function panic that a continuation has called, deep in it.
func TestPanicOnContinuation(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(func $body (type $g) (param $n i32)
				(if (local.get $n)
					(then (resume $j (i32.sub (local.get $n) (i32.const 1)) (cont.new $j (ref.func $body))))
					(else (call $panic))))
			(elem declare func $body)
			(func (export "run") (param i32) (resume $j (local.get 0) (cont.new $j (ref.func $body))))
			(func (export "fine") (result i32) (call $down (i32.const 100))))`)
		for n := range int32(20) {
			func() {
				defer func() {
					if r := recover(); r != "oh" {
						t.Errorf("recovered %v", r)
					}
				}()
				_, err := v.instance.Func("run").Call(context.Background(), weft.I32(n))
				t.Errorf("the call has returned %v", err)
			}()
			v.leaves("the panic")
			v.returns("fine", 100)
		}
	})
}

// TestStacksGrowAsSuch suspends at each depth of a recursion, so that the stack grows in a continuation that is
// suspended and resumed all the time, within others.
func TestStacksGrowAsSuch(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(func $deep (param $n i32) (result i32) (local $x i32)
				(if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
				(local.set $x (suspend $ask (local.get $n)))
				(i32.add (local.get $x) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
			(func $inner (type $h) (call $deep (local.get 0)))
			(func $middle (type $h) (resume $i (local.get 0) (cont.new $i (ref.func $inner))))
			(elem declare func $inner $middle)
			(func (export "run") (param $n i32) (result i32) (local $k (ref null $i))
				(local.set $k (cont.new $i (ref.func $middle)))
				(loop $next
					(block $asked (result i32 (ref $i))
						(return (resume $i (on $ask $asked) (local.get $n) (local.get $k))))
					(local.set $k) (local.set $n)
					(br $next))
				(unreachable)))`)
		for range 3 {
			v.returns("run", 3000*3001/2, weft.I32(3000))
		}
	})
}

// TestInterruptedSwitches interrupts a program that does nothing but switch stacks, at places of all kinds. What the
// call had must be given back.
func TestInterruptedSwitches(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		v := newVictim(t, engine, `(module`+hostileTypes+`
			(func $ever (loop $l (suspend $stop) (br $l)))
			(func $outer (resume $k (cont.new $k (ref.func $ever))))
			(elem declare func $ever $outer)
			(func (export "run") (local $k (ref null $k))
				(local.set $k (cont.new $k (ref.func $outer)))
				(loop $l
					(block $stopped (result (ref $k)) (resume $k (on $stop $stopped) (local.get $k)) (return))
					(local.set $k)
					(br $l))))`)
		for range 30 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			_, err := v.instance.Func("run").Call(ctx)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("the call has ended with %v", err)
			}
		}
		v.garbage = 60 // what was suspended when the calls ended
		v.leaves("the interruption")
	})
}
