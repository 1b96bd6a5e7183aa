package weft

import (
	"fmt"
	"runtime"

	"weft/internal/store"
)

// A Snapshot is the state of a store at some time: the content and length of its memories and tables, its globals, and
// which segments its instances have dropped. [Snapshot.Restore] sets the store back to it, any number of times, in a
// time that goes by what has changed. So a program that must initialise itself can be run many times from there.
//
// Not recorded are objects of the heap, continuations, and what Go has: values of its own, files, fuel.
type Snapshot struct {
	store    *Store
	snapshot *store.Snapshot
	cleanup  runtime.Cleanup
}

// Snapshot records the state of the store. That fails if a call is under way, from a host function, too; if a global,
// table or element segment holds a reference to an object, a Go value or a continuation, whose state would not be
// recorded; or if another store has a shared memory of this one.
//
// Memories of more than 128 KiB are kept in a file in memory where the system has that (Linux); it takes a descriptor
// or two for each. Nothing of a snapshot counts for the limits of the store.
func (s *Store) Snapshot() (*Snapshot, error) {
	if s == nil {
		return nil, errNoStore
	}
	defer runtime.KeepAlive(s)
	inner, err := s.store.Snapshot()
	if err != nil {
		return nil, err
	}
	sn := &Snapshot{store: s, snapshot: inner}
	sn.cleanup = runtime.AddCleanup(sn, (*store.Snapshot).Release, inner)
	return sn, nil
}

// Restore sets the store back to the recorded state. It fails as [Store.Snapshot] does if a call is under way or
// another store has a shared memory, and does nothing then; and with [ErrClosed] if the snapshot or the store is
// closed. If the system refuses what is needed, the error says so, and the store should be closed.
//
//   - Memories and tables are as they were, shorter ones included. What [Memory.View] and [Memory.Bytes] have
//     returned is not valid any more; the part of it beyond the end of the memory must not be touched, because it
//     faults.
//   - All continuations end, whether or not they are older than the snapshot. Resuming one is the error that it is
//     for one that has been used. Nobody waits on a shared memory.
//   - What was made since (instances, memories, functions, ...) stays, with its content, and counts for the limits.
//   - Objects stay as they are, and go with a collection if nothing refers to them.
func (sn *Snapshot) Restore() error {
	if sn == nil {
		return errNoSnapshot
	}
	defer runtime.KeepAlive(sn)
	return sn.store.store.Restore(sn.snapshot)
}

// Close gives back what the snapshot takes; closing the store does that, too. The store stays as it is. Close may be
// called more than once, and by any goroutine.
func (sn *Snapshot) Close() {
	if sn == nil {
		return
	}
	sn.cleanup.Stop()
	sn.snapshot.Release()
}

// SetGrowth lets the host decide whether memories grow: allow is called for each memory.grow, and each [Memory.Grow],
// that adds pages and that the type of the memory and the limits of the store allow. If it returns false, memory.grow
// returns -1. If it returns true and the system has no memory, the call traps instead of returning -1. So with a
// function that always returns true, it does not depend on the state of the machine whether a memory grows. With nil
// it is as before.
//
// The function is called on the goroutine of the guest, in the middle of an instruction: it may look at the memory,
// and at nothing else of the store. No call may be under way when it is set.
func (s *Store) SetGrowth(allow func(m *Memory, pages uint64) bool) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if s.store.HostDepth > 0 {
		return fmt.Errorf("weft: a call is under way in the store: set who decides about growth before")
	}
	s.store.Growth = nil
	if allow != nil {
		s.store.Growth = func(m *store.Memory, pages uint64) bool { return allow(&Memory{s, m}, pages) }
	}
	return nil
}
