package interp

import "weft/wasm"

type labelKind uint8

const (
	labelBlock labelKind = iota // also the function, and a try_table
	labelLoop
	labelIf
	labelElse
	labelTry     // the first part of a try
	labelHandler // a catch or catch_all of a try
	labelBarrier
	labelDead // a block in code that cannot be reached
)

// A label is a block that has begun and not ended.
type label struct {
	kind            labelKind
	wasDead         bool // the code around it cannot be reached
	params, results []wasm.ValType
	base            uint32 // offset of the home of the first parameter, and of the first result
	depth           int    // of the operand stack below the parameters
	start           int    // labelLoop: the first instruction
	// fixups is 1 + the index of the last branch to the end; its c is the same for
	// the branch before it. elseFixup is the same for the branch to the else.
	fixups, elseFixup uint32
	try               int // labelBlock of a try_table: 1 + index of its first clause
	tryCount          int
	tryEnd            int // labelHandler: the instruction behind the first part
	handler           int // labelHandler: index of its opHandler
}

// types returns the types that a branch to the label carries.
func (b *label) types() []wasm.ValType {
	if b.kind == labelLoop {
		return b.params
	}
	return b.results
}

// pushLabel begins a block whose parameters are on the stack.
func (l *lowerer) pushLabel(b label) *label {
	b.depth = len(l.stack) - len(b.params)
	b.base = l.height
	if len(b.params) > 0 {
		b.base = l.stack[b.depth].home
	}
	b.start = len(l.code)
	l.last = -1
	l.labels = append(l.labels, b)
	return &l.labels[len(l.labels)-1]
}

func (l *lowerer) blockLabel(kind labelKind) label {
	t := l.in.Block.FuncType(l.module.Wasm)
	return label{kind: kind, params: t.Params, results: t.Results}
}

func (l *lowerer) target(depth uint32) *label { return &l.labels[len(l.labels)-1-int(depth)] }

// bind lets a chain of branches lead to the next instruction.
func (l *lowerer) bind(fixups uint32) {
	for fixups != 0 {
		in := &l.code[fixups-1]
		next := in.c
		in.c = distance(int(fixups)-1, len(l.code))
		fixups = next
	}
	l.last = -1
}

// distance returns the operand of a branch from one instruction to another.
func distance(from, to int) uint32 { return uint32(int32((to - from - 1) * instrSize)) }

// branchTo completes the branch that was emitted last.
func (l *lowerer) branchTo(b *label) {
	at := len(l.code) - 1
	if b.kind == labelLoop {
		l.code[at].c = distance(at, b.start)
		return
	}
	l.code[at].c = b.fixups
	b.fixups = uint32(at) + 1
}

// moves reports whether the topmost values, which are in their homes, must move
// to be where a branch to b wants them.
func (l *lowerer) moves(b *label) bool {
	n := len(b.types())
	return n > 0 && l.stack[len(l.stack)-n].home != b.base
}

// emitMoves moves the topmost values to where a branch to b wants them.
func (l *lowerer) emitMoves(b *label) {
	src := l.stack[len(l.stack)-len(b.types())].home
	switch n := slotBytes(b.types()); n {
	case 8:
		l.emit(instr{op: opCopy, a: b.base, b: src})
	default:
		l.emit(instr{op: opMove, a: b.base, b: src, c: n})
	}
}

// branch emits an unconditional branch.
func (l *lowerer) branch(depth uint32) {
	b := l.target(depth)
	l.settleTop(len(b.types()))
	if l.moves(b) {
		l.emitMoves(b)
	}
	l.emit(instr{op: opBr})
	l.branchTo(b)
	l.dead = true
}

// branchIf emits a branch under a condition that has been popped.
func (l *lowerer) branchIf(c condition, depth uint32) {
	b := l.target(depth)
	l.settleTop(len(b.types()))
	if !l.moves(b) {
		l.emit(c.branch(true))
		l.branchTo(b)
		return
	}
	skip := l.emit(c.branch(false))
	l.emitMoves(b)
	l.emit(instr{op: opBr})
	l.branchTo(b)
	l.code[skip].c = distance(skip, len(l.code))
	l.last = -1
}

// branchTable emits a br_table. Labels whose values must move get a stub, one
// for each label.
func (l *lowerer) branchTable() {
	index := l.popSlot()
	labels := l.in.Labels
	l.settleTop(len(l.target(labels[len(labels)-1]).types()))
	l.emit(instr{op: opBrTable, a: index, b: uint32(len(labels) - 1)})
	table := len(l.code)
	stubs := map[uint32]uint32{} // by depth: fixups
	for _, depth := range labels {
		l.emit(instr{op: opBr})
		if b := l.target(depth); l.moves(b) {
			l.code[len(l.code)-1].c = stubs[depth]
			stubs[depth] = uint32(len(l.code))
		} else {
			l.branchTo(b)
		}
	}
	for i, depth := range labels {
		if fixups := stubs[depth]; fixups == uint32(table+i)+1 {
			l.bind(fixups)
			b := l.target(depth)
			l.emitMoves(b)
			l.emit(instr{op: opBr})
			l.branchTo(b)
		}
	}
	l.dead = true
}

// catchClauses emits the clauses of a try_table.
func (l *lowerer) catchClauses(catches []wasm.Catch) {
	l.emit(instr{op: opTryTable, c: uint32(len(catches))})
	for _, c := range catches {
		b := l.target(c.Label)
		l.emit(instr{op: opCatch, d: uint16(c.Kind), a: b.base, b: c.Tag})
		l.branchTo(b)
	}
}

// handlerClauses emits the clauses of a resume whose results go to dst.
func (l *lowerer) handlerClauses(dst uint32, handlers []wasm.Handler) {
	l.emit(instr{op: opClauses, a: dst, c: uint32(len(handlers))})
	clause := opOnLabel
	switch l.in.Op {
	case wasm.OpResumeWith:
		clause = opOnName
	case wasm.OpResumeTags:
		clause = opOnTag
	}
	for _, h := range handlers {
		if h.Kind == wasm.OnSwitch {
			l.emit(instr{op: opOnSwitch, b: h.Tag})
			continue
		}
		b := l.target(h.Label)
		l.emit(instr{op: clause, a: b.base, b: h.Tag})
		l.branchTo(b)
	}
}

// elseBranch ends the first arm of an if and begins the second.
func (l *lowerer) elseBranch() {
	b := &l.labels[len(l.labels)-1]
	if b.kind == labelDead {
		return
	}
	if !l.dead {
		l.settleTop(len(b.results))
		l.emit(instr{op: opBr})
		l.branchTo(b)
	}
	l.bind(b.elseFixup)
	b.elseFixup = 0
	b.kind = labelElse
	l.dead = b.wasDead
	l.truncate(b)
	l.pushTypes(b.params)
}

// truncate removes what a block has pushed, its parameters too.
func (l *lowerer) truncate(b *label) {
	for len(l.stack) > b.depth {
		l.pop()
	}
	l.height = b.base
}

// end ends a block.
func (l *lowerer) end() {
	b := l.labels[len(l.labels)-1]
	l.labels = l.labels[:len(l.labels)-1]
	if b.kind == labelDead {
		return
	}
	isFunction := len(l.labels) == 0
	if isFunction && b.fixups == 0 && !l.dead {
		l.emitReturn(b.results)
		return
	}
	if !l.dead {
		l.settleTop(len(b.results))
		if b.kind == labelHandler && l.moves(&b) {
			l.emitMoves(&b)
		}
	}
	depth := uint32(len(l.labels))
	switch {
	case b.try != 0:
		l.tries = append(l.tries, tryRange{start: uint32(b.start), end: uint32(len(l.code)),
			clauses: uint32(b.try - 1), count: uint32(b.tryCount), depth: depth, next: depth})
	case b.kind == labelBarrier:
		l.barriers = append(l.barriers, codeRange{start: uint32(b.start), end: uint32(len(l.code))})
	}
	reached := !l.dead || b.fixups != 0 || b.elseFixup != 0
	l.bind(b.fixups)
	l.bind(b.elseFixup)
	l.truncate(&b)
	l.pushTypes(b.results)
	l.dead = !reached
	if isFunction && reached {
		l.emitReturn(b.results)
	}
}

// skip handles an instruction that cannot be reached: only nesting counts.
func (l *lowerer) skip() {
	switch l.in.Op {
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTryTable, wasm.OpTry, wasm.OpBarrier:
		l.labels = append(l.labels, label{kind: labelDead, wasDead: true})
	case wasm.OpElse:
		l.elseBranch()
	case wasm.OpCatch, wasm.OpCatchAll:
		l.catch()
	case wasm.OpDelegate:
		l.delegate()
	case wasm.OpEnd:
		l.end()
	}
}

// emitLeave tells a listener that n bytes of results are returned.
func (l *lowerer) emitLeave(from, n uint32) {
	if l.listens {
		l.emit(instr{op: opLeave, a: from, b: n})
	}
}

// emitReturn returns the topmost values from the function.
func (l *lowerer) emitReturn(results []wasm.ValType) {
	switch n := slotBytes(results); {
	case n == 0:
		l.emitLeave(0, 0)
		l.emit(instr{op: opReturn0, c: l.link})
	case n == 8:
		from := l.popSlot()
		l.emitLeave(from, n)
		l.emit(instr{op: opReturn1, a: from, c: l.link})
	default:
		from := l.popTypes(results)
		l.emitLeave(from, n)
		l.emit(instr{op: opReturn, a: from, b: n, c: l.link})
	}
	l.dead = true
}
