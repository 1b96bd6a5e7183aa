package store

import (
	"fmt"
	"math"
	"unsafe"

	"weft/wasm"
)

// usage is what a store has of what its limits bound together. It only grows: nothing
// that is counted here is given back before the store is closed.
type usage struct {
	memory   uint64 // bytes of linear memories
	elements uint64 // of tables
	records  uint64 // bytes of everything else that instances have, in and outside of Go's heap
}

// Usage returns what the store has of what MemoryBytes, TableElements and InstanceBytes limit.
func (s *Store) Usage() (memory, elements, records uint64) {
	return s.used.memory, s.used.elements, s.used.records
}

// mayInstantiate reports whether there is room for what a module defines, before anything of it is made.
func (s *Store) mayInstantiate(m *wasm.Module) error {
	if err := within(len(s.instances), 1, s.Limits.Instances, "instances"); err != nil {
		return err
	}
	if err := within(len(s.memories), len(m.Memories), s.Limits.Memories, "memories"); err != nil {
		return err
	}
	if err := within(len(s.tables), len(m.Tables), s.Limits.Tables, "tables"); err != nil {
		return err
	}
	bytes, elements := uint64(0), uint64(0)
	for _, t := range m.Memories {
		bytes = plus(bytes, min(t.Limits.Min, math.MaxUint64>>t.PageLog2)<<t.PageLog2)
	}
	for i := range m.Tables {
		elements = plus(elements, m.Tables[i].Type.Limits.Min)
	}
	if err := s.mayUseMemory(bytes); err != nil {
		return err
	}
	return s.mayUseElements(elements)
}

// within returns an error if n more of something would be above a limit.
func within(have, n int, limit uint32, what string) error {
	if uint64(have)+uint64(n) > uint64(limit) {
		return fmt.Errorf("out of memory: the store has %d %s, and %d more are above the limit of %d", have, what, n, limit)
	}
	return nil
}

// plus adds, and returns the largest number if the sum is larger.
func plus(x, y uint64) uint64 {
	if sum := x + y; sum >= x {
		return sum
	}
	return math.MaxUint64
}

// mayUseMemory reports whether memories may have so many bytes more.
func (s *Store) mayUseMemory(bytes uint64) error {
	if limit := s.Limits.MemoryBytes; bytes > limit-s.used.memory {
		return fmt.Errorf("out of memory: the store's memories have %d bytes, and %d more are above the limit of %d", s.used.memory, bytes, limit)
	}
	return nil
}

// useMemory counts bytes of linear memory, unless there would be too many.
func (s *Store) useMemory(bytes uint64) error {
	err := s.mayUseMemory(bytes)
	if err == nil {
		s.used.memory += bytes
	}
	return err
}

// mayUseElements reports whether tables may have so many elements more.
func (s *Store) mayUseElements(n uint64) error {
	if limit := s.Limits.TableElements; n > limit-s.used.elements {
		return fmt.Errorf("out of memory: the store's tables have %d elements, and %d more are above the limit of %d", s.used.elements, n, limit)
	}
	return nil
}

// useRecords counts bytes that live as long as the store.
func (s *Store) useRecords(bytes uint64) error {
	if limit := s.Limits.InstanceBytes; bytes > limit-s.used.records {
		return fmt.Errorf("out of memory: the store's instances take %d bytes, and %d more are above the limit of %d", s.used.records, bytes, limit)
	}
	s.used.records += bytes
	return nil
}

// newRecord allocates a record of type R, and counts it with its Go half of type H.
func newRecord[R, H any](s *Store) (*R, error) {
	var half H
	var record R
	if err := s.useRecords(uint64(unsafe.Sizeof(half) + unsafe.Sizeof(record))); err != nil {
		return nil, err
	}
	return allocArray[R](&s.arena, 1)
}
