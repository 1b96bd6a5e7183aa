package exectest

import (
	"testing"

	"weft/internal/codegen"
)

// An InstructionSet is what the tests need of one.
type InstructionSet struct {
	Convention *codegen.Convention
	// Backends compile for the same processor, with more and with fewer of its extensions.
	Backends []codegen.Backend
	SetCall  func(code []byte, call *codegen.Relocation, to int64) bool

	// Enter is code that Go calls as func(context, code, stack uintptr) uint64: it notes where Go's stack is in the
	// context's GoSP, goes to the stack, loads the registers of the convention from Saved and SavedX and the
	// instance's from Saved[15], calls the code, stores them likewise, and returns 0.
	Enter func() []byte
	// Trap is a stub that returns from enter with 1.
	Trap func() []byte
	// Host is one that adds the request's number to the first slot of Args, and destroys all registers.
	Host func() []byte
	// Grow is one that adds 1 to Saved[14], and sets the limit of the stack to 0.
	Grow func() []byte
	// Poll is one that adds 1 to Saved[14], and clears Interrupt and sets PollsLeft to 600.
	Poll func() []byte
}

// Run runs all tests.
func (isa *InstructionSet) Run(t *testing.T) {
	t.Run("Consumers", isa.testConsumers)
	t.Run("NarrowComparisons", isa.testNarrowComparisons)
	t.Run("TestBits", isa.testTestBits)
	t.Run("Loop", isa.testLoop)
	t.Run("Table", isa.testTable)
	t.Run("Accesses", isa.testAccesses)
	t.Run("Addresses64", isa.testAddresses64)
	t.Run("LowerSums", isa.testLowerSums)
	t.Run("Bounds", isa.testBounds)
	t.Run("Calls", isa.testCalls)
	t.Run("Instance", isa.testInstance)
	t.Run("Builtin", isa.testBuiltin)
	t.Run("Grow", isa.testGrow)
	t.Run("Threads", isa.testThreads)
	t.Run("Changes", isa.testChanges)
	t.Run("Wraps", isa.testWraps)
	t.Run("Operations", isa.testOperations)
}
