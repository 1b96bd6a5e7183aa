package validate

import "weft/wasm"

// push leaves a value on the operand stack.
func (b *body) push(t wasm.ValType) error {
	if len(b.values) >= wasm.MaxOperands {
		return wasm.Errorf(wasm.Limit, "too many operands: at most %d values on the stack are supported", wasm.MaxOperands)
	}
	b.values = append(b.values, t)
	return nil
}

func (b *body) pushAll(types []wasm.ValType) error {
	if len(b.values)+len(types) > wasm.MaxOperands {
		return wasm.Errorf(wasm.Limit, "too many operands: at most %d values on the stack are supported", wasm.MaxOperands)
	}
	b.values = append(b.values, types...)
	return nil
}

// available returns the number of values that the current block has pushed.
func (b *body) available() int { return len(b.values) - b.top().height }

// popAny takes a value of any type. In unreachable code there always is one.
func (b *body) popAny() (wasm.ValType, error) {
	if b.available() > 0 {
		t := b.values[len(b.values)-1]
		b.values = b.values[:len(b.values)-1]
		return t, nil
	}
	if b.top().unreachable {
		return wasm.Bot, nil
	}
	return wasm.ValType{}, invalid("type mismatch: instruction requires a value but stack has []")
}

// pop takes a value of the given type and returns its own, which may be more
// precise.
func (b *body) pop(t wasm.ValType) (wasm.ValType, error) {
	if n := len(b.values); b.available() > 0 && b.set.IsValSubtype(b.values[n-1], t) {
		found := b.values[n-1]
		b.values = b.values[:n-1]
		return found, nil
	}
	if b.available() == 0 && b.top().unreachable {
		return wasm.Bot, nil
	}
	return wasm.ValType{}, b.mismatch("instruction", []wasm.ValType{t})
}

// popAll takes values of the given types, the last from the top.
func (b *body) popAll(types []wasm.ValType) error {
	if len(types) == 0 {
		return nil
	}
	if !b.has(types) {
		return b.mismatch("instruction", types)
	}
	b.values = b.values[:len(b.values)-min(len(types), b.available())]
	return nil
}

// popRef takes a reference of any type; in unreachable code it is the bottom
// reference, which matches them all.
func (b *body) popRef() (wasm.ValType, error) {
	t, err := b.popAny()
	switch {
	case err != nil:
		return t, err
	case t.Kind == wasm.KindBot:
		return wasm.Ref(wasm.HeapBot), nil
	case !t.IsRef():
		return t, invalid("type mismatch: instruction requires a reference type but stack has [%s]", b.str(t))
	}
	return t, nil
}

// has reports whether values of the given types are on top of the stack.
func (b *body) has(types []wasm.ValType) bool {
	n := b.available()
	if n < len(types) && !b.top().unreachable {
		return false
	}
	n = min(n, len(types))
	found, types := b.values[len(b.values)-n:], types[len(types)-n:]
	for i, t := range types {
		if found[i] != t && !b.set.IsValSubtype(found[i], t) {
			return false
		}
	}
	return true
}

// mismatch makes the error for operands of the wrong type.
func (b *body) mismatch(who string, types []wasm.ValType) error {
	found := b.values[len(b.values)-min(len(types), b.available()):]
	return invalid("type mismatch: %s requires %s but stack has %s", who, b.strs(types), b.strs(found))
}
