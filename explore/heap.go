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
	places // posix_memalign, which returns the address elsewhere
)

var heapFunctions = map[string]heapOp{
	"malloc": mallocs, "calloc": callocs, "realloc": reallocs, "aligned_alloc": aligned, "memalign": aligned,
	"posix_memalign": places, "free": frees,
}

// heap returns what a function does with the heap. Linkers that wrap one put "__wrap_" before the name, and allocators
// their own.
func (n *names) heap(function uint32) heapOp {
	name := unadorned(n.byIndex[function])
	for _, prefix := range []string{"wrap_", "dl", "emmalloc_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return heapFunctions[name]
}

// A heapError ends a schedule in which memory is used wrongly.
type heapError struct {
	what    string
	address uint64
	// next is the thread that was about to use it, if the schedule ends at a point of another one, which is at.
	next, at *threads.Thread
}

func (e *heapError) Error() string { return fmt.Sprintf("%s at address %#x", e.what, e.address) }

// A heapWatch finds out, in a schedule, that the program itself uses a block of the heap after it was freed, or frees
// it twice. A block that was freed and is allocated again is no longer known.
type heapWatch struct {
	inside map[int]heapCall // by thread: the function in which it is
	sizes  map[uint64]uint64
	freed  []freedBlock // in the order of addresses, without overlap
	frees  uint64
	// pointer reads one from the memory.
	pointer func(address uint64) (uint64, bool)
}

// mostFreed bounds how many blocks are known that were freed: the last ones, half as many at least.
const mostFreed = 1024

// A heapCall is one that has not returned.
type heapCall struct {
	op   heapOp
	size uint64 // of what it allocates, at least 1
	old  uint64 // the address that realloc gets, or at which posix_memalign puts its result
}

type freedBlock struct{ address, size, at uint64 }

func newHeapWatch(pointer func(address uint64) (uint64, bool)) *heapWatch {
	return &heapWatch{inside: map[int]heapCall{}, sizes: map[uint64]uint64{}, pointer: pointer}
}

func (h *heapWatch) begin() {
	clear(h.inside)
	clear(h.sizes)
	h.freed, h.frees = h.freed[:0], 0
}

// sees looks at what a thread is about to do. The error says what is wrong with it.
func (h *heapWatch) sees(t *threads.Thread, s *site, a access, operands *[3]uint64) *heapError {
	switch s.class {
	case heapCalls:
		return h.call(t.ID(), s.heap, operands)
	case heapReturns:
		h.returns(t.ID(), s.heap, operands[0])
		return nil
	}
	if !h.looksAt(t, s) {
		return nil
	}
	return h.uses(s, a)
}

// looksAt reports whether a site is an access of the program. What is free is the allocator's, and to notify where a
// lock was that has been freed does no harm: who unlocks a lock does so, when it may already be gone.
func (h *heapWatch) looksAt(t *threads.Thread, s *site) bool {
	_, inside := h.inside[t.ID()]
	return !inside && !s.system && s.class < notifies
}

// uses looks at an access.
func (h *heapWatch) uses(s *site, a access) *heapError {
	if err := h.used(a.address, a.size); err != nil || s.class != copies {
		return err
	}
	return h.used(a.from, a.size)
}

// call takes a call. Those that such functions make themselves do not count.
func (h *heapWatch) call(thread int, op heapOp, operands *[3]uint64) *heapError {
	if _, inside := h.inside[thread]; inside {
		return nil
	}
	c := heapCall{op: op, size: 1}
	switch op {
	case mallocs:
		c.size = max(operands[0], 1)
	case callocs:
		c.size = max(operands[0]*operands[1], 1)
	case aligned:
		c.size = max(operands[1], 1)
	case reallocs:
		c.old, c.size = operands[0], max(operands[1], 1)
	case places:
		c.old, c.size = operands[0], max(operands[2], 1)
	}
	h.inside[thread] = c
	if op == frees || op == reallocs {
		return h.free(operands[0])
	}
	return nil
}

// returns takes the result of a function.
func (h *heapWatch) returns(thread int, op heapOp, result uint64) {
	c, ok := h.inside[thread]
	if !ok || c.op != op {
		return
	}
	delete(h.inside, thread)
	switch {
	case op == places:
		if address, ok := h.pointer(c.old); ok && uint32(result) == 0 {
			h.allocated(address, c.size)
		}
	case op != frees && result != 0:
		h.allocated(result, c.size)
	case op == reallocs: // there is no room: the block stays as it was
		if i, found := h.find(c.old); found {
			h.allocated(c.old, h.freed[i].size)
		}
	}
}

func (h *heapWatch) free(address uint64) *heapError {
	if address == 0 {
		return nil
	}
	i, found := h.find(address)
	if found {
		return &heapError{what: "double free", address: address}
	}
	size, ok := h.sizes[address]
	if !ok {
		return nil
	}
	delete(h.sizes, address)
	h.frees++
	h.freed = slices.Insert(h.freed, i, freedBlock{address, size, h.frees})
	if len(h.freed) > mostFreed {
		h.freed = slices.DeleteFunc(h.freed, func(b freedBlock) bool { return h.frees-b.at >= mostFreed/2 })
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
	from, to := h.overlapping(address, size)
	h.freed = slices.Delete(h.freed, from, to)
}

// overlapping returns which blocks that were freed have bytes in common with some.
func (h *heapWatch) overlapping(address, size uint64) (from, to int) {
	from, _ = h.find(address)
	if from > 0 && address < h.freed[from-1].address+h.freed[from-1].size {
		from--
	}
	for to = from; to < len(h.freed) && h.freed[to].address < address+size; to++ {
	}
	return from, to
}

func (h *heapWatch) used(address, size uint64) *heapError {
	if size == 0 {
		return nil
	}
	if from, to := h.overlapping(address, size); from < to {
		return &heapError{what: "use of memory that was freed,", address: address}
	}
	return nil
}
