package text

import (
	"weft/wasm"
)

// expression is the state of the parser while it reads instructions. The stack of
// frames stands for the nesting of the source, so that the depth of the input never
// becomes a depth of Go calls.
type expression struct {
	inFunc bool // not a constant expression
	fn     uint32
	locals map[string]uint32

	body      []byte
	positions []wasm.Position
	// pending has the encodings of the folded instructions whose operands are being
	// read, one behind the other in the order of the frames.
	pending []byte
	frames  []frame

	labels      []label
	innermost   map[string]int32 // the last label of a name, as an index of labels
	labelCount  uint32           // of the function so far
	usesData    bool             // an instruction names a data segment
	firstHint   int              // of the function, in hints
	instruction wasm.Instr
	labelBuf    []uint32
	typeBuf     []wasm.ValType
	catchBuf    []wasm.Catch
	handlerBuf  []wasm.Handler
}

// A label is an entry of the label context.
type label struct {
	name   string
	hasID  bool
	hidden int32 // the label of the same name that this one shadows, or -1
}

// frameKind says which construct a frame stands for.
type frameKind uint8

const (
	frameBlock       frameKind = iota // block ... end, and loop, try_table, barrier
	frameIf                           // if ... else ... end
	frameTry                          // try ... catch ... end
	frameFolded                       // (op operand*): the instruction is pending
	frameFoldedBlock                  // (block instr*)
	frameFoldedIf                     // (if operand* (then instr*) (else instr*)?)
	frameFoldedTry                    // (try (do instr*) (catch x instr*)* (catch_all instr*)?)
	frameClause                       // (then instr*), and else, do, catch, catch_all
)

// clause says how far an if or a try has come.
type clause uint8

const (
	clauseNone clause = iota
	clauseFirst
	clauseElse // or a catch
	clauseLast // catch_all or delegate
)

type frame struct {
	kind    frameKind
	clause  clause
	hint    byte // of a pending instruction
	pending int  // where its encoding begins
	at      Token
	label   labelDecl // of a pending if
}

// sequence reports whether the frame holds a sequence of instructions, rather than
// operands in parentheses.
func (f *frame) sequence() bool {
	switch f.kind {
	case frameFolded, frameFoldedIf, frameFoldedTry:
		return false
	}
	return true
}

// labelDecl is the declaration of a label: an identifier and a name, both optional.
type labelDecl struct {
	id, name       string
	hasID, hasName bool
}

// instructions reads instructions up to the parenthesis that closes the list around
// them, or, if single, one folded instruction. The result is in body and positions.
func (p *Parser) instructions(single bool) {
	p.body, p.positions, p.pending = p.body[:0], p.positions[:0], p.pending[:0]
	p.frames, p.labels, p.labelCount = p.frames[:0], p.labels[:0], 0
	for {
		switch p.tok.Kind {
		case Keyword:
			if n := len(p.frames); n > 0 && !p.frames[n-1].sequence() {
				p.unexpected(p.tok, "( or )")
			}
			p.unfolded()
		case LParen:
			p.folded()
		case RParen:
			if len(p.frames) == 0 {
				return
			}
			p.closeFrame()
			if single && len(p.frames) == 0 {
				return
			}
		default:
			p.unexpected(p.tok, "instruction")
		}
	}
}

// endExpression adds the end of the expression.
func (p *Parser) endExpression(t Token) {
	p.emit(&wasm.Instr{Op: wasm.OpEnd}, t, noHint)
}

// emit adds an instruction.
func (p *Parser) emit(in *wasm.Instr, t Token, hint byte) {
	p.mark(t, hint)
	p.body = wasm.AppendInstr(p.body, in, p.m.Dialect)
}

func (p *Parser) emitOp(op wasm.Opcode, t Token) { p.emit(&wasm.Instr{Op: op}, t, noHint) }

// mark enters the position and hint of the instruction that is about to be added.
func (p *Parser) mark(t Token, hint byte) {
	offset := uint32(len(p.body))
	p.positions = append(p.positions, wasm.Position{Offset: offset, Line: uint32(t.Line), Column: uint32(t.Column)})
	if hint != noHint {
		p.hints = append(p.hints, branchHint{fn: p.fn, offset: offset, value: hint})
	}
}

// opcode returns the instruction that a keyword names.
func (p *Parser) opcode(t Token) wasm.Opcode {
	op, ok := wasm.OpcodeByName(t.Text)
	if !ok {
		p.unexpected(t, "instruction")
	}
	return op
}

// opensBlock reports whether an instruction begins a block.
func opensBlock(op wasm.Opcode) bool {
	imm := op.Info().Imm
	return imm == wasm.ImmBlock || imm == wasm.ImmTryTable
}

// checkHint checks that a hint stands before a branch.
func (p *Parser) checkHint(t Token, op wasm.Opcode, hint byte) {
	if hint != noHint && op != wasm.OpIf && op != wasm.OpBrIf {
		panic(errorAt(t, wasm.Invalid, "@%s annotation: invalid target: %s is no conditional branch", noteHint, op))
	}
}

// checkFeature checks that an instruction is enabled.
func (p *Parser) checkFeature(t Token, op wasm.Opcode) {
	info := op.Info()
	feature := info.Feature
	if op == wasm.OpThrow {
		feature |= wasm.LegacyExceptions
	}
	p.need(t, feature, info.Name)
	if p.m.Dialect != 0 && info.Prefix == 0 {
		if other, taken := wasm.OpcodeByCode(wasm.PrefixDialect, uint32(info.Code)); taken {
			p.fail(t, "unknown operator %s: the 2023 dialect has %s instead", info.Name, other)
		}
	}
}

// unfolded reads an instruction that stands without parentheses.
func (p *Parser) unfolded() {
	t, op := p.tok, p.opcode(p.tok)
	hint := p.hintNote()
	p.checkHint(t, op, hint)
	p.checkFeature(t, op)
	p.next()
	switch op {
	case wasm.OpEnd, wasm.OpElse, wasm.OpCatch, wasm.OpCatchAll, wasm.OpDelegate:
		p.delimiter(t, op)
		return
	}
	if !opensBlock(op) {
		p.emit(p.operation(t, op), t, hint)
		return
	}
	decl := p.labelDecl()
	in := p.blockImmediates(op)
	p.pushLabel(decl)
	p.emit(in, t, hint)
	kind := frameBlock
	switch op {
	case wasm.OpIf:
		kind = frameIf
	case wasm.OpTry:
		kind = frameTry
	}
	p.frames = append(p.frames, frame{kind: kind, clause: clauseFirst, at: t})
}

// delimiter deals with the instructions that divide and end unfolded blocks.
func (p *Parser) delimiter(t Token, op wasm.Opcode) {
	if len(p.frames) == 0 {
		p.unexpected(t, "instruction")
	}
	f := &p.frames[len(p.frames)-1]
	allowed := false
	switch op {
	case wasm.OpEnd:
		allowed = f.kind <= frameTry
	case wasm.OpElse:
		allowed = f.kind == frameIf && f.clause == clauseFirst
		f.clause = clauseElse
	case wasm.OpCatch:
		allowed = f.kind == frameTry && f.clause <= clauseElse
		f.clause = clauseElse
	case wasm.OpCatchAll:
		allowed = f.kind == frameTry && f.clause <= clauseElse
		f.clause = clauseLast
	case wasm.OpDelegate:
		allowed = f.kind == frameTry && f.clause == clauseFirst
	}
	if !allowed {
		p.unexpected(t, "instruction")
	}
	switch op {
	case wasm.OpEnd, wasm.OpElse:
		if p.tok.Kind == ID {
			if l := p.labels[len(p.labels)-1]; !l.hasID || l.name != p.tok.Name() {
				p.fail(p.tok, "mismatching label %s", p.tok.describe())
			}
			p.next()
		}
	case wasm.OpDelegate:
		p.popLabel() // its label is one outside of the block that it ends
		p.emit(p.operation(t, op), t, noHint)
		p.popFrame()
		return
	}
	p.emit(p.operation(t, op), t, noHint)
	if op == wasm.OpEnd {
		p.popLabel()
		p.popFrame()
	}
}

// folded reads the beginning of an instruction or clause in parentheses.
func (p *Parser) folded() {
	hint := p.hintNote()
	p.next()
	t := p.tok
	if t.Kind != Keyword {
		p.unexpected(t, "instruction")
	}
	if n := len(p.frames); n > 0 && p.frames[n-1].kind >= frameFoldedIf && p.clause(&p.frames[n-1], t) {
		return
	}
	op := p.opcode(t)
	p.checkHint(t, op, hint)
	p.checkFeature(t, op)
	switch op {
	case wasm.OpEnd, wasm.OpElse, wasm.OpCatch, wasm.OpCatchAll, wasm.OpDelegate:
		p.unexpected(t, "instruction")
	}
	p.next()
	f := frame{kind: frameFolded, at: t, hint: hint, pending: len(p.pending)}
	if !opensBlock(op) {
		p.pending = wasm.AppendInstr(p.pending, p.operation(t, op), p.m.Dialect)
		p.frames = append(p.frames, f)
		return
	}
	f.label = p.labelDecl()
	in := p.blockImmediates(op)
	if op == wasm.OpIf { // its condition comes first, outside of its label
		f.kind = frameFoldedIf
		p.pending = wasm.AppendInstr(p.pending, in, p.m.Dialect)
		p.frames = append(p.frames, f)
		return
	}
	f.kind = frameFoldedBlock
	if op == wasm.OpTry {
		f.kind = frameFoldedTry
	}
	p.pushLabel(f.label)
	p.emit(in, t, hint)
	p.frames = append(p.frames, f)
}

// clause reads the beginning of a clause of a folded if or try, and reports whether
// the word begins one. What may stand elsewhere is left to the caller.
func (p *Parser) clause(f *frame, t Token) bool {
	switch {
	case f.kind == frameFoldedIf && f.clause == clauseNone:
		if t.Text != "then" {
			return false // an operand
		}
		p.next()
		f.clause = clauseFirst
		p.pushLabel(f.label)
		p.emitPending(f)
	case f.kind == frameFoldedIf:
		if t.Text != "else" || f.clause != clauseFirst {
			p.unexpected(t, ")")
		}
		p.next()
		f.clause = clauseElse
		p.emitOp(wasm.OpElse, t)
	case f.kind == frameFoldedTry:
		return p.tryClause(f, t)
	default:
		return false
	}
	p.frames = append(p.frames, frame{kind: frameClause, at: t})
	return true
}

func (p *Parser) tryClause(f *frame, t Token) bool {
	switch {
	case f.clause == clauseNone && t.Text == "do":
		p.next()
		f.clause = clauseFirst
	case (f.clause == clauseFirst || f.clause == clauseElse) && (t.Text == "catch" || t.Text == "catch_all"):
		p.next()
		f.clause = clauseElse
		op := p.opcode(t)
		if op == wasm.OpCatchAll {
			f.clause = clauseLast
		}
		p.emit(p.operation(t, op), t, noHint)
	case f.clause == clauseFirst && t.Text == "delegate":
		p.next()
		p.popLabel() // its label is one outside of the block that it ends
		p.emit(p.operation(t, wasm.OpDelegate), t, noHint)
		p.close()
		f.kind = frameClause // all that is left of the try is its parenthesis
		if p.tok.Kind != RParen {
			p.unexpected(p.tok, ")")
		}
		return true
	default:
		p.unexpected(t, "clause of try")
	}
	p.frames = append(p.frames, frame{kind: frameClause, at: t})
	return true
}

// closeFrame reads the parenthesis that closes the innermost frame.
func (p *Parser) closeFrame() {
	t := p.tok
	f := &p.frames[len(p.frames)-1]
	switch f.kind {
	case frameBlock, frameIf, frameTry:
		p.fail(t, "unexpected token ): the block that begins in line %d has no end", f.at.Line)
	case frameFolded:
		p.emitPending(f)
	case frameFoldedIf, frameFoldedTry:
		if f.clause == clauseNone {
			p.unexpected(t, "(then ...) or (do ...)")
		}
		fallthrough
	case frameFoldedBlock:
		p.emitOp(wasm.OpEnd, t)
		p.popLabel()
	}
	p.popFrame()
	p.next()
}

// emitPending adds the instruction that a frame has put off until behind its operands.
func (p *Parser) emitPending(f *frame) {
	p.mark(f.at, f.hint)
	p.body = append(p.body, p.pending[f.pending:]...)
	p.pending = p.pending[:f.pending]
}

func (p *Parser) popFrame() { p.frames = p.frames[:len(p.frames)-1] }

// labelDecl reads the optional identifier and name of a label.
func (p *Parser) labelDecl() (d labelDecl) {
	if p.tok.Kind == ID {
		d.id, d.hasID = p.tok.Name(), true
		d.name, d.hasName = d.id, true
		p.next()
	}
	p.nameNote("names", func(name string) { d.name, d.hasName = name, true })
	return d
}

func (p *Parser) pushLabel(d labelDecl) {
	l := label{name: d.id, hasID: d.hasID, hidden: -1}
	if d.hasID {
		if p.innermost == nil {
			p.innermost = map[string]int32{}
		}
		if outer, ok := p.innermost[d.id]; ok {
			l.hidden = outer
		}
		p.innermost[d.id] = int32(len(p.labels))
	}
	if d.hasName && p.inFunc {
		setNested(&p.m.Names.Labels, p.fn, p.labelCount, d.name)
	}
	p.labelCount++
	p.labels = append(p.labels, l)
}

func (p *Parser) popLabel() {
	l := p.labels[len(p.labels)-1]
	p.labels = p.labels[:len(p.labels)-1]
	switch {
	case !l.hasID:
	case l.hidden >= 0:
		p.innermost[l.name] = l.hidden
	default:
		delete(p.innermost, l.name)
	}
}

// label reads a label and returns its depth.
func (p *Parser) label() uint32 {
	t := p.tok
	switch t.Kind {
	case ID:
		p.next()
		at, ok := p.innermost[t.Name()]
		if !ok {
			p.fail(t, "unknown label %s", t.describe())
		}
		return uint32(len(p.labels)-1) - uint32(at)
	case Nat:
		return p.u32()
	}
	p.unexpected(t, "label")
	return 0
}

// local reads the index of a local.
func (p *Parser) local() uint32 {
	s := space{what: "local", ids: p.locals}
	return p.index(&s)
}
