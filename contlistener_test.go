package weft_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"weft"
	"weft/wasm"
)

// TestContinuationListener hears of continuations that Go makes, resumes and lets suspend, on engines that would make
// machine code.
func TestContinuationListener(t *testing.T) {
	const source = `(module $m
	  (type $f (func)) (type $k (cont $f)) (import "h" "wait" (func $wait)) (tag $stop)
	  (func $inner (call $wait) (suspend $stop))
	  (elem declare func $inner)
	  (func (export "body")
	    (block $on (result (ref $k)) (resume $k (on $stop $on) (cont.new $k (ref.func $inner))) (return))
	    (drop)))`
	var heard []string
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures).
		WithContinuationListener(func(e *weft.ContinuationEvent) {
			f, tag := e.Frame(), "-"
			if e.Tag != nil {
				tag = e.Tag.String()
			}
			heard = append(heard, fmt.Sprintf("%s %v %d by %d in %s %s stack %v", e.Func, e.Kind, e.Continuation,
				e.Other, f.FuncName, tag, e.StackBytes > 0))
		}))
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	tag, err := store.NewTag("wait", wasm.FuncType{})
	if err != nil {
		t.Fatal(err)
	}
	linker := weft.NewLinker(store)
	if err := linker.DefineFunc("h", "wait", wasm.FuncType{}, func(context.Context, []uint64) error {
		return tag.Suspend()
	}); err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := linker.Instantiate(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	k, err := store.NewContinuation(instance.Func("body"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, _, err := k.Resume(t.Context(), nil, weft.On(tag))
		if err != nil {
			t.Fatal(err)
		}
		if s != nil {
			k = s.Continuation
		}
	}
	want := []string{
		"body resumed 1 by 0 in  - stack true",
		"inner made 2 by 1 in body - stack false",
		"inner resumed 2 by 1 in body - stack true",
		"body suspended 1 by 2 in inner tag wait [] -> [] stack true",
		"body resumed 1 by 0 in  - stack true",
		"inner suspended 2 by 2 in inner tag $stop [] -> [] stack true",
		"body ended 1 by 0 in  - stack true", // nothing refers to inner, but no collection has found that
	}
	if !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
}
