package amd64

import (
	"math/bits"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// An address is base + index*scale + disp; scale has the bits of Inst.Scale.
type address struct {
	base, index codegen.VReg
	scale       uint8
	disp        int32
}

// A sum is an address before its parts have registers.
type sum struct {
	base, index *ssa.Value // nil for none
	scale       uint8
	disp        int64
}

func (s *Selector) addressOf(m sum) address {
	a := address{disp: int32(m.disp)}
	if m.base != nil {
		switch m.base.Op {
		case ssa.OpContext:
			a.scale = addrContext
		case ssa.OpFrame:
			a.scale = addrFrame
		default:
			a.scale, a.base = addrBase, s.VReg(m.base)
		}
	}
	if m.index != nil {
		a.scale |= m.scale
		a.index = s.VReg(m.index)
	}
	return a
}

// sum takes v apart: additions, constants, and shifts that an address can do. The
// value v itself is taken apart if own is set, or if nobody else uses it; constants
// are taken out of it in any case.
func (s *Selector) sum(v *ssa.Value, disp int64, own bool) sum {
	m := sum{disp: disp}
	for v.Op == ssa.OpAdd {
		c, ok := immediate(v.Args[1])
		if !ok || !fits(m.disp+c) {
			break
		}
		m.disp += c
		v, own = v.Args[0], false
	}
	switch {
	case v.Op == ssa.OpAdd && (own || s.Foldable(v)):
		x, y := v.Args[0], v.Args[1]
		if _, scale := s.scaled(x); scale > 1 {
			x, y = y, x
		}
		m.base = s.peel(x, &m)
		m.index, m.scale = s.scaled(y)
	case v.Op == ssa.OpShl && (own || s.Foldable(v)):
		m.index, m.scale = s.scaled(v)
		if m.scale == 1 {
			m.base, m.index = v, nil
		}
	default:
		m.base = v
	}
	return m
}

// peel takes a constant out of one term.
func (s *Selector) peel(v *ssa.Value, m *sum) *ssa.Value {
	if v.Op == ssa.OpAdd && s.Foldable(v) {
		if c, ok := immediate(v.Args[1]); ok && fits(m.disp+c) {
			m.disp += c
			return v.Args[0]
		}
	}
	return v
}

// scaled takes a shift out of an index.
func (s *Selector) scaled(v *ssa.Value) (*ssa.Value, uint8) {
	if v.Op == ssa.OpShl {
		if c, ok := codegen.Constant(v.Args[1]); ok && 1 <= c && c <= 3 {
			return v.Args[0], 1 << c
		}
	}
	return v, 1
}

// recordAddress is the address of an access to a record or object.
func (s *Selector) recordAddress(v *ssa.Value) address {
	return s.addressOf(s.sum(v.Args[0], v.Aux, false))
}

// memoryAddress is the address of an OpLoad or OpStore. The parts of one into a
// guarded memory are not negative: base, a 32-bit address, and an offset below 1<<32. So
// what is out of bounds lies behind the base, where it faults.
func (s *Selector) memoryAddress(v *ssa.Value) address {
	base, at, offset := v.Args[0], v.Args[1], v.Aux
	m := sum{base: base, index: at, scale: 1, disp: offset}
	if c, ok := codegen.Constant(at); ok {
		if at.Type == ssa.I32 {
			c = int64(uint32(c))
		}
		if sum := c + offset; fits(sum) && c >= 0 {
			m.index, m.disp = nil, sum
		}
	} else if at.Type == ssa.I64 {
		part := s.sum(at, offset, false)
		if part.index == nil {
			m.index, m.disp = part.base, part.disp
		} else if part.base == nil && fits(part.disp) { // else the offset is added to the index
			m.index, m.scale, m.disp = part.index, part.scale, part.disp
		}
	}
	if fits(m.disp) {
		a := s.addressOf(m)
		a.scale |= addrFaults
		return a
	}
	far, sum := s.NewVReg(ssa.I64), s.NewVReg(ssa.I64)
	s.add(mMovImm, codegen.Inst{Imm: m.disp}, codegen.DefOf(far))
	s.add(mAdd, codegen.Inst{Size: uint8(S64)}, codegen.UseOf(far), s.Use(m.index), codegen.DefOf(sum))
	return address{base: s.VReg(base), index: sum, scale: addrBase | addrFaults | m.scale}
}

// memory returns the address of a load that root may do itself: one of just the
// bytes that the type has, with no effect between it and root.
func (s *Selector) memory(v *ssa.Value) (address, bool) {
	if !s.Movable(v) {
		return address{}, false
	}
	if v.Op.HasMem() && v.Mem.Size() != v.Type.Size() {
		return address{}, false
	}
	return s.fold(v), true
}

// fold takes a load into root.
func (s *Selector) fold(v *ssa.Value) address {
	s.TakeIn(v)
	if v.Op == ssa.OpLoad {
		s.Folded = v.Pos
		return s.memoryAddress(v)
	}
	return s.recordAddress(v)
}

// load emits an operation that reads memory.
func (s *Selector) load(v *ssa.Value) {
	d := s.Def(v)
	var a address
	if v.Op == ssa.OpLoad {
		a = s.memoryAddress(v)
	} else {
		a = s.recordAddress(v)
	}
	if v.Op == ssa.OpLoad && v.Type == ssa.V128 && v.Mem != ssa.Mem128 { // zeros above
		s.addMem(mMovX.with(formMem), codegen.Inst{Size: uint8(storeSize(v))}, a, d)
		return
	}
	if v.Type.IsFloat() || !v.Op.HasMem() {
		s.loadFrom(v.Type, a, d)
		return
	}
	m, size := mMov, sizeOf(v.Type)
	switch v.Mem {
	case ssa.Mem8S:
		m = mMovsx8
	case ssa.Mem8U:
		m, size = mMovzx8, S32
	case ssa.Mem16S:
		m = mMovsx16
	case ssa.Mem16U:
		m, size = mMovzx16, S32
	case ssa.Mem32S:
		if size == S64 {
			m = mMovsxd
		}
	case ssa.Mem32U:
		size = S32
	}
	s.addMem(m.with(formMem), codegen.Inst{Size: uint8(size)}, a, d)
}

// loadFrom loads all of a value.
func (s *Selector) loadFrom(t ssa.Type, a address, d codegen.Operand) {
	m := mMov
	if t.IsFloat() {
		m = mMovX
	}
	s.addMem(m.with(formMem), codegen.Inst{Size: uint8(sizeOf(t))}, a, d)
}

// store emits an OpStore, OpSet or OpSetPart.
func (s *Selector) store(v *ssa.Value) {
	if s.change(v) {
		return
	}
	if v.Op == ssa.OpStore {
		if value := v.Args[2]; value.Op == ssa.OpVector && s.Foldable(value) && s.storeLane(v, value) {
			return
		}
		s.storeTo(s.memoryAddress(v), v.Args[2], storeSize(v))
		return
	}
	s.storeTo(s.recordAddress(v), v.Args[1], storeSize(v))
}

// storeSize is the size of what an OpStore, OpSet or OpSetPart stores.
func storeSize(v *ssa.Value) Size {
	if v.Op == ssa.OpSet {
		return sizeOf(v.Args[1].Type)
	}
	return Size(bits.TrailingZeros(uint(v.Mem.Size())))
}

// inMemory returns the machine operation for one that may have its result in memory.
func inMemory(op ssa.Op) mop {
	switch op {
	case ssa.OpAdd:
		return mAdd
	case ssa.OpSub:
		return mSub
	case ssa.OpAnd:
		return mAnd
	case ssa.OpOr:
		return mOr
	case ssa.OpXor:
		return mXor
	}
	return mop(codegen.OpNone)
}

// change emits a store of what an operation makes of what was there, if v is one.
// Their low bits depend on low bits only, so that narrow accesses will do.
func (s *Selector) change(v *ssa.Value) bool {
	value := v.Args[len(v.Args)-1]
	m := inMemory(value.Op)
	if m == mop(codegen.OpNone) || !s.Foldable(value) {
		return false
	}
	x, y := value.Args[0], value.Args[1]
	if !s.same(x, v) {
		if x, y = y, x; !value.Op.Info().Commutative || !s.same(x, v) {
			return false
		}
	}
	in := codegen.Inst{Size: uint8(storeSize(v))}
	a := s.fold(x)
	if c, ok := immediate(y); ok {
		in.Imm = c
		s.addMem(m.with(formToMemImm), in, a)
	} else {
		s.addMem(m.with(formToMem), in, a, s.Use(y))
	}
	return true
}

// same reports whether root may do the load, which is of what store is going to
// overwrite.
func (s *Selector) same(load, store *ssa.Value) bool {
	if !s.Movable(load) || load.Aux != store.Aux || load.Args[0] != store.Args[0] {
		return false
	}
	if store.Op == ssa.OpSetPart {
		return load.Op == ssa.OpPart && load.Mem.Size() == store.Mem.Size()
	}
	if store.Op == ssa.OpSet {
		return load.Op == ssa.OpGet && sizeOf(load.Type) == storeSize(store)
	}
	return load.Op == ssa.OpLoad && load.Args[1] == store.Args[1] && load.Mem.Size() == store.Mem.Size()
}

// storeTo stores the low bytes of a value.
func (s *Selector) storeTo(a address, v *ssa.Value, size Size) {
	in := codegen.Inst{Size: uint8(size)}
	if v.Op == ssa.OpWrap && size <= S32 {
		v = v.Args[0]
	}
	if v.Op == ssa.OpConst && v.Type != ssa.V128 {
		// An f32 is like an i32; 64 bits must be those of an extended sign.
		if c := v.Aux; size <= S32 || c == int64(int32(c)) {
			in.Imm = int64(int32(c))
			s.addMem(mStore.with(formImm), in, a)
			return
		}
	}
	if v.Type.IsFloat() {
		s.addMem(mStoreX, in, a, s.Use(v))
		return
	}
	s.addMem(mStore, in, a, s.Use(v))
}
