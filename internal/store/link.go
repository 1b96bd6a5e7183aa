package store

import (
	"errors"
	"fmt"

	"weft/wasm"
)

// maxLinkErrors is how many imports an error lists; a module may have a million.
const maxLinkErrors = 1000

// matchImports checks all values against what a module asks for. The error has
// all that do not match, one per line.
func (s *Store) matchImports(m *Module, values []Extern) error {
	var all []error
	for i := range values {
		if err := s.Look(i); err != nil {
			return err
		}
		if err := s.matchImport(m, &m.Wasm.Imports[i], values[i]); err != nil {
			if all = append(all, err); len(all) == maxLinkErrors {
				all = append(all, fmt.Errorf("weft: %d imports do not match, and others were not looked at", maxLinkErrors))
				break
			}
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return errors.Join(all...)
}

// matchImport checks a value against what an import asks for (core
// specification, section "Import Matching").
func (s *Store) matchImport(m *Module, im *wasm.Import, value Extern) error {
	want, have, ok := "", "", false
	canonical := func(t wasm.ValType) wasm.ValType { return wasm.CanonicalValType(t, m.Types) }
	funcString := func(id wasm.TypeID) string { return s.Types.Comp(id).Func.String() }
	switch im.Kind {
	case wasm.ExternFunc:
		want = "func " + m.Wasm.FuncType(im.Type).String()
	case wasm.ExternTag:
		want = "tag " + m.Wasm.FuncType(im.Type).String()
	case wasm.ExternTable:
		want = "table " + im.Table.String()
	case wasm.ExternMemory:
		want = "memory " + im.Memory.String()
	case wasm.ExternGlobal:
		want = "global " + im.Global.String()
	}
	switch v := value.(type) {
	case *FuncRecord:
		have = "func " + funcString(v.Type)
		ok = im.Kind == wasm.ExternFunc && s.Types.IsSubtype(v.Type, m.Types[im.Type])
	case *Tag:
		have = "tag " + funcString(v.Record.Type)
		ok = im.Kind == wasm.ExternTag && v.Record.Type == m.Types[im.Type]
	case *Table:
		t := v.Type
		t.Limits.Min = v.Record.Len
		have = "table " + t.String()
		ok = im.Kind == wasm.ExternTable && t.Elem == canonical(im.Table.Elem) && limitsMatch(t.Limits, im.Table.Limits)
	case *Memory:
		t := v.Type
		t.Limits.Min = v.Pages()
		have = "memory " + t.String()
		ok = im.Kind == wasm.ExternMemory && t.PageLog2 == im.Memory.PageLog2 && limitsMatch(t.Limits, im.Memory.Limits)
	case *Global:
		have = "global " + v.Type.String()
		ok = im.Kind == wasm.ExternGlobal && v.Type.Mutable == im.Global.Mutable &&
			s.Types.IsValSubtype(v.Type.Type, canonical(im.Global.Type)) &&
			(!v.Type.Mutable || v.Type.Type == canonical(im.Global.Type))
	default:
		return &LinkError{Module: im.Module, Name: im.Name, Msg: "unknown import: nothing provides the " + want}
	}
	if !ok {
		return &LinkError{Module: im.Module, Name: im.Name, Msg: fmt.Sprintf("incompatible import type: %s wanted, %s given", want, have)}
	}
	return nil
}

func limitsMatch(have, want wasm.Limits) bool {
	return have.Is64 == want.Is64 && have.Shared == want.Shared && have.Min >= want.Min &&
		(!want.HasMax || have.HasMax && have.Max <= want.Max)
}
