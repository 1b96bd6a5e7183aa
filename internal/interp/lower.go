package interp

import (
	"errors"
	"slices"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// Lowering turns the bytes of a validated body into register code, in one pass.
//
// It keeps a model of the operand stack. Every position of the stack has a slot
// of the frame, its home. A position holds either a value that is in its home,
// or something still lazy: a local that has been read, a constant. A lazy
// operand goes directly into the instruction that uses it, and is copied to its
// home only when control flow or a call needs it there, or when its local is
// about to change.
//
// Only the topmost window positions can be lazy, which bounds the work of
// finding those that read a certain local.

const window = 32

// lookInterval is after how many instructions lowering looks whether the call has ended that wants it.
const lookInterval = 4096

var errEnded = errors.New("the call has ended")

// An operand is a position of the operand stack.
type operand struct {
	kind  operandKind
	wide  bool   // 2 slots
	home  uint32 // offset of the position's own slot
	local uint32 // lazyLocal: index
	bits  uint64 // lazyConst
}

type operandKind uint8

const (
	inHome operandKind = iota
	lazyLocal
	lazyConst
)

// A lowerer lowers the functions of one module.
type lowerer struct {
	module  *store.Module
	layouts map[uint32]*store.Layout // of the struct and array types that were used
	// hotAfter and steps are those of the engine.
	steps    bool
	listens  bool
	hotAfter int
	reader   wasm.CodeReader
	in       wasm.Instr

	code            []instr
	offsets         []uint32
	own, bodyOffset int // of the function: its index, and where its body is in the binary
	tries           []tryRange
	barriers        []codeRange
	loops           loopStarts

	stack  []operand
	lazy   int    // positions from here on may be lazy
	height uint32 // offset of the home of the next position
	frame  uint32 // bytes of the frame so far

	link        uint32
	locals      uint32 // bytes of the locals that are not parameters
	localOffset []uint32
	localWide   []bool
	localReads  []uint8 // lazy positions that read each local

	labels []label
	// dead: the code here cannot be reached. It is not lowered.
	dead bool
	// last is the instruction that computed the topmost position's value into its
	// home and may still be changed; -1 if there is none.
	last int
}

// lower makes the register code of a function that the module defines. The
// code is in l until the next call. It is done for a store, whose call may end meanwhile: then the error is
// errEnded.
func (l *lowerer) lower(s *store.Store, m *store.Module, index int) (header, error) {
	f := &m.Wasm.Funcs[index]
	t := m.Wasm.FuncType(f.Type)
	l.module, l.own, l.bodyOffset = m, index, f.BodyOffset
	l.reader.Reset(f.Body, f.BodyOffset, m.Features, m.Wasm.Dialect)
	// About so many instructions come of a body. Lists that grow by themselves would be copied again and again.
	l.code, l.offsets = slices.Grow(l.code[:0], len(f.Body)/instrPerBody), slices.Grow(l.offsets[:0], len(f.Body)/instrPerBody)
	l.tries, l.barriers = nil, nil
	l.stack, l.lazy = l.stack[:0], 0
	l.labels, l.dead, l.last = l.labels[:0], false, -1
	l.loops = loopStarts{all: len(m.Watched) == 0}
	end := l.layoutLocals(t, f)
	h := header{link: l.link}
	l.in.Offset = 0
	if declared := l.link + linkSize; end > declared {
		l.emit(instr{op: opZero, a: declared, c: end - declared})
	}
	l.height, l.frame = end, end
	l.frame = max(l.frame, 8*uint32(wasm.SlotCount(t.Results)))
	l.pushLabel(label{kind: labelBlock, params: nil, results: t.Results})
	l.step()
	if l.listens {
		l.emit(instr{op: opEnter})
	}

	for n := 1; l.reader.Len() > 0; n++ {
		if n%lookInterval == 0 && s.Ended() {
			return header{}, errEnded
		}
		if err := l.reader.Next(&l.in); err != nil {
			return header{}, err
		}
		if l.dead {
			l.skip()
		} else {
			l.instruction()
		}
	}
	h.frame = l.frame
	if l.locals = end - l.link - linkSize; l.loops.all && l.link+l.locals <= maxHanded {
		h.left = coldTurns(len(f.Body), l.hotAfter)
	}
	return h, nil
}

// step counts one, if that is wanted.
func (l *lowerer) step() {
	if l.steps {
		l.emit(instr{op: opStep})
	}
}

// instrPerBody is how many bytes of a body become an instruction, or more.
const instrPerBody = 3

// layoutLocals gives slots to parameters, link and locals, and returns the
// offset behind them.
func (l *lowerer) layoutLocals(t wasm.FuncType, f *wasm.Func) uint32 {
	l.localOffset, l.localWide = l.localOffset[:0], l.localWide[:0]
	off := uint32(0)
	add := func(t wasm.ValType) {
		l.localOffset = append(l.localOffset, off)
		l.localWide = append(l.localWide, t.Slots() == 2)
		off += 8 * uint32(t.Slots())
	}
	for _, p := range t.Params {
		add(p)
	}
	l.link = off
	off += linkSize
	for _, g := range f.Locals {
		for range g.Count {
			add(g.Type)
		}
	}
	l.localReads = append(l.localReads[:0], make([]uint8, len(l.localOffset))...)
	return off
}

// emit appends an instruction and returns its index.
func (l *lowerer) emit(in instr) int {
	l.code = append(l.code, in)
	l.offsets = append(l.offsets, uint32(l.in.Offset))
	return len(l.code) - 1
}

// emitValue appends an instruction whose result is for a new position, and
// pushes that. Its a can still be changed to another place.
func (l *lowerer) emitValue(in instr, wide bool) {
	in.a = l.height
	l.last = l.emit(in)
	l.push(operand{wide: wide})
}

// push adds a position; the caller has said what it holds.
func (l *lowerer) push(o operand) {
	o.home = l.height
	l.height += width(o.wide)
	l.frame = max(l.frame, l.height)
	l.stack = append(l.stack, o)
	if len(l.stack)-l.lazy > window {
		last := l.last
		l.settle(l.lazy)
		l.lazy++
		if len(l.code)-1 != last {
			l.last = -1
		}
	}
}

// pushTypes adds positions whose values are in their homes.
func (l *lowerer) pushTypes(types []wasm.ValType) {
	for _, t := range types {
		l.push(operand{wide: t.Slots() == 2})
	}
}

func width(wide bool) uint32 {
	if wide {
		return 16
	}
	return 8
}

// pop removes the topmost position.
func (l *lowerer) pop() operand {
	o := l.stack[len(l.stack)-1]
	l.stack = l.stack[:len(l.stack)-1]
	l.lazy = min(l.lazy, len(l.stack))
	l.height = o.home
	if o.kind == lazyLocal {
		l.localReads[o.local]--
	}
	return o
}

// popSlot removes the topmost position and returns where its value is.
func (l *lowerer) popSlot() uint32 {
	if top := &l.stack[len(l.stack)-1]; top.kind == lazyConst {
		l.settle(len(l.stack) - 1)
	}
	return l.slotOf(l.pop())
}

// slotOf returns where the value of an operand that is not a constant is.
func (l *lowerer) slotOf(o operand) uint32 {
	if o.kind == lazyLocal {
		return l.localOffset[o.local]
	}
	return o.home
}

// settle moves the value of a position to its home.
func (l *lowerer) settle(i int) {
	o := &l.stack[i]
	switch o.kind {
	case lazyLocal:
		l.localReads[o.local]--
		l.copy(o.home, l.localOffset[o.local], o.wide)
	case lazyConst:
		l.emit(instr64(opConst, o.home, o.bits))
	}
	o.kind = inHome
}

func (l *lowerer) copy(dst, src uint32, wide bool) {
	op := opCopy
	if wide {
		op = opCopy2
	}
	l.emit(instr{op: op, a: dst, b: src})
}

// settleTop moves the values of the topmost n positions to their homes.
func (l *lowerer) settleTop(n int) {
	for i := max(l.lazy, len(l.stack)-n); i < len(l.stack); i++ {
		l.settle(i)
	}
}

// settleAll moves all values to their homes.
func (l *lowerer) settleAll() {
	l.settleTop(len(l.stack))
	l.lazy = len(l.stack)
}

// popHomes removes n positions after moving their values to their homes, and
// returns the offset of the first.
func (l *lowerer) popHomes(n int) uint32 {
	l.settleTop(n)
	for range n {
		l.pop()
	}
	return l.height
}

// popTypes is popHomes for as many positions as there are types.
func (l *lowerer) popTypes(types []wasm.ValType) uint32 { return l.popHomes(len(types)) }

func slotBytes(types []wasm.ValType) uint32 { return 8 * uint32(wasm.SlotCount(types)) }

// setLocal assigns the topmost position to a local and removes it.
func (l *lowerer) setLocal(index uint32) {
	if top := l.stack[len(l.stack)-1]; top.kind == lazyLocal && top.local == index {
		l.pop()
		return
	}
	off, wide := l.localOffset[index], l.localWide[index]
	if l.localReads[index] > 0 {
		for i := l.lazy; i < len(l.stack)-1; i++ {
			if o := &l.stack[i]; o.kind == lazyLocal && o.local == index {
				l.settle(i)
			}
		}
	}
	switch o := l.pop(); o.kind {
	case lazyConst:
		l.emit(instr64(opConst, off, o.bits))
	case lazyLocal:
		l.copy(off, l.localOffset[o.local], wide)
	case inHome:
		if l.last >= 0 && l.last == len(l.code)-1 && l.code[l.last].a == o.home {
			l.code[l.last].a = off
		} else {
			l.copy(off, o.home, wide)
		}
	}
	l.last = -1
}

// bytes returns what the code takes, and the tables beside it.
func (l *lowerer) bytes() uint64 {
	return uint64(len(l.code)+1)*(instrSize+4) + uint64(len(l.tries))*uint64(unsafe.Sizeof(tryRange{})) +
		uint64(len(l.barriers))*uint64(unsafe.Sizeof(codeRange{})) + uint64(unsafe.Sizeof(funcCode{}))
}

// encode copies the code to memory outside the Go heap.
func (l *lowerer) encode(arena *store.Arena, h header) (*funcCode, error) {
	p, err := arena.Alloc(uintptr(len(l.code)+1) * instrSize)
	if err != nil {
		return nil, err
	}
	*(*header)(p) = h
	copy(unsafe.Slice((*instr)(unsafe.Add(p, instrSize)), len(l.code)), l.code)
	return &funcCode{start: uintptr(p), offsets: append([]uint32(nil), l.offsets...), tries: l.tries, barriers: l.barriers,
		loops: l.loops.list, locals: l.locals}, nil
}
