package validate

import (
	"fmt"

	"weft/wasm"
)

// Module checks that a module is valid. What belongs to a proposal that is not
// among the features is refused. The errors are [*wasm.Error]s.
func Module(m *wasm.Module, features wasm.Features) error {
	if !features.Has(m.Dialect) {
		return wasm.ErrorDisabled(m.Dialect, -1, "the encoding of the module")
	}
	c := &context{m: m, features: features, set: wasm.NewTypeSet(), space: m.AddressSpace()}
	c.single = map[wasm.ValType][]wasm.ValType{}
	for _, check := range []func() error{
		c.types, c.imports, c.funcs, c.tables, c.memories, c.tags, c.globals, c.exports, c.start, c.elems, c.datas,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return c.bodies()
}

// A context is what is known about a module (specification, section
// "Contexts"). All types in it are canonical, except in m and space.
type context struct {
	m        *wasm.Module
	features wasm.Features
	space    *wasm.AddressSpace

	set    *wasm.TypeSet
	ids    []wasm.TypeID    // by type index
	comps  []*wasm.CompType // by type index
	depths []uint8          // by type index: number of types above it
	single map[wasm.ValType][]wasm.ValType

	funcTypes   []*wasm.FuncType // by function index
	tableElems  []wasm.ValType   // by table index
	globalTypes []wasm.ValType   // by global index
	tagTypes    []*wasm.FuncType // by tag index
	elemTypes   []wasm.ValType   // by element segment
	declared    []bool           // by function index: ref.func may name it

	expr body // reused for constant expressions
}

// invalid makes an error; who knows the position adds it.
func invalid(format string, args ...any) error {
	return wasm.Errorf(wasm.Invalid, format, args...)
}

// need refuses what belongs to features of which none is switched on.
func (c *context) need(feature wasm.Features, what string) error {
	if feature == wasm.MVP || c.features&feature != 0 {
		return nil
	}
	return wasm.ErrorDisabled(feature, -1, what)
}

// in says which part of the module an error is about.
func in(err error, what string, index int) error {
	if e, ok := err.(*wasm.Error); ok {
		e.Msg += fmt.Sprintf(" (%s %d)", what, index)
	}
	return err
}

func (c *context) imports() error {
	for i := range c.m.Imports {
		im := &c.m.Imports[i]
		if err := c.importEntry(im); err != nil {
			if e, ok := err.(*wasm.Error); ok && im.Offset > 0 {
				e.Offset = im.Offset
			}
			return in(err, "import", i)
		}
	}
	return nil
}

func (c *context) importEntry(im *wasm.Import) error {
	if im.Form != wasm.ImportAlone {
		if err := c.need(wasm.CompactImports, "a list of imports"); err != nil {
			return err
		}
	}
	switch im.Kind {
	case wasm.ExternFunc:
		if im.Exact {
			if err := c.need(wasm.CustomDescriptors, "an exact function import"); err != nil {
				return err
			}
		}
		t, err := c.funcType(im.Type)
		c.funcTypes = append(c.funcTypes, t)
		return err
	case wasm.ExternTable:
		return c.tableType(&im.Table)
	case wasm.ExternMemory:
		return c.memoryType(&im.Memory)
	case wasm.ExternGlobal:
		if im.Global.Mutable {
			if err := c.need(wasm.MutableGlobals, "an imported mutable global"); err != nil {
				return err
			}
		}
		return c.globalType(&im.Global)
	}
	return c.tag(im.Type)
}

func (c *context) funcs() error {
	if len(c.m.Funcs) > wasm.MaxFuncs {
		return wasm.Errorf(wasm.Limit, "too many functions: at most %d are supported, found %d", wasm.MaxFuncs, len(c.m.Funcs))
	}
	imported := len(c.funcTypes)
	for i := range c.m.Funcs {
		f := &c.m.Funcs[i]
		t, err := c.funcType(f.Type)
		if err != nil {
			return c.inFunc(err, imported+i, f, 0)
		}
		c.funcTypes = append(c.funcTypes, t)
	}
	c.declared = make([]bool, len(c.funcTypes))
	return nil
}

// inFunc adds function and position to an error.
func (c *context) inFunc(err error, index int, f *wasm.Func, offset int) error {
	e, ok := err.(*wasm.Error)
	if !ok {
		return err
	}
	e.Func, e.FuncName = index, c.m.Names.Funcs[uint32(index)]
	if e.Offset < 0 {
		e.Offset = f.BodyOffset + offset
	}
	if p, ok := f.PositionAt(e.Offset - f.BodyOffset); ok {
		e.Offset, e.Line, e.Column = -1, int(p.Line), int(p.Column)
	}
	return e
}

func (c *context) tables() error {
	imported := len(c.tableElems)
	for i := range c.m.Tables {
		t := &c.m.Tables[i]
		if err := c.tableType(&t.Type); err != nil {
			return in(err, "table", imported+i)
		}
		elem := c.tableElems[imported+i]
		if len(t.Init.Body) == 0 {
			if !elem.HasDefault() {
				return invalid("type mismatch: table %d of type %s needs an initial value", imported+i, c.str(elem))
			}
			continue
		}
		if err := c.need(wasm.FunctionReferences, "a table with an initial value"); err != nil {
			return err
		}
		// The globals of the module do not exist yet when tables are made.
		if err := c.constExpr(t.Init, elem, c.space.ImportedGlobals); err != nil {
			return in(err, "initial value of table", imported+i)
		}
	}
	return nil
}

func (c *context) tableType(t *wasm.TableType) error {
	elem, err := c.elemType(t.Elem)
	if err != nil {
		return err
	}
	if len(c.tableElems) == 1 {
		if err := c.need(wasm.ReferenceTypes, "multiple tables"); err != nil {
			return err
		}
	}
	c.tableElems = append(c.tableElems, elem)
	if t.Limits.Shared {
		return invalid("a table cannot be shared")
	}
	return c.limits(t.Limits, "table size", 1<<32-1, "2^32-1 elements")
}

func (c *context) memories() error {
	imported := len(c.space.Memories) - len(c.m.Memories)
	for i := range c.m.Memories {
		if err := c.memoryType(&c.m.Memories[i]); err != nil {
			return in(err, "memory", imported+i)
		}
	}
	if len(c.space.Memories) > 1 {
		return c.need(wasm.MultiMemory, "multiple memories")
	}
	return nil
}

func (c *context) memoryType(t *wasm.MemoryType) error {
	pages, text := uint64(1)<<(32-wasm.DefaultPageLog2), "65536 pages (4GiB)"
	switch {
	case t.PageLog2 == wasm.DefaultPageLog2:
		if t.Limits.Is64 {
			pages, text = 1<<(64-wasm.DefaultPageLog2), "2^48 pages (2^64 bytes)"
		}
	case t.PageLog2 != 0:
		return invalid("invalid custom page size: expected 1 or 65536, found 2^%d", t.PageLog2)
	default:
		if err := c.need(wasm.CustomPageSizes, "a custom page size"); err != nil {
			return err
		}
		pages, text = 1<<32-1, "2^32-1 pages (4GiB)"
		if t.Limits.Is64 {
			pages, text = 1<<64-1, "2^64-1 pages"
		}
	}
	if t.Limits.Shared {
		if err := c.need(wasm.Threads, "a shared memory"); err != nil {
			return err
		}
		if !t.Limits.HasMax {
			return invalid("shared memory must have maximum")
		}
	}
	return c.limits(t.Limits, "memory size", pages, text)
}

// limits checks limits against the greatest size that a kind of thing can have;
// for tables that is of those with 32-bit addresses.
func (c *context) limits(l wasm.Limits, what string, most uint64, text string) error {
	if l.Is64 {
		if err := c.need(wasm.Memory64, "a 64-bit address type"); err != nil {
			return err
		}
		if what == "table size" {
			most = 1<<64 - 1
		}
	}
	if size := max(l.Min, l.Max); l.Min > most || l.HasMax && l.Max > most {
		return invalid("%s must be at most %s, found %d", what, text, size)
	}
	if l.HasMax && l.Max < l.Min {
		return invalid("size minimum must not be greater than maximum: minimum %d, maximum %d", l.Min, l.Max)
	}
	return nil
}

func (c *context) tags() error {
	imported := len(c.tagTypes)
	for i, t := range c.m.Tags {
		if err := c.tag(t); err != nil {
			return in(err, "tag", imported+i)
		}
	}
	return nil
}

func (c *context) tag(typeIndex uint32) error {
	if err := c.need(wasm.Exceptions|wasm.StackSwitching|wasm.LegacyExceptions, "a tag"); err != nil {
		return err
	}
	t, err := c.funcType(typeIndex)
	if err != nil {
		return err
	}
	if len(t.Results) > 0 && !c.features.Has(wasm.StackSwitching) {
		return invalid("non-empty tag result type: expected [], found %s", c.strs(t.Results))
	}
	c.tagTypes = append(c.tagTypes, t)
	return nil
}

func (c *context) globals() error {
	imported := len(c.globalTypes)
	for i := range c.m.Globals {
		if err := c.globalType(&c.m.Globals[i].Type); err != nil {
			return in(err, "global", imported+i)
		}
		visible := imported // before the GC proposal only imported globals were constant
		if c.features.Has(wasm.GC) {
			visible += i
		}
		if err := c.constExpr(c.m.Globals[i].Init, c.globalTypes[imported+i], visible); err != nil {
			return in(err, "initial value of global", imported+i)
		}
	}
	return nil
}

func (c *context) globalType(t *wasm.GlobalType) error {
	v, err := c.valType(t.Type)
	c.globalTypes = append(c.globalTypes, v)
	return err
}

// visibleGlobals is the number of globals that the constant expressions of
// segments may use.
func (c *context) visibleGlobals() int {
	if c.features.Has(wasm.GC) {
		return len(c.globalTypes)
	}
	return c.space.ImportedGlobals
}

func (c *context) exports() error {
	names := make(map[string]struct{}, len(c.m.Exports))
	for i := range c.m.Exports {
		e := &c.m.Exports[i]
		if _, dup := names[e.Name]; dup {
			return invalid("duplicate export name %q", e.Name)
		}
		names[e.Name] = struct{}{}
		count := 0
		switch e.Kind {
		case wasm.ExternFunc:
			count = len(c.space.Funcs)
		case wasm.ExternTable:
			count = len(c.space.Tables)
		case wasm.ExternMemory:
			count = len(c.space.Memories)
		case wasm.ExternGlobal:
			count = len(c.space.Globals)
		case wasm.ExternTag:
			count = len(c.space.Tags)
		}
		if int64(e.Index) >= int64(count) {
			what := e.Kind.String()
			if e.Kind == wasm.ExternFunc {
				what = "function"
			}
			return invalid("unknown %s %d: export %q, there are %d", what, e.Index, e.Name, count)
		}
		switch {
		case e.Kind == wasm.ExternFunc:
			c.declared[e.Index] = true
		case e.Kind == wasm.ExternGlobal && c.space.Globals[e.Index].Mutable:
			if err := c.need(wasm.MutableGlobals, "an exported mutable global"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *context) start() error {
	if c.m.Start == nil {
		return nil
	}
	t, err := c.funcAt(c.m.Start.Func)
	if err != nil {
		return err
	}
	if len(t.Params) > 0 || len(t.Results) > 0 {
		return invalid("start function %d must have type [] -> [], found %s -> %s",
			c.m.Start.Func, c.strs(t.Params), c.strs(t.Results))
	}
	return nil
}

func (c *context) elems() error {
	for i := range c.m.Elems {
		if err := c.elem(&c.m.Elems[i]); err != nil {
			return in(err, "element segment", i)
		}
	}
	return nil
}

func (c *context) elem(e *wasm.Elem) error {
	t, err := wasm.Ref(wasm.HeapFunc), error(nil)
	if !e.ByIndex() {
		t, err = c.elemType(e.Type)
	}
	if err != nil {
		return err
	}
	c.elemTypes = append(c.elemTypes, t)
	for _, f := range e.Funcs {
		if _, err := c.funcAt(f); err != nil {
			return err
		}
		c.declared[f] = true
	}
	for _, x := range e.Exprs {
		if err := c.constExpr(x, t, c.visibleGlobals()); err != nil {
			return err
		}
	}
	switch e.Mode {
	case wasm.Passive:
		return c.need(wasm.BulkMemory, "a passive element segment")
	case wasm.Declarative:
		return c.need(wasm.ReferenceTypes, "a declarative element segment")
	}
	elem, table, err := c.tableAt(e.Table)
	if err != nil {
		return err
	}
	if !c.set.IsValSubtype(t, elem) {
		return invalid("type mismatch: elements of type %s do not match table %d of type %s", c.str(t), e.Table, c.str(elem))
	}
	return c.constExpr(e.OffsetPos, table.Limits.AddrType(), c.visibleGlobals())
}

func (c *context) datas() error {
	for i := range c.m.Datas {
		if err := c.data(&c.m.Datas[i]); err != nil {
			return in(err, "data segment", i)
		}
	}
	return nil
}

func (c *context) data(d *wasm.Data) error {
	if d.Mode != wasm.Active {
		return c.need(wasm.BulkMemory, "a passive data segment")
	}
	memory, err := c.memoryAt(d.Memory)
	if err != nil {
		return err
	}
	return c.constExpr(d.OffsetPos, memory.Limits.AddrType(), c.visibleGlobals())
}
