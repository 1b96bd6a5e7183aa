package text

import (
	"io"

	"weft/wasm"
)

// Print writes a module in the text format, in the order of the sections of a
// binary and with instructions unfolded, a line each. [Parse] reads it back as an
// equal module, if its names are within what they name.
//
// It fails with a *[wasm.Error] if a function body or a constant expression is
// malformed, and with the error of w.
func Print(w io.Writer, m *wasm.Module) error {
	p := &printer{w: w, m: m}
	if err := p.module(); err != nil {
		return err
	}
	p.flush(0)
	return p.err
}

// A printer collects the text of a module.
type printer struct {
	w   io.Writer
	buf []byte
	err error // of w
	m   *wasm.Module

	types, funcs, tables, memories, globals, tags, elems, datas printNames

	imported [wasm.ExternTag + 1]uint32 // how many imports of each kind are written

	code   wasm.CodeReader
	hints  map[uint32]map[uint32]byte // by function and offset in its body
	labels labelPrinter
	fields map[uint32]*printNames // of structs, by type
}

// maxIndent bounds the white space that nested blocks are printed with.
const maxIndent = 40

func (p *printer) flush(keep int) {
	if len(p.buf) <= keep {
		return
	}
	if p.err == nil {
		_, p.err = p.w.Write(p.buf)
	}
	p.buf = p.buf[:0]
}

// line begins a line that is indented by a number of levels.
func (p *printer) line(level int) {
	const chunk = 1 << 16
	p.flush(chunk)
	p.buf = append(p.buf, '\n')
	for range min(level, maxIndent) {
		p.buf = append(p.buf, ' ', ' ')
	}
}

func (p *printer) put(s string) { p.buf = append(p.buf, s...) }

func (p *printer) uint(v uint64) { p.buf = appendUint(p.buf, v) }

// bytes writes a string literal in which every byte has its own escape if it needs
// one.
func (p *printer) bytes(b []byte) { p.buf = appendBytes(p.buf, b) }

// name writes a UTF-8 string as a literal that people can read.
func (p *printer) name(s string) { p.buf = appendName(p.buf, s) }

func (p *printer) module() error {
	m := p.m
	hintSection := p.readHints()
	p.collectNames()
	p.put("(module")
	p.printedName(identifier(m.Names.Module), m.Names.Module, m.Names.Module != "")
	if err := p.typeSection(); err != nil {
		return err
	}
	p.imports()
	if err := p.definitions(); err != nil {
		return err
	}
	p.exports()
	if err := p.segments(); err != nil {
		return err
	}
	if err := p.functions(); err != nil {
		return err
	}
	for i := range m.Customs {
		if i != hintSection {
			p.custom(&m.Customs[i])
		}
	}
	p.put(")\n")
	return nil
}

func (p *printer) typeSection() error {
	for _, g := range p.m.RecGroups {
		if g.Start < 0 || g.End > len(p.m.Types) || g.End < g.Start {
			return wasm.Errorf(wasm.Malformed, "recursion group %d to %d is not within the %d types", g.Start, g.End, len(p.m.Types))
		}
		if g.End == g.Start+1 {
			p.typeDef(uint32(g.Start), 1)
			continue
		}
		p.line(1)
		p.put("(rec")
		for i := g.Start; i < g.End; i++ {
			p.typeDef(uint32(i), 2)
		}
		p.put(")")
	}
	return nil
}

func (p *printer) typeDef(index uint32, level int) {
	t := &p.m.Types[index]
	p.line(level)
	p.put("(type")
	p.types.define(p, index)
	p.put(" ")
	plain := t.Final && len(t.Supers) == 0
	if !plain {
		p.put("(sub ")
		if t.Final {
			p.put("final ")
		}
		for _, s := range t.Supers {
			p.types.use(p, s)
			p.put(" ")
		}
	}
	p.typeClause("describes", t.Comp.Describes)
	p.typeClause("descriptor", t.Comp.Descriptor)
	p.compType(index, &t.Comp)
	if !plain {
		p.put(")")
	}
	p.put(")")
}

func (p *printer) typeClause(word string, c wasm.TypeClause) {
	if c.Given {
		p.put("(")
		p.put(word)
		p.put(" ")
		p.heapType(c.Type)
		p.put(") ")
	}
}

func (p *printer) compType(index uint32, c *wasm.CompType) {
	p.put("(")
	p.put(c.Kind.String())
	switch c.Kind {
	case wasm.CompFunc:
		p.params(c.Func.Params, nil)
		p.results(c.Func.Results)
	case wasm.CompStruct:
		for i, f := range c.Fields {
			p.put(" (field")
			if names := p.fields[index]; names != nil {
				names.define(p, uint32(i))
			}
			p.put(" ")
			p.fieldType(f)
			p.put(")")
		}
	case wasm.CompArray:
		for _, f := range c.Fields {
			p.put(" ")
			p.fieldType(f)
		}
	case wasm.CompHandler:
		p.results(c.Func.Results)
	case wasm.CompCont, wasm.CompTag:
		p.put(" ")
		p.heapType(c.Cont)
	}
	p.put(")")
}

func (p *printer) fieldType(f wasm.FieldType) { p.mutable(f.Type, f.Mutable) }

func (p *printer) mutable(t wasm.ValType, mutable bool) {
	if mutable {
		p.put("(mut ")
	}
	p.valType(t)
	if mutable {
		p.put(")")
	}
}

func (p *printer) heapType(h wasm.HeapType) {
	if h.IsIndex() {
		p.types.use(p, uint32(h))
		return
	}
	p.put(h.String())
}

func (p *printer) valType(t wasm.ValType) {
	if t.Kind != wasm.KindRef || t.Nullable && !t.Heap.IsIndex() {
		p.put(t.String())
		return
	}
	p.put("(ref ")
	if t.Nullable {
		p.put("null ")
	}
	p.refTo(t)
	p.put(")")
}

// refTo writes the heap type of a reference.
func (p *printer) refTo(t wasm.ValType) {
	if !t.Exact {
		p.heapType(t.Heap)
		return
	}
	p.put("(exact ")
	p.heapType(t.Heap)
	p.put(")")
}

// params writes parameters, those with names apart.
func (p *printer) params(types []wasm.ValType, names *printNames) {
	p.typeList("param", types, 0, names)
}

func (p *printer) results(types []wasm.ValType) { p.typeList("result", types, 0, nil) }

// typeList writes (word t*), with a list of its own for each type that has a name.
// The first of the types has the index first.
func (p *printer) typeList(word string, types []wasm.ValType, first uint32, names *printNames) {
	open := false
	for i, t := range types {
		named := names != nil && names.has(first+uint32(i))
		if open && named {
			p.put(")")
			open = false
		}
		if !open {
			p.put(" (")
			p.put(word)
			open = true
		}
		if named {
			names.define(p, first+uint32(i))
		}
		p.put(" ")
		p.valType(t)
		if named {
			p.put(")")
			open = false
		}
	}
	if open {
		p.put(")")
	}
}

// typeUse writes the use of a function type: its index and, to be read by people,
// what it says.
func (p *printer) typeUse(index uint32, names *printNames) {
	p.put(" (type ")
	p.types.use(p, index)
	p.put(")")
	if index < uint32(len(p.m.Types)) && p.m.Types[index].Comp.Kind == wasm.CompFunc {
		f := p.m.Types[index].Comp.Func
		p.params(f.Params, names)
		p.results(f.Results)
	}
}

func (p *printer) limits(l wasm.Limits) {
	p.put(" ")
	p.put(l.String())
}

func (p *printer) memoryType(t wasm.MemoryType) {
	p.put(" ")
	p.put(t.String())
}

func (p *printer) tableType(t wasm.TableType) {
	p.limits(t.Limits)
	p.put(" ")
	p.valType(t.Elem)
}

func (p *printer) globalType(t wasm.GlobalType) {
	p.put(" ")
	p.mutable(t.Type, t.Mutable)
}

func (p *printer) space(kind wasm.ExternKind) *printNames {
	return [...]*printNames{&p.funcs, &p.tables, &p.memories, &p.globals, &p.tags}[kind]
}

// definitions writes tables, memories, tags and globals.
func (p *printer) definitions() error {
	m := p.m
	for i := range m.Tables {
		p.openDefinition(wasm.ExternTable, i)
		p.tableType(m.Tables[i].Type)
		if len(m.Tables[i].Init.Body) > 0 {
			if err := p.constExpr(m.Tables[i].Init, ""); err != nil {
				return err
			}
		}
		p.put(")")
	}
	for i := range m.Memories {
		p.openDefinition(wasm.ExternMemory, i)
		p.memoryType(m.Memories[i])
		p.put(")")
	}
	for i, t := range m.Tags {
		p.openDefinition(wasm.ExternTag, i)
		p.typeUse(t, nil)
		p.put(")")
	}
	for i := range m.Globals {
		p.openDefinition(wasm.ExternGlobal, i)
		p.globalType(m.Globals[i].Type)
		if err := p.constExpr(m.Globals[i].Init, ""); err != nil {
			return err
		}
		p.put(")")
	}
	return nil
}

// openDefinition begins the definition with an index among those of its kind.
func (p *printer) openDefinition(kind wasm.ExternKind, i int) {
	p.line(1)
	p.put("(")
	p.put(kind.String())
	p.space(kind).define(p, p.imported[kind]+uint32(i))
}

func (p *printer) exports() {
	for _, e := range p.m.Exports {
		p.line(1)
		p.put("(export ")
		p.name(e.Name)
		p.put(" (")
		p.put(e.Kind.String())
		p.put(" ")
		p.space(e.Kind).use(p, e.Index)
		p.put("))")
	}
	if s := p.m.Start; s != nil {
		p.line(1)
		p.put("(start ")
		p.funcs.use(p, s.Func)
		p.put(")")
	}
}

// segments writes element and data segments.
func (p *printer) segments() error {
	for i := range p.m.Elems {
		if err := p.elem(uint32(i), &p.m.Elems[i]); err != nil {
			return err
		}
	}
	for i := range p.m.Datas {
		d := &p.m.Datas[i]
		p.line(1)
		p.put("(data")
		p.datas.define(p, uint32(i))
		if d.Mode == wasm.Active {
			if d.Memory != 0 || d.MemoryIndexed {
				p.put(" (memory ")
				p.memories.use(p, d.Memory)
				p.put(")")
			}
			if err := p.constExpr(d.OffsetPos, "offset"); err != nil {
				return err
			}
		}
		p.put(" ")
		p.bytes(d.Bytes)
		p.put(")")
	}
	return nil
}

func (p *printer) elem(index uint32, e *wasm.Elem) error {
	p.line(1)
	p.put("(elem")
	p.elems.define(p, index)
	switch e.Mode {
	case wasm.Declarative:
		p.put(" declare")
	case wasm.Active:
		// A type that differs from the usual one is read back the same either way.
		if e.Table != 0 || e.TableIndexed {
			p.put(" (table ")
			p.tables.use(p, e.Table)
			p.put(")")
		}
		if err := p.constExpr(e.OffsetPos, "offset"); err != nil {
			return err
		}
	}
	if e.Exprs == nil && (len(e.Funcs) > 0 || e.Type.Heap == wasm.HeapFunc) {
		p.put(" func")
		for _, f := range e.Funcs {
			p.put(" ")
			p.funcs.use(p, f)
		}
		p.put(")")
		return nil
	}
	p.put(" ")
	p.valType(e.Type)
	for _, x := range e.Exprs {
		if err := p.constExpr(x, "item"); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}

func (p *printer) functions() error {
	for i := range p.m.Funcs {
		f := &p.m.Funcs[i]
		index := p.imported[wasm.ExternFunc] + uint32(i)
		if n := f.NumLocals(); n > wasm.MaxLocals {
			return wasm.Errorf(wasm.Limit, "too many locals: at most %d are supported, function %d has %d", wasm.MaxLocals, index, n)
		}
		p.line(1)
		p.put("(func")
		p.funcs.define(p, index)
		locals := p.localNames(index, f.Type, f.NumLocals())
		p.typeUse(f.Type, locals)
		p.locals(f, locals)
		if err := p.functionBody(index, f, locals); err != nil {
			return err
		}
		p.put(")")
	}
	return nil
}

func (p *printer) locals(f *wasm.Func, names *printNames) {
	next := uint32(len(p.paramsOf(f.Type)))
	var types []wasm.ValType
	for _, g := range f.Locals {
		for range g.Count {
			types = append(types, g.Type)
		}
	}
	if len(types) > 0 {
		p.line(2)
		p.buf = p.buf[:len(p.buf)-1] // the list brings its own space
		p.typeList("local", types, next, names)
	}
}

// paramsOf returns the parameters of a type, none if it is no function type.
func (p *printer) paramsOf(index uint32) []wasm.ValType {
	if index < uint32(len(p.m.Types)) {
		return p.m.Types[index].Comp.Func.Params
	}
	return nil
}

// custom writes a custom section with the place where it stands.
func (p *printer) custom(c *wasm.Custom) {
	p.line(1)
	p.put("(@custom ")
	p.name(c.Name)
	if c.After == wasm.SectionCustom {
		p.put(" (before first) ")
	} else {
		p.put(" (after ")
		p.put(sectionWords[c.After])
		p.put(") ")
	}
	p.bytes(c.Data)
	p.put(")")
}
