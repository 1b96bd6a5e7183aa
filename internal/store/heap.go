package store

import (
	"math/bits"
	"slices"

	"weft/wasm"
)

// The heap of a store: structs, arrays, exceptions and the cells of host
// values. It does not move objects, so that references are plain addresses.
//
// It is a range of address space divided into blocks of 64 KiB. A block serves
// cells of one size class, or is part of a run of blocks that holds one large
// object. One bit for each 8 bytes of the heap, beside it, tells where objects
// begin that the last collection found alive; marking makes the bits for the
// next, so that sweeping is no work at all but for the blocks that have become
// empty. Cells that lie between such objects are handed out in runs (run.go).
//
// Invariants of the unsafe code here: blocks[i] describes the bytes from
// base+i<<blockLog2 on; a cell is handed out at most once between two
// collections; every object begins with a header.

const (
	blockLog2    = 16
	blockSize    = 1 << blockLog2
	cellAlign    = 8
	minCell      = 16
	maxCell      = blockSize / 4
	firstTrigger = 32 << 20 // bytes that are allocated before the first collection

	// A bitmap has a bit for each address at which an object may begin. Each of its words stands
	// for so many bytes of the heap, and a block has so many words:
	bitmapLog2  = 9
	bitmapWords = blockSize >> bitmapLog2
)

// cellSizes are the size classes: in steps of 8 at first, then four to each doubling, so
// that at most a fifth of a cell is wasted.
var cellSizes = func() (sizes [HeapClasses]uint32) {
	class := 0
	for size := uint32(minCell); size <= 64; size += cellAlign {
		sizes[class] = size
		class++
	}
	for base := uint32(64); base < maxCell; base *= 2 {
		for i := uint32(1); i <= 4; i++ {
			sizes[class] = base + base/4*i
			class++
		}
	}
	return sizes
}()

// classOf finds the size class of small objects, by their size in units of 8.
var classOf = func() (table [maxCell/cellAlign + 1]uint8) {
	class := 0
	for i := range table {
		for cellSizes[class] < uint32(i)*cellAlign {
			class++
		}
		table[i] = uint8(class)
	}
	return table
}()

type blockKind uint8

const (
	blockFree blockKind = iota
	blockCells
	blockLarge     // the first block of a large object
	blockLargeRest // another block of it
)

// A block describes 64 KiB of the heap.
type block struct {
	kind  blockKind
	class uint8
	// scanned is, in blockCells, the offset up to which all cells are taken: by an
	// object that was alive, or because they have been handed out.
	scanned uint32
	end     uint32 // blockCells: the offset behind the last cell
	run     uint32 // blockLarge: number of blocks
	before  uint32 // blockLargeRest: number of blocks of the object before this one
	again   bool   // an object that begins here was marked, and is not in Heap.marking: all are to be scanned again
}

// A Heap holds objects.
type Heap struct {
	store  home
	region Region
	base   uintptr
	limit  uintptr // in bytes
	blocks []block
	// taken and marks have a bit for each 8 bytes of the blocks: an object begins there
	// that the last collection, or the one under way, has reached.
	taken, marks []uint64
	free         int // blocks of kind blockFree
	// current is, by class, the block from which cells are handed out, -1 if there is
	// none; next is where to look for another block of the class.
	current, next [HeapClasses]int32
	own           HeapShared
	shared        *HeapShared // own, or what is shared with machine code
	single        bool        // runs have one cell

	bytes   uint64    // in blocks that are not free
	host    hostCount // what host values count
	trigger uint64    // a block is refused once there are so many of both, until a collection
	live    uint64    // in objects that the last collection found alive
	// hostLive is what host values counted towards the limit that it found alive.
	hostLive uint64
	marking  []uintptr // objects that have been marked but not scanned
	spilled  bool      // there are more: see block.again
}

func (h *Heap) init(s *Store) {
	h.store = homeOf(s)
	h.limit = uintptr(s.Limits.HeapBytes) &^ (blockSize - 1)
	h.shared = &h.own
	for i := range h.current {
		h.current[i] = -1
	}
	h.setTrigger()
}

// full reports whether so little of the limit was left after a collection that
// the next one would follow at once.
func (h *Heap) full() bool { return plus(h.live, h.hostLive) > uint64(h.limit-h.limit/32) }

// A header begins every object.
type header struct {
	typ uint32 // TypeID, or one of the types below
	len uint32 // number of elements of an array, or of slots; number of a host value
}

// Types of the objects that are neither structs nor arrays: no type of a module has
// such an identity.
const (
	typeExtern = iota
	typeException
	_ = uint(wasm.FirstTypeID - iota)
)

func headerOf(obj uint64) *header { return (*header)(Pointer(uintptr(obj))) }

// alloc returns room for an object, which is not zeroed; 0 if a collection is needed
// first, or if there is no room for it.
func (h *Heap) alloc(size uint64) uintptr {
	if size <= maxCell {
		return h.cell(int(classOf[(size+cellAlign-1)/cellAlign]))
	}
	return h.large(size)
}

// block finds a block of a class in which cells are left, or makes one; -1 if
// there is none.
func (h *Heap) block(class int) int32 {
	for i := int(h.next[class]); i < len(h.blocks); i++ {
		if b := &h.blocks[i]; b.kind == blockCells && int(b.class) == class && b.scanned < b.end {
			h.next[class] = int32(i) + 1
			return int32(i)
		}
	}
	h.next[class] = int32(len(h.blocks))
	i := h.blockRun(1)
	if i >= 0 {
		size := cellSizes[class]
		h.blocks[i] = block{kind: blockCells, class: uint8(class), end: blockSize / size * size}
	}
	return int32(i)
}

// blockRun finds n free blocks in a row; -1 if a collection is needed first, or
// there are none.
func (h *Heap) blockRun(n int) int {
	bytes := uint64(n) << blockLog2
	if !h.fits(bytes, hostCount{}) {
		return -1
	}
	at := -1
	if h.free >= n {
		at = h.freeRun(n)
	}
	if at < 0 {
		at = len(h.blocks)
		if !h.extend(at + n) {
			return -1
		}
	}
	h.free -= n
	h.bytes += bytes
	return at
}

func (h *Heap) freeRun(n int) int {
	run := 0
	for i := range h.blocks {
		if h.blocks[i].kind != blockFree {
			run = 0
		} else if run++; run == n {
			return i + 1 - n
		}
	}
	return -1
}

// extend makes the heap at least n blocks long.
func (h *Heap) extend(n int) bool {
	size := uintptr(n) << blockLog2
	if h.region.Base == nil && !h.reserve() {
		return false
	}
	if size > h.limit {
		return false
	}
	if !h.commit(size) {
		return false
	}
	h.free += n - len(h.blocks)
	h.blocks = append(h.blocks, make([]block, n-len(h.blocks))...)
	h.taken = h.longer(h.taken, n*bitmapWords)
	h.marks = h.longer(h.marks, n*bitmapWords)
	return true
}

// reserve reserves the address space of the heap. Where there is not so much, the heap becomes no larger than a plot.
func (h *Heap) reserve() bool {
	size := h.limit + blockSize
	r, ok := takePlot(size)
	if !ok {
		var err error
		r, err = ReserveRegion(size)
		ok = err == nil
	}
	if !ok && size > maxPlot {
		if r, ok = takePlot(maxPlot); ok {
			h.limit = maxPlot - blockSize
		}
	}
	if ok {
		h.region, h.base = r, roundUp(uintptr(r.Base), blockSize)
	}
	return ok
}

// longer returns a bitmap with zeros behind it, n words in all.
func (h *Heap) longer(bitmap []uint64, n int) []uint64 {
	if n <= cap(bitmap) {
		return bitmap[:n]
	}
	longer := make([]uint64, n, max(n, len(bitmap)+len(bitmap)/4))
	for rest, at := bitmap, longer; len(rest) > 0; h.store.Ended() { // whether it has: Go may stop the goroutine there
		done := copy(at, rest[:min(len(rest), pieceOf[uint64]())])
		rest, at = rest[done:], at[done:]
	}
	return longer
}

// The heap is committed in steps of commitStep, and from largePagesFrom on the system is
// asked for large pages.
const (
	commitStep     = 2 << 20
	largePagesFrom = 4 << 20
)

// commit makes the first size bytes of the heap usable.
func (h *Heap) commit(size uintptr) bool {
	start := h.base - uintptr(h.region.Base)
	if start+size <= h.region.Size() {
		return true
	}
	to := min(roundUp(size, commitStep), h.limit)
	if h.region.Commit(start+to) != nil {
		return h.region.Commit(start+size) == nil
	}
	if to > largePagesFrom {
		h.region.WantLargePages(start + largePagesFrom)
	}
	return true
}

// large takes a run of blocks for one object.
func (h *Heap) large(size uint64) uintptr {
	if size > uint64(h.limit) {
		return 0
	}
	n := int((size + blockSize - 1) >> blockLog2)
	i := h.blockRun(n)
	if i < 0 {
		return 0
	}
	h.blocks[i] = block{kind: blockLarge, run: uint32(n)}
	for j := 1; j < n; j++ {
		h.blocks[i+j] = block{kind: blockLargeRest, before: uint32(j)}
	}
	return h.base + uintptr(i)<<blockLog2
}

// objectAt returns the object that an address lies in; false if there is none. Machine code
// may know an array only by the address of an element.
func (h *Heap) objectAt(addr uintptr) (uintptr, bool) {
	offset := addr - h.base
	i := offset >> blockLog2
	if addr < h.base || i >= uintptr(len(h.blocks)) {
		return 0, false
	}
	b := &h.blocks[i]
	switch b.kind {
	case blockCells:
		in := uint32(offset) & (blockSize - 1)
		start := in - in%cellSizes[b.class]
		offset = i<<blockLog2 + uintptr(start)
		return h.base + offset, start < b.scanned || isSet(h.taken, offset)
	case blockLarge, blockLargeRest:
		return h.base + (i-uintptr(b.before))<<blockLog2, true
	}
	return 0, false
}

// markWord notes that an object has been reached if a word is an address in one. Otherwise
// it is ignored.
func (h *Heap) markWord(w uint64) {
	if obj, ok := h.objectAt(uintptr(w)); ok {
		h.mark(uint64(obj))
	}
}

// mark notes that an object has been reached. The reference may also be null or an i31.
func (h *Heap) mark(ref uint64) {
	if ref == 0 || ref&1 != 0 {
		return
	}
	offset := uintptr(ref) - h.base
	word, bit := &h.marks[offset>>bitmapLog2], uint64(1)<<(offset/cellAlign%64)
	if *word&bit == 0 {
		*word |= bit
		h.marking = append(h.marking, uintptr(ref))
	}
}

// maxMarking bounds the objects that are marked and not scanned, beside those of a look's interval: to a 64th of
// the heap, and to so many that what holds them is quickly copied when it grows.
func (h *Heap) maxMarking() int { return min(max(4096, len(h.blocks)<<blockLog2/(64*8)), 1<<20) }

// spill forgets objects that are to be scanned, of which there are too many, and notes their blocks instead: once
// the others are scanned, all marked objects of those blocks are scanned again. For that to happen once more, as many
// objects as there is room for must have been marked meanwhile, each of them for the first time; so it ends.
func (h *Heap) spill() {
	most := h.maxMarking()
	for _, obj := range h.marking[most:] {
		h.blocks[(obj-h.base)>>blockLog2].again = true
	}
	h.marking, h.spilled = h.marking[:most], true
}

// forgetMarking forgets what was to be scanned.
func (h *Heap) forgetMarking() { h.marking, h.spilled = nil, false }

// isMarked reports whether an object has been reached.
func (h *Heap) isMarked(ref uint64) bool {
	return isSet(h.marks, uintptr(ref)-h.base)
}

// isSet returns the bit for an offset.
func isSet(bitmap []uint64, offset uintptr) bool {
	return bitmap[offset>>bitmapLog2]&(1<<(offset/cellAlign%64)) != 0
}

// wordSteps is how many steps of a collection the words of a block's bitmap count for.
const wordSteps = bitmapWords / 16

// sweepHeap takes what was not marked as free.
func (c *collector) sweepHeap() {
	h := &c.s.heap
	h.live = 0
	for i := 0; i < len(h.blocks); i++ {
		c.goesOn(wordSteps)
		marks := h.marks[i*bitmapWords : (i+1)*bitmapWords]
		switch b := &h.blocks[i]; b.kind {
		case blockCells:
			n := 0
			for _, w := range marks {
				n += bits.OnesCount64(w)
			}
			if n == 0 {
				h.release(i, 1)
				continue
			}
			h.live += uint64(n) * uint64(cellSizes[b.class])
			b.scanned = 0
		case blockLarge:
			if marks[0] != 0 {
				h.live += uint64(b.run) << blockLog2
			} else {
				h.release(i, int(b.run))
			}
		}
	}
	h.forgetMarking()
	h.taken, h.marks = h.marks, h.taken
	for part := range slices.Chunk(h.marks, lookInterval) {
		clear(part)
		c.goesOn(lookInterval / 16)
	}
	for class := range h.current {
		h.current[class], h.next[class] = -1, 0
	}
	h.setTrigger()
}

// fits reports whether there may be so many bytes more in blocks, and of host values, before the next collection.
func (h *Heap) fits(bytes uint64, host hostCount) bool {
	host = host.plus(h.host)
	return plus(h.bytes+bytes, host.trigger) <= h.trigger && plus(h.bytes+bytes, host.bytes) <= uint64(h.limit)
}

// addHost counts a host value if there is room for it.
func (h *Heap) addHost(n hostCount) bool {
	if !h.fits(0, n) {
		return false
	}
	h.host = h.host.plus(n)
	return true
}

// setTrigger lets as much be allocated before the next collection as the last one found alive.
func (h *Heap) setTrigger() {
	h.trigger = plus(h.bytes+h.host.trigger, max(firstTrigger, h.live+h.host.trigger))
}

// releaseLarge gives back the room of a large object.
func (h *Heap) releaseLarge(p uintptr) {
	i := int((p - h.base) >> blockLog2)
	h.release(i, int(h.blocks[i].run))
}

func (h *Heap) release(i, n int) {
	for j := i; j < i+n; j++ {
		h.blocks[j].kind = blockFree
	}
	h.free += n
	h.bytes -= uint64(n) << blockLog2
}
