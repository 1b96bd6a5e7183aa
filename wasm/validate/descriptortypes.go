package validate

import "weft/wasm"

// The rules for the clauses of struct types that have descriptors, and that are some (proposal custom descriptors).

// clauses checks the clauses of a type: both types of a pair are structs of one recursion group, name each other, and
// the described one stands first. So no type can describe itself, not even over several steps.
func (c *context) clauses(index int, g wasm.RecGroup) error {
	comp := &c.m.Types[index].Comp
	if !comp.Describes.Given && !comp.Descriptor.Given {
		return nil
	}
	if err := c.need(wasm.CustomDescriptors, "a type with a descriptor"); err != nil {
		return err
	}
	if comp.Describes.Given {
		if err := c.describes(index, int(comp.Describes.Type), g); err != nil {
			return err
		}
	}
	if comp.Descriptor.Given {
		return c.describedBy(index, int(comp.Descriptor.Type), g)
	}
	return nil
}

// describes checks the clause (describes described) of a type.
func (c *context) describes(index, described int, g wasm.RecGroup) error {
	kind := c.m.Types[index].Comp.Kind
	switch {
	case described < g.Start || described >= g.End:
		return invalid("described type is outside rec group: type %d describes %d", index, described)
	case described >= index:
		return invalid("forward use of described type: type %d describes %d", index, described)
	case kind != wasm.CompStruct:
		return invalid("described type must be a struct: type %d, which describes %d, is a %s", index, described, kind)
	case c.m.Types[described].Comp.Descriptor != clauseOf(index):
		return invalid("described type is not described by descriptor: type %d has no clause (descriptor %d)",
			described, index)
	}
	return nil
}

// describedBy checks the clause (descriptor descriptor) of a type.
func (c *context) describedBy(index, descriptor int, g wasm.RecGroup) error {
	kind := c.m.Types[index].Comp.Kind
	switch {
	case descriptor < g.Start || descriptor >= g.End:
		return invalid("descriptor type is outside rec group: type %d has the descriptor %d", index, descriptor)
	case kind != wasm.CompStruct:
		return invalid("descriptor type must be a struct: type %d, with the descriptor %d, is a %s", index,
			descriptor, kind)
	case c.m.Types[descriptor].Comp.Describes != clauseOf(index):
		return invalid("type is not described by its descriptor: type %d has no clause (describes %d)",
			descriptor, index)
	}
	return nil
}

// clauseOf returns the clause that names a type.
func clauseOf(index int) wasm.TypeClause {
	return wasm.TypeClause{Given: true, Type: wasm.HeapType(index)}
}

// clausesMatch checks the clauses of a type against those of the type that it extends.
func (c *context) clausesMatch(index int, super uint32) error {
	a, b := c.comps[index], c.comps[super]
	if a.Describes.Given != b.Describes.Given {
		return invalid("sub type %d does not match super type %d: one is a descriptor, the other is not", index, super)
	}
	if !a.Descriptor.Given && b.Descriptor.Given {
		return invalid("sub type %d does not match super type %d, which has a descriptor", index, super)
	}
	named := &c.m.Types[index].Comp
	if a.Describes.Given && !c.set.IsHeapSubtype(a.Describes.Type, b.Describes.Type) {
		return invalid("described type %d does not match that of super type %d", named.Describes.Type, super)
	}
	if b.Descriptor.Given && !c.set.IsHeapSubtype(a.Descriptor.Type, b.Descriptor.Type) {
		return invalid("descriptor type %d does not match that of super type %d", named.Descriptor.Type, super)
	}
	return nil
}
