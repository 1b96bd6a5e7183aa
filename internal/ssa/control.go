package ssa

import (
	"fmt"
	"slices"

	"weft/wasm"
)

type labelKind uint8

const (
	labelBlock labelKind = iota // also a try_table
	labelFunction
	labelLoop
	labelIf
	labelElse
	labelTurn // a loop of which the rest of a turn is built (see BuildLoop)
	labelDead // a block in code that cannot be reached
)

// A label is a block of the body that has begun and not ended.
type label struct {
	kind            labelKind
	scope           int // the body: its place in Builder.scopes
	block           wasm.BlockType
	params, results []Type
	depth           int      // of the operand stack below the parameters
	assigned        []uint32 // the locals that are parameters of target
	// target is where branches go: their values and the assigned locals are its parameters.
	// Nil before the first branch.
	target *Block
	// alternative is the else of an if, savedAt where what it begins with stands in saved. An if whose beginning is
	// not built has none (see BuildLoop).
	alternative *Block
	savedAt     int
	catches     []wasm.Catch // of a try_table or try
	isTry       bool
	legacy      *legacyTry // of a try
	// at and construct are where the instruction of a labelTurn is, and its number. Behind is where a loop goes on at
	// its end, if the rest of a turn does, too.
	at, construct int
	behind        *Block
	// fan is the block for this label of the br_table whose number is fanOf.
	fan   *Block
	fanOf int32
}

// types returns the types that a branch to the label carries.
func (l *label) types() []Type {
	if l.kind == labelLoop || l.kind == labelTurn {
		return l.params
	}
	return l.results
}

func (b *Builder) label(depth uint32) *label { return &b.labels[len(b.labels)-1-int(depth)] }

// blockSignature returns the types of parameters and results of a block.
func (b *Builder) blockSignature(t wasm.BlockType) (params, results []Type) {
	switch t.Kind {
	case wasm.BlockIndex:
		s := b.signature(t.Index)
		return s.Params, s.Results
	case wasm.BlockValue:
		return nil, oneType[TypeOf(t.Value)][:]
	}
	return nil, nil
}

// oneType has the lists of one type each.
var oneType = [...][1]Type{Void: {Void}, I32: {I32}, I64: {I64}, F32: {F32}, F64: {F64}, V128: {V128}}

// beginBlock begins a block, loop, if, try or try_table.
func (b *Builder) beginBlock() {
	l := label{scope: b.nesting, block: b.in.Block, assigned: b.assigned.of(b.construct), legacy: b.legacy[b.construct]}
	b.construct++
	var condition *Value
	if b.in.Op == wasm.OpIf {
		condition = b.pop()
	}
	l.params, l.results = b.blockSignature(b.in.Block)
	l.depth = len(b.stack) - len(l.params)
	switch b.in.Op {
	case wasm.OpLoop:
		if b.loops++; b.loops > maxLoops && !b.Plain {
			b.unsupported(fmt.Sprintf("more than %d loops in each other", maxLoops), wasm.MVP)
		}
		l.kind = labelLoop
		l.behind, b.behind = b.behind, nil
		l.target = b.join(&l)
		b.jump(&l)
		l.target.IsLoop = true
		b.enter(&l)
		b.checkpoint()
	case wasm.OpIf:
		l.kind = labelIf
		l.savedAt = len(b.saved)
		if !b.Plain {
			b.saved = append(b.saved, b.stack[l.depth:]...)
		}
		for _, local := range l.assigned {
			b.saved = append(b.saved, b.locals[local])
		}
		then := b.f.NewBlock()
		l.alternative = b.f.NewBlock()
		b.hintIf(then, l.alternative)
		b.branchOn(condition, then, l.alternative)
		b.begin(then)
	case wasm.OpTry:
		b.beginTry(&l)
	case wasm.OpTryTable:
		b.enterTry(&l)
	}
	b.labels = append(b.labels, l)
}

// enterTry makes a label that of a try_table.
func (b *Builder) enterTry(l *label) {
	l.isTry = true
	l.catches = append([]wasm.Catch(nil), b.in.Catches...)
	b.tries++
}

// checkpoint adds what the host wants wherever code can come again and again: in loops, and at the
// beginning of functions, since recursion needs no loops.
func (b *Builder) checkpoint() {
	if b.env.Poll {
		b.add(OpPoll, Void, 0)
	}
	if b.env.Fuel {
		b.add(OpFuel, Void, 0)
	}
}

// branchOn ends the current block with a branch to two blocks without parameters.
func (b *Builder) branchOn(condition *Value, yes, no *Block) {
	b.add(OpIf, Void, 0, condition)
	b.f.AddEdge(b.block, yes)
	b.f.AddEdge(b.block, no)
	b.block = nil
}

// join makes the block for the branches to a label, with its parameters.
func (b *Builder) join(l *label) *Block {
	block := b.f.NewBlock()
	if b.Plain {
		return block
	}
	for i, t := range l.types() {
		b.param(block, t).Ref = b.labelFacts(l, i)
	}
	scope := b.scopes[l.scope] // a pad's label can be in a body around
	for _, local := range l.assigned {
		b.param(block, scope.localTypes[local]).Ref = scope.localFacts[local]
	}
	return block
}

func (b *Builder) param(block *Block, t Type) *Value {
	p := b.f.NewParam(block, t)
	p.Pos = b.position()
	return p
}

// labelFacts returns what is known of value i of those that branches to a label carry.
func (b *Builder) labelFacts(l *label, i int) RefFacts {
	switch {
	case l.block.Kind == wasm.BlockValue:
		return b.factsOf(l.block.Value)
	case l.block.Kind != wasm.BlockIndex: // a handler of legacy exceptions
		return 0
	case l.kind == labelLoop:
		return b.paramFacts(l, i)
	}
	return b.factsOf(b.env.Module.FuncType(l.block.Index).Results[i])
}

// paramFacts returns what is known of parameter i of a label's block.
func (b *Builder) paramFacts(l *label, i int) RefFacts {
	return b.factsOf(b.env.Module.FuncType(l.block.Index).Params[i])
}

// enter goes on in a label's target: what the branches carry is on the stack, and in the
// assigned locals.
func (b *Builder) enter(l *label) {
	if b.Plain {
		b.expect(l.depth, l.types(), func(i int) RefFacts { return b.labelFacts(l, i) })
		b.begin(l.target)
		return
	}
	values := l.target.Params
	if l.kind != labelLoop {
		values = b.unite(l.target)
	}
	n := len(l.types())
	b.stack = append(b.stack[:l.depth], values[:n]...)
	for i, local := range l.assigned {
		b.locals[local] = values[n+i]
	}
	b.begin(l.target)
}

// unite removes the parameters of a block whose predecessors are all known and hand it the
// same value. It returns the parameters, with these values in the places of those that are gone.
func (b *Builder) unite(block *Block) []*Value {
	b.args = b.args[:0]
	n := len(block.Params)
	for _, p := range block.Preds {
		for _, e := range p.Succs {
			if e.To != block {
				continue
			}
			if len(b.args) < n {
				b.args = append(b.args, e.Args...)
				continue
			}
			for i, a := range e.Args {
				if b.args[i] != a {
					b.args[i] = nil
				}
			}
		}
	}
	united := 0
	for i, a := range b.args {
		if a == nil {
			b.args[i] = block.Params[i]
		} else {
			united++
		}
	}
	if united == 0 {
		return b.args
	}
	for _, p := range block.Preds {
		for i := range p.Succs {
			e := &p.Succs[i]
			if e.To != block || len(e.Args) < n {
				continue
			}
			kept := e.Args[:0]
			for j, a := range e.Args {
				if b.args[j] == block.Params[j] {
					kept = append(kept, a)
				}
			}
			e.Args = kept
		}
	}
	kept := block.Params[:0]
	for i, p := range block.Params {
		if b.args[i] == p {
			kept = append(kept, p)
		}
	}
	block.Params = kept
	return b.args
}

// edgeTo adds the edge of a branch from a block to a label, with the topmost values and
// the assigned locals.
func (b *Builder) edgeTo(from *Block, l *label) {
	if l.target == nil {
		l.target = b.join(l)
	}
	if b.Plain {
		b.f.AddEdge(from, l.target)
		return
	}
	n := len(l.types())
	args := append(b.f.newArgs(n+len(l.assigned)), b.stack[len(b.stack)-n:]...)
	scope := b.scopes[l.scope]
	for _, local := range l.assigned {
		args = append(args, scope.locals[local])
	}
	b.edgeArgs += len(args)
	from.Succs = append(from.Succs, Edge{To: l.target, Args: args})
	l.target.Preds = append(l.target.Preds, from)
}

// jump ends the current block with a branch to a label. To leave the function is to
// return.
func (b *Builder) jump(l *label) {
	if l.kind == labelFunction {
		b.returnTop(len(l.results))
		return
	}
	if b.Plain {
		b.carry(l)
	}
	b.add(OpJump, Void, 0)
	b.edgeTo(b.block, l)
	b.block = nil
}

// returnTop returns the topmost n values.
func (b *Builder) returnTop(n int) {
	b.args = b.args[:0]
	for i := len(b.stack) - n; i < len(b.stack); i++ {
		b.args = append(b.args, b.elementAt(i))
	}
	b.add(OpReturn, Void, 0, b.args...)
	b.block = nil
}

// branchIf branches to a label if a condition holds, or does not (when is false).
func (b *Builder) branchIf(condition *Value, when bool, depth uint32) {
	l := b.label(depth)
	next, from := b.f.NewBlock(), b.block
	b.add(OpIf, Void, 0, condition)
	if !when {
		b.f.AddEdge(from, next)
	}
	if l.kind == labelFunction || b.Plain && !b.carried(l) {
		leave := b.f.NewBlock()
		b.f.AddEdge(from, leave)
		b.begin(leave)
		b.jump(l)
	} else {
		b.edgeTo(from, l)
	}
	if when {
		b.f.AddEdge(from, next)
	}
	b.begin(next)
}

// branchTable builds a br_table. Labels whose branches carry values get a block in
// between, one for each label, so that the edges of the table itself carry none.
func (b *Builder) branchTable() {
	index := b.pop()
	table, from := b.add(OpTable, Void, 0, index), b.block
	from.Succs = slices.Grow(from.Succs, len(b.in.Labels))
	for _, depth := range b.in.Labels {
		l := b.label(depth)
		if l.fan == nil || l.fanOf != table.ID {
			l.fan, l.fanOf = b.f.NewBlock(), table.ID
			b.begin(l.fan)
			b.jump(l)
		}
		b.f.AddEdge(from, l.fan)
	}
	b.block = nil
}

func (b *Builder) branchOnNull() {
	ref := b.pop()
	isNull := b.isNull(ref)
	if b.in.Op == wasm.OpBrOnNull {
		b.branchIf(isNull, true, b.in.Index)
		b.push(ref)
		return
	}
	// The reference is the last of the values that the branch carries.
	b.push(ref)
	b.branchIf(isNull, false, b.in.Index)
	b.pop()
}

// restore brings back the parameters and locals with which an if began.
func (b *Builder) restore(l *label) {
	n := len(l.params)
	if b.Plain {
		b.expect(l.depth, l.params, func(i int) RefFacts { return b.paramFacts(l, i) })
		return
	}
	saved := b.saved[l.savedAt:]
	b.stack = append(b.stack[:l.depth], saved[:n]...)
	for i, local := range l.assigned {
		b.locals[local] = saved[n+i]
	}
	b.saved = b.saved[:l.savedAt]
}

// elseBranch ends the first arm of an if and begins the second.
func (b *Builder) elseBranch() {
	l := b.label(0)
	if l.kind == labelDead {
		return
	}
	if b.block != nil {
		b.jump(l)
	}
	l.kind = labelElse
	if l.alternative == nil {
		return
	}
	b.restore(l)
	b.begin(l.alternative)
}

// end ends a block.
func (b *Builder) end() {
	l := b.label(0)
	switch l.kind {
	case labelDead:
		b.labels = b.labels[:len(b.labels)-1]
		return
	case labelFunction:
		if b.block != nil {
			b.returnTop(len(l.results))
		}
		return
	case labelIf:
		b.elseBranch() // an if without else has an empty one
	case labelTurn:
		if l.target != nil {
			b.nextTurn(l)
		}
	}
	if l.isTry {
		b.tries--
	}
	to := l
	if l.kind == labelLoop {
		b.loops--
		to = l.end()
	}
	if l.kind != labelTurn && to.target != nil {
		if b.block != nil {
			b.jump(to)
		}
		b.enter(to)
	}
	b.labels = b.labels[:len(b.labels)-1]
}

// end returns the label of a loop's end.
func (l *label) end() *label {
	return &label{scope: l.scope, block: l.block, results: l.results, depth: l.depth, assigned: l.assigned,
		target: l.behind}
}

// skip handles an instruction that cannot be reached: only nesting counts.
func (b *Builder) skip() {
	switch b.in.Op {
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpTry, wasm.OpTryTable, wasm.OpBarrier:
		b.construct++
		b.labels = append(b.labels, label{kind: labelDead})
	case wasm.OpElse:
		b.elseBranch()
	case wasm.OpCatch, wasm.OpCatchAll:
		b.catch()
	case wasm.OpEnd, wasm.OpDelegate:
		b.end()
	}
}
