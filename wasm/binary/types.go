package binary

import "weft/wasm"

// The bytes that begin the forms of the type section beside those of the
// composite types, which are the values of [wasm.CompKind].
const (
	formRec      = 0x4E
	formSubFinal = 0x4F
	formSub      = 0x50
	// Those of custom descriptors.
	formDescribes  = 0x4C
	formDescriptor = 0x4D
)

func (d *decoder) typeSection() error {
	return d.vector(2, wasm.MaxTypes, "types", d.recType)
}

func (d *decoder) recType() error {
	start := len(d.m.Types)
	var err error
	if form, _ := d.Peek(); form == formRec {
		if err = d.need(wasm.GC, d.Offset(), "a recursion group"); err != nil {
			return err
		}
		d.Pos++
		err = d.vector(2, wasm.MaxTypes, "types", d.subType)
	} else {
		err = d.subType()
	}
	d.m.RecGroups = append(d.m.RecGroups, wasm.RecGroup{Start: start, End: len(d.m.Types)})
	return err
}

func (d *decoder) subType() error {
	if len(d.m.Types) == wasm.MaxTypes {
		return wasm.ErrorAt(wasm.Limit, d.Offset(), "too many types: at most %d are supported", wasm.MaxTypes)
	}
	t := wasm.SubType{Final: true}
	if form, _ := d.Peek(); form == formSub || form == formSubFinal {
		if err := d.need(wasm.GC, d.Offset(), "a subtype declaration"); err != nil {
			return err
		}
		d.Pos++
		t.Final = form == formSubFinal
		err := d.vector(1, wasm.MaxTypes, "supertypes", func() error {
			super, err := d.U32()
			t.Supers = append(t.Supers, super)
			return err
		})
		if err != nil {
			return err
		}
	}
	err := d.describedType(&t.Comp)
	d.m.Types = append(d.m.Types, t)
	return err
}

// describedType reads a composite type behind its clauses.
func (d *decoder) describedType(c *wasm.CompType) error {
	if err := d.typeClause(formDescribes, &c.Describes); err != nil {
		return err
	}
	if err := d.typeClause(formDescriptor, &c.Descriptor); err != nil {
		return err
	}
	return d.compType(c)
}

// typeClause reads a clause if its form comes next.
func (d *decoder) typeClause(form byte, c *wasm.TypeClause) error {
	at := d.Offset()
	if next, _ := d.Peek(); next != form {
		return nil
	}
	d.Pos++
	if err := d.need(wasm.CustomDescriptors, at, "a type with a descriptor"); err != nil {
		return err
	}
	index, err := d.U32()
	if err == nil && index > 1<<31-1 {
		err = wasm.ErrorAt(wasm.Malformed, at+1, "type index %d is too large", index)
	}
	*c = wasm.TypeClause{Given: true, Type: wasm.HeapType(index)}
	return err
}

func (d *decoder) compType(c *wasm.CompType) error {
	at := d.Offset()
	form, err := d.Byte()
	if err != nil {
		return err
	}
	switch c.Kind = wasm.CompKind(form); c.Kind {
	case wasm.CompFunc:
		return d.funcType(&c.Func, at)
	case wasm.CompStruct:
		if err := d.need(wasm.GC, at, "a structure type"); err != nil {
			return err
		}
		return d.vector(2, wasm.MaxFields, "fields", func() error { return d.field(c) })
	case wasm.CompArray:
		if err := d.need(wasm.GC, at, "an array type"); err != nil {
			return err
		}
		return d.field(c)
	case wasm.CompHandler:
		if err := d.need(wasm.NamedHandlers, at, "a handler type"); err != nil {
			return err
		}
		c.Func.Results, err = d.valTypes(wasm.MaxResults, "results")
		return err
	case wasm.CompTag:
		if err := d.need(wasm.TagValues, at, "a tag type"); err != nil {
			return err
		}
		c.Cont, err = d.HeapType()
		return err
	case wasm.CompCont:
		if err := d.need(wasm.StackSwitching, at, "a continuation type"); err != nil {
			return err
		}
		c.Cont, err = d.HeapType()
		return err
	}
	if form == wasm.SharedForm {
		return wasm.ErrorAt(wasm.Malformed, at, "malformed definition type: %s", wasm.NoSharedEverything)
	}
	return wasm.ErrorAt(wasm.Malformed, at, "malformed definition type 0x%02x", form)
}

func (d *decoder) funcType(t *wasm.FuncType, at int) error {
	var err error
	if t.Params, err = d.valTypes(wasm.MaxParams, "parameters"); err != nil {
		return err
	}
	if t.Results, err = d.valTypes(wasm.MaxResults, "results"); err != nil {
		return err
	}
	if len(t.Results) > 1 {
		return d.need(wasm.MultiValue, at, "a function type with several results")
	}
	return nil
}

func (d *decoder) valTypes(limit int, what string) ([]wasm.ValType, error) {
	n, err := d.count(1, limit, what)
	if n == 0 || err != nil {
		return nil, err
	}
	types := make([]wasm.ValType, n)
	for i := range types {
		if types[i], err = d.valType(); err != nil {
			return nil, err
		}
	}
	return types, nil
}

func (d *decoder) field(c *wasm.CompType) error {
	at := d.Offset()
	t, err := d.StorageType()
	if err != nil {
		return err
	}
	if err := d.need(t.Feature(), at, t.String()); err != nil {
		return err
	}
	mutable, err := d.mutability()
	c.Fields = append(c.Fields, wasm.FieldType{Type: t, Mutable: mutable})
	return err
}

func (d *decoder) mutability() (bool, error) {
	b, err := d.Byte()
	if err == nil && b > 1 {
		err = wasm.ErrorAt(wasm.Malformed, d.Offset()-1, "malformed mutability: expected 0 or 1, found %d", b)
	}
	return b == 1, err
}

// valType reads a value type of an enabled feature.
func (d *decoder) valType() (wasm.ValType, error) {
	at := d.Offset()
	t, err := d.ValType()
	if err != nil {
		return t, err
	}
	return t, d.need(t.Feature(), at, t.String())
}

// refType reads a reference type of an enabled feature. The type funcref of
// tables is as old as WebAssembly.
func (d *decoder) refType() (wasm.ValType, error) {
	at := d.Offset()
	t, err := d.RefType()
	if err != nil || t == wasm.FuncRef {
		return t, err
	}
	return t, d.need(t.Feature(), at, t.String())
}
