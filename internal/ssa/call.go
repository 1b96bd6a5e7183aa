package ssa

import "weft/wasm"

// invoke completes a call: its results go to the stack. Where a try_table is around it,
// or it is a resume with handlers, it ends the block, with a pad for each clause.
func (b *Builder) invoke(call *Value, results []Type, handlers []wasm.Handler) {
	values := b.results[:0]
	for i, t := range results {
		values = append(values, b.add(OpResult, t, int64(i), call))
	}
	b.results = values
	b.pads(call, handlers)
	for _, v := range values {
		b.push(v)
	}
}

// pads ends the block behind a call if it has pads.
func (b *Builder) pads(call *Value, handlers []wasm.Handler) {
	labels := 0
	for _, h := range handlers {
		if h.Kind == wasm.OnLabel {
			labels++
		}
	}
	if b.tries == 0 && labels == 0 {
		return
	}
	from, next := b.block, b.f.NewBlock()
	invoke := b.add(OpInvoke, Void, 0, call)
	b.f.AddEdge(from, next)
	for _, h := range handlers {
		if h.Kind == wasm.OnLabel && b.bounded() {
			b.handlerPad(from, h)
		}
	}
	if len(b.f.Catches) == 0 {
		b.f.Catches = append(b.f.Catches, nil)
	}
	if b.tries > 0 {
		invoke.Aux = b.catchPads(from)
	}
	b.begin(next)
}

// handlerPad makes the pad of a clause of a resume: the payload and the reference to the
// continuation arrive as parameters.
func (b *Builder) handlerPad(from *Block, h wasm.Handler) {
	pad := b.f.NewBlock()
	pad.Pad = PadValues
	b.f.AddEdge(from, pad)
	b.begin(pad)
	depth := len(b.stack)
	for _, t := range b.clauseSignature(h.Tag).Params {
		b.param(pad, t)
	}
	b.param(pad, I64)
	for _, p := range pad.Params {
		b.push(p)
	}
	b.jump(b.label(h.Label))
	b.stack = b.stack[:depth]
}

// clauseSignature returns the signature of the tag of a clause of the current instruction.
func (b *Builder) clauseSignature(tag uint32) *Signature {
	if b.in.Op == wasm.OpResumeTags {
		return b.signature(b.contType(tag))
	}
	return b.tagSignature(tag)
}

// catchPads makes the pads of all clauses around, and returns the index of their list.
func (b *Builder) catchPads(from *Block) int64 {
	var list []wasm.Catch
around:
	for i := len(b.labels) - 1; i >= 0; i-- {
		l := &b.labels[i]
		for j, c := range l.catches {
			list = append(list, c)
			if l.legacy != nil {
				b.catchPad(from, c, &l.legacy.handlers[j])
			} else {
				b.catchPad(from, c, &b.labels[i-1-int(c.Label)])
			}
			if !c.Kind.HasTag() || !b.bounded() {
				break around // it catches everything, or there is no use in going on
			}
		}
		i -= l.delegated()
	}
	b.f.Catches = append(b.f.Catches, list)
	return int64(len(b.f.Catches) - 1)
}

func (b *Builder) catchPad(from *Block, c wasm.Catch, l *label) {
	pad := b.f.NewBlock()
	pad.Pad, pad.Cold = PadException, true
	b.f.AddEdge(from, pad)
	b.begin(pad)
	depth := len(b.stack)
	var payload []Type
	if c.Kind.HasTag() {
		payload = b.tagSignature(c.Tag).Params
	}
	if c.Kind.HasRef() || len(payload) > 0 {
		context, at := b.add(OpContext, I64, 0), b.env.Args
		for _, t := range payload {
			b.push(b.add(OpGet, t, at, context))
			at += 8 * int64(t.Slots())
		}
		if c.Kind.HasRef() {
			b.push(b.add(OpGet, I64, at, context))
		}
	}
	b.jump(l)
	b.stack = b.stack[:depth]
}

func (b *Builder) tagSignature(tag uint32) *Signature { return b.signature(b.env.Space.Tags[tag]) }

// call adds a call with the topmost values as last arguments, behind those given.
func (b *Builder) call(op Op, aux int64, sig *Signature, first ...*Value) *Value {
	b.args = append(append(b.args[:0], first...), b.popN(len(sig.Params))...)
	v := b.add(op, Void, aux, b.args...)
	v.Sig = sig
	return v
}

// callFunc builds a call of a function by its index.
func (b *Builder) callFunc(tail bool) {
	typeIndex := b.env.Space.Funcs[b.in.Index]
	sig := b.signature(typeIndex)
	if own := int64(b.in.Index) - int64(b.env.Space.ImportedFuncs); own >= 0 {
		op := OpCall
		if tail {
			op = OpTailCall
		} else if b.inlined(int(own)) {
			return
		}
		b.afterCall(b.call(op, own, sig, b.instance), typeIndex, tail)
		return
	}
	b.callRecord(b.pointer(b.env.FuncPtr(b.in.Index)), typeIndex, tail)
}

// callRecord builds a call of what a reference that is not null refers to.
func (b *Builder) callRecord(record *Value, typeIndex uint32, tail bool) {
	op := OpCallRecord
	if tail {
		op = OpTailCallRecord
	}
	b.afterCall(b.call(op, 0, b.signature(typeIndex), record), typeIndex, tail)
}

// afterCall completes a call of a function of a type.
func (b *Builder) afterCall(call *Value, typeIndex uint32, tail bool) {
	if tail {
		b.block = nil
		return
	}
	b.invoke(call, call.Sig.Results, nil)
	b.typeTop(b.env.Module.FuncType(typeIndex).Results)
}

// callRef builds call_ref and return_call_ref.
func (b *Builder) callRef(tail bool) {
	ref := b.pop()
	b.checkNull(ref, wasm.TrapNullFunction)
	b.callRecord(ref, b.in.Index, tail)
}

func (b *Builder) nullCheck(ref *Value, code wasm.TrapCode) {
	b.trapIf(b.isNull(ref), code)
}

// callIndirect builds call_indirect and return_call_indirect.
func (b *Builder) callIndirect(tail bool) {
	index := b.pop()
	expected, table := b.in.Index, b.env.Space.Tables[b.in.Index2]
	ref := b.add(OpGet, I64, 0, b.element(b.in.Index2, index, wasm.TrapUndefinedElement))
	if table.Elem.Nullable {
		b.nullCheck(ref, wasm.TrapUninitializedElement)
	}
	final := b.env.Module.Types[expected].Final
	if !((final || table.Elem.Exact) && table.Elem.Heap == wasm.HeapType(expected)) {
		found := b.add(OpGet, I32, b.env.FuncType, ref)
		wanted := b.typeID(expected)
		same := b.compare(Eq, found, wanted)
		if final {
			b.trapUnless(same, wasm.TrapIndirectCallType)
		} else {
			b.testSubtype(same, found, wanted)
		}
	}
	b.callRecord(ref, expected, tail)
}

// testSubtype traps unless the types are the same or the run time finds that one
// extends the other.
func (b *Builder) testSubtype(same, found, wanted *Value) {
	next, differ := b.f.NewBlock(), b.f.NewBlock()
	differ.Cold = true
	b.branchOn(same, next, differ)
	b.begin(differ)
	b.trapUnless(b.builtin(IsSubtype, found, wanted), wasm.TrapIndirectCallType)
	b.goTo(next)
	b.begin(next)
}

// builtin adds a call of a builtin, and returns its result if it has one.
func (b *Builder) builtin(number Builtin, args ...*Value) *Value {
	sig := &Builtins[number].Sig
	call := b.builtinCall(number, sig, args)
	if len(sig.Results) == 0 {
		return nil
	}
	return b.add(OpResult, sig.Results[0], 0, call)
}

// variadic adds a call of a builtin with any arguments behind those that it has always.
func (b *Builder) variadic(number Builtin, args ...*Value) *Value {
	sig := &Signature{Params: []Type{I64}, Results: Builtins[number].Sig.Results}
	for _, a := range args {
		sig.Params = append(sig.Params, a.Type)
	}
	return b.builtinCall(number, sig, args)
}

func (b *Builder) builtinCall(number Builtin, sig *Signature, args []*Value) *Value {
	b.args = append(append(b.args[:0], b.instance), args...)
	v := b.add(OpBuiltin, Void, int64(number), b.args...)
	v.Sig = sig
	return v
}

// number returns an index as an argument of a builtin.
func (b *Builder) number(index uint32) *Value { return b.constant(I32, uint64(index)) }
