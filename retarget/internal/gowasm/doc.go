// Package gowasm retargets programs of official Go (GOOS=wasip1) to stack switching.
//
// [Transform] recognises a program (facts.go, module.go) and the names of its functions (pclntab.go); takes the
// functions apart by the grammar of Go's assembler and linker (parse.go, parse_stack.go) into blocks of ops
// (function.go); finds out which of them switch and which come back (classify.go), where recovery enters them
// (recover.go), and which are written within others (inline.go); and writes them anew (emit.go, emit_op.go), with the
// help of a few functions in text (runtime.wat, link.go) and such that make what is seldom called (rare.go). Functions
// that Go's assembler gives another shape keep it (special.go). [Proof.Check] compares the result with what was
// recognised (check.go, check_op.go).
//
// Some of Go's words: the PC of a place is PC_F<<16 | PC_B, where PC_F is the function's index in the table of
// functions and PC_B says where in the function, as its br_table understands it. SP is a global, with a copy in local 1
// of each function; afterwards it is a parameter and a result. g is the running goroutine, or the scheduler's. A gobuf
// has what a goroutine that waits goes on with.
package gowasm
