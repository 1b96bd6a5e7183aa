package store

import (
	"math/bits"
	"unsafe"
)

// The heap of a store: structs, arrays, exceptions and the cells of host
// values. It does not move objects, so that references are plain addresses.
//
// It is a range of address space divided into blocks of 64 KiB. A block serves
// cells of one size class, or is part of a run of blocks that holds one large
// object. Which cells are taken stands in a bitmap per block beside the heap:
// marking makes the next one, so that sweeping is no work at all but for the
// blocks that have become empty.
//
// Invariants of the unsafe code here: blocks[i] describes the bytes from
// base+i<<blockLog2 on; a cell is handed out at most once between two
// collections; every object begins with a header.

const (
	blockLog2    = 16
	blockSize    = 1 << blockLog2
	minCell      = 16
	maxCell      = blockSize / 4
	bitmapWords  = blockSize / minCell / 64
	firstTrigger = 8 << 20 // bytes that are allocated before the first collection
)

// cellSizes are the size classes: four steps to each doubling, so that at most a
// fifth of a cell is wasted.
var cellSizes = func() (sizes []uint32) {
	for size := uint32(minCell); size <= 64; size += minCell {
		sizes = append(sizes, size)
	}
	for base := uint32(64); base < maxCell; base *= 2 {
		for i := uint32(1); i <= 4; i++ {
			sizes = append(sizes, (base+base/4*i+15)&^15)
		}
	}
	return sizes
}()

// classOf finds the size class of small objects, by their size in units of 16.
var classOf = func() (table [maxCell/minCell + 1]uint8) {
	class := 0
	for i := range table {
		for cellSizes[class] < uint32(i)*minCell {
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
	kind   blockKind
	marked bool // blockLarge: reached by the collection under way
	class  uint8
	cursor uint32 // blockCells: cells before it are taken, others if their bit is set
	cells  uint32
	run    uint32 // blockLarge: number of blocks
	taken  [bitmapWords]uint64
	marks  [bitmapWords]uint64
}

// A Heap holds objects.
type Heap struct {
	region Region
	base   uintptr
	limit  uintptr // in bytes
	blocks []block
	free   int // blocks of kind blockFree
	// current is, by class, the block in which cells are taken, -1 if there is
	// none; next is where to look for another block of the class.
	current, next []int32

	bytes   uint64    // in blocks that are not free
	trigger uint64    // a block is refused once there are so many, until a collection
	live    uint64    // in objects that the last collection found alive
	marking []uintptr // objects that have been marked but not scanned
}

func (h *Heap) init(limit uint64) {
	h.limit = uintptr(limit) &^ (blockSize - 1)
	h.current = make([]int32, len(cellSizes))
	h.next = make([]int32, len(cellSizes))
	for i := range h.current {
		h.current[i] = -1
	}
	h.trigger = firstTrigger
}

// full reports whether so little of the limit was left after a collection that
// the next one would follow at once.
func (h *Heap) full() bool { return h.live > uint64(h.limit-h.limit/32) }

// A header begins every object.
type header struct {
	typ uint32 // TypeID, or one of the types below
	len uint32 // number of elements of an array, or of slots; number of a host value
}

// Types of the objects that are neither structs nor arrays.
const (
	typeExtern = 1<<32 - 1 - iota
	typeException
)

func headerOf(obj uint64) *header { return (*header)(Pointer(uintptr(obj))) }

// alloc returns a zeroed object with its header; 0 if a collection is needed
// first, or if there is no room for it.
func (h *Heap) alloc(size uint64, typ, length uint32) uint64 {
	var p uintptr
	if size <= maxCell {
		class := classOf[(size+minCell-1)/minCell]
		p = h.cell(int(class))
	} else {
		p = h.large(size)
	}
	if p == 0 {
		return 0
	}
	clear(unsafe.Slice((*uint64)(Pointer(p)), (size+7)/8))
	*headerOf(uint64(p)) = header{typ: typ, len: length}
	return uint64(p)
}

// cell takes a cell of a class.
func (h *Heap) cell(class int) uintptr {
	for {
		i := h.current[class]
		if i < 0 {
			if i = h.block(class); i < 0 {
				return 0
			}
			h.current[class] = i
		}
		b := &h.blocks[i]
		for b.cursor < b.cells {
			word := b.cursor / 64
			if free := ^b.taken[word] >> (b.cursor % 64); free != 0 {
				at := b.cursor + uint32(bits.TrailingZeros64(free))
				if at >= b.cells {
					break
				}
				b.cursor = at + 1
				return h.base + uintptr(i)<<blockLog2 + uintptr(at)*uintptr(cellSizes[class])
			}
			b.cursor = (word + 1) * 64
		}
		b.cursor = b.cells
		h.current[class] = -1
	}
}

// block finds a block of a class in which cells are left, or makes one; -1 if
// there is none.
func (h *Heap) block(class int) int32 {
	for i := int(h.next[class]); i < len(h.blocks); i++ {
		if b := &h.blocks[i]; b.kind == blockCells && int(b.class) == class && b.cursor < b.cells {
			h.next[class] = int32(i) + 1
			return int32(i)
		}
	}
	h.next[class] = int32(len(h.blocks))
	i := h.blockRun(1)
	if i >= 0 {
		b := &h.blocks[i]
		*b = block{kind: blockCells, class: uint8(class), cells: blockSize / cellSizes[class]}
	}
	return int32(i)
}

// blockRun finds n free blocks in a row; -1 if a collection is needed first, or
// there are none.
func (h *Heap) blockRun(n int) int {
	bytes := uint64(n) << blockLog2
	if h.bytes+bytes > h.trigger || h.bytes+bytes > uint64(h.limit) {
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
	if h.region.Base == nil {
		r, err := ReserveRegion(h.limit + blockSize)
		if err != nil {
			return false
		}
		h.region = r
		h.base = roundUp(uintptr(r.Base), blockSize)
	}
	if size > h.limit {
		return false
	}
	if h.region.Commit(h.base-uintptr(h.region.Base)+size) != nil {
		return false
	}
	for len(h.blocks) < n {
		h.blocks = append(h.blocks, block{})
		h.free++
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
	h.blocks[i].kind, h.blocks[i].run, h.blocks[i].marked = blockLarge, uint32(n), false
	for j := 1; j < n; j++ {
		h.blocks[i+j].kind = blockLargeRest
	}
	return h.base + uintptr(i)<<blockLog2
}

// find returns the block and cell of an object; ok is false if no object begins
// at the address.
func (h *Heap) find(addr uintptr) (b *block, cell uint32, ok bool) {
	if addr < h.base || addr&(minCell-1) != 0 {
		return nil, 0, false
	}
	i := (addr - h.base) >> blockLog2
	if i >= uintptr(len(h.blocks)) {
		return nil, 0, false
	}
	b = &h.blocks[i]
	offset := uint32(addr-h.base) & (blockSize - 1)
	switch b.kind {
	case blockCells:
		size := cellSizes[b.class]
		cell = offset / size
		if cell*size != offset || cell >= b.cells {
			return nil, 0, false
		}
		return b, cell, cell < b.cursor || b.taken[cell/64]&(1<<(cell%64)) != 0
	case blockLarge:
		return b, 0, offset == 0
	}
	return nil, 0, false
}

// mark notes that an object has been reached. An address at which there is no
// object is ignored: it is a number on a stack, or an i31.
func (h *Heap) mark(addr uint64) {
	b, cell, ok := h.find(uintptr(addr))
	if !ok {
		return
	}
	if b.kind == blockLarge {
		if b.marked {
			return
		}
		b.marked = true
	} else {
		bit := uint64(1) << (cell % 64)
		if b.marks[cell/64]&bit != 0 {
			return
		}
		b.marks[cell/64] |= bit
	}
	h.marking = append(h.marking, uintptr(addr))
}

// isMarked reports whether an object has been reached.
func (h *Heap) isMarked(addr uint64) bool {
	b, cell, ok := h.find(uintptr(addr))
	return ok && (b.marked || b.marks[cell/64]&(1<<(cell%64)) != 0)
}

// sweep takes what was not marked as free.
func (h *Heap) sweep() {
	h.live = 0
	for i := 0; i < len(h.blocks); i++ {
		switch b := &h.blocks[i]; b.kind {
		case blockCells:
			n := 0
			for _, w := range b.marks {
				n += bits.OnesCount64(w)
			}
			if n == 0 {
				h.release(i, 1)
				continue
			}
			h.live += uint64(n) * uint64(cellSizes[b.class])
			b.taken, b.marks, b.cursor = b.marks, [bitmapWords]uint64{}, 0
		case blockLarge:
			if b.marked {
				h.live += uint64(b.run) << blockLog2
			} else {
				h.release(i, int(b.run))
			}
			b.marked = false
		}
	}
	for class := range h.current {
		h.current[class], h.next[class] = -1, 0
	}
	h.trigger = h.bytes + max(firstTrigger, h.live)
}

func (h *Heap) release(i, n int) {
	for j := i; j < i+n; j++ {
		h.blocks[j].kind = blockFree
	}
	h.free += n
	h.bytes -= uint64(n) << blockLog2
}
