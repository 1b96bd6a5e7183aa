package text

import "weft/wasm"

// moduleState is what the parser knows about the module it is parsing.
type moduleState struct {
	m *wasm.Module

	// The index spaces, complete after the first walk over the fields.
	types, funcs, tables, memories, globals, tags, elems, datas space
	fieldIDs                                                    map[uint32]map[string]uint32 // of structs, by type

	// Where the fields begin: those that define types, and all others.
	typeFields, otherFields []Token

	// The next index of each kind on the second walk.
	nextOf [wasm.ExternTag + 1]uint32
	// defined is the first field after which no import may come.
	defined string

	implicit map[string]uint32 // function types that type uses without index find, by key
	keyBuf   []byte

	customs []placedCustom
	hints   []branchHint

	expression
}

func (s *moduleState) space(kind wasm.ExternKind) *space {
	return [...]*space{&s.funcs, &s.tables, &s.memories, &s.globals, &s.tags}[kind]
}

// module parses the fields of a module up to the token that ends it, which it does
// not read.
func (p *Parser) module(id string, end Kind) *wasm.Module {
	p.moduleState = &moduleState{
		m:      &wasm.Module{DataCount: -1, Dialect: p.features & wasm.TypedContinuations2023},
		types:  space{what: "type", keyword: "type"},
		funcs:  space{what: "function", keyword: "func"},
		tables: space{what: "table", keyword: "table"}, memories: space{what: "memory", keyword: "memory"},
		globals: space{what: "global", keyword: "global"}, tags: space{what: "tag", keyword: "tag"},
		elems: space{what: "elem segment", keyword: "elem"}, datas: space{what: "data segment", keyword: "data"},
		fieldIDs: map[uint32]map[string]uint32{},
	}
	p.m.Names.Module = id
	p.nameNote("module names", func(name string) { p.m.Names.Module = name })

	p.scan(end)
	last := p.tok
	for _, t := range p.typeFields {
		p.seek(t)
		p.typeField()
	}
	p.indexTypes()
	for _, t := range p.otherFields {
		p.seek(t)
		p.field()
	}
	p.hintSection()
	p.m.Customs = p.sortedCustoms()
	if p.usesData {
		p.m.DataCount = len(p.m.Datas)
	}
	p.seek(last)
	m := p.m
	p.moduleState = nil
	return m
}

// scan walks over the fields to enter their identifiers in the index spaces.
func (p *Parser) scan(end Kind) {
	for {
		p.customNotes()
		if p.tok.Kind == end {
			p.leaveNotes()
			return
		}
		first := p.tok
		p.expect(LParen)
		p.keepNotes = false // those inside are read on the second walk
		isType := p.scanField()
		p.keepNotes = true
		if isType {
			p.typeFields = append(p.typeFields, first)
		} else {
			p.otherFields = append(p.otherFields, first)
		}
	}
}

// scanField scans one field, and reports whether it defines types.
func (p *Parser) scanField() bool {
	word := p.expect(Keyword)
	switch word.Text {
	case "type":
		p.define(&p.types)
		p.skipToClose()
		return true
	case "rec":
		for p.openList("type") {
			p.define(&p.types)
			p.skipToClose()
		}
		p.close()
		return true
	case "import":
		p.scanImport()
		return false
	case "elem":
		p.define(&p.elems)
	case "data":
		p.define(&p.datas)
	case "export", "start":
	default:
		kind, ok := externKindByWord(word.Text)
		if !ok {
			p.unexpected(word, "module field")
		}
		p.define(p.space(kind))
		p.scanInlineSegment(kind)
	}
	p.skipToClose()
	return false
}

// scanInlineSegment looks for the segment that a table or memory may contain, which
// takes an index. It stops there or before the end of the field.
func (p *Parser) scanInlineSegment(kind wasm.ExternKind) {
	var s *space
	switch kind {
	case wasm.ExternTable:
		s = &p.elems
	case wasm.ExternMemory:
		s = &p.datas
	default:
		return
	}
	for p.tok.Kind != RParen && p.tok.Kind != EOF {
		if p.atList(s.keyword) {
			s.count++
			return
		}
		open := p.tok.Kind == LParen
		p.next()
		if open {
			p.skipToClose()
		}
	}
}

func externKindByWord(word string) (wasm.ExternKind, bool) {
	for k := wasm.ExternFunc; k <= wasm.ExternTag; k++ {
		if k.String() == word {
			return k, true
		}
	}
	return 0, false
}

// externKind reads func, table, memory, global or tag.
func (p *Parser) externKind() wasm.ExternKind {
	kind, ok := externKindByWord(p.tok.Text)
	if !ok || p.tok.Kind != Keyword {
		p.unexpected(p.tok, "func, table, memory, global or tag")
	}
	p.next()
	return kind
}
