package codegen

import "weft/internal/ssa"

// What code that switches stacks knows of descriptors, clauses and exceptions. How it goes about them is written in the
// emission of each instruction set.

// ClauseSize is the size of a clause behind an instance: a tag's record, with what tells the kind (see
// [SwitchClause]), and the landing pad. The list ends with a tag of 0.
const ClauseSize = 16

// Entries of the table that the mark of a suspension in a try_table leads to, and what ends it: where an instance has
// the pointer to the tag (0: any), with CatchWantsRef, and the distance of the landing pad from the table.
const (
	CatchSize     = 8
	CatchPad      = 4
	CatchWantsRef = 1
	CatchEnd      = -2
)

// OneRevision is what makes a reference the next one.
const OneRevision = 1 << 32

// The name of a handler is the reference after the one that is resumed.
var _ [OneRevision - ssa.NameAfter]struct{}
