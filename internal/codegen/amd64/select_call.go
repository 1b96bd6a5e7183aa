package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// slot is the address of a slot of the context's arguments.
func slot(i int) address {
	return address{scale: addrContext, disp: codegen.OffArgs + 8*int32(i)}
}

// StoreSlot stores all 64 bits of a slot, at once where it can: who reads them at once would else wait until both
// halves are in the cache.
func (s *Selector) StoreSlot(i int, v *ssa.Value) {
	a := slot(i)
	size := sizeOf(v.Type)
	if v.Type == ssa.I32 && (v.Op != ssa.OpConst || v.Aux == int64(int32(v.Aux)) && v.Aux >= 0) {
		size = S64 // of which the upper half is zeros
	}
	s.storeTo(a, v, size)
	if size == S32 {
		a.disp += 4
		s.addMem(mStore.with(formImm), codegen.Inst{Size: uint8(S32)}, a)
	}
}

// LoadSlot loads a value from a slot.
func (s *Selector) LoadSlot(i int, v *ssa.Value) { s.loadFrom(v.Type, slot(i), s.Def(v)) }
