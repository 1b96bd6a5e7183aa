package native

import (
	"context"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

func TestCall(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (func (export "add") (param i32 i32) (result i32) unreachable))`, nil, func(h *handmade) {
		h.ALU(amd64.ADD, amd64.S32, amd64.RAX, amd64.RBX)
		h.Ret()
	})
	for range 3 {
		got, err := g.call(ctx, "add", 40, 2)
		if err != nil || got[0] != 42 {
			t.Fatal(got, err)
		}
	}
	if g.store.StackInUse != 0 || g.store.Conts.Live() != 0 || g.store.HostDepth != 0 {
		t.Errorf("%d bytes of stack, %d continuations, depth %d are left", g.store.StackInUse, g.store.Conts.Live(), g.store.HostDepth)
	}
}

// TestPlaces passes values of all types to a host function that returns them in
// another order: as many as fit into registers, more, and more than the slots that code fills itself.
func TestPlaces(t *testing.T) {
	mixed := []wasm.ValType{wasm.I32, wasm.F32, wasm.I64, wasm.F64}
	places(t, mixed, 4)
	places(t, []wasm.ValType{wasm.I64}, hostSlots)
	places(t, []wasm.ValType{wasm.F32}, hostSlots)
	places(t, mixed, hostSlots+8)
}

// places has n values whose types are those of kinds, again and again.
func places(t *testing.T, kinds []wasm.ValType, n int) {
	g := newGuest(t, store.DefaultLimits)
	var ft wasm.FuncType
	var want []uint64
	var names []string
	bits := map[wasm.ValType]func(i int) uint64{
		wasm.I32: func(i int) uint64 { return 1<<32 - 1 - uint64(i) },
		wasm.F32: func(i int) uint64 { return uint64(math.Float32bits(float32(i) + 0.5)) },
		wasm.I64: func(i int) uint64 { return math.MaxUint64 - uint64(i) },
		wasm.F64: func(i int) uint64 { return math.Float64bits(float64(-i)) },
	}
	for i := range n {
		kind := kinds[i%len(kinds)]
		ft.Params, names = append(ft.Params, kind), append(names, kind.String())
		want = append(want, bits[kind](i))
	}
	ft.Results = ft.Params
	shift := len(kinds) // so that each value has the type of the one before it
	f := g.host(ft, func(_ context.Context, slots []uint64) error {
		if len(slots) != n {
			t.Errorf("there are %d slots, want %d", len(slots), n)
		}
		for i, v := range slots {
			if v != want[i] {
				t.Errorf("argument %d is %#x, want %#x", i, v, want[i])
			}
		}
		copy(slots, slices.Concat(slots[shift:], slots[:shift]))
		return nil
	})
	types := strings.Join(names, " ")
	types = "(param " + types + ") (result " + types + ")"
	// All arguments are already where the host function wants them.
	g.instantiate(`(module (import "" "f" (func `+types+`)) (func (export "rotate") `+types+` unreachable))`, []store.Extern{f}, func(h *handmade) {
		h.frame(8)
		h.MovImm(amd64.R13, int64(f.Ref()))
		h.callRecord(1)
		h.ret()
	})
	got, err := g.call(ctx, "rotate", want...)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if w := want[(i+shift)%n]; v != w {
			t.Errorf("result %d of %d is %#x, want %#x", i, n, v, w)
		}
	}
}

// callsHost has a function that calls one that calls a host function.
func callsHost(t *testing.T, call func(ctx context.Context, slots []uint64) error) *guest {
	g := newGuest(t, store.DefaultLimits)
	f := g.host(wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}, call)
	g.instantiate(`(module $m (import "" "f" (func (param i32) (result i32)))
		(func $outer (export "outer") (param i32) (result i32) unreachable)
		(func $inner (param i32) (result i32) unreachable))`, []store.Extern{f},
		func(h *handmade) {
			h.frame(24)
			h.call(1, 3)
			h.ALUImm(amd64.ADD, amd64.S32, amd64.RAX, 1)
			h.ret()
		}, func(h *handmade) {
			h.frame(40)
			h.MovImm(amd64.R13, int64(f.Ref()))
			h.callRecord(7)
			h.ALUImm(amd64.ADD, amd64.S32, amd64.RAX, 10)
			h.ret()
		})
	return g
}

func TestHostCall(t *testing.T) {
	var stack string
	var caller *store.InstanceRecord
	var g *guest
	g = callsHost(t, func(_ context.Context, slots []uint64) error {
		stack, caller = string(debug.Stack()), g.store.Caller()
		slots[0] *= 2
		return nil
	})
	got, err := g.call(ctx, "outer", 100)
	if err != nil || got[0] != 211 {
		t.Fatal(got, err)
	}
	for _, name := range []string{"TestHostCall", "native.callHost", "ostCallEntry", "native.(*machine).invoke", "tRunner"} {
		if !strings.Contains(stack, name) {
			t.Errorf("Go's stack lacks %s:\n%s", name, stack)
		}
	}
	if caller != g.Record {
		t.Errorf("the caller is %p, want %p", caller, g.Record)
	}
}

func TestHostError(t *testing.T) {
	g := callsHost(t, func(context.Context, []uint64) error { return errors.New("no") })
	_, err := g.call(ctx, "outer", 1)
	var host *store.HostError
	if !errors.As(err, &host) {
		t.Fatal(err)
	}
	wantFrames(t, host.Stack, "m.inner", "m.outer")
	in := g.Module.Wasm.Funcs[1]
	if got := host.Stack.Frames[0].Offset; got != in.BodyOffset+7 {
		t.Errorf("the innermost frame is at %d, want %d", got, in.BodyOffset+7)
	}
}

// TestPanic lets a host function panic, and end its goroutine.
func TestPanic(t *testing.T) {
	mode := "panic"
	g := callsHost(t, func(_ context.Context, slots []uint64) error {
		switch mode {
		case "panic":
			panic("boo")
		case "exit":
			runtime.Goexit()
		}
		return nil
	})
	func() {
		defer func() {
			if r := recover(); r != "boo" {
				t.Errorf("recovered %v", r)
			}
		}()
		_, _ = g.call(ctx, "outer", 1)
	}()
	mode = "exit"
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = g.call(ctx, "outer", 1)
		t.Error("the call has returned")
	}()
	<-done
	mode = "return"
	if got, err := g.call(ctx, "outer", 1); err != nil || got[0] != 12 {
		t.Fatal(got, err)
	}
	if g.store.StackInUse != 0 || g.store.Conts.Live() != 0 || g.store.HostDepth != 0 {
		t.Errorf("%d bytes of stack, %d continuations, depth %d are left", g.store.StackInUse, g.store.Conts.Live(), g.store.HostDepth)
	}
}

// TestNested calls the guest from a host function, on growing stacks.
func TestNested(t *testing.T) {
	var g *guest
	g = callsHost(t, func(ctx context.Context, slots []uint64) error {
		if slots[0] == 0 {
			runtime.GC()
			return nil
		}
		got, err := g.call(ctx, "outer", slots[0]-1)
		useStack(100)
		slots[0] = got[0]
		return err
	})
	got, err := g.call(ctx, "outer", 50)
	if err != nil || got[0] != 51*11 {
		t.Fatal(got, err)
	}
	_, err = g.call(ctx, "outer", 2000)
	var trap *store.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapStackExhausted {
		t.Fatal(err)
	}
}

// useStack makes the goroutine's stack grow.
func useStack(n int) int {
	var room [64]int
	if n == 0 {
		return 0
	}
	room[n%64] = n
	return useStack(n-1) + room[n%64]
}

func TestTrap(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (func $f (export "f") unreachable))`, nil, func(h *handmade) {
		h.frame(16)
		h.trap(wasm.TrapUnreachable, 5)
	})
	_, err := g.call(ctx, "f")
	var trap *store.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapUnreachable {
		t.Fatal(err)
	}
	wantFrames(t, trap.Stack, "f")
}

func TestBuiltin(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (memory 1 3) (func (export "grow") (param i32) (result i32) unreachable))`, nil, func(h *handmade) {
		h.frame(16)
		h.Store(amd64.S64, ctxAt(codegen.OffArgs), amd64.R14)
		h.StoreImm(amd64.S64, ctxAt(codegen.OffArgs+8), 0)
		h.Store(amd64.S64, ctxAt(codegen.OffArgs+16), amd64.RAX)
		h.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), int32(ssa.MemoryGrow))
		h.CallMem(ctxAt(codegen.OffHostStub))
		h.site(1, wasm.TrapNone)
		h.Load(amd64.S32, amd64.RAX, ctxAt(codegen.OffArgs))
		h.ret()
	})
	for _, want := range []uint64{1, 2, math.MaxUint32} {
		if got, err := g.call(ctx, "grow", 1); err != nil || got[0] != want {
			t.Fatal(got, err, want)
		}
	}
}

// recursive is a function that calls itself as often as its argument says, with all
// registers of arguments in use, and returns the depth.
func recursive(h *handmade) {
	h.frame(72)
	h.Store(amd64.S64, amd64.At(amd64.RSP, 8), amd64.RAX)
	h.SSEStore(amd64.Movsd, amd64.At(amd64.RSP, 16), amd64.X0)
	deeper, done := h.NewLabel(), h.NewLabel()
	h.Test(amd64.S64, amd64.RAX, amd64.RAX)
	h.Jcc(amd64.NE, deeper)
	h.MovImm(amd64.RAX, 0)
	h.SSE(amd64.Xorps, amd64.X0, amd64.X0)
	h.Jmp(done)
	h.Bind(deeper)
	h.ALUImm(amd64.SUB, amd64.S64, amd64.RAX, 1)
	h.call(0, 2)
	h.ALUImm(amd64.ADD, amd64.S64, amd64.RAX, 1)
	h.SSELoad(amd64.Addsd, amd64.X0, amd64.At(amd64.RSP, 16))
	h.Bind(done)
	h.ret()
}

func TestGrow(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.instantiate(`(module (func $f (export "f") (param i64 f64) (result i64 f64) unreachable))`, nil, recursive)
	for _, n := range []uint64{0, 1, 10, 1000, 100_000} {
		got, err := g.call(ctx, "f", n, math.Float64bits(0.5))
		if err != nil {
			t.Fatal(n, err)
		}
		if sum := math.Float64frombits(got[1]); got[0] != n || sum != float64(n)*0.5 {
			t.Errorf("depth %d, sum %v, want %d", got[0], sum, n)
		}
	}
	_, err := g.call(ctx, "f", 10_000_000, 0)
	var trap *store.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapStackExhausted {
		t.Fatal(err)
	}
	if trap.Stack.Omitted < 50_000 || len(trap.Stack.Frames) != 64 {
		t.Errorf("the trace has %d frames, and %d omitted", len(trap.Stack.Frames), trap.Stack.Omitted)
	}
	if g.store.StackInUse != 0 || g.store.Conts.StackBytes() != 0 {
		t.Errorf("%d bytes of stacks in use, %d of all", g.store.StackInUse, g.store.Conts.StackBytes())
	}
}

// TestMixed lets compiled and interpreted functions call each other.
func TestMixed(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	native := g.instantiate(`(module (func (export "double") (param i64) (result i64) unreachable))`, nil, func(h *handmade) {
		h.ALU(amd64.ADD, amd64.S64, amd64.RAX, amd64.RAX)
		h.Ret()
	})
	interpreted := g.interpreted(`(module $interpreted (import "" "double" (func $double (param i64) (result i64)))
		(func (export "f") (param i64) (result i64)
			(if (result i64) (i64.eqz (local.get 0)) (then unreachable)
				(else (i64.add (i64.const 1) (call $double (local.get 0)))))))`,
		native.Export("double"))
	if interpreted.Module.Interpreted == nil {
		t.Error("a module that is interpreted does not say why")
	}
	f := interpreted.Export("f").(*store.FuncRecord)
	g.instantiate(`(module (import "" "f" (func (param i64) (result i64)))
		(func (export "g") (param i64) (result i64) unreachable))`, []store.Extern{f}, func(h *handmade) {
		h.frame(8)
		h.MovImm(amd64.R13, int64(f.Ref()))
		h.callRecord(1)
		h.ALUImm(amd64.ADD, amd64.S64, amd64.RAX, 100)
		h.ret()
	})
	got, err := g.call(ctx, "g", 20)
	if err != nil || got[0] != 141 {
		t.Fatal(got, err)
	}
	_, err = g.call(ctx, "g", 0)
	var trap *store.Trap
	if !errors.As(err, &trap) || trap.Code != wasm.TrapUnreachable {
		t.Fatal(err)
	}
}
