package wasm

import (
	"encoding/binary"
	"unicode/utf8"
)

// A Reader reads the primitive values of the binary format. Its methods return
// *[Error]s of class Malformed whose offset is Base plus the position.
type Reader struct {
	Buf  []byte
	Pos  int
	Base int // offset of Buf[0] in the binary
}

// Len returns the number of bytes left.
func (r *Reader) Len() int { return len(r.Buf) - r.Pos }

// Offset returns the position in the binary.
func (r *Reader) Offset() int { return r.Base + r.Pos }

// Malformed makes an error at the current position.
func (r *Reader) Malformed(format string, args ...any) *Error {
	return ErrorAt(Malformed, r.Offset(), format, args...)
}

// Byte reads a byte.
func (r *Reader) Byte() (byte, error) {
	if r.Pos >= len(r.Buf) {
		return 0, r.Malformed("unexpected end")
	}
	b := r.Buf[r.Pos]
	r.Pos++
	return b, nil
}

// Peek returns the next byte without reading it; false at the end.
func (r *Reader) Peek() (byte, bool) {
	if r.Pos >= len(r.Buf) {
		return 0, false
	}
	return r.Buf[r.Pos], true
}

// Bytes reads n bytes. The result shares memory with Buf.
func (r *Reader) Bytes(n int) ([]byte, error) {
	if n > r.Len() {
		return nil, r.Malformed("unexpected end: %d bytes wanted, %d left", n, r.Len())
	}
	b := r.Buf[r.Pos : r.Pos+n : r.Pos+n]
	r.Pos += n
	return b, nil
}

// Unsigned reads an unsigned LEB128 number of at most the given number of bits.
func (r *Reader) Unsigned(bits uint) (uint64, error) {
	value := uint64(0)
	for i, b := range r.Buf[r.Pos:] {
		shift := 7 * uint(i)
		if shift+7 > bits {
			break // the last byte, or too many
		}
		value |= uint64(b&0x7F) << shift
		if b < 0x80 {
			r.Pos += i + 1
			return value, nil
		}
	}
	return r.longUnsigned(bits)
}

// longUnsigned reads a number whose last byte may have bits that are too many, or that has no end.
func (r *Reader) longUnsigned(bits uint) (uint64, error) {
	start, value := r.Pos, uint64(0)
	for shift := uint(0); ; shift += 7 {
		b, err := r.Byte()
		if err != nil {
			return 0, err
		}
		if shift >= bits {
			r.Pos = start
			return 0, r.Malformed("integer representation too long")
		}
		if left := bits - shift; left < 7 && b&0x7F >= 1<<left {
			r.Pos = start
			if b&0x80 != 0 {
				return 0, r.Malformed("integer representation too long")
			}
			return 0, r.Malformed("integer too large")
		}
		value |= uint64(b&0x7F) << shift
		if b&0x80 == 0 {
			return value, nil
		}
	}
}

// Signed reads a signed LEB128 number of at most the given number of bits.
func (r *Reader) Signed(bits uint) (int64, error) {
	value := int64(0)
	for i, b := range r.Buf[r.Pos:] {
		shift := 7 * uint(i)
		if shift+7 > bits {
			break // the last byte, or too many
		}
		value |= int64(b&0x7F) << shift
		if b < 0x80 {
			r.Pos += i + 1
			unused := 64 - 7 - shift
			return value << unused >> unused, nil
		}
	}
	return r.longSigned(bits)
}

// longSigned reads a number whose last byte may have bits that are too many, or that has no end.
func (r *Reader) longSigned(bits uint) (int64, error) {
	start, value := r.Pos, int64(0)
	for shift := uint(0); ; shift += 7 {
		b, err := r.Byte()
		if err != nil {
			return 0, err
		}
		if shift >= bits {
			r.Pos = start
			return 0, r.Malformed("integer representation too long")
		}
		if left := bits - shift; left < 7 {
			// The unused bits must repeat the sign.
			sign := int8(b<<1) >> left // arithmetic: bits above the sign, at its value
			if b&0x80 != 0 {
				r.Pos = start
				return 0, r.Malformed("integer representation too long")
			}
			if sign != 0 && sign != -1 {
				r.Pos = start
				return 0, r.Malformed("integer too large")
			}
		}
		value |= int64(b&0x7F) << shift
		if b&0x80 == 0 {
			if s := shift + 7; s < 64 {
				value = value << (64 - s) >> (64 - s)
			}
			return value, nil
		}
	}
}

// U32 reads an unsigned 32-bit number.
func (r *Reader) U32() (uint32, error) {
	v, err := r.Unsigned(32)
	return uint32(v), err
}

// Count reads the length of a vector whose elements take at least minSize
// bytes each, and refuses one that the bytes left cannot hold.
func (r *Reader) Count(minSize int, what string) (int, error) {
	at := r.Offset()
	n, err := r.U32()
	if err != nil {
		return 0, err
	}
	if int64(n)*int64(minSize) > int64(r.Len()) {
		return 0, ErrorAt(Malformed, at, "unexpected end: %d %s claimed, %d bytes left", n, what, r.Len())
	}
	return int(n), nil
}

// Name reads a UTF-8 string.
func (r *Reader) Name() (string, error) {
	n, err := r.Count(1, "bytes of a name")
	if err != nil {
		return "", err
	}
	at := r.Offset()
	b, err := r.Bytes(n)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", ErrorAt(Malformed, at, "malformed UTF-8 encoding")
	}
	return string(b), nil
}

// U32Fixed and U64Fixed read little-endian numbers of fixed width.
func (r *Reader) U32Fixed() (uint32, error) {
	b, err := r.Bytes(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

// U64Fixed: see [Reader.U32Fixed].
func (r *Reader) U64Fixed() (uint64, error) {
	b, err := r.Bytes(8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

// HeapType reads a heap type.
func (r *Reader) HeapType() (HeapType, error) {
	at := r.Offset()
	v, err := r.Signed(33)
	if err != nil {
		return 0, err
	}
	if v > 1<<31-1 {
		return 0, ErrorAt(Malformed, at, "type index %d is too large", v)
	}
	if h := HeapType(v); v >= 0 || h.IsAbstract() {
		return h, nil
	}
	if v == SharedForm-0x80 {
		return 0, ErrorAt(Malformed, at, "malformed heap type: %s", NoSharedEverything)
	}
	return 0, ErrorAt(Malformed, at, "malformed heap type")
}

// heapExact begins an exact heap type.
const heapExact = 0x62

// refTo reads the heap type of a reference, which may be exact.
func (r *Reader) refTo(nullable bool) (ValType, error) {
	t := ValType{Kind: KindRef, Nullable: nullable}
	if b, _ := r.Peek(); b != heapExact {
		var err error
		t.Heap, err = r.HeapType()
		return t, err
	}
	r.Pos++
	at := r.Offset()
	index, err := r.U32()
	if err == nil && index > 1<<31-1 {
		err = ErrorAt(Malformed, at, "type index %d is too large", index)
	}
	t.Exact, t.Heap = true, HeapType(index)
	return t, err
}

// ValType reads a value type.
func (r *Reader) ValType() (ValType, error) {
	at := r.Offset()
	b, err := r.Byte()
	if err != nil {
		return ValType{}, err
	}
	if t, ok := numberTypeByByte(b); ok {
		return t, nil
	}
	if t, ok, err := r.refTypeAfter(b); ok || err != nil {
		return t, err
	}
	if b == SharedForm {
		return ValType{}, ErrorAt(Malformed, at, "malformed value type: %s", NoSharedEverything)
	}
	return ValType{}, ErrorAt(Malformed, at, "malformed value type 0x%02x", b)
}

// RefType reads a reference type.
func (r *Reader) RefType() (ValType, error) {
	at := r.Offset()
	b, err := r.Byte()
	if err != nil {
		return ValType{}, err
	}
	if t, ok, err := r.refTypeAfter(b); ok || err != nil {
		return t, err
	}
	return ValType{}, ErrorAt(Malformed, at, "malformed reference type 0x%02x", b)
}

// StorageType reads the type of a field.
func (r *Reader) StorageType() (ValType, error) {
	if b, ok := r.Peek(); ok && (Kind(b) == KindI8 || Kind(b) == KindI16) {
		r.Pos++
		return ValType{Kind: Kind(b)}, nil
	}
	return r.ValType()
}

func numberTypeByByte(b byte) (ValType, bool) {
	switch k := Kind(b); k {
	case KindI32, KindI64, KindF32, KindF64, KindV128:
		return ValType{Kind: k}, true
	}
	return ValType{}, false
}

// The bytes that begin the long forms of reference types.
const (
	refForm     = 0x64
	refNullForm = 0x63
)

// refTypeAfter reads the rest of a reference type that begins with b.
func (r *Reader) refTypeAfter(b byte) (ValType, bool, error) {
	switch b {
	case refForm, refNullForm:
		t, err := r.refTo(b == refNullForm)
		return t, true, err
	}
	if b&0xC0 == 0x40 {
		if h := HeapType(int8(b | 0x80)); h.IsAbstract() {
			return RefNull(h), true, nil
		}
	}
	return ValType{}, false, nil
}

// A CodeReader reads the instructions of an expression. It is the one loop
// over instructions: validator, lowering, compiler and printer all use it.
//
// It checks that instructions are well-formed and enabled, but not that they
// nest properly, nor what their indices refer to.
type CodeReader struct {
	Reader
	features Features
	dialect  bool
	// Storage of the slices of Instr.
	labels   []uint32
	types    []ValType
	catches  []Catch
	handlers []Handler
}

// NewCodeReader returns a reader of the instructions in body, which stands at
// the given offset of the binary. Features are those that are allowed, and the
// dialect is that of the module.
func NewCodeReader(body []byte, offset int, features, dialect Features) *CodeReader {
	r := &CodeReader{}
	r.Reset(body, offset, features, dialect)
	return r
}

// Reset makes r read another expression, keeping its buffers.
func (r *CodeReader) Reset(body []byte, offset int, features, dialect Features) {
	r.Reader = Reader{Buf: body, Base: offset}
	r.features = features
	r.dialect = dialect.Has(TypedContinuations2023)
}

// Next reads the next instruction into in. The caller stops when Len is 0.
func (r *CodeReader) Next(in *Instr) error {
	in.Offset = r.Pos
	if r.Pos < len(r.Buf) && !r.dialect { // most instructions
		if row := &rowByByte[r.Buf[r.Pos]]; row.known && row.feature&^r.features == 0 {
			r.Pos++
			in.Op = row.op
			if row.imm == ImmNone {
				return nil
			}
			return r.immediates(in, row.imm)
		}
	}
	op, err := r.opcode()
	if err != nil {
		return err
	}
	in.Op = op
	info := op.Info()
	if info.Feature != 0 && r.features&info.Feature == 0 {
		if !(op == OpThrow && r.features.Has(LegacyExceptions)) {
			return ErrorDisabled(info.Feature, r.Base+in.Offset, info.Name)
		}
	}
	if info.Imm == ImmNone {
		return nil
	}
	return r.immediates(in, info.Imm)
}

func (r *CodeReader) opcode() (Opcode, error) {
	at := r.Offset()
	b, err := r.Byte()
	if err != nil {
		return 0, ErrorAt(Malformed, at, "unexpected end of section or function: END opcode expected")
	}
	if r.dialect {
		if op, ok := OpcodeByCode(PrefixDialect, uint32(b)); ok {
			return op, nil
		}
	}
	if row := &rowByByte[b]; row.known {
		return row.op, nil
	}
	if IsPrefix(b) {
		code, err := r.U32()
		if err != nil {
			return 0, err
		}
		if code <= 0xFFFF {
			if op, ok := OpcodeByCode(b, code); ok {
				return op, nil
			}
		}
		if isSharedEverything(b, code) {
			return 0, ErrorAt(Malformed, at, "illegal opcode %02x %02x: %s", b, code, NoSharedEverything)
		}
		return 0, ErrorAt(Malformed, at, "illegal opcode %02x %02x", b, code)
	}
	return 0, ErrorAt(Malformed, at, "illegal opcode %02x", b)
}

// index reads an index into dst, unless an error has happened before.
func (r *CodeReader) index(dst *uint32, err error) error {
	if err == nil {
		*dst, err = r.U32()
	}
	return err
}

func (r *CodeReader) immediates(in *Instr, form Immediates) (err error) {
	switch form {
	case ImmBlock:
		in.Block, err = r.blockType()
	case ImmTryTable:
		if in.Block, err = r.blockType(); err == nil {
			in.Catches, err = r.readCatches()
		}
	case ImmLabel, ImmFunc, ImmType, ImmLocal, ImmGlobal, ImmTable, ImmElem, ImmData, ImmTag, ImmMemory:
		if r.Pos < len(r.Buf) && r.Buf[r.Pos] < 0x80 {
			in.Index = uint32(r.Buf[r.Pos])
			r.Pos++
			return nil
		}
		err = r.index(&in.Index, nil)
	case ImmTypeTable, ImmTableTable, ImmElemTable, ImmMemoryMemory, ImmDataMemory, ImmTypeField,
		ImmTypeLen, ImmTypeData, ImmTypeElem, ImmTypeType, ImmTypeTag:
		err = r.index(&in.Index2, r.index(&in.Index, nil))
	case ImmLabels:
		in.Labels, err = r.readLabels()
	case ImmTypes:
		in.Types, err = r.readTypes()
	case ImmMemArg, ImmMemArgLane:
		if err = r.memArg(in); err == nil && form == ImmMemArgLane {
			in.Lane, err = r.Byte()
		}
	case ImmAtomic, ImmAtomicRMW:
		err = r.atomic(in, form)
	case ImmLane:
		in.Lane, err = r.Byte()
	case ImmShuffle, ImmV128:
		var b []byte
		if b, err = r.Bytes(16); err == nil {
			copy(in.Bytes[:], b)
		}
	case ImmI32:
		var v int64
		v, err = r.Signed(32)
		in.Bits = uint64(v)
	case ImmI64:
		var v int64
		v, err = r.Signed(64)
		in.Bits = uint64(v)
	case ImmF32:
		var v uint32
		v, err = r.U32Fixed()
		in.Bits = uint64(v)
	case ImmF64:
		in.Bits, err = r.U64Fixed()
	case ImmHeapType, ImmRefType, ImmRefTypeNull:
		in.Ref, err = r.refTo(form != ImmRefType)
	case ImmCast:
		err = r.cast(in)
	case ImmResume, ImmResumeTags:
		if err = r.index(&in.Index, nil); err == nil {
			in.Handlers, err = r.readHandlers()
		}
	case ImmResumeThrow:
		if err = r.index(&in.Index2, r.index(&in.Index, nil)); err == nil {
			in.Handlers, err = r.readHandlers()
		}
	case ImmFence:
		in.Order, err = r.memoryOrder(1)
	}
	return err
}

// Flags beside the alignment in a memory argument, which say what follows.
const (
	orderFollows  = 1 << 4
	memoryFollows = 1 << 6
)

// atomic reads the memory argument of an atomic access. Unlike what the overview of the
// proposal says, its tests and its interpreter have the order before the offset.
func (r *CodeReader) atomic(in *Instr, form Immediates) error {
	in.Order = SeqCst
	if r.Pos < len(r.Buf) && r.Buf[r.Pos]&orderFollows == 0 { // most of them
		return r.memArg(in)
	}
	if !r.features.Has(AcquireRelease) {
		return ErrorDisabled(AcquireRelease, r.Offset(), "a memory order")
	}
	if err := r.memFlags(in); err != nil {
		return err
	}
	in.Align &^= orderFollows
	var err error
	if in.Order, err = r.memoryOrder(factorOf(form)); err != nil {
		return err
	}
	in.Offset64, err = r.Unsigned(64)
	return err
}

// factorOf returns what a byte is a multiple of that says an order: for an instruction that reads
// and writes it has that of both.
func factorOf(form Immediates) byte {
	if form == ImmAtomicRMW {
		return 0x11
	}
	return 1
}

// memoryOrder reads an order, which a factor is multiplied with.
func (r *CodeReader) memoryOrder(factor byte) (MemoryOrder, error) {
	at := r.Offset()
	b, err := r.Byte()
	switch {
	case err != nil:
		return 0, err
	case b == 0:
		return SeqCst, nil
	case !r.features.Has(AcquireRelease):
		return 0, ErrorDisabled(AcquireRelease, at, "a memory order")
	case b == factor:
		return AcqRel, nil
	}
	return 0, ErrorAt(Malformed, at, "malformed memory order 0x%02x: expected ordering immediate 0x00 or 0x%02x", b, factor)
}

func (r *CodeReader) blockType() (BlockType, error) {
	b, ok := r.Peek()
	if !ok {
		return BlockType{}, r.Malformed("unexpected end")
	}
	switch {
	case b == 0x40:
		r.Pos++
		return BlockType{Kind: BlockEmpty}, nil
	case b&0xC0 == 0x40: // a negative number: a value type
		t, err := r.ValType()
		return BlockType{Kind: BlockValue, Value: t}, err
	}
	at := r.Offset()
	i, err := r.Signed(33)
	if err == nil && i < 0 {
		err = ErrorAt(Malformed, at, "malformed block type")
	}
	return BlockType{Kind: BlockIndex, Index: uint32(i)}, err
}

func (r *CodeReader) memArg(in *Instr) (err error) {
	if r.Pos+1 < len(r.Buf) && r.Buf[r.Pos] < 1<<6 && r.Buf[r.Pos+1] < 0x80 { // most of them
		in.Index, in.Align, in.Offset64 = 0, uint32(r.Buf[r.Pos]), uint64(r.Buf[r.Pos+1])
		r.Pos += 2
		return nil
	}
	if err = r.memFlags(in); err == nil {
		in.Offset64, err = r.Unsigned(64)
	}
	return err
}

// memFlags reads the alignment and what else is in its number, and the memory.
func (r *CodeReader) memFlags(in *Instr) error {
	at := r.Offset()
	flags, err := r.U32()
	if err != nil {
		return err
	}
	in.Index = 0
	if flags >= 2*memoryFollows || flags&memoryFollows != 0 && !r.features.Has(MultiMemory) {
		return ErrorAt(Malformed, at, "malformed memop flags")
	}
	if in.Align = flags &^ memoryFollows; in.Align != flags {
		in.Index, err = r.U32()
	}
	return err
}

func (r *CodeReader) cast(in *Instr) error {
	flags, err := r.Byte()
	if err != nil {
		return err
	}
	if flags > 3 {
		return ErrorAt(Malformed, r.Offset()-1, "malformed br_on_cast flags")
	}
	if in.Index, err = r.U32(); err != nil {
		return err
	}
	if in.Ref, err = r.refTo(flags&1 != 0); err != nil {
		return err
	}
	in.Ref2, err = r.refTo(flags&2 != 0)
	return err
}

func (r *CodeReader) readLabels() ([]uint32, error) {
	n, err := r.Count(1, "labels")
	r.labels = r.labels[:0]
	for i := 0; i <= n && err == nil; i++ {
		var l uint32
		l, err = r.U32()
		r.labels = append(r.labels, l)
	}
	return r.labels, err
}

func (r *CodeReader) readTypes() ([]ValType, error) {
	n, err := r.Count(1, "types")
	r.types = r.types[:0]
	for i := 0; i < n && err == nil; i++ {
		var t ValType
		t, err = r.ValType()
		r.types = append(r.types, t)
	}
	return r.types, err
}

func (r *CodeReader) readCatches() ([]Catch, error) {
	n, err := r.Count(2, "catch clauses")
	r.catches = r.catches[:0]
	for i := 0; i < n && err == nil; i++ {
		var c Catch
		var kind byte
		if kind, err = r.Byte(); err != nil {
			break
		}
		c.Kind = CatchKind(kind)
		if c.Kind > CatchAllRef {
			return nil, ErrorAt(Malformed, r.Offset()-1, "malformed catch clause")
		}
		if c.Kind.HasTag() {
			err = r.index(&c.Tag, nil)
		}
		err = r.index(&c.Label, err)
		r.catches = append(r.catches, c)
	}
	return r.catches, err
}

func (r *CodeReader) readHandlers() ([]Handler, error) {
	n, err := r.Count(2, "handler clauses")
	r.handlers = r.handlers[:0]
	for i := 0; i < n && err == nil; i++ {
		var h Handler
		if !r.dialect { // the dialect knows only labels, without a lead byte
			var kind byte
			if kind, err = r.Byte(); err != nil {
				break
			}
			h.Kind = HandlerKind(kind)
			if h.Kind > OnSwitch {
				return nil, ErrorAt(Malformed, r.Offset()-1, "ON opcode expected")
			}
		}
		err = r.index(&h.Tag, nil)
		if h.Kind == OnLabel {
			err = r.index(&h.Label, err)
		}
		r.handlers = append(r.handlers, h)
	}
	return r.handlers, err
}
