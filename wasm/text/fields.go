package text

import (
	"slices"

	"weft/wasm"
)

// field parses a field that is not a type definition.
func (p *Parser) field() {
	p.expect(LParen)
	word := p.expect(Keyword)
	switch word.Text {
	case "import":
		p.importField()
	case "export":
		p.exportField()
	case "start":
		if p.m.Start != nil {
			p.fail(word, "multiple start sections")
		}
		p.m.Start = &wasm.Start{Func: p.index(&p.funcs)}
	case "elem":
		p.elemField()
	case "data":
		p.dataField()
	default:
		kind, _ := externKindByWord(word.Text) // scan has checked it
		p.definition(kind)
	}
	p.close()
}

// nextIndex counts the definitions and imports of a kind, and gives the new one its
// names.
func (p *Parser) nextIndex(kind wasm.ExternKind) uint32 {
	index := p.nextOf[kind]
	p.nextOf[kind]++
	n := &p.m.Names
	p.names(setter([...]*wasm.NameMap{&n.Funcs, &n.Tables, &n.Memories, &n.Globals, &n.Tags}[kind], index))
	return index
}

func (p *Parser) exportField() {
	e := wasm.Export{Name: p.name()}
	p.expect(LParen)
	e.Kind = p.externKind()
	e.Index = p.index(p.space(e.Kind))
	p.close()
	p.m.Exports = append(p.m.Exports, e)
}

// definition parses a function, table, memory, global or tag, or an import written
// in its place.
func (p *Parser) definition(kind wasm.ExternKind) {
	first := p.tok
	index := p.nextIndex(kind)
	for p.openList("export") {
		p.m.Exports = append(p.m.Exports, wasm.Export{Name: p.name(), Kind: kind, Index: index})
		p.close()
	}
	if p.openList("import") {
		im := wasm.Import{Module: p.name(), Name: p.name(), Kind: kind}
		p.close()
		p.locals = nil
		p.importType(&im, p.bindLocal(index))
		p.importOf(im, first)
		return
	}
	if p.defined == "" {
		p.defined = [...]string{"function", "table", "memory", "global", "tag"}[kind]
	}
	switch kind {
	case wasm.ExternFunc:
		p.function(index)
	case wasm.ExternTable:
		p.table(index)
	case wasm.ExternMemory:
		p.memory(index)
	case wasm.ExternGlobal:
		t := p.globalType()
		p.m.Globals = append(p.m.Globals, wasm.Global{Type: t, Init: p.constExpr()})
	case wasm.ExternTag:
		p.need(first, wasm.Exceptions|wasm.LegacyExceptions|wasm.StackSwitching, "tag")
		p.m.Tags = append(p.m.Tags, p.typeUse(ignoreNames))
	}
}

// bindLocal returns the function that enters the parameters and locals of a function.
func (p *Parser) bindLocal(fn uint32) onParam {
	return func(index uint32, id *Token, name string) {
		if id != nil {
			if _, taken := p.locals[name]; taken {
				p.fail(*id, "duplicate local %s", id.describe())
			}
			if p.locals == nil {
				p.locals = map[string]uint32{}
			}
			p.locals[name] = index
		}
		setNested(&p.m.Names.Locals, fn, index, name)
	}
}

func (p *Parser) function(index uint32) {
	p.locals = nil
	bind := p.bindLocal(index)
	f := wasm.Func{Type: p.typeUse(bind)}
	count := p.numParams(f.Type)
	var types []wasm.ValType
	for first := p.tok; p.openList("local"); {
		types = p.namedTypes(types, func(i uint32, id *Token, name string) { bind(count+i, id, name) })
		if len(types) > wasm.MaxLocals {
			panic(errorAt(first, wasm.Limit, "too many locals: at most %d are supported", wasm.MaxLocals))
		}
	}
	for _, t := range types {
		if n := len(f.Locals); n > 0 && f.Locals[n-1].Type == t {
			f.Locals[n-1].Count++
		} else {
			f.Locals = append(f.Locals, wasm.LocalGroup{Count: 1, Type: t})
		}
	}
	p.inFunc, p.fn = true, index
	p.firstHint = len(p.hints)
	p.instructions(false)
	p.endExpression(p.tok)
	f.Body = slices.Clone(p.body)
	f.Positions = slices.Clone(p.positions)
	p.inFunc = false
	if len(p.hints) > p.firstHint {
		size := uint32(wasm.LocalsSize(f.Locals))
		for i := range p.hints[p.firstHint:] {
			p.hints[p.firstHint+i].offset += size
		}
	}
	p.m.Funcs = append(p.m.Funcs, f)
}

// constExpr parses instructions up to the end of the list.
func (p *Parser) constExpr() wasm.ConstExpr {
	p.locals = nil
	p.instructions(false)
	p.endExpression(p.tok)
	return wasm.ConstExpr{Body: slices.Clone(p.body)}
}

// wrappedExpr parses (word instr*), or one folded instruction in its place.
func (p *Parser) wrappedExpr(word string) wasm.ConstExpr {
	if p.openList(word) {
		e := p.constExpr()
		p.close()
		return e
	}
	if p.tok.Kind != LParen {
		p.unexpected(p.tok, "("+word+" ...) or an instruction in parentheses")
	}
	p.locals = nil
	p.instructions(true)
	p.endExpression(p.tok)
	return wasm.ConstExpr{Body: slices.Clone(p.body)}
}

// constant returns a constant expression of one instruction.
func (p *Parser) constant(in *wasm.Instr) wasm.ConstExpr {
	body := wasm.AppendInstr(nil, in, p.m.Dialect)
	return wasm.ConstExpr{Body: wasm.AppendInstr(body, &wasm.Instr{Op: wasm.OpEnd}, p.m.Dialect)}
}

// zero returns the constant expression 0 of an address type.
func (p *Parser) zero(l wasm.Limits) wasm.ConstExpr {
	op := wasm.OpI32Const
	if l.Is64 {
		op = wasm.OpI64Const
	}
	return p.constant(&wasm.Instr{Op: op})
}

func (p *Parser) table(index uint32) {
	var t wasm.Table
	p.addrType(&t.Type.Limits)
	if !p.atRefType() {
		p.limits(&t.Type.Limits)
		t.Type.Elem = p.refType()
		if p.tok.Kind != RParen {
			t.Init = p.constExpr()
		}
		p.m.Tables = append(p.m.Tables, t)
		return
	}
	t.Type.Elem = p.refType()
	if !p.openList("elem") {
		p.unexpected(p.tok, "(elem ...)")
	}
	e := wasm.Elem{Mode: wasm.Active, Table: index, OffsetPos: p.zero(t.Type.Limits), Type: t.Type.Elem}
	switch {
	case e.Type.Heap == wasm.HeapFunc && (p.atIndex() || p.tok.Kind == RParen):
		p.elemFuncs(&e)
	case p.atIndex(): // a list of indices is one of functions of any type, which a typed table cannot hold
		e.Exprs = p.funcRefs()
	default:
		p.elemExprs(&e)
	}
	p.close()
	n := uint64(len(e.Funcs) + len(e.Exprs))
	t.Type.Limits.Min, t.Type.Limits.Max, t.Type.Limits.HasMax = n, n, true
	p.m.Tables = append(p.m.Tables, t)
	p.m.Elems = append(p.m.Elems, e)
}

func (p *Parser) memory(index uint32) {
	var t wasm.MemoryType
	p.addrType(&t.Limits)
	if p.tok.Kind == Nat {
		p.memoryLimits(&t)
		p.m.Memories = append(p.m.Memories, t)
		return
	}
	p.pageSize(&t)
	if !p.openList("data") {
		p.unexpected(p.tok, "size of the memory or (data ...)")
	}
	d := wasm.Data{Mode: wasm.Active, Memory: index, OffsetPos: p.zero(t.Limits), Bytes: p.dataBytes()}
	p.close()
	pages := uint64(len(d.Bytes)) >> t.PageLog2
	if pages<<t.PageLog2 < uint64(len(d.Bytes)) {
		pages++
	}
	t.Limits.Min, t.Limits.Max, t.Limits.HasMax = pages, pages, true
	p.m.Memories = append(p.m.Memories, t)
	p.m.Datas = append(p.m.Datas, d)
}

func (p *Parser) dataField() {
	index := uint32(len(p.m.Datas))
	p.names(setter(&p.m.Names.Datas, index))
	var d wasm.Data
	if p.openList("memory") {
		d.Mode = wasm.Active
		d.Memory = p.index(&p.memories)
		d.MemoryIndexed = d.Memory == 0
		p.close()
	}
	if p.tok.Kind == Nat { // (data 0 (i32.const 0) "") is how the first release names a memory
		d.Mode = wasm.Active
		d.Memory = p.index(&p.memories)
	}
	if d.Mode == wasm.Active || p.tok.Kind == LParen && !p.atNumbers() {
		d.Mode = wasm.Active
		d.OffsetPos = p.wrappedExpr("offset")
	}
	d.Bytes = p.dataBytes()
	p.m.Datas = append(p.m.Datas, d)
}

func (p *Parser) elemField() {
	index := uint32(len(p.m.Elems))
	p.names(setter(&p.m.Names.Elems, index))
	e := wasm.Elem{Mode: wasm.Passive}
	if p.acceptWord("declare") {
		e.Mode = wasm.Declarative
	} else {
		explicit := p.openList("table")
		if explicit {
			e.Mode = wasm.Active
			e.Table = p.index(&p.tables)
			p.close()
		}
		if !explicit && p.tok.Kind == Nat { // (elem 0 (i32.const 0) $f) is how the first release names a table
			e.Mode = wasm.Active
			e.Table = p.index(&p.tables)
		}
		if e.Mode == wasm.Active || p.tok.Kind == LParen && !p.atList("ref") {
			e.Mode = wasm.Active
			e.OffsetPos = p.wrappedExpr("offset")
		}
		e.TableIndexed = explicit && e.Table == 0
		if e.Mode == wasm.Active && !explicit && !p.atRefType() {
			p.acceptWord("func")
			p.elemFuncs(&e)
			p.m.Elems = append(p.m.Elems, e)
			return
		}
	}
	if p.acceptWord("func") {
		p.elemFuncs(&e)
	} else {
		e.Type = p.refType()
		p.elemExprs(&e)
		if e.Type != wasm.FuncRef { // only that type can go without saying
			e.TableIndexed = false
		}
	}
	p.m.Elems = append(p.m.Elems, e)
}

func (p *Parser) elemFuncs(e *wasm.Elem) {
	e.Type = wasm.Ref(wasm.HeapFunc)
	e.Funcs = []uint32{}
	for p.atIndex() {
		e.Funcs = append(e.Funcs, p.index(&p.funcs))
	}
}

// funcRefs reads functions and returns a reference to each.
func (p *Parser) funcRefs() []wasm.ConstExpr {
	var refs []wasm.ConstExpr
	for p.atIndex() {
		in := wasm.Instr{Op: wasm.OpRefFunc, Index: p.index(&p.funcs)}
		refs = append(refs, p.constant(&in))
	}
	return refs
}

func (p *Parser) elemExprs(e *wasm.Elem) {
	e.Exprs = []wasm.ConstExpr{}
	for p.tok.Kind != RParen {
		e.Exprs = append(e.Exprs, p.wrappedExpr("item"))
	}
}
