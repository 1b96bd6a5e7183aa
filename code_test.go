package weft_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// manyFunctions returns a module whose code is large, and whose function run calls the one of a number; cont does
// so in a continuation.
func manyFunctions(n int) string {
	var b strings.Builder
	b.WriteString(`(module (type $f (func (result i32))) (type $k (cont $f)) (memory 1) (table $t (ref null $f) (elem`)
	for i := range n {
		fmt.Fprintf(&b, " (item ref.func $f%d)", i)
	}
	b.WriteString(`))
	  (func (export "run") (param i32) (result i32) (call_ref $f (table.get $t (local.get 0))))
	  (func (export "cont") (param i32) (result i32) (resume $k (cont.new $k (table.get $t (local.get 0)))))`)
	body := strings.Repeat("(i32.store (i32.load (i32.const 8)) (i32.load (i32.const 16)))", 100)
	for i := range n {
		fmt.Fprintf(&b, "(func $f%d (type $f) %s (i32.const %d))\n", i, body, i)
	}
	b.WriteString(")")
	return b.String()
}

// TestCodeLimit calls functions until there is no room for their code. Those that have some go on; those
// that have none trap, wherever they are called; and other modules are not concerned.
func TestCodeLimit(t *testing.T) {
	const n = 100
	configs := map[string]weft.Config{
		"interpreter": weft.NewConfig().WithExecutor(weft.Interpreter), "automatic": weft.NewConfig(),
	}
	if hasNative() {
		configs["ahead"] = weft.NewConfig().WithNativeOptions(weft.NativeOptions{Eager: true})
		configs["interpreted first"] = weft.NewConfig().WithNativeOptions(weft.NativeOptions{InterpretFirst: true, HotAfter: 5})
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			engine, err := weft.NewEngine(config.WithCodeLimit(100_000))
			if err != nil {
				t.Fatal(err)
			}
			_, in := openOn(t, engine, manyFunctions(n), weft.DefaultLimits(), nil)
			var full error
			first := int32(0)
			for ; full == nil && first < n; first++ {
				if full = runs(in, "run", first); full == nil {
					full = runs(in, "cont", first)
				}
			}
			if first < 5 || first == n {
				t.Fatalf("function %d is the first one without room", first)
			}
			for _, what := range []string{"run", "cont"} {
				if err := runs(in, what, 0); err != nil {
					t.Errorf("%s of what has been called: %v", what, err)
				}
				err := runs(in, what, n-1)
				var trap *weft.Trap
				if !errors.As(err, &trap) || trap.Code != wasm.TrapOutOfMemory ||
					!strings.Contains(trap.Detail, "limit of 100000 bytes") {
					t.Fatalf("%s: %v, want a trap that names the limit", what, err)
				}
				if f := trap.Stack.Frames; len(f) == 0 || f[len(f)-1].FuncName != what {
					t.Errorf("%s: wrong trace: %v", what, err)
				}
			}
			_, other := openOn(t, engine, fib, weft.DefaultLimits(), nil)
			if got := call(t, other, "fib", weft.I32(10))[0].I32(); got != 55 {
				t.Errorf("another module computes %d, want 55", got)
			}
		})
	}
}

// runs calls a function of manyFunctions.
func runs(in *weft.Instance, name string, i int32) error {
	got, err := in.Func(name).Call(context.Background(), weft.I32(i))
	if err == nil && got[0].I32() != i {
		err = fmt.Errorf("%s returns %d for function %d", name, got[0].I32(), i)
	}
	return err
}
