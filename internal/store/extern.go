package store

import "weft/wasm"

// A reference to a host value is a cell in the heap that has the number of the
// value. When the cell is collected, the value is forgotten.

// externTable has the host values by number.
type externTable struct {
	values []any
	cells  []uint64 // 0 for a number that is free
	free   []uint32
	byGo   map[any]uint64 // cells of the values that Go can compare
}

// ExternRef returns the reference to a host value. Equal values have the same,
// as long as it is in use. See NewStruct.
func (s *Store) ExternRef(v any, comparable bool) (uint64, wasm.TrapCode) {
	t := &s.externs
	if comparable {
		if cell, ok := t.byGo[v]; ok {
			return cell, wasm.TrapNone
		}
	}
	if s.heap.addHost() {
		s.Collect()
	}
	cell, trap := s.allocate(HeaderSize, typeExtern, 0)
	if trap != 0 {
		return 0, trap
	}
	headerOf(cell).len = t.add(v, cell)
	if comparable {
		if t.byGo == nil {
			t.byGo = map[any]uint64{}
		}
		t.byGo[v] = cell
	}
	return cell, wasm.TrapNone
}

func (t *externTable) add(v any, cell uint64) uint32 {
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.values[i], t.cells[i] = v, cell
		return i
	}
	t.values, t.cells = append(t.values, v), append(t.cells, cell)
	return uint32(len(t.values) - 1)
}

// sweepExterns forgets the values whose cells were not marked, and counts the others.
func (c *collector) sweepExterns() {
	t, h := &c.s.externs, &c.s.heap
	host := uint64(0)
	for v, cell := range t.byGo {
		if !c.goesOn(1) {
			return
		}
		if !h.isMarked(cell) {
			delete(t.byGo, v)
		}
	}
	for i, cell := range t.cells {
		if !c.goesOn(1) {
			return
		}
		switch {
		case cell == 0:
		case h.isMarked(cell):
			host += hostValue
		default:
			t.values[i], t.cells[i] = nil, 0
			t.free = append(t.free, uint32(i))
		}
	}
	h.host = host
}

// ExternValue returns the host value that a reference is to. The reference is
// that of an ObjectExtern.
func (s *Store) ExternValue(ref uint64) any { return s.externs.values[headerOf(ref).len] }
