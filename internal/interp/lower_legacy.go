package interp

import "weft/wasm"

// Legacy exceptions: try ... catch ... catch_all ... end, try ... delegate.
//
// The first part of a try costs nothing until it throws, like that of a
// try_table. Each handler begins with an opHandler, which control flow never
// reaches: the search for a handler finds it in the table of ranges, puts the
// values into slots behind it and goes on at the next instruction.
//
// A handler's first slot is for the exception, so that rethrow can throw it
// again. It is written only if there is a rethrow, because that takes an object.
// The slot moves the handler's operands up by one, so results have to move down.

// catch ends a part of a try and begins a handler.
func (l *lowerer) catch() {
	b := &l.labels[len(l.labels)-1]
	if b.kind == labelDead {
		return
	}
	if !l.dead {
		l.settleTop(len(b.results))
		if l.moves(b) {
			l.emitMoves(b)
		}
		l.emit(instr{op: opBr})
		l.branchTo(b)
	}
	if b.kind == labelTry {
		b.kind, b.tryEnd = labelHandler, len(l.code)
	}
	l.truncate(b)
	l.dead, l.last = false, -1
	h := instr{op: opHandler, d: uint16(wasm.CatchAll), a: b.base}
	var values []wasm.ValType
	if l.in.Op == wasm.OpCatch {
		h.d, h.b = uint16(wasm.CatchTag), l.in.Index
		values = l.module.Wasm.FuncType(l.module.Space.Tags[l.in.Index]).Params
	}
	b.handler = l.emit(h)
	depth := uint32(len(l.labels) - 1)
	l.tries = append(l.tries, tryRange{start: uint32(b.start), end: uint32(b.tryEnd),
		clauses: uint32(b.handler), count: 1, depth: depth, next: depth})
	l.push(operand{})
	l.pushTypes(values)
}

// delegate ends a try whose exceptions are handled as if they were thrown in an
// outer block. The label is counted from outside of the try.
func (l *lowerer) delegate() {
	outside := len(l.labels) - 1
	if b := &l.labels[outside]; b.kind == labelTry {
		l.tries = append(l.tries, tryRange{start: uint32(b.start), end: uint32(len(l.code)),
			depth: uint32(outside), next: uint32(outside-1) - l.in.Index})
	}
	l.end()
}

// rethrow throws the exception of a handler again.
func (l *lowerer) rethrow() {
	b := l.target(l.in.Index)
	if h := &l.code[b.handler]; wasm.CatchKind(h.d).HasTag() {
		h.d = uint16(wasm.CatchTagRef)
	} else {
		h.d = uint16(wasm.CatchAllRef)
	}
	l.emit(instr{op: op(wasm.OpThrowRef), a: b.base})
	l.dead = true
}
