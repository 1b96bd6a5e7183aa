// Package exectest executes what an instruction set's compiler makes of functions that are written by hand, and
// compares with exact arithmetic: operations with operands of all kinds, control flow, calls, accesses. It is for the
// tests of instruction sets, each of which brings the code of a few stubs.
//
// Registers are allocated in three ways, of which two keep every value in the frame and so do not depend on the
// allocator.
package exectest
