// Package ssa is the compiler's intermediate representation: static single
// assignment with block parameters instead of phi functions.
//
// A [Builder] makes a [Func] from a validated body; the passes in [Passes] improve it;
// package codegen turns it into machine code. [Func.String] prints a function and
// [Parse] reads it back; tests of passes are written in that form.
//
// A [Value] is an operation with arguments and at most one result. A [Block] has
// parameters, values in order, and ends with a terminator, which hands arguments
// to the parameters of the blocks that it goes to. Operations with an effect stay
// in order; pure ones may move, merge and vanish (see [OpInfo]).
package ssa
