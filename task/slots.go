package task

import (
	"slices"

	"weft"
	"weft/wasm"
)

// numbers reports whether no type is one of references.
func numbers(types []wasm.ValType) bool { return !slices.ContainsFunc(types, wasm.ValType.IsRef) }

// toSlots puts numbers into slots, and reports whether they have the types.
func toSlots(slots []uint64, values []weft.Value, types []wasm.ValType) bool {
	if len(values) != len(types) {
		return false
	}
	for i, v := range values {
		if v.Type() != types[i] {
			return false
		}
		lo, hi := v.Bits()
		slots[0] = lo
		if types[i].Slots() == 2 {
			slots[1] = hi
		}
		slots = slots[types[i].Slots():]
	}
	return true
}

// fromSlots returns the numbers in slots; nil for none.
func fromSlots(slots []uint64, types []wasm.ValType) []weft.Value {
	if len(types) == 0 {
		return nil
	}
	values := make([]weft.Value, len(types))
	for i, t := range types {
		switch t.Kind {
		case wasm.KindI32:
			values[i] = weft.I32(int32(slots[0]))
		case wasm.KindI64:
			values[i] = weft.I64(int64(slots[0]))
		case wasm.KindF32:
			values[i] = weft.F32Bits(uint32(slots[0]))
		case wasm.KindF64:
			values[i] = weft.F64Bits(slots[0])
		case wasm.KindV128:
			values[i] = weft.V128(slots[0], slots[1])
		}
		slots = slots[t.Slots():]
	}
	return values
}
