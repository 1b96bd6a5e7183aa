package arm64

import "weft/internal/codegen"

// Registers with a meaning, besides those of the convention. None of these carries arguments.
const (
	// scratchReg is changed within what one instruction of the selection becomes, and between functions; nothing is in
	// it where another instruction begins. LR is likewise free between prologue and epilogue, since the return address
	// is in the frame.
	scratchReg = X16
	// resumeReg is never used by compiled code: whoever goes on with it at any instruction has the address in it.
	resumeReg = X17

	// X18 and X28 are never used either: X18 belongs to some operating systems, X28 to Go, whose signal handlers look
	// for their goroutine there.

	contextReg  = X27
	instanceReg = X19 // the callee's, at a call
	recordReg   = X20 // the callee's function record, at a call that goes through one
	// tailCallerReg has the caller's instance at a tail call that goes through a record.
	tailCallerReg = X21
	contReg       = X22 // the continuation, at a switch of stacks
	numberReg     = X23 // what a switch of stacks is about: a tag or a resume site
	tagReg        = X24 // the tag's record, at a suspend

	// scratchV is the V register that is never allocated.
	scratchV = V0 + 31
)

// Convention returns the registers in which values are passed.
func Convention() *codegen.Convention {
	return &codegen.Convention{Int: registers(X0, X7), Float: registers(V0, V0+7)}
}

// registers lists the registers from the first to the last.
func registers(first, last Reg) (list []codegen.Reg) {
	for r := first; r <= last; r++ {
		list = append(list, r)
	}
	return list
}

// allocatable are the general registers that may have values.
func allocatable() []codegen.Reg {
	return append(append(registers(X0, X15), registers(X19, X26)...), X29)
}

// Machine returns what the allocator of registers must know.
func Machine() *codegen.Machine {
	return &codegen.Machine{
		Allocatable: [2][]codegen.Reg{codegen.Int: allocatable(), codegen.Float: registers(V0, V0+30)},
		Scratch:     scratchV,
	}
}

// A Config says for what code is made: for a processor with these extensions, and a run time.
type Config struct {
	Features Features
	codegen.Runtime
}

// frameSize returns the size of a function's frame with the return address behind it at a multiple of 16, less that
// address: the stack pointer is a multiple of 16 wherever memory is accessed through it.
func frameSize(f *codegen.Func) int32 {
	size := int32(f.FrameSize)
	return size + 8 - size&8
}
