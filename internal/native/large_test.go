package native

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"weft/internal/store"
)

// TestLargeFunctionIsAwaited compiles a large function for calls of which the first has ended: it does not wait for
// the code, and the second finds it.
func TestLargeFunctionIsAwaited(t *testing.T) {
	var body strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&body, "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const %d)))", i)
	}
	g := newGuest(t, store.DefaultLimits)
	g.compiled(`(module (func $large (export "large") (param i32) (result i32) ` + body.String() + ` (local.get 0)))`)
	code := g.Module.Native.(*lazyCode)
	if !code.isLarge(0) {
		t.Fatal("the function is not large")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := code.entry(ctx, 0)
	var interrupt *store.Interrupt
	if !errors.As(err, &interrupt) || !errors.Is(err, context.Canceled) {
		t.Fatalf("who has no time waits: %v", err)
	}
	want := uint32(7)
	for i := range uint32(20_000) {
		want = want*3 + i
	}
	g.expect("large", uint64(want), 7)
}
