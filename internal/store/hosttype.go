package store

import (
	"slices"

	"weft/wasm"
)

// Go code knows signatures, and not which defined type of a module an import has: whether that is open, extends another
// one, or lies in a group. So a function of the host can be one of each type whose parameters it takes, and whose
// results it gives. For each it has a record of its own, of the very type, by which calls through tables and casts go.

// Fits reports whether a function can be one of a type.
func (s *Store) Fits(f *FuncRecord, want wasm.TypeID) bool {
	if s.Types.IsSubtype(f.Type, want) {
		return true
	}
	return f.IsHost() && s.Types.IsFuncSubtype(s.Types.Comp(s.hosts[f.Index].Record.Type).Func, s.Types.Comp(want).Func)
}

// FitsExactly reports whether a function can be one of a type itself, and not of one that extends it.
func (s *Store) FitsExactly(f *FuncRecord, want wasm.TypeID) bool {
	return f.Type == want || f.IsHost() && s.Fits(f, want)
}

// FuncAs returns a function that fits, exactly if that matters, as one of a type, which somebody has until the store is
// closed. It is the same each time.
func (s *Store) FuncAs(f *FuncRecord, want wasm.TypeID, exact bool) (*FuncRecord, error) {
	is := func(t wasm.TypeID) bool { return t == want || !exact && s.Types.IsSubtype(t, want) }
	if is(f.Type) {
		return f, nil
	}
	h := s.hosts[f.Index]
	if is(h.Record.Type) {
		return h.Record, nil
	}
	if other := h.others[want]; other != nil {
		return other, nil
	}
	other, err := newRecord[FuncRecord, [2]uintptr](s) // with its entry in the map
	if err != nil {
		return nil, err
	}
	if err := s.initHost(other, want, f.Index); err != nil {
		return nil, err
	}
	if h.others == nil {
		h.others = map[wasm.TypeID]*FuncRecord{}
	}
	h.others[want] = other
	return other, nil
}

// tagFits reports whether a tag can be one of a type. That of a tag of the host is its parameters and results, by which
// all code goes that throws, catches, suspends or resumes: none asks for the identity of a tag's type.
func (s *Store) tagFits(t *Tag, want wasm.TypeID) bool {
	if t.Record.Type == want {
		return true
	}
	w := s.Types.Comp(want).Func
	return t.Host && slices.Equal(t.Type.Params, w.Params) && slices.Equal(t.Type.Results, w.Results)
}
