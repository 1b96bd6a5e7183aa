package generate

import (
	"fmt"

	"weft/wasm"
)

// Small functions are those that a compiler builds into their callers: an expression, and before it at most one
// statement, which may leave the function. They call the ones before them, and sometimes large ones.

const (
	// smalls is how many there may be.
	smalls = 6
	// smallNodes bounds the size of one.
	smallNodes = 6
)

// makeSmalls makes the small functions.
func (g *generator) makeSmalls() {
	g.smalls = g.smalls[:0] // of the module before
	for i := range g.next(smalls + 1) {
		typ := one(g, []string{"i32", "i64", "f32", "f64"})
		f := signature{fmt.Sprintf("$small%d", i), []string{"i32", typ}, []string{typ}}
		g.current, g.labels, g.loops, g.work = f, nil, 0, smallNodes
		fmt.Fprintf(&g.out, "(func %s (param $p0 i32) (param $p1 %s) (result %s)\n ", f.name, typ, typ)
		g.declareLocals()
		first := g.beforeSmall(typ)
		fmt.Fprintf(&g.out, "\n  %s\n  %s)\n", first, g.value(typ, 2))
		g.smalls = append(g.smalls, f)
	}
}

// beforeSmall returns what a small function does before it computes its result.
func (g *generator) beforeSmall(typ string) string {
	local := fmt.Sprintf("$%s_%d", typ, g.next(locals))
	set := fmt.Sprintf("(local.set %s %s)", local, g.value(typ, 1))
	switch g.next(8) {
	case 0:
		return fmt.Sprintf("(if (i32.eqz (local.get $p0)) (then (return %s)))", g.value(typ, 1))
	case 1:
		return fmt.Sprintf("(block (br_if 0 (local.get $p0)) %s)", set)
	case 2:
		return fmt.Sprintf("(if (local.get $p0) (then %s) (else (local.set $p1 (local.get %s))))", set, local)
	case 3:
		return fmt.Sprintf("(loop %s "+
			"(br_if 0 (i32.and (local.tee $p0 (i32.shr_u (local.get $p0) (i32.const 4))) (i32.const 7))))", set)
	case 4:
		if g.has(wasm.Exceptions) && len(g.errors[0].params) <= 1 {
			return fmt.Sprintf("(if (i32.eq (local.get $p0) (i32.const 1)) (then (throw $%s%s)))",
				g.errors[0].name, g.values(g.errors[0].params, 0))
		}
		return "(if (i32.eq (local.get $p0) (i32.const 1)) (then (unreachable)))"
	case 5:
		return fmt.Sprintf("(br_if 0 %s (local.get $p0)) (drop)", g.value(typ, 1))
	case 6:
		return fmt.Sprintf("(block (loop (br_if 1 (i32.eqz (local.get $p0))) %s "+
			"(local.set $p0 (i32.shr_u (local.get $p0) (i32.const 5))) (br 0)))", set)
	}
	return ""
}

// callSmall returns a call of a small function with a result of the type; false if there is none.
func (g *generator) callSmall(typ string, depth int) (string, bool) {
	for i := range g.smalls {
		if f := &g.smalls[len(g.smalls)-1-i]; f.results[0] == typ && g.next(2) == 1 {
			return fmt.Sprintf("(call %s%s)", f.name, g.values(f.params, depth)), true
		}
	}
	return "", false
}
