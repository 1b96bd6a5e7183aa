package store

import (
	"fmt"
	"slices"
)

// A memoryState is what a memory was: its content as an image, or as a copy.
type memoryState struct {
	length, counted uint64
	image           *image
	copy            []byte
}

func (st *memoryState) release() {
	if st.image != nil {
		st.image.release()
	}
	*st = memoryState{}
}

// lockShared keeps other stores from getting those of the memories that are shared, until unlock is called. It fails
// if one has them.
func (s *Store) lockShared(memories []*Memory) (unlock func(), err error) {
	var locked []*SharedMemory
	unlock = func() {
		for _, shared := range locked {
			shared.growing.Unlock()
		}
	}
	for i, m := range memories {
		if m.Shared == nil {
			continue
		}
		// Whoever has the lock is another store, which grows the memory or gets it.
		alone := m.Shared.growing.TryLock()
		if alone {
			locked = append(locked, m.Shared)
			alone = m.Shared.stores == 1
		}
		if !alone {
			unlock()
			return nil, fmt.Errorf("weft: memory %d is shared, and another store has it: "+
				"it can be neither recorded nor restored", i)
		}
	}
	return unlock, nil
}

// content returns the region that the memory has, alone or shared.
func (m *Memory) content() *Region {
	if m.Shared != nil {
		return &m.Shared.region
	}
	return &m.region
}

// record returns the state of the memory. If it is shared, it is locked.
func (m *Memory) record() memoryState {
	st := memoryState{length: m.Len(), counted: m.counted}
	if im, ok := newImage(m.content(), uintptr(st.length)); ok {
		st.image = im
	} else {
		st.copy = slices.Clone(m.Bytes())
	}
	return st
}

// restore sets the memory back to a state. If it is shared, it is locked.
func (m *Memory) restore(s *Store, st *memoryState) error {
	if err := m.restoreContent(s, st); err != nil {
		return fmt.Errorf("weft: restore memory %d: %w", m.Record.Number, err)
	}
	if m.Shared != nil {
		m.Shared.length.Store(st.length)
		m.Shared.waiters.clear(s)
	}
	m.Record.Len = st.length
	s.used.memory -= m.counted - st.counted
	m.counted = st.counted
	return nil
}

// restoreContent sets back what is there up to the length, makes zero what the memory has beyond, and guards that.
func (m *Memory) restoreContent(s *Store, st *memoryState) error {
	r, end := m.content(), uintptr(st.length)
	if err := r.Commit(end); err != nil { // another state may have made it shorter
		return err
	}
	if st.image != nil {
		if err := st.image.restore(r); err != nil {
			return err
		}
		end = roundUp(end, pageRound)
	} else {
		if err := r.makeAnonymous(); err != nil {
			return err
		}
		_ = move(s, r.bytes(0, end), st.copy) // there is no call that could be interrupted
	}
	if before := uintptr(m.Len()); before > end {
		rest := r.bytes(end, before)
		if len(rest) <= fewDirty || !giveBack(rest) {
			_ = zero(s, rest)
		}
	}
	if m.Guarded() {
		return r.trim(uintptr(st.length))
	}
	return nil
}

// clear ends all waits, and wakes nobody.
func (t *waitTable) clear(s *Store) {
	defer t.end(t.begin(s))
	if t.turns != nil {
		t.turns.clear()
	}
	for queues := t.queues; t.waiting > 0; queues = queues[1:] {
		for queues[0].first != nil {
			t.remove(queues[0].first)
		}
	}
}
