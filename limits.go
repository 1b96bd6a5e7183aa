package weft

import "weft/internal/store"

// Limits bound what the guests of a store may use. Begin with [DefaultLimits]: a
// field that is 0 allows nothing. On machines with addresses of 32 bits, what they
// cannot hold is reduced.
type Limits struct {
	// StackBytes bounds the stacks of a call together: that of the call from Go and
	// those of the continuations which are active above it. Beyond it the guest
	// traps with "call stack exhausted". The default is 16 MiB.
	StackBytes uint32
	// Continuations bounds how many continuations exist at the same time; beyond it
	// cont.new traps. The default is 4,194,304.
	Continuations uint32
	// ContinuationBytes bounds the memory of the stacks of all continuations. The
	// default is 1 GiB.
	ContinuationBytes uint64
	// MemoryBytes bounds each linear memory. One that begins larger is not made;
	// beyond it memory.grow returns -1. The default is 16 GiB.
	MemoryBytes uint64
	// TableElements bounds each table in the same way. The default is 10,000,000.
	TableElements uint64
	// HeapBytes bounds the heap of structs, arrays, exceptions and references to Go
	// values; beyond it the guest traps with "out of memory". The default is 4 GiB.
	HeapBytes uint64
	// HostDepth bounds how deeply calls from Go into the guest may nest: a host
	// function that calls the guest is one level. The default is 1,000.
	HostDepth int
}

// DefaultLimits returns limits that are generous for programs and keep a
// process alive.
func DefaultLimits() Limits { return Limits(store.DefaultLimits) }
