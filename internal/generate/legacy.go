package generate

import (
	"fmt"

	"weft/wasm"
)

// legacyTry returns a try of the legacy exceptions around statements. They and try_table may
// surround each other.
func (g *generator) legacyTry(depth int) string {
	name := g.name("y")
	body := g.inside(label{name, nil}, depth)
	if g.next(2) == 1 {
		e := one(g, g.errors)
		body += fmt.Sprintf("\n(throw $%s%s)", e.name, g.values(e.params, 2))
	}
	s := fmt.Sprintf("(try %s (do\n%s)", name, body)
	if g.next(4) == 3 && len(g.labels) > 0 {
		return fmt.Sprintf("%s (delegate %s))", s, one(g, g.labels).name)
	}
	handler := func() string {
		g.catches = append(g.catches, name)
		s := g.inside(label{name, nil}, depth)
		g.catches = g.catches[:len(g.catches)-1]
		if g.next(6) == 5 {
			s += " " + g.rethrow(name)
		}
		return s
	}
	all := g.next(3)
	for _, e := range g.errors {
		if all != 2 && g.next(4) < 3 {
			s += fmt.Sprintf("\n(catch $%s %s\n%s)", e.name, g.take("", e.params), handler())
		}
	}
	if all > 0 {
		s += fmt.Sprintf("\n(catch_all\n%s)", handler())
	}
	return s + ")"
}

// rethrow returns a conditional rethrow of what the handler has caught.
func (g *generator) rethrow(name string) string {
	return fmt.Sprintf("(if (i32.and %s (i32.const 1)) (then (rethrow %s)))", g.value("i32", 1), name)
}

// legacy is what the legacy exceptions need here: the tags are those that try_table catches.
const legacy = wasm.Exceptions | wasm.LegacyExceptions
