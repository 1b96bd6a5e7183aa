package amd64

import "weft/internal/codegen"

// Registers with a meaning, besides those of the convention.
const (
	contextReg  = R15
	instanceReg = R14 // the callee's, at a call
	recordReg   = R13 // the callee's function record, at a call that goes through one
	// tailCallerReg has the caller's instance at a tail call that goes through a record.
	tailCallerReg = R12
	contReg       = RDX // the continuation, at a switch of stacks
	tagReg        = R14 // the tag's record, at a suspend
	numberReg     = RBP // what a switch of stacks is about: a tag or a resume site
)

// Convention returns the registers in which values are passed.
func Convention() *codegen.Convention {
	return &codegen.Convention{
		Int:   []codegen.Reg{RAX, RBX, RCX, RDI, RSI, R8, R9, R10, R11},
		Float: []codegen.Reg{X0, X1, X2, X3, X4, X5, X6, X7},
	}
}

// Machine returns what the allocator of registers must know. The registers with
// short encodings come first.
func Machine() *codegen.Machine {
	return &codegen.Machine{
		Allocatable: [2][]codegen.Reg{
			codegen.Int:   {RAX, RBX, RCX, RDI, RSI, RDX, RBP, R8, R9, R10, R11, R12, R13, R14},
			codegen.Float: {X0, X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14},
		},
		Scratch: scratch,
	}
}

// A Config says for what code is made: for a processor with these extensions, and a run time.
type Config struct {
	Features Features
	codegen.Runtime
}
