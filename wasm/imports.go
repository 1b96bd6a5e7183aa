package wasm

import "slices"

// An ImportForm is one of the ways to write imports, all of which mean the same
// (proposal compact import section).
type ImportForm uint8

const (
	ImportAlone      ImportForm = iota // (import "m" "a" (func))
	ImportItems                        // (import "m" (item "a" (func)) (item "b" (func)))
	ImportSharedType                   // (import "m" (item "a") (item "b") (func))
)

// ImportLists returns the lengths of the lists that the imports are written in, in
// order. An import that stands alone is a list of one.
func (m *Module) ImportLists() []int {
	var lengths []int
	for i := range m.Imports {
		im := &m.Imports[i]
		if i > 0 && im.follows(&m.Imports[i-1]) {
			lengths[len(lengths)-1]++
		} else {
			lengths = append(lengths, 1)
		}
	}
	return lengths
}

// follows reports whether an import is in one list with the one before it. Follows
// alone does not tell, because a module may have been changed since it was read.
func (im *Import) follows(before *Import) bool {
	return im.Follows && im.Form != ImportAlone && im.Form == before.Form && im.Module == before.Module &&
		(im.Form != ImportSharedType || im.sameType(before))
}

func (im *Import) sameType(other *Import) bool {
	return im.Kind == other.Kind && im.Type == other.Type && im.Exact == other.Exact && im.Table == other.Table &&
		im.Memory == other.Memory && im.Global == other.Global
}

// CompactImports gives the imports the forms in which they take few bytes. Their
// order stays, hence their indices: only neighbours share a list.
func (m *Module) CompactImports() {
	for rest := m.Imports; len(rest) > 0; {
		n := run(rest, func(a, b *Import) bool { return a.Module == b.Module })
		compact(rest[:n])
		rest = rest[n:]
	}
}

// compact writes the imports of one module as lists.
func compact(imports []Import) {
	if len(imports) == 1 {
		form(imports, ImportAlone)
		return
	}
	form(imports, ImportItems)
	// A list with one type saves at least two bytes for each import, and costs two
	// beginnings of a list where it divides another.
	worth := len(imports[0].Module) + 6
	for rest := imports; len(rest) > 0; {
		n := run(rest, (*Import).sameType)
		if n >= worth || n == len(imports) {
			form(rest[:n], ImportSharedType)
		}
		rest = rest[n:]
	}
}

// form gives a list of imports a form.
func form(imports []Import, form ImportForm) {
	for i := range imports {
		imports[i].Form, imports[i].Follows = form, i > 0
	}
}

// run returns how many imports from the first on are like the first.
func run(imports []Import, like func(a, b *Import) bool) int {
	n := slices.IndexFunc(imports, func(im Import) bool { return !like(&imports[0], &im) })
	if n < 0 {
		return len(imports)
	}
	return n
}
