package weft_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"

	"weft"
	"weft/wasm"
)

// Most programs need an engine, a store and a linker, and one of each.
func ExampleRuntime() {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	if err := r.Wrap("env", "print", func(n int32) { fmt.Println("the guest says", n) }); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	instance, err := r.InstantiateSource(ctx, []byte(`(module
	  (import "env" "print" (func $print (param i32)))
	  (func (export "run") (param i32) (call $print (local.get 0))))`))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := instance.Func("run").Call(ctx, weft.I32(7)); err != nil {
		log.Fatal(err)
	}
	// Output: the guest says 7
}

// TestRuntimeWithoutStore makes runtimes where that fails: everything returns why.
func TestRuntimeWithoutStore(t *testing.T) {
	_, want := (*weft.Engine)(nil).NewStore(weft.DefaultLimits())
	r := (*weft.Engine)(nil).NewRuntime(weft.DefaultLimits())
	defer r.Close()
	r.Define("env", "f", nil)
	_, instantiated := r.InstantiateSource(t.Context(), []byte(`(module)`))
	for what, err := range map[string]error{
		"Err":               r.Err(),
		"Wrap":              r.Wrap("env", "f", func() {}),
		"DefineFunc":        r.DefineFunc("env", "f", wasm.FuncType{}, func(context.Context, []uint64) error { return nil }),
		"HostModule.Define": new(weft.HostModule).Wrap("f", func() {}).Define(r.Linker, "env"),
		"InstantiateSource": instantiated,
	} {
		if err == nil || err != want {
			t.Errorf("%s: %v; want %v", what, err, want)
		}
	}
}

// TestInstantiateSource makes instances of what is a module, and of what is none.
func TestInstantiateSource(t *testing.T) {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	var wrong *wasm.Error
	if _, err := r.InstantiateSource(t.Context(), []byte(`(module (func (result i32)))`)); !errors.As(err, &wrong) {
		t.Errorf("an invalid module: %v", err)
	}
	var missing *weft.LinkError
	if _, err := r.InstantiateSource(t.Context(), []byte(`(module (import "a" "b" (func)))`)); !errors.As(err, &missing) {
		t.Errorf("an import that nobody defines: %v", err)
	}
	if _, err := r.InstantiateSource(noContext, []byte(`(module)`)); err == nil {
		t.Error("a context that is nil is taken")
	}
	r.Close()
	if _, err := r.InstantiateSource(t.Context(), nil); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
