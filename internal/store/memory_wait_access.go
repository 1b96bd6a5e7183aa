package store

import (
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A tableAccess lets one at a time use a waitTable. That takes a mutex, but for the store of the only ones who have come
// so far, if it has a scheduler: its threads, which are on one goroutine, hand over to each other most often. The store
// owns the table until somebody else comes, who opens it for ever:
//
//	the owner       busy = 1, look at owner; if it is not the store any more: busy = 0, and lock
//	who else comes  lock, owner = nil, look at busy until it is 0
//
// Each side writes before it reads, with the fence of use.go.
type tableAccess struct {
	mu    sync.Mutex
	owner atomic.Uintptr // the address of a store, which is not kept alive; 0 if there is none
	busy  uint32         // the owner uses the table
	open  bool           // nobody can own it any more
}

// begin lets code of a store use the table, until end with what is returned.
func (a *tableAccess) begin(s *Store) (alone bool) {
	id := uintptr(unsafe.Pointer(s))
	if a.owner.Load() == id && s != nil {
		writeFlag(&a.busy, 1)
		if a.owner.Load() == id {
			return true
		}
		writeFlag(&a.busy, 0)
	}
	a.lock(s)
	return false
}

func (a *tableAccess) end(alone bool) {
	if alone {
		writeFlag(&a.busy, 0)
	} else {
		a.mu.Unlock()
	}
}

// lock locks the mutex, for a store or, if that is nil, anybody.
func (a *tableAccess) lock(s *Store) {
	a.mu.Lock()
	switch {
	case a.open:
	case s == nil || s.Scheduler == nil || a.owner.Load() != 0:
		a.expropriate()
	default:
		a.owner.Store(uintptr(unsafe.Pointer(s)))
	}
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

// disown is called when a store has ended.
func (a *tableAccess) disown(s *Store) { a.owner.CompareAndSwap(uintptr(unsafe.Pointer(s)), 0) }
