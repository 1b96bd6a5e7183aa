package ssa

import (
	"slices"
	"strings"

	"weft/wasm"
)

// atomicOps are the operations of atomic instructions by the last part of their mnemonics.
var atomicOps = map[string]Op{
	"load": OpAtomicLoad, "store": OpAtomicXchg, "add": OpAtomicAdd, "sub": OpAtomicAdd, "and": OpAtomicAnd, "or": OpAtomicOr,
	"xor": OpAtomicXor, "xchg": OpAtomicXchg, "cmpxchg": OpAtomicCas,
}

// atomicLowering completes the lowering of an atomic access: load8_u, rmw16.add_u.
func atomicLowering(in *wasm.Instruction, access string, l lowering) lowering {
	name := strings.TrimSuffix(access[strings.LastIndexByte(access, '.')+1:], "_u")
	name = strings.TrimRight(name, "0123456789")
	l.op, l.negate = atomicOps[name], name == "sub"
	l.mem = Mem(2 * slices.Index([]uint8{1, 2, 4, 8}, in.Width))
	if l.mem < Mem64 {
		l.mem++
	}
	return l
}

// atomic builds an atomic access. A store is an exchange without a result, unless it is only released.
func (b *Builder) atomic(l *lowering) {
	b.step()
	values := make([]*Value, l.operands)
	for i := len(values) - 1; i > 0; i-- {
		values[i] = b.pop()
	}
	values[0] = b.atomicAddress(b.pop(), uint64(l.mem.Size()))
	if b.block == nil {
		return
	}
	t := l.typ
	if t == Void && b.in.Order == wasm.AcqRel {
		b.add(OpAtomicStore, Void, 0, values...).Mem = l.mem
		return
	}
	if t == Void {
		t = values[1].Type
	}
	if l.negate {
		values[1] = b.add(OpSub, t, 0, b.constant(t, 0), values[1])
	}
	v := b.add(l.op, t, 0, values...)
	v.Mem = l.mem
	if l.typ != Void {
		b.push(v)
	}
}

// step counts one before an access, if that is wanted.
func (b *Builder) step() {
	if b.env.Steps {
		b.add(OpFuel, Void, 0)
	}
}

// atomicAddress returns where an access goes to, after checks. Memories begin at addresses
// that are aligned to everything.
func (b *Builder) atomicAddress(address *Value, size uint64) *Value {
	offset, index := b.in.Offset64, b.in.Index
	r := b.at(b.env.Memory(index))
	guarded := b.env.Guarded(index)
	at := b.add(OpAdd, I64, 0, b.widen(address), b.constant(I64, offset))
	if size > 1 {
		b.trapIf(b.add(OpAnd, I32, 0, b.add(OpWrap, I32, 0, at), b.constant(I32, size-1)), wasm.TrapUnalignedAtomic)
	}
	if !guarded {
		end := offset + size
		if end < offset {
			b.trap(wasm.TrapMemoryOutOfBounds)
			return nil
		}
		b.boundsCheck(index, r, address, end)
	}
	return b.add(OpAdd, I64, 0, b.memoryBase(index, r), at)
}

// boundsCheck traps unless a memory has end bytes behind an address. What the record of a
// shared memory says of its length may be too little: another thread may have made it larger.
func (b *Builder) boundsCheck(index uint32, r record, address *Value, end uint64) {
	length := b.get(I64, r, b.env.MemoryLen)
	if b.env.Space.Memories[index].Limits.Shared {
		wanted := b.constant(I64, end)
		short := b.add(OpOr, I32, 0, b.compare(LtU, length, wanted),
			b.compare(GtU, b.widen(address), b.add(OpSub, I64, 0, length, wanted)))
		ask, next := b.f.NewBlock(), b.f.NewBlock()
		ask.Cold = true
		b.branchOn(short, ask, next)
		b.begin(ask)
		b.builtin(MemorySize, b.number(index))
		b.goTo(next)
		b.begin(next)
		length = b.get(I64, r, b.env.MemoryLen)
	}
	b.add(OpBoundsCheck, Void, int64(end), address, length)
}

// waitOrNotify builds memory.atomic.wait and memory.atomic.notify.
func (b *Builder) waitOrNotify() {
	b.step()
	memory, offset := b.number(b.in.Index), b.constant(I64, b.in.Offset64)
	if b.in.Op == wasm.OpMemoryAtomicNotify {
		count := b.pop()
		b.push(b.builtin(MemoryNotify, memory, b.widen(b.pop()), offset, count))
		return
	}
	timeout, expected := b.pop(), b.widen(b.pop())
	width := b.number(uint32(b.in.Op.Info().Width))
	b.push(b.builtin(MemoryWait, memory, width, b.widen(b.pop()), offset, expected, timeout))
}
