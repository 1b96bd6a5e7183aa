package ssa

import "weft/wasm"

// The plain form of a function.
//
// A body may be valid and yet become much larger as SSA than it is itself: blocks that nest deeply and assign many
// locals hand each of them over at each join, and many loops in each other make passes look at each block once for
// each. Such a function is built in another form, in which everything stays as large as the body: all locals, and what
// lies on the operand stack between blocks, have places in the frame, their *homes*. Blocks have no parameters, values
// live within the blocks of one instruction of the body, and no pass but those that the next part of the compiler needs
// looks at it. The code is as slow as that of a compiler which does not optimise, and as safe as other code: it is the
// same selection, allocation and emission that follow. So every valid function has machine code, and no continuation
// ever meets a frame of the interpreter.
//
// An element of the operand stack is a value, or nil if it is in its home. Before an instruction that may end a block,
// all go to their homes; a branch moves what it carries to where its target expects it.

// maxPlainValues bounds a plain function. It has about three values for an instruction of the body, and some for each
// clause around each call.
const maxPlainValues = 1 << 23

// A home is a place in the frame: what of the operand stack or of the locals is there.
type home struct {
	slot int32 // from the beginning of the homes
	typ  Type
	ref  RefFacts
}

func (h home) end() int32 { return h.slot + int32(h.typ.Slots()) }

// homes are those of a function in the plain form.
type homes struct {
	frame      *Value // an OpFrame
	locals     []home
	exceptions int32  // the first one of those for exceptions that are thrown again: one for each legacy try
	stack      []home // by depth; those of all elements are there, others may be
	// inHomes is a depth: all elements below it are in their homes.
	inHomes int
}

// layHomes gives homes to the locals, which get the values that they have at the beginning.
func (b *Builder) layHomes() {
	h := &b.homes
	h.locals, h.stack, h.inHomes = h.locals[:0], h.stack[:0], 0
	h.frame = b.add(OpFrame, I64, 0)
	next := int32(0)
	for i, t := range b.localTypes {
		local := home{slot: next, typ: t, ref: b.localFacts[i]}
		h.locals = append(h.locals, local)
		next = local.end()
		b.toHome(local, b.locals[i])
	}
	h.exceptions = next
	b.f.Plain, b.f.Homes = true, next+int32(len(b.legacy))
}

// homeAt returns the home of an element of the operand stack by its depth, if it has a type.
func (b *Builder) homeAt(depth int, t Type, ref RefFacts) home {
	slot := b.homes.exceptions + int32(len(b.legacy))
	if depth > 0 {
		slot = b.homes.stack[depth-1].end()
	}
	return home{slot: slot, typ: t, ref: ref}
}

// placeElement notes the home of the element that comes to lie at a depth of the operand stack.
func (b *Builder) placeElement(depth int, t Type, ref RefFacts) {
	h := &b.homes
	h.stack = append(h.stack[:depth], b.homeAt(depth, t, ref))
	h.inHomes = min(h.inHomes, depth)
}

// pushHome pushes an element that is in its home.
func (b *Builder) pushHome(t Type, ref RefFacts) {
	depth := len(b.stack)
	b.placeElement(depth, t, ref)
	b.stack = append(b.stack, nil)
}

// toHome stores a value in a home.
func (b *Builder) toHome(h home, v *Value) {
	b.f.Homes = max(b.f.Homes, h.end())
	b.add(OpSet, Void, 8*int64(h.slot), b.homes.frame, v)
}

// fromHome loads a value from a home.
func (b *Builder) fromHome(h home) *Value {
	v := b.add(OpGet, h.typ, 8*int64(h.slot), b.homes.frame)
	v.Ref = h.ref
	return v
}

// settle brings all elements of the operand stack to their homes.
func (b *Builder) settle() {
	h := &b.homes
	for i := h.inHomes; i < len(b.stack); i++ {
		if v := b.stack[i]; v != nil {
			b.toHome(h.stack[i], v)
			b.stack[i] = nil
		}
	}
	h.inHomes = len(b.stack)
}

// plainInstruction builds an instruction in the plain form.
func (b *Builder) plainInstruction() {
	if !b.staysInBlock() {
		b.settle()
	}
	block := b.block
	b.instruction()
	if b.block != nil && b.block != block {
		b.settle()
	}
}

// staysInBlock reports whether an instruction ends no block, or only within itself.
func (b *Builder) staysInBlock() bool {
	if b.lowerings[b.in.Op].op != OpInvalid {
		return true
	}
	switch b.in.Op {
	case wasm.OpNop, wasm.OpDrop, wasm.OpSelect, wasm.OpSelectTyped, wasm.OpLocalGet, wasm.OpLocalSet, wasm.OpLocalTee,
		wasm.OpGlobalGet, wasm.OpGlobalSet, wasm.OpI32Const, wasm.OpI64Const, wasm.OpF32Const, wasm.OpF64Const,
		wasm.OpI32Eqz, wasm.OpI64Eqz, wasm.OpRefIsNull, wasm.OpRefNull, wasm.OpRefFunc, wasm.OpRefEq, wasm.OpPause:
		return true
	}
	return false
}

// carried reports whether what a branch to a label carries is where the target expects it.
func (b *Builder) carried(l *label) bool {
	n := len(l.types())
	if n > 0 && len(b.stack)-n != l.depth {
		return false
	}
	for _, v := range b.stack[len(b.stack)-n:] {
		if v != nil {
			return false
		}
	}
	return true
}

// carry brings what a branch to a label carries to where the target expects it: not above where it is, so one after the
// other.
func (b *Builder) carry(l *label) {
	types := l.types()
	from, slot := len(b.stack)-len(types), b.homeAt(l.depth, Void, 0).slot
	for i, t := range types {
		to := home{slot: slot, typ: t}
		slot = to.end()
		switch v := b.stack[from+i]; {
		case v != nil:
			b.toHome(to, v)
		case b.homes.stack[from+i].slot != to.slot:
			b.toHome(to, b.fromHome(b.homes.stack[from+i]))
		}
	}
}

// expect makes the operand stack that with which a label's target begins, or the first part of a block: n elements of
// the types are in their homes.
func (b *Builder) expect(depth int, types []Type, facts func(i int) RefFacts) {
	b.stack = b.stack[:depth]
	for i, t := range types {
		b.pushHome(t, facts(i))
	}
	b.homes.inHomes = len(b.stack)
}

// exceptionHome returns where the exception of a handler is that is thrown again.
func (b *Builder) exceptionHome(try *legacyTry) home {
	return home{slot: b.homes.exceptions + try.number, typ: I64}
}
