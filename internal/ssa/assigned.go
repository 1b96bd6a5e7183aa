package ssa

import (
	"math/bits"

	"weft/wasm"
)

// assignedSets are, for each block, loop, if, try and try_table of a body in order, the
// locals that are assigned inside.
type assignedSets struct {
	ranges [][2]uint32 // in locals
	locals []uint32
	// open are the constructs that have begun: for each, its set as a bitmap and as the
	// list of what has been added.
	open []openSet
}

type openSet struct {
	construct int
	bits      []uint64
	list      []uint32
}

func (s *openSet) add(local uint32) {
	if word, bit := &s.bits[local/64], uint64(1)<<(local%64); *word&bit == 0 {
		*word |= bit
		s.list = append(s.list, local)
	}
}

// of returns the locals that a construct assigns.
func (a *assignedSets) of(construct int) []uint32 {
	r := a.ranges[construct]
	return a.locals[r[0]:r[1]]
}

func (a *assignedSets) push(construct, numLocals int) {
	if len(a.open) == cap(a.open) {
		a.open = append(a.open, openSet{})
	} else {
		a.open = a.open[:len(a.open)+1]
	}
	s := &a.open[len(a.open)-1]
	s.construct, s.list = construct, s.list[:0]
	words := (numLocals + 63) / 64
	if cap(s.bits) < words {
		s.bits = make([]uint64, words)
	}
	s.bits = s.bits[:words]
	clear(s.bits)
}

// pop ends a construct and adds its locals to those of the one around it.
func (a *assignedSets) pop() {
	s := &a.open[len(a.open)-1]
	a.open = a.open[:len(a.open)-1]
	if len(a.open) == 0 {
		return
	}
	outer := &a.open[len(a.open)-1]
	for _, local := range s.list {
		outer.add(local)
	}
	a.ranges[s.construct][0] = uint32(len(a.locals))
	// In the order of the locals, which a bitmap gives without sorting.
	if len(s.bits) <= 4*len(s.list) {
		for i, word := range s.bits {
			for ; word != 0; word &= word - 1 {
				a.locals = append(a.locals, uint32(64*i+bits.TrailingZeros64(word)))
			}
		}
	} else {
		a.locals = append(a.locals, s.list...)
	}
	a.ranges[s.construct][1] = uint32(len(a.locals))
}

// scanAssigned finds the locals that are assigned in each block of a body.
func (b *Builder) scanAssigned(fn *wasm.Func) error {
	a := &b.assigned
	a.ranges, a.locals, a.open = a.ranges[:0], a.locals[:0], a.open[:0]
	clear(b.legacy)
	numLocals := len(b.locals)
	if b.Plain { // only what is to be known of legacy exceptions
		numLocals = 0
	}
	a.push(0, numLocals) // the function
	b.readBody(fn)
	for b.reader.Len() > 0 {
		if err := b.reader.Next(&b.in); err != nil {
			return err
		}
		switch b.in.Op {
		case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTryTable, wasm.OpBarrier:
			a.push(len(a.ranges), numLocals)
			a.ranges = append(a.ranges, [2]uint32{})
		case wasm.OpTry:
			b.legacy.begin(len(a.ranges))
			a.push(len(a.ranges), numLocals)
			a.ranges = append(a.ranges, [2]uint32{})
		case wasm.OpCatch, wasm.OpCatchAll, wasm.OpRethrow:
			b.legacy.note(&b.in, a)
		case wasm.OpDelegate:
			b.legacy.note(&b.in, a)
			a.pop()
		case wasm.OpEnd:
			a.pop()
		case wasm.OpLocalSet, wasm.OpLocalTee:
			if !b.Plain {
				a.open[len(a.open)-1].add(b.in.Index)
			}
		}
		if len(a.locals) > maxValues {
			b.unsupported("a function of this size", wasm.MVP)
			return b.failure
		}
	}
	b.in.Offset = 0
	return nil
}
