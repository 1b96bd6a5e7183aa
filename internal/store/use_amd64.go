//go:build !race

package store

import "unsafe"

// lend ends that a use is at work. It stores without the locked instruction of
// package atomic, which takes as long as the rest of a host call: on this
// processor a plain store becomes visible after all that were made before, and
// nothing here depends on when. Whoever is to use the store meanwhile has been
// told to, and so sees it; others are refused a moment longer.
func (u *useWord) lend(lent uint32) { *(*uint32)(unsafe.Pointer(&u.word)) = lent }
