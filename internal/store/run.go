package store

import "math/bits"

// HeapClasses is the number of size classes.
const HeapClasses = 39

// A Run is free memory from which cells of one class are taken, one behind the other.
// Machine code does so by itself: it takes the cell at Cursor, makes the whole object,
// and only then moves Cursor. When Cursor has reached End it asks for the next run.
type Run struct{ Cursor, End uintptr }

// HeapShared is what machine code knows of a heap.
type HeapShared struct {
	Types uintptr // the first TypeRecord
	Runs  [HeapClasses]Run
}

// ShareHeap makes the store keep that part of its heap in other memory, outside of Go's
// heap or such that the caller keeps it alive.
func (s *Store) ShareHeap(shared *HeapShared) {
	*shared = *s.heap.shared
	s.heap.shared = shared
}

// ownRuns ends what ShareHeap has begun, at the end of the heap.
func (h *Heap) ownRuns() {
	h.own = HeapShared{}
	h.shared = &h.own
}

// CellClass returns the size class for an object; false if it is a large one.
func CellClass(size uint64) (class int, ok bool) {
	if size > maxCell {
		return 0, false
	}
	return int(classOf[(size+cellAlign-1)/cellAlign]), true
}

// CellSize returns the size of the cells of a class.
func CellSize(class int) uint32 { return cellSizes[class] }

// cell takes a cell of a class; 0 if there is none.
func (h *Heap) cell(class int) uintptr {
	r := &h.shared.Runs[class]
	if r.Cursor == r.End && !h.nextRun(class) {
		return 0
	}
	p := r.Cursor
	r.Cursor += uintptr(cellSizes[class])
	return p
}

// nextRun finds the next run of a class, whose last one has been used up. It reports false
// if a collection is needed first, or if there is no room.
func (h *Heap) nextRun(class int) bool {
	for {
		i := h.current[class]
		if i < 0 {
			if i = h.block(class); i < 0 {
				return false
			}
			h.current[class] = i
		}
		if from, to := h.gap(int(i)); from < to {
			base := h.base + uintptr(i)<<blockLog2
			h.shared.Runs[class] = Run{base + uintptr(from), base + uintptr(to)}
			return true
		}
		h.current[class] = -1
	}
}

// gap takes the next cells of a block that are free and lie in a row. There are none if
// both offsets are equal.
func (h *Heap) gap(i int) (from, to uint32) {
	b := &h.blocks[i]
	size := cellSizes[b.class]
	taken := h.taken[i*bitmapWords : (i+1)*bitmapWords]
	at := b.scanned
	for at < b.end && isSet(taken, uintptr(at)) {
		at += size
	}
	if at >= b.end {
		b.scanned = b.end
		return 0, 0
	}
	if h.single {
		b.scanned = at + size
		return at, b.scanned
	}
	// The next bit that is set ends the gap.
	to = b.end
	word, bit := at>>bitmapLog2, at/cellAlign%64
	rest := taken[word] >> bit << bit
	for rest == 0 && word+1 < bitmapWords {
		word++
		rest = taken[word]
	}
	if rest != 0 {
		to = (word*64 + uint32(bits.TrailingZeros64(rest))) * cellAlign
	}
	b.scanned = to
	return at, to
}

// retire gives back what is left of the runs: now "scanned" tells which cells are objects.
func (h *Heap) retire() {
	for class := range h.shared.Runs {
		if r := &h.shared.Runs[class]; r.Cursor != r.End {
			b := &h.blocks[h.current[class]]
			b.scanned = uint32(r.Cursor-h.base) & (blockSize - 1)
			*r = Run{}
		}
	}
}

// SetCollectAlways makes every allocation and every use that begins collect first, or no longer: for tests.
func (s *Store) SetCollectAlways(always bool) {
	s.heap.retire()
	s.CollectAlways, s.heap.single = always, always
}
