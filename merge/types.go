package merge

import "weft/wasm"

// joinTypes makes one list of the types of all modules, in which each recursion group stands once.
func (g *merger) joinTypes() {
	for _, p := range g.parts {
		p.ids = g.set.Add(p.m.Types, p.m.RecGroups)
		p.Types = make([]uint32, len(p.ids))
		for _, group := range p.m.RecGroups {
			if group.Start < group.End {
				g.joinGroup(p, group)
			}
		}
	}
}

func (g *merger) joinGroup(p *part, group wasm.RecGroup) {
	first, known := g.placed[p.ids[group.Start]]
	if !known {
		first = uint32(len(g.out.Types))
	}
	for i := group.Start; i < group.End; i++ {
		p.Types[i] = first + uint32(i-group.Start)
	}
	if known {
		return
	}
	for i := group.Start; i < group.End; i++ {
		g.placed[p.ids[i]] = p.Types[i]
		g.out.Types = append(g.out.Types, p.SubType(&p.m.Types[i]))
	}
	g.out.RecGroups = append(g.out.RecGroups, wasm.RecGroup{Start: int(first), End: len(g.out.Types)})
}

// plainType returns the index in the result of the type of functions without parameters and results.
func (g *merger) plainType() uint32 {
	t := wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc}}
	id := g.set.Add([]wasm.SubType{t}, []wasm.RecGroup{{Start: 0, End: 1}})[0]
	index, known := g.placed[id]
	if !known {
		index = uint32(len(g.out.Types))
		g.placed[id] = index
		g.out.Types = append(g.out.Types, t)
		g.out.RecGroups = append(g.out.RecGroups, wasm.RecGroup{Start: int(index), End: int(index) + 1})
	}
	return index
}
