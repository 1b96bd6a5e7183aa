package interp

import (
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// address reads an operand whose type is the address type of a memory or table.
func address(is64 bool, fp unsafe.Pointer, off uint32) uint64 {
	if is64 {
		return u64(fp, off)
	}
	return uint64(u32(fp, off))
}

func tableAddress(t *store.Table, fp unsafe.Pointer, off uint32) uint64 {
	return address(t.Type.Limits.Is64, fp, off)
}

// setGrown writes the result of a grow.
func (m *machine) setGrown(is64 bool, fp unsafe.Pointer, off uint32, result uint64, trap wasm.TrapCode) wasm.TrapCode {
	if !is64 {
		result = uint64(uint32(result))
	}
	set64(fp, off, result)
	return trap
}

// effective returns the memory that an access in long form is to, and the
// address in it; false if no memory is so large.
func (m *machine) effective(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr, addr uint32) (*store.Memory, uint64, bool) {
	extra := in.next()
	memory := m.store.Memory(inst.Memory(extra.a))
	base := address(memory.Type.Limits.Is64, fp, addr)
	at := base + extra.imm64()
	return memory, at, at >= base
}

// far returns a pointer to the bytes that a load or store in long form accesses.
func (m *machine) far(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr, addr uint32) (unsafe.Pointer, wasm.TrapCode) {
	memory, at, ok := m.effective(inst, fp, in, addr)
	width := uint64(wasm.Opcode(in.d).Info().Width)
	if size := memory.Len(); !ok || at > size || size-at < width {
		return nil, wasm.TrapMemoryOutOfBounds
	}
	return unsafe.Add(memory.Record.Base, at), wasm.TrapNone
}

func (m *machine) loadFar(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	p, trap := m.far(inst, fp, in, in.b)
	if trap != 0 {
		return trap
	}
	var v uint64
	switch wasm.Opcode(in.d) {
	default:
		loadVector(p, fp, in)
		return wasm.TrapNone
	case wasm.OpI32Load, wasm.OpF32Load, wasm.OpI64Load32U:
		v = uint64(load32(p))
	case wasm.OpI64Load, wasm.OpF64Load:
		v = load64(p)
	case wasm.OpI32Load8U, wasm.OpI64Load8U:
		v = uint64(load8(p))
	case wasm.OpI32Load16U, wasm.OpI64Load16U:
		v = uint64(load16(p))
	case wasm.OpI32Load8S:
		v = uint64(uint32(int8(load8(p))))
	case wasm.OpI32Load16S:
		v = uint64(uint32(int16(load16(p))))
	case wasm.OpI64Load8S:
		v = uint64(int8(load8(p)))
	case wasm.OpI64Load16S:
		v = uint64(int16(load16(p)))
	case wasm.OpI64Load32S:
		v = uint64(int32(load32(p)))
	}
	set64(fp, in.a, v)
	return wasm.TrapNone
}

func (m *machine) storeFar(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	p, trap := m.far(inst, fp, in, in.a)
	if trap != 0 {
		return trap
	}
	info := wasm.Opcode(in.d).Info()
	v := u64(fp, in.b)
	if info.Imm == wasm.ImmMemArgLane {
		v = getVec(fp, in.b).word(in.next().d, 8*uint(info.Width))
	}
	switch info.Width {
	case 1:
		store8(p, uint8(v))
	case 2:
		store16(p, uint16(v))
	case 4:
		store32(p, uint32(v))
	case 8:
		store64(p, v)
	case 16:
		store64(p, v)
		store64(unsafe.Add(p, 8), u64(fp, in.b+8))
	}
	return wasm.TrapNone
}

// grown looks whether memory 0 of the running function has become larger than
// run knows, because another thread has grown it. Then in, which found its
// address out of bounds, is executed again.
func (m *machine) grown(in *instr) bool {
	inst := m.function().Instance
	if inst.NumMemories == 0 {
		return false
	}
	record := inst.Memory(0)
	before := record.Len
	if m.store.Memory(record).Len() == before {
		return false
	}
	m.ip = uintptr(unsafe.Pointer(in))
	return true
}

// memoryOp executes the operations on whole memories. Operands begin at in.a.
func (m *machine) memoryOp(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	memory := func(i uint32) (*store.Memory, bool) {
		mem := m.store.Memory(inst.Memory(i))
		return mem, mem.Type.Limits.Is64
	}
	switch wasm.Opcode(in.op) {
	case wasm.OpMemorySize:
		mem, _ := memory(in.b)
		set64(fp, in.a, mem.Pages())
	case wasm.OpMemoryGrow:
		mem, is64 := memory(in.b)
		result, trap := mem.GrowForCode(address(is64, fp, in.a))
		return m.setGrown(is64, fp, in.a, result, trap)
	case wasm.OpMemoryFill:
		mem, is64 := memory(in.b)
		return mem.Fill(address(is64, fp, in.a), byte(u32(fp, in.a+8)), address(is64, fp, in.a+16))
	case wasm.OpMemoryCopy:
		to, to64 := memory(in.b)
		from, from64 := memory(in.c)
		return to.Copy(from, address(to64, fp, in.a), address(from64, fp, in.a+8), address(to64 && from64, fp, in.a+16))
	case wasm.OpMemoryInit:
		mem, is64 := memory(in.c)
		data := m.store.Instance(inst).Data(in.b)
		return mem.Init(data, address(is64, fp, in.a), uint64(u32(fp, in.a+8)), uint64(u32(fp, in.a+16)))
	case wasm.OpDataDrop:
		m.store.Instance(inst).DropData(in.b)
	}
	return wasm.TrapNone
}

// tableOp executes the operations on tables. Operands begin at in.a.
func (m *machine) tableOp(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	table := func(i uint32) *store.Table { return m.store.Table(inst.Table(i)) }
	switch wasm.Opcode(in.op) {
	case wasm.OpTableGet:
		t := table(in.b)
		i := tableAddress(t, fp, in.a)
		if i >= t.Record.Len {
			return wasm.TrapTableOutOfBounds
		}
		set64(fp, in.a, t.Slots()[i])
	case wasm.OpTableSet:
		t := table(in.b)
		i := tableAddress(t, fp, in.a)
		if i >= t.Record.Len {
			return wasm.TrapTableOutOfBounds
		}
		t.Slots()[i] = u64(fp, in.a+8)
	case wasm.OpTableSize:
		set64(fp, in.a, table(in.b).Record.Len)
	case wasm.OpTableGrow:
		t := table(in.b)
		result, trap := m.store.Grown(t.Grow(tableAddress(t, fp, in.a+8), u64(fp, in.a)))
		return m.setGrown(t.Type.Limits.Is64, fp, in.a, result, trap)
	case wasm.OpTableFill:
		t := table(in.b)
		return t.Fill(tableAddress(t, fp, in.a), u64(fp, in.a+8), tableAddress(t, fp, in.a+16))
	case wasm.OpTableCopy:
		to, from := table(in.b), table(in.c)
		n := address(to.Type.Limits.Is64 && from.Type.Limits.Is64, fp, in.a+16)
		return to.Copy(from, tableAddress(to, fp, in.a), tableAddress(from, fp, in.a+8), n)
	case wasm.OpTableInit:
		t := table(in.c)
		elems := m.store.Instance(inst).Elems[in.b]
		return t.Init(elems, tableAddress(t, fp, in.a), uint64(u32(fp, in.a+8)), uint64(u32(fp, in.a+16)))
	case wasm.OpElemDrop:
		m.store.Instance(inst).DropElem(in.b)
	}
	return wasm.TrapNone
}
