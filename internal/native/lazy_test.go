package native

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"weft/internal/store"
)

const lazySource = `(module
  (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func $never (export "never") (result i32) (call $alsoNever))
  (func $alsoNever (result i32) (i32.const 1))
  (func (export "quadruple") (param i32) (result i32) (return_call $twice (call $twice (local.get 0)))))`

// code returns the machine code of the module of the last instance.
func (g *guest) code() *moduleCode { return g.Module.Native.(*lazyCode).moduleCode }

func (g *guest) expect(name string, want uint64, args ...uint64) {
	g.t.Helper()
	results, err := g.call(context.Background(), name, args...)
	if err != nil || results[0] != want {
		g.t.Fatalf("%s: %v, %v; want %d", name, results, err, want)
	}
}

func TestLazy(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(lazySource)
	for i := range g.code().entries {
		if g.code().entries[i].Load() != 0 {
			t.Errorf("function %d is compiled before any call", i)
		}
	}
	first, module := g.Instance, g.Module
	second, err := g.store.Instantiate(context.Background(), module, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.expect("quadruple", 28, 7)
	g.expect("quadruple", 28, 7)
	g.Instance = second // made before its functions were compiled
	g.expect("quadruple", 32, 8)
	if third, err := g.store.Instantiate(context.Background(), module, nil); err != nil {
		t.Fatal(err)
	} else {
		g.Instance = third
	}
	if f := g.Record.OwnFunc(0); f.Native != g.code().entries[0].Load() {
		t.Error("an instance does not get the code that is there")
	}
	g.expect("quadruple", 36, 9)
	g.Instance = first
	if g.code().entries[2].Load() != 0 {
		t.Error("a function is compiled that was not called")
	}
	g.expect("never", 1)
}

// TestLazyTogether lets stores call the same functions for the first time at once.
func TestLazyTogether(t *testing.T) {
	for range 20 {
		g := newGuest(t, store.DefaultLimits)
		m := g.moduleOf(lazySource)
		var group sync.WaitGroup
		for i := range uint64(8) {
			group.Go(func() {
				s, err := store.New(g.types, g.engine, store.DefaultLimits)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				in, err := s.Instantiate(context.Background(), m, nil)
				if err != nil {
					t.Error(err)
					return
				}
				slots := []uint64{i}
				if err := g.engine.Call(context.Background(), s, in.Export("quadruple").(*store.FuncRecord), slots); err != nil || slots[0] != 4*i {
					t.Errorf("%d, %v; want %d", slots[0], err, 4*i)
				}
			})
		}
		group.Wait()
	}
}

// TestUncompilable has a function that the compiler refuses when it is called.
func TestUncompilable(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(lazySource)
	done := make(chan struct{})
	close(done)
	g.code().jobs[0] = &job{done: done, err: errors.New("too large")}
	g.expect("quadruple", 28, 7)
	g.expect("quadruple", 28, 7)
}

func freeCode() (bytes uintptr) {
	s := process.compiled
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.free {
		bytes += f.size
	}
	return bytes
}

// TestCodeReleased makes modules that nobody keeps: their code must go.
func TestCodeReleased(t *testing.T) {
	e := newTestEngine(t, Config{})
	use := func() {
		g := newGuest(t, store.DefaultLimits)
		g.engine = e
		s, err := store.New(g.types, e, store.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		g.store = s
		g.compiled(lazySource)
		g.expect("quadruple", 28, 7)
	}
	use()
	before := freeCode()
	for range 50 {
		use()
	}
	// The last module may still be known to somebody.
	for deadline := time.Now().Add(30 * time.Second); freeCode() < before || len(*e.chunks.Load()) > 1; {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes of code space are free, %d were before; %d chunks are left", freeCode(), before, len(*e.chunks.Load()))
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

// TestCodeMemory writes to both kinds of memory for code.
func TestCodeMemory(t *testing.T) {
	once, err := mapOnce(4 * codePage)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := newCodeMemory(4 * codePage)
	if err != nil {
		t.Fatal(err)
	}
	if !twice.appends() {
		const why = "the system does not map memory twice: functions take a page each"
		if runtime.GOOS == "linux" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	for _, m := range []*codeMemory{once, twice} {
		if m.start%codePage != 0 || m.start < m.reserved.start || m.start+m.size > m.reserved.end() {
			t.Errorf("%#x bytes at %#x of %#x at %#x", m.size, m.start, m.reserved.size, m.reserved.start)
		}
		space := newCodeSpace(m, span{m.start, m.size}, codePage)
		piece, err := space.place([]byte{1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		if b := piece.bytes(); b[0] != 1 || b[2] != 3 || b[3] != 0 {
			t.Errorf("written: %v", b[:4])
		}
		space.release(piece)
		again, err := space.place([]byte{4})
		if err != nil {
			t.Fatal(err)
		}
		if b := again.bytes(); again != piece || b[0] != 4 || b[1] != 0 {
			t.Errorf("written again: %v at %#x, first at %#x", b[:4], again.start, piece.start)
		}
		m.release()
	}
}

// TestTwinBesideInstances makes the code of a module that compares addresses while stores make instances of it. Only
// the race detector sees what may go wrong.
func TestTwinBesideInstances(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	m := g.moduleOf(lazySource)
	code := m.Native.(*lazyCode)
	var group sync.WaitGroup
	group.Go(func() {
		twin, err := code.withChecks(m)
		if err != nil {
			t.Error(err)
			return
		}
		twin.interpret(m)
	})
	group.Go(func() { code.interpret(m) })
	group.Go(func() {
		s, err := store.New(g.types, g.engine, store.DefaultLimits)
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		if _, err := s.Instantiate(context.Background(), m, nil); err != nil {
			t.Error(err)
		}
	})
	group.Wait()
}
