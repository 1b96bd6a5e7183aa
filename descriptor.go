package weft

import (
	"errors"
	"fmt"
	"runtime"

	"weft/internal/store"
	"weft/wasm"
)

// NewDescribed makes a struct of a type with a descriptor. The descriptor is an object of just the type that the
// struct's type names, of which [Object.Type] tells, and not of one that extends that. All else is as for
// [Store.NewStruct].
func (s *Store) NewDescribed(t wasm.HeapType, descriptor *Object, fields ...Value) (*Object, error) {
	comp, err := s.beginObject(t, wasm.CompStruct)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	switch {
	case !comp.Descriptor.Given:
		return nil, errors.New("weft: objects of the type have no descriptors: NewStruct makes them")
	case descriptor == nil:
		return nil, errors.New("weft: there is no descriptor")
	case descriptor.store != s:
		return nil, errors.New("weft: the descriptor belongs to another store")
	}
	if have := store.ObjectType(descriptor.ref); have != wasm.TypeID(comp.Descriptor.Type) {
		return nil, fmt.Errorf("weft: the descriptor is of type %d, and not exactly of %s", have, comp.Descriptor.Type)
	}
	defer runtime.KeepAlive(descriptor)
	return s.structOf(t, comp, fields, func() (uint64, wasm.TrapCode) {
		return s.store.NewDescribed(wasm.TypeID(t), descriptor.ref)
	})
}

// Descriptor returns the object that describes a struct; nil if its type has no descriptors.
func (o *Object) Descriptor() (*Object, error) {
	if o == nil {
		return nil, errNoObject
	}
	if err := o.store.enter(); err != nil {
		return nil, err
	}
	defer o.store.leave()
	ref := o.store.store.Descriptor(o.ref)
	if ref == 0 {
		return nil, nil
	}
	return o.store.newObject(ref, wasm.Ref(wasm.HeapStruct)), nil
}
