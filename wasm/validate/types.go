package validate

import (
	"slices"

	"weft/wasm"
)

// types checks the type section and makes the types canonical, a recursion
// group at a time.
func (c *context) types() error {
	if len(c.m.Types) > wasm.MaxTypes {
		return wasm.Errorf(wasm.Limit, "too many types: at most %d are supported, found %d", wasm.MaxTypes, len(c.m.Types))
	}
	for _, g := range c.m.RecGroups {
		if err := c.recGroup(g); err != nil {
			return err
		}
	}
	return nil
}

func (c *context) recGroup(g wasm.RecGroup) error {
	for i := g.Start; i < g.End; i++ {
		if err := c.references(i, g); err != nil {
			return in(err, "type", i)
		}
	}
	c.ids = c.set.AddGroup(c.ids, c.m.Types, g)
	for i := g.Start; i < g.End; i++ {
		c.comps = append(c.comps, c.set.Comp(c.ids[i]))
	}
	for i := g.Start; i < g.End; i++ {
		if err := c.subType(i); err != nil {
			return err
		}
	}
	return nil
}

// references checks that a type refers only to types of its group and earlier
// ones, and extends only one that stands before it.
func (c *context) references(index int, g wasm.RecGroup) error {
	t := &c.m.Types[index]
	if len(t.Supers) > 1 {
		return invalid("sub type %d has %d super types, at most one is allowed", index, len(t.Supers))
	}
	if len(t.Supers) > 0 || !t.Final || g.End-g.Start != 1 {
		if err := c.need(wasm.GC, "a subtype declaration or recursion group"); err != nil {
			return err
		}
	}
	depth := uint8(0)
	for _, super := range t.Supers {
		if int64(super) >= int64(index) {
			return invalid("unknown type %d: the super type of type %d must stand before it", super, index)
		}
		if depth = c.depths[super] + 1; depth > wasm.MaxSupertypes {
			return wasm.Errorf(wasm.Limit, "sub type %d has more than %d super types above it", index, wasm.MaxSupertypes)
		}
	}
	c.depths = append(c.depths, depth)
	value := func(v wasm.ValType) error {
		if v.IsRef() && v.Heap.IsIndex() && int(v.Heap) >= g.End {
			return invalid("unknown type %d: the recursion group ends at %d", v.Heap, g.End)
		}
		return c.need(v.Feature(), v.String())
	}
	values := func(vs []wasm.ValType) error {
		for _, v := range vs {
			if err := value(v); err != nil {
				return err
			}
		}
		return nil
	}
	if err := c.clauses(index, g); err != nil {
		return err
	}
	switch t.Comp.Kind {
	case wasm.CompFunc:
		return c.funcReferences(&t.Comp.Func, values)
	case wasm.CompCont:
		return c.funcReference(index, g, wasm.StackSwitching, "a continuation type")
	case wasm.CompTag:
		return c.funcReference(index, g, wasm.TagValues, "a tag type")
	case wasm.CompHandler:
		if err := c.need(wasm.NamedHandlers, "a handler type"); err != nil {
			return err
		}
		return c.funcReferences(&t.Comp.Func, values)
	}
	if err := c.need(wasm.GC, "an aggregate type"); err != nil {
		return err
	}
	if len(t.Comp.Fields) > wasm.MaxFields {
		return wasm.Errorf(wasm.Limit, "too many fields: at most %d are supported, found %d", wasm.MaxFields, len(t.Comp.Fields))
	}
	for _, f := range t.Comp.Fields {
		if err := value(f.Type); err != nil {
			return err
		}
	}
	return nil
}

func (c *context) funcReferences(f *wasm.FuncType, values func([]wasm.ValType) error) error {
	if len(f.Params) > wasm.MaxParams || len(f.Results) > wasm.MaxResults {
		return wasm.Errorf(wasm.Limit, "too many parameters or results: at most %d and %d are supported, found %d and %d",
			wasm.MaxParams, wasm.MaxResults, len(f.Params), len(f.Results))
	}
	if len(f.Results) > 1 {
		if err := c.need(wasm.MultiValue, "a function type with several results"); err != nil {
			return err
		}
	}
	if err := values(f.Params); err != nil {
		return err
	}
	return values(f.Results)
}

// funcReference checks the function type beneath another type.
func (c *context) funcReference(index int, g wasm.RecGroup, feature wasm.Features, what string) error {
	if err := c.need(feature, what); err != nil {
		return err
	}
	f := c.m.Types[index].Comp.Cont
	if f.IsIndex() && int(f) >= g.End {
		return invalid("unknown type %d: the recursion group ends at %d", f, g.End)
	}
	if !f.IsIndex() || c.m.Types[f].Comp.Kind != wasm.CompFunc {
		return invalid("non-function type %s: %s needs a function type", f, what)
	}
	return nil
}

// subType checks that a type matches the one that it extends.
func (c *context) subType(index int) error {
	t := &c.m.Types[index]
	if len(t.Supers) == 0 {
		return nil
	}
	super := t.Supers[0]
	if c.set.IsFinal(c.ids[super]) {
		return invalid("sub type %d does not match super type %d: the super type is final", index, super)
	}
	if !c.matches(c.comps[index], c.comps[super]) {
		return invalid("sub type %d does not match super type %d", index, super)
	}
	return c.clausesMatch(index, super)
}

// matches reports whether the composite type a matches b (specification,
// section "Composite Types" of "Matching").
func (c *context) matches(a, b *wasm.CompType) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case wasm.CompTag: // what is suspended with is handled with, and the other way round
		return a.Cont == b.Cont
	case wasm.CompFunc, wasm.CompHandler:
		return c.set.IsFuncSubtype(a.Func, b.Func)
	case wasm.CompCont:
		return c.set.IsHeapSubtype(a.Cont, b.Cont)
	}
	return len(a.Fields) >= len(b.Fields) &&
		slices.EqualFunc(a.Fields[:len(b.Fields)], b.Fields, func(a, b wasm.FieldType) bool {
			if a.Mutable || b.Mutable {
				return a == b
			}
			return c.set.IsValSubtype(a.Type, b.Type)
		})
}

// valType checks a type of the module and makes it canonical.
func (c *context) valType(t wasm.ValType) (wasm.ValType, error) {
	if err := c.need(t.Feature(), t.String()); err != nil {
		return t, err
	}
	if t.IsRef() && t.Heap.IsIndex() {
		if _, err := lookUp(c.comps, uint32(t.Heap), "type"); err != nil {
			return t, err
		}
		t.Heap = c.typeRef(uint32(t.Heap))
	}
	return t, nil
}

// newRef returns the type of a reference that an instruction has made: it is exact, where there are exact types.
func (c *context) newRef(index uint32) wasm.ValType {
	t := wasm.Ref(c.typeRef(index))
	t.Exact = c.features.Has(wasm.CustomDescriptors)
	return t
}

// elemType is valType for the elements of tables and segments, which could be
// functions before there were other references.
func (c *context) elemType(t wasm.ValType) (wasm.ValType, error) {
	if t == wasm.FuncRef {
		return t, nil
	}
	return c.valType(t)
}

// list returns a list of one type, always the same for the same type.
func (c *context) list(t wasm.ValType) []wasm.ValType {
	list, ok := c.single[t]
	if !ok {
		list = []wasm.ValType{t}
		c.single[t] = list
	}
	return list
}

// areSubtypes reports whether the lists match element by element.
func (c *context) areSubtypes(as, bs []wasm.ValType) bool {
	return slices.EqualFunc(as, bs, c.set.IsValSubtype)
}

// original turns the identity in a canonical type back into a type index.
func (c *context) original(t wasm.ValType) wasm.ValType {
	if t.IsRef() && t.Heap.IsIndex() {
		t.Heap = wasm.HeapType(slices.Index(c.ids, wasm.TypeID(t.Heap)))
	}
	return t
}

// str and strs format canonical types for messages.
func (c *context) str(t wasm.ValType) string { return c.original(t).String() }

func (c *context) strs(types []wasm.ValType) string {
	list := make([]wasm.ValType, len(types))
	for i, t := range types {
		list[i] = c.original(t)
	}
	return wasm.TypesString(list)
}
