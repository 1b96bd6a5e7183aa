package text

import (
	"slices"

	"weft/wasm"
)

// typeField parses (type ...) or (rec (type ...)*).
func (p *Parser) typeField() {
	p.expect(LParen)
	start := len(p.m.Types)
	if p.acceptWord("rec") {
		for p.openList("type") {
			p.typeDef()
		}
	} else {
		p.expectWord("type")
		p.subType()
	}
	p.m.RecGroups = append(p.m.RecGroups, wasm.RecGroup{Start: start, End: len(p.m.Types)})
	p.close()
}

func (p *Parser) typeDef() {
	p.subType()
	p.close()
}

// subType parses the rest of a type definition and enters it.
func (p *Parser) subType() {
	index := uint32(len(p.m.Types))
	p.names(setter(&p.m.Names.Types, index))
	p.m.Types = append(p.m.Types, wasm.SubType{})
	t := wasm.SubType{Final: true}
	if first := p.tok; p.openList("sub") {
		p.need(first, wasm.GC, "sub")
		t.Final = p.acceptWord("final")
		for p.atIndex() {
			t.Supers = append(t.Supers, p.index(&p.types))
		}
		t.Comp = p.describedType(index)
		p.close()
	} else {
		t.Comp = p.describedType(index)
	}
	p.m.Types[index] = t
}

// describedType parses a composite type behind its clauses.
func (p *Parser) describedType(index uint32) wasm.CompType {
	describes, descriptor := p.typeClause("describes"), p.typeClause("descriptor")
	c := p.compType(index)
	c.Describes, c.Descriptor = describes, descriptor
	return c
}

// typeClause parses the optional (word x).
func (p *Parser) typeClause(word string) (c wasm.TypeClause) {
	first := p.tok
	if !p.openList(word) {
		return c
	}
	p.need(first, wasm.CustomDescriptors, "("+word+" ...)")
	c = wasm.TypeClause{Given: true, Type: p.typeIndex()}
	p.close()
	return c
}

func (p *Parser) compType(index uint32) (c wasm.CompType) {
	p.expect(LParen)
	word := p.tok
	switch {
	case p.acceptWord("func"):
		c.Kind = wasm.CompFunc
		c.Func = p.funcType(ignoreNames)
	case p.acceptWord("struct"):
		p.need(word, wasm.GC, "struct")
		c.Kind = wasm.CompStruct
		c.Fields = p.structFields(index)
	case p.acceptWord("array"):
		p.need(word, wasm.GC, "array")
		c.Kind = wasm.CompArray
		c.Fields = []wasm.FieldType{p.fieldType()}
	case p.acceptWord("cont"):
		p.need(word, wasm.StackSwitching, "cont")
		c.Kind = wasm.CompCont
		c.Cont = p.contTarget()
	case p.acceptWord("tag"):
		p.need(word, wasm.TagValues, "tag")
		c.Kind = wasm.CompTag
		c.Cont = p.contTarget()
	case p.acceptWord("handler"):
		p.need(word, wasm.NamedHandlers, "handler")
		c.Kind = wasm.CompHandler
		c.Func = p.funcType(nil)
		if len(c.Func.Params) > 0 {
			p.fail(word, "unexpected parameters: a handler type has only results")
		}
	default:
		p.unexpected(word, "func, struct, array or cont")
	}
	p.close()
	return c
}

// contTarget parses the function type of a continuation type: an index or a use of
// a type that has one.
func (p *Parser) contTarget() wasm.HeapType {
	if !p.atList("type") {
		return p.heapType()
	}
	p.next()
	p.next()
	index := p.index(&p.types)
	p.close()
	t := p.tok
	if f := p.funcType(nil); len(f.Params)+len(f.Results) > 0 && !p.matchesType(index, f) {
		p.fail(t, "inline function type is not type %d", index)
	}
	return wasm.HeapType(index)
}

func (p *Parser) structFields(index uint32) []wasm.FieldType {
	var fields []wasm.FieldType
	for p.openList("field") {
		at := uint32(len(fields))
		if p.tok.Kind == ID || len(p.lex.notes) > 0 {
			if p.tok.Kind == ID {
				if p.fieldIDs[index] == nil {
					p.fieldIDs[index] = map[string]uint32{}
				}
				if _, taken := p.fieldIDs[index][p.tok.Name()]; taken {
					p.fail(p.tok, "duplicate field %s", p.tok.describe())
				}
				p.fieldIDs[index][p.tok.Name()] = at
			}
			id := p.tok.Kind == ID
			p.names(func(name string) { setNested(&p.m.Names.Fields, index, at, name); id = true })
			if id {
				fields = append(fields, p.fieldType())
				p.close()
				continue
			}
		}
		for p.tok.Kind != RParen {
			fields = append(fields, p.fieldType())
		}
		p.close()
	}
	return fields
}

// setNested enters a name in a map of maps.
func setNested(m *map[uint32]wasm.NameMap, outer, inner uint32, name string) {
	if *m == nil {
		*m = map[uint32]wasm.NameMap{}
	}
	names := (*m)[outer]
	names.Set(inner, name)
	(*m)[outer] = names
}

func (p *Parser) fieldType() (f wasm.FieldType) {
	if p.openList("mut") {
		f = wasm.FieldType{Type: p.storageType(), Mutable: true}
		p.close()
		return f
	}
	return wasm.FieldType{Type: p.storageType()}
}

func (p *Parser) storageType() wasm.ValType {
	switch {
	case p.acceptWord("i8"):
		return wasm.I8
	case p.acceptWord("i16"):
		return wasm.I16
	}
	return p.valType()
}

// numberTypes are the types that are not references.
var numberTypes = map[string]wasm.ValType{
	"i32": wasm.I32, "i64": wasm.I64, "f32": wasm.F32, "f64": wasm.F64, "v128": wasm.V128,
}

func (p *Parser) valType() wasm.ValType {
	if p.tok.Kind == Keyword {
		if t, ok := numberTypes[p.tok.Text]; ok {
			if t == wasm.V128 {
				p.need(p.tok, wasm.SIMD, "v128")
			}
			p.next()
			return t
		}
	}
	return p.refTypeOr("value type")
}

func (p *Parser) refType() wasm.ValType { return p.refTypeOr("reference type") }

// atRefType reports whether a reference type comes next.
func (p *Parser) atRefType() bool {
	if p.tok.Kind == Keyword {
		_, ok := wasm.RefTypeByName(p.tok.Text)
		return ok
	}
	return p.atList("ref")
}

func (p *Parser) refTypeOr(want string) wasm.ValType {
	t := p.tok
	if t.Kind == Keyword {
		if r, ok := wasm.RefTypeByName(t.Text); ok {
			p.needHeap(t, r.Heap)
			p.next()
			return r
		}
	}
	if !p.openList("ref") {
		if t.Kind == LParen {
			t = p.peek()
		}
		p.unexpected(t, want)
	}
	p.need(t, wasm.FunctionReferences|wasm.GC, "(ref ...)")
	r := p.refTo(p.acceptWord("null"))
	p.close()
	return r
}

// refTo parses the heap type of a reference, which may be exact.
func (p *Parser) refTo(nullable bool) wasm.ValType {
	r := wasm.ValType{Kind: wasm.KindRef, Nullable: nullable}
	if first := p.tok; p.openList("exact") {
		p.need(first, wasm.CustomDescriptors, "(exact ...)")
		r.Exact, r.Heap = true, p.typeIndex()
		p.close()
	} else {
		r.Heap = p.heapType()
	}
	return r
}

func (p *Parser) heapType() wasm.HeapType {
	t := p.tok
	if t.Kind == Keyword {
		if h, ok := wasm.HeapTypeByName(t.Text); ok {
			p.needHeap(t, h)
			p.next()
			return h
		}
		p.unexpected(t, "heap type")
	}
	if p.atList("shared") {
		p.unexpected(p.peek(), "heap type")
	}
	return p.typeIndex()
}

// typeIndex parses the index of a type.
func (p *Parser) typeIndex() wasm.HeapType {
	t := p.tok
	index := p.index(&p.types)
	if index > 1<<31-1 {
		p.fail(t, "type index %d is too large", index)
	}
	return wasm.HeapType(index)
}

// needHeap checks that an abstract heap type is enabled.
func (p *Parser) needHeap(t Token, h wasm.HeapType) {
	if h != wasm.HeapFunc { // the type of tables since the first release
		p.need(t, h.Feature(), t.Text)
	}
}

// ignoreNames is for parameters whose identifiers nobody can refer to.
func ignoreNames(uint32, *Token, string) {}

// onParam is told the identifier or the annotated name of a parameter.
type onParam = func(index uint32, id *Token, name string)

// funcType parses (param ...)* (result ...)*. Without a function to tell about
// identifiers, parameters may not have them.
func (p *Parser) funcType(names onParam) (f wasm.FuncType) {
	for p.openList("param") {
		f.Params = p.namedTypes(f.Params, names)
	}
	for p.openList("result") {
		for p.tok.Kind != RParen {
			f.Results = append(f.Results, p.valType())
		}
		p.close()
	}
	if p.atList("param") || p.atList("type") {
		p.unexpected(p.peek(), "type before param before result")
	}
	return f
}

// namedTypes parses the rest of (param $id t), (param t*) or the same of local.
func (p *Parser) namedTypes(types []wasm.ValType, names onParam) []wasm.ValType {
	if names != nil {
		index := uint32(len(types))
		named := false
		if p.tok.Kind == ID {
			id := p.tok
			p.next()
			names(index, &id, id.Name())
			named = true
		}
		p.nameNote("names", func(name string) { names(index, nil, name); named = true })
		if named {
			types = append(types, p.valType())
			p.close()
			return types
		}
	}
	for p.tok.Kind != RParen {
		types = append(types, p.valType())
	}
	p.close()
	return types
}

// typeUse parses the use of a function type: (type x), parameters and results, or
// both, and returns its index.
func (p *Parser) typeUse(names onParam) uint32 {
	if !p.atList("type") {
		return p.implicitType(p.funcType(names))
	}
	p.next()
	p.next()
	index := p.index(&p.types)
	p.close()
	t := p.tok
	f := p.funcType(names)
	if len(f.Params)+len(f.Results) > 0 && !p.matchesType(index, f) {
		if index >= uint32(len(p.m.Types)) {
			p.fail(t, "unknown type %d", index)
		}
		p.fail(t, "inline function type is not that of type %d", index)
	}
	return index
}

// exactTypeUse parses the type of a function that is imported: (exact typeuse), or a use alone.
func (p *Parser) exactTypeUse(names onParam) (index uint32, exact bool) {
	first := p.tok
	if !p.openList("exact") {
		return p.typeUse(names), false
	}
	p.need(first, wasm.CustomDescriptors, "(exact ...)")
	index = p.typeUse(names)
	p.close()
	return index, true
}

// matchesType reports whether a type is the given function type.
func (p *Parser) matchesType(index uint32, f wasm.FuncType) bool {
	if index >= uint32(len(p.m.Types)) {
		return false
	}
	comp := &p.m.Types[index].Comp
	return comp.Kind == wasm.CompFunc && slices.Equal(comp.Func.Params, f.Params) && slices.Equal(comp.Func.Results, f.Results)
}

// numParams returns the number of parameters of a type, 0 if it is no function type.
func (p *Parser) numParams(index uint32) uint32 {
	if index >= uint32(len(p.m.Types)) {
		return 0
	}
	return uint32(len(p.m.Types[index].Comp.Func.Params))
}

// typeKey returns a key that two function types share if they are the same. It holds
// until the next call.
func (p *Parser) typeKey(f wasm.FuncType) []byte {
	key := p.keyBuf[:0]
	for _, t := range f.Params {
		key = wasm.AppendValType(key, t)
	}
	key = append(key, 0)
	for _, t := range f.Results {
		key = wasm.AppendValType(key, t)
	}
	p.keyBuf = key
	return key
}

// indexTypes enters the types that a type use without an index may mean: function
// types that stand alone, have no supertypes and are final.
func (p *Parser) indexTypes() {
	p.implicit = map[string]uint32{}
	for _, g := range p.m.RecGroups {
		if g.End != g.Start+1 {
			continue
		}
		t := &p.m.Types[g.Start]
		if t.Comp.Kind != wasm.CompFunc || !t.Final || len(t.Supers) > 0 || refersTo(t.Comp.Func, g.Start) {
			continue
		}
		key := p.typeKey(t.Comp.Func)
		if _, known := p.implicit[string(key)]; !known {
			p.implicit[string(key)] = uint32(g.Start)
		}
	}
}

// refersTo reports whether a function type mentions a type. One that mentions
// itself is not the same as another type that mentions it.
func refersTo(f wasm.FuncType, index int) bool {
	mentions := func(t wasm.ValType) bool { return t.IsRef() && t.Heap == wasm.HeapType(index) }
	return slices.ContainsFunc(f.Params, mentions) || slices.ContainsFunc(f.Results, mentions)
}

// implicitType returns the index of a function type, which is defined at the end if
// it is not yet.
func (p *Parser) implicitType(f wasm.FuncType) uint32 {
	key := p.typeKey(f)
	if index, ok := p.implicit[string(key)]; ok {
		return index
	}
	index := len(p.m.Types)
	p.implicit[string(key)] = uint32(index)
	p.m.Types = append(p.m.Types, wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc, Func: f}})
	p.m.RecGroups = append(p.m.RecGroups, wasm.RecGroup{Start: index, End: index + 1})
	return uint32(index)
}

// blockType parses the type of a block.
func (p *Parser) blockType() wasm.BlockType {
	explicit := p.atList("type")
	if !explicit && !p.atList("param") && !p.atList("result") {
		return wasm.BlockType{Kind: wasm.BlockEmpty}
	}
	if explicit {
		return wasm.BlockType{Kind: wasm.BlockIndex, Index: p.typeUse(nil)}
	}
	f := p.funcType(nil)
	switch {
	case len(f.Params) == 0 && len(f.Results) == 0:
		return wasm.BlockType{Kind: wasm.BlockEmpty}
	case len(f.Params) == 0 && len(f.Results) == 1:
		return wasm.BlockType{Kind: wasm.BlockValue, Value: f.Results[0]}
	}
	return wasm.BlockType{Kind: wasm.BlockIndex, Index: p.implicitType(f)}
}

// limits parses i64? min max?.
func (p *Parser) limits(l *wasm.Limits) {
	l.Min = p.u64()
	if p.tok.Kind == Nat {
		l.Max, l.HasMax = p.u64(), true
	}
}

// addrType parses the optional address type of a memory or table.
func (p *Parser) addrType(l *wasm.Limits) {
	t := p.tok
	switch {
	case p.acceptWord("i64"):
		p.need(t, wasm.Memory64, "the address type i64")
		l.Is64 = true
	case p.acceptWord("i32"):
	}
}

// memoryLimits parses the rest of a memory type behind the address type.
func (p *Parser) memoryLimits(t *wasm.MemoryType) {
	p.limits(&t.Limits)
	if first := p.tok; p.acceptWord("shared") {
		p.need(first, wasm.Threads, "a shared memory")
		t.Limits.Shared = true
	}
	p.pageSize(t)
}

// pageSize parses the optional (pagesize n).
func (p *Parser) pageSize(t *wasm.MemoryType) {
	t.PageLog2 = wasm.DefaultPageLog2
	first := p.tok
	if !p.openList("pagesize") {
		return
	}
	p.need(first, wasm.CustomPageSizes, "(pagesize ...)")
	at := p.tok
	size := p.u64()
	if size == 0 || size&(size-1) != 0 {
		p.fail(at, "invalid custom page size %d: a power of two expected", size)
	}
	for t.PageLog2 = 0; size > 1; size >>= 1 {
		t.PageLog2++
	}
	p.close()
}

func (p *Parser) memoryType() (t wasm.MemoryType) {
	p.addrType(&t.Limits)
	p.memoryLimits(&t)
	return t
}

func (p *Parser) tableType() (t wasm.TableType) {
	p.addrType(&t.Limits)
	p.limits(&t.Limits)
	t.Elem = p.refType()
	return t
}

func (p *Parser) globalType() (t wasm.GlobalType) {
	if p.openList("mut") {
		t = wasm.GlobalType{Type: p.valType(), Mutable: true}
		p.close()
		return t
	}
	return wasm.GlobalType{Type: p.valType()}
}
