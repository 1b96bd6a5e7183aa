package binary

import "weft/wasm"

// The bytes that stand in the place of the kind of an import, after an empty name,
// where a list of imports follows; proposal compact import section.
const (
	importItems      = 0x7F // names and types
	importSharedType = 0x7E // one type, then names
)

func (d *decoder) importSection() error {
	return d.vector(3, wasm.MaxImports, "imports", func() error {
		im := wasm.Import{Offset: d.Offset()}
		var err error
		if im.Module, err = d.Name(); err != nil {
			return err
		}
		if im.Name, err = d.Name(); err != nil {
			return err
		}
		if form, _ := d.Peek(); im.Name == "" && (form == importItems || form == importSharedType) {
			return d.importList(im.Module)
		}
		return d.importOf(&im)
	})
}

// importList reads the imports of a module that one entry lists.
func (d *decoder) importList(module string) error {
	at := d.Offset()
	form, err := d.Byte()
	if err != nil {
		return err
	}
	if err := d.need(wasm.CompactImports, at, "a list of imports"); err != nil {
		return err
	}
	shared := wasm.Import{Module: module, Offset: d.Offset(), Form: wasm.ImportItems}
	minSize := 3
	if form == importSharedType {
		shared.Form, minSize = wasm.ImportSharedType, 1
		if err := d.importType(&shared); err != nil {
			return err
		}
	}
	return d.vector(minSize, wasm.MaxImports-len(d.m.Imports), "imports", func() error {
		im := shared
		im.Offset = d.Offset()
		if im.Name, err = d.Name(); err != nil {
			return err
		}
		shared.Follows = true
		if form == importItems {
			return d.importOf(&im)
		}
		d.m.Imports = append(d.m.Imports, im)
		return nil
	})
}

// importOf reads the type of an import, and enters it.
func (d *decoder) importOf(im *wasm.Import) error {
	err := d.importType(im)
	d.m.Imports = append(d.m.Imports, *im)
	return err
}

// exactFunc stands in the place of the kind of an import that must be a function of exactly its type.
const exactFunc = 0x20

// importKind reads the kind of an import, and whether its type is exact.
func (d *decoder) importKind(im *wasm.Import) (err error) {
	at := d.Offset()
	if form, _ := d.Peek(); form == exactFunc {
		d.Pos++
		im.Kind, im.Exact = wasm.ExternFunc, true
		return d.need(wasm.CustomDescriptors, at, "an exact function import")
	}
	im.Kind, err = d.externKind("import")
	return err
}

func (d *decoder) importType(im *wasm.Import) (err error) {
	if err = d.importKind(im); err != nil {
		return err
	}
	switch im.Kind {
	case wasm.ExternFunc:
		im.Type, err = d.U32()
	case wasm.ExternTable:
		im.Table, err = d.tableType()
	case wasm.ExternMemory:
		im.Memory, err = d.memoryType()
	case wasm.ExternGlobal:
		if im.Global, err = d.globalType(); err == nil && im.Global.Mutable {
			err = d.need(wasm.MutableGlobals, im.Offset, "an imported mutable global")
		}
	case wasm.ExternTag:
		im.Type, err = d.tag()
	}
	return err
}

func (d *decoder) externKind(what string) (wasm.ExternKind, error) {
	at := d.Offset()
	b, err := d.Byte()
	if err != nil {
		return 0, err
	}
	kind := wasm.ExternKind(b)
	if kind > wasm.ExternTag {
		return 0, wasm.ErrorAt(wasm.Malformed, at, "malformed %s kind 0x%02x", what, b)
	}
	return kind, nil
}

func (d *decoder) functionSection() error {
	n, err := d.count(1, wasm.MaxFuncs, "functions")
	if err != nil {
		return err
	}
	d.m.Funcs = make([]wasm.Func, n)
	for i := range d.m.Funcs {
		if d.m.Funcs[i].Type, err = d.U32(); err != nil {
			return err
		}
	}
	return nil
}

// tableWithInit is the byte that begins a table with an initial value; a
// reserved zero byte follows it.
const tableWithInit = 0x40

func (d *decoder) tableSection() error {
	return d.vector(2, wasm.MaxTables, "tables", func() error {
		var t wasm.Table
		var err error
		at := d.Offset()
		first, _ := d.Peek()
		if first == tableWithInit {
			if err := d.need(wasm.FunctionReferences, at, "a table with an initial value"); err != nil {
				return err
			}
			d.Pos++
			if reserved, err := d.Byte(); err != nil {
				return err
			} else if reserved != 0 {
				return wasm.ErrorAt(wasm.Malformed, at+1, "zero byte expected, found 0x%02x", reserved)
			}
		}
		if t.Type, err = d.tableType(); err != nil {
			return err
		}
		if first == tableWithInit {
			t.Init, err = d.constExpr()
		}
		d.m.Tables = append(d.m.Tables, t)
		return err
	})
}

func (d *decoder) tableType() (t wasm.TableType, err error) {
	if t.Elem, err = d.refType(); err != nil {
		return t, err
	}
	t.Limits, _, err = d.limits(limitsMax | limits64)
	return t, err
}

func (d *decoder) memorySection() error {
	return d.vector(1, wasm.MaxMemories, "memories", func() error {
		t, err := d.memoryType()
		d.m.Memories = append(d.m.Memories, t)
		return err
	})
}

func (d *decoder) memoryType() (t wasm.MemoryType, err error) {
	t.PageLog2 = wasm.DefaultPageLog2
	var flags byte
	t.Limits, flags, err = d.limits(limitsMax | limitsShared | limits64 | limitsPageSize)
	if err != nil || flags&limitsPageSize == 0 {
		return t, err
	}
	at := d.Offset()
	log2, err := d.U32()
	if err == nil && log2 >= 64 {
		err = wasm.ErrorAt(wasm.Malformed, at, "invalid custom page size 2^%d: expected less than 2^64", log2)
	}
	t.PageLog2 = uint8(log2)
	return t, err
}

// The flags of limits.
const (
	limitsMax      = 1 << iota // a maximum follows the minimum
	limitsShared               // shared memory
	limits64                   // addresses are i64
	limitsPageSize             // the logarithm of a page size follows
)

// limits reads limits with flags among those that are allowed.
func (d *decoder) limits(allowed byte) (l wasm.Limits, flags byte, err error) {
	at := d.Offset()
	if flags, err = d.Byte(); err != nil {
		return l, 0, err
	}
	if flags&^allowed != 0 {
		return l, 0, wasm.ErrorAt(wasm.Malformed, at, "malformed limits flags 0x%02x", flags)
	}
	l.HasMax, l.Shared, l.Is64 = flags&limitsMax != 0, flags&limitsShared != 0, flags&limits64 != 0
	for _, f := range []struct {
		flag    byte
		feature wasm.Features
		what    string
	}{
		{limitsShared, wasm.Threads, "a shared memory"},
		{limits64, wasm.Memory64, "a 64-bit address type"},
		{limitsPageSize, wasm.CustomPageSizes, "a custom page size"},
	} {
		if flags&f.flag != 0 {
			if err := d.need(f.feature, at, f.what); err != nil {
				return l, 0, err
			}
		}
	}
	if l.Min, err = d.Unsigned(64); err == nil && l.HasMax {
		l.Max, err = d.Unsigned(64)
	}
	return l, flags, err
}

func (d *decoder) tagSection() error {
	if err := d.need(wasm.Exceptions|wasm.StackSwitching|wasm.LegacyExceptions, d.Offset(), "the tag section"); err != nil {
		return err
	}
	return d.vector(2, wasm.MaxTags, "tags", func() error {
		t, err := d.tag()
		d.m.Tags = append(d.m.Tags, t)
		return err
	})
}

// tag reads the type of a tag, after the attribute, of which there is only one.
func (d *decoder) tag() (uint32, error) {
	at := d.Offset()
	attribute, err := d.Byte()
	if err != nil {
		return 0, err
	}
	if attribute != 0 {
		return 0, wasm.ErrorAt(wasm.Malformed, at, "malformed tag attribute: expected 0, found %d", attribute)
	}
	if err := d.need(wasm.Exceptions|wasm.StackSwitching|wasm.LegacyExceptions, at, "a tag"); err != nil {
		return 0, err
	}
	return d.U32()
}

func (d *decoder) globalSection() error {
	return d.vector(3, wasm.MaxGlobals, "globals", func() error {
		var g wasm.Global
		var err error
		if g.Type, err = d.globalType(); err != nil {
			return err
		}
		g.Init, err = d.constExpr()
		d.m.Globals = append(d.m.Globals, g)
		return err
	})
}

func (d *decoder) globalType() (t wasm.GlobalType, err error) {
	if t.Type, err = d.valType(); err != nil {
		return t, err
	}
	t.Mutable, err = d.mutability()
	return t, err
}

func (d *decoder) exportSection() error {
	return d.vector(3, wasm.MaxExports, "exports", func() error {
		var e wasm.Export
		var err error
		if e.Name, err = d.Name(); err != nil {
			return err
		}
		if e.Kind, err = d.externKind("export"); err != nil {
			return err
		}
		e.Index, err = d.U32()
		d.m.Exports = append(d.m.Exports, e)
		return err
	})
}

func (d *decoder) startSection() error {
	f, err := d.U32()
	d.m.Start = &wasm.Start{Func: f}
	return err
}
