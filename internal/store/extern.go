package store

import (
	"reflect"
	"unsafe"

	"weft/wasm"
)

// A reference to a host value is a cell in the heap that has the number of the
// value. When the cell is collected, the value is forgotten.

// externTable has the host values by number.
type externTable struct {
	values []hostValue
	free   []uint32
	byGo   map[any]uint64 // cells of the values that Go can compare
	making hostValue      // what is known of one that is not yet among them
}

// A hostValue is a value of the host.
type hostValue struct {
	value  any
	cell   uint64 // 0 for a number that is free
	counts hostCount
	whole  uint64 // the cell of the value that it is a part of; 0 if it is whole
}

// A sized value of the host says how much of Go's memory it keeps.
type sized interface{ HeapBytes() uint64 }

// A part of another value of the host keeps that.
type part interface{ Whole() any }

// ExternRef returns the reference to a host value. Equal values have the same,
// as long as it is in use. See NewStruct.
func (s *Store) ExternRef(v any) (uint64, wasm.TrapCode) {
	cell, found := s.externs.find(v)
	if found {
		return cell, wasm.TrapNone
	}
	whole := uint64(0)
	if p, ok := v.(part); ok {
		trap := wasm.TrapNone
		if whole, trap = s.wholeRef(p.Whole()); trap != wasm.TrapNone {
			return 0, trap
		}
	}
	return s.newExtern(v, whole)
}

// wholeRef returns the reference to the value that another one is a part of; 0 for nil.
func (s *Store) wholeRef(v any) (uint64, wasm.TrapCode) {
	if v == nil {
		return 0, wasm.TrapNone
	}
	if cell, found := s.externs.find(v); found {
		return cell, wasm.TrapNone
	}
	return s.newExtern(v, 0)
}

// newExtern makes the cell of a host value.
func (s *Store) newExtern(v any, whole uint64) (uint64, wasm.TrapCode) {
	t, h, counts := &s.externs, &s.heap, countOf(v)
	t.making = hostValue{whole: whole}
	defer func() { t.making = hostValue{} }()
	if trap := s.withRoom(func() bool { return h.addHost(counts) }); trap != wasm.TrapNone {
		return 0, trap
	}
	t.making.counts = counts
	cell, trap := s.allocate(HeaderSize, typeExtern, 0)
	if trap != wasm.TrapNone {
		h.host = h.host.minus(counts)
		return 0, trap
	}
	headerOf(cell).len = t.add(hostValue{v, cell, counts, whole})
	return cell, wasm.TrapNone
}

// find returns the cell of a value that has one.
func (t *externTable) find(v any) (cell uint64, ok bool) {
	if canFind(v, v) {
		cell, ok = t.byGo[v]
	}
	return cell, ok
}

// canFind reports whether looking for x in a map finds y: not if Go cannot
// compare them, nor if they are or contain a NaN.
func canFind(x, y any) bool { return reflect.ValueOf(x).Comparable() && x == y }

func (t *externTable) add(v hostValue) uint32 {
	if canFind(v.value, v.value) {
		if t.byGo == nil {
			t.byGo = map[any]uint64{}
		}
		t.byGo[v.value] = v.cell
	}
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.values[i] = v
		return i
	}
	t.values = append(t.values, v)
	return uint32(len(t.values) - 1)
}

// extern follows the reference of a host value to the one that it is a part of.
func (c *collector) extern(cell uint64) {
	c.s.heap.mark(c.s.externs.values[headerOf(cell).len].whole)
}

// sweepExterns forgets the values whose cells were not marked, and counts the others.
func (c *collector) sweepExterns() {
	t, h := &c.s.externs, &c.s.heap
	live := hostCount{}
	for v, cell := range t.byGo {
		if !c.goesOn(1) {
			return
		}
		if !h.isMarked(cell) {
			delete(t.byGo, v)
		}
	}
	for i := range t.values {
		if !c.goesOn(1) {
			return
		}
		switch v := &t.values[i]; {
		case v.cell == 0:
		case h.isMarked(v.cell):
			live = live.plus(v.counts)
		default:
			*v = hostValue{}
			t.free = append(t.free, uint32(i))
		}
	}
	h.hostLive = live.bytes
	h.host = live.plus(t.making.counts)
}

// ExternValue returns the host value that a reference is to. The reference is
// that of an ObjectExtern.
func (s *Store) ExternValue(ref uint64) any { return s.externs.values[headerOf(ref).len].value }

// A hostCount is what host values count, beside their cells: bytes towards the limit of the heap, and towards the
// next collection.
type hostCount struct{ bytes, trigger uint64 }

func (n hostCount) plus(m hostCount) hostCount {
	return hostCount{plus(n.bytes, m.bytes), plus(n.trigger, m.trigger)}
}

func (n hostCount) minus(m hostCount) hostCount {
	return hostCount{n.bytes - m.bytes, n.trigger - m.trigger}
}

const (
	// hostEntry is what the store keeps for a host value: its entry in the table, and that in the map.
	hostEntry = uint64(unsafe.Sizeof(hostValue{})) + 48
	// unsized is what a host value counts towards the next collection that does not say what it keeps: nobody knows
	// how much of Go's memory that is. With a small heap there is a collection at the latest when 2,048 have been added.
	unsized = 16 << 10
	// leastSized is the least that the others count for that: a table with fewer values is faster than one with more,
	// and collections of so many cost nothing beside making them.
	leastSized = 4 << 10
)

// countOf returns what a host value counts.
func countOf(v any) hostCount {
	if v, ok := v.(sized); ok {
		return countBytes(v.HeapBytes())
	}
	return hostCount{hostEntry, unsized}
}

// countBytes returns what a host value counts that keeps so many bytes.
func countBytes(bytes uint64) hostCount {
	bytes = plus(bytes, hostEntry)
	return hostCount{bytes, max(bytes, leastSized)}
}

// MakeRoom returns the trap of a host value that would keep so many bytes, before it is made; after a collection if
// it must.
func (s *Store) MakeRoom(bytes uint64) wasm.TrapCode {
	return s.withRoom(func() bool { return s.heap.fits(0, countBytes(bytes)) })
}

// HostLive returns the bytes of host values in HeapLive.
func (s *Store) HostLive() uint64 { return s.heap.hostLive }
