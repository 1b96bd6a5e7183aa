//go:build unix

package store

import (
	"math/bits"
	"sync"
	"unsafe"
)

// aheadSpace is address space for memories with guards, of which the system is asked for that of several at a time. The
// more there have been, the more that is.
type aheadSpace struct {
	mu     sync.Mutex
	next   unsafe.Pointer
	left   int // of guardedBytes each
	wanted int // the next time
}

const (
	guardedBytes = (guardedSpace + spareForViews) * (bits.UintSize / 64) // 0 where there are no guards
	mostAhead    = 16
)

// take returns address space for one memory.
func (a *aheadSpace) take() (unsafe.Pointer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left == 0 {
		n := max(a.wanted, 1)
		base, err := mapAlone(uintptr(n) * guardedBytes)
		if err != nil {
			n = 1
			if base, err = mapAlone(guardedBytes); err != nil {
				return nil, err
			}
		}
		a.next, a.left, a.wanted = base, n, min(2*n, mostAhead)
	}
	p := a.next
	if a.left--; a.left > 0 {
		a.next = unsafe.Add(p, guardedBytes)
	}
	return p, nil
}
