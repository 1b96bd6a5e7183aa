package ssa

import "weft/wasm"

// Arrays are made out of a length and a word that all their memory is filled with: a value that
// is narrower is repeated in it, and what the word has beyond the last element is never read.

// arrayNew builds array.new and array.new_default.
func (b *Builder) arrayNew() {
	n := b.pop()
	if b.in.Op == wasm.OpArrayNewDefault {
		b.push(b.newArray(n, b.constant(I64, 0)))
		return
	}
	value := b.pop()
	if value.Type != V128 {
		b.push(b.newArray(n, b.repeated(value)))
		return
	}
	obj := b.newArray(n, b.constant(I64, 0))
	if value.Op != OpConst || value.Aux != 0 {
		b.variadic(ArrayFill, obj, b.constant(I32, 0), n, value)
	}
	b.push(obj)
}

// newArray returns a new array, filled with a word. If the length is known and small, it is
// made like a struct.
func (b *Builder) newArray(n, word *Value) *Value {
	log2 := b.elementLog2()
	first := b.layout().Offsets[0]
	if size := uint64(first) + uint64(n.Aux)<<log2; n.Op == OpConst && size <= maxZeroed {
		if obj, class, ok := b.alloc(size, uint32(n.Aux)); ok {
			for at := first; at < int64(size); at += 8 {
				b.setBytes(obj, at, Mem64, word)
			}
			b.commit(obj, class)
			return obj
		}
	}
	obj := b.add(OpNewArray, I64, int64(log2), b.typeID(b.in.Index), n, word)
	obj.Ref = b.newFacts()
	return obj
}

// repeated returns a word that has an element of the instruction's type again and again.
func (b *Builder) repeated(value *Value) *Value {
	word := b.bitsOf(value)
	width := 8 << b.elementLog2()
	if width == 64 {
		return word
	}
	ones := ^uint64(0)
	mask := ones >> (64 - width)
	return b.add(OpMul, I64, 0, b.add(OpAnd, I64, 0, word, b.constant(I64, mask)), b.constant(I64, ones/mask))
}
