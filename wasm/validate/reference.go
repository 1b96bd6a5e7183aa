package validate

import "weft/wasm"

func (b *body) refNull() error {
	t, err := b.valType(b.in.Ref)
	if err != nil {
		return err
	}
	return b.push(t)
}

func (b *body) refIsNull() error {
	if _, err := b.popRef(); err != nil {
		return err
	}
	return b.push(wasm.I32)
}

// refFunc requires that the function be declared: that it occurs outside of
// function bodies, so that an engine knows early which functions have
// references. A constant expression is such an occurrence.
func (b *body) refFunc() error {
	if _, err := b.funcAt(b.in.Index); err != nil {
		return err
	}
	if b.constant {
		b.declared[b.in.Index] = true
	} else if !b.declared[b.in.Index] {
		return invalid("undeclared function reference: function %d occurs in no export, global or element segment", b.in.Index)
	}
	t := b.newRef(b.space.Funcs[b.in.Index])
	t.Exact = t.Exact && b.space.ExactFunc(b.in.Index)
	return b.push(t)
}

func (b *body) refAsNonNull() error {
	t, err := b.popRef()
	if err != nil {
		return err
	}
	return b.push(t.AsNonNull())
}

func (b *body) brOnNull() error {
	t, err := b.popRef()
	if err != nil {
		return err
	}
	return b.brOn(nil, []wasm.ValType{t.AsNonNull()})
}

func (b *body) brOnNonNull() error {
	t, err := b.popRef()
	if err != nil {
		return err
	}
	return b.brOn([]wasm.ValType{t.AsNonNull()}, nil)
}

// castTarget returns the type that a cast tests for, and the greatest type that
// its operand may have.
func (b *body) castTarget(ref wasm.ValType) (target, operand wasm.ValType, err error) {
	if target, err = b.valType(ref); err != nil {
		return target, operand, err
	}
	top := b.set.Top(target.Heap)
	switch top {
	case wasm.HeapCont:
		return target, operand, invalid("invalid cast to continuation types: target is %s", b.str(target))
	case wasm.HeapTag:
		return target, operand, invalid("invalid cast to tag types: target is %s", b.str(target))
	case wasm.HeapHandler:
		return target, operand, invalid("invalid cast to handler types: target is %s", b.str(target))
	}
	return target, wasm.RefNull(top), nil
}

func (b *body) refTest() error {
	_, operand, err := b.castTarget(b.in.Ref)
	if err != nil {
		return err
	}
	if _, err := b.pop(operand); err != nil {
		return err
	}
	return b.push(wasm.I32)
}

func (b *body) refCast() error {
	target, operand, err := b.castTarget(b.in.Ref)
	if err != nil {
		return err
	}
	if _, err := b.pop(operand); err != nil {
		return err
	}
	return b.push(target)
}

// brOnCast is the rule of both branches on casts: one takes the branch with the
// target type and goes on with the rest of the source type, the other the
// reverse.
func (b *body) brOnCast() error {
	source, target, err := b.castTypes()
	if err != nil {
		return err
	}
	return b.branchOnCast(source, target, b.in.Op == wasm.OpBrOnCastFail)
}

// castTypes returns the source and the target of a branch on a cast. Since there are descriptors, they only need to be
// of one hierarchy.
func (b *body) castTypes() (source, target wasm.ValType, err error) {
	if source, err = b.valType(b.in.Ref); err != nil {
		return source, target, err
	}
	target, top, err := b.castTarget(b.in.Ref2)
	if err != nil {
		return source, target, err
	}
	related := b.set.IsHeapSubtype(source.Heap, top.Heap)
	if !b.features.Has(wasm.CustomDescriptors) {
		related = b.set.IsValSubtype(target, source)
	}
	if !related {
		err = invalid("type mismatch: cast target %s does not match cast source %s", b.str(target), b.str(source))
	}
	return source, target, err
}

// branchOnCast takes a reference of the source type, with which the branch is taken if the cast succeeds, or fails.
func (b *body) branchOnCast(source, target wasm.ValType, onFail bool) error {
	if _, err := b.pop(source); err != nil {
		return err
	}
	rest := source
	if target.Nullable {
		rest.Nullable = false
	}
	taken, kept := target, rest
	if onFail {
		taken, kept = rest, target
	}
	return b.brOn([]wasm.ValType{taken}, []wasm.ValType{kept})
}

// convert is the rule of the conversions between the hierarchies of any and
// extern, which keep whether the reference may be null.
func (b *body) convert(from, to wasm.HeapType) error {
	t, err := b.pop(wasm.RefNull(from))
	if err != nil {
		return err
	}
	return b.push(wasm.ValType{Kind: wasm.KindRef, Nullable: t.Nullable, Heap: to})
}

func (b *body) anyConvertExtern() error { return b.convert(wasm.HeapExtern, wasm.HeapAny) }
func (b *body) externConvertAny() error { return b.convert(wasm.HeapAny, wasm.HeapExtern) }

func (b *body) refI31() error {
	if _, err := b.pop(wasm.I32); err != nil {
		return err
	}
	return b.push(wasm.Ref(wasm.HeapI31))
}

func (b *body) i31Get() error {
	if _, err := b.pop(wasm.RefNull(wasm.HeapI31)); err != nil {
		return err
	}
	return b.push(wasm.I32)
}
