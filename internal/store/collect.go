package store

import (
	"math/bits"
	"slices"
	"sync"
	"unsafe"

	"weft/wasm"
)

// Collection finds what can still be reached and frees the rest: objects of the
// heap, host values that cells name, and continuations with their stacks. It
// runs when an allocation asks for it, while no guest code of the store runs.
//
// Objects are scanned precisely: their type tells where references are. So are
// globals, tables, element segments, and what Go code keeps (Keep).
// Stacks are scanned conservatively: a word counts as a reference if an object
// begins at that address, or if it is the live reference to a continuation. A
// number that looks like one keeps something alive for a while; that is all.
// The stack of a suspended continuation is scanned when the continuation is
// reached, not before. So a cycle of continuations, objects and tables that
// nothing else refers to is collected.

// A Roots tells the collector about the stacks of a call that is under way.
type Roots interface {
	// Running returns the continuation that runs, and so do its parents; nil if there is none.
	Running() *ContRecord
	// ScanStacks calls scan with every range of words, from an address on, that may
	// hold references.
	ScanStacks(scan func(base, bytes uintptr))
}

// rootTable holds the references of Go code. Roots are made by the goroutine
// that uses the store, but may be released by Go's cleanup goroutine.
type rootTable struct {
	mu    sync.Mutex
	slots []rootSlot
	free  []int
	pins  [][]uint64 // slots that are being handed over
}

type rootSlot struct {
	ref   uint64
	trace Trace
}

// add keeps a reference and returns its number.
func (t *rootTable) add(root rootSlot) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.free); n > 0 {
		i := t.free[n-1]
		t.free = t.free[:n-1]
		t.slots[i] = root
		return i
	}
	t.slots = append(t.slots, root)
	return len(t.slots) - 1
}

func (t *rootTable) remove(i int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.slots[i] = rootSlot{}
	t.free = append(t.free, i)
}

// Keep keeps what a reference of a canonical type is to, until the function
// that it returns is called. That function may be called by any goroutine.
func (s *Store) Keep(ref uint64, t wasm.ValType) (release func()) {
	trace := s.trace(t)
	if trace == TraceNothing || ref == 0 || trace == TraceObject && ref&1 != 0 {
		return func() {}
	}
	table := s.roots
	i := table.add(rootSlot{ref, trace})
	return func() { table.remove(i) }
}

// keepSlots keeps what the references among values of the types are to, until the function that it returns is called; nil if there are
// none.
func (s *Store) keepSlots(slots []uint64, types []wasm.ValType) (release func()) {
	var kept []func()
	for _, t := range types {
		if s.trace(t) != TraceNothing && slots[0] != 0 {
			kept = append(kept, s.Keep(slots[0], t))
		}
		slots = slots[t.Slots():]
	}
	if kept == nil {
		return nil
	}
	return func() {
		for _, release := range kept {
			release()
		}
	}
}

// A Root keeps a continuation for Go code until it is released.
type Root struct {
	table *rootTable
	i     int
}

// KeepContinuation keeps the continuation that a reference is to.
func (s *Store) KeepContinuation(ref uint64) Root {
	return Root{s.roots, s.roots.add(rootSlot{ref, TraceCont})}
}

// Move makes the root keep another continuation.
func (r Root) Move(ref uint64) {
	r.table.mu.Lock()
	defer r.table.mu.Unlock()
	r.table.slots[r.i].ref = ref
}

// Release ends keeping. It may be called by any goroutine, once.
func (r Root) Release() { r.table.remove(r.i) }

// Pin keeps what references in slots are to, also those that are written to the
// slots later, until the function that it returns is called. Numbers among them
// are harmless.
func (s *Store) Pin(slots []uint64) (release func()) {
	if len(slots) == 0 {
		return func() {}
	}
	table := s.roots
	table.mu.Lock()
	defer table.mu.Unlock()
	table.pins = append(table.pins, slots)
	return func() { table.unpin(&slots[0]) }
}

func (t *rootTable) unpin(first *uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := len(t.pins) - 1 // there are few, and the last is the first to go
	for &t.pins[i][0] != first {
		i--
	}
	t.pins = slices.Delete(t.pins, i, i+1)
}

// Collect runs a collection.
func (s *Store) Collect() {
	s.heap.retire()
	c := collector{s: s}
	c.markRoots()
	c.drain()
	s.externs.sweep(&s.heap)
	s.heap.sweep()
	s.Conts.sweep()
	s.Collections++
}

// HeapLive returns the bytes of the objects that the last collection found alive.
func (s *Store) HeapLive() uint64 { return s.heap.live }

type collector struct {
	s     *Store
	conts []*ContRecord // reached, but their stacks are not scanned
}

func (c *collector) markRoots() {
	s := c.s
	for _, m := range s.Active {
		for r := m.Running(); r != nil; r = r.Link {
			r.marked = true
		}
	}
	for _, g := range s.globals {
		c.slot(g.Record.Value[0], s.trace(g.Type.Type))
	}
	for _, t := range s.tables {
		c.slots(t.Slots(), s.trace(t.Type.Elem))
	}
	for _, in := range s.instances {
		for i, elems := range in.Elems {
			c.slots(elems, s.trace(wasm.CanonicalValType(in.Module.Wasm.Elems[i].Type, in.Module.Types)))
		}
	}
	s.roots.mu.Lock()
	for _, r := range s.roots.slots {
		if r.trace == TraceObject {
			s.heap.markWord(r.ref)
		} else {
			c.slot(r.ref, r.trace)
		}
	}
	for _, slots := range s.roots.pins {
		c.goWords(slots)
	}
	s.roots.mu.Unlock()
	for _, m := range s.Active {
		m.ScanStacks(c.words)
	}
	c.goWords(s.Pending)
}

// goWords follows what may be references in slots of the Go heap.
func (c *collector) goWords(slots []uint64) {
	if n := len(slots); n > 0 {
		c.words(uintptr(unsafe.Pointer(&slots[0])), uintptr(n)*8)
	}
}

// slot follows a reference.
func (c *collector) slot(ref uint64, trace Trace) {
	switch trace {
	case TraceObject:
		c.s.heap.mark(ref)
	case TraceCont:
		c.cont(ref)
	}
}

func (c *collector) slots(refs []uint64, trace Trace) {
	if trace == TraceNothing {
		return
	}
	for _, ref := range refs {
		c.slot(ref, trace)
	}
}

// words scans memory whose words may be references.
func (c *collector) words(base, bytes uintptr) {
	for _, w := range unsafe.Slice((*uint64)(Pointer(base)), bytes/8) {
		if w != 0 {
			c.s.heap.markWord(w)
			c.cont(w)
		}
	}
}

// cont marks the continuation that a word is the live reference to, if it is
// one, with those that were captured beneath it.
func (c *collector) cont(ref uint64) {
	conts := &c.s.Conts
	if offset := uint32(ref); offset == 0 || offset%contRecordSize != 0 || offset/contRecordSize >= conts.made {
		return
	}
	r := conts.Lookup(ref)
	if r == nil || r.marked || r.State != ContFresh && r.State != ContSuspended {
		return
	}
	r.marked = true
	c.conts = append(c.conts, r)
}

// drain scans what has been marked, until nothing is left.
func (c *collector) drain() {
	for {
		c.objects()
		n := len(c.conts)
		if n == 0 {
			return
		}
		r := c.conts[n-1]
		c.conts = c.conts[:n-1]
		c.scanCont(r)
	}
}

// objects scans the objects that have been marked.
func (c *collector) objects() {
	h, records := &c.s.heap, c.s.records
	for len(h.marking) > 0 {
		n := len(h.marking) - 1
		obj := uint64(h.marking[n])
		h.marking = h.marking[:n]
		header := headerOf(obj)
		if header.typ < uint32(wasm.FirstTypeID) {
			if header.typ == typeException {
				c.exception(obj)
			}
			continue
		}
		switch r := records.at(header.typ); r.scan {
		case scanWords:
			for refs := r.refs; refs != 0; refs &= refs - 1 {
				h.mark(*(*uint64)(Part(obj, uint64(bits.TrailingZeros64(refs))*8)))
			}
		case scanArray:
			for _, ref := range unsafe.Slice((*uint64)(Part(obj, HeaderSize)), header.len) {
				h.mark(ref)
			}
		case scanLayout:
			c.object(obj, header)
		}
	}
}

// object scans an object by its layout.
func (c *collector) object(obj uint64, header *header) {
	l := c.s.Layout(wasm.TypeID(header.typ))
	if l.Kind == wasm.CompArray {
		c.slots(unsafe.Slice((*uint64)(Part(obj, HeaderSize)), header.len), l.refs[0].Trace)
		return
	}
	for i := range l.refs {
		c.slot(*(*uint64)(Part(obj, uint64(l.refs[i].Offset))), l.refs[i].Trace)
	}
}

// scanCont scans the stacks of a continuation that does not run.
func (c *collector) scanCont(r *ContRecord) {
	if r.State == ContFresh {
		c.words(r.Stack(), 8*uintptr(r.Bound))
		if r.IsNative() {
			c.words(r.Frame, r.StackEnd()-r.Frame)
		}
		return
	}
	for at := r.Inner(); ; at = at.Link {
		at.marked = true
		c.words(c.s.Engine.Frames(at))
		if at == r {
			return
		}
	}
}

// sweep frees the continuations that were not reached.
func (c *Continuations) sweep() {
	for r := range c.pooled {
		r.marked = true // as if it were reached
	}
	// Of those captured together only the outermost knows that: it comes before the others.
	for i := uint32(1); i < c.made; i++ {
		if r := c.At(i); !r.marked && r.ref&contChain != 0 {
			c.discard(r)
		}
	}
	for i := uint32(1); i < c.made; i++ {
		r := c.At(i)
		if !r.marked && (r.State == ContFresh || r.State == ContSuspended) {
			c.discard(r)
		}
		r.marked = false
	}
	c.trigger = max(firstContTrigger, 2*uint32(c.Live()))
	c.stacks.trigger = max(firstStackTrigger, 2*c.stacks.used)
}

// discard frees a continuation that does not run, with those captured with it.
func (c *Continuations) discard(r *ContRecord) {
	for at := r.Inner(); ; {
		next := at.Link
		if !at.revise() {
			at.retire()
		}
		c.Free(at)
		if at == r {
			return
		}
		at = next
	}
}
