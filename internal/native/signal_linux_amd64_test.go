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
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"weft/internal/codegen/amd64"
	"weft/internal/store"
	"weft/wasm"
)

// loader is a module whose function reads memory through a second function.
const loader = `(module $m (memory 1 4)
	(func $outer (export "load") (param i32) (result i32) unreachable)
	(func $inner (param i32) (result i32) unreachable))`

func newLoader(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	layout := store.LayoutInstance(g.moduleOf(loader)) // before there are emitters
	g.instantiate(loader, nil, func(h *handmade) {
		h.frame(24)
		h.call(1, 2)
		h.ret()
	}, func(h *handmade) {
		h.Load(amd64.S64, amd64.RBX, amd64.At(amd64.R14, int32(layout.Memory(0))))
		h.Load(amd64.S64, amd64.RBX, amd64.At(amd64.RBX, 0))
		h.site(4, wasm.TrapMemoryOutOfBounds)
		h.Load(amd64.S32, amd64.RAX, amd64.Indexed(amd64.RBX, amd64.RAX, 1, 16))
		h.Ret()
	})
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

// spin has a function that never ends, without a poll.
func spin(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (func $spin (export "spin") unreachable))`, nil, func(h *handmade) {
		loop := h.NewLabel()
		h.frame(40)
		h.site(6, wasm.TrapNone)
		h.Bind(loop)
		h.ALUImm(amd64.ADD, amd64.S64, amd64.RAX, 1)
		h.Jmp(loop)
	})
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

// mix has a function that computes with all registers and flags, for as many
// rounds as its argument says.
func mix(t testing.TB) *guest {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (func (export "mix") (param i64) (result i64 i64) unreachable))`, nil, func(h *handmade) {
		h.Mov(amd64.S64, amd64.R14, amd64.RAX)
		ints := []amd64.Reg{amd64.RAX, amd64.RBX, amd64.RCX, amd64.RDX, amd64.RSI, amd64.RDI, amd64.RBP,
			amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.R12, amd64.R13}
		for i, r := range ints {
			h.MovImm(r, int64(uint64(i+1)*0x9e3779b97f4a7c15))
		}
		for i := range amd64.Reg(16) {
			h.Op(amd64.MovToX, amd64.S64, amd64.X0+i, ints[int(i)%len(ints)])
		}
		loop := h.NewLabel()
		h.Bind(loop)
		for i, r := range ints {
			h.ALU(amd64.ADD, amd64.S64, r, ints[(i+5)%len(ints)])
			h.ALU(amd64.ADC, amd64.S64, ints[(i+3)%len(ints)], r)
		}
		h.ALU(amd64.CMP, amd64.S64, amd64.RBX, amd64.RCX)
		h.Set(amd64.O, amd64.RDX)
		for i := range amd64.Reg(16) {
			h.SSE(amd64.Xorps, amd64.X0+i, amd64.X0+(i+1)%16)
		}
		h.Op(amd64.MovToX, amd64.S64, amd64.X3, amd64.RDI)
		h.ALUImm(amd64.SUB, amd64.S64, amd64.R14, 1)
		h.Jcc(amd64.NE, loop)
		for _, r := range ints[1:] {
			h.ALU(amd64.XOR, amd64.S64, amd64.RAX, r)
		}
		for i := range amd64.Reg(15) {
			h.SSE(amd64.Xorps, amd64.X0, amd64.X1+i)
		}
		h.MovFromX(amd64.S64, amd64.RBX, amd64.X0)
		h.Ret()
	})
	return g
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

// TestCodeSpace takes and gives back pieces.
func TestCodeSpace(t *testing.T) {
	s := codeSpace{free: []span{{1 << 20, 16 * codePage}}}
	var pieces []span
	for range 4 {
		p, ok := s.take(4 * codePage)
		if !ok {
			t.Fatal("no space")
		}
		pieces = append(pieces, p)
	}
	if _, ok := s.take(codePage); ok {
		t.Error("there is more space than there should be")
	}
	for _, i := range []int{1, 3, 0, 2} {
		s.put(pieces[i])
	}
	if len(s.free) != 1 || s.free[0] != (span{1 << 20, 16 * codePage}) {
		t.Errorf("what is free is %v", s.free)
	}
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

// BenchmarkHostCall has the guest call the host in a loop.
func BenchmarkHostCall(b *testing.B) {
	g := newGuest(b, store.DefaultLimits)
	f := g.host(wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}},
		func(context.Context, []uint64) error { return nil })
	g.instantiate(`(module (import "" "f" (func (param i32) (result i32))) (func (export "loop") (param i64) unreachable))`,
		[]store.Extern{f}, func(h *handmade) {
			h.frame(24)
			loop := h.NewLabel()
			h.Bind(loop)
			h.Store(amd64.S64, amd64.At(amd64.RSP, 8), amd64.RAX)
			h.MovImm(amd64.R13, int64(f.Ref()))
			h.callRecord(1)
			h.Load(amd64.S64, amd64.RAX, amd64.At(amd64.RSP, 8))
			h.ALUImm(amd64.SUB, amd64.S64, amd64.RAX, 1)
			h.Jcc(amd64.NE, loop)
			h.ret()
		})
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := g.call(ctx, "loop", uint64(b.N)); err != nil {
		b.Fatal(err)
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
			if out, err := c.CombinedOutput(); err != nil {
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
