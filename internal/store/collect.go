package store

import (
	"context"
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
	// Context returns that of the call.
	Context() context.Context
	// Running returns the continuation that runs, and so do its parents; nil if there is none.
	Running() *ContRecord
	// ScanStacks calls scan with every range of words, from an address on, that may
	// hold references.
	ScanStacks(scan func(base, bytes uintptr))
}

// rootTable holds the references of Go code. Roots are made by the goroutine
// that uses the store, which also moves them, but may be released by Go's cleanup goroutine.
type rootTable struct {
	mu    sync.Mutex
	slots []*rootSlot
	free  []*rootSlot
	pins  [][]uint64 // slots that are being handed over
}

type rootSlot struct {
	ref   uint64
	trace Trace
}

// add keeps a reference.
func (t *rootTable) add(ref uint64, trace Trace) *rootSlot {
	t.mu.Lock()
	defer t.mu.Unlock()
	var slot *rootSlot
	if n := len(t.free); n > 0 {
		slot = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		slot = &rootSlot{}
		t.slots = append(t.slots, slot)
	}
	slot.ref, slot.trace = ref, trace
	return slot
}

func (t *rootTable) remove(slot *rootSlot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*slot = rootSlot{}
	t.free = append(t.free, slot)
}

// Keep keeps what a reference of a canonical type is to, until the function
// that it returns is called. That function may be called by any goroutine.
func (s *Store) Keep(ref uint64, t wasm.ValType) (release func()) {
	trace := s.trace(t)
	if trace == TraceNothing || ref == 0 || trace == TraceObject && ref&1 != 0 {
		return func() {}
	}
	table := s.roots
	slot := table.add(ref, trace)
	return func() { table.remove(slot) }
}

// keepSlots keeps what the references among values of the types are to, until the function that it returns is called;
// nil if there are none.
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
	slot  *rootSlot
}

// KeepContinuation keeps the continuation that a reference is to.
func (s *Store) KeepContinuation(ref uint64) Root {
	return Root{s.roots, s.roots.add(ref, TraceCont)}
}

// Move makes the root keep another continuation. It is for the goroutine that uses the store.
func (r Root) Move(ref uint64) { r.slot.ref = ref }

// Release ends keeping. It may be called by any goroutine, once.
func (r Root) Release() { r.table.remove(r.slot) }

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

// A collection looks at the context of the call or instantiation, and is given up when that has ended. Then what was
// marked means nothing, and the next collection begins by forgetting it. Sweeping the heap, which takes
// a few milliseconds for each gigabyte, is not given up: of the objects that are dead all must go at once, since one
// that is left refers to others that are gone.

// Collect runs a collection. The trap code may be Interrupted; then nothing that is in use is gone, and the
// store stays as useful as before.
func (s *Store) Collect() wasm.TrapCode {
	s.heap.retire()
	c := collector{s: s, steps: lookInterval}
	if s.marked {
		c.forgetMarks()
	}
	s.marked = true
	c.markRoots()
	c.drain()
	c.sweepExterns()
	c.sweepConts()
	if c.ended {
		return Interrupted
	}
	c.sweepHeap()
	s.marked = false
	s.Collections++
	return wasm.TrapNone
}

// HeapLive returns the bytes of the objects and of the host values that the last collection found alive.
func (s *Store) HeapLive() uint64 { return plus(s.heap.live, s.heap.hostLive) }

type collector struct {
	s     *Store
	conts []*ContRecord // reached, but their stacks are not scanned
	steps int           // until the next look
	ended bool          // the collection is given up
}

// goesOn counts steps of work, and reports whether to go on with it.
func (c *collector) goesOn(steps int) bool {
	if c.steps -= steps; c.steps <= 0 {
		c.look()
	}
	return !c.ended
}

func (c *collector) look() {
	c.steps = lookInterval
	c.ended = c.s.Ended() || c.ended
	if h := &c.s.heap; len(h.marking) > h.maxMarking() {
		h.spill()
	}
}

// forgetMarks forgets what a collection has marked that was given up.
func (c *collector) forgetMarks() {
	h, conts := &c.s.heap, &c.s.Conts
	h.forgetMarking()
	for i := 0; i < len(h.blocks) && c.goesOn(wordSteps); i++ {
		h.blocks[i].again = false
		clear(h.marks[i*bitmapWords : (i+1)*bitmapWords])
	}
	for i := uint32(1); i < conts.made && c.goesOn(1); i++ {
		conts.At(i).marked = false
	}
}

func (c *collector) markRoots() {
	s := c.s
	for _, m := range s.Active {
		for r := m.Running(); r != nil && c.goesOn(1); r = r.Link {
			r.marked = true
		}
	}
	for _, g := range s.globals {
		if !c.goesOn(1) {
			return
		}
		c.slot(g.Record.Value[0], s.trace(g.Type.Type))
	}
	for _, t := range s.tables {
		c.slots(t.Slots(), s.trace(t.Type.Elem))
	}
	for _, in := range s.instances {
		for i, elems := range in.Elems {
			if elems == nil || !c.goesOn(1) {
				continue
			}
			c.slots(elems, s.trace(wasm.CanonicalValType(in.Module.Wasm.Elems[i].Type, in.Module.Types)))
		}
	}
	s.roots.mu.Lock()
	for _, r := range s.roots.slots {
		if !c.goesOn(1) {
			break
		}
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
	s.heap.mark(s.externs.making.whole)
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
	for part := range slices.Chunk(refs, lookInterval) {
		for _, ref := range part {
			c.slot(ref, trace)
		}
		if !c.goesOn(len(part)) {
			return
		}
	}
}

// words scans memory whose words may be references.
func (c *collector) words(base, bytes uintptr) {
	for part := range slices.Chunk(unsafe.Slice((*uint64)(Pointer(base)), bytes/8), lookInterval) {
		for _, w := range part {
			if w != 0 {
				c.s.heap.markWord(w)
				c.cont(w)
			}
		}
		if !c.goesOn(len(part)) {
			return
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
	for !c.ended {
		c.objects()
		if n := len(c.conts); n > 0 {
			r := c.conts[n-1]
			c.conts = c.conts[:n-1]
			c.scanCont(r)
		} else if !c.scanAgain() {
			return
		}
	}
}

// objects scans the objects that have been marked.
func (c *collector) objects() {
	h, records := &c.s.heap, c.s.records
	for len(h.marking) > 0 {
		n := len(h.marking) - 1
		obj := uint64(h.marking[n])
		h.marking = h.marking[:n]
		if header := headerOf(obj); header.typ < uint32(wasm.FirstTypeID) {
			if header.typ == typeException {
				c.exception(obj)
			} else {
				c.extern(obj)
			}
		} else if r := records.at(header.typ); r.scan == scanWords {
			c.steps -= bits.OnesCount64(r.refs)
			for refs := r.refs; refs != 0; refs &= refs - 1 {
				h.mark(*(*uint64)(Part(obj, uint64(bits.TrailingZeros64(refs))*8)))
			}
		} else {
			c.scan(obj, header, r.scan)
		}
		if !c.goesOn(1) {
			return
		}
	}
}

// scan marks what an object refers to that is neither small nor an exception.
func (c *collector) scan(obj uint64, header *header, kind scanKind) {
	switch kind {
	case scanArray:
		c.references(unsafe.Slice((*uint64)(Part(obj, HeaderSize)), header.len))
	case scanLayout:
		c.object(obj, header)
	}
}

// scanAgain scans the marked objects of the blocks that spill has noted, and reports whether there were any.
func (c *collector) scanAgain() bool {
	h := &c.s.heap
	if !h.spilled {
		return false
	}
	h.spilled = false
	for i := 0; i < len(h.blocks) && c.goesOn(1); i++ {
		if !h.blocks[i].again {
			continue
		}
		h.blocks[i].again = false
		for w, word := range h.marks[i*bitmapWords : (i+1)*bitmapWords] {
			for ; word != 0 && !c.ended; word &= word - 1 {
				bit := uintptr(bits.TrailingZeros64(word))
				h.marking = append(h.marking, h.base+uintptr(i)<<blockLog2+uintptr(w)<<bitmapLog2+bit*cellAlign)
				c.objects()
			}
		}
	}
	return true
}

// references follows references to objects.
func (c *collector) references(refs []uint64) {
	for h := &c.s.heap; ; {
		part := refs[:min(len(refs), lookInterval)]
		for _, ref := range part {
			h.mark(ref)
		}
		if refs = refs[len(part):]; !c.goesOn(len(part)) || len(refs) == 0 {
			return
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
	c.steps -= len(l.refs)
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

// sweepConts frees the continuations that were not reached.
func (c *collector) sweepConts() {
	conts := &c.s.Conts
	if c.ended {
		return
	}
	for r := range conts.pooled {
		r.marked = true // as if it were reached
	}
	// Of those captured together only the outermost knows that: it comes before the others.
	for i := uint32(1); i < conts.made && c.goesOn(1); i++ {
		if r := conts.At(i); !r.marked && r.ref&contChain != 0 {
			conts.discard(r)
		}
	}
	for i := uint32(1); i < conts.made && c.goesOn(1); i++ {
		r := conts.At(i)
		if !r.marked && (r.State == ContFresh || r.State == ContSuspended) {
			conts.discard(r)
		}
		r.marked = false
	}
	conts.trigger = max(firstContTrigger, 2*uint32(conts.Live()))
	conts.stacks.trigger = max(firstStackTrigger, 2*conts.stacks.used)
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
