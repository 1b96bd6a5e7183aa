package interp

import (
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// newDescribed executes struct.new_desc and struct.new_default_desc. The descriptor is in the slot behind the fields.
func (m *machine) newDescribed(id wasm.TypeID, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	var fields []store.Field
	if wasm.Opcode(in.op) == wasm.OpStructNewDesc {
		fields = m.store.Layout(id).Fields
	}
	ref, trap := m.store.NewDescribed(id, u64(fp, in.a+fieldSlots(fields)))
	if trap != 0 {
		return trap
	}
	storeFields(fields, ref, fp, in.a)
	set64(fp, in.a, ref)
	return wasm.TrapNone
}

// fieldSlots returns the bytes of the slots of the values of fields.
func fieldSlots(fields []store.Field) uint32 {
	bytes := uint32(0)
	for i := range fields {
		bytes += 8 * uint32(fields[i].Type.Slots())
	}
	return bytes
}

// describedBy reports whether a reference can be cast by a descriptor, which is not null.
func (m *machine) describedBy(ref, descriptor uint64, nullable bool) bool {
	if ref == 0 {
		return nullable
	}
	return m.store.Descriptor(ref) == descriptor
}
