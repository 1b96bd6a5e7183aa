package merge

import (
	"fmt"
	"slices"

	"weft/wasm"
)

// define fills the sections of the result, one part after the other.
func (g *merger) define() error {
	g.number()
	for _, p := range g.parts {
		g.imports(p)
		for _, step := range []func(*part) error{g.tables, g.elems, g.datas, g.funcs} {
			if err := step(p); err != nil {
				return err
			}
		}
		g.out.Memories = append(g.out.Memories, p.m.Memories...)
		for _, t := range p.m.Tags {
			g.out.Tags = append(g.out.Tags, p.Types[t])
		}
		if p.m.DataCount >= 0 {
			g.out.DataCount = 0
		}
	}
	if g.out.DataCount == 0 {
		g.out.DataCount = len(g.out.Datas)
	}
	return g.defineGlobals()
}

// imports adds the imports of a part that stay.
func (g *merger) imports(p *part) {
	var seen [kinds]uint32
	for _, im := range p.m.Imports {
		index := seen[im.Kind]
		seen[im.Kind]++
		if !p.stays(im.Kind, index) {
			continue
		}
		im.Offset = 0
		switch im.Kind {
		case wasm.ExternFunc, wasm.ExternTag:
			im.Type = p.Types[im.Type]
		case wasm.ExternTable:
			im.Table.Elem = p.ValType(im.Table.Elem)
		case wasm.ExternGlobal:
			im.Global.Type = p.ValType(im.Global.Type)
		}
		g.out.Imports = append(g.out.Imports, im)
	}
}

func (g *merger) tables(p *part) error {
	for _, t := range p.m.Tables {
		init, err := g.constant(p, t.Init)
		if err != nil {
			return err
		}
		t.Type.Elem = p.ValType(t.Type.Elem)
		g.out.Tables = append(g.out.Tables, wasm.Table{Type: t.Type, Init: init})
	}
	return nil
}

// defineGlobals adds the globals in their order, which is not that of the parts.
func (g *merger) defineGlobals() error {
	for _, at := range g.globals {
		from := at.part.m.Globals[int(at.index)-len(at.part.imports[wasm.ExternGlobal])]
		init, err := g.constant(at.part, from.Init)
		if err != nil {
			return err
		}
		from.Type.Type = at.part.ValType(from.Type.Type)
		g.out.Globals = append(g.out.Globals, wasm.Global{Type: from.Type, Init: init})
	}
	return nil
}

func (g *merger) elems(p *part) (err error) {
	for _, e := range p.m.Elems {
		e.TableIndexed = false
		e.Type = p.ValType(e.Type)
		if e.Mode == wasm.Active {
			e.Table = p.Extern[wasm.ExternTable][e.Table]
			if e.OffsetPos, err = g.constant(p, e.OffsetPos); err != nil {
				return err
			}
		}
		e.Funcs, e.Exprs = slices.Clone(e.Funcs), slices.Clone(e.Exprs)
		for i, f := range e.Funcs {
			e.Funcs[i] = p.Extern[wasm.ExternFunc][f]
			g.declared[e.Funcs[i]] = true
		}
		for i, x := range e.Exprs {
			if e.Exprs[i], err = g.constant(p, x); err != nil {
				return err
			}
		}
		g.out.Elems = append(g.out.Elems, e)
	}
	return nil
}

func (g *merger) datas(p *part) (err error) {
	for _, d := range p.m.Datas {
		d.MemoryIndexed = false
		if d.Mode == wasm.Active {
			d.Memory = p.Extern[wasm.ExternMemory][d.Memory]
			if d.OffsetPos, err = g.constant(p, d.OffsetPos); err != nil {
				return err
			}
		}
		g.out.Datas = append(g.out.Datas, d)
	}
	return nil
}

func (g *merger) funcs(p *part) error {
	mention := func(index uint32) { g.mentioned = append(g.mentioned, index) }
	for i := range p.m.Funcs {
		f := &p.m.Funcs[i]
		body, err := g.rewrite(p, f.Body, mention)
		if err != nil {
			return err
		}
		out := wasm.Func{Type: p.Types[f.Type], Body: body}
		for _, l := range f.Locals {
			out.Locals = append(out.Locals, wasm.LocalGroup{Count: l.Count, Type: p.ValType(l.Type)})
		}
		g.out.Funcs = append(g.out.Funcs, out)
	}
	return nil
}

// export adds the exports of all parts, or of those that the options list.
func (g *merger) export() error {
	type owner struct {
		part   *part
		export wasm.Export
	}
	owners := map[string]owner{}
	for _, p := range g.parts {
		if len(g.options.Export) > 0 && !slices.Contains(g.options.Export, p.name) {
			continue
		}
		for _, e := range p.m.Exports {
			e.Index = p.Extern[e.Kind][e.Index]
			first, taken := owners[e.Name]
			if taken && first.export == e {
				continue // one hands on what the other exports
			}
			if taken && !g.options.RenameExports {
				return fmt.Errorf("%s and %s both export %q", first.part.name, p.name, e.Name)
			}
			if taken {
				for ; taken; _, taken = owners[e.Name] {
					e.Name = p.name + "." + e.Name
				}
				g.report.Renamed = append(g.report.Renamed, e.Name)
			}
			owners[e.Name] = owner{p, e}
			g.out.Exports = append(g.out.Exports, e)
			if e.Kind == wasm.ExternFunc {
				g.declared[e.Index] = true
			}
		}
	}
	return nil
}

// start makes one start function of several, which calls them in the order of the parts.
func (g *merger) start() {
	var starts []uint32
	for _, p := range g.parts {
		if p.m.Start != nil {
			starts = append(starts, p.Extern[wasm.ExternFunc][p.m.Start.Func])
		}
	}
	switch len(starts) {
	case 0:
	case 1:
		g.out.Start = &wasm.Start{Func: starts[0]}
	default:
		var body []byte
		for _, f := range starts {
			body = wasm.AppendInstr(body, &wasm.Instr{Op: wasm.OpCall, Index: f}, g.out.Dialect)
		}
		body = wasm.AppendInstr(body, &wasm.Instr{Op: wasm.OpEnd}, g.out.Dialect)
		index := uint32(g.out.NumImports(wasm.ExternFunc) + len(g.out.Funcs))
		g.out.Start = &wasm.Start{Func: index}
		g.out.Names.Funcs.Set(index, "merge.start")
		g.out.Funcs = append(g.out.Funcs, wasm.Func{Type: g.plainType(), Body: body})
	}
}

// declare adds a segment with the functions that ref.func names and that nothing declares any more, because only an
// export that has not stayed did.
func (g *merger) declare() {
	var funcs []uint32
	for _, f := range g.mentioned {
		if !g.declared[f] {
			g.declared[f] = true
			funcs = append(funcs, f)
		}
	}
	if len(funcs) > 0 {
		g.out.Elems = append(g.out.Elems, wasm.Elem{Mode: wasm.Declarative, Type: wasm.Ref(wasm.HeapFunc), Funcs: funcs})
	}
}
