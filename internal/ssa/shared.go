package ssa

import "slices"

// What never changes stands at the beginning of the entry, once: numbers, the addresses of memories and
// records, identities of types. A function uses few of them, again and again: if each use had its own, they
// would be half of all values, for simplify to find and unite.

// sharedSlots is the number of such values that the builder remembers, a power of two. Those that are forgotten are
// made again, which simplify mends.
const sharedSlots = 64

// shared returns the value of an operation that needs nothing, or the instance, or a shared value. In the plain form it
// is not shared, lest it live throughout the function.
func (b *Builder) shared(op Op, t Type, aux int64, args ...*Value) *Value {
	if b.Plain {
		return b.add(op, t, aux, args...)
	}
	const prime = 0x9E3779B97F4A7C15
	h := (uint64(aux) ^ uint64(t)<<56) * prime
	if len(args) > 0 {
		h ^= (uint64(args[0].ID) + 1) * prime
	}
	slot := &b.sharedTable[h>>32%sharedSlots]
	if v := *slot; v != nil && v.Op == op && v.Type == t && v.Aux == aux && (len(args) == 0 || v.Args[0] == args[0]) {
		return v
	}
	v := b.f.NewValue(op, t, aux, args...)
	v.Block = b.f.Blocks[0]
	b.early = append(b.early, v)
	*slot = v
	return v
}

// placeShared puts the shared values where they stand.
func (b *Builder) placeShared() {
	entry := b.f.Blocks[0]
	entry.Values = slices.Insert(entry.Values, 0, b.early...)
}
