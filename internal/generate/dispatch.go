package generate

import (
	"fmt"
	"strings"
)

// Some functions are in the form of compilers that do not make structured control flow: a loop around a br_table, in
// which to go to a state is to set a local to its number and to go around. If that is the first parameter, the function
// can be entered anywhere.

// maxTurns bounds how often such a function goes around.
const maxTurns = 25

// dispatch returns the body of a function in this form. What every function begins with is in its first state: so
// nothing happens before the dispatch.
func (g *generator) dispatch(begin string) string {
	g.states, g.goes = 2+g.next(5), "$state"
	if p := g.current.params; len(p) > 0 && p[0] == "i32" && g.next(4) > 0 {
		g.goes = "$p0"
	}
	var table, body strings.Builder
	for i := range g.states {
		fmt.Fprintf(&table, " $s%d", i)
		body.WriteString(")\n")
		if i == 0 {
			body.WriteString(begin)
		}
		body.WriteString(g.statements(1) + "\n")
		if g.next(3) == 0 {
			body.WriteString(g.goTo() + "\n")
		}
	}
	s := "  (block $done (loop $entry\n  "
	for i := range g.states {
		s += fmt.Sprintf("(block $s%d ", g.states-1-i)
	}
	// Numbers of no state lead to one, too.
	return s + fmt.Sprintf("(br_table%s $s%d (local.get %s))", &table, g.next(g.states), g.goes) + body.String() + "  ))\n"
}

// goTo returns a jump to a state, mostly one that is known.
func (g *generator) goTo() string {
	to := fmt.Sprintf("(i32.const %d)", g.next(g.states))
	if g.next(8) == 7 {
		to = fmt.Sprintf("(i32.and %s (i32.const 3))", g.value("i32", 2))
	}
	return fmt.Sprintf("(br_if $done (i32.gt_u (local.tee $turns (i32.add (local.get $turns) (i32.const 1))) (i32.const %d))) "+
		"(local.set %s %s) (br $entry)", maxTurns, g.goes, to)
}
