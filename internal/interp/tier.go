package interp

import (
	"math"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// The interpreter as the first tier of an engine of machine code: lowering a function takes a tenth of the time of
// compiling it, and most functions of a program are called a few times, if at all. This file has which functions begin
// here, and for how long; stretch.go has how they are executed.
//
// Every call and every turn of a loop asks whether the machine is to be interrupted. A machine of the first tier always
// is, and so comes to count them, at no cost for others. When a function has used up its count, it is compiled: before
// a call of it, or before the next turn of a loop, with which machine code goes on.
//
// So that no loop stays here for ever, a function is only interpreted if each of its loops can be handed over: where it
// begins the operand stack must be empty, and not many other loops may be around it, each of which makes the rest of
// the function larger.

// maxHanded bounds the bytes of the locals that are handed over.
const maxHanded = 256 * 8

// maxLoops bounds the loops of a function: for each that is handed over, all that follows is compiled.
const maxLoops = 16

// maxAround bounds the loops around one that can be handed over.
const maxAround = 3

// coldTurns returns after how many calls and turns a function is hot whose body has so many bytes. Compiling takes
// 300 ns for a byte, and what is between two polls about 40 ns here and much less as machine code.
func coldTurns(bytes, hotAfter int) int32 {
	if hotAfter == 0 {
		hotAfter = 64 + 2*bytes
	}
	return int32(min(hotAfter, math.MaxInt32))
}

// needsMachine are the proposals whose instructions leave a function in other ways than stretches end. A function that
// has any of them is compiled; so is one with tail calls, which would have to make a frame of another size in place of
// its own, and one that waits.
const needsMachine = wasm.StackSwitching | wasm.NamedHandlers | wasm.TagValues

// A loopStart is the first instruction of a loop.
type loopStart struct{ at, offset uint32 } // in the code, in the body

// loopStarts are those of a function's loops that can be handed over.
type loopStarts struct {
	list []loopStart
	all  bool // there are no others, nor anything else that the first tier cannot execute
}

// noteLoop notes the loop that has just begun.
func (l *lowerer) noteLoop() {
	if !l.loops.all {
		return
	}
	outer, around := l.labels[:len(l.labels)-1], 0
	for i := range outer {
		switch b := &outer[i]; b.kind {
		case labelTry, labelHandler:
			l.loops.all = false
		case labelLoop:
			around++
			l.loops.all = l.loops.all && len(b.params) == 0
		}
	}
	if len(l.stack) > 0 || around > maxAround || len(l.loops.list) == maxLoops {
		l.loops.all = false
	}
	if l.loops.all {
		l.loops.list = append(l.loops.list, loopStart{uint32(len(l.code)), uint32(l.in.Offset)})
	}
}

// noteSecond notes whether an instruction leaves the function to the second tier.
func (l *lowerer) noteSecond(in *wasm.Instruction) {
	waits := in == wasm.OpMemoryAtomicWait32.Info() || in == wasm.OpMemoryAtomicWait64.Info()
	if waits || in.Feature&needsMachine != 0 {
		l.staysSecond()
	}
}

// staysSecond notes that the function cannot be executed by the first tier.
func (l *lowerer) staysSecond() { l.loops.all = false }

// HotAfter implements [store.FirstTier].
func (e *Engine) HotAfter(turns int) { e.hotAfter = turns }

// Begins implements [store.FirstTier].
func (e *Engine) Begins(s *store.Store, f *store.FuncRecord, turns int) (frame uintptr, ok bool) {
	if prepare(s, f) != nil {
		return 0, false
	}
	h := (*header)(store.Pointer(f.Code))
	return uintptr(h.frame), h.count(int32(turns))
}

// count counts, and reports whether the function is still cold.
func (h *header) count(turns int32) bool {
	return atomic.LoadInt32(&h.left) > 0 && atomic.AddInt32(&h.left, -turns) > 0
}

// loopAt returns the offset of the loop whose first instruction is at ip.
func (f *funcCode) loopAt(ip uintptr) (int, bool) {
	at := uint32((ip - f.start - instrSize) / instrSize)
	for _, l := range f.loops {
		if l.at == at {
			return int(l.offset), true
		}
	}
	return 0, false
}
