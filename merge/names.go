package merge

import (
	"maps"
	"slices"

	"weft/wasm"
)

// nameAll gives names to what has one in its module. If another module has taken the name already, that of the module
// is put before it. What is imported by name and has none where it is defined gets the name of the import.
func (g *merger) nameAll() {
	out := &g.out.Names
	for kind := range wasm.ExternKind(kinds) {
		all := namer{names: nameMap(out, kind)}
		for _, own := range []bool{true, false} {
			for _, p := range g.parts {
				all.add(p, *nameMap(&p.m.Names, kind), func(index uint32) (uint32, bool) {
					if int64(index) >= int64(p.count(kind)) || p.stays(kind, index) != own {
						return 0, false
					}
					return p.Extern[kind][index], true
				})
			}
		}
	}
	types, elems, datas := namer{names: &out.Types}, namer{names: &out.Elems}, namer{names: &out.Datas}
	for _, p := range g.parts {
		types.add(p, p.m.Names.Types, p.typeIndex)
		elems.add(p, p.m.Names.Elems, following(p.Elems, len(p.m.Elems)))
		datas.add(p, p.m.Names.Datas, following(p.Datas, len(p.m.Datas)))
		nameParts(&out.Locals, p.m.Names.Locals, p.funcIndex)
		nameParts(&out.Labels, p.m.Names.Labels, p.funcIndex)
		nameParts(&out.Fields, p.m.Names.Fields, p.typeIndex)
	}
}

// following returns the index function of a run of n segments.
func following(first uint32, n int) func(uint32) (uint32, bool) {
	return func(index uint32) (uint32, bool) { return first + index, int64(index) < int64(n) }
}

func (p *part) typeIndex(index uint32) (uint32, bool) {
	if int64(index) >= int64(len(p.Types)) {
		return 0, false
	}
	return p.Types[index], true
}

// funcIndex returns the index in the result of a function that stays.
func (p *part) funcIndex(index uint32) (uint32, bool) {
	if int64(index) >= int64(p.count(wasm.ExternFunc)) || !p.stays(wasm.ExternFunc, index) {
		return 0, false
	}
	return p.Extern[wasm.ExternFunc][index], true
}

// A namer gives names to an index space of the result.
type namer struct {
	names *wasm.NameMap
	taken map[string]*part // who has a name first; a module may have one twice
}

// add adds the names of a part for the indices that the function knows, unless they have one.
func (n *namer) add(p *part, names wasm.NameMap, index func(uint32) (uint32, bool)) {
	if n.taken == nil {
		n.taken = map[string]*part{}
	}
	for _, old := range slices.Sorted(maps.Keys(names)) {
		at, ok := index(old)
		if _, has := (*n.names)[at]; has || !ok {
			continue
		}
		name := names[old]
		if other := n.taken[name]; other != nil && other != p {
			name = p.name + "." + name
		}
		if n.taken[name] == nil {
			n.taken[name] = p
		}
		n.names.Set(at, name)
	}
}

// nameParts adds the names of what belongs to functions or types.
func nameParts(out *map[uint32]wasm.NameMap, in map[uint32]wasm.NameMap, index func(uint32) (uint32, bool)) {
	for _, old := range slices.Sorted(maps.Keys(in)) {
		at, ok := index(old)
		if _, has := (*out)[at]; has || !ok {
			continue
		}
		if *out == nil {
			*out = map[uint32]wasm.NameMap{}
		}
		(*out)[at] = in[old]
	}
}
