package ssa

import "weft/wasm"

// BuildLoop builds the rest of a function that the module defines, from a turn of one of its loops on: what an
// interpreter goes on with that has executed the function until then. The loop, whose instruction is at an offset of the
// body, is in no legacy try, and the operand stack is empty there and where the loops around it begin. The parameters
// are all locals; the results are those of the function.
//
// What stands before the loop cannot be reached but by turns of loops, and is not built. Only the blocks around the
// loop are noted, since branches may leave them. Of a loop around it the rest of a turn is built, and behind that the
// whole loop, for the turns that follow: else it would have two entries. So a body in n loops is built n times more.
func (b *Builder) BuildLoop(env *Env, index, offset int) (*Func, error) {
	if err := b.start(env, index); err != nil {
		return nil, err
	}
	sig := &Signature{Params: append([]Type(nil), b.localTypes...), Results: b.f.Sig.Results}
	b.f.Sig = sig
	entry := b.block
	entry.Params, entry.Values = entry.Params[:1], entry.Values[:0] // the instance stays
	for i, t := range b.localTypes {
		b.locals[i] = b.f.NewParam(entry, t)
		b.locals[i].Ref = b.localFacts[i]
	}
	if b.Plain {
		b.layHomes()
	}
	b.block = nil
	for b.block == nil && b.reader.Len() > 0 {
		if err := b.reader.Next(&b.in); err != nil {
			return nil, err
		}
		switch {
		case b.in.Offset == offset:
			b.block = entry
			b.instruction()
		case b.in.Op == wasm.OpBlock, b.in.Op == wasm.OpLoop, b.in.Op == wasm.OpIf, b.in.Op == wasm.OpTryTable:
			b.noteBlock()
		default:
			b.skip()
		}
	}
	return b.finish()
}

// noteBlock begins a block whose beginning is not built.
func (b *Builder) noteBlock() {
	l := label{block: b.in.Block, assigned: b.assigned.of(b.construct), at: b.in.Offset, construct: b.construct}
	b.construct++
	l.params, l.results = b.blockSignature(b.in.Block)
	switch b.in.Op {
	case wasm.OpLoop:
		l.kind = labelTurn
	case wasm.OpIf:
		l.kind = labelIf // without an alternative
	case wasm.OpTryTable:
		b.enterTry(&l)
	}
	b.labels = append(b.labels, l)
}

// nextTurn ends the rest of a turn of a loop, and goes on with the loop from its beginning.
func (b *Builder) nextTurn(l *label) {
	if b.block != nil {
		end := l.end()
		b.jump(end)
		b.behind = end.target
	}
	b.enter(l)
	b.reader.Pos, b.construct = l.at, l.construct
}
