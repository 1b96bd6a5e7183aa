package store

import (
	"fmt"
	"unsafe"

	"weft/wasm"
)

// Invariants of the unsafe code here: Record.Base points to at least Record.Len
// usable slots, and Len only grows while the store is open, but for Restore: then there is no code that has seen it.

// A Table is the Go half of a table. Type.Elem refers to types by identity.
type Table struct {
	Record *TableRecord
	Type   wasm.TableType
	store  home
	region Region // empty while the table lies in the store's arena
	room   uint64 // for so many elements
	filled uint64 // a growth that was interrupted, or elements before Restore, may have filled room for so many in all
	limit  uint64 // in elements
}

// smallTable is up to how many elements a table begins in the arena.
const smallTable = 512

// NewTable makes a table filled with a value. The type refers to types by
// identity.
func (s *Store) NewTable(t wasm.TableType, fill uint64) (*Table, error) {
	return s.newTable(t, fill, nil)
}

// newTable makes a table whose record is at a place, if that is not nil.
func (s *Store) newTable(t wasm.TableType, fill uint64, place *TableRecord) (*Table, error) {
	limit := s.Limits.TableElements
	if t.Limits.HasMax {
		limit = min(limit, t.Limits.Max)
	}
	if t.Limits.Min > limit {
		return nil, fmt.Errorf("out of memory: a table of %d elements is larger than the limit of %d", t.Limits.Min, limit)
	}
	if err := s.mayMakeTables(1); err != nil {
		return nil, err
	}
	record, err := recordIn[TableRecord, Table](s, place)
	if err != nil {
		return nil, err
	}
	record.Number = uint32(len(s.tables))
	table := &Table{Record: record, Type: t, store: homeOf(s), limit: limit}
	if t.Limits.Min <= smallTable {
		slots, err := allocArray[uint64](&s.arena, max(int(t.Limits.Min), 1)) // never nil, see move
		if err != nil {
			return nil, err
		}
		record.Base, table.room = unsafe.Pointer(slots), t.Limits.Min
	}
	if err := s.mayUseElements(t.Limits.Min); err != nil {
		return nil, err
	}
	s.tables = append(s.tables, table) // with it go the elements, also if filling them is interrupted
	if _, ok := table.Grow(t.Limits.Min, fill); !ok {
		if s.Ended() {
			return nil, s.TrapError(Interrupted, "", StackTrace{})
		}
		return nil, fmt.Errorf("out of memory: no space for a table of %d elements", t.Limits.Min)
	}
	return table, nil
}

// Slots returns the elements. The slice is valid until the table grows or the
// store is closed.
func (t *Table) Slots() []uint64 { return unsafe.Slice((*uint64)(t.Record.Base), t.Record.Len) }

// Grow adds elements and returns the size before; false if it cannot, or if it was interrupted.
func (t *Table) Grow(n, fill uint64) (uint64, bool) {
	old := t.Record.Len
	if n > t.limit-old || t.store.Value().mayUseElements(n) != nil {
		return 0, false
	}
	if old+n > t.room && !t.move(old+n) {
		return 0, false
	}
	if fill != 0 || t.filled > old {
		if fillSlots(t.store, unsafe.Slice((*uint64)(t.Record.Base), old+n)[old:], fill) != wasm.TrapNone {
			t.filled = max(t.filled, old+n)
			return 0, false
		}
	}
	t.Record.Len = old + n
	t.store.Value().used.elements += n
	return old, true
}

// move moves the table to where there is room for n elements, and for as many as would be twice those
// for which there was room.
func (t *Table) move(n uint64) bool {
	if t.Record.Base != nil && t.store.Value().InCode > 0 { // one that is being made is in no code
		return false
	}
	size := uintptr(max(n, 2*t.room)) * 8
	bigger, err := reserveUsable(size, size)
	if err != nil {
		return false
	}
	if move(t.store, unsafe.Slice((*uint64)(bigger.Base), t.Record.Len), t.Slots()) != wasm.TrapNone {
		bigger.Release()
		return false
	}
	t.region.Release()
	t.filled = 0
	t.region, t.room = bigger, uint64(bigger.Size()/8)
	t.Record.Base = bigger.Base
	return true
}
