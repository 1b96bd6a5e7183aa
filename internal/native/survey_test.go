package native

import (
	"fmt"
	"strings"
	"testing"

	"weft/internal/store"
	"weft/wasm"
)

// TestCandidates holds that no body is passed over which has an instruction that the survey is for, and that a byte
// which looks like one, before the number of another type, is none.
func TestCandidates(t *testing.T) {
	var types strings.Builder
	for i := range 200 { // the numbers of the types behind take two bytes
		fmt.Fprintf(&types, " (type (func (param%s)))", strings.Repeat(" i32", i+1))
	}
	g := newGuest(t, store.DefaultLimits)
	m := g.moduleOf(`(module (type $f (func))` + types.String() + ` (type $k (cont $f)) (tag $e)
		(type $h (handler)) (type $g (func (param (ref $h)))) (type $named (cont $g))
		(func $new (result (ref $k)) (cont.new $k (ref.null $f)))
		(func $resume (param (ref $k)) (resume $k (local.get 0)))
		(func $throw (param (ref $k)) (resume_throw $k $e (local.get 0)))
		(func $throw_ref (param (ref $k) exnref) (resume_throw_ref $k (local.get 1) (local.get 0)))
		(func $with (param (ref $named)) (resume_with $named (local.get 0)))
		(func $tags (param (ref $k)) (resume_tags $k (local.get 0)))
		(func $constant (result i32) (i32.const 96))
		(func $other (suspend $e)))`)
	c := newCandidates(m)
	for i, want := range []bool{true, true, true, true, true, true, false, false} {
		if body := m.Wasm.Funcs[i].Body; c.in(body) != want {
			t.Errorf("function %d, % x: %v, want %v", i, body, !want, want)
		}
	}
	for _, info := range wasm.Instructions {
		if hasClauses(info.Imm) && info.Prefix != 0 && info.Prefix != wasm.PrefixDialect {
			t.Errorf("%s has an opcode of more than one byte", info.Name)
		}
	}
	if newCandidates(g.moduleOf(`(module (func))`)) != nil {
		t.Error("a module without types of continuations has candidates")
	}
}
