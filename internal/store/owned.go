package store

import (
	"runtime"
	"sync/atomic"
)

// owned is what a store has outside of Go's heap, or together with others: what is given back at its end. It refers
// to nothing that could refer to the store, as a host function does. So it can be what Go's collector calls when
// the store is dead: whatever that holds lives until then.
type owned struct {
	arena    Arena
	memories []*Memory
	shared   map[*SharedMemory]*Memory // those of memories that are shared
	tables   []*Table
	heap     Heap
	Conts    Continuations
	held     *HeldTypes
	// snapshots are those that have not been released.
	snapshots snapshotSet
	released  atomic.Bool
}

// release gives everything back, once.
func (o *owned) release() {
	if o.released.Swap(true) {
		return
	}
	o.snapshots.releaseAll()
	for _, m := range o.memories {
		m.release()
	}
	for _, t := range o.tables {
		t.region.Recycle(uintptr(max(t.Record.Len, t.filled)) * 8)
	}
	o.heap.region.Recycle(o.heap.region.Size())
	o.Conts.release()
	o.arena.Release()
	o.held.release()
}

// ReleaseWith lets the store be released when Go's collector finds its owner dead, without whom nobody uses it.
func ReleaseWith[T any](owner *T, s *Store) {
	s.ended = runtime.AddCleanup(owner, (*owned).release, s.owned).Stop
}

// release gives back what the store has, unless uses are under way: the last one to end does it then. It makes the
// store busy for ever. Who still refers to the store then keeps nothing alive that it referred to, but for who has
// an instance: that has its module.
func (s *Store) release() {
	// Not Load: who leaves has just written the word, which Drop must see if this sees its holder.
	if s.use.holders.Add(0) != 0 || !atomic.CompareAndSwapUint32(&s.use.word, 0, useBusy) {
		return
	}
	if s.Native != nil {
		s.heap.ownRuns()
		s.Native.Release()
	}
	for _, state := range s.Idle {
		state.Release()
	}
	s.owned.release()
	if s.ended != nil {
		s.ended()
	}
	s.Native, s.Idle, s.Profile = nil, nil, nil
	s.instances, s.hosts, s.externs, s.layouts = nil, nil, externTable{}, nil
}
