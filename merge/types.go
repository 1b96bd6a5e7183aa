package merge

import "weft/wasm"

// joinTypes makes one list of the types of all modules, in which each recursion group stands once.
func (g *merger) joinTypes() {
	for _, p := range g.parts {
		p.ids = g.set.Add(p.m.Types, p.m.RecGroups)
		p.types = make([]uint32, len(p.ids))
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
		p.types[i] = first + uint32(i-group.Start)
	}
	if known {
		return
	}
	for i := group.Start; i < group.End; i++ {
		g.placed[p.ids[i]] = p.types[i]
		g.out.Types = append(g.out.Types, p.subType(&p.m.Types[i]))
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

func (p *part) subType(t *wasm.SubType) wasm.SubType {
	out := wasm.SubType{Final: t.Final, Comp: wasm.CompType{Kind: t.Comp.Kind, Cont: t.Comp.Cont}}
	for _, super := range t.Supers {
		out.Supers = append(out.Supers, p.types[super])
	}
	switch t.Comp.Kind {
	case wasm.CompFunc:
		out.Comp.Func = wasm.FuncType{Params: p.valTypes(t.Comp.Func.Params), Results: p.valTypes(t.Comp.Func.Results)}
	case wasm.CompCont:
		out.Comp.Cont = p.heapType(t.Comp.Cont)
	}
	for _, f := range t.Comp.Fields {
		out.Comp.Fields = append(out.Comp.Fields, wasm.FieldType{Type: p.valType(f.Type), Mutable: f.Mutable})
	}
	return out
}

func (p *part) heapType(h wasm.HeapType) wasm.HeapType {
	if h.IsIndex() {
		return wasm.HeapType(p.types[h])
	}
	return h
}

func (p *part) valType(t wasm.ValType) wasm.ValType {
	if t.IsRef() {
		t.Heap = p.heapType(t.Heap)
	}
	return t
}

func (p *part) valTypes(types []wasm.ValType) []wasm.ValType {
	out := make([]wasm.ValType, len(types))
	for i, t := range types {
		out[i] = p.valType(t)
	}
	return out
}
