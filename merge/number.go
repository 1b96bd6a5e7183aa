package merge

import (
	"fmt"
	"slices"

	"weft/wasm"
)

// number gives everything that stays its index in the result: first the imports of all modules, then the definitions. A
// resolved import has the index of what it stands for.
func (g *merger) number() {
	var next [kinds]uint32
	give := func(p *part, kind wasm.ExternKind, index uint32) {
		p.Extern[kind][index] = next[kind]
		next[kind]++
	}
	for _, p := range g.parts {
		for kind := range wasm.ExternKind(kinds) {
			for i := range p.imports[kind] {
				if p.stays(kind, uint32(i)) {
					give(p, kind, uint32(i))
				}
			}
		}
	}
	for _, p := range g.parts {
		for kind := range wasm.ExternKind(kinds) {
			for i := len(p.imports[kind]); i < p.count(kind) && kind != wasm.ExternGlobal; i++ {
				give(p, kind, uint32(i))
			}
		}
	}
	for _, global := range g.globals {
		give(global.part, wasm.ExternGlobal, global.index)
	}
	var elems, datas uint32
	for _, p := range g.parts {
		for kind := range wasm.ExternKind(kinds) {
			for i := range p.imports[kind] {
				to := p.target[kind][i]
				p.Extern[kind][i] = to.part.Extern[kind][to.index]
			}
		}
		p.Elems, p.Datas = elems, datas
		elems, datas = elems+uint32(len(p.m.Elems)), datas+uint32(len(p.m.Datas))
	}
}

// orderGlobals puts the globals that are defined in an order in which initial values only use earlier ones.
func (g *merger) orderGlobals() error {
	const open, done = 1, 2
	state := map[place]int{}
	var visit func(at place) error
	visit = func(at place) error {
		imported := len(at.part.imports[wasm.ExternGlobal])
		if state[at] == done || int(at.index) < imported {
			return nil
		}
		if state[at] == open {
			return fmt.Errorf("the initial value of %s depends on itself", at.part.describe(wasm.ExternGlobal, at.index))
		}
		state[at] = open
		used, err := g.globalsOf(at.part, at.part.m.Globals[int(at.index)-imported].Init)
		if err != nil {
			return err
		}
		for _, other := range used {
			if err := visit(other); err != nil {
				return err
			}
		}
		state[at] = done
		g.globals = append(g.globals, at)
		return nil
	}
	for _, p := range g.parts {
		for i := range p.space.Globals {
			if err := visit(place{p, uint32(i)}); err != nil {
				return err
			}
		}
		for i := range p.m.Tables {
			if err := g.tableValue(p, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// tableValue refuses a table whose initial value is a global that has become one of the result: those are made after
// the tables.
func (g *merger) tableValue(p *part, i int) error {
	used, err := g.globalsOf(p, p.m.Tables[i].Init)
	at := slices.IndexFunc(used, func(at place) bool { return int(at.index) >= len(at.part.imports[wasm.ExternGlobal]) })
	if err != nil || at < 0 {
		return err
	}
	table := p.describe(wasm.ExternTable, uint32(len(p.imports[wasm.ExternTable])+i))
	return fmt.Errorf("the initial value of %s is %s, and a module makes its tables before its globals", table,
		used[at].part.describe(wasm.ExternGlobal, used[at].index))
}

// globalsOf returns the globals, imports resolved, that a constant expression uses.
func (g *merger) globalsOf(p *part, x wasm.ConstExpr) (used []place, err error) {
	err = g.read(p, x.Body, func(in *wasm.Instr) {
		if in.Op == wasm.OpGlobalGet {
			used = append(used, p.target[wasm.ExternGlobal][in.Index])
		}
	})
	return used, err
}
