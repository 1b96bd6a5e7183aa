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
		if im := &m.Wasm.Imports[i]; !s.matches(m, im, values[i]) {
			if all = append(all, s.linkError(m, im, values[i])); len(all) == maxLinkErrors {
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

// matches checks a value against what an import asks for (core specification, section "Import Matching"). Functions and
// tags of the host match more: see hosttype.go.
func (s *Store) matches(m *Module, im *wasm.Import, value Extern) bool {
	canonical := func(t wasm.ValType) wasm.ValType { return wasm.CanonicalValType(t, m.Types) }
	switch v := value.(type) {
	case *FuncRecord:
		fits := s.Fits
		if im.Exact {
			fits = s.FitsExactly
		}
		return im.Kind == wasm.ExternFunc && fits(v, m.Types[im.Type])
	case *Tag:
		return im.Kind == wasm.ExternTag && s.tagFits(v, m.Types[im.Type])
	case *Table:
		t := v.now()
		return im.Kind == wasm.ExternTable && t.Elem == canonical(im.Table.Elem) && limitsMatch(t.Limits, im.Table.Limits)
	case *Memory:
		t := v.now()
		return im.Kind == wasm.ExternMemory && t.PageLog2 == im.Memory.PageLog2 && limitsMatch(t.Limits, im.Memory.Limits)
	case *Global:
		want := canonical(im.Global.Type)
		return im.Kind == wasm.ExternGlobal && v.Type.Mutable == im.Global.Mutable &&
			(v.Type.Type == want || !v.Type.Mutable && s.Types.IsValSubtype(v.Type.Type, want))
	}
	return false
}

// now returns the type with the size that the table has.
func (t *Table) now() wasm.TableType {
	now := t.Type
	now.Limits.Min = t.Record.Len
	return now
}

// now returns the type with the size that the memory has.
func (m *Memory) now() wasm.MemoryType {
	now := m.Type
	now.Limits.Min = m.Pages()
	return now
}

func limitsMatch(have, want wasm.Limits) bool {
	return have.Is64 == want.Is64 && have.Shared == want.Shared && have.Min >= want.Min &&
		(!want.HasMax || have.HasMax && have.Max <= want.Max)
}
