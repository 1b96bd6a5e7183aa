package explore

import (
	"fmt"
	"slices"
	"strings"

	"weft/threads"
)

// A heapOp is what a function of the C library does with the heap.
type heapOp uint8

const (
	noHeap heapOp = iota
	mallocs
	callocs
	reallocs
	aligned // aligned_alloc, memalign
	frees
)

// allocates reports whether its result is the address of a block.
func (h heapOp) allocates() bool { return h != noHeap && h != frees }

var heapFunctions = map[string]heapOp{"malloc": mallocs, "calloc": callocs, "realloc": reallocs, "aligned_alloc": aligned,
	"memalign": aligned, "free": frees}

// heap returns what a function does with the heap. Linkers that wrap one put "__wrap_" before the name.
func (n *names) heap(function uint32) heapOp {
	return heapFunctions[strings.TrimPrefix(unadorned(n.byIndex[function]), "wrap_")]
}

// A heapError ends a schedule in which memory is used wrongly.
type heapError struct {
	what    string
	address uint64
}

func (e *heapError) Error() string { return fmt.Sprintf("%s at address %#x", e.what, e.address) }

// A heapWatch finds out, in a schedule, that the program itself uses a block of the heap after it was freed, frees it
// twice, or accesses the first bytes of the memory, where no object is. A block that was freed and is allocated again
// is no longer known.
type heapWatch struct {
	wanted map[int]uint64 // by thread: how large the block is that it allocates
	sizes  map[uint64]uint64
	freed  []freedBlock // in the order of addresses
}

type freedBlock struct{ address, size uint64 }

// nullPage is the length of what linkers leave free before the first object, in bytes.
const nullPage = 1024

func newHeapWatch() *heapWatch {
	return &heapWatch{wanted: map[int]uint64{}, sizes: map[uint64]uint64{}}
}

func (h *heapWatch) begin() {
	clear(h.wanted)
	clear(h.sizes)
	h.freed = h.freed[:0]
}

// sees looks at what a thread is about to do. The error says what is wrong with it.
func (h *heapWatch) sees(t *threads.Thread, s *site, a access, operands *[3]uint64) *heapError {
	switch s.class {
	case heapCalls:
		return h.call(t.ID(), s.heap, operands)
	case heapReturns:
		if size, ok := h.wanted[t.ID()]; ok && operands[0] != 0 {
			delete(h.wanted, t.ID())
			h.allocated(operands[0], size)
		}
		return nil
	case fences, locks, exits, copierCalls:
		return nil
	}
	if s.system {
		return nil
	}
	if err := h.used(a.address, a.size); err != nil || s.class != copies {
		return err
	}
	return h.used(a.from, a.size)
}

func (h *heapWatch) call(thread int, op heapOp, operands *[3]uint64) *heapError {
	switch op {
	case mallocs:
		h.wanted[thread] = operands[0]
	case callocs:
		h.wanted[thread] = operands[0] * operands[1]
	case aligned:
		h.wanted[thread] = operands[1]
	case reallocs:
		h.wanted[thread] = operands[1]
		return h.free(operands[0])
	case frees:
		return h.free(operands[0])
	}
	return nil
}

func (h *heapWatch) free(address uint64) *heapError {
	if address == 0 {
		return nil
	}
	i, found := h.find(address)
	if found {
		return &heapError{"double free", address}
	}
	if size, ok := h.sizes[address]; ok {
		h.freed = slices.Insert(h.freed, i, freedBlock{address, size})
		delete(h.sizes, address)
	}
	return nil
}

// find returns where the block with an address is among those that were freed, or would be.
func (h *heapWatch) find(address uint64) (int, bool) {
	return slices.BinarySearchFunc(h.freed, address, func(b freedBlock, address uint64) int {
		switch {
		case b.address < address:
			return -1
		case b.address > address:
			return 1
		}
		return 0
	})
}

// allocated forgets the blocks that were freed where a new one is.
func (h *heapWatch) allocated(address, size uint64) {
	h.sizes[address] = size
	h.freed = slices.DeleteFunc(h.freed, func(b freedBlock) bool {
		return b.address < address+size && address < b.address+b.size
	})
}

func (h *heapWatch) used(address, size uint64) *heapError {
	if size == 0 {
		return nil
	}
	if address < nullPage {
		return &heapError{"access through a null pointer", address}
	}
	i, found := h.find(address)
	switch {
	case found && h.freed[i].size > 0,
		i > 0 && address < h.freed[i-1].address+h.freed[i-1].size,
		i < len(h.freed) && h.freed[i].address < address+size:
		return &heapError{"use of memory that was freed,", address}
	}
	return nil
}
