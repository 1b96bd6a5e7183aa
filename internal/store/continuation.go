package store

import (
	"math"
	"slices"
	"unsafe"

	"weft/wasm"
)

// Invariants of the unsafe code here: descriptors are 64 bytes each, in one
// region whose base never moves once there is one; number 0 is no descriptor. Those of the stacks of calls from the
// host, to which there are no references, lie in the store's arena.

// ContState is the state of a continuation's descriptor. Who may move it:
//
//	free      -> fresh      New (cont.new)
//	fresh     -> running    resume or switch of the continuation
//	running   -> suspended  suspend or switch in it, or in one that it resumed
//	suspended -> running    resume or switch of the continuation
//	running   -> free       its function returned or threw, or the invocation ended
//	suspended -> free       a collection found no reference to it; also fresh -> free
//	fresh     -> free       resume_throw: there is nothing that could catch
//
// One of machine code is suspended from its beginning to its end: who uses its live reference
// knows that it does not run, and the collector asks the calls that are under way ([Roots.Running]).
//
// cont.bind leaves the state alone and gives the continuation a new reference.
type ContState uint8

const (
	ContFree ContState = iota
	ContFresh
	ContSuspended
	ContRunning
)

// contFlags are what else is known of a continuation.
type contFlags uint8

const (
	// contSuspendedAnew: Type is from before the last suspension. The values that are
	// awaited now are those of Awaits.
	contSuspendedAnew contFlags = 1 << iota
	contNative
	// contHost: it is not one that a reference can name, but the host's side of a call.
	contHost
	// contPaused: it was stopped in the middle of code, where it takes no values.
	contPaused
	// contAwaitsName: see SuspendedByName.
	contAwaitsName
)

// A ContRecord is the descriptor of a continuation, and of the stack on which
// a call from the host runs.
type ContRecord struct {
	// ref is the one live reference: the descriptor's offset in the region, and a revision in the upper half.
	// Using it increments that, which makes all copies of it stale. With contHeld or contChain it is none that exists,
	// and machine code, which compares, does not take the short way. A descriptor whose
	// revisions are used up has offset 0 in it.
	ref uint64
	// Link is, for a continuation that runs or was captured with one that it resumed,
	// the one that resumed it: its parent; nil for a stack on which the host called. For
	// a suspended one with contChain it is the innermost that was captured with it: the one that
	// goes on when this is resumed, from which the parents lead back to this. One that is suspended
	// alone has no link: what is there means nothing. For a free descriptor it is the next free one.
	Link *ContRecord
	// Limit tells where the stack is: StackMargin behind its beginning, because that is what machine code
	// compares with. Frame, the address of the frame of Func
	// in it, and PC tell where to go on while it does not run; for a fresh
	// continuation Func is the function to start.
	Limit uintptr
	Frame uintptr
	PC    uintptr
	Func  *FuncRecord
	// The next three are one word, which machine code writes when a continuation is made, begins
	// and ends.
	State ContState
	flags contFlags
	// Bound is the number of slots of arguments that cont.bind has put in place.
	Bound  uint16
	Class  uint8       // of Stack; 0 while there is none
	marked bool        // reached by the collection under way
	Type   wasm.TypeID // of the live reference, but see contSuspendedAnew
	// Awaits is, for a continuation that suspended, the type of the tag, of which it
	// awaits the results; for one that switched, the continuation type whose
	// parameters it awaits. In a native one this is only what the code where it suspended does
	// not tell: ask [Engine.Awaits].
	Awaits wasm.TypeID
}

// Bits of ContRecord.ref that no reference has: offsets of descriptors are multiples of their size.
const (
	// contHeld: only Go may go on with the continuation.
	contHeld = 1
	// contChain: it is suspended, and others were captured with it.
	contChain = 2
)

// StackMargin is how much of a stack lies below ContRecord.Limit.
const StackMargin = 192

// Stack returns the address of the stack, if there is one.
func (c *ContRecord) Stack() uintptr { return c.Limit - StackMargin }

func (c *ContRecord) setStack(address uintptr, class uint8) {
	c.Limit, c.Class = address+StackMargin, class
}

// Revision returns that of the live reference.
func (c *ContRecord) Revision() uint32 { return uint32(c.ref >> 32) }

// SetReady lets machine code go on by itself: PC and Frame tell where, and nothing is bound.
func (c *ContRecord) SetReady() { c.ref &^= contHeld }

// Hold keeps machine code from going on by itself.
func (c *ContRecord) Hold() { c.ref |= contHeld }

// Capture makes a continuation that runs a suspended one, with those that it has resumed, of which inner
// is the innermost.
func (c *ContRecord) Capture(inner *ContRecord) {
	c.State = ContSuspended
	if inner != c {
		c.ref |= contChain
		c.Link = inner
	}
}

// Resumed makes a suspended or fresh continuation the child of parent.
func (c *ContRecord) Resumed(parent *ContRecord) {
	c.ref &^= contChain
	c.Link = parent
}

// ResumedAgain notes that Type will be from before the next suspension.
func (c *ContRecord) ResumedAgain() { c.flags |= contSuspendedAnew }

// IsAlone reports whether a suspended continuation was captured without others, and no values are bound.
func (c *ContRecord) IsAlone() bool { return c.ref&contChain == 0 && c.Bound == 0 }

// Parked is Capture and Suspended, for one that has resumed no others, and Hold.
func (c *ContRecord) Parked(awaits wasm.TypeID) {
	c.State, c.Awaits = ContSuspended, awaits
	c.flags = c.flags&^contAwaitsName | contSuspendedAnew
	c.ref |= contHeld
}

// Unparked is SetReady, Resumed and ResumedAgain for one that IsAlone.
func (c *ContRecord) Unparked(parent *ContRecord) {
	c.ref &^= contHeld
	c.Link = parent
	c.flags |= contSuspendedAnew
}

// Suspended notes that a continuation suspends, and what it awaits.
func (c *ContRecord) Suspended(awaits wasm.TypeID) {
	c.Awaits = awaits
	c.flags &^= contAwaitsName
	c.flags |= contSuspendedAnew
}

// SuspendedByName notes that a continuation suspends to a handler by name: it awaits the handler's new name, too.
func (c *ContRecord) SuspendedByName(awaits wasm.TypeID) {
	c.Suspended(awaits)
	c.flags |= contAwaitsName
}

// AwaitsName reports whether it does. In a native one this says nothing: ask [Engine.Awaits].
func (c *ContRecord) AwaitsName() bool { return c.flags&contAwaitsName != 0 }

// SetType notes the type of the live reference.
func (c *ContRecord) SetType(t wasm.TypeID) {
	c.Type = t
	c.flags &^= contSuspendedAnew
}

// ExactType returns the type of the live reference, if it is known as such.
func (c *ContRecord) ExactType() (wasm.TypeID, bool) { return c.Type, c.flags&contSuspendedAnew == 0 }

// SetNative notes that the stack has frames of machine code.
func (c *ContRecord) SetNative() { c.flags |= contNative }

// IsNative reports whether it does: then only the native engine can go on with it.
func (c *ContRecord) IsNative() bool { return c.flags&contNative != 0 }

// SetPaused notes whether it was stopped where it takes no values.
func (c *ContRecord) SetPaused(paused bool) {
	c.flags &^= contPaused
	if paused {
		c.flags |= contPaused
	}
}

// IsPaused reports whether it has.
func (c *ContRecord) IsPaused() bool { return c.flags&contPaused != 0 }

// IsUnprepared reports whether no engine has prepared a continuation yet, so that any may: it is fresh and has no
// stack. A stack is the preparation, whether or not values are bound: its size, and what lies where, are the engine's.
func (c *ContRecord) IsUnprepared() bool { return c.State == ContFresh && c.Class == 0 }

// Inner returns the innermost of the continuations with which a suspended one goes on.
func (c *ContRecord) Inner() *ContRecord {
	if c.ref&contChain != 0 {
		return c.Link
	}
	return c
}

// ChainBytes returns the size of all stacks that become active with a continuation.
func (c *ContRecord) ChainBytes() uint64 {
	bytes := c.StackSize()
	for at := c.Inner(); at != c; at = at.Link {
		bytes += at.StackSize()
	}
	return bytes
}

// ContFuncType returns what a continuation takes and returns.
func (s *Store) ContFuncType(c *ContRecord) wasm.FuncType {
	under := func(id wasm.TypeID) wasm.FuncType { return s.Types.Comp(wasm.TypeID(s.Types.Comp(id).Cont)).Func }
	t := under(c.Type)
	if c.flags&contSuspendedAnew != 0 {
		t.Params = s.Awaited(c)
	}
	return t
}

// Awaited returns the types of the values that a suspended continuation awaits.
func (s *Store) Awaited(c *ContRecord) []wasm.ValType {
	id, name := s.Engine.Awaits(c)
	awaits := s.Types.Comp(id)
	if awaits.Kind == wasm.CompFunc { // of the tag
		if name == 0 {
			return awaits.Func.Results
		}
		return slices.Concat(awaits.Func.Results, []wasm.ValType{wasm.Ref(wasm.HeapType(name))})
	}
	return s.Types.Comp(wasm.TypeID(awaits.Cont)).Func.Params
}

// StackSize returns the size of the stack in bytes.
func (c *ContRecord) StackSize() uint64 {
	if c.Class == 0 {
		return 0
	}
	return uint64(classSize(c.Class))
}

// StackEnd returns the address behind the stack, which must be there.
func (c *ContRecord) StackEnd() uintptr { return c.Stack() + classSize(c.Class) }

const contRecordSize = 64

// A ContLayout tells machine code about descriptors: offsets of fields, and values.
type ContLayout struct {
	Ref, Link, Limit, Frame, PC, Func, Status, Class, Type, Size int32
	// What the word Status is of a continuation that machine code has made: while it has
	// not begun, and from then on.
	Fresh, Begun int32
	// Chain is what a descriptor's word Ref has beyond the reference, if others were captured with it.
	Chain int32
	// Held is what it has beyond the reference if only Go may go on with it.
	Held int32
}

// LayoutCont returns the layout of descriptors.
func LayoutCont() ContLayout {
	var c ContRecord
	status := func(s ContState, flags contFlags) int32 { // Bound is 0
		return int32(s) | int32(flags)<<(8*(unsafe.Offsetof(c.flags)-unsafe.Offsetof(c.State)))
	}
	return ContLayout{
		Ref: int32(unsafe.Offsetof(c.ref)), Link: int32(unsafe.Offsetof(c.Link)), Limit: int32(unsafe.Offsetof(c.Limit)),
		Frame: int32(unsafe.Offsetof(c.Frame)), PC: int32(unsafe.Offsetof(c.PC)), Func: int32(unsafe.Offsetof(c.Func)),
		Status: int32(unsafe.Offsetof(c.State)), Class: int32(unsafe.Offsetof(c.Class)),
		Type: int32(unsafe.Offsetof(c.Type)), Size: contRecordSize,
		Fresh: status(ContFresh, contNative), Begun: status(ContSuspended, contNative|contSuspendedAnew),
		Chain: contChain, Held: contHeld,
	}
}

// The record fits into one cache line.
var _ [contRecordSize - unsafe.Sizeof(ContRecord{})]byte

// Continuations holds the descriptors and stacks of a store.
type Continuations struct {
	store  home
	arena  *Arena
	region Region      // empty before the first continuation, as most stores have none
	base   uintptr     // of the descriptors: that of region, or the address of one that stands for number 0
	known  *uintptr    // where machine code finds base; nil if there is none
	limit  uint32      // of descriptors
	made   uint32      // descriptors ever used, number 0 included
	free   *ContRecord // head of the free list
	sides  *ContRecord // free descriptors of the host's sides of calls
	// live counts those that are not in the free list. Of these, some may be in a pool of machine code's: fresh
	// ones without references, in a list that is linked by Func.
	live uint32
	pool *uintptr // the first one of the pool; nil if there is no pool
	// trigger is how many may live before a collection is wanted.
	trigger uint32
	stacks  stackAllocator
	// tagPrompts are the resumes with tags that are values, by the continuation that each of them runs; see HandleTags.
	tagPrompts map[*ContRecord]tagPrompt
}

// firstContTrigger and firstStackTrigger say how many continuations, and bytes
// of their stacks, there are before the first collection.
const (
	firstContTrigger  = 1 << 15
	firstStackTrigger = 32 << 20
)

// WantsCollection reports whether so much has been allocated since the last
// collection that it is time for another.
func (c *Continuations) WantsCollection() bool {
	wants := func() bool { return c.live >= c.trigger || c.stacks.used >= c.stacks.trigger }
	return wants() && (!c.EmptyPool() || wants())
}

func (c *Continuations) init(s *Store) error {
	limits := &s.Limits
	c.store, c.arena = homeOf(s), &s.arena
	c.limit = uint32(min(uint64(limits.Continuations)+1, 1<<32/contRecordSize)) // and number 0
	c.stacks.limit = limits.ContinuationBytes + uint64(limits.StackBytes)
	if err := c.stacks.addFirst(c.arena); err != nil {
		return err
	}
	none, err := allocArray[ContRecord](c.arena, 2)
	if err != nil {
		return err
	}
	none.ref = contHeld // the null reference is as stale as any
	c.sides = at(none, 1)
	c.base, c.made = uintptr(unsafe.Pointer(none)), 1
	c.trigger, c.stacks.trigger = firstContTrigger, firstStackTrigger
	return nil
}

// reserve makes room for descriptors.
func (c *Continuations) reserve() bool {
	region, err := reserveUsable(uintptr(c.limit)*contRecordSize, contRecordSize)
	if err != nil {
		return false
	}
	c.region, c.base = region, uintptr(region.Base)
	c.At(0).ref = contHeld
	if c.known != nil {
		*c.known = c.base
	}
	return true
}

func (c *Continuations) release() {
	c.region.Recycle(uintptr(c.made) * contRecordSize)
	c.stacks.release()
}

// UsePool tells where the pool begins, and where machine code finds the first descriptor; with nil there is none any
// more.
func (c *Continuations) UsePool(head, first *uintptr) {
	c.EmptyPool()
	c.pool, c.known = head, first
	if first != nil {
		*first = c.base
	}
}

// pooled goes over the continuations in the pool.
func (c *Continuations) pooled(yield func(*ContRecord) bool) {
	if c.pool == nil {
		return
	}
	for p := *c.pool; p != 0; {
		r := (*ContRecord)(Pointer(p))
		p = uintptr(unsafe.Pointer(r.Func))
		if !yield(r) {
			return
		}
	}
}

// PutInPool makes a native continuation that has ended one of the pool, which goes on at its PC.
func (c *Continuations) PutInPool(r *ContRecord) {
	r.ref &^= contHeld | contChain
	r.State, r.flags, r.Bound = ContFresh, contNative, 0
	r.Func = (*FuncRecord)(Pointer(*c.pool))
	*c.pool = uintptr(unsafe.Pointer(r))
}

// EmptyPool frees what is in the pool, and reports whether there was anything.
func (c *Continuations) EmptyPool() bool {
	found := false
	for r := range c.pooled {
		found = true
		c.Free(r)
	}
	if found {
		*c.pool = 0
	}
	return found
}

// Live returns the number of continuations that are fresh, suspended or running.
func (c *Continuations) Live() int {
	n := int(c.live)
	for range c.pooled {
		n--
	}
	return n
}

// StackBytes returns the bytes of their stacks.
func (c *Continuations) StackBytes() uint64 { return c.stacks.used }

// At returns a descriptor by number.
func (c *Continuations) At(number uint32) *ContRecord { return c.at(number * contRecordSize) }

// at returns a descriptor by its offset.
func (c *Continuations) at(offset uint32) *ContRecord {
	return (*ContRecord)(Pointer(c.base + uintptr(offset)))
}

// Number returns the number of a descriptor.
func (c *Continuations) Number(r *ContRecord) uint32 {
	return uint32((uintptr(unsafe.Pointer(r)) - c.base) / contRecordSize)
}

// Ref returns the live reference to a continuation.
func (c *Continuations) Ref(r *ContRecord) uint64 { return r.ref &^ (contHeld | contChain) }

// Lookup returns the continuation that a reference is to; nil if the reference
// is stale. The reference must not be null.
func (c *Continuations) Lookup(ref uint64) *ContRecord {
	if r := c.at(uint32(ref)); c.Ref(r) == ref {
		return r
	}
	return nil
}

// New takes a fresh descriptor without a stack; nil if the limit is reached.
func (c *Continuations) New(f *FuncRecord, t wasm.TypeID) *ContRecord {
	if c.free == nil && c.made == c.limit {
		c.EmptyPool()
	}
	r := c.free
	if r != nil {
		c.free = r.Link
	} else if r = c.make(); r == nil {
		return nil
	}
	r.Hold()
	r.State, r.Func = ContFresh, f
	r.flags = 0
	r.SetType(t)
	r.Link, r.Bound = nil, 0
	r.PC, r.Frame, r.Awaits = 0, 0, 0
	c.live++
	return r
}

// NewSide takes a descriptor for the host's side of a call, which runs: on its stack the host calls f, or resumes.
// There is never a reference to it. It is nil if there is no memory for it.
func (c *Continuations) NewSide(f *FuncRecord) *ContRecord {
	r := c.sides
	if r != nil {
		c.sides = r.Link
	} else if r, _ = allocArray[ContRecord](c.arena, 1); r == nil {
		return nil
	}
	*r = ContRecord{ref: contHeld, State: ContRunning, flags: contHost, Func: f}
	c.live++
	return r
}

// make takes a descriptor that was never used.
func (c *Continuations) make() *ContRecord {
	number := c.made
	if number >= c.limit || c.region.Base == nil && !c.reserve() {
		return nil
	}
	if size := (uintptr(number) + 1) * contRecordSize; size > c.region.Size() {
		if c.region.Commit(min(size*2, uintptr(c.limit)*contRecordSize)) != nil {
			return nil
		}
	}
	c.made++
	r := c.At(number)
	r.ref = oneRevision | uint64(number)*contRecordSize
	return r
}

// oneRevision is what a new revision adds to a reference.
const oneRevision = 1 << 32

// revise makes the live reference to a descriptor stale, unless its revisions are used up.
func (r *ContRecord) revise() bool {
	if r.Revision() == math.MaxUint32 {
		return false
	}
	r.ref += oneRevision
	return true
}

// retire makes the live reference to a descriptor stale for ever: no other one will be made.
func (r *ContRecord) retire() { r.ref = contHeld }

// Free gives back a descriptor and its stack. The caller has made its references
// stale.
func (c *Continuations) Free(r *ContRecord) {
	if r.IsPaused() && r.IsNative() {
		c.store.Value().InCode--
		r.SetPaused(false)
	}
	if l := c.store.Value().ContListener; l != nil && r.flags&contHost == 0 {
		l.Freed(r)
	}
	c.FreeStack(r)
	r.State = ContFree
	r.ref &^= contChain
	r.Func = nil
	c.live--
	if r.flags&contHost != 0 {
		r.Link, c.sides = c.sides, r
		return
	}
	if r.ref != contHeld { // retired
		r.Link = c.free
		c.free = r
	}
}

// Park keeps a descriptor with its stack for the next call from the host: until Unpark it counts neither as
// live nor as stack in use. There never was a reference to it.
func (c *Continuations) Park(stackSize uint64) {
	c.live--
	c.stacks.used -= stackSize
}

// Unpark ends that.
func (c *Continuations) Unpark(stackSize uint64) {
	c.live++
	c.stacks.used += stackSize
}

// Consume makes all references to a continuation stale. It returns the
// descriptor to use from now on: another one when the revisions of this are
// used up, nil when there is none left.
func (c *Continuations) Consume(r *ContRecord) *ContRecord {
	if r.revise() {
		return r
	}
	return c.renew(r)
}

// Revise is Consume, unless the revisions are used up: then it does nothing and reports false.
func (c *Continuations) Revise(r *ContRecord) bool { return r.revise() }

// renew moves a continuation whose revisions are used up to another descriptor.
func (c *Continuations) renew(old *ContRecord) *ContRecord {
	r := c.New(old.Func, old.Type)
	if r == nil {
		return nil
	}
	ref := r.ref | old.ref&contChain
	*r = *old
	r.ref = ref
	r.relink(old)
	old.setStack(0, 0)
	old.retire()
	c.Free(old)
	return r
}

// relink replaces old by r in the chain of the continuations captured with r.
func (r *ContRecord) relink(old *ContRecord) {
	for at := r.Inner(); at != r; at = at.Link {
		if at.Link == old {
			at.Link = r
		}
	}
}
