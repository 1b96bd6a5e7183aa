package weft

import "weft/internal/store"

// Limits bound what the guests of a store may use. Begin with [DefaultLimits]: a
// field that is 0 allows nothing, unless it says that 0 is the default. On machines
// with addresses of 32 bits, what they
// cannot hold is reduced.
type Limits struct {
	// StackBytes bounds the stacks of a call together: that of the call from Go and
	// those of the continuations which are active above it. Beyond it the guest
	// traps with "call stack exhausted". The default is 16 MiB.
	StackBytes uint32
	// Continuations bounds how many continuations exist at the same time; beyond it
	// cont.new traps. The default is 4,194,303.
	Continuations uint32
	// ContinuationBytes bounds the memory of the stacks of all continuations. The
	// default is 1 GiB.
	ContinuationBytes uint64
	// MemoryBytes bounds the bytes of all linear memories together. An instance whose
	// memories need more is not made; beyond it memory.grow returns -1. A shared memory counts
	// with the size that it has when the store gets it, and what it grows by in the store whose guest
	// lets it grow. The default is 16 GiB.
	MemoryBytes uint64
	// Memories bounds the number of linear memories, for each of which up to 8 GiB of
	// addresses are reserved. An instance that needs more is not made. The default is 1,000,
	// and so is 0.
	Memories uint32
	// TableElements bounds the elements of all tables together, of 8 bytes each, as
	// MemoryBytes does for memories: beyond it table.grow returns -1. The default is 10,000,000.
	TableElements uint64
	// Tables bounds the number of tables; an instance that needs more is not made. The
	// default is 10,000, and so is 0.
	Tables uint32
	// Instances bounds the number of instances, also of those whose making has failed halfway.
	// The default is 10,000, and so is 0.
	Instances uint32
	// InstanceBytes bounds what the instances and what the host has made take besides: the records
	// of functions, globals, tags, tables and memories, and the element segments that have not been
	// dropped. An instance that needs more is not made. The default is 256 MiB, which
	// is enough for a million functions and a million globals, and so is 0.
	InstanceBytes uint64
	// HeapBytes bounds the heap of structs, arrays, exceptions and references to Go
	// values, with what those say that they keep of Go's memory ([Sized]); beyond it the guest traps with
	// "out of memory". The default is 4 GiB.
	HeapBytes uint64
	// HostDepth bounds how deeply calls from Go into the guest may nest: a host
	// function that calls the guest is one level. The default is 1,000.
	HostDepth int
}

// DefaultLimits returns limits that are generous for programs and keep a
// process alive.
func DefaultLimits() Limits { return Limits(store.DefaultLimits) }
