package store

import (
	"math"

	"weft/wasm"
)

// Whether a memory can grow depends on its type and on limits, which are the same in each run, and on what the system
// has at that moment, which is not. A host that wants runs to be repeatable sets Store.Growth: it decides with the
// limits alone, and what the system does not have ends the call.

// A growth is what has come of growing a memory.
type growth uint8

const (
	growthDone    growth = iota
	growthRefused        // by a limit, or by the host
	growthFailed         // the system has no memory, it cannot move, or the work was interrupted
)

// Grow adds pages and returns the size before; false if it cannot, or if it was interrupted.
func (m *Memory) Grow(pages uint64) (uint64, bool) {
	old, result := m.grow(pages)
	return old, result == growthDone
}

// GrowForCode is Grow for memory.grow, and returns its result. It traps if the host has allowed to grow, and the
// system has no memory.
func (m *Memory) GrowForCode(pages uint64) (uint64, wasm.TrapCode) {
	s := m.store.Value()
	old, result := m.grow(pages)
	if result == growthFailed && s.Growth != nil {
		return 0, s.NoRoom()
	}
	return s.Grown(old, result == growthDone)
}

func (m *Memory) grow(pages uint64) (uint64, growth) {
	if pages == 0 {
		return m.Pages(), growthDone
	}
	s, bytes := m.store.Value(), pages<<m.Type.PageLog2
	if pages > math.MaxUint64>>m.Type.PageLog2 || !m.mayGrow(pages) || s.mayUseMemory(bytes) != nil ||
		s.Growth != nil && !s.Growth(m, pages) {
		return 0, growthRefused
	}
	old, result := m.extend(pages)
	if result == growthDone {
		s.used.memory += bytes
		m.counted += bytes
	}
	return old, result
}

// mayGrow reports whether the memory's own limit allows for so many pages more.
func (m *Memory) mayGrow(pages uint64) bool {
	limit := m.limit
	if m.Shared != nil {
		limit = m.Shared.allowed
	}
	return pages <= limit>>m.Type.PageLog2-m.Pages()
}

// extend makes the memory larger.
func (m *Memory) extend(pages uint64) (uint64, growth) {
	if m.Shared != nil {
		old, result := m.Shared.grow(pages)
		m.Len()
		return old, result
	}
	old := m.Pages()
	size := uintptr((old + pages) << m.Type.PageLog2)
	if m.moves(size) && m.store.Value().InCode > 0 || m.reserve(size) != nil {
		return 0, growthFailed
	}
	return old, growthDone
}
