package store

import (
	"context"
	"fmt"

	"weft/wasm"
)

// A Global is the Go half of a global. Type refers to types by identity.
type Global struct {
	Record *GlobalRecord
	Type   wasm.GlobalType
}

// NewGlobal makes a global. The type refers to types by identity.
func (s *Store) NewGlobal(t wasm.GlobalType, value [2]uint64) (*Global, error) {
	return s.newGlobal(t, value, nil)
}

// newGlobal makes a global whose record is at a place, if that is not nil.
func (s *Store) newGlobal(t wasm.GlobalType, value [2]uint64, place *GlobalRecord) (*Global, error) {
	record, err := recordIn[GlobalRecord, Global](s, place)
	if err != nil {
		return nil, err
	}
	*record = GlobalRecord{Value: value, Number: uint32(len(s.globals))}
	g := &Global{Record: record, Type: t}
	s.globals = append(s.globals, g)
	return g, nil
}

// A Tag is the Go half of a tag.
type Tag struct {
	Record *TagRecord
	Name   string // for people
	Type   wasm.FuncType
	// Host says that Go has made the tag: it satisfies imports of each type with these parameters and results.
	Host bool
}

// String returns the name, if there is one, and the type.
func (t *Tag) String() string { return t.describe() }

func (t *Tag) describe() string {
	if t == nil {
		return "without a tag"
	}
	if t.Name != "" {
		return fmt.Sprintf("tag %s %s", t.Name, t.Type)
	}
	return fmt.Sprintf("tag %s", t.Type)
}

// NewTag makes a tag, different from all others.
func (s *Store) NewTag(id wasm.TypeID, name string) (*Tag, error) {
	record, err := newRecord[TagRecord, Tag](s)
	if err != nil {
		return nil, err
	}
	t := &Tag{Record: record, Name: name, Type: s.Types.Comp(id).Func}
	*record = TagRecord{Type: id, Params: uint32(wasm.SlotCount(t.Type.Params)), Number: uint32(len(s.tags))}
	s.tags = append(s.tags, t)
	return t, nil
}

// Owns reports whether the tag belongs to the store.
func (s *Store) Owns(t *Tag) bool {
	i := t.Record.Number
	return int(i) < len(s.tags) && s.tags[i] == t
}

// Throws reports whether an exception can be thrown in the store: it is the store's, and whole. Its
// fields are anybody's to set.
func (s *Store) Throws(e *Exception) bool {
	return e != nil && e.Tag != nil && s.Owns(e.Tag) && len(e.Payload) == wasm.SlotCount(e.Tag.Type.Params)
}

// A HostFunc is the Go half of a function implemented by the host. Slots hold
// the arguments and take the results; its length is the larger of both. The
// error may be an [*Exception], which the guest can catch; any other ends the
// invocation.
type HostFunc struct {
	Record *FuncRecord
	Name   string // for people
	Call   func(ctx context.Context, slots []uint64) error
	others map[wasm.TypeID]*FuncRecord // the function as one of other types: see FuncAs
}

// NewHostFunc makes a host function.
func (s *Store) NewHostFunc(id wasm.TypeID, name string, call func(ctx context.Context, slots []uint64) error) (*HostFunc, error) {
	record, err := newRecord[FuncRecord, HostFunc](s)
	if err != nil {
		return nil, err
	}
	if err := s.initHost(record, id, uint32(len(s.hosts))); err != nil {
		return nil, err
	}
	f := &HostFunc{Record: record, Name: name, Call: call}
	s.hosts = append(s.hosts, f)
	return f, nil
}

// initHost makes a record that of a host function as one of a type.
func (s *Store) initHost(record *FuncRecord, id wasm.TypeID, number uint32) error {
	t := s.Types.Comp(id).Func
	*record = FuncRecord{Index: number, Type: id,
		Params: uint32(wasm.SlotCount(t.Params)), Results: uint32(wasm.SlotCount(t.Results))}
	return s.Engine.LinkHost(s, record)
}
