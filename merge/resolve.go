package merge

import (
	"fmt"

	"weft/wasm"
)

// resolve finds out what each index of each module stands for: a definition, or an import that stays. An import may be
// of what its module imports itself, over any number of steps.
func (g *merger) resolve() error {
	for _, p := range g.parts {
		for kind := range wasm.ExternKind(kinds) {
			for i := range p.target[kind] {
				at := place{p, uint32(i)}
				if i >= len(p.imports[kind]) {
					p.target[kind][i] = at
				} else if err := g.follow(at, kind); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// follow goes from import to export until it arrives, and notes so for all that it has passed.
func (g *merger) follow(from place, kind wasm.ExternKind) error {
	var passed []place
	under := map[place]bool{}
	for at := from; ; {
		end := at.part.target[kind][at.index]
		if end.part == nil && under[at] {
			im := from.part.imports[kind][from.index]
			return fmt.Errorf("%s imports %q %q, which only leads to imports in a circle", from.part.name, im.Module, im.Name)
		}
		next := place{}
		if end.part == nil {
			var err error
			if next, err = g.exported(at, kind); err != nil {
				return err
			}
		}
		if end.part == nil && next.part == nil {
			end, at.part.target[kind][at.index] = at, at
		}
		if end.part != nil {
			for _, p := range passed {
				p.part.target[kind][p.index] = end
			}
			return nil
		}
		under[at] = true
		passed = append(passed, at)
		at = next
	}
}

// exported returns what an import is resolved to, one step on; nothing for what is no import, or stays one.
func (g *merger) exported(at place, kind wasm.ExternKind) (place, error) {
	p := at.part
	if int(at.index) >= len(p.imports[kind]) {
		return place{}, nil
	}
	im := p.imports[kind][at.index]
	from := g.named[im.Module]
	if from == nil {
		return place{}, nil
	}
	e := from.exports[im.Name]
	if e == nil {
		g.report.Missing = append(g.report.Missing, fmt.Sprintf("%s imports %q %q", p.name, im.Module, im.Name))
		return place{}, nil
	}
	if e.Kind != kind || !g.matches(p, from, kind, at.index, e.Index) {
		want, have := p.typeString(kind, at.index), from.typeString(e.Kind, e.Index)
		if want == have {
			have += " of another definition"
		}
		return place{}, fmt.Errorf("%s imports %q %q as %s, %s exports %s", p.name, im.Module, im.Name, want, from.name, have)
	}
	g.report.Resolved++
	return place{from, e.Index}, nil
}
