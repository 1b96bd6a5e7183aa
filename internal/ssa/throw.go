package ssa

import "weft/wasm"

// throw builds throw and throw_ref. Where a clause of the same function, or of one that it is built into (inline.go),
// catches for sure what is thrown, and does not ask for its reference, the exception is never made: the throw is a
// branch that carries the payload.
func (b *Builder) throw() {
	if b.in.Op == wasm.OpThrowRef {
		b.throwRef(b.pop())
		return
	}
	params := b.tagSignature(b.in.Index).Params
	if catches, c := b.catcher(b.in.Index); catches != nil && !b.Plain {
		if !c.Kind.HasTag() {
			b.popN(len(params))
		}
		b.jump(catches)
		return
	}
	args := []*Value{b.number(b.in.Index)}
	args = append(args, b.popN(len(params))...)
	b.thrown(b.variadic(Throw, args...))
}

// catcher returns the first clause around that catches exceptions with a tag, and where it branches to; no label if
// that is not known, or the clause wants a reference.
func (b *Builder) catcher(tag uint32) (*label, wasm.Catch) {
	for i := len(b.labels) - 1; i >= 0; i-- {
		l := &b.labels[i]
		for j, c := range l.catches {
			switch {
			case c.Kind.HasTag() && c.Tag != tag && !b.mayBeOneTag(c.Tag, tag):
				continue
			case c.Kind.HasRef() || c.Kind.HasTag() && c.Tag != tag:
				return nil, c
			case l.legacy != nil:
				return &l.legacy.handlers[j], c
			}
			return &b.labels[i-1-int(c.Label)], c
		}
		i -= l.delegated()
	}
	return nil, wasm.Catch{}
}

// mayBeOneTag reports whether two tags of the module may be the same: both are imports then.
func (b *Builder) mayBeOneTag(x, y uint32) bool {
	return int(max(x, y)) < b.env.Space.ImportedTags
}

// throwRef throws an exception by reference.
func (b *Builder) throwRef(exception *Value) {
	b.thrown(b.builtinCall(ThrowRef, &Builtins[ThrowRef].Sig, []*Value{exception}))
}

// thrown completes the call of a builtin that throws: it does not return.
func (b *Builder) thrown(call *Value) {
	b.invoke(call, nil, nil)
	b.trap(wasm.TrapUnreachable)
}
