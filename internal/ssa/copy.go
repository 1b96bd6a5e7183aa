package ssa

import "weft/wasm"

// Most copies and fills are small: what C's memcpy and Go's memmove are called with, and structs. Code makes these
// itself, since to leave for Go takes ten times as long. It checks first that all of it lies in memory, and loads all
// before it stores anything, since both may overlap. A size that is not a multiple of a piece ends with one that
// overlaps the piece before.

// maxKnownBytes bounds copies and fills of a known size that code makes, and maxFewBytes others.
const (
	maxKnownBytes = 128
	maxFewBytes   = 64
)

// A piece is what one access moves.
type piece struct {
	mem Mem
	typ Type
}

// pieces are those there are, the largest first.
var pieces = [...]piece{{Mem128, V128}, {Mem64, I64}, {Mem32U, I32}, {Mem16U, I32}, {Mem8U, I32}}

// A span is a part of a memory.
type span struct {
	memory  uint32
	record  record // the memory's
	base    *Value
	address *Value // its first byte
	end     *Value // behind its last one, as an i64; nil if its size is known
}

// span returns what begins at an address.
func (b *Builder) span(memory uint32, address *Value) span {
	return span{memory: memory, record: b.at(b.env.Memory(memory)), address: address}
}

// moves reports whether n bytes of a memory may be few, and code makes copies and fills of it.
func (b *Builder) moves(memory uint32, n *Value) bool {
	return !b.Plain && !b.env.Space.Memories[memory].Limits.Is64 && b.f.numValues <= maxInlining &&
		(n.Op != OpConst || uint64(n.Aux) <= maxKnownBytes)
}

func (b *Builder) memoryCopy() {
	to, from := b.in.Index, b.in.Index2
	n := b.top()
	if !b.moves(to, n) || !b.moves(from, n) {
		b.threeOperands(MemoryCopy, to, from)
		return
	}
	b.pop()
	source := b.span(from, b.pop())
	target := b.span(to, b.pop())
	var values [maxKnownBytes / 16]*Value
	move := func(p piece, places []place) {
		for i, at := range places {
			values[i] = b.loadPiece(&source, p, at)
		}
		for i, at := range places {
			b.storePiece(&target, p, at, values[i])
		}
	}
	b.moveFew(n, move, func() {
		b.builtin(MemoryCopy, b.number(to), b.number(from), b.widen(target.address), b.widen(source.address), b.widen(n))
	}, &target, &source)
}

func (b *Builder) memoryFill() {
	n, value, address := b.pop(), b.pop(), b.pop()
	index := b.in.Index
	fill := func() { b.builtin(MemoryFill, b.number(index), b.widen(address), value, b.widen(n)) }
	if !b.moves(index, n) {
		fill()
		return
	}
	const ones = 0x0101_0101_0101_0101
	byt := b.add(OpAnd, I64, 0, b.widen(value), b.constant(I64, 0xff))
	word := b.add(OpMul, I64, 0, byt, b.constant(I64, ones))
	target := b.span(index, address)
	b.moveFew(n, func(p piece, places []place) {
		v := word
		switch {
		case p.typ == I32:
			v = b.add(OpWrap, I32, 0, word)
		case p.typ == V128 && value.Op == OpConst && byte(value.Aux) == 0:
			v = b.add(OpConst, V128, 0)
		case p.typ == V128:
			v = b.apply(wasm.OpI64x2Splat, V128, 0, word)
		}
		for _, at := range places {
			b.storePiece(&target, p, at, v)
		}
	}, fill, &target)
}

// A place is one of a span: so far behind its beginning, or before its end.
type place struct {
	offset int64
	before bool
}

// moveFew lets code move n bytes: in pieces, or by general if there are many, or some are outside of memory.
func (b *Builder) moveFew(n *Value, move func(piece, []place), general func(), spans ...*span) {
	if n.Op == OpConst {
		b.moveKnown(n.Aux, move, spans)
		return
	}
	many, done := b.f.NewBlock(), b.f.NewBlock()
	b.branchUnless(b.compare(GtU, n, b.constant(I32, maxFewBytes)), many)
	size := b.widen(n)
	for _, s := range spans {
		s.end = b.add(OpAdd, I64, 0, b.widen(s.address), size)
		b.branchUnless(b.compare(GtU, s.end, b.get(I64, s.record, b.env.MemoryLen)), many)
	}
	b.findBases(spans)
	// With two pieces from each end, and then with one.
	b.moveIf(n, 2*pieces[0].bytes()+1, done, func() {
		size := pieces[0].bytes()
		move(pieces[0], []place{{0, false}, {size, false}, {2 * size, true}, {size, true}})
	})
	for _, p := range pieces {
		b.moveIf(n, p.bytes(), done, func() { move(p, []place{{0, false}, {p.bytes(), true}}) })
	}
	b.goTo(done)
	b.begin(many)
	many.Cold = true
	general()
	b.goTo(done)
	b.begin(done)
}

// moveIf moves n bytes, if it is at least least, and else goes on in a new block.
func (b *Builder) moveIf(n *Value, least int64, done *Block, move func()) {
	then, next := b.f.NewBlock(), b.f.NewBlock()
	b.branchOn(b.compare(GeU, n, b.constant(I32, uint64(least))), then, next)
	b.begin(then)
	move()
	b.goTo(done)
	b.begin(next)
}

// moveKnown moves a number of bytes that is known.
func (b *Builder) moveKnown(n int64, move func(piece, []place), spans []*span) {
	for _, s := range spans {
		b.boundsCheck(s.memory, s.record, s.address, uint64(n))
	}
	if n == 0 {
		return
	}
	b.findBases(spans)
	i := 0
	for pieces[i].bytes() > n {
		i++
	}
	p, places := pieces[i], []place(nil)
	for at := int64(0); at < n; at += p.bytes() {
		places = append(places, place{min(at, n-p.bytes()), false})
	}
	move(p, places)
}

// findBases gets the addresses of memories, which may move where code leaves to Go.
func (b *Builder) findBases(spans []*span) {
	for _, s := range spans {
		s.base = b.memoryBase(s.memory, s.record)
	}
}

func (p piece) bytes() int64 { return int64(p.mem.Size()) }

// addressIn returns the address and displacement of a place.
func (b *Builder) addressIn(s *span, at place) (*Value, int64) {
	if at.before {
		return b.add(OpSub, I64, 0, s.end, b.constant(I64, uint64(at.offset))), 0
	}
	return s.address, at.offset
}

func (b *Builder) loadPiece(s *span, p piece, at place) *Value {
	address, offset := b.addressIn(s, at)
	v := b.add(OpLoad, p.typ, offset, s.base, address)
	v.Mem = p.mem
	return v
}

func (b *Builder) storePiece(s *span, p piece, at place, value *Value) {
	address, offset := b.addressIn(s, at)
	b.add(OpStore, Void, offset, s.base, address, value).Mem = p.mem
}
