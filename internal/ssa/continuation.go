package ssa

import (
	"slices"

	"weft/wasm"
)

func (b *Builder) contNew() {
	function := b.pop()
	b.checkNull(function, wasm.TrapNullFunction)
	call := b.add(OpContNew, Void, int64(b.in.Index), b.instance, function)
	call.Sig = &contNewSignature
	b.push(b.add(OpResult, I64, 0, call))
}

var contNewSignature = Signature{Results: []Type{I64}}

// contType returns the index of the function type beneath a continuation or tag type.
func (b *Builder) contType(typeIndex uint32) uint32 {
	return uint32(b.env.Module.Types[typeIndex].Comp.Cont)
}

func (b *Builder) contBind() {
	from, to := b.signature(b.contType(b.in.Index)), b.signature(b.contType(b.in.Index2))
	continuation := b.pop()
	args := []*Value{b.number(b.in.Index2), continuation}
	args = append(args, b.popN(len(from.Params)-len(to.Params))...)
	b.push(b.add(OpResult, I64, 0, b.variadic(ContBind, args...)))
}

func (b *Builder) suspend() {
	sig := b.tagSignature(b.in.Index)
	call := b.call(OpSuspend, int64(b.in.Index), sig, b.pointer(b.env.TagPtr(b.in.Index)))
	b.invoke(call, sig.Results, nil)
}

// suspendTo builds suspend_to. Its results are those of the tag, and the new name of the handler.
func (b *Builder) suspendTo() {
	tag := b.tagSignature(b.in.Index2)
	sig := &Signature{Params: tag.Params, Results: append(slices.Clone(tag.Results), I64)}
	aux := int64(b.in.Index2) | int64(b.in.Index)<<32
	handler := b.pop()
	b.invoke(b.call(OpSuspendTo, aux, sig, b.pointer(b.env.TagPtr(b.in.Index2)), handler), sig.Results, nil)
}

// suspendTag builds suspend_tag.
func (b *Builder) suspendTag() {
	function := b.contType(b.in.Index)
	sig := b.signature(function)
	tag := b.pop()
	b.invoke(b.call(OpSuspendTag, int64(function), sig, b.instance, tag), sig.Results, nil)
}

// NameAfter is what makes the reference to a continuation the name of the handler that it is resumed with: it is the
// reference that there will be next.
const NameAfter = 1 << 32

// NamedSite is set in Aux of an OpResume whose last argument is a name.
const NamedSite = 1 << 32

// Tags returns how many of the last arguments of an OpResume are the tags of its clauses, by its Aux.
func Tags(aux int64) int { return int(aux >> tagsShift) }

const tagsShift = 33

func (b *Builder) switchTo() {
	function := b.contType(b.in.Index)
	params := b.env.Module.FuncType(function).Params
	back := uint32(params[len(params)-1].Heap)
	sig := &Signature{Params: b.signature(function).Params[:len(params)-1], Results: b.signature(b.contType(back)).Params}
	aux := int64(b.in.Index2) | int64(back)<<32
	continuation := b.pop()
	b.invoke(b.call(OpSwitch, aux, sig, b.instance, continuation), sig.Results, nil)
}

// resume builds resume, resume_with, resume_throw and resume_throw_ref.
func (b *Builder) resume() {
	sig := b.signature(b.contType(b.in.Index))
	handlers := append([]wasm.Handler(nil), b.in.Handlers...)
	site := int64(len(b.f.Sites))
	named := b.in.Op == wasm.OpResumeWith
	tagged := b.in.Op == wasm.OpResumeTags
	b.f.Sites = append(b.f.Sites, ResumeSite{Clauses: handlers, Named: named, Tagged: tagged})
	continuation := b.pop()
	if named {
		b.push(b.add(OpAdd, I64, 0, continuation, b.constant(I64, NameAfter)))
		site |= NamedSite
	}
	if tagged {
		site |= int64(len(handlers)) << tagsShift
		sig = &Signature{Params: append(slices.Clone(sig.Params), slices.Repeat([]Type{I64}, len(handlers))...), Results: sig.Results}
	}
	if named || tagged || b.in.Op == wasm.OpResume {
		b.invoke(b.call(OpResume, site, sig, b.instance, continuation), sig.Results, handlers)
		return
	}
	thrown := &Signature{Params: []Type{I64}, Results: sig.Results}
	if b.in.Op == wasm.OpResumeThrow {
		thrown.Params = b.tagSignature(b.in.Index2).Params
		site |= (int64(b.in.Index2) + 1) << 32
	}
	b.invoke(b.call(OpResumeThrow, site, thrown, b.instance, continuation), sig.Results, handlers)
}
