package text

import (
	"slices"

	"weft/wasm"
)

func (p *printer) imports() {
	rest := p.m.Imports
	for _, n := range p.m.ImportLists() {
		list := rest[:n]
		rest = rest[n:]
		p.line(1)
		p.put("(import ")
		p.name(list[0].Module)
		switch {
		case list[0].Form == wasm.ImportAlone:
			p.put(" ")
			p.namedImport(&list[0])
		case list[0].Form == wasm.ImportSharedType && !p.anyNamed(list):
			p.sharedImports(list)
		default:
			p.importItems(list)
		}
		p.put(")")
	}
}

func (p *printer) importItems(list []wasm.Import) {
	for i := range list {
		p.line(2)
		p.put("(item ")
		p.namedImport(&list[i])
		p.put(")")
	}
}

func (p *printer) sharedImports(list []wasm.Import) {
	for i := range list {
		p.line(2)
		p.put("(item ")
		p.name(list[i].Name)
		p.put(")")
	}
	im := &list[0]
	p.line(2)
	p.put("(")
	p.put(im.Kind.String())
	p.imported[im.Kind] += uint32(len(list))
	p.importType(im, nil)
	p.put(")")
}

// anyNamed reports whether any of the next imports, which have one kind, or its
// parameters has a name. A list that shares one type has no place for it.
func (p *printer) anyNamed(list []wasm.Import) bool {
	kind, next := list[0].Kind, p.imported[list[0].Kind]
	return slices.ContainsFunc(list, func(wasm.Import) bool {
		index := next
		next++
		return p.space(kind).has(index) || kind == wasm.ExternFunc && len(p.m.Names.Locals[index]) > 0
	})
}

// namedImport writes the name and the type of an import.
func (p *printer) namedImport(im *wasm.Import) {
	p.name(im.Name)
	p.put(" (")
	p.put(im.Kind.String())
	index := p.imported[im.Kind]
	p.imported[im.Kind]++
	p.space(im.Kind).define(p, index)
	var params *printNames
	if im.Kind == wasm.ExternFunc {
		params = p.localNames(index, im.Type, 0)
	}
	p.importType(im, params)
	p.put(")")
}

func (p *printer) importType(im *wasm.Import, params *printNames) {
	switch im.Kind {
	case wasm.ExternFunc, wasm.ExternTag:
		if !im.Exact {
			p.typeUse(im.Type, params)
			return
		}
		p.put(" (exact")
		p.typeUse(im.Type, params)
		p.put(")")
	case wasm.ExternTable:
		p.tableType(im.Table)
	case wasm.ExternMemory:
		p.memoryType(im.Memory)
	case wasm.ExternGlobal:
		p.globalType(im.Global)
	}
}
