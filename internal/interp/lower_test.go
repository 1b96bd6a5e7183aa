package interp

import (
	"context"
	"strings"
	"testing"

	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// TestLoweringEndsWithItsCall lowers a large function for a call that has ended, and once more for one that has not.
func TestLoweringEndsWithItsCall(t *testing.T) {
	m, err := text.Parse([]byte(`(module (func `+strings.Repeat("(drop (i32.const 1))", 10_000)+`))`), wasm.DefaultFeatures)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Module(m, wasm.DefaultFeatures); err != nil {
		t.Fatal(err)
	}
	engine, err := New()
	if err != nil {
		t.Fatal(err)
	}
	module := store.NewModule(m, wasm.NewTypeSet(), wasm.DefaultFeatures, engine, nil)
	ctx, cancel := context.WithCancel(context.Background())
	s := &store.Store{Active: []store.Roots{&machine{ctx: ctx}}}
	var l lowerer
	if _, err := l.lower(s, module, 0); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := l.lower(s, module, 0); err != errEnded {
		t.Errorf("lowering ends with %v", err)
	}
}
