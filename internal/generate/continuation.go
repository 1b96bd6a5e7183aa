package generate

import (
	"fmt"
	"slices"

	"weft/wasm"
)

// continuationTypes makes the types of continuations, and the tags that suspend and
// switch.
func (g *generator) continuationTypes() {
	result := list("result", g.results)
	fmt.Fprintf(&g.out, "(type $fe (func%s)) (type $ke (cont $fe))\n", result)
	fmt.Fprintf(&g.out, "(rec (type $fr (func (param i32 (ref null $kr))%s)) (type $kr (cont $fr)))\n", result)
	for _, s := range g.tags {
		fmt.Fprintf(&g.out, "(type $f%s (func%s%s)) (type $k%s (cont $f%s))\n", s.name, list("param", s.results), result, s.name, s.name)
		fmt.Fprintf(&g.out, "(tag $%s (export \"%s\")%s%s)\n", s.name, s.name, list("param", s.params), list("result", s.results))
	}
	fmt.Fprintf(&g.out, "(type $fb (func%s%s)) (type $kb (cont $fb))\n", list("param", g.bound()), result)
	fmt.Fprintf(&g.out, "(tag $sw (export \"sw\")%s)\n", result)
	if g.has(named) {
		g.namedTypes()
	}
	if g.has(tagValues) {
		g.tagValueTypes()
	}
}

// switchable returns a continuation of type $kr.
func (g *generator) switchable() string {
	switch g.next(4) {
	case 1:
		return "(cont.new $kr (ref.func $f2))"
	case 2:
		return "(local.get $kr) (local.set $kr (ref.null $kr))"
	case 3:
		return "(local.get $kr)"
	}
	return "(ref.null $kr)"
}

// suspend returns a suspension, or a switch.
func (g *generator) suspend() string {
	if g.next(4) == 3 && !g.has(dialect) {
		guard := "(i32.const 1)"
		target := "(cont.new $kr (ref.func $f2))"
		if g.next(2) == 1 {
			guard, target = "(i32.eqz (ref.is_null (local.get $kr)))", "(local.get $kr)"
		}
		return fmt.Sprintf("(if %s (then (switch $kr $sw %s %s) (local.set $kr) (local.set $i32_0)))", guard, g.value("i32", 2), target)
	}
	s := one(g, g.tags)
	return g.take(fmt.Sprintf("(suspend $%s%s)", s.name, g.values(s.params, 2)), s.results)
}

// named is what named handlers need.
const named = wasm.NamedHandlers | wasm.StackSwitching

// namedTypes makes $hn, the type of handlers, $kn, a continuation that takes nothing but the name of one, and for each
// tag $s there is $kns, the continuation that has suspended with it to a name.
func (g *generator) namedTypes() {
	result := list("result", g.results)
	fmt.Fprintf(&g.out, "(type $hn (handler%s)) (type $fn (func (param (ref $hn))%s)) (type $kn (cont $fn))\n", result, result)
	for _, s := range g.tags {
		params := append(slices.Clone(s.results), "(ref $hn)")
		fmt.Fprintf(&g.out, "(type $fn%s (func%s%s)) (type $kn%s (cont $fn%s))\n", s.name, list("param", params), result, s.name, s.name)
	}
}

// namedState makes $name, the name that functions suspend to, and $fnamed, which notes its own.
func (g *generator) namedState() {
	g.out.WriteString("(global $name (mut (ref null $hn)) (ref.null $hn))\n")
	fmt.Fprintf(&g.out, "(func $fnamed (type $fn) (global.set $name (local.get 0)) (call $f1))\n(elem declare func $fnamed)\n")
}

// suspendTo returns a suspension to a name, which seldom is one that nobody has.
func (g *generator) suspendTo() string {
	s := one(g, g.tags)
	action := g.take(fmt.Sprintf("(suspend_to $hn $%s%s (global.get $name)) (global.set $name)", s.name, g.values(s.params, 2)), s.results)
	if g.seldom() {
		return action
	}
	return "(if (i32.eqz (ref.is_null (global.get $name))) (then " + action + "))"
}

// resumeWith returns a resume_with of a continuation that begins, or of one that is kept.
func (g *generator) resumeWith(depth int) string {
	typ, kont, params, guard := "$kn", "(cont.new $kn (ref.func $fnamed))", []string(nil), ""
	if g.next(2) == 1 {
		s := one(g, g.tags)
		typ, params = "$kn"+s.name, s.results
		kont = fmt.Sprintf("(local.get %s) (local.set %s (ref.null %s))", typ, typ, typ)
		guard = typ
	}
	done := g.name("d")
	h := g.handlers(depth, done, "on $", "$kn", 8)
	action := fmt.Sprintf("(block %s\n%s(resume_with %s%s%s %s)\n%s (br %s)%s)\n(global.set $name (ref.null $hn))",
		done, h.opening, typ, h.clauses, g.values(params, 2), kont, g.take("", g.results), done, h.closing)
	if guard == "" {
		return action
	}
	return fmt.Sprintf("(if (i32.eqz (ref.is_null (local.get %s))) (then\n%s))", guard, action)
}

// resume returns a resume with clauses, whose handlers keep the continuations, and
// what makes or keeps the one that it resumes.
func (g *generator) resume(depth int) string {
	s := one(g, g.tags)
	typ, kont, params, guard := "$ke", "(cont.new $ke (ref.func $f1))", []string(nil), ""
	switch g.next(8) {
	case 0:
		if g.has(tagValues) && g.next(4) == 3 {
			kont = "(cont.new $ke (ref.func $ftag))"
		}
	case 1, 2:
		typ, params = "$k"+s.name, s.results
		guard, kont = typ, "(local.get "+typ+")"
		if g.next(8) != 7 { // seldom one that is consumed
			kont += fmt.Sprintf(" (local.set %s (ref.null %s))", typ, typ)
		}
	case 3:
		typ, kont, params = "$kr", "(cont.new $kr (ref.func $f2))", []string{"i32", "(ref null $kr)"}
	case 4:
		s = g.tags[0]
		typ, kont, params = "$k"+s.name, "(cont.new $k"+s.name+" (ref.func $f3))", s.results
	case 5:
		s = g.tags[0]
		typ, params = "$k"+s.name, s.results
		kont = fmt.Sprintf("(cont.bind $kb $k%s %s (cont.new $kb (ref.func $f4)))", s.name, g.value("i64", 2))
	case 6:
		typ, kont, params = "$k"+g.tags[0].name, "(global.get $gk)", g.tags[0].results
		if g.next(2) == 1 {
			return fmt.Sprintf("(global.set $gk (local.get %s)) (local.set %s (ref.null %s))", typ, typ, typ)
		}
		guard = "global"
	case 7:
		kont = "(cont.bind $ke $ke (cont.new $ke (ref.func $f1)))"
	}
	if g.next(6) == 5 {
		kont = fmt.Sprintf("(cont.bind %s %s %s)", typ, typ, kont) // of nothing
	}

	done, word := g.name("d"), "on $"
	if g.has(dialect) {
		word = "tag $"
	}
	h := g.handlers(depth, done, word, "$k", 5)
	if g.next(3) != 2 && !g.has(dialect) {
		h.clauses += " (on $sw switch)"
	}
	instruction := "resume " + typ
	args := g.values(params, 2)
	if g.next(8) == 7 {
		e := one(g, g.errors)
		instruction, args = "resume_throw "+typ+" $"+e.name, g.values(e.params, 2)
	}
	action := fmt.Sprintf("(block %s\n%s(%s%s%s %s)\n%s (br %s)%s)", done, h.opening, instruction, h.clauses, args, kont,
		g.take("", g.results), done, h.closing)
	switch {
	case guard == "global":
		return fmt.Sprintf("(if (i32.eqz (ref.is_null (global.get $gk))) (then\n%s))", action)
	case guard != "" && g.next(12) != 11:
		return fmt.Sprintf("(if (i32.eqz (ref.is_null (local.get %s))) (then\n%s))", guard, action)
	}
	return action
}

// handlers are the clauses of a resumption, and what handles them: one block for each clause, the innermost around the
// resumption.
type handlers struct {
	clauses, opening, closing string
	tags                      []signature // of the clauses
}

// handlers makes clauses for the tags. A handler keeps the continuation in the local of the tag that begins with
// prefix, and goes to done. One tag of so many is left to an outer resumption.
func (g *generator) handlers(depth int, done, word, prefix string, left int) handlers {
	var h handlers
	for _, tag := range g.tags {
		if g.next(left) == left-1 {
			continue
		}
		label, k := g.name("h"), prefix+tag.name
		h.clauses += fmt.Sprintf(" (%s%s %s)", word, tag.name, label)
		h.opening = fmt.Sprintf("(block %s (result%s (ref %s))\n", label, space(tag.params), k) + h.opening
		h.closing += fmt.Sprintf(")\n(local.set %s) %s", k, g.take("", tag.params))
		if depth < maxDepth && g.next(2) == 1 {
			h.closing += "\n" + g.statements(depth+1)
		}
		h.closing += " (br " + done + ")"
		h.tags = append(h.tags, tag)
	}
	return h
}

// dialect is the one of 2023: without switch, but with barriers.
const dialect = wasm.TypedContinuations2023

// block returns the word that opens a block, which may be one that no suspension may leave.
func (g *generator) block() string {
	if g.has(dialect) && g.next(2) == 1 {
		return "barrier"
	}
	return "block"
}

func space(types []string) string {
	s := ""
	for _, t := range types {
		s += " " + t
	}
	return s
}
