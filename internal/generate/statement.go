package generate

import (
	"fmt"
	"slices"
	"strings"

	"weft/wasm"
)

// maxDepth bounds the nesting of statements.
const maxDepth = 4

// statements returns a few statements.
func (g *generator) statements(depth int) string {
	var s []string
	indent := strings.Repeat(" ", 2+depth)
	for range 1 + g.next(6) {
		if g.work--; g.work <= 0 {
			break
		}
		s = append(s, indent+g.statement(depth))
	}
	return strings.Join(s, "\n")
}

// statement returns an instruction that leaves nothing on the stack.
func (g *generator) statement(depth int) string {
	n := 20
	if depth >= maxDepth {
		n = 9
	}
	switch g.next(n) {
	case 0, 1:
		t := one(g, g.scalars())
		return fmt.Sprintf("(local.set $%s_%d %s)", t, g.next(locals), g.value(t, 4))
	case 2:
		t := one(g, g.scalars())
		return fmt.Sprintf("(global.set $g%s %s)", t, g.value(t, 3))
	case 3, 4:
		switch g.next(8) {
		case 5:
			return g.memoryStatement()
		case 6:
			return g.tableStatement()
		case 7:
			if g.has(wasm.Threads) {
				if g.next(8) == 7 {
					return g.fence()
				}
				return g.atomic("", 2)
			}
		}
		return g.store(2)
	case 5:
		i := g.next(len(g.funcs))
		return g.take(g.calls(i, 2), g.funcs[i].results)
	case 6:
		return g.branch()
	case 7:
		if g.has(wasm.GC) && g.next(3) > 0 {
			return g.objectStatement()
		}
		return g.rare()
	case 8:
		if g.has(named) && g.next(4) == 3 {
			return g.suspendTo()
		}
		if g.has(tagValues) && g.next(4) == 3 {
			return g.suspendTag()
		}
		if g.has(wasm.StackSwitching) {
			return g.suspend()
		}
		return g.branch()
	case 9, 10:
		return fmt.Sprintf("(if %s (then\n%s)\n(else\n%s))", g.value("i32", 3), g.statements(depth+1), g.statements(depth+1))
	case 11:
		name := g.name("b")
		types := g.some(2)
		body := g.inside(label{name, types}, depth)
		return g.take(fmt.Sprintf("(%s %s%s\n%s %s)", g.block(), name, list("result", types), body, g.values(types, 2)), types)
	case 12, 13, 14:
		return g.loop(depth)
	case 15, 16:
		if g.has(wasm.Exceptions) {
			if g.has(legacy) && g.next(2) == 1 {
				return g.legacyTry(depth)
			}
			return g.try(depth)
		}
		return g.loop(depth)
	}
	if g.has(named) && g.next(4) == 3 {
		return g.resumeWith(depth)
	}
	if g.has(tagValues) && g.next(4) == 3 {
		return g.resumeTags(depth)
	}
	if g.has(wasm.StackSwitching) {
		return g.resume(depth)
	}
	return "(block\n" + g.statements(depth+1) + ")"
}

// inside returns statements that may branch to l.
func (g *generator) inside(l label, depth int) string {
	g.labels = append(g.labels, l)
	s := g.statements(depth + 1)
	g.labels = g.labels[:len(g.labels)-1]
	return s
}

// take puts the values that an expression leaves into locals.
func (g *generator) take(expr string, types []string) string {
	for _, t := range slices.Backward(types) {
		switch {
		case strings.HasPrefix(t, "(ref null $k"):
			expr += " (local.set " + strings.TrimSuffix(strings.TrimPrefix(t, "(ref null "), ")") + ")"
		case g.next(4) == 3:
			expr += " drop"
		default:
			expr += fmt.Sprintf(" (local.set $%s_%d)", t, g.next(locals))
		}
	}
	return expr
}

// store returns a store.
func (g *generator) store(depth int) string {
	t := one(g, g.scalars())
	if t == "v128" && g.next(2) == 1 {
		return g.storeLane(depth)
	}
	in := one(g, accesses(t, true))
	return g.access(in, depth) + " " + g.scalar(t, depth+1) + ")"
}

// change returns a short statement after which reads give something else.
func (g *generator) change() string {
	switch g.next(4) {
	case 1:
		t := one(g, g.scalars())
		return fmt.Sprintf("(global.set $g%s %s)", t, g.value(t, 1))
	case 2:
		i := g.next(len(g.funcs))
		return g.take(g.calls(i, 0), g.funcs[i].results)
	case 3:
		t := one(g, g.scalars())
		return fmt.Sprintf("(local.set $%s_%d %s)", t, g.next(locals), g.value(t, 1))
	}
	return g.store(0)
}

// branch returns a branch to a label, mostly a conditional one.
func (g *generator) branch() string {
	if g.states > 0 && (len(g.labels) == 0 || g.next(2) == 1) {
		return fmt.Sprintf("(if %s (then %s))", g.value("i32", 3), g.goTo())
	}
	if len(g.labels) == 0 {
		return "(nop)"
	}
	l := one(g, g.labels)
	var same []string
	for _, other := range g.labels {
		if slices.Equal(other.types, l.types) {
			same = append(same, other.name)
		}
	}
	switch g.next(5) {
	case 0, 1:
		return g.take(fmt.Sprintf("(br_if %s%s %s)", l.name, g.values(l.types, 1), g.value("i32", 3)), l.types)
	case 2:
		targets := l.name
		for range g.next(6) {
			targets += " " + one(g, same)
		}
		return fmt.Sprintf("(if %s (then (br_table %s%s %s)))", g.value("i32", 2), targets, g.values(l.types, 1), g.value("i32", 3))
	case 3:
		return fmt.Sprintf("(if %s (then (return%s)))", g.value("i32", 3), g.values(g.current.results, 2))
	}
	for i, f := range g.funcs {
		if g.has(wasm.TailCall) && slices.Equal(f.results, g.current.results) && g.next(2) == 1 {
			call := g.calls(i, 1)
			if strings.HasPrefix(call, "(call") {
				return fmt.Sprintf("(if %s (then (return_%s))", g.value("i32", 2), call[1:])
			}
		}
	}
	return fmt.Sprintf("(br_if %s%s %s) %s", l.name, g.values(l.types, 1), g.value("i32", 2), strings.Repeat("drop ", len(l.types)))
}

// rare returns a statement of the less common kinds.
func (g *generator) rare() string {
	switch g.next(11) {
	case 1, 2:
		return g.memoryStatement()
	case 3:
		return fmt.Sprintf("(table.set $t (i32.and %s (i32.const 7)) (table.get $t (i32.and %s (i32.const 3))))", g.value("i32", 2), g.value("i32", 2))
	case 4:
		if g.has(wasm.FunctionReferences) {
			return "(local.set $fn (ref.func $f0))"
		}
	case 5:
		if !g.has(wasm.Exceptions) {
			break
		}
		e := one(g, g.errors)
		return fmt.Sprintf("(if (i32.eq %s (i32.const 1)) (then (throw $%s%s)))", g.value("i32", 2), e.name, g.values(e.params, 2))
	case 6:
		if !g.has(wasm.Exceptions) {
			break
		}
		return "(if (i32.eqz (ref.is_null (local.get $x))) (then (throw_ref (local.get $x))))"
	case 7:
		return fmt.Sprintf("(if (i32.eq %s (i32.const 7)) (then unreachable))", g.value("i32", 2))
	case 8:
		if len(g.catches) > 0 {
			return g.rethrow(one(g, g.catches))
		}
	case 9:
		return g.tableStatement()
	case 10:
		if g.has(wasm.WideArithmetic) {
			return g.take(g.wide(2), []string{"i64", "i64"})
		}
	}
	return "(nop)"
}

// loop returns a loop that counts down a local of its own.
func (g *generator) loop(depth int) string {
	if g.loops == maxLoops {
		return "(nop)"
	}
	n, name, out := g.loops, g.name("l"), g.name("o")
	g.loops++
	g.labels = append(g.labels, label{out, nil})
	body := g.inside(label{name, nil}, depth)
	g.labels = g.labels[:len(g.labels)-1]
	return fmt.Sprintf("(local.set $n%d (i32.const %d))\n(block %s (loop %s\n(br_if %s (i32.eqz (local.get $n%d)))\n(local.set $n%d (i32.sub (local.get $n%d) (i32.const 1)))\n%s\n(br_if %s %s)))",
		n, 1+g.next(4), out, name, out, n, n, n, body, name, g.value("i32", 3))
}

// try returns a try_table around statements.
func (g *generator) try(depth int) string {
	e, done, handler := one(g, g.errors), g.name("d"), g.name("h")
	clause, types := "(catch $"+e.name+" "+handler+")", e.params
	keep := ""
	switch g.next(4) {
	case 1:
		clause, types = "(catch_all "+handler+")", nil
	case 2:
		clause, keep = "(catch_ref $"+e.name+" "+handler+")", "(local.set $x)"
	case 3:
		clause, types, keep = "(catch_all_ref "+handler+")", nil, "(local.set $x)"
	}
	caught := slices.Clone(types)
	if keep != "" {
		caught = append(caught, "(ref exn)")
	}
	body := g.inside(label{done, nil}, depth)
	if g.next(2) == 1 {
		body += fmt.Sprintf("\n(throw $%s%s)", e.name, g.values(e.params, 2))
	}
	return fmt.Sprintf("(block %s\n(block %s%s\n(try_table %s\n%s)\n(br %s))\n%s)",
		done, handler, list("result", caught), clause, body, done, g.take(keep, types))
}
