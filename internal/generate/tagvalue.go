package generate

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// tagValues is what tags that are values need.
const tagValues = wasm.TagValues | wasm.StackSwitching

// tagValueTypes makes for each tag $s the type $vs of such tags. What has suspended with one is a $ks as well.
func (g *generator) tagValueTypes() {
	for _, s := range g.tags {
		fmt.Fprintf(&g.out, "(type $u%s (func%s%s)) (type $v%s (tag $u%s))\n",
			s.name, list("param", s.params), list("result", s.results), s.name, s.name)
	}
}

// tagValueState makes $ftag, which suspends with the tag that a global has before it does anything else.
func (g *generator) tagValueState() {
	s := g.tags[0]
	drops := strings.Repeat(" (drop)", len(s.results))
	fmt.Fprintf(&g.out, "(func $ftag (type $fe) (suspend_tag $v%s%s (global.get $v%s))%s (call $f1))\n"+
		"(elem declare func $ftag)\n",
		s.name, g.values(s.params, 0), s.name, drops)
}

// suspendTag returns a suspension with the tag that a global has, which seldom is null, or one that nobody handles.
func (g *generator) suspendTag() string {
	s := one(g, g.tags)
	value := fmt.Sprintf("(global.get $v%s)", s.name)
	if g.seldom() {
		value = fmt.Sprintf("(tag.new $v%s)", s.name)
	}
	action := g.take(fmt.Sprintf("(suspend_tag $v%s%s %s)", s.name, g.values(s.params, 2), value), s.results)
	if g.seldom() {
		return action
	}
	return fmt.Sprintf("(if (i32.eqz (ref.is_null (global.get $v%s))) (then %s))", s.name, action)
}

// resumeTags returns a resume_tags of a continuation that begins, or of one that is kept. What it handles are tags that
// it makes, which replace those of the globals until it is done, or those, or none.
func (g *generator) resumeTags(depth int) string {
	typ, kont, params, guard := "$ke", "(cont.new $ke (ref.func $ftag))", []string(nil), ""
	switch g.next(4) {
	case 2:
		kont = "(cont.new $ke (ref.func $f1))"
	case 3:
		s := one(g, g.tags)
		typ, params = "$k"+s.name, s.results
		kont = fmt.Sprintf("(local.get %s) (local.set %s (ref.null %s))", typ, typ, typ)
		guard = typ
	}
	done := g.name("d")
	h := g.handlers(depth, done, "on $v", "$k", 8)
	before, values, after := "", "", ""
	for _, tag := range h.tags {
		global := "$v" + tag.name
		switch g.next(4) {
		case 0, 1:
			before += fmt.Sprintf("(global.set %s (tag.new %s))\n", global, global)
			after += fmt.Sprintf("\n(global.set %s (ref.null %s))", global, global)
			values += fmt.Sprintf(" (global.get %s)", global)
		case 2:
			values += fmt.Sprintf(" (global.get %s)", global)
		case 3:
			values += fmt.Sprintf(" (ref.null %s)", global)
		}
	}
	action := fmt.Sprintf("%s(block %s\n%s(resume_tags %s%s%s%s %s)\n%s (br %s)%s)%s", before, done, h.opening, typ,
		h.clauses, g.values(params, 2), values, kont, g.take("", g.results), done, h.closing, after)
	if guard == "" {
		return action
	}
	return fmt.Sprintf("(if (i32.eqz (ref.is_null (local.get %s))) (then\n%s))", guard, action)
}
