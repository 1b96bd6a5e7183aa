package generate

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// A generator has the decisions that are left, and the module so far.
type generator struct {
	choices  []byte
	features wasm.Features
	out      strings.Builder

	funcs   []signature // of the module's functions
	smalls  []signature // of the small ones
	results []string    // of all functions that run as continuations
	tags    []signature // that suspend
	errors  []signature // whose exceptions are thrown
	objects []objectType
	// What the module has, beside a table for calls.
	memories []memory
	tables   []table
	work     int // nodes that may still be made for the function
	// pair says that there are two modules; imported are the functions that the second one has from the first.
	pair     bool
	imported map[int]bool

	// Of the function that is being made.
	current signature
	labels  []label
	catches []string // labels of the legacy handlers that are open
	unique  int
	loops   int
	states  int    // of a function in dispatch form (dispatch.go)
	goes    string // the local that has the number of one
}

// A signature is what a function or a tag takes and gives.
type signature struct {
	name            string
	params, results []string
}

// A label is what a branch may go to.
type label struct {
	name  string
	types []string
}

const (
	// fuel is how many functions an export may call.
	fuel = 60
	// nodes bounds the size of a function.
	nodes = 300
	// locals is how many locals of each type there are.
	locals = 3
	// maxLoops bounds how many loops a function has.
	maxLoops = 6
)

// scalars are the types of values but for references.
func (g *generator) scalars() []string {
	if g.has(wasm.SIMD) {
		return []string{"i32", "i64", "f32", "f64", "v128"}
	}
	return []string{"i32", "i64", "f32", "f64"}
}

// Module returns the text of a valid module that uses nothing but the features. Its
// exports are functions without parameters, a memory, a table and globals.
func Module(choices []byte, features wasm.Features) string {
	g := &generator{choices: choices, features: features}
	g.out.WriteString("(module\n")
	g.types()
	g.state()
	return hinted(g.functions())
}

// Pair returns the texts of two modules of which the second imports from the first, under the name "a", tags, a table
// that both call through, and some functions: so each calls the other's, and what they suspend and throw passes both.
func Pair(choices []byte, features wasm.Features) (first, second string) {
	g := &generator{choices: choices, features: features, pair: true}
	g.types()
	types := g.out.String()
	g.out.Reset()
	g.out.WriteString("(module\n" + types)
	g.state()
	first = g.functions()

	g.out.Reset()
	g.memories, g.tables, g.imported = nil, nil, map[int]bool{}
	g.out.WriteString("(module\n" + imported(types))
	open, end, item := "", "", "(import \"a\""
	if g.has(wasm.CompactImports) && g.next(2) == 1 {
		open, end, item = "(import \"a\"\n", ")\n", "(item"
	}
	g.out.WriteString(open)
	for i, f := range g.funcs {
		if g.next(2) == 1 {
			g.imported[i] = true
			use := fmt.Sprintf("(type %s)", f.name)
			if g.has(wasm.CustomDescriptors) && g.next(2) == 1 {
				use = "(exact " + use + ")"
			}
			fmt.Fprintf(&g.out, "%s \"f%d\" (func $f%d %s))\n", item, i, i, use)
		}
	}
	g.out.WriteString(end)
	g.out.WriteString(imported(g.shared()))
	g.state()
	return hinted(first), hinted(g.functions())
}

// imported makes imports of what is exported.
func imported(source string) string { return strings.ReplaceAll(source, "(export ", "(import \"a\" ") }

// functions makes the functions, and completes the module.
func (g *generator) functions() string {
	g.makeSmalls()
	for i := range g.funcs {
		if !g.imported[i] {
			g.function(i)
		}
	}
	for i, f := range g.funcs {
		if g.has(wasm.StackSwitching) && i == 2 {
			continue
		}
		g.current, g.labels, g.work = signature{}, nil, 0
		fmt.Fprintf(&g.out, "(func (export \"run%d\")%s\n  (global.set $fuel (i32.const %d))\n  (call $f%d%s))\n",
			i, list("result", f.results), fuel, i, g.values(f.params, 0))
	}
	g.out.WriteString(")\n")
	return g.out.String()
}

// has reports whether the module may use features.
func (g *generator) has(features wasm.Features) bool { return g.features&features == features }

// next returns the next decision, among n at most 256.
func (g *generator) next(n int) int {
	if len(g.choices) == 0 {
		return 0
	}
	c := int(g.choices[0])
	g.choices = g.choices[1:]
	return c % n
}

// seldom decides for what mostly ends the run with a trap.
func (g *generator) seldom() bool { return g.next(64) == 63 }

// one decides for an element of a list.
func one[T any](g *generator, list []T) T { return list[g.next(len(list))] }

// some returns up to n scalar types.
func (g *generator) some(n int) []string {
	types := make([]string, g.next(n+1))
	for i := range types {
		types[i] = one(g, g.scalars())
	}
	return types
}

// name returns a name that nothing has yet.
func (g *generator) name(prefix string) string {
	g.unique++
	return fmt.Sprintf("$%s%d", prefix, g.unique)
}

// list returns (keyword type...), nothing for no types.
func list(keyword string, types []string) string {
	if len(types) == 0 {
		return ""
	}
	return " (" + keyword + " " + strings.Join(types, " ") + ")"
}

// types makes the types, the tags and the signatures of functions.
//
// All functions that run as continuations have the same results, so that each may
// switch to any other. For each tag $s there is $ks, the continuation that has suspended
// with it; $k0 is one that takes nothing, $kb one that takes an i64 before what $s0
// gives, and $kr is one that takes a number and a continuation of its own type.
func (g *generator) types() {
	g.results = g.some(3)
	for i := range 1 + g.next(3) {
		g.tags = append(g.tags, signature{name: fmt.Sprintf("s%d", i), params: g.some(3), results: g.some(12)})
	}
	for i := range 1 + g.next(2) {
		g.errors = append(g.errors, signature{name: fmt.Sprintf("e%d", i), params: g.some(4)})
	}
	if g.has(wasm.StackSwitching) {
		g.continuationTypes()
	}
	if g.has(wasm.GC) {
		g.makeObjectTypes()
	}
	if g.has(wasm.Exceptions) {
		for _, e := range g.errors {
			fmt.Fprintf(&g.out, "(tag $%s (export \"%s\")%s)\n", e.name, e.name, list("param", e.params))
		}
	}
	switched := []string{"i32"}
	if g.has(wasm.StackSwitching) {
		switched = append(switched, "(ref null $kr)")
	}
	g.funcs = []signature{
		{params: []string{"i32"}, results: []string{"i64"}},
		{results: g.results},
		{params: switched, results: g.results},
		{params: g.tags[0].results, results: g.results},
		{params: g.bound(), results: g.results},
	}
	for range g.next(4) {
		g.funcs = append(g.funcs, signature{params: g.some(14), results: g.some(3)})
	}
	for i := range g.funcs {
		f := &g.funcs[i]
		f.name = fmt.Sprintf("$t%d", i)
		if i == 2 && g.has(wasm.StackSwitching) {
			f.name = "$fr" // its type is in a group, and equal to that only
			continue
		}
		fmt.Fprintf(&g.out, "(type $t%d (func%s%s))\n", i, list("param", f.params), list("result", f.results))
	}
}

// bound returns the parameters of $kb.
func (g *generator) bound() []string { return append([]string{"i64"}, g.tags[0].results...) }

// shared returns what the second of two modules has from the first, beside tags and functions: there without its value.
func (g *generator) shared() string {
	s, first := "", g.imported == nil
	global := func(name, typ, value string) {
		if !first {
			value = ""
		}
		s += fmt.Sprintf("(global $%s (export \"%s\") (mut %s)%s)\n", name, name, typ, value)
	}
	global("fuel", "i32", fmt.Sprintf(" (i32.const %d)", fuel))
	if g.has(wasm.StackSwitching) {
		k := "$k" + g.tags[0].name
		global("gk", "(ref null "+k+")", " (ref.null "+k+")")
		if first && g.next(4) == 3 { // the only constant that can be consumed
			s = strings.Replace(s, "(ref.null "+k+")", "(cont.new "+k+" (ref.func $f3))", 1)
		}
	}
	if g.has(tagValues) {
		for _, tag := range g.tags {
			global("v"+tag.name, "(ref null $v"+tag.name+")", " (ref.null $v"+tag.name+")")
		}
	}
	if g.has(wasm.GC) {
		global("object", "anyref", " (ref.null any)")
	}
	return s + fmt.Sprintf("(table $t (export \"t\") %d 40 funcref)\n", len(g.funcs)+2)
}

// state makes what functions share.
func (g *generator) state() {
	if g.imported == nil {
		g.out.WriteString(g.shared())
	}
	for _, t := range g.scalars() {
		fmt.Fprintf(&g.out, "(global $g%s (export \"g%s\") (mut %s) (%s.const %s))\n", t, t, t, t, g.constant(t))
	}
	g.makeMemories()
	if g.has(wasm.GC) {
		g.out.WriteString("(data $numbers \"\\01\\ff\\80\\7f0123456789 and more\")\n")
	}
	if g.has(wasm.CustomDescriptors) {
		g.descriptorGlobals()
	}
	if g.has(named) {
		g.namedState()
	}
	if g.has(tagValues) {
		g.tagValueState()
	}
	g.out.WriteString("(data $d (i32.const 0) \"\\01\\82\\03\\84\\ff\\ff\\ff\\7f\\00\\00\\00\\80and some text\")\n")
	g.out.WriteString("(data $bytesOfData \"\\80\\ff\\7f\\00to be copied\")\n")
	g.out.WriteString("(elem $el (table $t) (i32.const 0) func")
	for i := range g.funcs {
		fmt.Fprintf(&g.out, " $f%d", i)
	}
	g.out.WriteString(")\n")
	g.makeTables()
}

// function makes function i.
func (g *generator) function(i int) {
	g.current, g.labels, g.loops, g.work = g.funcs[i], nil, 0, nodes
	export := ""
	if g.pair {
		export = fmt.Sprintf(" (export \"f%d\")", i)
	}
	fmt.Fprintf(&g.out, "(func $f%d%s (type %s)", i, export, g.current.name)
	for j, t := range g.current.params {
		fmt.Fprintf(&g.out, " (param $p%d %s)", j, t)
	}
	g.out.WriteString(list("result", g.current.results) + "\n ")
	g.declareLocals()
	begin := "  (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))\n" +
		"  (if (i32.lt_s (global.get $fuel) (i32.const 0)) (then " + g.leave() + "))\n"
	g.states = 0
	body := begin
	if g.next(4) == 3 {
		body = g.dispatch(begin)
	} else {
		body += g.statements(0)
	}
	results := g.values(g.current.results, 3)
	g.out.WriteString(body + "\n " + results + ")\n")
}

// declareLocals declares those that every function has beside its parameters.
func (g *generator) declareLocals() {
	for _, t := range g.scalars() {
		for j := range locals {
			fmt.Fprintf(&g.out, " (local $%s_%d %s)", t, j, t)
		}
	}
	for j := range maxLoops {
		fmt.Fprintf(&g.out, " (local $n%d i32)", j)
	}
	if g.has(wasm.StackSwitching) {
		for _, s := range g.tags {
			fmt.Fprintf(&g.out, " (local $k%s (ref null $k%s))", s.name, s.name)
		}
		g.out.WriteString(" (local $kr (ref null $kr)) (local $kb (ref null $kb))")
	}
	if g.has(named) {
		for _, s := range g.tags {
			fmt.Fprintf(&g.out, " (local $kn%s (ref null $kn%s))", s.name, s.name)
		}
	}
	if g.has(wasm.Exceptions) {
		g.out.WriteString(" (local $x exnref)")
	}
	if g.has(wasm.GC) {
		for j := range objectLocals {
			fmt.Fprintf(&g.out, " (local $o%d anyref)", j)
		}
		if g.has(wasm.CustomDescriptors) {
			g.out.WriteString(" (local $exact (ref null (exact $square)))")
		}
	}
	if g.has(wasm.FunctionReferences) {
		g.out.WriteString(" (local $fn (ref null $t0))")
	}
	g.out.WriteString(" (local $state i32) (local $turns i32)\n")
}

// leave returns zeros from the function.
func (g *generator) leave() string {
	s := "(return"
	for _, t := range g.current.results {
		s += fmt.Sprintf(" (%s.const %s)", t, constants[t][0])
	}
	return s + ")"
}
