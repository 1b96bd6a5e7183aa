package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// slot is the address of a slot of the context's arguments.
func slot(i int) address {
	return address{scale: addrContext, disp: codegen.OffArgs + 8*int32(i)}
}

// storeSlot stores all 64 bits of a slot.
func (s *Selector) storeSlot(i int, v *ssa.Value) {
	a := slot(i)
	size := sizeOf(v.Type)
	if v.Type == ssa.I32 && v.Op != ssa.OpConst {
		size = S64 // of which the upper half is zeros
	}
	s.storeTo(a, v, size)
	if size == S32 {
		a.disp += 4
		s.addMem(mStore.with(formImm), codegen.Inst{Size: uint8(S32)}, a)
	}
}

func (s *Selector) loadSlot(i int, v *ssa.Value) { s.loadFrom(v.Type, slot(i), s.def(v)) }

// arguments appends the values that a call or return takes, and stores those that
// have no register.
func (s *Selector) arguments(operands []codegen.Operand, values []*ssa.Value, types []ssa.Type) []codegen.Operand {
	if len(values) != len(types) {
		s.failf("%v takes %d values and has %d", s.root.Op, len(types), len(values))
		return operands
	}
	s.places = s.convention.AppendPlaces(s.places[:0], types)
	for i, v := range values {
		if p := s.places[i]; p.Reg != NoReg {
			operands = append(operands, fixedUse(s.vreg(v), p.Reg))
		} else {
			s.storeSlot(p.Slot, v)
		}
	}
	return operands
}

// call emits an operation after which registers have other values.
func (s *Selector) call(v *ssa.Value) {
	s.hasCalls = true
	in := codegen.Inst{Flags: codegen.Call, Imm: v.Aux}
	if v.Op == ssa.OpBuiltin {
		s.builtin(v, in)
		return
	}
	operands := make([]codegen.Operand, 0, 16)
	m, sig := mContNew, v.Sig
	var passed []*ssa.Value
	switch v.Op {
	case ssa.OpCall:
		m = mCall
		operands = append(operands, fixedUse(s.vreg(v.Args[0]), instanceReg))
		passed = v.Args[1:]
	case ssa.OpCallRecord:
		m = mCallRecord
		operands = append(operands, fixedUse(s.vreg(v.Args[0]), recordReg))
		passed = v.Args[1:]
	default:
		with := instanceReg
		in.Disp, passed, operands = s.stackSwitch(v, operands)
		switch v.Op {
		case ssa.OpResume:
			m, with = mResume, NoReg // where it is needed, it comes from the frame
		case ssa.OpSuspend:
			m, with, in.Scale = mSuspend, tagReg, uint8(s.referenceReg(sig.Params))
		case ssa.OpSuspendTag:
			m = mSuspendTag
		case ssa.OpSuspendTo:
			m, with, in.Scale = mSuspendTo, tagReg, uint8(s.referenceReg(sig.Params))
		case ssa.OpSwitch:
			m, in.Scale = mSwitch, uint8(s.referenceReg(sig.Params))
		case ssa.OpResumeThrow:
			m = mResumeThrow
		}
		if with != NoReg {
			operands = append(operands, fixedUse(s.vreg(v.Args[0]), with))
		}
		if caught(v) {
			in.Cond = hasClauses
		}
	}
	if m == mResumeThrow && v.Aux>>32 != 0 {
		s.slots(passed) // as a clause gets them
	} else {
		operands = s.arguments(operands, passed, sig.Params)
	}
	s.places = s.convention.AppendPlaces(s.places[:0], sig.Results)
	rest := s.results[:0]
	after := len(s.insts)
	for _, r := range s.results {
		switch {
		case r.Args[0] != v:
			rest = append(rest, r)
		case s.places[r.Aux].Reg != NoReg:
			operands = append(operands, fixedDef(s.vreg(r), s.places[r.Aux].Reg))
		default:
			s.loadSlot(s.places[r.Aux].Slot, r)
		}
	}
	s.results = rest
	s.add(m, in, operands...)
	s.rotate(after)
}

// stackSwitch appends what an operation on continuations takes beside its instance, and
// returns its stub, and what is passed as in a call.
func (s *Selector) stackSwitch(v *ssa.Value, operands []codegen.Operand) (int32, []*ssa.Value, []codegen.Operand) {
	if v.Op == ssa.OpSuspend {
		return codegen.OffSuspendStub, v.Args[1:], operands
	}
	if v.Op == ssa.OpContNew {
		return codegen.OffContNewStub, nil, append(operands, fixedUse(s.vreg(v.Args[1]), recordReg))
	}
	stub := codegen.OffResumeStub
	switch v.Op {
	case ssa.OpSuspendTag:
		stub = codegen.OffSuspendTagStub
	case ssa.OpSuspendTo:
		stub = codegen.OffSuspendToStub
	case ssa.OpSwitch:
		stub = codegen.OffSwitchStub
	case ssa.OpResumeThrow:
		stub = codegen.OffResumeThrowStub
	}
	return stub, v.Args[2:], append(operands, fixedUse(s.vreg(v.Args[1]), contReg))
}

// referenceReg returns the register in which a clause gets a reference behind a payload, or
// the target of a switch behind arguments.
func (s *Selector) referenceReg(payload []ssa.Type) Reg {
	ints := 0
	for _, t := range payload {
		if !t.IsFloat() {
			ints++
		}
	}
	if ints < len(s.convention.Int) {
		return s.convention.Int[ints]
	}
	return NoReg
}

// rotate moves the last instruction to place i.
func (s *Selector) rotate(i int) {
	last := s.insts[len(s.insts)-1]
	copy(s.insts[i+1:], s.insts[i:])
	s.insts[i] = last
}

// caught reports whether there is a try_table around a call.
func caught(call *ssa.Value) bool {
	last := call.Block.Values[len(call.Block.Values)-1]
	return last.Op == ssa.OpInvoke && last.Args[0] == call && last.Aux != 0
}

// slots stores values in slots, one after the other.
func (s *Selector) slots(values []*ssa.Value) {
	slot := 0
	for _, v := range values {
		s.storeSlot(slot, v)
		slot += v.Type.Slots()
	}
}

// builtin passes everything in slots.
func (s *Selector) builtin(v *ssa.Value, in codegen.Inst) {
	s.slots(v.Args)
	if b, ok := s.bindingOf(v); ok {
		in.Imm = int64(len(s.cf.Bindings))
		s.cf.Bindings = append(s.cf.Bindings, b)
		s.add(mContBind, in)
	} else {
		s.add(mBuiltin, in)
	}
	rest := s.results[:0]
	for _, r := range s.results {
		if r.Args[0] == v {
			s.loadSlot(int(r.Aux), r)
		} else {
			rest = append(rest, r)
		}
	}
	s.results = rest
}

func (s *Selector) tailCall(v *ssa.Value) {
	m, to := mTailCall, instanceReg
	operands := make([]codegen.Operand, 0, 16)
	if v.Op == ssa.OpTailCallRecord {
		m, to = mTailCallRecord, recordReg
		operands = append(operands, fixedUse(s.vreg(s.f.Blocks[0].Params[0]), tailCallerReg))
	}
	if v.Op == ssa.OpReenter {
		m = mReenter
	}
	operands = append(operands, fixedUse(s.vreg(v.Args[0]), to))
	s.add(m, codegen.Inst{Imm: v.Aux}, s.arguments(operands, v.Args[1:], v.Sig.Params)...)
}

// entry defines the parameters: the instance and those of the function.
func (s *Selector) entry(b *ssa.Block) {
	if len(b.Preds) > 0 || len(b.Params) != len(s.f.Sig.Params)+1 {
		s.failf("an entry with %d predecessors and %d parameters, of a function with %d", len(b.Preds), len(b.Params), len(s.f.Sig.Params))
		return
	}
	operands := append(make([]codegen.Operand, 0, 16), fixedDef(s.vreg(b.Params[0]), instanceReg))
	s.places = s.convention.AppendPlaces(s.places[:0], s.f.Sig.Params)
	for i, p := range b.Params[1:] {
		switch reg := s.places[i].Reg; {
		case s.values[p.ID].vreg == 0: // nobody needs it
		case reg != NoReg:
			operands = append(operands, fixedDef(s.vreg(p), reg))
		default:
			s.loadSlot(s.places[i].Slot, p)
		}
	}
	s.add(mEntry, codegen.Inst{}, operands...)
	s.rotate(0)
}

// pad lists the registers in which the parameters of a landing pad arrive, and loads
// those that arrive in slots.
func (s *Selector) pad(b *ssa.Block, out *codegen.Block) {
	types := make([]ssa.Type, len(b.Params))
	for i, p := range b.Params {
		types[i] = p.Type
	}
	out.Pad = true
	for i, place := range s.convention.Places(types) {
		if place.Reg == NoReg {
			s.loadSlot(place.Slot, b.Params[i])
			continue
		}
		out.Params = append(out.Params, s.vreg(b.Params[i]))
		out.PadRegs = append(out.PadRegs, place.Reg)
	}
}
