package ssa

import (
	"cmp"
	"slices"

	"weft/wasm"
)

// Branch hints (the proposal of that name) say which way of a branch is unlikely. That one is cold then: it lies behind
// the others, values that only it needs are computed there, and no call in its first block is built as the callee's
// body.

// A hint says what is known of a branch.
type hint uint8

const (
	noHint hint = iota
	unlikely
	likely
)

// hint returns what is known of the instruction that is being built.
func (b *Builder) hint() hint {
	at := b.declared + uint32(b.in.Offset)
	i, found := slices.BinarySearchFunc(b.hints, at, func(h wasm.BranchHint, at uint32) int {
		return cmp.Compare(h.Offset, at)
	})
	switch {
	case !found:
		return noHint
	case b.hints[i].Likely:
		return likely
	}
	return unlikely
}

// hintIf makes the unlikely arm of an if cold.
func (b *Builder) hintIf(then, alternative *Block) {
	switch b.hint() {
	case likely:
		alternative.Cold = true
	case unlikely:
		then.Cold = true
	}
}

// branchIfHinted builds a br_if. That a loop goes on is no news, and what follows a loop is not cold for it.
func (b *Builder) branchIfHinted(condition *Value, depth uint32) {
	switch hint := b.hint(); {
	case hint == unlikely && !b.Plain:
		leave, next := b.f.NewBlock(), b.f.NewBlock()
		leave.Cold = true
		b.branchOn(condition, leave, next)
		b.begin(leave)
		b.jump(b.label(depth))
		b.begin(next)
	case hint == likely && b.label(depth).kind != labelLoop && b.label(depth).kind != labelTurn:
		b.branchIf(condition, true, depth)
		b.block.Cold = true
	default:
		b.branchIf(condition, true, depth)
	}
}
