package store

import "unsafe"

// The threads of a store that owns the table of a shared memory (memory_wait_access.go) wait in the queues of its
// turns, where machine code finds them. When somebody else comes to the table, they are moved to the table's own.

// noOwner is no ownerID, and not 0.
const noOwner = 2

// useTurns lets threads wait in the queues of the turns that a waiter has, if its store owns the table and they can be.
func (t *waitTable) useTurns(p *Waiter, memory *MemoryRecord) {
	if s := p.turns; s.table == nil && t.turns == nil && t.waiting == 0 && t.access.owner.Load() == ownerID(p.Home) {
		s.table, t.turns = t, s
		s.spread(firstQueues)
		r := s.record
		r.Access, r.Owner = uintptr(unsafe.Pointer(&t.access)), ownerID(p.Home)
		r.Memory = uintptr(unsafe.Pointer(memory))
	}
}

// begin lets code of a store, or of none, use the table until end. Who is the first to come beside the owner moves
// those who wait to the queues here.
func (t *waitTable) begin(s *Store) (alone bool) {
	alone = t.access.begin(s)
	if !alone && t.turns != nil && t.access.open {
		t.takeOver()
	}
	return alone
}

// disown is called when a store has ended.
func (t *waitTable) disown(s *Store) {
	t.access.mu.Lock()
	defer t.access.mu.Unlock()
	if t.access.owner.CompareAndSwap(ownerID(s), 0) && t.turns != nil {
		t.takeOver()
	}
}

func (t *waitTable) end(alone bool) { t.access.end(alone) }

// takeOver moves those who wait from the turns to the queues here, which is the end of their use. The race detector
// does not see that machine code has ordered what it and Go have written there before (tableAccess).
//
//go:norace
func (t *waitTable) takeOver() {
	s := t.turns
	t.turns, s.record.Owner = nil, noOwner
	for i := range s.queues {
		for at := s.queues[i].First; at != 0; {
			r := s.turn(at)
			next := r.Next
			r.Next, r.waiter.table = 0, t
			t.enqueue(r.Address, r.waiter)
			at = next
		}
	}
	clear(s.queues)
	s.record.Waiting = 0
}

// clear ends all waits.
func (t *Turns) clear() {
	for _, q := range t.queues {
		for at := q.First; at != 0; {
			r := t.turn(at)
			at, r.Next = r.Next, 0
		}
	}
	clear(t.queues)
	t.record.Waiting = 0
}

// enqueue makes one wait at an address.
func (t *Turns) enqueue(addr uint64, at uintptr) {
	if t.record.Waiting >= uint64(len(t.queues)) {
		t.spread(2 * len(t.queues))
	}
	t.record.Waiting++
	r := t.turn(at)
	r.Address, r.State, r.AskAtWake = addr, TurnWaiting, 0
	t.add(t.queue(addr), at)
}

func (t *Turns) queue(addr uint64) *TurnQueue { return &t.queues[addr*spread>>32&t.record.Mask] }

// spread distributes those who wait over n queues. Those of an address stay in order.
func (t *Turns) spread(n int) {
	old, r := t.queues, t.record
	t.queues = make([]TurnQueue, n)
	r.Queues, r.Mask = uintptr(unsafe.Pointer(&t.queues[0])), uint64(n-1)
	for _, q := range old {
		for at := q.First; at != 0; {
			next := t.turn(at).Next
			t.add(t.queue(t.turn(at).Address), at)
			at = next
		}
	}
}

// notify wakes at most count of those who wait at an address.
func (t *Turns) notify(addr uint64, count uint32, by *Store) uint32 {
	if t.record.Waiting == 0 {
		return 0
	}
	n, q := uint32(0), t.queue(addr)
	for behind, at := uintptr(0), q.First; at != 0 && n < count; {
		next := t.turn(at).Next
		if t.turn(at).Address != addr {
			behind = at
		} else {
			t.wakes(q, behind, at)
			t.turn(at).waiter.wake(by)
			n++
		}
		at = next
	}
	return n
}

// wakes takes one who waits out of its queue.
func (t *Turns) wakes(q *TurnQueue, behind, at uintptr) {
	t.take(q, behind, at)
	t.record.Waiting--
}

// leave ends the wait of one if it waits in the queues here, and reports whether it did.
func (t *Turns) leave(p *Waiter) bool {
	if t.table == nil {
		return false
	}
	alone := t.table.begin(p.Home)
	defer t.table.end(alone)
	return t.table.turns == t && t.turn(p.turn).State == TurnWaiting && t.unqueue(p.turn)
}

// unqueue takes one who waits out of its queue, if it is in one.
func (t *Turns) unqueue(one uintptr) bool {
	q := t.queue(t.turn(one).Address)
	for behind, at := uintptr(0), q.First; at != 0; behind, at = at, t.turn(at).Next {
		if at == one {
			t.wakes(q, behind, at)
			return true
		}
	}
	return false
}
