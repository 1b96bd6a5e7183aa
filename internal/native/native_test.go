package native

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"weft/internal/codegen"
	"weft/internal/interp"
	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

var ctx = context.Background()

// A guest is a store with one instance of one module of handmade functions.
type guest struct {
	t      testing.TB
	engine *Engine
	types  *wasm.TypeSet
	store  *store.Store
	*store.Instance
}

func newTestEngine(t testing.TB, config Config) *Engine {
	t.Helper()
	i, err := interp.New()
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEngine(i, config)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func newGuest(t testing.TB, limits store.Limits) *guest {
	t.Helper()
	return newGuestOf(t, Config{}, limits)
}

func newGuestOf(t testing.TB, config Config, limits store.Limits) *guest {
	t.Helper()
	g := &guest{t: t, engine: newTestEngine(t, config), types: wasm.NewTypeSet()}
	var err error
	if g.store, err = store.New(g.types, g.engine, limits); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.store.Close)
	return g
}

// moduleOf reads a module.
func (g *guest) moduleOf(source string) *store.Module {
	g.t.Helper()
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err != nil {
		g.t.Fatal(err)
	}
	if err := validate.Module(m, wasm.AllFeatures); err != nil {
		g.t.Fatal(err)
	}
	return store.NewModule(m, g.types, wasm.AllFeatures, g.engine, nil)
}

// A compileFunc stands for the compiler of an engine.
type compileFunc func(*Engine, *store.Module, bool) ([]*codegen.Code, error)

// instantiateBy makes an instance of a module whose code comes from compile.
func (g *guest) instantiateBy(source string, imports []store.Extern, compile compileFunc) *store.Instance {
	g.t.Helper()
	g.engine.compile = compile
	in, err := g.store.Instantiate(context.Background(), g.moduleOf(source), imports)
	if err != nil {
		g.t.Fatal(err)
	}
	g.Instance = in
	return in
}

// interpreted makes an instance of a module that the interpreter executes.
func (g *guest) interpreted(source string, imports ...store.Extern) *store.Instance {
	g.t.Helper()
	return g.instantiateBy(source, imports, func(*Engine, *store.Module, bool) ([]*codegen.Code, error) {
		return nil, errors.New("not compiled")
	})
}

// compiled makes an instance of a module by the compiler.
func (g *guest) compiled(source string) {
	g.t.Helper()
	g.engine.compile = nil
	m := g.moduleOf(source)
	if m.Interpreted != nil {
		g.t.Fatal(m.Interpreted)
	}
	in, err := g.store.Instantiate(context.Background(), m, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	g.Instance = in
}

// host makes a host function.
func (g *guest) host(t wasm.FuncType, call func(ctx context.Context, slots []uint64) error) *store.FuncRecord {
	g.t.Helper()
	id := g.types.AddCanonical(wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc, Func: t}})
	f, err := g.store.NewHostFunc(id, "host", call)
	if err != nil {
		g.t.Fatal(err)
	}
	return f.Record
}

// call calls an export of the last instance; slots are arguments and results.
func (g *guest) call(ctx context.Context, name string, slots ...uint64) ([]uint64, error) {
	f := g.Export(name).(*store.FuncRecord)
	all := make([]uint64, max(f.Params, f.Results))
	copy(all, slots)
	err := g.engine.Call(ctx, g.store, f, all)
	return all[:f.Results], err
}

// wantFrames compares the functions of a trace.
func wantFrames(t *testing.T, trace store.StackTrace, names ...string) {
	t.Helper()
	var got []string
	for _, f := range trace.Frames {
		name, _, _ := strings.Cut(f.String(), " ")
		got = append(got, name)
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the frames are %v, want %v", got, names)
	}
}

func needPreemption(t *testing.T) {
	t.Helper()
	if !canPreempt() {
		t.Skip("Go does not interrupt goroutines by signals here")
	}
}

func underRaceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
