package store

import (
	"fmt"
	"sync"
	"sync/atomic"

	"weft/wasm"
)

// A SharedMemory is a linear memory that several stores have, each used by a
// thread of its own (threads proposal). Each store sees it through a [Memory]
// with a record of its own; the bytes, the true length and the waiting threads
// are here. It is safe for concurrent use.
//
// The address space for its maximum is reserved at once, so it never moves.
type SharedMemory struct {
	Type wasm.MemoryType

	growing sync.Mutex // held to change region, length and stores
	region  Region
	length  atomic.Uint64 // in bytes
	allowed uint64        // in bytes, by its type and by limits
	limit   uint64        // in bytes, by what the system has, too
	holders atomic.Int64  // the region is released with the last one
	stores  int           // of the holders
	waiters waitTable
	lent    lent
}

// NewSharedMemory makes a shared memory of zeros, of at most limit bytes. The
// caller is its first holder.
func NewSharedMemory(t wasm.MemoryType, limit uint64) (*SharedMemory, error) {
	if !t.Limits.HasMax {
		return nil, fmt.Errorf("weft: a shared memory must have a maximum")
	}
	limit, err := memoryLimit(t, limit)
	if err != nil {
		return nil, err
	}
	size := t.Limits.Min << t.PageLog2
	m := &SharedMemory{Type: t, allowed: limit}
	space := max(limit, 1)
	if canGuard(t) {
		space = guardedSpace
	}
	if m.region, err = reserveAtMost(space, size); err != nil {
		return nil, fmt.Errorf("out of memory: %w", err)
	}
	m.limit = min(limit, uint64(m.region.reserved))
	m.length.Store(size)
	m.holders.Store(1)
	return m, nil
}

// reserveAtMost reserves limit bytes, or what the system has; at least size, which are usable.
func reserveAtMost(limit, size uint64) (Region, error) {
	for {
		r, err := reserveGuarded(uintptr(limit), uintptr(size))
		if err == nil || limit == size {
			return r, err
		}
		limit = max(limit/2, size)
	}
}

// Len returns the size in bytes.
func (m *SharedMemory) Len() uint64 { return m.length.Load() }

// grow adds pages and returns the size before.
func (m *SharedMemory) grow(pages uint64) (uint64, growth) {
	m.growing.Lock()
	defer m.growing.Unlock()
	old := m.Len() >> m.Type.PageLog2
	if pages > m.allowed>>m.Type.PageLog2-old {
		return 0, growthRefused
	}
	size := (old + pages) << m.Type.PageLog2
	if size > m.limit || m.region.Commit(uintptr(size)) != nil {
		return 0, growthFailed
	}
	// Whoever sees the new length can use the new pages.
	m.length.Store(size)
	return old, growthDone
}

// Hold adds a holder. The caller must be sure that there is one.
func (m *SharedMemory) Hold() { m.holders.Add(1) }

// Release ends what Hold or NewSharedMemory began.
func (m *SharedMemory) Release() {
	if m.holders.Add(-1) == 0 {
		m.lent.giveBack(&m.region)
	}
}

// Attach makes a shared memory one of the store's memories, and returns the same
// at each call. The store holds it until it is closed, and counts the bytes that it has now; who lets it grow
// counts the others.
func (s *Store) Attach(shared *SharedMemory) (*Memory, error) { return s.attach(shared, nil) }

// attach does that; the record of a memory that is new in the store is at a place, if that is not nil.
func (s *Store) attach(shared *SharedMemory, place *MemoryRecord) (*Memory, error) {
	if m := s.shared[shared]; m != nil {
		return m, nil
	}
	shared.growing.Lock() // a store that is alone may set the memory back
	defer shared.growing.Unlock()
	size := shared.Len()
	if err := s.useMemory(size); err != nil {
		return nil, err
	}
	m, err := s.addMemory(shared.Type, place)
	if err != nil {
		s.used.memory -= size
		return nil, err
	}
	if s.shared == nil {
		s.shared = map[*SharedMemory]*Memory{}
	}
	s.shared[shared] = m
	shared.Hold()
	shared.stores++
	m.Shared, m.counted = shared, size
	m.Record.Base = shared.region.Base
	m.Len()
	return m, nil
}

// detach ends what Attach began, for a store that ends.
func (m *SharedMemory) detach(s *Store) {
	m.waiters.disown(s)
	m.growing.Lock()
	m.stores--
	m.growing.Unlock()
	m.Release()
}
