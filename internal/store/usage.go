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

// Counts are how many of each a store has, and the bytes of code of the modules of its instances.
type Counts struct {
	Instances, Memories, Tables int
	CodeBytes                   uint64
}

// Counts returns what the store has. A module with several instances counts once.
func (s *Store) Counts() Counts {
	c := Counts{Instances: len(s.instances), Memories: len(s.memories), Tables: len(s.tables)}
	seen := map[*Module]bool{}
	for _, in := range s.instances {
		if !seen[in.Module] {
			seen[in.Module] = true
			c.CodeBytes += in.Module.CodeBytes.Load()
		}
	}
	return c
}

// mayInstantiate reports whether there is room for what a module defines, before anything of it is made.
func (s *Store) mayInstantiate(m *wasm.Module) error {
	bytes, elements := uint64(0), uint64(0)
	for _, t := range m.Memories {
		bytes = plus(bytes, min(t.Limits.Min, math.MaxUint64>>t.PageLog2)<<t.PageLog2)
	}
	for i := range m.Tables {
		elements = plus(elements, m.Tables[i].Type.Limits.Min)
	}
	for _, err := range []error{
		within(uint64(len(s.instances)), 1, uint64(s.Limits.Instances), "instances"),
		s.mayMakeMemories(len(m.Memories)),
		s.mayMakeTables(len(m.Tables)),
		s.mayUseMemory(bytes),
		s.mayUseElements(elements),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// within returns an error if so many more of something would be above a limit.
func within(have, more, limit uint64, what string) error {
	if more > limit-have {
		return fmt.Errorf("out of memory: the store has %d %s, and %d more are above the limit of %d", have, what, more, limit)
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

// mayMakeMemories reports whether there may be so many memories more.
func (s *Store) mayMakeMemories(n int) error {
	return within(uint64(len(s.memories)), uint64(n), uint64(s.Limits.Memories), "memories")
}

// mayMakeTables does the same for tables.
func (s *Store) mayMakeTables(n int) error {
	return within(uint64(len(s.tables)), uint64(n), uint64(s.Limits.Tables), "tables")
}

// mayUseMemory reports whether memories may have so many bytes more.
func (s *Store) mayUseMemory(bytes uint64) error {
	return within(s.used.memory, bytes, s.Limits.MemoryBytes, "bytes of memories")
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
	return within(s.used.elements, n, s.Limits.TableElements, "elements of tables")
}

// useRecords counts bytes that live as long as the store.
func (s *Store) useRecords(bytes uint64) error {
	err := within(s.used.records, bytes, s.Limits.InstanceBytes, "bytes of instances")
	if err == nil {
		s.used.records += bytes
	}
	return err
}

// recordIn returns the place for a record of type R and counts its Go half of type H. If the place is nil, the record
// is allocated and counted, too.
func recordIn[R, H any](s *Store, place *R) (*R, error) {
	if place == nil {
		return newRecord[R, H](s)
	}
	var half H
	return place, s.useRecords(uint64(unsafe.Sizeof(half)))
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
