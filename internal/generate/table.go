package generate

import (
	"fmt"

	"weft/wasm"
)

// A table is one whose elements are null or the module's function 0.
type table struct {
	name, address string // the type of its indices
}

// makeTables makes the tables that statements change. The table $t, which calls go through, has
// each function at its number.
func (g *generator) makeTables() {
	add := func(t table, limits string) {
		fmt.Fprintf(&g.out, "(table %s (export \"%s\") %s funcref)\n", t.name, t.name[1:], limits)
		g.tables = append(g.tables, t)
	}
	add(table{"$u", "i32"}, "20 40")
	if g.has(wasm.Memory64) {
		add(table{"$w", "i64"}, "i64 17 40")
	}
	g.out.WriteString("(elem $elements funcref (ref.func $f0) (ref.null func) (ref.func $f0) (ref.func $f0) (ref.null func) (ref.func $f0))\n")
}

// tableStatement returns a statement about many elements of a table.
func (g *generator) tableStatement() string {
	t := one(g, g.tables)
	at := g.masked(t.address, "0xf", 2)
	if g.seldom() {
		at = g.value(t.address, 1)
	}
	switch g.next(6) {
	case 1:
		from := one(g, g.tables)
		return fmt.Sprintf("(table.copy %s %s %s %s %s)", t.name, from.name, at,
			g.masked(from.address, "0x7", 2), g.masked(shorter(t.address, from.address), "0x3", 1))
	case 2:
		return fmt.Sprintf("(table.init %s $elements %s %s %s)", t.name, at, g.masked("i32", "3", 1), g.masked("i32", "1", 1))
	case 3:
		if g.next(8) == 7 { // most of what follows traps
			return "(elem.drop $elements)"
		}
	case 4:
		return fmt.Sprintf("(drop (table.grow %s (ref.func $f0) %s))", t.name, g.masked(t.address, "3", 1))
	case 5:
		return fmt.Sprintf("(table.set %s %s (table.get %s %s))", t.name, at, t.name, g.masked(t.address, "0xf", 2))
	}
	return fmt.Sprintf("(table.fill %s %s %s %s)", t.name, at, one(g, []string{"(ref.func $f0)", "(ref.null func)"}), g.masked(t.address, "3", 1))
}

// callThroughTable returns a call of function 0, if the element that is asked for is not null.
func (g *generator) callThroughTable(depth int) string {
	t, l := one(g, g.tables), ""
	l = fmt.Sprintf("$%s_%d", t.address, g.next(locals))
	args := g.value("i32", depth)
	return fmt.Sprintf("(if (result i64) (ref.is_null (table.get %s (local.tee %s %s))) (then (i64.const 9)) (else (call_indirect %s (type $t0) %s (local.get %s))))",
		t.name, l, g.masked(t.address, "0xf", depth), t.name, args, l)
}
