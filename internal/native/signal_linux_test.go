//go:build amd64 || arm64

package native

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"weft/internal/store"
	"weft/wasm"
)

// loader is a module whose function reads memory through a second function.
const loader = `(module $m (memory 1 4)
	(func $outer (export "load") (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 0)))
	(func $inner (param i32) (result i32) (i32.load offset=16 (local.get 0))))`

func newLoader(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(loader)
	return g
}

func loadFails(g *guest, at uint64) error {
	_, err := g.call(ctx, "load", at)
	var trap *store.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapMemoryOutOfBounds {
		return errors.Join(errors.New("no trap"), err)
	}
	if len(trap.Stack.Frames) != 2 || trap.Stack.Frames[0].FuncName != "inner" || trap.Stack.Frames[1].FuncName != "outer" {
		return errors.New("wrong frames: " + trap.Stack.String())
	}
	return nil
}

func TestFault(t *testing.T) {
	g := newLoader(t)
	memory := g.store.Memory(g.Record.Memory(0))
	memory.Bytes()[116] = 7
	if got, err := g.call(ctx, "load", 100); err != nil || got[0] != 7 {
		t.Fatal(got, err)
	}
	for _, at := range []uint64{1<<16 - 16, 1 << 16, 1<<31 - 1, 1<<32 - 1} {
		if err := loadFails(g, at); err != nil {
			t.Errorf("at %#x: %v", at, err)
		}
	}
	if _, ok := memory.Grow(1); !ok {
		t.Fatal("the memory cannot grow")
	}
	if got, err := g.call(ctx, "load", 1<<16); err != nil || got[0] != 0 {
		t.Fatal(got, err)
	}
}

// TestFaults traps on many goroutines, with panics of Go between, a profile, and
// a collector at work.
func TestFaults(t *testing.T) {
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	var group sync.WaitGroup
	for range 8 {
		g := newLoader(t)
		group.Go(func() {
			for i := range 2000 {
				if err := loadFails(g, 1<<16+uint64(i)<<12); err != nil {
					t.Error(err)
					return
				}
				if i%10 == 0 {
					wantNilPanic(t)
				}
				if i%500 == 0 {
					runtime.GC()
				}
			}
		})
	}
	group.Wait()
}

var nowhere atomic.Pointer[[10]int]

// wantNilPanic dereferences nil.
func wantNilPanic(t *testing.T) {
	defer func() {
		if err, ok := recover().(runtime.Error); !ok || !strings.Contains(err.Error(), "nil pointer") {
			t.Errorf("recovered %v", err)
		}
	}()
	nowhere.Load()[3]++
	t.Error("no panic")
}

// TestFaultMask looks which signals are blocked after faults: of the guest, which does not return from the signal, and
// of Go, whose handler blocks all.
func TestFaultMask(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	g := newLoader(t)
	for i := range 3 {
		if err := loadFails(g, 1<<20); err != nil {
			t.Error(err)
		}
		if i > 0 {
			wantNilPanic(t)
		}
		var blocked unix.Sigset_t
		if err := unix.PthreadSigmask(unix.SIG_BLOCK, nil, &blocked); err != nil || blocked.Val[0] != 0 {
			t.Errorf("round %d: signals %#x are blocked: %v", i, blocked.Val[0], err)
		}
	}
}

// TestNotify lets package os/signal have the signals, whose handlers stay ours.
func TestNotify(t *testing.T) {
	g := newLoader(t)
	c := make(chan os.Signal, 100)
	for range 3 {
		signal.Notify(c)
		if err := loadFails(g, 1<<20); err != nil {
			t.Error(err)
		}
		signal.Notify(c, unix.SIGSEGV, unix.SIGBUS, unix.SIGURG)
		wantNilPanic(t)
		signal.Stop(c)
		signal.Reset(unix.SIGSEGV, unix.SIGBUS, unix.SIGURG)
		if err := loadFails(g, 1<<20); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []unix.Signal{unix.SIGSEGV, unix.SIGBUS} {
		var action kernelSigaction
		if err := rtSigaction(s, nil, &action); err != nil || action.handler != faultHandlerPC() {
			t.Errorf("the handler of %v is %#x (%v)", s, action.handler, err)
		}
	}
	var action kernelSigaction
	if err := rtSigaction(unix.SIGURG, nil, &action); err != nil || action.handler != urgentHandlerPC() {
		t.Errorf("the handler of SIGURG is %#x (%v)", action.handler, err)
	}
}

// spin has a function that never ends, without a poll, and with a frame.
func spin(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(`(module
		(func $spin (export "spin") (local $i i64)
			(if (i64.eqz (local.get $i)) (then (call $once)))
			(loop $again (local.set $i (i64.add (local.get $i) (i64.const 1))) (br $again)))
		(func $once))`)
	return g
}

func TestCancel(t *testing.T) {
	needPreemption(t)
	g := spin(t)
	for range 5 {
		ctx, cancel := context.WithCancel(context.Background())
		var at time.Time
		time.AfterFunc(20*time.Millisecond, func() {
			at = time.Now()
			cancel()
		})
		_, err := g.call(ctx, "spin")
		took := time.Since(at)
		var interrupt *store.Interrupt
		if !errors.As(err, &interrupt) || !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		wantFrames(t, interrupt.Stack, "spin")
		t.Logf("the call ended %v after the context", took)
		if took > 5*time.Second {
			t.Error("that is too long")
		}
	}
}

// TestCollector collects Go's garbage while native code spins: were it not interrupted, the
// collector would wait for ever.
func TestCollector(t *testing.T) {
	needPreemption(t)
	g := spin(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := g.call(ctx, "spin")
		done <- err
	}()
	var longest time.Duration
	for range 50 {
		begin := time.Now()
		runtime.GC()
		longest = max(longest, time.Since(begin))
	}
	t.Logf("the longest collection took %v", longest)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestPreempt interrupts code everywhere: nothing of it may be lost.
func TestPreempt(t *testing.T) {
	needPreemption(t)
	const rounds = 5_000_000
	want, err := mix(t).call(ctx, "mix", rounds)
	if err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var collectors, group sync.WaitGroup
	collectors.Go(func() {
		for !stop.Load() {
			runtime.GC()
		}
	})
	for range 3 {
		g := mix(t)
		group.Go(func() {
			for range 5 {
				got, err := g.call(ctx, "mix", rounds)
				if err != nil || got[0] != want[0] || got[1] != want[1] {
					t.Error(got, want, err)
				}
			}
		})
	}
	group.Wait()
	stop.Store(true)
	collectors.Wait()
}

func BenchmarkCall(b *testing.B) {
	g := newLoader(b)
	f := g.Export("load").(*store.FuncRecord)
	slots := make([]uint64, 1)
	b.ReportAllocs()
	for b.Loop() {
		slots[0] = 100
		if err := g.engine.Call(ctx, g.store, f, slots); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFault(b *testing.B) {
	g := newLoader(b)
	f := g.Export("load").(*store.FuncRecord)
	slots := make([]uint64, 1)
	b.ReportAllocs()
	for b.Loop() {
		slots[0] = 1 << 20
		if err := g.engine.Call(ctx, g.store, f, slots); err == nil {
			b.Fatal("no trap")
		}
	}
}

// TestSignalTakenAway lets the host take SIGURG away after the engine was made: calls of guests that never end must end
// with their context all the same, and a collection of Go's beside them. Each way runs in a process of its own, which
// would stand still.
func TestSignalTakenAway(t *testing.T) {
	needPreemption(t)
	ways := map[string]func(){
		"ignore":            func() { signal.Ignore(unix.SIGURG) },
		"ignore all":        func() { signal.Ignore() },
		"ignore and notify": func() { signal.Ignore(unix.SIGURG); signal.Notify(make(chan os.Signal, 1), unix.SIGURG) },
		"ignore and reset":  func() { signal.Ignore(unix.SIGURG); signal.Reset(unix.SIGURG) },
	}
	const variable = "WEFT_TEST_TAKES_SIGNAL"
	if way := ways[os.Getenv(variable)]; way != nil {
		before := spin(t)
		wantInterrupt(t, before)
		way()
		wantInterrupt(t, before) // a store that was there
		way()
		wantInterrupt(t, spin(t)) // a new one
		return
	}
	for name := range ways {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSignalTakenAway$")
			c.Env = append(os.Environ(), variable+"="+name)
			out, err := c.CombinedOutput()
			if errors.Is(err, syscall.ENOEXEC) {
				t.Skip("an emulator runs this program, which the system cannot start")
			}
			if err != nil {
				t.Errorf("%v (%v)\n%s", err, ctx.Err(), out)
			}
		})
	}
}

// wantInterrupt calls a function that never ends.
func wantInterrupt(t *testing.T, g *guest) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	go runtime.GC()
	var interrupt *store.Interrupt
	if _, err := g.call(ctx, "spin"); !errors.As(err, &interrupt) {
		t.Errorf("error %v", err)
	}
}
