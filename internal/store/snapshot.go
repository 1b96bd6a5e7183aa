package store

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"weft/wasm"
)

// A Snapshot is the state of a store at some time: its memories, globals and tables, and which segments its instances
// have dropped. Things that were made later are not its business. It names things by their numbers in the store, so
// it does not keep the store alive.
//
// References in it are to functions, which live as long as the store. Objects of the heap change, and continuations
// run, so a reference to one would not bring its state back: a store that has them in these places cannot be
// recorded. So the collector need not know snapshots.
type Snapshot struct {
	set *snapshotSet

	mu       sync.Mutex // held while it is used or released
	released bool
	memories []memoryState
	globals  [][2]uint64
	tables   [][]uint64
	segments []segmentState
}

// A segmentState says which segments of an instance were dropped, as the instance does.
type segmentState struct {
	elems        [][]uint64
	droppedDatas []uint64
}

// A snapshotSet has the snapshots of a store, which end with it.
type snapshotSet struct {
	mu    sync.Mutex
	ended bool
	live  map[*Snapshot]bool
}

// add adds a snapshot, unless the store has ended.
func (set *snapshotSet) add(sn *Snapshot) bool {
	set.mu.Lock()
	defer set.mu.Unlock()
	if set.ended {
		return false
	}
	if set.live == nil {
		set.live = map[*Snapshot]bool{}
	}
	set.live[sn] = true
	return true
}

func (set *snapshotSet) remove(sn *Snapshot) {
	set.mu.Lock()
	defer set.mu.Unlock()
	delete(set.live, sn)
}

// releaseAll releases all snapshots, when the store ends.
func (set *snapshotSet) releaseAll() {
	set.mu.Lock()
	live := set.live
	set.live, set.ended = nil, true
	set.mu.Unlock()
	for sn := range live {
		sn.Release()
	}
}

// Snapshot records the state of the store. No call may be under way.
func (s *Store) Snapshot() (*Snapshot, error) {
	if err := s.enterAtRest(); err != nil {
		return nil, err
	}
	defer s.Leave()
	if err := s.checkReferences(); err != nil {
		return nil, err
	}
	unlock, err := s.lockShared(s.memories)
	if err != nil {
		return nil, err
	}
	defer unlock()
	sn := &Snapshot{set: &s.snapshots}
	for _, g := range s.globals {
		sn.globals = append(sn.globals, g.Record.Value)
	}
	for _, t := range s.tables {
		sn.tables = append(sn.tables, slices.Clone(t.Slots()))
	}
	for _, in := range s.instances {
		sn.segments = append(sn.segments, segmentState{slices.Clone(in.Elems), slices.Clone(in.droppedDatas)})
	}
	for _, m := range s.memories {
		sn.memories = append(sn.memories, m.record())
	}
	if !s.snapshots.add(sn) {
		sn.Release()
		return nil, ErrClosed
	}
	return sn, nil
}

// Release gives back what the snapshot has. Any goroutine may call it, and more than once.
func (sn *Snapshot) Release() {
	sn.mu.Lock()
	defer sn.mu.Unlock()
	if sn.released {
		return
	}
	sn.released = true
	sn.set.remove(sn)
	for i := range sn.memories {
		sn.memories[i].release()
	}
	sn.memories, sn.globals, sn.tables, sn.segments = nil, nil, nil, nil
}

// checkReferences refuses a store that has objects or continuations where they would be recorded.
func (s *Store) checkReferences() error {
	for i, g := range s.globals {
		if err := s.checkReference(g.Record.Value[0], g.Type.Type, "global", i); err != nil {
			return err
		}
	}
	for i, t := range s.tables {
		if err := s.checkSlots(t.Slots(), t.Type.Elem, "table", i); err != nil {
			return err
		}
	}
	for _, in := range s.instances {
		for i, elems := range in.Elems {
			if elems == nil {
				continue
			}
			t := wasm.CanonicalValType(in.Module.Wasm.Elems[i].Type, in.Module.Types)
			if err := s.checkSlots(elems, t, "element segment", i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) checkSlots(slots []uint64, t wasm.ValType, what string, number int) error {
	if s.trace(t) == TraceNothing {
		return nil
	}
	for _, ref := range slots {
		if err := s.checkReference(ref, t, what, number); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) checkReference(ref uint64, t wasm.ValType, what string, number int) error {
	trace := s.trace(t)
	if trace == TraceNothing || ref == 0 || trace == TraceObject && ref&1 != 0 {
		return nil
	}
	held := "an object of the heap or of the host"
	if trace == TraceCont {
		held = "a continuation"
	}
	return fmt.Errorf("weft: the store cannot be recorded: %s %d of type %s holds a reference to %s, "+
		"whose state would not be recorded", what, number, t, held)
}

// Restore sets the store back to the state that was recorded, and ends all continuations. No call may be under way.
// Unless the error is from the system, nothing has changed then.
func (s *Store) Restore(sn *Snapshot) error {
	if err := s.enterAtRest(); err != nil {
		return err
	}
	defer s.Leave()
	sn.mu.Lock()
	defer sn.mu.Unlock()
	if sn.released {
		return ErrClosed
	}
	unlock, err := s.lockShared(s.memories[:len(sn.memories)])
	if err != nil {
		return err
	}
	defer unlock()
	s.endContinuations()
	for i, value := range sn.globals {
		s.globals[i].Record.Value = value
	}
	for i, slots := range sn.tables {
		s.used.elements -= s.tables[i].restore(slots)
	}
	for i := range sn.segments {
		s.instances[i].restoreSegments(&sn.segments[i])
	}
	for i := range sn.memories {
		if err := s.memories[i].restore(s, &sn.memories[i]); err != nil {
			return err
		}
	}
	return nil
}

// endContinuations ends those that are fresh or suspended, as a collection does that reaches none. The guest's stacks
// are not recorded, so none could go on.
func (s *Store) endContinuations() {
	// Those of the pool are for machine code only. Who makes threads from Go again and again would only add to them.
	s.Conts.EmptyPool()
	if s.Conts.Live() == 0 {
		return
	}
	c := collector{s: s, steps: lookInterval}
	if s.marked {
		c.forgetMarks()
		s.marked = false
	}
	c.sweepConts()
}

// restore sets the elements back, and returns how many more there were.
func (t *Table) restore(slots []uint64) uint64 {
	before, n := t.Record.Len, uint64(len(slots))
	copy(unsafe.Slice((*uint64)(t.Record.Base), max(before, n)), slots)
	t.Record.Len = n
	t.filled = max(t.filled, before) // by what was there
	return before - n
}

// restoreSegments drops no segment that was there, and all others.
func (in *Instance) restoreSegments(state *segmentState) {
	for i := range in.Elems {
		switch bytes := in.elemBytes(i); {
		case in.Elems[i] == nil && state.elems[i] != nil:
			in.Store.used.records += bytes
		case in.Elems[i] != nil && state.elems[i] == nil:
			in.Store.used.records -= bytes
		}
	}
	copy(in.Elems, state.elems)
	copy(in.droppedDatas, state.droppedDatas)
}
