package store

import "weft/wasm"

// The instructions on parts of memories and tables. They trap before they have any effect, and are
// interrupted between pieces (work.go).

// inRange reports whether [at, at+n) lies within size, without overflow.
func inRange(at, n, size uint64) bool { return n <= size && at <= size-n }

// Init copies n bytes of a data segment, from src on, to dst (memory.init).
func (m *Memory) Init(segment []byte, dst, src, n uint64) wasm.TrapCode {
	if !inRange(src, n, uint64(len(segment))) || !inRange(dst, n, m.Len()) {
		return wasm.TrapMemoryOutOfBounds
	}
	return move(m.store, m.Bytes()[dst:dst+n], segment[src:src+n])
}

// Copy copies n bytes from another memory, or the same (memory.copy).
func (m *Memory) Copy(from *Memory, dst, src, n uint64) wasm.TrapCode {
	if !inRange(src, n, from.Len()) || !inRange(dst, n, m.Len()) {
		return wasm.TrapMemoryOutOfBounds
	}
	return move(m.store, m.Bytes()[dst:dst+n], from.Bytes()[src:src+n])
}

// Fill sets n bytes (memory.fill).
func (m *Memory) Fill(dst uint64, value byte, n uint64) wasm.TrapCode {
	if !inRange(dst, n, m.Len()) {
		return wasm.TrapMemoryOutOfBounds
	}
	b := m.Bytes()[dst : dst+n]
	if value == 0 {
		return zero(m.store, b)
	}
	head := b[:min(n, 4<<10)]
	for i := range head {
		head[i] = value
	}
	return repeat(m.store, b, len(head))
}

// Init copies n elements of a segment, from src on, to dst (table.init).
func (t *Table) Init(segment []uint64, dst, src, n uint64) wasm.TrapCode {
	if !inRange(src, n, uint64(len(segment))) || !inRange(dst, n, t.Record.Len) {
		return wasm.TrapTableOutOfBounds
	}
	return move(t.store, t.Slots()[dst:dst+n], segment[src:src+n])
}

// Copy copies n elements from another table, or the same (table.copy).
func (t *Table) Copy(from *Table, dst, src, n uint64) wasm.TrapCode {
	if !inRange(src, n, from.Record.Len) || !inRange(dst, n, t.Record.Len) {
		return wasm.TrapTableOutOfBounds
	}
	return move(t.store, t.Slots()[dst:dst+n], from.Slots()[src:src+n])
}

// Fill sets n elements (table.fill).
func (t *Table) Fill(dst, value, n uint64) wasm.TrapCode {
	if !inRange(dst, n, t.Record.Len) {
		return wasm.TrapTableOutOfBounds
	}
	return fillSlots(t.store, t.Slots()[dst:dst+n], value)
}
