package weft

import "weft/wasm"

// A Sized value is a Go value that says how much of Go's memory it keeps. As long as a guest can reach a reference to
// it ([ExternRef]), that counts towards the heap of the store ([Limits].HeapBytes): large values let collections come
// earlier, and beyond the limit the guest traps as if an object had no room. A host function that makes large values
// for a guest gives them this method, so that the guest cannot use up the memory of the process. Package jsstring has
// an example.
type Sized interface {
	// HeapBytes returns the bytes. A store asks when it gets a reference to a value that it does not have. They must
	// not become more later, and are those of the value alone if it is a [Part].
	HeapBytes() uint64
}

// A Part is a Go value that keeps another one, which others keep, too, as slices of an array do. The
// other value counts once in a store, until no guest can reach any of its parts.
type Part interface {
	// Whole returns the other value, which Go must be able to compare, and which is no Part itself; nil if there is none.
	// It is always the same.
	Whole() any
}

// MakeRoom lets the store collect if there is no room for a Go value that would keep so many bytes (see [Sized]). So
// a host function knows before it takes memory of Go that it may: else the error is the [*Trap] "out of memory" to
// return, or an [*Interrupt] if the context of the call has ended. Nothing is reserved: the room is for what is passed
// to the store next.
func (s *Store) MakeRoom(bytes uint64) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if trap := s.store.MakeRoom(bytes); trap != wasm.TrapNone {
		return s.trap(trap)
	}
	return nil
}
