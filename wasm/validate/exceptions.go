package validate

import "weft/wasm"

// exception returns the types that an exception with a tag carries. Tags with
// results are for suspending only.
func (b *body) exception(tag uint32) ([]wasm.ValType, error) {
	t, err := b.tagAt(tag)
	if err != nil {
		return nil, err
	}
	if len(t.Results) > 0 {
		return nil, invalid("type mismatch: tag %d of an exception must not have results, found %s", tag, b.strs(t.Results))
	}
	return t.Params, nil
}

func (b *body) throw() error {
	types, err := b.exception(b.in.Index)
	if err != nil {
		return err
	}
	if err := b.popAll(types); err != nil {
		return err
	}
	b.setUnreachable()
	return nil
}

func (b *body) throwRef() error {
	if _, err := b.pop(wasm.ExnRef); err != nil {
		return err
	}
	b.setUnreachable()
	return nil
}

func (b *body) tryTable() error {
	for i := range b.in.Catches {
		if err := b.catchClause(&b.in.Catches[i]); err != nil {
			return err
		}
	}
	return b.block()
}

// catchClause checks a clause of try_table. Its label is counted from outside
// of the block.
func (b *body) catchClause(c *wasm.Catch) error {
	var delivered []wasm.ValType
	if c.Kind.HasTag() {
		types, err := b.exception(c.Tag)
		if err != nil {
			return err
		}
		delivered = types[:len(types):len(types)]
	}
	if c.Kind.HasRef() {
		delivered = append(delivered, wasm.Ref(wasm.HeapExn))
	}
	types, err := b.label(c.Label)
	if err != nil {
		return err
	}
	if !b.areSubtypes(delivered, types) {
		return invalid("type mismatch: label %d requires %s but the clause %s delivers %s",
			c.Label, b.strs(types), c.Kind, b.strs(delivered))
	}
	return nil
}

// The legacy instructions: try ... catch ... catch_all ... end, or try ...
// delegate.

// handler ends the part of a try block that comes before a handler, and begins
// the handler, which finds the given values on the stack.
func (b *body) handler(values []wasm.ValType) error {
	if op := b.top().op; op != wasm.OpTry && op != wasm.OpCatch {
		return wasm.Errorf(wasm.Malformed, "END opcode expected: found %s, but the innermost block is %s", b.in.Op, op)
	}
	f, err := b.leave()
	if err != nil {
		return err
	}
	return b.enter(b.in.Op, values, f.results)
}

func (b *body) catch() error {
	types, err := b.exception(b.in.Index)
	if err != nil {
		return err
	}
	return b.handler(types)
}

func (b *body) catchAll() error { return b.handler(nil) }

// delegate closes a try block without handlers. Its label is counted from
// outside of the block.
func (b *body) delegate() error {
	if op := b.top().op; op != wasm.OpTry {
		return wasm.Errorf(wasm.Malformed, "END opcode expected: found delegate, but the innermost block is %s", op)
	}
	f, err := b.leave()
	if err != nil {
		return err
	}
	if _, err := b.frameAt(b.in.Index); err != nil {
		return err
	}
	return b.pushAll(f.results)
}

func (b *body) rethrow() error {
	f, err := b.frameAt(b.in.Index)
	if err != nil {
		return err
	}
	if f.op != wasm.OpCatch && f.op != wasm.OpCatchAll {
		return invalid("invalid rethrow label %d: it is not that of a catch", b.in.Index)
	}
	b.setUnreachable()
	return nil
}
