package weft_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"testing"

	"weft"
	"weft/wasm"
)

const misused = `(module
  (type $f (func)) (type $k (cont $f))
  (import "host" "call" (func $call))
  (tag $t (export "tag") (param i32))
  (tag $y (export "yield"))
  (memory (export "memory") 1 2)
  (memory (export "shared") 1 2 shared)
  (table (export "table") 4 funcref)
  (global (export "global") (mut i32) (i32.const 7))
  (func (export "id") (param i32) (result i32) (local.get 0))
  (func (export "extern") (param externref) (result externref) (local.get 0))
  (func (export "any") (param anyref) (result anyref) (local.get 0))
  (func (export "call") (call $call))
  (func (export "yields") (suspend $y))
  (func (export "throw") (throw $t (i32.const 5))))`

var noContext context.Context

// A misuse is what the probes use.
type misuse struct {
	engine *weft.Engine
	store  *weft.Store
	in     *weft.Instance
	host   func() error // what the host function does
	// What a program may have of a store.
	k         *weft.Continuation
	exception *weft.Exception
}

func newMisuse(t *testing.T, engine *weft.Engine) *misuse {
	t.Helper()
	m := &misuse{engine: engine, host: func() error { return nil }}
	m.store, m.in = openOn(t, engine, misused, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
		err := l.DefineFunc("host", "call", wasm.FuncType{}, func(context.Context, []uint64) error { return m.host() })
		if err != nil {
			t.Fatal(err)
		}
	})
	var err error
	if m.k, err = m.store.NewContinuation(m.in.Func("yields")); err != nil {
		t.Fatal(err)
	}
	if _, err := m.in.Func("throw").Call(context.Background()); !errors.As(err, &m.exception) {
		t.Fatal(err)
	}
	return m
}

// returns makes an error of what a function without one returns if it could not do its work.
func returns(ok bool) error {
	if ok {
		return nil
	}
	return errors.New("nothing")
}

func last(values iter.Seq2[[]weft.Value, error]) (err error) {
	for _, err = range values {
	}
	return err
}

// misuses are things to be answered with an error that says something.
var misuses = []struct {
	name, says string
	do         func(ctx context.Context, m *misuse) error
}{
	{"CompileModule(nil)", "no module", func(_ context.Context, m *misuse) error {
		_, err := m.engine.CompileModule(nil)
		return err
	}},
	{"NewSharedMemory", "maximum", func(_ context.Context, m *misuse) error {
		_, err := m.engine.NewSharedMemory(wasm.MemoryType{PageLog2: 16})
		return err
	}},
	{"Instantiate(nil module)", "no module", func(ctx context.Context, m *misuse) error {
		_, err := m.store.Instantiate(ctx, nil, nil)
		return err
	}},
	{"Instantiate(nil context)", "context is nil", func(_ context.Context, m *misuse) error {
		_, err := m.store.Instantiate(noContext, m.in.Module(), []weft.Extern{m.in.Func("call")})
		return err
	}},
	{"Linker.Instantiate(nil context)", "context is nil", func(_ context.Context, m *misuse) error {
		module, err := m.engine.Compile([]byte("(module " + strings.Repeat(`(import "a" "f" (func))`, 2000) + ")"))
		if err != nil {
			return err
		}
		_, err = weft.NewLinker(m.store).Instantiate(noContext, module)
		return err
	}},
	{"Instantiate(nil import)", "unknown import", func(ctx context.Context, m *misuse) error {
		_, err := m.store.Instantiate(ctx, m.in.Module(), []weft.Extern{nil})
		return err
	}},
	{"Instantiate(nil function)", "unknown import", func(ctx context.Context, m *misuse) error {
		_, err := m.store.Instantiate(ctx, m.in.Module(), []weft.Extern{m.in.Func("none")})
		return err
	}},
	{"nil store", "no store", func(ctx context.Context, m *misuse) error {
		_, err := weft.NewLinker(nil).Instantiate(ctx, m.in.Module())
		return err
	}},
	{"nil store of a function", "no store", func(context.Context, *misuse) error {
		return weft.NewLinker(nil).DefineFunc("a", "b", wasm.FuncType{}, func(context.Context, []uint64) error { return nil })
	}},
	{"nil linker", "no linker", func(ctx context.Context, m *misuse) error {
		_, err := (*weft.Linker)(nil).Instantiate(ctx, m.in.Module())
		return err
	}},
	{"linker with nothing", "unknown import", func(ctx context.Context, m *misuse) error {
		l := weft.NewLinker(m.store)
		l.Define("host", "call", m.in.Memory("none"))
		l.DefineInstance("other", nil)
		_, err := l.Instantiate(ctx, m.in.Module())
		return err
	}},
	{"linker with a nil module", "no module", func(ctx context.Context, m *misuse) error {
		_, err := weft.NewLinker(m.store).Instantiate(ctx, nil)
		return err
	}},
	{"NewFunc(nil)", "no Go function", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewFunc("f", wasm.FuncType{}, nil)
		return err
	}},
	{"NewFunc of no type", "no type", func(_ context.Context, m *misuse) error {
		t := wasm.FuncType{Params: []wasm.ValType{{Kind: 200}}}
		_, err := m.store.NewFunc("f", t, func(context.Context, []uint64) error { return nil })
		return err
	}},
	{"NewTag of a type that no module has", "does not have", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewTag("t", wasm.FuncType{Params: []wasm.ValType{wasm.RefNull(1 << 30)}})
		return err
	}},
	{"NewFunc of an identity that no type has", "does not have", func(_ context.Context, m *misuse) error {
		t := wasm.FuncType{Results: []wasm.ValType{wasm.Ref(0)}}
		_, err := m.store.NewFunc("f", t, func(context.Context, []uint64) error { return nil })
		return err
	}},
	{"NewTable of a type that no module has", "does not have", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewTable(wasm.TableType{Elem: wasm.RefNull(1 << 30)})
		return err
	}},
	{"NewGlobal of a type that no module has", "does not have", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewGlobal(wasm.GlobalType{Type: wasm.RefNull(1 << 30)}, weft.Null(wasm.HeapNone))
		return err
	}},
	{"NewMemory of odd pages", "pages of 2^63", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewMemory(wasm.MemoryType{PageLog2: 63})
		return err
	}},
	{"NewMemory of too many pages", "above 65536", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{Min: 1 << 63}})
		return err
	}},
	{"NewMemory from 5 to 1", "less than the minimum", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{Min: 5, Max: 1, HasMax: true}})
		return err
	}},
	{"NewTable of numbers", "cannot be filled", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewTable(wasm.TableType{Elem: wasm.I32})
		return err
	}},
	{"NewTable of too many", "above", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewTable(wasm.TableType{Elem: wasm.RefNull(wasm.HeapFunc), Limits: wasm.Limits{Min: 1 << 40}})
		return err
	}},
	{"NewGlobal of no value", "type mismatch", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewGlobal(wasm.GlobalType{Type: wasm.I32}, weft.Value{})
		return err
	}},
	{"NewContinuation(nil)", "no function", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewContinuation(nil)
		return err
	}},
	{"NewHandlers(nil tag)", "no tag", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewHandlers(weft.On(m.in.Tag("none")))
		return err
	}},
	{"NewHandlers(nil tag to switch)", "no tag", func(_ context.Context, m *misuse) error {
		_, err := m.store.NewHandlers(weft.OnSwitch(nil))
		return err
	}},
	{"Call(nil)", "context is nil", func(_ context.Context, m *misuse) error {
		_, err := m.in.Func("id").Call(noContext, weft.I32(1))
		return err
	}},
	{"call of a host function without a context", "context is nil", func(_ context.Context, m *misuse) error {
		f, err := m.store.NewFunc("f", wasm.FuncType{}, func(context.Context, []uint64) error { return nil })
		if err != nil {
			return err
		}
		return f.CallSlots(noContext, nil)
	}},
	{"nil function", "no function", func(ctx context.Context, m *misuse) error {
		_, err := m.in.Func("none").Call(ctx)
		return err
	}},
	{"nil function, slots", "no function", func(ctx context.Context, m *misuse) error {
		return m.in.Func("none").CallSlots(ctx, nil)
	}},
	{"a type that nobody has", "type mismatch", func(ctx context.Context, m *misuse) error {
		_, err := m.in.Func("extern").Call(ctx, weft.Null(123456))
		return err
	}},
	{"another one", "type mismatch", func(ctx context.Context, m *misuse) error {
		_, err := m.in.Func("any").Call(ctx, weft.Null(1<<30))
		return err
	}},
	{"nil object", "belongs to another store", func(ctx context.Context, m *misuse) error {
		_, err := m.in.Func("any").Call(ctx, weft.AnyRef((*weft.Object)(nil)))
		return err
	}},
	{"Resume(nil context)", "context is nil", func(_ context.Context, m *misuse) error {
		_, _, err := m.k.Resume(noContext, nil)
		return err
	}},
	{"Resume on nothing", "no tag", func(ctx context.Context, m *misuse) error {
		_, _, err := m.k.Resume(ctx, nil, weft.On(nil))
		return err
	}},
	{"ResumeSlots(nil context)", "context is nil", func(_ context.Context, m *misuse) error {
		_, err := m.k.ResumeSlots(noContext, nil, nil)
		return err
	}},
	{"Throw(nil)", "no exception", func(ctx context.Context, m *misuse) error {
		_, _, err := m.k.Throw(ctx, nil)
		return err
	}},
	{"ThrowSlots(nil)", "no exception", func(ctx context.Context, m *misuse) error {
		_, err := m.k.ThrowSlots(ctx, nil, nil, nil)
		return err
	}},
	{"Throw(no tag)", "not whole", func(ctx context.Context, m *misuse) error {
		_, _, err := m.k.Throw(ctx, &weft.Exception{})
		return err
	}},
	{"Throw(no payload)", "not whole", func(ctx context.Context, m *misuse) error {
		_, _, err := m.k.Throw(ctx, &weft.Exception{Tag: m.exception.Tag})
		return err
	}},
	{"Values(nil context)", "context is nil", func(_ context.Context, m *misuse) error {
		return last(m.k.Values(noContext, m.in.Tag("yield")))
	}},
	{"Values(nil tag)", "no tag", func(ctx context.Context, m *misuse) error { return last(m.k.Values(ctx, nil)) }},
	{"nil continuation, Resume", "no continuation", func(ctx context.Context, _ *misuse) error {
		_, _, err := (*weft.Continuation)(nil).Resume(ctx, nil)
		return err
	}},
	{"nil continuation, Throw", "no continuation", func(ctx context.Context, m *misuse) error {
		_, _, err := (*weft.Continuation)(nil).Throw(ctx, m.exception)
		return err
	}},
	{"nil continuation, Bind", "no continuation", func(context.Context, *misuse) error {
		_, err := (*weft.Continuation)(nil).Bind()
		return err
	}},
	{"nil continuation, Values", "no continuation", func(ctx context.Context, m *misuse) error {
		return last((*weft.Continuation)(nil).Values(ctx, m.in.Tag("yield")))
	}},
	{"nil continuation, slots", "no continuation", func(ctx context.Context, _ *misuse) error {
		var k *weft.Continuation
		_, err := k.ResumeSlots(ctx, nil, make([]uint64, k.Slots(nil)))
		return err
	}},
	{"nil memory", "nothing", func(_ context.Context, m *misuse) error {
		none := m.in.Memory("none")
		_, grown := none.Grow(1)
		_, viewed := none.View(0, 0)
		return returns(none.Read(0, nil) || none.Write(0, nil) || grown || viewed || none.Size() > 0 ||
			none.Bytes() != nil || none.Shared() != nil || none.Type() != wasm.MemoryType{})
	}},
	{"nil shared memory", "no memory", func(_ context.Context, m *misuse) error {
		none := m.in.Memory("memory").Shared()
		if none.Size() != 0 || none.Type() != (wasm.MemoryType{}) {
			return nil
		}
		_, err := none.In(m.store)
		return err
	}},
	{"shared memory in nothing", "no store", func(_ context.Context, m *misuse) error {
		shared, err := m.engine.NewSharedMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{HasMax: true}})
		if err != nil {
			return nil
		}
		_, err = shared.In(nil)
		return err
	}},
	{"nil table", "no table", func(_ context.Context, m *misuse) error {
		none := m.in.Table("none")
		if _, ok := none.Get(0); ok || none.Size() > 0 || none.Type() != (wasm.TableType{}) {
			return nil
		}
		return none.Set(0, weft.FuncRef(nil))
	}},
	{"nil global", "no global", func(_ context.Context, m *misuse) error {
		none := m.in.Global("none")
		if none.Get() != (weft.Value{}) || none.Type() != (wasm.GlobalType{}) {
			return nil
		}
		return none.Set(weft.I32(1))
	}},
	{"nil tag, Throw", "no tag", func(_ context.Context, m *misuse) error { return m.in.Tag("none").Throw() }},
	{"nil tag, Suspend", "no tag", func(_ context.Context, m *misuse) error { return m.in.Tag("none").Suspend() }},
	{"nil tag, Match", "nothing", func(_ context.Context, m *misuse) error {
		_, ok := m.in.Tag("none").Match(m.exception)
		return returns(ok || m.in.Tag("none").Type().Params != nil)
	}},
	{"Match of what was changed", "nothing", func(_ context.Context, m *misuse) error {
		_, ok := m.in.Tag("tag").Match(&weft.Exception{Tag: m.exception.Tag})
		return returns(ok)
	}},
	{"nil instance", "nothing", func(_ context.Context, m *misuse) error {
		var none *weft.Instance
		return returns(none.Func("id") != nil || none.Export("id") != nil || none.Module() != nil)
	}},
	{"exception without a tag from a host function", "without a tag", func(ctx context.Context, m *misuse) error {
		m.host = func() error { return &weft.Exception{} }
		_, err := m.in.Func("call").Call(ctx)
		return err
	}},
	{"exception without a payload from a host function", "uncaught exception", func(ctx context.Context, m *misuse) error {
		m.host = func() error { return &weft.Exception{Tag: m.exception.Tag} }
		_, err := m.in.Func("call").Call(ctx)
		return err
	}},
	{"nil exception from a host function", "host function", func(ctx context.Context, m *misuse) error {
		m.host = func() error { return (*weft.Exception)(nil) }
		_, err := m.in.Func("call").Call(ctx)
		return err
	}},
}

// TestMisuse does what programs should not: there is an error, and the store goes on. Then it does the same once the
// store is closed.
func TestMisuse(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		for _, c := range misuses {
			t.Run(c.name, func(t *testing.T) {
				ctx, m := context.Background(), newMisuse(t, engine)
				if err := c.do(ctx, m); err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("error %v, want %q", err, c.says)
				}
				if results, err := m.in.Func("id").Call(ctx, weft.I32(42)); err != nil || results[0].I32() != 42 {
					t.Errorf("afterwards: %v, %v", results, err)
				}
				m.store.Close()
				if err := c.do(ctx, m); err == nil {
					t.Error("after Close there is no error")
				}
			})
		}
	})
}

// TestClosedByAnother has a goroutine that looks at everything while another one closes the store.
func TestClosedByAnother(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		ctx := context.Background()
		for range 100 {
			m := newMisuse(t, engine)
			memory, shared := m.in.Memory("memory"), m.in.Memory("shared")
			table, global := m.in.Table("table"), m.in.Global("global")
			tag, id := m.in.Tag("tag"), m.in.Func("id")
			var group sync.WaitGroup
			begun := make(chan struct{})
			group.Go(func() {
				buffer := make([]byte, 4096)
				for round := 0; ; round++ {
					if round == 1 {
						close(begun)
					}
					for _, name := range []string{"id", "memory", "table", "global", "tag", "yields"} {
						m.in.Export(name)
					}
					memory.Read(0, buffer)
					memory.Write(0, buffer[:8])
					memory.Grow(0)
					shared.Shared().Size()
					_ = table.Set(0, weft.FuncRef(id))
					table.Get(0)
					global.Get()
					_ = global.Set(weft.I32(1))
					thrown := tag.Throw(weft.I32(1))
					tag.Match(thrown)
					m.store.Stats()
					_ = m.store.Collect()
					_, _, _ = m.k.Throw(ctx, m.exception)
					if _, err := id.Call(ctx, weft.I32(1)); errors.Is(err, weft.ErrClosed) {
						return
					}
				}
			})
			<-begun
			m.store.Close()
			group.Wait()
			if memory.Size() != 0 || m.in.Export("id") != nil || table.Size() != 0 {
				t.Error("a closed store has something")
			}
		}
	})
}

// TestExportWhileClosing asks instances for the first time while their stores are closed.
func TestExportWhileClosing(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		for range 300 {
			m := newMisuse(t, engine)
			var group sync.WaitGroup
			for _, name := range []string{"memory", "table", "global", "tag", "id", "any", "extern"} {
				group.Go(func() { m.in.Export(name) })
			}
			m.store.Close()
			group.Wait()
		}
	})
}
