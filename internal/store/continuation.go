package store

import (
	"unsafe"

	"weft/wasm"
)

// Invariants of the unsafe code here: descriptors are 64 bytes each, in one
// region whose base never moves; number 0 is no descriptor.

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
	contReady
)

// A ContRecord is the descriptor of a continuation, and of the stack on which
// a call from the host runs.
type ContRecord struct {
	// Revision is that of the one live reference. Using a reference increments
	// it, which makes all copies of the reference stale.
	Revision uint32
	State    ContState
	Class    uint8 // of Stack; 0 while there is none
	marked   bool  // reached by the collection under way
	flags    contFlags
	// Parent is the descriptor that resumed this one while it runs; 0 for a stack
	// on which the host called. For a free descriptor it is the next free one.
	Parent uint32
	// Inner is, for a suspended continuation, the innermost one that was captured
	// with it: the one that goes on when this is resumed. The captured ones are
	// linked by Parent from there to this.
	Inner uint32
	// Stack is the address of the stack. FP, the offset in bytes of the frame of
	// Func in it, and PC tell where to go on while it does not run; for a fresh
	// continuation Func is the function to start.
	Stack uintptr
	PC    uintptr
	Func  *FuncRecord
	FP    uint32
	// Bound is the number of bytes of arguments that cont.bind has put in place.
	Bound uint32
	// ChainBytes is, for a suspended continuation, the size of all stacks that
	// were captured with it; for one of machine code, always
	// that of its own stack.
	ChainBytes uint64
	Type       wasm.TypeID // of the live reference, but see contSuspendedAnew
	// Awaits is, for a continuation that suspended, the type of the tag, of which it
	// awaits the results; for one that switched, the continuation type whose
	// parameters it awaits.
	Awaits wasm.TypeID
}

// Suspended notes that a continuation suspends, and what it awaits.
func (c *ContRecord) Suspended(awaits wasm.TypeID) {
	c.Awaits = awaits
	c.flags |= contSuspendedAnew
}

// SetType notes the type of the live reference.
func (c *ContRecord) SetType(t wasm.TypeID) {
	c.Type = t
	c.flags &^= contSuspendedAnew
}

// ExactType returns the type of the live reference, if it is known as such.
func (c *ContRecord) ExactType() (wasm.TypeID, bool) { return c.Type, c.flags&contSuspendedAnew == 0 }

// SetNative notes that the stack has frames of machine code.
func (c *ContRecord) SetNative() { c.flags |= contNative }

// SetReady notes that PC, FP and Inner tell where machine code goes on.
func (c *ContRecord) SetReady() { c.flags |= contReady }

// SetBound notes how many bytes of values are bound. With them, machine code does not go on by
// itself.
func (c *ContRecord) SetBound(inner *ContRecord, bytes uint32) {
	inner.Bound = bytes
	c.flags &^= contReady
}

// IsNative reports whether it does: then only the native engine can go on with it.
func (c *ContRecord) IsNative() bool { return c.flags&contNative != 0 }

// ContFuncType returns what a continuation takes and returns.
func (s *Store) ContFuncType(c *ContRecord) wasm.FuncType {
	under := func(id wasm.TypeID) wasm.FuncType { return s.Types.Comp(wasm.TypeID(s.Types.Comp(id).Cont)).Func }
	t := under(c.Type)
	if c.flags&contSuspendedAnew != 0 {
		if awaits := s.Types.Comp(c.Awaits); awaits.Kind == wasm.CompFunc {
			t.Params = awaits.Func.Results
		} else {
			t.Params = under(c.Awaits).Params
		}
	}
	return t
}

// StackSize returns the size of the stack in bytes.
func (c *ContRecord) StackSize() uint64 {
	if c.Class == 0 {
		return 0
	}
	return uint64(classSize(c.Class))
}

// StackEnd returns the address behind the stack, which must be there.
func (c *ContRecord) StackEnd() uintptr { return c.Stack + classSize(c.Class) }

const (
	contLogSize    = 6
	contRecordSize = 1 << contLogSize
)

// A ContLayout tells machine code about descriptors: offsets of fields, and values.
type ContLayout struct {
	Revision, State, Flags, Parent, Inner, Stack, PC, FP, Bound, ChainBytes, Awaits int32
	LogSize                                                                         uint8 // binary logarithm of the size
	LastRevision                                                                    uint32
	FlagNative, FlagReady, FlagAnew                                                 uint8
}

// LayoutCont returns the layout of descriptors.
func LayoutCont() ContLayout {
	var c ContRecord
	return ContLayout{
		Revision: int32(unsafe.Offsetof(c.Revision)), State: int32(unsafe.Offsetof(c.State)), Flags: int32(unsafe.Offsetof(c.flags)),
		Parent: int32(unsafe.Offsetof(c.Parent)), Inner: int32(unsafe.Offsetof(c.Inner)), Stack: int32(unsafe.Offsetof(c.Stack)),
		PC: int32(unsafe.Offsetof(c.PC)), FP: int32(unsafe.Offsetof(c.FP)), Bound: int32(unsafe.Offsetof(c.Bound)),
		ChainBytes: int32(unsafe.Offsetof(c.ChainBytes)), Awaits: int32(unsafe.Offsetof(c.Awaits)),
		LogSize: contLogSize, LastRevision: lastRevision,
		FlagNative: uint8(contNative), FlagReady: uint8(contReady), FlagAnew: uint8(contSuspendedAnew),
	}
}

// The record fits into one cache line.
var _ [contRecordSize - unsafe.Sizeof(ContRecord{})]byte

// Continuations holds the descriptors and stacks of a store.
type Continuations struct {
	region Region
	limit  uint32 // of descriptors
	made   uint32 // descriptors ever used, number 0 included
	free   uint32 // head of the free list
	live   uint32
	// trigger is how many may live before a collection is wanted.
	trigger uint32
	stacks  stackAllocator
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
	return c.live >= c.trigger || c.stacks.used >= c.stacks.trigger
}

func (c *Continuations) init(limits Limits) error {
	// One descriptor each for number 0 and for the calls from the host.
	c.limit = limits.Continuations + 1 + uint32(limits.HostDepth)
	region, err := ReserveRegion(uintptr(c.limit) * contRecordSize)
	if err != nil {
		return err
	}
	if err := region.Commit(contRecordSize); err != nil {
		region.Release()
		return err
	}
	c.region, c.made = region, 1
	c.At(0).Revision = lastRevision // the null reference is as stale as any
	c.trigger, c.stacks.trigger = firstContTrigger, firstStackTrigger
	c.stacks.limit = limits.ContinuationBytes + uint64(limits.StackBytes)
	return nil
}

func (c *Continuations) release() {
	c.region.Recycle(uintptr(c.made) * contRecordSize)
	c.stacks.release()
}

// LiveCounter returns where the number of Live is kept, for machine code that takes and gives
// back descriptors by itself.
func (c *Continuations) LiveCounter() *uint32 { return &c.live }

// Live returns the number of continuations that are fresh, suspended or running.
func (c *Continuations) Live() int { return int(c.live) }

// StackBytes returns the bytes of their stacks.
func (c *Continuations) StackBytes() uint64 { return c.stacks.used }

// At returns a descriptor by number.
func (c *Continuations) At(number uint32) *ContRecord {
	return (*ContRecord)(unsafe.Add(c.region.Base, uintptr(number)*contRecordSize))
}

// Number returns the number of a descriptor.
func (c *Continuations) Number(r *ContRecord) uint32 {
	return uint32((uintptr(unsafe.Pointer(r)) - uintptr(c.region.Base)) / contRecordSize)
}

// Ref returns the live reference to a continuation.
func (c *Continuations) Ref(r *ContRecord) uint64 {
	return uint64(r.Revision)<<32 | uint64(c.Number(r))
}

// Lookup returns the continuation that a reference is to; nil if the reference
// is stale. The reference must not be null.
func (c *Continuations) Lookup(ref uint64) *ContRecord {
	if r := c.At(uint32(ref)); r.Revision == uint32(ref>>32) {
		return r
	}
	return nil
}

// New takes a fresh descriptor without a stack; nil if the limit is reached.
func (c *Continuations) New(f *FuncRecord, t wasm.TypeID) *ContRecord {
	number := c.free
	if number == 0 {
		if number = c.made; number >= c.limit {
			return nil
		}
		if size := (uintptr(number) + 1) * contRecordSize; size > c.region.Size() {
			if c.region.Commit(min(size*2, uintptr(c.limit)*contRecordSize)) != nil {
				return nil
			}
		}
		c.made++
	}
	r := c.At(number)
	c.free = r.Parent
	if r.Revision == 0 {
		r.Revision = 1
	}
	r.State, r.Func = ContFresh, f
	r.flags = 0
	r.SetType(t)
	r.Parent, r.Bound, r.ChainBytes = 0, 0, 0
	c.live++
	return r
}

// lastRevision is the first that is never given out. A descriptor that has come
// so far is retired, so a stale reference can never match again.
const lastRevision = 1<<32 - 1

// Free gives back a descriptor and its stack. The caller has made its references
// stale.
func (c *Continuations) Free(r *ContRecord) {
	c.FreeStack(r)
	r.State = ContFree
	r.Func = nil
	c.live--
	if r.Revision < lastRevision {
		r.Parent = c.free
		c.free = c.Number(r)
	}
}

// Consume makes all references to a continuation stale. It returns the
// descriptor to use from now on: another one when the revisions of this are
// used up, nil when there is none left.
func (c *Continuations) Consume(r *ContRecord) *ContRecord {
	r.Revision++
	if r.Revision < lastRevision {
		return r
	}
	return c.renew(r)
}

// renew moves a continuation whose revisions are used up to another descriptor.
func (c *Continuations) renew(old *ContRecord) *ContRecord {
	r := c.New(old.Func, old.Type)
	if r == nil {
		return nil
	}
	revision := r.Revision
	*r = *old
	r.Revision = revision
	if old.Inner != 0 && old.State == ContSuspended {
		c.relink(old, r)
	}
	old.Class, old.Stack = 0, 0
	c.Free(old)
	return r
}

// relink replaces old by r in the chain of the captured continuations.
func (c *Continuations) relink(old, r *ContRecord) {
	from, to := c.Number(old), c.Number(r)
	if old.Inner == from {
		r.Inner = to
		return
	}
	for at := c.At(old.Inner); ; at = c.At(at.Parent) {
		if at.Parent == from {
			at.Parent = to
			return
		}
	}
}
