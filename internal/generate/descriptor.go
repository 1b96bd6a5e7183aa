package generate

import "fmt"

// describedTypes returns a hierarchy of two types with descriptors, below a type that has none, and the types of their
// descriptors, and of those of these.
func describedTypes(base []part) []objectType {
	shaped := append(base[:2:2], part{"$small", "i32", "i8"})
	square := append(shaped[:3:3], part{"$side", "i64", "i64"})
	class := []part{{"$n", "i32", "i32"}, {"$link", "any", "anyref"}}
	return []objectType{
		{name: "$shaped", super: "$base", parts: shaped, descriptor: "$class"},
		{name: "$square", super: "$shaped", parts: square, descriptor: "$sub"},
		{name: "$class", parts: class, describes: "$shaped", descriptor: "$meta"},
		{name: "$sub", super: "$class", parts: class, describes: "$square", descriptor: "$submeta"},
		{name: "$meta", parts: []part{{"$m", "i64", "i64"}}, describes: "$class"},
		{name: "$submeta", super: "$meta", parts: []part{{"$m", "i64", "i64"}}, describes: "$sub"},
	}
}

// clauses returns what a type says of descriptors.
func (t *objectType) clauses() (s string) {
	if t.describes != "" {
		s += fmt.Sprintf(" (describes %s)", t.describes)
	}
	if t.descriptor != "" {
		s += fmt.Sprintf(" (descriptor %s)", t.descriptor)
	}
	return s
}

// exactTypes are those that tests name beside heapTypes.
var exactTypes = []string{"$shaped", "$square", "$class", "(exact $base)", "(exact $leaf)", "(exact $shaped)",
	"(exact $square)", "(exact $sub)", "(exact $bytes)"}

// described are the types whose objects are cast by descriptors: each with a type that it may have, too.
var described = []struct{ name, descriptor, object string }{
	{"$shaped", "$class", "$shaped"}, {"$shaped", "$class", "$square"}, {"$square", "$sub", "$square"},
	{"$class", "$meta", "$class"}, {"$sub", "$submeta", "$sub"},
}

// descriptorGlobals makes a descriptor of each type, so that objects have some in common.
func (g *generator) descriptorGlobals() {
	for _, meta := range []string{"$meta", "$submeta"} {
		fmt.Fprintf(&g.out, "(global $one%s (ref (exact %s)) (struct.new %s (i64.const 7)))\n", meta, meta, meta)
	}
	g.out.WriteString("(global $one$class (ref (exact $class))\n" +
		"  (struct.new_desc $class (i32.const 1) (ref.null none) (global.get $one$meta)))\n")
	g.out.WriteString("(global $one$sub (ref (exact $sub)) (struct.new_default_desc $sub (global.get $one$submeta)))\n")
}

// typeNamed returns the type of objects with a name.
func (g *generator) typeNamed(name string) objectType {
	for _, t := range g.objects {
		if t.name == name {
			return t
		}
	}
	panic("generate: no type " + name)
}

// descriptor returns an expression for a descriptor of exactly the type that objects of a type have: the one in a
// global, a new one, or seldom null.
func (g *generator) descriptor(t objectType, depth int) string {
	if g.seldom() {
		return fmt.Sprintf("(ref.null (exact %s))", t.descriptor)
	}
	if g.work--; depth <= 0 || g.work <= 0 || g.next(3) > 0 {
		return "(global.get $one" + t.descriptor + ")"
	}
	return g.newStruct(g.typeNamed(t.descriptor), depth-1)
}

// getDescriptor returns the descriptor of an object of a type.
func getDescriptor(t objectType, ref string) string {
	return fmt.Sprintf("(ref.get_desc %s %s)", t.name, cast(t, ref))
}

// describedObject returns a descriptor, or an object that is cast by its own one or seldom by another.
func (g *generator) describedObject(depth int) string {
	d := one(g, described)
	t, ref := g.typeNamed(d.name), g.anObject()
	switch by := getDescriptor(t, ref); g.next(3) {
	case 0:
		return g.guarded(t, ref, by, "anyref", "(ref.null none)")
	default:
		if g.seldom() {
			by = g.descriptor(g.typeNamed(d.object), depth)
		}
		return g.guarded(t, ref, fmt.Sprintf("(ref.cast_desc_eq (ref %s) %s %s)", d.name, ref, by), "anyref",
			"(ref.null none)")
	}
}

// ofDescriptor returns a number that depends on descriptors, or on whether types are exact.
func (g *generator) ofDescriptor(typ string, depth int) string {
	if typ != "i32" {
		return g.simple(typ)
	}
	t := g.typeNamed(one(g, described).name)
	ref := g.anObject()
	switch g.next(5) {
	case 0:
		same := fmt.Sprintf("(ref.eq %s (global.get $one%s))", getDescriptor(t, ref), t.descriptor)
		return g.guarded(t, ref, same, "i32", "(i32.const -4)")
	case 1:
		exact := fmt.Sprintf("(ref.test (ref (exact %s)) %s)", t.descriptor, getDescriptor(t, ref))
		return g.guarded(t, ref, exact, "i32", "(i32.const -5)")
	case 2:
		return fmt.Sprintf("(ref.test (ref (exact %s)) (table.get $t (i32.and %s (i32.const 1))))",
			one(g, g.funcs[:2]).name, g.value("i32", depth))
	case 3:
		return fmt.Sprintf("(ref.test (ref null %s) (local.get $exact))", g.tested())
	}
	class := g.typeNamed("$class")
	return g.guarded(class, ref, g.getPart(class, class.parts[0], ref), "i32", "(i32.const -6)")
}

// descriptorStatement returns a statement that casts by a descriptor, or makes an object that is known to have one.
func (g *generator) descriptorStatement() string {
	if g.next(3) == 2 {
		return fmt.Sprintf("(local.set $exact %s)", g.newStruct(g.typeNamed("$square"), 2))
	}
	d := one(g, described)
	heap := d.name
	if d.name == d.object && g.next(2) == 1 {
		heap = "(exact " + d.name + ")"
	}
	return g.branching("br_on_cast_desc_eq", heap, g.anObject()+" "+g.descriptor(g.typeNamed(d.object), 2))
}
