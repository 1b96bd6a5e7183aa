package native

import (
	"slices"
	"testing"

	"weft/internal/codegen"
	"weft/wasm"
)

// TestPositionsAway looks at what stands behind a function that calls by a table, with another call built in behind
// it: the way to a function of another instance belongs to the call.
func TestPositionsAway(t *testing.T) {
	e := newTestEngine(t, Config{})
	m := hostileModule(t, e, `(table 1 funcref) (type $t (func (result i32)))
		(func (param $p i32) (result i32)
			(i32.add (call_indirect (type $t) (local.get $p)) (call $last (local.get $p))))
		(func $last (param $p i32) (result i32)
			(if (result i32) (local.get $p) (then (i32.const 1)) (else (unreachable))))`)
	code, err := compileFirst(e, m, 0)
	if err != nil {
		t.Fatal(err)
	}
	body := m.Wasm.Funcs[0].Body
	call := int32(slices.Index(body, byte(wasm.OpCallIndirect)))
	at := slices.IndexFunc(code.Sites, func(s codegen.Site) bool { return s.Pos == call && s.Trap == wasm.TrapNone })
	if len(code.Inlined) != 1 || at < 0 {
		t.Fatalf("%d calls are built in, the call at %d has site %d", len(code.Inlined), call, at)
	}
	fn := &funcCode{sites: code.Sites, marks: code.Marks, inlined: code.Inlined}
	behind := code.Sites[at].Offset
	away := slices.IndexFunc(code.Marks, func(m codegen.Mark) bool { return m.Pos == call && m.Offset > behind })
	if away < 0 {
		t.Fatalf("no mark behind the function has position %d: %v", call, code.Marks)
	}
	p := place{fn: fn, offset: code.Marks[away].Offset}
	if got := p.position(); got != call {
		t.Errorf("position %d, want %d", got, call)
	}
}
