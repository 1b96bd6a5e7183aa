package store

import (
	"errors"
	"unsafe"

	"weft/wasm"
)

// Stacks come in size classes: class 1 has 512 bytes and each next one twice as
// many. Stacks of small classes are cut from slabs and kept in free lists,
// linked through their first word; large ones are regions of their own. Between stacks
// of a slab lies a cache line: without it, what thousands of stacks have at the same place
// would fight for the same few sets of the caches. A stack
// has no guard page: every call compares with its end (see RATIONALE.md).
//
// Invariants of the unsafe code here: an address in a free list is that of an
// unused stack of its class; a stack is in use by at most one descriptor.

const (
	minStackLog2 = 9
	slabLog2     = 18
	maxClass     = 24
	slabClasses  = slabLog2 - minStackLog2 // classes 1..slabClasses-1 are cut from slabs
)

// slabPart returns what a stack takes of a slab.
func slabPart(class uint8) uintptr { return classSize(class) + 64 }

// Most stores need one stack, for calls from the host. It lies in the arena of the store, and such that what is used of
// it is in a page with what comes behind. Many stacks are in slabs of one large page each: thousands of continuations
// use each of their stacks for a moment, and would else miss the translation of its address each time. Others have room
// for what lies between stacks besides a power of 2.
const (
	firstStack     = 4 << 10
	firstStackEnd  = firstStack + 1<<10
	smallSlab      = 1<<slabLog2 + pageRound
	largeSlab      = 2 << 20
	largeSlabsFrom = 1 << 20
)

func classSize(class uint8) uintptr { return 1 << (uintptr(class) + minStackLog2 - 1) }

// classFor returns the smallest class with at least size bytes.
func classFor(size uintptr) uint8 {
	class := uint8(1)
	for classSize(class) < size {
		class++
	}
	return class
}

// StackDistance returns how far from each other two stacks of at least size bytes are that are taken from a slab
// one after the other.
func StackDistance(size uintptr) uintptr { return slabPart(classFor(size)) }

// StackClass returns the class of the smallest stacks of at least size bytes.
func StackClass(size uintptr) uint8 { return classFor(size) }

type stackAllocator struct {
	free  [slabClasses]uintptr // by class: the first free stack
	slabs []Region
	next  uintptr // in the last slab
	left  uintptr
	large map[uintptr]Region
	bytes uint64 // in slabs and large stacks
	limit uint64
	// used are the bytes of the stacks in use; trigger is how many there may be
	// before a collection is wanted.
	used, trigger uint64
}

func (a *stackAllocator) get(class uint8) (uintptr, bool) {
	if class >= slabClasses {
		return a.getLarge(class)
	}
	if p := a.free[class]; p != 0 {
		a.free[class] = *(*uintptr)(Pointer(p))
		return p, true
	}
	size := slabPart(class)
	if a.left < size && a.addSlab() != nil {
		return 0, false
	}
	p := a.next
	a.next += size
	a.left -= size
	return p, true
}

var errStackLimit = errors.New("the limit of the bytes of stacks is reached")

// addFirst adds room for one stack in the arena, where nothing else is yet.
func (a *stackAllocator) addFirst(arena *Arena) error {
	if a.bytes+firstStack > a.limit {
		return nil // with that limit, calls trap
	}
	p, err := arena.Alloc(firstStackEnd + 64)
	if err != nil {
		return err
	}
	a.next, a.left = uintptr(p)+firstStackEnd-firstStack, firstStack+64
	a.bytes += firstStack
	return nil
}

// addSlab adds a slab.
func (a *stackAllocator) addSlab() error {
	slab, reserve := uintptr(smallSlab), reserveUsable
	if a.bytes >= largeSlabsFrom {
		slab, reserve = largeSlab, reserveApart
	}
	if a.bytes+uint64(slab) > a.limit {
		return errStackLimit
	}
	r, err := reserve(slab, slab)
	if err != nil {
		return err
	}
	if slab == largeSlab {
		r.WantLargePages(0)
	}
	a.recycle()
	a.slabs = append(a.slabs, r)
	a.next, a.left = uintptr(r.Base), slab
	a.bytes += uint64(slab)
	return nil
}

// recycle puts the rest of the last slab into the free lists.
func (a *stackAllocator) recycle() {
	for class := uint8(slabClasses - 1); class > 0; class-- {
		for size := slabPart(class); a.left >= size; a.left -= size {
			a.put(class, a.next)
			a.next += size
		}
	}
}

func (a *stackAllocator) getLarge(class uint8) (uintptr, bool) {
	size := classSize(class)
	if class > maxClass || a.bytes+uint64(size) > a.limit {
		return 0, false
	}
	r, err := reserveUsable(size, size)
	if err != nil {
		return 0, false
	}
	if a.large == nil {
		a.large = map[uintptr]Region{}
	}
	a.large[uintptr(r.Base)] = r
	a.bytes += uint64(size)
	return uintptr(r.Base), true
}

func (a *stackAllocator) put(class uint8, p uintptr) {
	if class < slabClasses {
		*(*uintptr)(Pointer(p)) = a.free[class]
		a.free[class] = p
		return
	}
	r := a.large[p]
	delete(a.large, p)
	a.bytes -= uint64(r.reserved)
	r.Release()
}

func (a *stackAllocator) release() {
	recycle(a.slabs, a.left)
	for _, r := range a.large {
		r.Release()
	}
	*a = stackAllocator{}
}

// AllocStack gives a descriptor a stack of at least size bytes; false if there
// is no memory for it.
func (c *Continuations) AllocStack(r *ContRecord, size uintptr) bool {
	class := classFor(size)
	p, ok := c.stacks.get(class)
	if !ok && c.EmptyPool() {
		p, ok = c.stacks.get(class)
	}
	if ok {
		r.setStack(p, class)
		c.stacks.used += uint64(classSize(class))
	}
	return ok
}

// GrowStack moves a descriptor's stack, of which the first used bytes matter, to
// one of at least size bytes; false if there is no memory for it, or if it was interrupted. Frames hold
// no addresses of stacks, so moving is copying.
func (c *Continuations) GrowStack(r *ContRecord, used, size uintptr) bool {
	return c.moveStack(r, used, size, false)
}

// ResizeStackDown does the same with a stack that grows downwards, which may become smaller, too: the last used
// bytes matter, and are the last ones of the new stack.
func (c *Continuations) ResizeStackDown(r *ContRecord, used, size uintptr) bool {
	return c.moveStack(r, used, size, true)
}

func (c *Continuations) moveStack(r *ContRecord, used, size uintptr, down bool) bool {
	class := classFor(size)
	p, ok := c.stacks.get(class)
	if !ok {
		return false
	}
	to, from := p, r.Stack()
	if down {
		to, from = p+classSize(class)-used, r.StackEnd()-used
	}
	bytes := func(at uintptr) []byte { return unsafe.Slice((*byte)(Pointer(at)), used) }
	if move(c.store, bytes(to), bytes(from)) != wasm.TrapNone {
		c.stacks.put(class, p)
		return false
	}
	c.FreeStack(r)
	r.setStack(p, class)
	c.stacks.used += uint64(classSize(class))
	return true
}

// FreeStack takes the stack from a descriptor.
func (c *Continuations) FreeStack(r *ContRecord) {
	if r.Class != 0 {
		c.stacks.put(r.Class, r.Stack())
		c.stacks.used -= uint64(classSize(r.Class))
		r.setStack(0, 0)
	}
}
