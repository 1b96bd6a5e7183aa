package store

import (
	"fmt"
	"math"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"weft/wasm"
)

// Invariants of the unsafe code here: Record.Base points to at least Record.Len
// usable bytes, and Len only grows while the store is open, but for Restore: then there is no code that has seen it.

// A Memory is the Go half of a linear memory.
type Memory struct {
	Record *MemoryRecord
	Type   wasm.MemoryType
	// Shared is what the stores that have the memory share; nil if it is not shared.
	// Record.Len is then this store's view of the length: never too large, and
	// brought up to date by Len.
	Shared *SharedMemory
	store  home
	region Region // empty if the memory is shared
	limit  uint64 // in bytes
	// counted are the bytes that it takes of the store's limit.
	counted uint64
	lent    lent
}

// lent is up to which offset Go code may have slices of a memory, which it may keep (see Region.Retire).
type lent struct{ end atomic.Uint64 }

// raise notes that Go code gets a slice which ends at an offset.
func (l *lent) raise(end uint64) {
	for old := l.end.Load(); old < end && !l.end.CompareAndSwap(old, end); old = l.end.Load() {
	}
}

// giveBack gives back the region of the memory.
func (l *lent) giveBack(r *Region) { r.Retire(uintptr(l.end.Swap(0))) }

// maxPages is the largest size in pages that the address type can express: both
// its addresses and, with pages of a byte, the size itself.
func maxPages(t wasm.MemoryType) uint64 {
	bits := uint8(32)
	if t.Limits.Is64 {
		bits = 64
	}
	if t.PageLog2 == 0 {
		return 1<<bits - 1
	}
	return 1 << (bits - t.PageLog2)
}

// memoryLimit returns the largest size in bytes that a memory of type t may reach
// where limit bytes are allowed. It is less than half of the address space.
func memoryLimit(t wasm.MemoryType, limit uint64) (uint64, error) {
	limit = min(limit, math.MaxInt&^(pageRound-1))
	pages := maxPages(t)
	if t.Limits.HasMax {
		pages = min(pages, t.Limits.Max)
	}
	if pages < limit>>t.PageLog2 {
		limit = pages << t.PageLog2
	}
	if t.Limits.Min > limit>>t.PageLog2 {
		return 0, fmt.Errorf("out of memory: a memory of %d pages of %d bytes is larger than the limit of %d bytes", t.Limits.Min, 1<<t.PageLog2, limit)
	}
	return limit, nil
}

// NewMemory makes a memory of zeros.
func (s *Store) NewMemory(t wasm.MemoryType) (*Memory, error) { return s.newMemory(t, nil) }

// newMemory makes a memory whose record is at a place, if that is not nil.
func (s *Store) newMemory(t wasm.MemoryType, place *MemoryRecord) (*Memory, error) {
	if t.Limits.Shared {
		shared, err := NewSharedMemory(t, s.Limits.MemoryBytes)
		if err != nil {
			return nil, err
		}
		defer shared.Release()
		return s.attach(shared, place)
	}
	limit, err := memoryLimit(t, s.Limits.MemoryBytes)
	if err != nil {
		return nil, err
	}
	size := t.Limits.Min << t.PageLog2
	if err := s.useMemory(size); err != nil {
		return nil, err
	}
	m, err := s.addMemory(t, place)
	if err == nil {
		m.limit, m.counted = limit, size
		if err = m.reserve(uintptr(size)); err != nil {
			err = fmt.Errorf("out of memory: %w", err)
		}
	}
	if err != nil {
		s.used.memory -= size
		return nil, err
	}
	return m, nil
}

// addMemory adds a memory without content to the store, with its record at a place, if that is not nil.
func (s *Store) addMemory(t wasm.MemoryType, place *MemoryRecord) (*Memory, error) {
	if err := s.mayMakeMemories(1); err != nil {
		return nil, err
	}
	record, err := recordIn[MemoryRecord, Memory](s, place)
	if err != nil {
		return nil, err
	}
	record.Number, record.PageLog2 = uint32(len(s.memories)), uint32(t.PageLog2)
	m := &Memory{Record: record, Type: t, store: homeOf(s)}
	s.memories = append(s.memories, m)
	return m, nil
}

// release gives the content back.
func (m *Memory) release() {
	m.lent.giveBack(&m.region)
	if m.Shared != nil {
		m.Shared.detach(m.store.Value())
	}
}

// roomToGrow is the address space that is reserved for a memory if its limit
// allows for it: all that addresses of 32 bits can reach, where there is so much.
const roomToGrow = (4 << 30) >> (64 - bits.UintSize)

// guardedSpace is what addresses of 32 bits with an offset of 32 bits can reach,
// and the widest access behind: whoever accesses memory with them and finds no
// page there needs no comparison with the length.
const guardedSpace = 8<<30 + pageRound

// canGuard reports whether the memories of a type can be guarded: what lies beyond
// their length must be pages of their own.
func canGuard(t wasm.MemoryType) bool {
	return bits.UintSize == 64 && !t.Limits.Is64 && t.PageLog2 == 16
}

// Guarded reports whether accesses beyond the length fault, for all addresses and
// offsets of 32 bits. Then the memory never moves.
func (m *Memory) Guarded() bool {
	region := &m.region
	if m.Shared != nil {
		region = &m.Shared.region
	}
	return canGuard(m.Type) && uint64(region.reserved) >= guardedSpace
}

// space returns how much address space is wanted for size bytes of the memory.
func (m *Memory) space(size uintptr) uint64 {
	if canGuard(m.Type) {
		return guardedSpace
	}
	return min(m.limit, max(roomToGrow, uint64(size)*2))
}

// reserve makes the first size bytes usable. Space for growth is reserved where
// the system has it, so that growing seldom moves the memory.
func (m *Memory) reserve(size uintptr) error {
	if m.moves(size) {
		bigger, err := reserveGuarded(uintptr(m.space(size)), size)
		if err != nil {
			// Without a guard it moves when it grows: let that be seldom.
			room := max(size, uintptr(min(m.limit, 2*uint64(size))), 1)
			if bigger, err = reserveUsable(room, size); err != nil {
				return err
			}
		}
		if move(m.store, unsafe.Slice((*byte)(bigger.Base), m.Record.Len), m.Bytes()) != wasm.TrapNone {
			bigger.Release()
			return m.store.Value().TrapError(Interrupted, "", StackTrace{})
		}
		m.lent.giveBack(&m.region)
		m.region = bigger
	} else if err := m.region.Commit(size); err != nil {
		return err
	}
	m.Record.Base, m.Record.Len = m.region.Base, uint64(size)
	return nil
}

// Len returns the size in bytes. Other threads may have made a shared memory
// larger than this store has seen.
func (m *Memory) Len() uint64 {
	if m.Shared != nil {
		m.Record.Len = m.Shared.Len()
	}
	return m.Record.Len
}

// Bytes returns the content. The slice is valid until the memory grows or the
// store is closed.
func (m *Memory) Bytes() []byte { return unsafe.Slice((*byte)(m.Record.Base), m.Len()) }

// Lend returns n bytes at an offset, for Go code that may keep the slice; false if they are out of bounds. When the
// memory is gone they are zero and nobody else's.
func (m *Memory) Lend(offset, n uint64) ([]byte, bool) {
	b := m.Bytes()
	if size := uint64(len(b)); n > size || offset > size-n {
		return nil, false
	}
	if m.Shared != nil {
		m.Shared.lent.raise(offset + n)
	} else {
		m.lent.raise(offset + n)
	}
	return b[offset : offset+n : offset+n], true
}

// Pages returns the size in pages.
func (m *Memory) Pages() uint64 { return m.Len() >> m.Type.PageLog2 }

// moves reports whether the memory has to lie elsewhere in order to have a size.
func (m *Memory) moves(size uintptr) bool { return size > m.region.reserved || m.region.Base == nil }
