package store

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// An externType is a type as a message shows it: its signature, and what the defined type in it is besides, which is
// said where the signatures are the same.
type externType struct {
	text    string
	defined wasm.TypeID // 0 if there is none
	exact   bool        // what extends it is not meant
}

// linkError says why a value does not match what an import asks for.
func (s *Store) linkError(m *Module, im *wasm.Import, value Extern) error {
	e := &LinkError{Module: im.Module, Name: im.Name}
	want, have := s.wantedType(m, im), s.givenType(value)
	if have.text == "" {
		e.Msg = "unknown import: nothing provides the " + want.text
		return e
	}
	if want.text == have.text {
		wanted, given := s.form(want.defined), s.form(have.defined)
		if given == wanted {
			given = "another one"
		}
		if want.exact {
			wanted = "exactly " + wanted
		}
		want.text += " (" + wanted + ")"
		have.text += " (" + given + ")"
	} else if want.exact {
		want.text += " (exactly)"
	}
	e.Msg = fmt.Sprintf("incompatible import type: %s wanted, %s given", want.text, have.text)
	return e
}

func (s *Store) wantedType(m *Module, im *wasm.Import) externType {
	switch im.Kind {
	case wasm.ExternFunc, wasm.ExternTag:
		t := s.signatureType(im.Kind, m.Types[im.Type])
		t.exact = im.Exact
		return t
	case wasm.ExternTable:
		t := im.Table
		t.Elem = wasm.CanonicalValType(t.Elem, m.Types)
		return s.tableType(t)
	case wasm.ExternMemory:
		return externType{text: "memory " + im.Memory.String()}
	}
	t := im.Global
	t.Type = wasm.CanonicalValType(t.Type, m.Types)
	return s.globalType(t)
}

// givenType has no text if nothing is given.
func (s *Store) givenType(value Extern) externType {
	switch v := value.(type) {
	case *FuncRecord:
		return s.signatureType(wasm.ExternFunc, v.Type)
	case *Tag:
		return s.signatureType(wasm.ExternTag, v.Record.Type)
	case *Table:
		return s.tableType(v.now())
	case *Memory:
		return externType{text: "memory " + v.now().String()}
	case *Global:
		return s.globalType(v.Type)
	}
	return externType{}
}

func (s *Store) signatureType(kind wasm.ExternKind, id wasm.TypeID) externType {
	t := s.Types.Comp(id).Func
	text := fmt.Sprintf("%s %s -> %s", kind, s.typesText(t.Params, s.valText), s.typesText(t.Results, s.valText))
	return externType{text: text, defined: id}
}

func (s *Store) tableType(t wasm.TableType) externType {
	return externType{text: "table " + t.Limits.String() + " " + s.valText(t.Elem), defined: defined(t.Elem)}
}

func (s *Store) globalType(t wasm.GlobalType) externType {
	text := s.valText(t.Type)
	if t.Mutable {
		text = "(mut " + text + ")"
	}
	return externType{text: "global " + text, defined: defined(t.Type)}
}

// defined returns the type that a reference type refers to, 0 if that has a name.
func defined(t wasm.ValType) wasm.TypeID {
	if t.IsRef() && t.Heap.IsIndex() {
		return wasm.TypeID(t.Heap)
	}
	return 0
}

// form says what a defined type is beside its content.
func (s *Store) form(id wasm.TypeID) string {
	form := "an open type"
	if s.Types.IsFinal(id) {
		form = "a final type"
	}
	if s.Types.Depth(id) > 0 {
		form += " that extends another"
	}
	if s.Types.Comp(id).Descriptor.Given {
		form += " with a descriptor"
	}
	if s.Types.Comp(id).Describes.Given {
		form += " that describes another"
	}
	if n := s.Types.GroupLen(id); n > 1 {
		return fmt.Sprintf("%s in a group of %d", form, n)
	}
	return form + " on its own"
}

// valText shows a type with the content of the defined type that it refers to.
func (s *Store) valText(t wasm.ValType) string {
	id := defined(t)
	if id == 0 {
		return t.String()
	}
	c := s.Types.Comp(id)
	text := c.Kind.String()
	switch c.Kind {
	case wasm.CompCont, wasm.CompTag:
		c = s.Types.Comp(wasm.TypeID(c.Cont))
		fallthrough
	case wasm.CompHandler:
		text += " " + s.typesText(c.Func.Results, s.innerText)
	case wasm.CompFunc:
		text += " " + s.typesText(c.Func.Params, s.innerText) + " -> " + s.typesText(c.Func.Results, s.innerText)
	default:
		text += " " + s.fieldsText(c.Fields)
	}
	return refText(t, text)
}

// innerText shows a type with no more than the kind of the defined type that it refers to.
func (s *Store) innerText(t wasm.ValType) string {
	if id := defined(t); id != 0 {
		return refText(t, s.Types.Comp(id).Kind.String())
	}
	return t.String()
}

func refText(t wasm.ValType, heap string) string {
	if t.Exact {
		heap = "(exact " + heap + ")"
	}
	if t.Nullable {
		return "(ref null " + heap + ")"
	}
	return "(ref " + heap + ")"
}

// mostTypes is how many types of a list are shown: a type may have thousands, and an error many such types.
const mostTypes = 16

// typesText is wasm.TypesString for types of which a function shows each.
func (s *Store) typesText(types []wasm.ValType, show func(wasm.ValType) string) string {
	var texts []string
	for _, t := range types[:min(len(types), mostTypes)] {
		texts = append(texts, show(t))
	}
	return listText(texts, len(types))
}

func (s *Store) fieldsText(fields []wasm.FieldType) string {
	var texts []string
	for _, f := range fields[:min(len(fields), mostTypes)] {
		text := s.innerText(f.Type)
		if f.Mutable {
			text = "(mut " + text + ")"
		}
		texts = append(texts, text)
	}
	return listText(texts, len(fields))
}

// listText shows a list of n types, of which there are texts of the first.
func listText(texts []string, n int) string {
	if more := n - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return "[" + strings.Join(texts, " ") + "]"
}
