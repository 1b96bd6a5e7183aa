package weft_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// handles are those of everything that a program may have of a store and around it.
func handles(t *testing.T, engine *weft.Engine) (*weft.Store, []any) {
	t.Helper()
	m := newMisuse(t, engine)
	linker := weft.NewLinker(m.store)
	tag := m.in.Tag("tag")
	newSwitch, err := m.in.Tag("yield").NewSwitch()
	if err != nil {
		t.Fatal(err)
	}
	handlers, err := m.store.NewHandlers(weft.On(m.in.Tag("yield")))
	if err != nil {
		t.Fatal(err)
	}
	globals, err := m.in.MutableGlobals()
	if err != nil {
		t.Fatal(err)
	}
	turns, err := m.store.NewTurns()
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := m.store.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return m.store, []any{
		engine, m.in.Module(), m.store, linker, m.in, m.in.Func("id"), m.in.Memory("memory"), m.in.Memory("shared").Shared(),
		m.in.Table("table"), m.in.Global("global"), tag, m.k, newSwitch, handlers, globals, snapshot, turns, turns.Add(),
		m.store.NewWaiter(func(bool) {}), newCache(t, weft.CacheOptions{}), new(weft.CPUProfiler),
		weft.Runtime{Linker: linker},
	}
}

// argument returns something for a parameter: a handle, or what is harmless.
func argument(t reflect.Type, handles []any) reflect.Value {
	for _, h := range handles {
		if v := reflect.ValueOf(h); v.Type().AssignableTo(t) && t.Kind() != reflect.Interface {
			return v
		}
	}
	switch t {
	case reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case reflect.TypeFor[weft.Limits]():
		return reflect.ValueOf(weft.DefaultLimits())
	case reflect.TypeFor[wasm.MemoryType]():
		return reflect.ValueOf(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{HasMax: true}})
	case reflect.TypeFor[wasm.TableType]():
		return reflect.ValueOf(wasm.TableType{Elem: wasm.FuncRef})
	case reflect.TypeFor[wasm.GlobalType]():
		return reflect.ValueOf(wasm.GlobalType{Type: wasm.I32})
	case reflect.TypeFor[weft.Value]():
		return reflect.ValueOf(weft.I32(1))
	case reflect.TypeFor[weft.HostFunc]():
		return reflect.ValueOf(weft.HostFunc(func(context.Context, []uint64) error { return nil }))
	}
	return reflect.Zero(t)
}

// try calls a method with one argument for each parameter, and those of its variadic one. It returns its error, if it
// returns one, and whether it does.
func try(t *testing.T, v reflect.Value, method reflect.Method, argument func(t reflect.Type) []reflect.Value) (err error, has bool) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("(%s).%s panics: %v", v.Type(), method.Name, p)
			has = false
		}
	}()
	in := []reflect.Value{v}
	for i := 1; i < method.Type.NumIn(); i++ {
		p := method.Type.In(i)
		if method.Type.IsVariadic() && i == method.Type.NumIn()-1 {
			p = p.Elem()
		}
		in = append(in, argument(p)...)
	}
	out := method.Func.Call(in)
	if n := len(out); n > 0 && out[n-1].Type() == reflect.TypeFor[error]() {
		err, _ = out[n-1].Interface().(error)
		return err, true
	}
	return nil, false
}

// methods are those of a handle.
func methods(v reflect.Value) (list []reflect.Method) {
	for i := range v.NumMethod() {
		if m := v.Type().Method(i); !isForTests(m.Name) {
			list = append(list, m)
		}
	}
	return list
}

// isForTests reports whether a method is one of export_test.go.
func isForTests(name string) bool { return name == "Believe" || name == "Types" }

// isCleanup reports whether a method gives something back, which is right in any state.
func isCleanup(name string) bool { return name == "Close" || name == "Flush" }

// TestNilHandles calls every method of every handle on a nil one: those with an error return one, the others nothing.
func TestNilHandles(t *testing.T) {
	_, all := handles(t, engineWith(t, wasm.DefaultFeatures))
	for _, h := range all {
		none := reflect.Zero(reflect.TypeOf(h))
		for _, method := range methods(none) {
			arguments := func(p reflect.Type) []reflect.Value { return []reflect.Value{argument(p, all)} }
			if err, has := try(t, none, method, arguments); has && err == nil && !isCleanup(method.Name) &&
				method.Name != "Interpreted" {
				t.Errorf("(%s)(nil).%s has no error", none.Type(), method.Name)
			}
		}
	}
}

// TestNilArguments gives every method nil for what is a pointer, an interface or a function, and nothing else. None
// panics; and a context that is nil is refused, while nothing is in use.
func TestNilArguments(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		_, all := handles(t, engine)
		for _, h := range all {
			v := reflect.ValueOf(h)
			for _, method := range methods(v) {
				if isCleanup(method.Name) || strings.HasPrefix(method.Name, "Set") || method.Name == "AddFuel" {
					continue // that would be the end of the others
				}
				contexts := false
				arguments := func(p reflect.Type) []reflect.Value {
					contexts = contexts || p == reflect.TypeFor[context.Context]()
					return []reflect.Value{reflect.Zero(p)}
				}
				if err, has := try(t, v, method, arguments); has && contexts && err == nil {
					t.Errorf("(%s).%s takes a nil context", v.Type(), method.Name)
				}
			}
		}
		in := all[4].(*weft.Instance)
		if results, err := in.Func("id").Call(context.Background(), weft.I32(42)); err != nil || results[0].I32() != 42 {
			t.Errorf("afterwards: %v, %v", results, err)
		}
	})
}

// needsNothing are the methods with an error that need no open store: with why.
var needsNothing = map[string]string{
	"*weft.Module.Interpreted":     "the module is none of the store's",
	"*weft.Module.Save":            "the module is none of the store's",
	"*weft.Engine.Parse":           "reads a module",
	"*weft.Engine.Compile":         "reads a module",
	"*weft.Engine.CompileFile":     "reads a module",
	"*weft.Engine.CompileModule":   "reads a module",
	"*weft.Engine.CompileWatched":  "reads a module",
	"*weft.Engine.Load":            "reads a module",
	"*weft.Engine.NewStore":        "makes another store",
	"*weft.Engine.NewSharedMemory": "makes what is in no store",
	"*weft.Cache.Flush":            "the cache is none of the store's",
	"*weft.CPUProfiler.Start":      "the profiler is none of the store's",
	"*weft.Handlers.Error":         "is an error itself",
	"*weft.SharedMemory.In":        "takes the store as an argument",
}

// TestClosedHandles calls every method of every handle of a closed store. Those with an error return ErrClosed.
func TestClosedHandles(t *testing.T) {
	onExecutors(t, func(t *testing.T, engine *weft.Engine) {
		store, all := handles(t, engine)
		store.Close()
		for _, h := range all {
			v := reflect.ValueOf(h)
			for _, method := range methods(v) {
				name := v.Type().String() + "." + method.Name
				if needsNothing[name] != "" {
					continue
				}
				arguments := func(p reflect.Type) []reflect.Value { return []reflect.Value{argument(p, all)} }
				if err, has := try(t, v, method, arguments); has && !errors.Is(err, weft.ErrClosed) && !isCleanup(method.Name) {
					t.Errorf("%s: error %v", name, err)
				}
			}
		}
	})
}
