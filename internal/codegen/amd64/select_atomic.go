package amd64

import (
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Atomic accesses. Every load is atomic on this processor, and never moves before an earlier
// load or store that is locked; so stores are exchanges, and loads are loads. No store moves before
// an earlier load or store, so one that is only released is a store. What has no
// instruction that returns what was there before, is tried with CMPXCHG until
// nobody comes between. The address is in one register: what a locked instruction takes makes folding
// pointless.

// inMemoryAtomic has the instructions without and with a result of logic operations.
var inMemoryAtomic = map[ssa.Op][2]mop{
	ssa.OpAtomicAnd: {mLockAnd, mAtomicAnd},
	ssa.OpAtomicOr:  {mLockOr, mAtomicOr},
	ssa.OpAtomicXor: {mLockXor, mAtomicXor},
}

// atomic emits an atomic access.
func (s *Selector) atomic(v *ssa.Value) {
	size := Size(bits.TrailingZeros(uint(v.Mem.Size())))
	in := codegen.Inst{Size: uint8(size)}
	switch v.Op {
	case ssa.OpAtomicLoad:
		m := [...]mop{S8: mMovzx8, S16: mMovzx16, S32: mMov, S64: mMov}[size]
		in.Size = uint8(max(size, S32))
		a := address{base: s.VReg(v.Args[0]), scale: addrBase | addrFaults}
		s.addMem(m.with(formMem), in, a, s.Def(v))
	case ssa.OpAtomicStore:
		a := address{base: s.VReg(v.Args[0]), scale: addrBase | addrFaults}
		s.storeTo(a, v.Args[1], size)
	case ssa.OpAtomicXchg:
		s.add(mXchg, in, s.Use(v.Args[1]), s.Tied(v), s.UseLate(v.Args[0]))
	case ssa.OpAtomicAdd:
		s.add(mXadd, in, s.Use(v.Args[1]), s.Tied(v), s.UseLate(v.Args[0]))
	case ssa.OpAtomicCas:
		d := s.Tied(v)
		d.Fixed = RAX
		s.add(mCmpxchg, in, codegen.FixedUse(s.VReg(v.Args[1]), RAX), d, s.UseLate(v.Args[2]), s.UseLate(v.Args[0]))
	default:
		m := inMemoryAtomic[v.Op]
		x, at := s.UseLate(v.Args[1]), s.UseLate(v.Args[0])
		if !s.Needed(v) {
			s.add(m[0], in, x, at)
			return
		}
		s.add(m[1], in, x, at, codegen.FixedDef(s.VReg(v), RAX), s.Temp(ssa.I64, NoReg))
	}
}
