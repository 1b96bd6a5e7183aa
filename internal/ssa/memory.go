package ssa

import "weft/wasm"

// access builds a load or store.
func (b *Builder) access(l *lowering) {
	if l.op == OpStore {
		b.store(l.mem, b.pop())
		return
	}
	if v := b.load(l.typ, l.mem); v != nil {
		b.push(v)
	}
}

// load builds a load from the address that is topmost; nil if it traps in any case.
func (b *Builder) load(t Type, mem Mem) *Value {
	base, address, offset := b.place(mem)
	if base == nil {
		return nil
	}
	v := b.add(OpLoad, t, offset, base, address)
	v.Mem = mem
	return v
}

// store builds a store of a value to the address that is topmost.
func (b *Builder) store(mem Mem, value *Value) {
	if base, address, offset := b.place(mem); base != nil {
		b.add(OpStore, Void, offset, base, address, value).Mem = mem
	}
}

// place returns what an access takes; a nil base if it traps in any case.
func (b *Builder) place(mem Mem) (base, address *Value, displacement int64) {
	address, offset, index := b.pop(), b.in.Offset64, b.in.Index
	r := b.at(b.env.Memory(index))
	if b.env.Guarded(index) {
		return b.memoryBase(index, r), address, int64(offset)
	}
	end := offset + uint64(mem.Size())
	if end < offset {
		b.trap(wasm.TrapMemoryOutOfBounds)
		return nil, nil, 0
	}
	b.boundsCheck(index, r, address, end)
	base = b.memoryBase(index, r)
	if offset >= 1<<32 {
		address, offset = b.add(OpAdd, I64, 0, address, b.constant(I64, offset)), 0
	}
	return base, address, int64(offset)
}

// memoryBase returns the address of a memory, which may move where code leaves to Go unless there is a guard behind it.
func (b *Builder) memoryBase(index uint32, r record) *Value {
	if b.env.Guarded(index) {
		return b.invariant(I64, r, b.env.MemoryBase)
	}
	return b.get(I64, r, b.env.MemoryBase)
}

func (b *Builder) memorySize() {
	memory := b.env.Space.Memories[b.in.Index]
	var size *Value
	if memory.Limits.Shared {
		size = b.builtin(MemorySize, b.number(b.in.Index))
	} else {
		size = b.get(I64, b.at(b.env.Memory(b.in.Index)), b.env.MemoryLen)
	}
	if memory.PageLog2 > 0 {
		size = b.add(OpShrU, I64, 0, size, b.constant(I64, uint64(memory.PageLog2)))
	}
	b.push(b.narrow(size, memory.Limits))
}

func (b *Builder) memoryGrow() {
	pages := b.widen(b.pop())
	size := b.builtin(MemoryGrow, b.number(b.in.Index), pages)
	b.push(b.narrow(size, b.env.Space.Memories[b.in.Index].Limits))
}

// threeOperands builds a builtin of two indices and three operands, addresses and lengths.
func (b *Builder) threeOperands(number Builtin, first, second uint32) {
	n, from, to := b.pop(), b.pop(), b.pop()
	b.builtin(number, b.number(first), b.number(second), b.widen(to), b.widen(from), b.widen(n))
}

// element returns the address of an element of a table after checking the index.
func (b *Builder) element(table uint32, index *Value, code wasm.TrapCode) *Value {
	r := b.at(b.env.Table(table))
	var length, base *Value
	if l := b.env.Space.Tables[table].Limits; l.HasMax && l.Max == l.Min {
		// It never grows, and hence never moves.
		length = b.constant(I64, l.Min)
		base = b.invariant(I64, r, b.env.TableBase)
	} else {
		length = b.get(I64, r, b.env.TableLen)
		base = b.get(I64, r, b.env.TableBase)
	}
	index = b.widen(index)
	b.trapUnless(b.compare(LtU, index, length), code)
	return b.add(OpAdd, I64, 0, base, b.add(OpShl, I64, 0, index, b.constant(I64, 3)))
}

func (b *Builder) tableGet() {
	elem := b.env.Space.Tables[b.in.Index].Elem
	b.pushTyped(b.add(OpGet, I64, 0, b.element(b.in.Index, b.pop(), wasm.TrapTableOutOfBounds)), elem)
}

func (b *Builder) tableSet() {
	value := b.pop()
	b.add(OpSet, Void, 0, b.element(b.in.Index, b.pop(), wasm.TrapTableOutOfBounds), value)
}

func (b *Builder) tableSize() {
	length := b.get(I64, b.at(b.env.Table(b.in.Index)), b.env.TableLen)
	b.push(b.narrow(length, b.env.Space.Tables[b.in.Index].Limits))
}

func (b *Builder) tableGrow() {
	n, value := b.widen(b.pop()), b.pop()
	length := b.builtin(TableGrow, b.number(b.in.Index), value, n)
	b.push(b.narrow(length, b.env.Space.Tables[b.in.Index].Limits))
}

func (b *Builder) tableFill() {
	n, value, to := b.pop(), b.pop(), b.pop()
	b.builtin(TableFill, b.number(b.in.Index), b.widen(to), value, b.widen(n))
}

func (b *Builder) globalGet() {
	global, r := b.env.Space.Globals[b.in.Index], b.at(b.env.Global(b.in.Index))
	op := OpGet
	if !global.Mutable {
		op = OpGetInvariant
	}
	b.pushTyped(b.add(op, TypeOf(global.Type), r.offset+b.env.GlobalValue, r.pointer), global.Type)
}

func (b *Builder) globalSet() {
	r := b.at(b.env.Global(b.in.Index))
	b.add(OpSet, Void, r.offset+b.env.GlobalValue, r.pointer, b.pop())
}
