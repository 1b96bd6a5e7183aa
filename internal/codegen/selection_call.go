package codegen

import "weft/internal/ssa"

// arguments appends the values that a call or return takes, and stores those that
// have no register.
func (s *Selection) arguments(operands []Operand, values []*ssa.Value, types []ssa.Type) []Operand {
	if len(values) != len(types) {
		s.Failf("%v takes %d values and has %d", s.Root.Op, len(types), len(values))
		return operands
	}
	s.places = s.Registers.AppendPlaces(s.places[:0], types)
	for i, v := range values {
		if p := s.places[i]; p.Reg != NoReg {
			operands = append(operands, FixedUse(s.VReg(v), p.Reg))
		} else {
			s.chooser.StoreSlot(p.Slot, v)
		}
	}
	return operands
}

// call emits an operation after which registers have other values.
func (s *Selection) call(v *ssa.Value) {
	s.hasCalls = true
	in := Inst{Flags: Call, Imm: v.Aux}
	if v.Op == ssa.OpBuiltin {
		s.builtin(v, in)
		return
	}
	operands := make([]Operand, 0, 16)
	m, sig := OpContNew, v.Sig
	var passed []*ssa.Value
	switch v.Op {
	case ssa.OpCall:
		m = OpCall
		operands = append(operands, FixedUse(s.VReg(v.Args[0]), s.Registers.Instance))
		passed = v.Args[1:]
	case ssa.OpCallRecord:
		m = OpCallRecord
		operands = append(operands, FixedUse(s.VReg(v.Args[0]), s.Registers.Record))
		passed = v.Args[1:]
		if v.Args[0].Op != ssa.OpGetInvariant { // mostly an import's, which is another's
			in.Imm = OwnRecord
			operands = append(operands, FixedUse(s.VReg(s.F.Blocks[0].Params[0]), s.Registers.Instance))
		}
	default:
		with := s.Registers.Instance
		in.Disp, passed, operands = s.stackSwitch(v, operands)
		switch v.Op {
		case ssa.OpResume:
			m, with = OpResume, NoReg // where it is needed, it comes from the frame
		case ssa.OpSuspend:
			m, with, in.Scale = OpSuspend, s.Tag, uint8(s.referenceReg(sig.Params))
		case ssa.OpSuspendTag:
			m = OpSuspendTag
		case ssa.OpSuspendTo:
			m, with, in.Scale = OpSuspendTo, s.Tag, uint8(s.referenceReg(sig.Params))
		case ssa.OpSwitch:
			m, in.Scale = OpSwitch, uint8(s.referenceReg(sig.Params))
		case ssa.OpResumeThrow:
			m = OpResumeThrow
		}
		if with != NoReg {
			operands = append(operands, FixedUse(s.VReg(v.Args[0]), with))
		}
		if caught(v) {
			in.Cond = HasClauses
		}
	}
	if m == OpResumeThrow && v.Aux>>32 != 0 {
		s.slots(passed) // as a clause gets them
	} else {
		operands = s.arguments(operands, passed, sig.Params)
	}
	s.places = s.Registers.AppendPlaces(s.places[:0], sig.Results)
	rest := s.results[:0]
	after := len(s.Insts)
	for _, r := range s.results {
		switch {
		case r.Args[0] != v:
			rest = append(rest, r)
		case s.places[r.Aux].Reg != NoReg:
			operands = append(operands, FixedDef(s.VReg(r), s.places[r.Aux].Reg))
		default:
			s.chooser.LoadSlot(s.places[r.Aux].Slot, r)
		}
	}
	s.results = rest
	s.Add(m, in, operands...)
	s.rotate(after)
}

// stackSwitch appends what an operation on continuations takes beside its instance, and
// returns its stub, and what is passed as in a call.
func (s *Selection) stackSwitch(v *ssa.Value, operands []Operand) (int32, []*ssa.Value, []Operand) {
	if v.Op == ssa.OpSuspend {
		return OffSuspendStub, v.Args[1:], operands
	}
	if v.Op == ssa.OpContNew {
		return OffContNewStub, nil, append(operands, FixedUse(s.VReg(v.Args[1]), s.Registers.Record))
	}
	stub := OffResumeStub
	switch v.Op {
	case ssa.OpSuspendTag:
		stub = OffSuspendTagStub
	case ssa.OpSuspendTo:
		stub = OffSuspendToStub
	case ssa.OpSwitch:
		stub = OffSwitchStub
	case ssa.OpResumeThrow:
		stub = OffResumeThrowStub
	}
	return stub, v.Args[2:], append(operands, FixedUse(s.VReg(v.Args[1]), s.Registers.Continuation))
}

// referenceReg returns the register in which a clause gets a reference behind a payload, or
// the target of a switch behind arguments.
func (s *Selection) referenceReg(payload []ssa.Type) Reg {
	if ints, _ := classes(payload); ints < len(s.Registers.Int) {
		return s.Registers.Int[ints]
	}
	return NoReg
}

// rotate moves the last instruction to place i.
func (s *Selection) rotate(i int) {
	last := s.Insts[len(s.Insts)-1]
	copy(s.Insts[i+1:], s.Insts[i:])
	s.Insts[i] = last
}

// caught reports whether there is a try_table around a call.
func caught(call *ssa.Value) bool {
	last := call.Block.Values[len(call.Block.Values)-1]
	return last.Op == ssa.OpInvoke && last.Args[0] == call && last.Aux != 0
}

// slots stores values in slots, one after the other.
func (s *Selection) slots(values []*ssa.Value) {
	slot := 0
	for _, v := range values {
		s.chooser.StoreSlot(slot, v)
		slot += v.Type.Slots()
	}
}

// builtin passes everything in slots.
func (s *Selection) builtin(v *ssa.Value, in Inst) {
	s.slots(v.Args)
	if b, ok := s.bindingOf(v); ok {
		in.Imm = int64(len(s.Out.Bindings))
		s.Out.Bindings = append(s.Out.Bindings, b)
		s.Add(OpContBind, in)
	} else {
		s.Add(OpBuiltin, in)
	}
	rest := s.results[:0]
	for _, r := range s.results {
		if r.Args[0] == v {
			s.chooser.LoadSlot(int(r.Aux), r)
		} else {
			rest = append(rest, r)
		}
	}
	s.results = rest
}

// bindingOf returns the shape of a cont.bind; false if it is left to Go, as where a parameter has no register.
func (s *Selection) bindingOf(v *ssa.Value) (Binding, bool) {
	if v.Aux != int64(ssa.ContBind) || s.ContParams == nil || v.Args[1].Op != ssa.OpConst {
		return Binding{}, false
	}
	b := Binding{Type: uint32(v.Args[1].Aux), Bound: v.Sig.Params[BindValues:]}
	b.Left = s.ContParams(b.Type)
	ints, floats := classes(b.Bound)
	ints2, floats2 := classes(b.Left)
	return b, ints+ints2 <= len(s.Registers.Int) && floats+floats2 <= len(s.Registers.Float)
}

func (s *Selection) tailCall(v *ssa.Value) {
	m, to := OpTailCall, s.Registers.Instance
	operands := make([]Operand, 0, 16)
	if v.Op == ssa.OpTailCallRecord {
		m, to = OpTailCallRecord, s.Registers.Record
		operands = append(operands, FixedUse(s.VReg(s.F.Blocks[0].Params[0]), s.Registers.TailCaller))
	}
	if v.Op == ssa.OpReenter {
		m = OpReenter
	}
	operands = append(operands, FixedUse(s.VReg(v.Args[0]), to))
	s.Add(m, Inst{Imm: v.Aux}, s.arguments(operands, v.Args[1:], v.Sig.Params)...)
}

// params emits what defines the parameters of a block that is not entered by edges,
// and lists those of one that is.
func (s *Selection) params(i int, b *ssa.Block, out *Block) {
	s.Root = nil
	switch {
	case i == 0:
		s.entry(b)
	case b.Pad != ssa.NotPad:
		s.pad(b, out)
	default:
		out.Params = s.lists.Cut(len(b.Params))
		for j, p := range b.Params {
			out.Params[j] = s.VReg(p)
		}
	}
	s.flush()
}

// entry defines the parameters: the instance and those of the function.
func (s *Selection) entry(b *ssa.Block) {
	if len(b.Preds) > 0 || len(b.Params) != len(s.F.Sig.Params)+1 {
		s.Failf("an entry with %d predecessors and %d parameters, of a function with %d", len(b.Preds),
			len(b.Params), len(s.F.Sig.Params))
		return
	}
	operands := append(make([]Operand, 0, 16), FixedDef(s.VReg(b.Params[0]), s.Registers.Instance))
	s.places = s.Registers.AppendPlaces(s.places[:0], s.F.Sig.Params)
	for i, p := range b.Params[1:] {
		switch reg := s.places[i].Reg; {
		case s.values[p.ID].vreg == 0: // nobody needs it
		case reg != NoReg:
			operands = append(operands, FixedDef(s.VReg(p), reg))
		default:
			s.chooser.LoadSlot(s.places[i].Slot, p)
		}
	}
	s.Add(OpEntry, Inst{}, operands...)
	s.rotate(0)
}

// pad lists the registers in which the parameters of a landing pad arrive, and loads
// those that arrive in slots.
func (s *Selection) pad(b *ssa.Block, out *Block) {
	types := make([]ssa.Type, len(b.Params))
	for i, p := range b.Params {
		types[i] = p.Type
	}
	out.Pad = true
	for i, place := range s.Registers.Places(types) {
		if place.Reg == NoReg {
			s.chooser.LoadSlot(place.Slot, b.Params[i])
			continue
		}
		out.Params = append(out.Params, s.VReg(b.Params[i]))
		out.PadRegs = append(out.PadRegs, place.Reg)
	}
}
