package ssa

import "slices"

// watchedOperands is how many operands of a watched instruction the builtin Watch is given.
const watchedOperands = 3

// watch calls the builtin, if the instruction is watched, with its first operands, as far as they are integers.
func (b *Builder) watch() {
	index, found := slices.BinarySearch(b.env.Watched, uint32(b.env.Module.Funcs[b.index].BodyOffset+b.in.Offset))
	if !found {
		return
	}
	args := [1 + watchedOperands]*Value{b.number(uint32(index))}
	types := b.env.Module.Operands(b.env.Space, b.index, &b.in)
	wide := false
	for i := range watchedOperands {
		args[1+i] = b.constant(I64, 0)
		if i >= len(types) {
			continue
		}
		v := b.elementAt(len(b.stack) - len(types) + i)
		wide = wide || v.Type == V128 // as the interpreter, which finds operands by their places
		if !wide && (v.Type == I32 || v.Type == I64) && !types[i].IsRef() {
			args[1+i] = b.widen(v)
		}
	}
	b.builtin(Watch, args[:]...)
}
