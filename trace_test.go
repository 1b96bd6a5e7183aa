package weft_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// TestTraceThroughHost checks that the trace of an error shows the calls on both sides of a host function that has
// called the guest, and the host function between them, whatever ends the call; and that an error which the host
// returns twice is not changed by that.
func TestTraceThroughHost(t *testing.T) {
	const source = `(module (import "h" "f" (func $f)) (tag $t) (tag $e (param i32))
	  (func $deep_trap (unreachable)) (func (export "trap") (call $deep_trap))
	  (func $deep_throw (throw $e (i32.const 1))) (func (export "throw") (call $deep_throw))
	  (func $deep_suspend (suspend $t)) (func (export "suspend") (call $deep_suspend))
	  (func $deep_spin (loop $l (br $l))) (func (export "spin") (call $deep_spin))
	  (func $middle (call $f)) (func $outer (export "outer") (call $middle)))`
	want := func(kind string) []string { return []string{"deep_" + kind, kind, "h.f", "middle", "outer"} }
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		var instance *weft.Instance
		var inner func(ctx context.Context) error
		linker := weft.NewLinker(store)
		if err := linker.DefineFunc("h", "f", wasm.FuncType{}, func(ctx context.Context, _ []uint64) error { return inner(ctx) }); err != nil {
			t.Fatal(err)
		}
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if instance, err = linker.Instantiate(context.Background(), module); err != nil {
			t.Fatal(err)
		}
		outer := func(kind string) error {
			ctx, cancel := context.WithCancel(context.Background())
			if kind == "spin" {
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
			}
			defer cancel()
			_, err := instance.Func("outer").Call(ctx)
			return err
		}
		for _, kind := range []string{"trap", "throw", "suspend", "spin"} {
			inner = func(ctx context.Context) error {
				_, err := instance.Func(kind).Call(ctx)
				return err
			}
			if got := frameNames(outer(kind)); fmt.Sprint(got) != fmt.Sprint(want(kind)) {
				t.Errorf("%s: %s: %v, want %v", name, kind, got, want(kind))
			}
			inner = func(ctx context.Context) error {
				_, err := instance.Func(kind).Call(ctx)
				return fmt.Errorf("wrapped: %w", err)
			}
			err := outer(kind)
			for _, part := range append(want(kind), "wrapped") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%s: %s, wrapped: %q is not in %v", name, kind, part, err)
				}
			}
		}
		_, kept := instance.Func("trap").Call(context.Background())
		before := kept.Error()
		inner = func(context.Context) error { return kept }
		for range 3 {
			if got := frameNames(outer("trap")); fmt.Sprint(got) != fmt.Sprint(want("trap")) {
				t.Errorf("%s: an error that was kept: %v", name, got)
			}
		}
		if after := kept.Error(); after != before {
			t.Errorf("%s: an error that was returned has become %s", name, after)
		}
		store.Close()
	}
}

// frameNames lists the functions of an error's trace, innermost first.
func frameNames(err error) (names []string) {
	var trace interface{ StackTrace() *weft.StackTrace }
	var exception *weft.Exception
	var frames []weft.Frame
	if errors.As(err, &exception) {
		frames = exception.Stack.Frames
	} else if errors.As(err, &trace) {
		frames = trace.StackTrace().Frames
	}
	for _, f := range frames {
		names = append(names, f.FuncName)
	}
	return names
}
