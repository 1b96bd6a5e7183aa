package weft

import (
	"sync"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// A contType is a type of continuations, and what resuming has to know of it. It is
// found once for a continuation and each kind of suspension that it makes.
type contType struct {
	id              wasm.TypeID
	typ             wasm.FuncType
	params, results int  // slots
	refs            bool // among parameters or results
	// rests are the last answers of Store.restType: a generator always asks the
	// same. The list does not change, it is replaced.
	rests atomic.Pointer[[]restType]
	// bound is the type that takes nothing any more.
	bound atomic.Pointer[contType]
}

// A restType says which type is left of a continuation that has suspended with a
// tag.
type restType struct {
	tag  *store.Tag
	left *contType
}

// keptRests is how many answers are kept.
const keptRests = 8

// contTypes has those of a store. Its lock is not that of the store's uses,
// because a resume asks when it has left the store.
type contTypes struct {
	mu     sync.Mutex
	byID   map[wasm.TypeID]*contType
	byFunc map[wasm.TypeID]*contType // by the type of the function that they call
}

// contTypeOfFunc returns the type of the continuations that call a function.
func (s *Store) contTypeOfFunc(f *Func) *contType {
	id := f.record.Type
	s.contTypes.mu.Lock()
	t := s.contTypes.byFunc[id]
	s.contTypes.mu.Unlock()
	if t != nil {
		return t
	}
	t = s.contTypeOf(f.typ)
	s.contTypes.mu.Lock()
	defer s.contTypes.mu.Unlock()
	if s.contTypes.byFunc == nil {
		s.contTypes.byFunc = map[wasm.TypeID]*contType{}
	}
	s.contTypes.byFunc[id] = t
	return t
}

// contType returns the continuation type with an identity.
func (s *Store) contType(id wasm.TypeID) *contType {
	s.contTypes.mu.Lock()
	defer s.contTypes.mu.Unlock()
	t := s.contTypes.byID[id]
	if t == nil {
		f := s.engine.types.Comp(wasm.TypeID(s.engine.types.Comp(id).Cont)).Func
		t = &contType{id: id, typ: f, params: wasm.SlotCount(f.Params), results: wasm.SlotCount(f.Results),
			refs: hasRefs(f.Params) || hasRefs(f.Results)}
		if s.contTypes.byID == nil {
			s.contTypes.byID = map[wasm.TypeID]*contType{}
		}
		s.contTypes.byID[id] = t
	}
	return t
}

// contTypeOf returns the type of continuations over a function type whose heap
// types are identities.
func (s *Store) contTypeOf(t wasm.FuncType) *contType {
	f := wasm.HeapType(s.typeID(t))
	return s.contType(s.store.HoldType(wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompCont, Cont: f}}))
}

// boundType returns the type of what is left of a continuation of type t that has got its first n values.
func (s *Store) boundType(t *contType, n int) *contType {
	all := n == len(t.typ.Params)
	if bound := t.bound.Load(); all && bound != nil {
		return bound
	}
	bound := s.contTypeOf(wasm.FuncType{Params: t.typ.Params[n:], Results: t.typ.Results})
	if all {
		t.bound.Store(bound)
	}
	return bound
}

// restType returns the type of what is left of a continuation of type t that has
// suspended with a tag.
func (s *Store) restType(t *contType, tag *store.Tag) *contType {
	var rests []restType
	if kept := t.rests.Load(); kept != nil {
		rests = *kept
	}
	for _, r := range rests {
		if r.tag == tag {
			return r.left
		}
	}
	left := s.contTypeOf(wasm.FuncType{Params: tag.Type.Results, Results: t.typ.Results})
	more := append([]restType{{tag, left}}, rests[:min(len(rests), keptRests-1)]...)
	t.rests.Store(&more)
	return left
}
