package gowasm

import (
	"slices"
	"strings"

	"weft/wasm"
)

// Engines know from branch hints (the proposal of that name) what hardly happens in Go's code: that the stack has to
// grow, that the collector wants to know of a pointer that is written, and that a function goes on after a recovery.

// unlikelyIf begins an if whose condition is unlikely to hold.
func (e *emitter) unlikelyIf() {
	e.hint(false)
	e.typed(wasm.OpIf, emptyType)
}

// hint notes, right before it is written, whether the condition of the branch that comes next is likely to hold.
func (e *emitter) hint(likely bool) {
	root := e.root()
	root.hints = append(root.hints, wasm.BranchHint{Offset: uint32(len(e.b)), Likely: likely})
}

// hintJump notes what is likely for the conditional jump to a block from an op of the block at hand.
func (e *emitter) hintJump(to int) {
	switch {
	case e.hasBarrier(e.at.block, e.at.op+1):
		e.hint(true)
	case e.hasBarrier(to, 0):
		e.hint(false)
	}
}

// hasBarrier reports whether a write barrier comes next, behind plain instructions, from an op of a block on.
func (e *emitter) hasBarrier(block, from int) bool {
	for ; block < len(e.f.blocks); block, from = block+1, 0 {
		for i := from; i < len(e.f.blocks[block].ops); i++ {
			switch o := &e.f.blocks[block].ops[i]; o.kind {
			case plain, stackAddress, stackLoad, stackBase, stackStore:
			case callOwn:
				f := e.m.function(uint32(o.x))
				return f != nil && strings.HasPrefix(f.name, "runtime.gcWriteBarrier")
			default:
				return false
			}
		}
	}
	return false
}

// addHints adds the section of all hints, in place of one that was true of the old code.
func (m *module) addHints() {
	var all []wasm.FuncHints
	for i := range m.funcs {
		if f := &m.funcs[i]; len(f.hints) > 0 {
			all = append(all, wasm.FuncHints{Func: f.index, Hints: f.hints})
		}
	}
	m.m.Customs = slices.DeleteFunc(m.m.Customs, func(c wasm.Custom) bool { return c.Name == wasm.BranchHintSection })
	if len(all) > 0 {
		m.m.Customs = append(m.m.Customs, wasm.Custom{Name: wasm.BranchHintSection,
			Data: wasm.AppendBranchHints(nil, all), After: wasm.SectionDataCount})
	}
}
