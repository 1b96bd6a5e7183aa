package wasm

import "encoding/binary"

// AppendUnsigned appends an unsigned LEB128 number.
func AppendUnsigned(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// AppendSigned appends a signed LEB128 number.
func AppendSigned(b []byte, v int64) []byte {
	for v < -0x40 || v > 0x3F {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7F)
}

// AppendName appends a string with its length.
func AppendName(b []byte, s string) []byte {
	return append(AppendUnsigned(b, uint64(len(s))), s...)
}

// AppendHeapType appends a heap type.
func AppendHeapType(b []byte, h HeapType) []byte { return AppendSigned(b, int64(h)) }

// AppendValType appends a value or storage type, in its short form if it has one.
func AppendValType(b []byte, t ValType) []byte {
	switch {
	case t.Kind != KindRef:
		return append(b, byte(t.Kind))
	case t.Nullable && !t.Heap.IsIndex():
		return AppendHeapType(b, t.Heap)
	case t.Nullable:
		return appendRefTo(append(b, refNullForm), t)
	}
	return appendRefTo(append(b, refForm), t)
}

// appendRefTo appends the heap type of a reference, which may be exact.
func appendRefTo(b []byte, t ValType) []byte {
	if t.Exact {
		return AppendUnsigned(append(b, heapExact), uint64(t.Heap))
	}
	return AppendHeapType(b, t.Heap)
}

// AppendBlockType appends a block type.
func AppendBlockType(b []byte, t BlockType) []byte {
	switch t.Kind {
	case BlockEmpty:
		return append(b, 0x40)
	case BlockValue:
		return AppendValType(b, t.Value)
	}
	return AppendSigned(b, int64(t.Index))
}

// AppendInstr appends the encoding of an instruction, the inverse of
// [CodeReader.Next]. The dialect is that of the module.
func AppendInstr(b []byte, in *Instr, dialect Features) []byte {
	info := in.Op.Info()
	if info.Prefix != 0 && info.Prefix != PrefixDialect {
		b = AppendUnsigned(append(b, info.Prefix), uint64(info.Code))
	} else {
		b = append(b, byte(info.Code))
	}
	u := func(v uint32) { b = AppendUnsigned(b, uint64(v)) }
	switch info.Imm {
	case ImmBlock:
		b = AppendBlockType(b, in.Block)
	case ImmTryTable:
		b = AppendBlockType(b, in.Block)
		u(uint32(len(in.Catches)))
		for _, c := range in.Catches {
			b = append(b, byte(c.Kind))
			if c.Kind.HasTag() {
				u(c.Tag)
			}
			u(c.Label)
		}
	case ImmLabel, ImmFunc, ImmType, ImmLocal, ImmGlobal, ImmTable, ImmElem, ImmData, ImmTag, ImmMemory:
		u(in.Index)
	case ImmTypeTable, ImmTableTable, ImmElemTable, ImmMemoryMemory, ImmDataMemory, ImmTypeField,
		ImmTypeLen, ImmTypeData, ImmTypeElem, ImmTypeType, ImmTypeTag:
		u(in.Index)
		u(in.Index2)
	case ImmLabels:
		u(uint32(len(in.Labels) - 1))
		for _, l := range in.Labels {
			u(l)
		}
	case ImmTypes:
		u(uint32(len(in.Types)))
		for _, t := range in.Types {
			b = AppendValType(b, t)
		}
	case ImmMemArg, ImmMemArgLane, ImmAtomic, ImmAtomicRMW:
		flags := in.Align
		ordered := info.Imm != ImmMemArg && info.Imm != ImmMemArgLane && in.Order != SeqCst
		if ordered {
			flags |= orderFollows
		}
		if in.Index == 0 {
			u(flags)
		} else {
			u(flags | memoryFollows)
			u(in.Index)
		}
		if ordered {
			b = append(b, byte(in.Order)*factorOf(info.Imm))
		}
		b = AppendUnsigned(b, in.Offset64)
		if info.Imm == ImmMemArgLane {
			b = append(b, in.Lane)
		}
	case ImmLane:
		b = append(b, in.Lane)
	case ImmShuffle, ImmV128:
		b = append(b, in.Bytes[:]...)
	case ImmI32, ImmI64:
		b = AppendSigned(b, int64(in.Bits))
	case ImmF32:
		b = binary.LittleEndian.AppendUint32(b, uint32(in.Bits))
	case ImmF64:
		b = binary.LittleEndian.AppendUint64(b, in.Bits)
	case ImmHeapType, ImmRefType, ImmRefTypeNull:
		b = appendRefTo(b, in.Ref)
	case ImmCast:
		var flags byte
		if in.Ref.Nullable {
			flags |= 1
		}
		if in.Ref2.Nullable {
			flags |= 2
		}
		b = append(b, flags)
		u(in.Index)
		b = appendRefTo(appendRefTo(b, in.Ref), in.Ref2)
	case ImmResume, ImmResumeTags, ImmResumeThrow:
		u(in.Index)
		if info.Imm == ImmResumeThrow {
			u(in.Index2)
		}
		b = appendHandlers(b, in.Handlers, dialect)
	case ImmFence:
		b = append(b, byte(in.Order))
	}
	return b
}

func appendHandlers(b []byte, handlers []Handler, dialect Features) []byte {
	b = AppendUnsigned(b, uint64(len(handlers)))
	for _, h := range handlers {
		if !dialect.Has(TypedContinuations2023) {
			b = append(b, byte(h.Kind))
		}
		b = AppendUnsigned(b, uint64(h.Tag))
		if h.Kind == OnLabel {
			b = AppendUnsigned(b, uint64(h.Label))
		}
	}
	return b
}
