package weft

import (
	"context"
	"fmt"

	"weft/wasm"
)

// A ValuesFunc implements a function over values: it gets one for each parameter, and returns one for each result. It
// is for functions with references; those with numbers alone are faster as a [HostFunc] or with package typed. Errors
// mean what they mean for a HostFunc.
type ValuesFunc func(ctx context.Context, args []Value) ([]Value, error)

// NewValuesFunc makes a function that the host implements over values. For the rest it is like [Store.NewFunc].
func (s *Store) NewValuesFunc(name string, t wasm.FuncType, f ValuesFunc) (*Func, error) {
	if f == nil {
		return s.NewFunc(name, t, nil) // which says so
	}
	return s.NewFunc(name, t, func(ctx context.Context, slots []uint64) error {
		args, err := s.FromSlots(slots, t.Params)
		if err != nil {
			return err
		}
		results, err := f(ctx, args)
		if err != nil {
			return err
		}
		if len(results) != len(t.Results) {
			return fmt.Errorf("weft: %d values returned, the function has type %s", len(results), t)
		}
		return s.ToSlots(slots, results, t.Results)
	})
}

// FromSlots returns the values in slots (see [HostFunc]) that have the types. A host function gets so at references
// among its arguments, as long as it has not written to its slots. It fails if there are too few slots.
func (s *Store) FromSlots(slots []uint64, types []wasm.ValType) ([]Value, error) {
	if s == nil {
		return nil, errNoStore
	}
	if n := wasm.SlotCount(types); len(slots) < n {
		return nil, s.refuse(fmt.Errorf("weft: %d slots given, %d needed", len(slots), n))
	}
	refs := hasRefs(types)
	if refs {
		defer s.store.Pin(slots)()
	} else if s.store.Closed() {
		return nil, ErrClosed
	}
	return s.received(slots, types, refs)
}

// ToSlots writes values that have the types to slots, from the first on: what a host function returns, or passes to
// [Func.CallSlots]. References in slots are kept from being collected only while they are a host function's own, or
// until the store is used for something else; so convert all at once, and then call or return. It fails
// if a value has another type, or there are too few slots.
func (s *Store) ToSlots(slots []uint64, values []Value, types []wasm.ValType) error {
	switch n := wasm.SlotCount(types); {
	case s == nil:
		return errNoStore
	case len(slots) < n:
		return s.refuse(fmt.Errorf("weft: %d slots given, %d needed", len(slots), n))
	case len(values) != len(types):
		return s.refuse(fmt.Errorf("weft: %d values given for %d types", len(values), len(types)))
	}
	converted, done, err := s.pend(values, types, "value")
	if err != nil {
		return err
	}
	copy(slots, converted)
	done()
	return nil
}
