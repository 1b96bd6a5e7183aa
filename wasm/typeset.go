package wasm

import (
	"maps"
	"slices"
	"sync"
)

// A TypeID identifies a defined type within a [TypeSet]: two types are the same
// if and only if their identities are.
type TypeID uint32

// FirstTypeID is the least identity: a run time may use those below for objects of
// its own.
const FirstTypeID TypeID = 2

// A TypeSet gives canonical identities to the types of modules (core
// specification, section "Type Equivalence"): recursion groups that look alike
// once references within the group are relative and those out of it canonical
// are one group. It is safe for concurrent use.
//
// A type is in the set until it has been released as often as it was added, and no
// other one refers to it. Then its identity may be given to another.
type TypeSet struct {
	mu     sync.RWMutex
	groups map[string]*typeGroup // by key
	types  []*canonicalType      // by identity; nil where there is none
	free   int                   // all identities below are in use
	count  int                   // types
	room   int                   // for so many types: see shrink
	forget func(TypeID)
}

// A typeGroup is a recursion group.
type typeGroup struct {
	key  string
	ids  []TypeID
	uses int // how often its types were added, and others refer to them
}

type canonicalType struct {
	group *typeGroup
	comp  CompType // indices are TypeIDs
	// supers are the proper supertypes from the root of the hierarchy down to the
	// parent: the display that makes a subtype test one look-up.
	supers []TypeID
	final  bool
}

// noType stands for types that are not in a set.
var noType canonicalType

// fewTypes is for how many types a set has room in any case.
const fewTypes = 1024

// NewTypeSet returns an empty set.
func NewTypeSet() *TypeSet {
	none := make([]*canonicalType, FirstTypeID)
	return &TypeSet{groups: map[string]*typeGroup{}, types: none, free: len(none), room: fewTypes}
}

// OnForget sets what is called with the identity of each type that leaves the set, before another can get it. The
// function must not use the set. OnForget is called before types are added.
func (s *TypeSet) OnForget(forget func(TypeID)) { s.forget = forget }

// Add enters the types of a module, whose references point backwards or into
// their own group, and returns the identity of each. Release takes that back.
func (s *TypeSet) Add(types []SubType, groups []RecGroup) []TypeID {
	ids := make([]TypeID, 0, len(types))
	for _, g := range groups {
		ids = s.AddGroup(ids, types, g)
	}
	return ids
}

// AddGroup enters one more group, given the identities of all types before it,
// and returns the list extended by those of the group.
func (s *TypeSet) AddGroup(ids []TypeID, types []SubType, g RecGroup) []TypeID {
	members := types[g.Start:g.End]
	key := groupKey{ids: ids, start: g.Start}
	return append(ids, s.add(members, key, func(own []TypeID) resolver {
		all := append(ids, own...)
		return func(h HeapType) HeapType { return canonicalHeap(h, all) }
	})...)
}

// AddCanonical enters a single type in which heap types that are indices are
// TypeIDs of types in the set, such as one that was made of parts of other types.
func (s *TypeSet) AddCanonical(t SubType) TypeID {
	key := groupKey{canonical: true}
	identity := func(h HeapType) HeapType { return h }
	return s.add([]SubType{t}, key, func([]TypeID) resolver { return identity })[0]
}

// Retain adds a type that is in the set once more, and reports whether it is.
func (s *TypeSet) Retain(id TypeID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.get(id)
	if t == &noType {
		return false
	}
	t.group.uses++
	return true
}

// A resolver replaces indices of types by identities.
type resolver func(HeapType) HeapType

// add enters a group and returns the identities of its types, with which the resolver of its references is made.
func (s *TypeSet) add(members []SubType, key groupKey, resolve func(own []TypeID) resolver) []TypeID {
	for i := range members {
		key.subType(&members[i])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[string(key.buf)]
	if g == nil {
		g = &typeGroup{key: string(key.buf), ids: make([]TypeID, len(members))}
		s.groups[g.key] = g
		for i := range members {
			g.ids[i] = s.place(&canonicalType{group: g, final: members[i].Final})
		}
		r := resolve(g.ids)
		for i, id := range g.ids {
			s.complete(s.types[id], &members[i], r)
		}
	}
	g.uses += len(g.ids)
	return g.ids
}

// place gives a type an identity: the least that is free, so that what is indexed by them is small.
func (s *TypeSet) place(t *canonicalType) TypeID {
	for s.free < len(s.types) && s.types[s.free] != nil {
		s.free++
	}
	if s.free == len(s.types) {
		s.types = append(s.types, nil)
	}
	s.types[s.free] = t
	s.count++
	s.room = max(s.room, s.count)
	return TypeID(s.free)
}

// complete makes a type what it is, and uses the groups that it refers to.
func (s *TypeSet) complete(t *canonicalType, from *SubType, r resolver) {
	t.comp = canonicalComp(&from.Comp, r)
	if len(from.Supers) > 0 {
		parent := TypeID(r(HeapType(from.Supers[0])))
		t.supers = append(slices.Clip(s.get(parent).supers), parent)
	}
	for id := range t.references {
		if g := s.get(id).group; g != t.group {
			g.uses++
		}
	}
}

// references goes over the types that a type refers to, some perhaps more than once.
func (t *canonicalType) references(yield func(TypeID) bool) {
	each := func(h HeapType) bool { return !h.IsIndex() || yield(TypeID(h)) }
	list := func(types []ValType) bool {
		for _, v := range types {
			if v.IsRef() && !each(v.Heap) {
				return false
			}
		}
		return true
	}
	if n := len(t.supers); n > 0 && !yield(t.supers[n-1]) {
		return
	}
	if (t.comp.Kind == CompCont || t.comp.Kind == CompTag) && !each(t.comp.Cont) || !list(t.comp.Func.Params) || !list(t.comp.Func.Results) {
		return
	}
	for _, f := range t.comp.Fields {
		if f.Type.IsRef() && !each(f.Type.Heap) {
			return
		}
	}
	for _, clause := range [...]TypeClause{t.comp.Describes, t.comp.Descriptor} {
		if clause.Given && !each(clause.Type) {
			return
		}
	}
}

// releaseTogether is how many types are released at a time, so that others do not wait long.
const releaseTogether = 4096

// Release takes back that types were added: ids are what Add or AddCanonical has returned, or was given to Retain.
func (s *TypeSet) Release(ids ...TypeID) {
	for some := range slices.Chunk(ids, releaseTogether) {
		s.release(some)
	}
}

func (s *TypeSet) release(ids []TypeID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var dead []*typeGroup
	unuse := func(id TypeID) {
		g := s.types[id].group
		if g.uses--; g.uses == 0 {
			dead = append(dead, g)
		}
	}
	for _, id := range ids {
		unuse(id)
	}
	for len(dead) > 0 {
		g := dead[len(dead)-1]
		dead = dead[:len(dead)-1]
		for _, id := range g.ids {
			for other := range s.types[id].references {
				if s.types[other].group != g {
					unuse(other)
				}
			}
		}
		s.remove(g)
	}
	s.shrink()
}

// remove takes a group out of the set.
func (s *TypeSet) remove(g *typeGroup) {
	delete(s.groups, g.key)
	for _, id := range g.ids {
		s.types[id] = nil
		s.free = min(s.free, int(id))
		if s.forget != nil {
			s.forget(id)
		}
	}
	s.count -= len(g.ids)
}

// shrink gives back the memory for types of which most have left the set.
func (s *TypeSet) shrink() {
	if s.room <= fewTypes || s.count > s.room/4 {
		return
	}
	s.room = max(s.count, fewTypes)
	groups := make(map[string]*typeGroup, len(s.groups))
	maps.Copy(groups, s.groups)
	n := len(s.types)
	for s.types[n-1] == nil && n > int(FirstTypeID) {
		n--
	}
	s.groups, s.types = groups, slices.Clone(s.types[:n])
}

// get returns what is known of a type; of one that is not in the set, nothing.
func (s *TypeSet) get(id TypeID) *canonicalType {
	if int(id) < len(s.types) && s.types[id] != nil {
		return s.types[id]
	}
	return &noType
}

// Len returns the number of types in the set.
func (s *TypeSet) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.count
}
