//go:build !(linux && amd64) || race

package store

import "sync/atomic"

// The fences of the two sides of a store's lending (use.go): here each side has its own.

// OthersFence says that who must see what a thread has written before it reads on makes it so by a fence.
const OthersFence = false

func lendsByFlag() bool { return true }

func fence() {}

// writeFlag writes a flag that is visible before what the caller reads next is read.
func writeFlag(flag *uint32, v uint32) { atomic.StoreUint32(flag, v) }

// WriteSoon writes what other goroutines read, maybe a moment later.
func WriteSoon(flag *uint32, v uint32) { atomic.StoreUint32(flag, v) }
