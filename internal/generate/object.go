package generate

import (
	"fmt"

	"weft/wasm"
)

// A part is a field of a struct, or what the elements of an array are.
type part struct {
	name string
	typ  string // of its values: a scalar, or "any" for references
	decl string
}

// An objectType is a type of structs or arrays.
type objectType struct {
	name, super string
	isArray     bool
	parts       []part // of structs those of the supertype come first
	// descriptor is the type of what describes its objects, describes that of what its objects describe.
	descriptor, describes string
}

// objectTypes returns the types of the collected heap: a hierarchy of three structs, and arrays.
func (g *generator) objectTypes() []objectType {
	mutable := func(name, typ string) part { return part{name, typ, typ} }
	base := []part{mutable("$a", "i32"), mutable("$f", "f64")}
	middle := append(base[:2:2], part{"$p", "i32", "i8"}, part{"$q", "i32", "i16"}, part{"$next", "any", "anyref"})
	leaf := append(middle[:5:5], mutable("$w", "i64"), mutable("$g", "f32"))
	if g.has(wasm.SIMD) {
		leaf = append(leaf, mutable("$v", "v128"))
	}
	leaf = append(leaf, part{"$other", "any", "anyref"})
	array := func(name, typ, decl string) objectType {
		return objectType{name: name, isArray: true, parts: []part{{"", typ, decl}}}
	}
	list := []objectType{
		{name: "$base", parts: base},
		{name: "$middle", super: "$base", parts: middle},
		{name: "$leaf", super: "$middle", parts: leaf},
		array("$refs", "any", "anyref"), array("$bytes", "i32", "i8"), array("$shorts", "i32", "i16"),
		array("$longs", "i64", "i64"), array("$doubles", "f64", "f64"), array("$floats", "f32", "f32"),
	}
	if g.has(wasm.SIMD) {
		list = append(list, array("$vectors", "v128", "v128"))
	}
	if g.has(wasm.CustomDescriptors) {
		list = append(list, describedTypes(base)...)
	}
	return list
}

// objectLocals is how many locals refer to objects.
const objectLocals = 3

// makeObjectTypes makes the types of objects.
func (g *generator) makeObjectTypes() {
	g.objects = g.objectTypes()
	g.out.WriteString("(rec\n")
	for _, t := range g.objects {
		super := ""
		if t.super != "" {
			super = " " + t.super
		}
		if t.name == "$leaf" {
			super = " final" + super
		}
		form, parts := "struct", ""
		for _, p := range t.parts {
			if t.isArray {
				form, parts = "array", " (mut "+p.decl+")"
			} else {
				parts += fmt.Sprintf(" (field %s (mut %s))", p.name, p.decl)
			}
		}
		fmt.Fprintf(&g.out, "(type %s (sub%s%s (%s%s)))\n", t.name, super, t.clauses(), form, parts)
	}
	g.out.WriteString(")\n")
}

// partValue returns a value for a part.
func (g *generator) partValue(p part, depth int) string {
	if p.typ == "any" {
		return g.object(depth)
	}
	return g.value(p.typ, depth)
}

// anObject returns an expression without operands that refers to an object.
func (g *generator) anObject() string {
	if g.current.name == "" || g.next(4) == 3 {
		return "(global.get $object)"
	}
	if g.has(wasm.CustomDescriptors) && g.next(5) == 4 {
		return "(local.get $exact)"
	}
	return fmt.Sprintf("(local.get $o%d)", g.next(objectLocals))
}

// object returns an expression of type anyref; depth bounds its nesting.
func (g *generator) object(depth int) string {
	if g.work--; depth <= 0 || g.work <= 0 {
		return g.anObject()
	}
	switch g.next(8) {
	case 0, 1:
		return g.anObject()
	case 2:
		return "(ref.null none)"
	case 3:
		return "(ref.i31 " + g.value("i32", depth-1) + ")"
	case 4:
		t, ref := one(g, g.objects), g.anObject()
		if p := t.parts[len(t.parts)-1]; p.typ == "any" {
			return g.guarded(t, ref, g.getPart(t, p, ref), "anyref", "(ref.null none)")
		}
	case 5:
		return "(any.convert_extern (extern.convert_any " + g.object(depth-1) + "))"
	case 6:
		if g.has(wasm.CustomDescriptors) && g.next(2) == 1 {
			return g.describedObject(depth - 1)
		}
	}
	return g.newObject(depth - 1)
}

// newObject returns an expression that makes an object.
func (g *generator) newObject(depth int) string {
	t := one(g, g.objects)
	if !t.isArray {
		return g.newStruct(t, depth)
	}
	p := t.parts[0]
	length := fmt.Sprintf("(i32.and %s (i32.const 15))", g.value("i32", depth))
	if g.next(32) == 31 {
		length = "(i32.const 3000)" // a large one
	}
	switch g.next(4) {
	case 0:
		return fmt.Sprintf("(array.new_default %s %s)", t.name, length)
	case 1:
		return fmt.Sprintf("(array.new %s %s %s)", t.name, g.partValue(p, depth), length)
	case 2:
		if t.name == "$bytes" || t.name == "$shorts" || t.name == "$longs" {
			return fmt.Sprintf("(array.new_data %s $numbers (i32.const %d) (i32.const %d))", t.name, g.next(3), g.next(3))
		}
	}
	n := g.next(5)
	s := fmt.Sprintf("(array.new_fixed %s %d", t.name, n)
	for range n {
		s += " " + g.partValue(p, depth)
	}
	return s + ")"
}

// newStruct returns an expression that makes a struct, with what describes it if it must have that.
func (g *generator) newStruct(t objectType, depth int) string {
	suffix, descriptor := "", ""
	if t.descriptor != "" {
		suffix, descriptor = "_desc", " "+g.descriptor(t, depth-1)
	}
	if g.next(3) == 2 {
		return fmt.Sprintf("(struct.new_default%s %s%s)", suffix, t.name, descriptor)
	}
	s := fmt.Sprintf("(struct.new%s %s", suffix, t.name)
	for _, p := range t.parts {
		s += " " + g.partValue(p, depth)
	}
	return s + descriptor + ")"
}

// cast returns a reference of a type out of one to any object.
func cast(t objectType, ref string) string { return fmt.Sprintf("(ref.cast (ref %s) %s)", t.name, ref) }

// index returns an index into an array: mostly one within its bounds, if there is one.
func (g *generator) index(t objectType, ref string) string {
	i := g.value("i32", 1)
	if g.seldom() {
		return i
	}
	return fmt.Sprintf("(i32.rem_u (i32.and %s (i32.const 0xff)) (i32.or (array.len %s) (i32.const 1)))", i, cast(t, ref))
}

// getPart returns a part of an object, which is of the type.
func (g *generator) getPart(t objectType, p part, ref string) string {
	signed := ""
	if p.decl == "i8" || p.decl == "i16" {
		signed = one(g, []string{"_s", "_u"})
	}
	if !t.isArray {
		return fmt.Sprintf("(struct.get%s %s %s %s)", signed, t.name, p.name, cast(t, ref))
	}
	at := g.index(t, ref)
	none := "(ref.null none)"
	result := "anyref"
	if p.typ != "any" {
		result, none = p.typ, g.simple(p.typ)
	}
	return fmt.Sprintf("(if (result %s) (array.len %s) (then (array.get%s %s %s %s)) (else %s))", result, cast(t, ref), signed, t.name, cast(t, ref), at, none)
}

// guarded returns an expression for an object of a type, and for others another one. It
// seldom leaves out the test.
func (g *generator) guarded(t objectType, ref, then, result, otherwise string) string {
	if g.seldom() {
		return then
	}
	if result != "" {
		result = " (result " + result + ")"
		otherwise = " (else " + otherwise + ")"
	}
	return fmt.Sprintf("(if%s (ref.test (ref %s) %s) (then %s)%s)", result, t.name, ref, then, otherwise)
}

// heapTypes are those that tests name.
var heapTypes = []string{"any", "eq", "i31", "struct", "array", "none", "$base", "$middle", "$leaf", "$refs", "$bytes"}

// tested returns a heap type for a test.
func (g *generator) tested() string {
	if g.has(wasm.CustomDescriptors) && g.next(3) == 2 {
		return one(g, exactTypes)
	}
	return one(g, heapTypes)
}

// ofObject returns a number that depends on objects.
func (g *generator) ofObject(typ string, depth int) string {
	if g.has(wasm.CustomDescriptors) && g.next(4) == 3 {
		return g.ofDescriptor(typ, depth)
	}
	if typ == "i32" && g.next(2) == 1 {
		switch g.next(5) {
		case 0:
			return fmt.Sprintf("(ref.test (ref %s) %s)", g.tested(), g.object(depth))
		case 1:
			return fmt.Sprintf("(ref.test (ref null %s) %s)", g.tested(), g.object(depth))
		case 2:
			ref := g.anObject()
			get := fmt.Sprintf("(i31.get%s (ref.cast (ref i31) %s))", one(g, []string{"_s", "_u"}), ref)
			return g.guarded(objectType{name: "i31"}, ref, get, "i32", "(i32.const 7)")
		case 3:
			ref := g.anObject()
			return g.guarded(objectType{name: "array"}, ref, "(array.len (ref.cast (ref array) "+ref+"))", "i32", "(i32.const -3)")
		}
		a, b := g.anObject(), g.anObject()
		return fmt.Sprintf("(if (result i32) (i32.and (ref.test (ref null eq) %s) (ref.test (ref null eq) %s)) (then (ref.eq (ref.cast (ref null eq) %s) (ref.cast (ref null eq) %s))) (else (i32.const 2)))", a, b, a, b)
	}
	for range 4 {
		t := one(g, g.objects)
		p := one(g, t.parts)
		if p.typ == typ {
			ref := g.anObject()
			return g.guarded(t, ref, g.getPart(t, p, ref), typ, g.simple(typ))
		}
	}
	return g.simple(typ)
}

// objectStatement returns a statement that makes objects, or changes them.
func (g *generator) objectStatement() string {
	if g.has(wasm.CustomDescriptors) && g.next(3) == 2 {
		return g.descriptorStatement()
	}
	t, ref := one(g, g.objects), g.anObject()
	p := one(g, t.parts)
	switch g.next(8) {
	case 0, 1:
		return fmt.Sprintf("(local.set $o%d %s)", g.next(objectLocals), g.object(3))
	case 2:
		return fmt.Sprintf("(global.set $object %s)", g.object(2))
	case 3, 4:
		if !t.isArray {
			return g.guarded(t, ref, fmt.Sprintf("(struct.set %s %s %s %s)", t.name, p.name, cast(t, ref), g.partValue(p, 2)), "", "")
		}
		set := fmt.Sprintf("(if (array.len %s) (then (array.set %s %s %s %s)))", cast(t, ref), t.name, cast(t, ref), g.index(t, ref), g.partValue(p, 1))
		return g.guarded(t, ref, set, "", "")
	case 5:
		return g.branchOnCast(ref)
	case 6:
		if p.typ != "any" && g.next(3) == 2 {
			return fmt.Sprintf("(local.set $o%d (ref.cast (ref null struct) (ref.null none)))", g.next(objectLocals))
		}
		return g.wholeArray(ref)
	}
	// A list that grows, of which nothing but the first is known.
	return fmt.Sprintf("(local.set $o0 (struct.new $middle %s (f64.const 2) (i32.const 300) (i32.const -1) (local.get $o0)))", g.value("i32", 1))
}

// branchOnCast returns a statement that tests by branching.
func (g *generator) branchOnCast(ref string) string {
	return g.branching("br_on_cast", g.tested(), ref)
}

// branching is branchOnCast for a heap type, with a branch whose operands are given.
func (g *generator) branching(branch, heap, operands string) string {
	done, hit := g.name("d"), g.name("h")
	keep := fmt.Sprintf("(local.set $o%d)", g.next(objectLocals))
	null := one(g, []string{"", "null "})
	if g.next(2) == 1 {
		rest := "anyref" // of what is not of the type
		if null != "" {
			rest = "(ref any)"
		}
		return fmt.Sprintf("(block %s (block %s (result %s) (%s_fail %s anyref (ref %s%s) %s) %s (br %s)) drop %s)",
			done, hit, rest, branch, hit, null, heap, operands, keep, done, g.change())
	}
	return fmt.Sprintf("(block %s (block %s (result (ref %s%s)) (%s %s anyref (ref %s%s) %s) drop %s (br %s)) %s)",
		done, hit, null, heap, branch, hit, null, heap, operands, g.change(), done, keep)
}

// wholeArray returns a statement for many elements of an array.
func (g *generator) wholeArray(ref string) string {
	var arrays []objectType
	for _, t := range g.objects {
		if t.isArray {
			arrays = append(arrays, t)
		}
	}
	t := one(g, arrays)
	r := cast(t, ref)
	part := func(log2 int) string { return fmt.Sprintf("(i32.shr_u (array.len %s) (i32.const %d))", r, log2) }
	at := "(i32.const 0)"
	if g.seldom() {
		at = g.value("i32", 1)
	}
	var do string
	switch g.next(3) {
	case 0:
		do = fmt.Sprintf("(array.fill %s %s %s %s %s)", t.name, r, at, g.partValue(t.parts[0], 1), part(g.next(3)))
	case 1: // a part of it to where it may overlap
		do = fmt.Sprintf("(array.copy %s %s %s %s %s %s %s)", t.name, t.name, r, part(1+g.next(2)), r, at, part(1))
	default:
		if t.name != "$bytes" && t.name != "$shorts" && t.name != "$longs" {
			return "(nop)"
		}
		do = fmt.Sprintf("(if (i32.gt_u (array.len %s) (i32.const 1)) (then (array.init_data %s $numbers %s %s (i32.const 1) (i32.const 2))))", r, t.name, r, at)
	}
	return g.guarded(t, ref, do, "", "")
}
