package binary

import "weft/wasm"

// Encode returns the canonical encoding of a module: every number in its
// shortest form, no empty section, types in their short form, custom sections
// at their place, the name section at the end. A module that was decoded from
// such bytes encodes to the same bytes.
func Encode(m *wasm.Module) []byte {
	e := &encoder{m: m, b: []byte(magic + version)}
	e.customs(wasm.SectionCustom)
	for _, id := range wasm.SectionOrder {
		if present(m, id) {
			e.section(id, func() { e.contents(id) })
		}
		e.customs(id)
	}
	if !m.Names.IsEmpty() {
		e.section(wasm.SectionCustom, func() {
			e.b = appendNames(wasm.AppendName(e.b, nameSection), &m.Names)
		})
	}
	return e.b
}

// present reports whether the module has something to put into a section.
func present(m *wasm.Module, id wasm.SectionID) bool {
	switch id {
	case wasm.SectionType:
		return len(m.RecGroups) > 0
	case wasm.SectionImport:
		return len(m.Imports) > 0
	case wasm.SectionFunction, wasm.SectionCode:
		return len(m.Funcs) > 0
	case wasm.SectionTable:
		return len(m.Tables) > 0
	case wasm.SectionMemory:
		return len(m.Memories) > 0
	case wasm.SectionTag:
		return len(m.Tags) > 0
	case wasm.SectionGlobal:
		return len(m.Globals) > 0
	case wasm.SectionExport:
		return len(m.Exports) > 0
	case wasm.SectionStart:
		return m.Start != nil
	case wasm.SectionElement:
		return len(m.Elems) > 0
	case wasm.SectionDataCount:
		return m.DataCount >= 0
	}
	return len(m.Datas) > 0
}

type encoder struct {
	m *wasm.Module
	b []byte
}

// section appends a section whose contents are what write appends.
func (e *encoder) section(id wasm.SectionID, write func()) {
	e.b = append(e.b, byte(id))
	e.sized(write)
}

// sized appends what write appends, after its size in bytes.
func (e *encoder) sized(write func()) {
	start := len(e.b)
	write()
	var buf [5]byte
	size := wasm.AppendUnsigned(buf[:0], uint64(len(e.b)-start))
	e.b = append(e.b, size...)
	copy(e.b[start+len(size):], e.b[start:len(e.b)-len(size)])
	copy(e.b[start:], size)
}

// customs appends the custom sections that follow a section.
func (e *encoder) customs(after wasm.SectionID) {
	for i := range e.m.Customs {
		if c := &e.m.Customs[i]; c.After == after {
			e.section(wasm.SectionCustom, func() {
				e.name(c.Name)
				e.b = append(e.b, c.Data...)
			})
		}
	}
}

// contents appends the contents of a section.
func (e *encoder) contents(id wasm.SectionID) {
	m := e.m
	switch id {
	case wasm.SectionType:
		vector(e, m.RecGroups, e.recGroup)
	case wasm.SectionImport:
		e.imports()
	case wasm.SectionFunction:
		vector(e, m.Funcs, func(f *wasm.Func) { e.u32(f.Type) })
	case wasm.SectionTable:
		vector(e, m.Tables, e.table)
	case wasm.SectionMemory:
		vector(e, m.Memories, e.memoryType)
	case wasm.SectionTag:
		vector(e, m.Tags, func(t *uint32) { e.tag(*t) })
	case wasm.SectionGlobal:
		vector(e, m.Globals, func(g *wasm.Global) {
			e.globalType(g.Type)
			e.expr(g.Init)
		})
	case wasm.SectionExport:
		vector(e, m.Exports, func(x *wasm.Export) {
			e.name(x.Name)
			e.byte(byte(x.Kind))
			e.u32(x.Index)
		})
	case wasm.SectionStart:
		e.u32(m.Start.Func)
	case wasm.SectionElement:
		vector(e, m.Elems, e.elem)
	case wasm.SectionDataCount:
		e.u32(uint32(m.DataCount))
	case wasm.SectionCode:
		vector(e, m.Funcs, e.function)
	case wasm.SectionData:
		vector(e, m.Datas, e.data)
	}
}

func (e *encoder) byte(b byte)             { e.b = append(e.b, b) }
func (e *encoder) u32(v uint32)            { e.b = wasm.AppendUnsigned(e.b, uint64(v)) }
func (e *encoder) name(s string)           { e.b = wasm.AppendName(e.b, s) }
func (e *encoder) valType(t wasm.ValType)  { e.b = wasm.AppendValType(e.b, t) }
func (e *encoder) expr(x wasm.ConstExpr)   { e.b = append(e.b, x.Body...) }
func (e *encoder) mutability(mutable bool) { e.byte(flag(mutable, 1)) }

// flag returns bit if the condition holds.
func flag(condition bool, bit byte) byte {
	if condition {
		return bit
	}
	return 0
}

// vector appends the length of a list and its elements.
func vector[T any](e *encoder, list []T, element func(*T)) {
	e.u32(uint32(len(list)))
	for i := range list {
		element(&list[i])
	}
}

func (e *encoder) recGroup(g *wasm.RecGroup) {
	types := e.m.Types[g.Start:g.End]
	if len(types) != 1 {
		e.byte(formRec)
		e.u32(uint32(len(types)))
	}
	for i := range types {
		e.subType(&types[i])
	}
}

func (e *encoder) subType(t *wasm.SubType) {
	if !t.Final || len(t.Supers) > 0 {
		if t.Final {
			e.byte(formSubFinal)
		} else {
			e.byte(formSub)
		}
		vector(e, t.Supers, func(super *uint32) { e.u32(*super) })
	}
	e.typeClause(formDescribes, t.Comp.Describes)
	e.typeClause(formDescriptor, t.Comp.Descriptor)
	e.byte(byte(t.Comp.Kind))
	switch t.Comp.Kind {
	case wasm.CompFunc:
		vector(e, t.Comp.Func.Params, func(t *wasm.ValType) { e.valType(*t) })
		vector(e, t.Comp.Func.Results, func(t *wasm.ValType) { e.valType(*t) })
	case wasm.CompStruct:
		vector(e, t.Comp.Fields, e.field)
	case wasm.CompArray:
		e.field(&t.Comp.Fields[0])
	case wasm.CompHandler:
		vector(e, t.Comp.Func.Results, func(t *wasm.ValType) { e.valType(*t) })
	case wasm.CompCont, wasm.CompTag:
		e.b = wasm.AppendHeapType(e.b, t.Comp.Cont)
	}
}

func (e *encoder) typeClause(form byte, c wasm.TypeClause) {
	if c.Given {
		e.byte(form)
		e.u32(uint32(c.Type))
	}
}

func (e *encoder) field(f *wasm.FieldType) {
	e.valType(f.Type)
	e.mutability(f.Mutable)
}

func (e *encoder) imports() {
	lists := e.m.ImportLists()
	e.u32(uint32(len(lists)))
	rest := e.m.Imports
	for _, n := range lists {
		e.importList(rest[:n])
		rest = rest[n:]
	}
}

// importList appends imports that are one list.
func (e *encoder) importList(list []wasm.Import) {
	e.name(list[0].Module)
	switch list[0].Form {
	case wasm.ImportAlone:
		e.importOf(&list[0])
	case wasm.ImportItems:
		e.name("")
		e.byte(importItems)
		vector(e, list, e.importOf)
	case wasm.ImportSharedType:
		e.name("")
		e.byte(importSharedType)
		e.importType(&list[0])
		vector(e, list, func(im *wasm.Import) { e.name(im.Name) })
	}
}

func (e *encoder) importOf(im *wasm.Import) {
	e.name(im.Name)
	e.importType(im)
}

func (e *encoder) importType(im *wasm.Import) {
	if im.Exact {
		e.byte(exactFunc)
	} else {
		e.byte(byte(im.Kind))
	}
	switch im.Kind {
	case wasm.ExternFunc:
		e.u32(im.Type)
	case wasm.ExternTable:
		e.tableType(im.Table)
	case wasm.ExternMemory:
		e.memoryType(&im.Memory)
	case wasm.ExternGlobal:
		e.globalType(im.Global)
	case wasm.ExternTag:
		e.tag(im.Type)
	}
}

func (e *encoder) limits(l wasm.Limits, flags byte) {
	e.byte(flags | flag(l.HasMax, limitsMax) | flag(l.Shared, limitsShared) | flag(l.Is64, limits64))
	e.b = wasm.AppendUnsigned(e.b, l.Min)
	if l.HasMax {
		e.b = wasm.AppendUnsigned(e.b, l.Max)
	}
}

func (e *encoder) table(t *wasm.Table) {
	if len(t.Init.Body) > 0 {
		e.byte(tableWithInit)
		e.byte(0)
	}
	e.tableType(t.Type)
	e.expr(t.Init)
}

func (e *encoder) tableType(t wasm.TableType) {
	e.valType(t.Elem)
	e.limits(t.Limits, 0)
}

func (e *encoder) memoryType(t *wasm.MemoryType) {
	if t.PageLog2 == wasm.DefaultPageLog2 {
		e.limits(t.Limits, 0)
		return
	}
	e.limits(t.Limits, limitsPageSize)
	e.u32(uint32(t.PageLog2))
}

func (e *encoder) tag(typeIndex uint32) {
	e.byte(0)
	e.u32(typeIndex)
}

func (e *encoder) globalType(t wasm.GlobalType) {
	e.valType(t.Type)
	e.mutability(t.Mutable)
}

func (e *encoder) elem(s *wasm.Elem) {
	byIndex := s.ByIndex()
	// Only a segment that is active in table 0 may leave out what is usual.
	typed := s.Mode != wasm.Active || s.TableIndexed || s.Table != 0 || !byIndex && s.Type != wasm.FuncRef
	var flags byte
	switch s.Mode {
	case wasm.Active:
		flags = flag(typed, elemIndexed)
	case wasm.Passive:
		flags = elemNotActive
	case wasm.Declarative:
		flags = elemNotActive | elemIndexed
	}
	e.byte(flags | flag(!byIndex, elemExprs))
	if s.Mode == wasm.Active {
		if typed {
			e.u32(s.Table)
		}
		e.expr(s.OffsetPos)
	}
	if byIndex {
		if typed {
			e.byte(elemKindFunc)
		}
		vector(e, s.Funcs, func(f *uint32) { e.u32(*f) })
		return
	}
	if typed {
		e.valType(s.Type)
	}
	vector(e, s.Exprs, func(x *wasm.ConstExpr) { e.expr(*x) })
}

func (e *encoder) function(f *wasm.Func) {
	e.sized(func() {
		vector(e, f.Locals, func(g *wasm.LocalGroup) {
			e.u32(g.Count)
			e.valType(g.Type)
		})
		e.b = append(e.b, f.Body...)
	})
}

func (e *encoder) data(s *wasm.Data) {
	switch {
	case s.Mode == wasm.Passive:
		e.byte(dataPassive)
	case s.Memory != 0 || s.MemoryIndexed:
		e.byte(dataIndexed)
		e.u32(s.Memory)
	default:
		e.byte(dataActive)
	}
	if s.Mode == wasm.Active {
		e.expr(s.OffsetPos)
	}
	e.u32(uint32(len(s.Bytes)))
	e.b = append(e.b, s.Bytes...)
}
