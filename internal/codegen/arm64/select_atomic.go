package arm64

import (
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// Atomic accesses are sequentially consistent: loads acquire, stores release, and the processor keeps them in order
// among each other (LDAR, STLR). What reads and writes is one instruction with LSE, else a loop around an exclusive
// load and an exclusive store.

// An atomicOp is an operation that reads and writes.
type atomicOp int64

const (
	atomicXchg atomicOp = iota
	atomicAdd
	atomicAnd
	atomicOr
	atomicXor
)

// atomic emits an atomic access.
func (s *Selector) atomic(v *ssa.Value) {
	in := codegen.Inst{Size: uint8(bits.TrailingZeros(uint(v.Mem.Size())))}
	switch v.Op {
	case ssa.OpAtomicLoad:
		s.add(mAtomicLoad, in, s.Use(v.Args[0]), s.Def(v))
		return
	case ssa.OpAtomicStore:
		s.add(mAtomicStore, in, s.Use(v.Args[1]), s.Use(v.Args[0]))
		return
	case ssa.OpAtomicCas:
		operands := []codegen.Operand{s.Use(v.Args[1]), s.Tied(v), s.UseLate(v.Args[2]), s.UseLate(v.Args[0])}
		if !s.Config.Features.LSE {
			operands = append(operands, s.Temp(ssa.I64, NoReg))
		}
		s.add(mCas, in, operands...)
		return
	}
	switch v.Op {
	case ssa.OpAtomicXchg:
		in.Imm = int64(atomicXchg)
	case ssa.OpAtomicAdd:
		in.Imm = int64(atomicAdd)
	case ssa.OpAtomicAnd:
		in.Imm = int64(atomicAnd)
	case ssa.OpAtomicOr:
		in.Imm = int64(atomicOr)
	case ssa.OpAtomicXor:
		in.Imm = int64(atomicXor)
	}
	operands := []codegen.Operand{s.UseLate(v.Args[1]), s.UseLate(v.Args[0]), s.Def(v)}
	if !s.Config.Features.LSE {
		operands = append(operands, s.Temp(ssa.I64, NoReg))
	}
	s.add(mAtomic, in, operands...)
}
