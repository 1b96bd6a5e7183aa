package validate

import "weft/wasm"

func (b *body) drop() error {
	_, err := b.popAny()
	return err
}

// selectUntyped is for numbers and vectors only: the type of two references
// would have to be a common supertype that nobody named.
func (b *body) selectUntyped() error {
	if _, err := b.pop(wasm.I32); err != nil {
		return err
	}
	first, err := b.popAny()
	if err != nil {
		return err
	}
	second, err := b.popAny()
	if err != nil {
		return err
	}
	if first.IsRef() || second.IsRef() {
		return invalid("type mismatch: select without type requires numbers or vectors but stack has [%s %s]",
			b.str(second), b.str(first))
	}
	if first.Kind == wasm.KindBot {
		first = second
	}
	if second.Kind != wasm.KindBot && first != second {
		return invalid("type mismatch: select requires operands of one type but stack has [%s %s]",
			b.str(second), b.str(first))
	}
	return b.push(first)
}

func (b *body) selectTyped() error {
	if len(b.in.Types) != 1 {
		return invalid("invalid result arity: select requires one type, found %d", len(b.in.Types))
	}
	t, err := b.valType(b.in.Types[0])
	if err != nil {
		return err
	}
	if err := b.popAll([]wasm.ValType{t, t, wasm.I32}); err != nil {
		return err
	}
	return b.push(t)
}

func (b *body) globalGet() error {
	t, _, err := b.globalAt(b.in.Index)
	if err != nil {
		return err
	}
	return b.push(t)
}

func (b *body) globalSet() error {
	t, mutable, err := b.globalAt(b.in.Index)
	if err != nil {
		return err
	}
	if !mutable {
		return invalid("immutable global %d", b.in.Index)
	}
	_, err = b.pop(t)
	return err
}
