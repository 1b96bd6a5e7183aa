package validate

import (
	"slices"

	"weft/wasm"
)

func (b *body) contNew() error {
	t, err := b.compAt(b.in.Index, wasm.CompCont, "continuation")
	if err != nil {
		return err
	}
	if _, err := b.pop(wasm.RefNull(t.Cont)); err != nil {
		return err
	}
	return b.pushNew()
}

func (b *body) contBind() error {
	source, err := b.contType(b.in.Index)
	if err != nil {
		return err
	}
	target, err := b.contType(b.in.Index2)
	if err != nil {
		return err
	}
	bound := len(source.Params) - len(target.Params)
	if bound < 0 || !b.set.IsFuncSubtype(wasm.FuncType{Params: source.Params[bound:], Results: source.Results}, *target) {
		return invalid("type mismatch in continuation types: binding arguments cannot make %s -> %s of %s -> %s",
			b.strs(target.Params), b.strs(target.Results), b.strs(source.Params), b.strs(source.Results))
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	if err := b.popAll(source.Params[:bound]); err != nil {
		return err
	}
	return b.push(b.newRef(b.in.Index2))
}

func (b *body) suspend() error {
	t, err := b.tagAt(b.in.Index)
	if err != nil {
		return err
	}
	return b.apply(t)
}

// resumed checks what the three forms of resume have in common: the type of the
// continuation, the clauses, and the operand on top of the stack.
func (b *body) resumed() (*wasm.FuncType, error) {
	t, err := b.contType(b.in.Index)
	if err != nil {
		return nil, err
	}
	for i := range b.in.Handlers {
		if err := b.handlerClause(&b.in.Handlers[i], t.Results, nil); err != nil {
			return nil, err
		}
	}
	_, err = b.pop(b.ref(b.in.Index))
	return t, err
}

func (b *body) resume() error {
	t, err := b.resumed()
	if err != nil {
		return err
	}
	return b.apply(t)
}

func (b *body) resumeThrow() error {
	payload, err := b.exception(b.in.Index2)
	if err != nil {
		return err
	}
	t, err := b.resumed()
	if err != nil {
		return err
	}
	return b.apply(&wasm.FuncType{Params: payload, Results: t.Results})
}

func (b *body) resumeThrowRef() error {
	t, err := b.resumed()
	if err != nil {
		return err
	}
	return b.apply(&wasm.FuncType{Params: b.list(wasm.ExnRef), Results: t.Results})
}

// suspendTo checks suspend_to (named handlers, pull request 129 of stack switching): the handler that it consumes is
// replaced by another one of the same type.
func (b *body) suspendTo() error {
	if _, err := b.compAt(b.in.Index, wasm.CompHandler, "handler"); err != nil {
		return err
	}
	t, err := b.tagAt(b.in.Index2)
	if err != nil {
		return err
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	if err := b.apply(t); err != nil {
		return err
	}
	return b.push(wasm.Ref(b.typeRef(b.in.Index)))
}

// resumeWith checks resume_with: the last parameter of the continuation is the name of the handler, which the
// instruction makes.
func (b *body) resumeWith() error {
	t, err := b.contType(b.in.Index)
	if err != nil {
		return err
	}
	name := wasm.Bot
	if len(t.Params) > 0 {
		name = t.Params[len(t.Params)-1]
	}
	if !name.IsRef() || !name.Heap.IsIndex() || b.set.Comp(wasm.TypeID(name.Heap)).Kind != wasm.CompHandler {
		return invalid("type mismatch: resume_with requires a continuation whose last parameter is a concrete handler "+
			"reference type, found one with %s", b.strs(t.Params))
	}
	if handled := b.set.Comp(wasm.TypeID(name.Heap)).Func.Results; !b.areSubtypes(handled, t.Results) {
		return invalid("type mismatch in handler type: it has the results %s, the continuation %s",
			b.strs(handled), b.strs(t.Results))
	}
	for i := range b.in.Handlers {
		if err := b.handlerClause(&b.in.Handlers[i], t.Results, []wasm.ValType{name}); err != nil {
			return err
		}
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	return b.apply(&wasm.FuncType{Params: t.Params[:len(t.Params)-1], Results: t.Results})
}

// tagValueType returns the function type beneath a type of tags that are values.
func (b *body) tagValueType(index uint32) (*wasm.FuncType, error) {
	t, err := b.compAt(index, wasm.CompTag, "tag")
	if err != nil {
		return nil, err
	}
	return b.contFunc(t), nil
}

func (b *body) tagNew() error {
	if _, err := b.tagValueType(b.in.Index); err != nil {
		return err
	}
	return b.pushNew()
}

func (b *body) suspendTag() error {
	t, err := b.tagValueType(b.in.Index)
	if err != nil {
		return err
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	return b.apply(t)
}

// resumeTags checks resume_tags: before the continuation are the tags, one for each clause.
func (b *body) resumeTags() error {
	t, err := b.contType(b.in.Index)
	if err != nil {
		return err
	}
	if n := len(b.in.Handlers); n > wasm.MaxTagClauses {
		return wasm.Errorf(wasm.Limit, "too many clauses: resume_tags may have %d, found %d", wasm.MaxTagClauses, n)
	}
	for i := range b.in.Handlers {
		h := &b.in.Handlers[i]
		tag, err := b.tagValueType(h.Tag)
		if err != nil {
			return err
		}
		if h.Kind != wasm.OnLabel {
			return invalid("tags that are values have no clauses for switch: type %d", h.Tag)
		}
		if err := b.labelClause(h, tag, t.Results, nil); err != nil {
			return err
		}
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	for i := len(b.in.Handlers) - 1; i >= 0; i-- {
		if _, err := b.pop(b.ref(b.in.Handlers[i].Tag)); err != nil {
			return err
		}
	}
	return b.apply(t)
}

// handlerClause checks a clause for a continuation with the given results. What is captured awaits the names, too: one
// if the clause is of a handler with a name.
func (b *body) handlerClause(h *wasm.Handler, results, names []wasm.ValType) error {
	tag, err := b.tagAt(h.Tag)
	if err != nil {
		return err
	}
	if h.Kind == wasm.OnSwitch && len(names) > 0 {
		return invalid("a handler with a name has no clauses for switch: tag %d", h.Tag)
	}
	if h.Kind == wasm.OnSwitch {
		// Exactly the same results: whoever switches delivers them to whoever
		// resumed, and the other way round.
		if len(tag.Params) > 0 || !slices.Equal(tag.Results, results) {
			return invalid("type mismatch in switch tag: clause requires tag %d of type [] -> %s, found %s -> %s",
				h.Tag, b.strs(results), b.strs(tag.Params), b.strs(tag.Results))
		}
		return nil
	}
	return b.labelClause(h, tag, results, names)
}

// labelClause checks a clause with a label, for a tag of a type.
func (b *body) labelClause(h *wasm.Handler, tag *wasm.FuncType, results, names []wasm.ValType) error {
	label, err := b.label(h.Label)
	if err != nil {
		return err
	}
	cont, err := b.concreteCont(label, "label")
	if err != nil {
		return err
	}
	if payload := label[:len(label)-1]; !b.areSubtypes(tag.Params, payload) {
		return invalid("type mismatch: label %d requires %s but tag %d delivers %s and a continuation",
			h.Label, b.strs(label), h.Tag, b.strs(tag.Params))
	}
	// The continuation is looked through: it need not be declared to be related.
	captured := wasm.FuncType{Params: tag.Results, Results: results}
	if len(names) > 0 {
		captured.Params = slices.Concat(tag.Results, names)
	}
	if !b.set.IsFuncSubtype(captured, *cont) {
		return invalid("type mismatch: label %d requires a continuation of type %s -> %s but tag %d delivers one of type %s -> %s",
			h.Label, b.strs(cont.Params), b.strs(cont.Results), h.Tag, b.strs(captured.Params), b.strs(captured.Results))
	}
	return nil
}

// concreteCont returns the function type beneath the last type of a list, which
// must refer to a continuation type of the module.
func (b *body) concreteCont(types []wasm.ValType, who string) (*wasm.FuncType, error) {
	last := wasm.Bot
	if len(types) > 0 {
		last = types[len(types)-1]
	}
	if !last.IsRef() || !last.Heap.IsIndex() {
		return nil, invalid("type mismatch: instruction requires concrete continuation reference type but %s has %s",
			who, b.strs(types))
	}
	if last.Exact { // what is suspended has no type of its own
		return nil, invalid("type mismatch: instruction delivers a continuation of no exact type but %s has %s",
			who, b.strs(types))
	}
	t := b.set.Comp(wasm.TypeID(last.Heap))
	if t.Kind != wasm.CompCont {
		return nil, invalid("non-continuation type %s: instruction requires concrete continuation reference type but %s has %s",
			b.original(last).Heap, who, b.strs(types))
	}
	return b.contFunc(t), nil
}

func (b *body) switchTo() error {
	target, err := b.contType(b.in.Index)
	if err != nil {
		return err
	}
	tag, err := b.tagAt(b.in.Index2)
	if err != nil {
		return err
	}
	back, err := b.concreteCont(target.Params, "continuation")
	if err != nil {
		return err
	}
	if len(tag.Params) > 0 || !b.areSubtypes(target.Results, tag.Results) || !b.areSubtypes(tag.Results, back.Results) {
		return invalid("type mismatch in switch tag: tag %d of type %s -> %s does not stand between results %s and %s",
			b.in.Index2, b.strs(tag.Params), b.strs(tag.Results), b.strs(target.Results), b.strs(back.Results))
	}
	if _, err := b.pop(b.ref(b.in.Index)); err != nil {
		return err
	}
	if err := b.popAll(target.Params[:len(target.Params)-1]); err != nil {
		return err
	}
	return b.pushAll(back.Params)
}
