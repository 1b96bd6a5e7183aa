package interp

import (
	"context"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// refType returns the canonical type that a type test names.
func refType(inst *store.InstanceRecord, in *instr) wasm.ValType {
	t := wasm.ValType{Kind: wasm.KindRef, Nullable: in.d&testNullable != 0, Exact: in.d&testExact != 0,
		Heap: wasm.HeapType(int32(in.c))}
	if t.Heap.IsIndex() {
		t.Heap = wasm.HeapType(inst.Type(in.c))
	}
	return t
}

// object executes the instructions that allocate, work on whole objects, or
// test types. Operands begin at in.a.
func (m *machine) object(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	s := m.store
	switch wasm.Opcode(in.op) {
	case wasm.OpRefTest:
		setBool(fp, in.a, s.Matches(u64(fp, in.b), refType(inst, in)))
		return wasm.TrapNone
	case wasm.OpRefCast:
		if !s.Matches(u64(fp, in.a), refType(inst, in)) {
			return wasm.TrapCastFailure
		}
		return wasm.TrapNone
	case wasm.OpStructNew, wasm.OpStructNewDefault:
		return m.newStruct(inst.Type(in.b), fp, in)
	case wasm.OpStructNewDesc, wasm.OpStructNewDefaultDesc:
		return m.newDescribed(inst.Type(in.b), fp, in)
	case wasm.OpArrayCopy:
		return m.arrayCopy(fp, in)
	case wasm.OpArrayFill, wasm.OpArrayInitData, wasm.OpArrayInitElem:
		return m.arrayFill(inst, fp, in)
	}
	return m.newArray(inst, fp, in)
}

func (m *machine) newStruct(id wasm.TypeID, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	ref, trap := m.store.NewStruct(id)
	if trap != 0 {
		return trap
	}
	if wasm.Opcode(in.op) == wasm.OpStructNew {
		storeFields(m.store.Layout(id).Fields, ref, fp, in.a)
	}
	set64(fp, in.a, ref)
	return wasm.TrapNone
}

// storeFields writes the values in slots, of which at is the first, to the fields of a struct.
func storeFields(fields []store.Field, ref uint64, fp unsafe.Pointer, at uint32) {
	for i := range fields {
		f := &fields[i]
		at = storePart(f, store.Part(ref, uint64(f.Offset)), fp, at)
	}
}

// storePart writes the value in a slot to a part of an object, and returns the
// slot behind it.
func storePart(f *store.Field, p unsafe.Pointer, fp unsafe.Pointer, slot uint32) uint32 {
	v := [2]uint64{u64(fp, slot)}
	slot += 8
	if f.Width == 16 {
		v[1] = u64(fp, slot)
		slot += 8
	}
	f.Store(p, v)
	return slot
}

// newArray executes the instructions that make arrays.
func (m *machine) newArray(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	s := m.store
	id := inst.Type(in.b)
	f := &s.Layout(id).Fields[0]
	value := uint32(8) // bytes of the slots of a value
	if f.Width == 16 {
		value = 16
	}
	var n uint32
	switch wasm.Opcode(in.op) {
	case wasm.OpArrayNew:
		n = u32(fp, in.a+value)
	case wasm.OpArrayNewDefault:
		n = u32(fp, in.a)
	case wasm.OpArrayNewFixed:
		n = in.c
	case wasm.OpArrayNewData:
		ref, trap := s.Instance(inst).NewArrayData(id, in.c, u32(fp, in.a), u32(fp, in.a+8))
		set64(fp, in.a, ref)
		return trap
	case wasm.OpArrayNewElem:
		ref, trap := s.Instance(inst).NewArrayElem(id, in.c, u32(fp, in.a), u32(fp, in.a+8))
		set64(fp, in.a, ref)
		return trap
	}
	ref, trap := s.NewArray(id, n)
	if trap != 0 {
		return trap
	}
	switch wasm.Opcode(in.op) {
	case wasm.OpArrayNew:
		v := [2]uint64{u64(fp, in.a)}
		if f.Width == 16 {
			v[1] = u64(fp, in.a+8)
		}
		if trap := s.FillArray(ref, 0, v, n); trap != 0 {
			return trap
		}
	case wasm.OpArrayNewFixed:
		at := in.a
		for i := range n {
			at = storePart(f, store.Element(ref, f, i), fp, at)
		}
	}
	set64(fp, in.a, ref)
	return wasm.TrapNone
}

// arrayFill executes array.fill, array.init_data and array.init_elem.
func (m *machine) arrayFill(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	ref, at := u64(fp, in.a), u32(fp, in.a+8)
	if ref == 0 {
		return wasm.TrapNullArray
	}
	s := m.store
	switch wasm.Opcode(in.op) {
	case wasm.OpArrayInitData:
		return s.Instance(inst).InitArrayData(in.c, ref, at, u32(fp, in.a+16), u32(fp, in.a+24))
	case wasm.OpArrayInitElem:
		return s.Instance(inst).InitArrayElem(in.c, ref, at, u32(fp, in.a+16), u32(fp, in.a+24))
	}
	v := [2]uint64{u64(fp, in.a+16)}
	next := in.a + 24
	if s.Layout(store.ObjectType(ref)).Fields[0].Width == 16 {
		v[1] = u64(fp, next)
		next += 8
	}
	return s.FillArray(ref, at, v, u32(fp, next))
}

func (m *machine) arrayCopy(fp unsafe.Pointer, in *instr) wasm.TrapCode {
	dst, di := u64(fp, in.a), u32(fp, in.a+8)
	src, si, n := u64(fp, in.a+16), u32(fp, in.a+24), u32(fp, in.a+32)
	if dst == 0 || src == 0 {
		return wasm.TrapNullArray
	}
	return m.store.CopyArray(dst, di, src, si, n)
}

// The rest of this file tells the collector what a machine refers to.

// Context implements [store.Roots].
func (m *machine) Context() context.Context { return m.ctx }

// Running implements [store.Roots].
func (m *machine) Running() *store.ContRecord { return m.cur }

// Awaits implements [store.Engine].
func (e *Engine) Awaits(c *store.ContRecord) (awaits, name wasm.TypeID) {
	if c.AwaitsName() {
		inner := c.Inner()
		name = inner.Func.Instance.Type(before(inner).b)
	}
	return c.Awaits, name
}

// ScanStacks implements [store.Roots].
func (m *machine) ScanStacks(scan func(base, bytes uintptr)) {
	if p := m.flight.payload; m.flight.tag != nil && len(p) > 0 {
		scan(uintptr(unsafe.Pointer(&p[0])), uintptr(len(p))*8)
	}
	if n := m.hostCount; n > 0 {
		scan(uintptr(unsafe.Pointer(&m.hostSlots[0])), uintptr(n)*8)
	}
	if n := len(m.handed); n > 0 {
		scan(uintptr(unsafe.Pointer(&m.handed[0])), uintptr(n)*8)
	}
	if m.fn == 0 {
		return // nothing runs yet
	}
	scan(m.cur.Stack(), m.fp-m.cur.Stack()+frameSize(m.function()))
	for c := m.cur.Link; c != nil; c = c.Link {
		scan(m.engine.Frames(c))
	}
}

func frameSize(f *store.FuncRecord) uintptr {
	if f.IsHost() { // with which a continuation begins
		return uintptr(8 * max(f.Params, f.Results))
	}
	return uintptr((*header)(store.Pointer(f.Code)).frame)
}

// Frames implements [store.Engine].
func (e *Engine) Frames(c *store.ContRecord) (base, bytes uintptr) {
	return c.Stack(), c.Frame - c.Stack() + frameSize(c.Func)
}
