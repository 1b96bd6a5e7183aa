package validate_test

import (
	"errors"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/binary/scripttest"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// TestMVP checks that a module of the first release is valid without any
// proposal.
func TestMVP(t *testing.T) {
	const mvp = `(module (type $t (func (param i32) (result i32))) (import "m" "g" (global i32))
		(memory 1) (table 1 funcref) (global (mut i32) (global.get 0)) (elem (i32.const 0) $f) (data (i32.const 0) "x")
		(func $f (type $t) (block (result i32) (call_indirect (type $t) (local.get 0) (i32.load (i32.const 0)))))
		(export "f" (func $f)))`
	if err := check(t, mvp, wasm.MVP); err != nil {
		t.Error(err)
	}
	m, err := text.Parse([]byte(mvp), wasm.MVP)
	if err != nil {
		t.Fatal(err)
	}
	if err := throughBinary(t, m, wasm.MVP); err != nil {
		t.Error(err)
	}
}

// TestFeatures takes one proposal at a time away from valid modules: they stay
// valid or are refused because of that proposal.
func TestFeatures(t *testing.T) {
	var modules []*wasm.Module
	for _, m := range scripttest.Corpus(t, "../..", "spec/core/gc", "spec/core/exceptions", "stack-switching/core",
		"spec/core/multi-memory", "spec/core/relaxed-simd", "custom-page-sizes", "wide-arithmetic", "spec-legacy-exceptions") {
		if m.Form != scripttest.Text || m.Assert == "assert_invalid" {
			continue
		}
		mod, err := text.Parse([]byte(m.Source), wasm.AllFeatures)
		if err == nil && validate.Module(mod, wasm.AllFeatures) == nil {
			modules = append(modules, mod)
		}
	}
	for _, feature := range wasm.AllFeatures.List() {
		without := wasm.AllFeatures &^ feature
		refused := 0
		for _, m := range modules {
			for _, err := range []error{validate.Module(m, without), throughBinary(t, m, without)} {
				var e *wasm.Error
				if err == nil {
					continue
				}
				if errors.As(err, &e); e.Class == wasm.Invalid && strings.HasPrefix(e.Msg, "non-empty tag result type") {
					continue // what the specification says of tags without stack switching
				}
				if e.Class != wasm.Disabled || e.Feature != feature {
					t.Errorf("without %v: %v", feature, err)
				}
				refused++
			}
		}
		t.Logf("without %v: %d of %d refused", feature, refused, 2*len(modules))
	}
}

// TestDialect checks that a module in the dialect of 2023 is refused by who
// does not know it.
func TestDialect(t *testing.T) {
	m, err := binary.Decode([]byte("\x00asm\x01\x00\x00\x00"), wasm.AllFeatures|wasm.TypedContinuations2023)
	if err != nil {
		t.Fatal(err)
	}
	var e *wasm.Error
	if err := validate.Module(m, wasm.AllFeatures); !errors.As(err, &e) || e.Class != wasm.Disabled {
		t.Errorf("got %v", err)
	}
}
