package text

import (
	"encoding/binary"
	"math/bits"
	"strings"

	"weft/wasm"
)

// operation reads the immediates of an instruction that opens no block. The result
// holds until the next call.
func (p *Parser) operation(t Token, op wasm.Opcode) *wasm.Instr {
	in := &p.instruction
	*in = wasm.Instr{Op: op}
	switch op.Info().Imm {
	case wasm.ImmNone:
		// select is the instruction that has two rows, with types and without.
		if op == wasm.OpSelect && p.atList("result") {
			in.Op = wasm.OpSelectTyped
			in.Types = p.selectTypes()
		}
	case wasm.ImmLabel:
		in.Index = p.label()
	case wasm.ImmLabels:
		p.labelBuf = append(p.labelBuf[:0], p.label())
		for p.atIndex() {
			p.labelBuf = append(p.labelBuf, p.label())
		}
		in.Labels = p.labelBuf
	case wasm.ImmFunc:
		in.Index = p.index(&p.funcs)
	case wasm.ImmType:
		in.Index = p.index(&p.types)
	case wasm.ImmTypeTable:
		in.Index2 = p.indexOr(&p.tables, 0)
		in.Index = p.typeUse(nil)
	case wasm.ImmLocal:
		in.Index = p.local()
	case wasm.ImmGlobal:
		in.Index = p.index(&p.globals)
	case wasm.ImmTable:
		in.Index = p.indexOr(&p.tables, 0)
	case wasm.ImmTableTable:
		in.Index, in.Index2 = p.indexPair(&p.tables)
	case wasm.ImmElem:
		in.Index = p.index(&p.elems)
	case wasm.ImmElemTable:
		in.Index, in.Index2 = p.segmentAndTarget(&p.elems, &p.tables)
	case wasm.ImmMemory:
		in.Index = p.indexOr(&p.memories, 0)
	case wasm.ImmMemoryMemory:
		in.Index, in.Index2 = p.indexPair(&p.memories)
	case wasm.ImmData:
		in.Index = p.dataIndex()
	case wasm.ImmDataMemory:
		p.usesData = true
		in.Index, in.Index2 = p.segmentAndTarget(&p.datas, &p.memories)
	case wasm.ImmMemArg:
		in.Index = p.indexOr(&p.memories, 0)
		p.memArg(in)
	case wasm.ImmAtomic, wasm.ImmAtomicRMW:
		in.Index = p.indexOr(&p.memories, 0)
		p.memArg(in)
		in.Order = p.memoryOrder()
	case wasm.ImmFence:
		in.Order = p.memoryOrder()
	case wasm.ImmMemArgLane:
		// A number alone is the lane, before another or a memory argument a memory.
		if next := p.peek(); p.tok.Kind == ID || p.tok.Kind == Nat && (next.Kind == Nat || isMemArg(next)) {
			in.Index = p.index(&p.memories)
		}
		p.memArg(in)
		in.Lane = p.lane()
	case wasm.ImmLane:
		in.Lane = p.lane()
	case wasm.ImmShuffle:
		p.shuffle(in)
	case wasm.ImmI32:
		in.Bits = uint64(int64(int32(p.intLiteral(32))))
	case wasm.ImmI64:
		in.Bits = p.intLiteral(64)
	case wasm.ImmF32:
		in.Bits = p.floatLiteral(32)
	case wasm.ImmF64:
		in.Bits = p.floatLiteral(64)
	case wasm.ImmV128:
		p.vector(in)
	case wasm.ImmHeapType:
		in.Ref = p.refTo(true)
	case wasm.ImmRefType, wasm.ImmRefTypeNull:
		// ref.test and the casts have two rows each, the second for nullable types.
		if in.Ref = p.refType(); in.Ref.Nullable {
			in.Op++
		}
	case wasm.ImmCast:
		in.Index = p.label()
		in.Ref = p.refType()
		in.Ref2 = p.refType()
	case wasm.ImmTypeField:
		in.Index = p.index(&p.types)
		fields := space{what: "field", ids: p.fieldIDs[in.Index]}
		in.Index2 = p.index(&fields)
	case wasm.ImmTypeLen:
		in.Index = p.index(&p.types)
		in.Index2 = p.u32()
	case wasm.ImmTypeData:
		in.Index = p.index(&p.types)
		in.Index2 = p.dataIndex()
	case wasm.ImmTypeElem:
		in.Index = p.index(&p.types)
		in.Index2 = p.index(&p.elems)
	case wasm.ImmTypeType:
		in.Index = p.index(&p.types)
		in.Index2 = p.index(&p.types)
	case wasm.ImmTag:
		in.Index = p.index(&p.tags)
	case wasm.ImmTypeTag:
		in.Index = p.index(&p.types)
		in.Index2 = p.index(&p.tags)
	case wasm.ImmResume:
		in.Index = p.index(&p.types)
		in.Handlers = p.handlers(&p.tags)
	case wasm.ImmResumeTags:
		in.Index = p.index(&p.types)
		in.Handlers = p.handlers(&p.types)
	case wasm.ImmResumeThrow:
		in.Index = p.index(&p.types)
		in.Index2 = p.index(&p.tags)
		in.Handlers = p.handlers(&p.tags)
	}
	return in
}

// blockImmediates reads the immediates of an instruction that opens a block, behind
// its label. The result holds until the next instruction.
func (p *Parser) blockImmediates(op wasm.Opcode) *wasm.Instr {
	in := &p.instruction
	*in = wasm.Instr{Op: op, Block: p.blockType()}
	if op.Info().Imm == wasm.ImmTryTable {
		in.Catches = p.catches()
	}
	return in
}

func (p *Parser) selectTypes() []wasm.ValType {
	p.typeBuf = p.typeBuf[:0]
	for p.openList("result") {
		for p.tok.Kind != RParen {
			p.typeBuf = append(p.typeBuf, p.valType())
		}
		p.close()
	}
	return p.typeBuf
}

// indexPair reads two indices of a space; both may be left out if they are 0.
func (p *Parser) indexPair(s *space) (uint32, uint32) {
	if !p.atIndex() {
		return 0, 0
	}
	first := p.index(s)
	return first, p.index(s)
}

// segmentAndTarget reads the index of a segment, and before it that of the table or
// memory, which may be left out if it is 0.
func (p *Parser) segmentAndTarget(segments, targets *space) (segment, target uint32) {
	first := p.tok
	if !p.atIndex() {
		p.unexpected(first, segments.what+" index")
	}
	p.next()
	if !p.atIndex() {
		return p.resolve(segments, first), 0
	}
	return p.index(segments), p.resolve(targets, first)
}

func (p *Parser) dataIndex() uint32 {
	p.usesData = true
	return p.index(&p.datas)
}

func isMemArg(t Token) bool {
	return t.Kind == Keyword && (strings.HasPrefix(t.Text, "offset=") || strings.HasPrefix(t.Text, "align="))
}

// memArg reads offset=n and align=n.
func (p *Parser) memArg(in *wasm.Instr) {
	in.Offset64, _ = p.memArgPart("offset=")
	at := p.tok
	align, given := p.memArgPart("align=")
	if !given {
		align = uint64(in.Op.Info().Width)
	}
	if align == 0 || align&(align-1) != 0 {
		p.fail(at, "alignment must be a power of two, found %d", align)
	}
	in.Align = uint32(bits.TrailingZeros64(align))
}

// memoryOrder reads seqcst, acqrel or nothing, which means the former.
func (p *Parser) memoryOrder() wasm.MemoryOrder {
	for o := wasm.SeqCst; o <= wasm.AcqRel; o++ {
		if p.tok.Kind == Keyword && p.tok.Text == o.String() {
			p.need(p.tok, wasm.AcquireRelease, "a memory order")
			p.next()
			return o
		}
	}
	return wasm.SeqCst
}

func (p *Parser) memArgPart(prefix string) (uint64, bool) {
	t := p.tok
	if t.Kind != Keyword || !strings.HasPrefix(t.Text, prefix) {
		return 0, false
	}
	digits := t.Text[len(prefix):]
	if numberKind(orBlank(digits)) != Nat {
		p.fail(t, "unknown operator %s: unsigned number expected behind %s", t.describe(), prefix)
	}
	p.next()
	v, err := ParseUint(digits, 64)
	p.must(t, err)
	return v, true
}

func (p *Parser) lane() uint8 {
	t := p.tok
	v, ok := parseMagnitude(t.Text, 8)
	switch {
	case t.Kind != Nat:
		p.unexpected(t, "lane index")
	case !ok:
		p.fail(t, "i8 constant out of range: lane index %s", t.describe())
	}
	p.next()
	return uint8(v)
}

func (p *Parser) shuffle(in *wasm.Instr) {
	for i := range in.Bytes {
		if p.isNumber() && p.tok.Kind != Nat {
			p.fail(p.tok, "i8 constant out of range: lane index %s", p.tok.describe())
		}
		if p.tok.Kind != Nat {
			p.fail(p.tok, "invalid lane length: %d lane indices expected, %d found", len(in.Bytes), i)
		}
		in.Bytes[i] = p.lane()
	}
	if p.tok.Kind == Nat {
		p.fail(p.tok, "invalid lane length: %d lane indices expected", len(in.Bytes))
	}
}

// isNumber reports whether a number comes next.
func (p *Parser) isNumber() bool {
	return p.tok.Kind == Nat || p.tok.Kind == Int || p.tok.Kind == Float
}

func (p *Parser) intLiteral(width uint) uint64 {
	t := p.tok
	if t.Kind != Nat && t.Kind != Int {
		p.unexpected(t, "integer")
	}
	p.next()
	v, err := ParseInt(t.Text, width)
	p.must(t, err)
	return v
}

func (p *Parser) floatLiteral(width int) uint64 {
	t := p.tok
	if !p.isNumber() {
		p.unexpected(t, "number")
	}
	p.next()
	if width == 32 {
		v, err := ParseFloat32(t.Text)
		p.must(t, err)
		return uint64(v)
	}
	v, err := ParseFloat64(t.Text)
	p.must(t, err)
	return v
}

// A Shape is a division of a v128 into lanes.
type Shape struct {
	Name  string
	Lanes int
	Width int // of a lane in bits
	Float bool
}

var shapes = [...]Shape{
	{"i8x16", 16, 8, false}, {"i16x8", 8, 16, false}, {"i32x4", 4, 32, false}, {"i64x2", 2, 64, false},
	{"f32x4", 4, 32, true}, {"f64x2", 2, 64, true},
}

// ShapeByName returns the shape that a keyword such as i32x4 names.
func ShapeByName(name string) (Shape, bool) {
	for _, s := range shapes {
		if s.Name == name {
			return s, true
		}
	}
	return Shape{}, false
}

// ParseLane returns the bits of a literal in a lane of the shape.
func (s Shape) ParseLane(literal string) (uint64, error) {
	switch {
	case s.Float && s.Width == 32:
		v, err := ParseFloat32(literal)
		return uint64(v), err
	case s.Float:
		return ParseFloat64(literal)
	}
	return ParseInt(literal, uint(s.Width))
}

// PutLane stores the bits of a lane.
func (s Shape) PutLane(v *[16]byte, lane int, bits uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], bits)
	copy(v[lane*s.Width/8:], b[:s.Width/8])
}

// vector reads the shape and the lanes of v128.const.
func (p *Parser) vector(in *wasm.Instr) {
	shape, ok := ShapeByName(p.tok.Text)
	if !ok {
		p.unexpected(p.tok, "shape of a vector")
	}
	p.next()
	for lane := range shape.Lanes {
		t := p.tok
		switch {
		case t.Kind == Reserved || t.Kind == Keyword:
			p.unexpected(t, "lane literal")
		case !p.isNumber():
			p.fail(t, "wrong number of lane literals: %d expected, %d found", shape.Lanes, lane)
		case t.Kind == Float && !shape.Float:
			p.unexpected(t, "integer")
		}
		bits, err := shape.ParseLane(t.Text)
		p.must(t, err)
		shape.PutLane(&in.Bytes, lane, bits)
		p.next()
	}
	if p.isNumber() {
		p.fail(p.tok, "wrong number of lane literals: %d expected", shape.Lanes)
	}
}

// catches reads the clauses of try_table.
func (p *Parser) catches() []wasm.Catch {
	p.catchBuf = p.catchBuf[:0]
	for kind, ok := p.catchKind(); ok; kind, ok = p.catchKind() {
		c := wasm.Catch{Kind: kind}
		if kind.HasTag() {
			c.Tag = p.index(&p.tags)
		}
		c.Label = p.label()
		p.close()
		p.catchBuf = append(p.catchBuf, c)
	}
	return p.catchBuf
}

func (p *Parser) catchKind() (wasm.CatchKind, bool) {
	for kind := wasm.CatchTag; kind <= wasm.CatchAllRef; kind++ {
		if p.openList(kind.String()) {
			return kind, true
		}
	}
	return 0, false
}

// openHandler reads the beginning of a clause of resume, if it comes next.
func (p *Parser) openHandler() bool {
	if t := p.tok; p.openList("tag") {
		p.need(t, wasm.TypedContinuations2023, "a clause (tag ...)")
		return true
	}
	return p.openList("on")
}

// handlers reads the clauses of resume and its relatives.
func (p *Parser) handlers(tags *space) []wasm.Handler {
	p.handlerBuf = p.handlerBuf[:0]
	for p.openHandler() {
		h := wasm.Handler{Kind: wasm.OnLabel, Tag: p.index(tags)}
		if t := p.tok; p.acceptWord("switch") {
			if p.m.Dialect != 0 {
				p.fail(t, "unexpected token switch: the 2023 dialect has only labels in clauses")
			}
			h.Kind = wasm.OnSwitch
		} else {
			h.Label = p.label()
		}
		p.close()
		p.handlerBuf = append(p.handlerBuf, h)
	}
	return p.handlerBuf
}
