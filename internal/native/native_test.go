package native

import (
	"context"
	"testing"

	"weft/internal/interp"
	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

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
