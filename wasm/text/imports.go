package text

import "weft/wasm"

// scanImport enters what an import field imports in the index spaces. It reads the
// whole field.
func (p *Parser) scanImport() {
	p.expect(String)
	if p.tok.Kind == String {
		p.next()
		p.scanImportType()
		p.close()
		return
	}
	names := uint32(0)
	for p.openList("item") {
		p.expect(String)
		if p.tok.Kind == LParen {
			p.scanImportType()
		} else {
			names++
		}
		p.close()
	}
	if p.tok.Kind == LParen {
		p.next()
		p.space(p.externKind()).count += names // the second walk refuses identifiers
		p.skipToClose()
	}
	p.close()
}

func (p *Parser) scanImportType() {
	p.expect(LParen)
	p.define(p.space(p.externKind()))
	p.skipToClose()
}

// importField parses (import "m" "a" type), or one of the lists of imports of a
// module.
func (p *Parser) importField() {
	first := p.tok
	im := wasm.Import{Module: p.name()}
	if p.tok.Kind == String {
		im.Name = p.name()
		p.namedImport(im, first)
		return
	}
	p.need(first, wasm.CompactImports, "a list of imports")
	if p.openList("item") {
		im.Name = p.name()
		if p.tok.Kind == RParen {
			p.close()
			p.sharedImports(im, first)
			return
		}
		im.Form = wasm.ImportItems
		for {
			p.namedImport(im, first)
			p.close()
			if !p.openList("item") {
				return
			}
			im.Follows = true
			im.Name = p.name()
		}
	}
	if p.tok.Kind == LParen { // a type, for no import
		p.sharedType(&im)
	}
}

// namedImport parses (kind id? type) and enters the import.
func (p *Parser) namedImport(im wasm.Import, at Token) {
	p.expect(LParen)
	im.Kind = p.externKind()
	index := p.nextIndex(im.Kind)
	p.locals = nil
	p.importType(&im, p.bindLocal(index))
	p.close()
	p.importOf(im, at)
}

// sharedImports parses what follows the first item of (import "m" (item "a")
// (item "b") type), and enters the imports.
func (p *Parser) sharedImports(im wasm.Import, at Token) {
	im.Form = wasm.ImportSharedType
	names := []string{im.Name}
	for p.openList("item") {
		names = append(names, p.name())
		p.close()
	}
	p.sharedType(&im)
	for _, name := range names {
		im.Name = name
		p.nextOf[im.Kind]++
		p.importOf(im, at)
		im.Follows = true
	}
}

// sharedType parses the type of several imports, none of which it can name.
func (p *Parser) sharedType(im *wasm.Import) {
	p.expect(LParen)
	im.Kind = p.externKind()
	if p.tok.Kind == ID {
		p.fail(p.tok, "identifier not allowed: %s would name several imports", p.tok.describe())
	}
	p.importType(im, ignoreNames)
	p.close()
}

// importType parses the type of an import.
func (p *Parser) importType(im *wasm.Import, params onParam) {
	switch im.Kind {
	case wasm.ExternFunc:
		im.Type, im.Exact = p.exactTypeUse(params)
	case wasm.ExternTable:
		im.Table = p.tableType()
	case wasm.ExternMemory:
		im.Memory = p.memoryType()
	case wasm.ExternGlobal:
		im.Global = p.globalType()
	case wasm.ExternTag:
		im.Type = p.typeUse(ignoreNames)
	}
}

// importOf enters an import.
func (p *Parser) importOf(im wasm.Import, at Token) {
	if p.defined != "" {
		p.fail(at, "import after %s: imports come first", p.defined)
	}
	p.m.Imports = append(p.m.Imports, im)
}
