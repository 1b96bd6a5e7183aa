package store

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A tableAccess lets one at a time use a waitTable. That takes a mutex, but for the store of the only ones who have
// come so far, if it has a scheduler: its threads, which are on one goroutine, hand over to each other most often. The
// store owns the table until somebody else comes, who opens it for ever:
//
//	the owner       busy = 1, look at owner; if it is not the store any more: busy = 0, and lock
//	who else comes  lock, owner = nil, look at busy until it is 0
//
// Each side writes before it reads, with the fence of use.go; where there is none, nobody owns the table.
type tableAccess struct {
	mu    sync.Mutex
	owner atomic.Uintptr // ownerID of a store; 0 if there is none
	busy  uint32         // the owner uses the table
	open  bool           // nobody can own it any more
}

// ownerID names a store, which that does not keep alive, or with 1 none.
func ownerID(s *Store) uintptr { return uintptr(unsafe.Pointer(s)) | 1 }

// begin lets code of a store, or of none, use the table, until end with what is returned.
func (a *tableAccess) begin(s *Store) (alone bool) {
	if id := ownerID(s); a.owner.Load() == id {
		writeFlag(&a.busy, 1)
		if a.owner.Load() == id {
			return true
		}
		writeFlag(&a.busy, 0)
	}
	return a.lock(s)
}

func (a *tableAccess) end(alone bool) {
	if !alone {
		a.unlock()
		return
	}
	writeFlag(&a.busy, 0)
}

// unlock is a call of its own, so that end can be inlined.
//
//go:noinline
func (a *tableAccess) unlock() { a.mu.Unlock() }

// lock locks the mutex. It reports false.
func (a *tableAccess) lock(s *Store) (alone bool) {
	a.mu.Lock()
	switch {
	case a.open:
	case s == nil || s.Scheduler == nil || a.owner.Load() != 0 || !lendsByFlag():
		a.expropriate()
	default:
		a.owner.Store(ownerID(s))
	}
	return false
}

// expropriate returns when the owner, if there is one, uses the table no longer, and will only by the mutex, which is
// locked.
func (a *tableAccess) expropriate() {
	a.open = true
	if a.owner.Swap(0) == 0 {
		return
	}
	fence()
	for atomic.LoadUint32(&a.busy) != 0 {
		runtime.Gosched()
	}
}
