package ssa

import (
	"cmp"
	"slices"
)

// Inlined lists the calls of a function that are built as their callees' bodies (inline.go), and with it says what
// positions mean: those of the function's own body are the offsets in it. Behind them each of these calls has as many
// as its callee's body is long, and one more.
type Inlined []InlinedCall

// An InlinedCall is one of these calls.
type InlinedCall struct {
	First int32 // the position of the first byte of the callee's body
	Own   int32 // the callee, by its number among those that the module defines
	Call  int32 // the position of the call, which may be in another of these
}

// At returns the call in whose body a position is; nil if it is in the function's own.
func (l Inlined) At(position int32) *InlinedCall {
	i, exact := slices.BinarySearchFunc(l, position, func(c InlinedCall, p int32) int { return cmp.Compare(c.First, p) })
	if !exact {
		i--
	}
	if i < 0 {
		return nil
	}
	return &l[i]
}

// Outermost returns where in the function's own body the call is in which a position is.
func (l Inlined) Outermost(position int32) int32 {
	for {
		c := l.At(position)
		if c == nil {
			return position
		}
		position = c.Call
	}
}
