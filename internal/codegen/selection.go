package codegen

import (
	"fmt"
	"slices"

	"weft/internal/ssa"
)

// Selection of instructions.
//
// Blocks are walked from the last to the first and backwards, so that when a value's turn comes it is known whether
// anybody needs it in a register: then it has a virtual register. Who uses a value may instead take it into itself,
// with its operands, and it is not emitted at all.
//
// A [Selection] is the walk, with what every instruction set does alike: edges, parameters, calls, and the question
// what may be folded. An instruction set embeds it, and is the [Chooser] of instructions for the other values.

// A Chooser is what the selection wants of an instruction set.
type Chooser interface {
	// Choose adds the instructions of a value.
	Choose(v *ssa.Value)
	// StoreSlot adds the store of a value to a slot of the context's Args, all 64 bits of it; LoadSlot the load.
	StoreSlot(i int, v *ssa.Value)
	LoadSlot(i int, v *ssa.Value)
}

// A selected value has a register as soon as one of its users needs it in one.
//
// A load may move down to a user with no effect between them; one that may fault not over another, so that the first of
// two faults is the one that happens.
type selected struct {
	vreg VReg
	// uses counts how often it is an argument of values of this block and of later ones: all others have been given
	// its register.
	uses int32
	// effects and accesses are how many there are before it in its block.
	effects, accesses int32
}

// inRoot is the register of a value that has been folded into its user, and has none.
const inRoot = ^VReg(0)

// A Selection chooses the instructions of functions. It may be used for one function after the other, and keeps its
// memory. The fields of the first group are set by the instruction set.
type Selection struct {
	Registers *Registers
	// Tag has the tag's record at a suspend.
	Tag Reg
	// InstanceHome asks that the frames of functions that call others hold their instance at offset 0.
	InstanceHome bool
	// ContParams, unless it is nil, returns what a continuation of a type takes.
	ContParams func(index uint32) []ssa.Type

	F    *ssa.Func
	Out  *Func
	Root *ssa.Value // whose turn it is
	// Folded is the position of a load that was folded into Root, or -1.
	Folded int32
	// Block is the block of Root.
	Block *ssa.Block
	// Insts are those of one value, in order.
	Insts []Inst

	chooser  Chooser
	values   []selected // by ID of the value
	index    []int32    // by ID of the block: its place
	done     []bool     // by ID of the block
	reversed []Inst     // of the function
	results  []*ssa.Value
	places   []Place
	hasCalls bool
	err      error

	// Memory of the function that Run has returned.
	lists ssa.Arena[VReg]
	succs ssa.Arena[Edge]
	preds ssa.Arena[int]
}

// Run returns the instructions for a function. Its edges must not be critical: a block with several successors only
// goes to blocks with one predecessor, and hands them no arguments. Blocks come after their dominators. The result is
// valid until the next call.
func (s *Selection) Run(f *ssa.Func, c Chooser) (*Func, error) {
	s.begin(f, c)
	for i := len(f.Blocks) - 1; i >= 0; i-- {
		s.selectBlock(i)
		if s.err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, s.err)
		}
	}
	s.finish()
	return s.Out, nil
}

func (s *Selection) begin(f *ssa.Func, c Chooser) {
	values, needed := f.NumValues(), 0
	for _, b := range f.Blocks {
		needed += len(b.Values)
	}
	s.F, s.chooser, s.err, s.hasCalls = f, c, nil, false
	if s.Out == nil {
		s.Out = new(Func)
	}
	// There is about one instruction for a value, two operands with those of the allocator, and half a register.
	// Lists that grow by themselves would be copied, into fresh memory, again and again.
	*s.Out = Func{Blocks: zeroed(s.Out.Blocks, len(f.Blocks)), VRegs: slices.Grow(s.Out.VRegs[:0], needed/2+1)[:1],
		Operands: slices.Grow(s.Out.Operands[:0], 2*needed)}
	s.Out.VRegs[0] = VRegInfo{}
	s.lists.Reset()
	s.succs.Reset()
	s.preds.Reset()
	s.values = zeroed(s.values, values)
	s.index = zeroed(s.index, f.NumBlocks())
	s.done = zeroed(s.done, f.NumBlocks())
	s.reversed, s.results, s.Insts = slices.Grow(s.reversed[:0], needed), s.results[:0], s.Insts[:0]
	for i := range s.index {
		s.index[i] = -1
	}
	for i, b := range f.Blocks {
		s.index[b.ID] = int32(i)
	}
}

// zeroed returns a list of n zeros, in the memory of list if it is large enough.
func zeroed[T any](list []T, n int) []T {
	if cap(list) < n {
		return make([]T, n, n+n/2)
	}
	list = list[:n]
	clear(list)
	return list
}

// finish brings the instructions into their order.
func (s *Selection) finish() {
	n := len(s.reversed)
	slices.Reverse(s.reversed)
	s.Out.Insts = s.reversed
	for i := range s.Out.Blocks {
		b := &s.Out.Blocks[i]
		b.First, b.End = n-b.End, n-b.First
	}
	s.Out.Vectors, s.Out.Catches, s.Out.Inlined = s.F.Vectors, s.F.Catches, s.F.Inlined
	s.Out.InstanceHome = s.InstanceHome && s.hasCalls
	s.Out.Homes = s.F.Homes
}

func (s *Selection) selectBlock(i int) {
	b := s.F.Blocks[i]
	out := &s.Out.Blocks[i]
	s.Block = b
	out.ID, out.LoopDepth, out.IsLoop = i, int(b.LoopDepth), b.IsLoop
	out.First = len(s.reversed)
	s.color(b)
	s.edges(b, out)
	for j := len(b.Values) - 1; j >= 0; j-- {
		if s.err != nil {
			return
		}
		s.value(b.Values[j])
	}
	s.params(i, b, out)
	out.End = len(s.reversed)
	s.done[b.ID] = true
}

// color gives each value of a block the numbers of effects and of accesses before it, and counts uses.
func (s *Selection) color(b *ssa.Block) {
	effects, accesses := int32(0), int32(0)
	for _, v := range b.Values {
		at := &s.values[v.ID]
		at.effects, at.accesses = effects, accesses
		for _, a := range v.Args {
			s.values[a.ID].uses++
		}
		switch {
		case v.Op == ssa.OpLoad:
			accesses++
		case !v.Op.IsRead() && !v.Op.Info().Pure:
			effects++
		}
	}
}

func (s *Selection) edges(b *ssa.Block, out *Block) {
	out.Succs = s.succs.Cut(len(b.Succs))
	for i, e := range b.Succs {
		to := s.index[e.To.ID]
		switch {
		case to < 0:
			s.Failf("an edge to block %d, which is not in the function", e.To.ID)
			return
		case len(b.Succs) > 1 && (!e.To.HasOnePred() || len(e.Args) > 0):
			s.Failf("the edge from block %d to block %d is critical or has arguments", b.ID, e.To.ID)
			return
		}
		var args []VReg
		if len(e.Args) > 0 {
			args = s.lists.Cut(len(e.Args))
			for j, a := range e.Args {
				args[j] = s.VReg(a)
			}
		}
		out.Succs[i] = Edge{To: int(to), Args: args}
	}
	// A table may have several edges here.
	preds := s.preds.Cut(len(b.Preds))[:0]
	for i, p := range b.Preds {
		if i == 0 || p != b.Preds[i-1] {
			preds = append(preds, int(s.index[p.ID]))
		}
	}
	out.Preds = preds
}

// value emits a value if it must be.
func (s *Selection) value(v *ssa.Value) {
	r := s.values[v.ID].vreg
	if r == inRoot || r == 0 && (v.Op.Info().Pure || v.Op.IsRead()) {
		return
	}
	s.Root, s.Folded = v, -1
	switch v.Op {
	case ssa.OpCall, ssa.OpCallRecord, ssa.OpBuiltin, ssa.OpResume, ssa.OpSuspend, ssa.OpSuspendTag, ssa.OpSuspendTo,
		ssa.OpSwitch, ssa.OpResumeThrow, ssa.OpContNew:
		s.call(v)
	case ssa.OpTailCall, ssa.OpTailCallRecord, ssa.OpReenter:
		s.tailCall(v)
	case ssa.OpResult:
		if r != 0 {
			s.results = append(s.results, v)
		}
	case ssa.OpAlloc:
		s.Add(OpAlloc, Inst{Imm: v.Aux}, s.Def(v))
	case ssa.OpNewArray:
		s.newArray(v)
	case ssa.OpFuel:
		s.Add(OpFuel, Inst{}, s.Temp(ssa.I64, NoReg))
	case ssa.OpPoll:
		s.Add(OpPoll, Inst{})
	case ssa.OpJump:
		s.Add(OpJump, Inst{})
	case ssa.OpTable:
		s.table(v)
	case ssa.OpReturn:
		s.Add(OpReturn, Inst{}, s.arguments(nil, v.Args, s.F.Sig.Results)...)
	case ssa.OpTrap:
		s.Add(OpTrap, Inst{Imm: v.Aux})
	case ssa.OpInvoke:
		s.Add(OpInvoke, Inst{Imm: v.Aux})
	default:
		s.chooser.Choose(v)
	}
	s.flush()
}

func (s *Selection) table(v *ssa.Value) {
	if len(v.Block.Succs) == 1 {
		s.Add(OpJump, Inst{})
		return
	}
	s.Add(OpTable, Inst{}, s.UseLate(v.Args[0]), s.Temp(ssa.I64, NoReg), s.Temp(ssa.I64, NoReg))
}

func (s *Selection) newArray(v *ssa.Value) {
	operands := []Operand{s.UseLate(v.Args[0]), s.UseLate(v.Args[1])}
	if !IsZero(v.Args[2]) {
		operands = append(operands, s.UseLate(v.Args[2]))
	}
	operands = append(operands, s.Def(v), s.Temp(ssa.I64, NoReg), s.Temp(ssa.I64, NoReg))
	s.Add(OpArray, Inst{Imm: v.Aux}, operands...)
}

// flush puts the instructions of a value in front of those that are there.
func (s *Selection) flush() {
	for i := len(s.Insts) - 1; i >= 0; i-- {
		s.reversed = append(s.reversed, s.Insts[i])
	}
	s.Insts = s.Insts[:0]
}

// Failf notes that the function has no code, and why.
func (s *Selection) Failf(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// NewVReg makes a virtual register for a value of a type. Integers have 64 bits even
// if the value has 32: their upper halves are zeros, which extending makes use
// of.
func (s *Selection) NewVReg(t ssa.Type) VReg {
	info := VRegInfo{Class: Int, Size: 8}
	if t.IsFloat() {
		info = VRegInfo{Class: Float, Size: uint8(t.Size())}
	}
	s.Out.VRegs = append(s.Out.VRegs, info)
	return VReg(len(s.Out.VRegs) - 1)
}

// Resolve looks through operations that need no instruction.
func Resolve(v *ssa.Value) *ssa.Value {
	for v.Op == ssa.OpExtendU {
		v = v.Args[0]
	}
	return v
}

// VReg returns the register of a value; from now on it is needed.
func (s *Selection) VReg(v *ssa.Value) VReg {
	v = Resolve(v)
	r := s.values[v.ID].vreg
	if r == 0 {
		if v.Block == nil || s.done[v.Block.ID] {
			s.Failf("value %d (%v) is used before its definition", v.ID, v.Op)
		}
		r = s.NewVReg(v.Type)
		s.values[v.ID].vreg = r
	}
	return r
}

// Needed reports whether a user of the value needs it in a register.
func (s *Selection) Needed(v *ssa.Value) bool { return s.values[v.ID].vreg != 0 }

// TakeIn notes that Root does what the value does: it has no register, and is not emitted.
func (s *Selection) TakeIn(v *ssa.Value) { s.values[v.ID].vreg = inRoot }

// Foldable reports whether Root may take v into itself: nobody else uses it, and
// its instruction would be in this block.
func (s *Selection) Foldable(v *ssa.Value) bool {
	at := &s.values[v.ID]
	return at.uses == 1 && v.Block == s.Block && at.vreg == 0
}

// Movable reports whether v is a load that Root may do.
func (s *Selection) Movable(v *ssa.Value) bool {
	if v.Op == ssa.OpLoad && s.values[s.Root.ID].accesses != s.values[v.ID].accesses+1 {
		return false
	}
	return (v.Op == ssa.OpLoad || v.Op == ssa.OpGetInvariant || v.Op.IsRead()) &&
		s.Foldable(v) && s.values[v.ID].effects == s.values[s.Root.ID].effects
}

// Add appends an instruction.
func (s *Selection) Add(op uint16, in Inst, operands ...Operand) {
	in.Op = op
	if s.Root != nil {
		in.Pos = s.Root.Pos
	}
	if s.Folded >= 0 {
		in.Pos = s.Folded
	}
	in.First, in.Count = uint32(len(s.Out.Operands)), uint32(len(operands))
	s.Out.Operands = append(s.Out.Operands, operands...)
	s.Insts = append(s.Insts, in)
}

// Rename gives the instructions of a value, from one on, another register where they name one: rules are expressions
// over new registers, of which the last becomes the value's.
func (s *Selection) Rename(first int, from, to VReg) {
	for _, in := range s.Insts[first:] {
		for i := range s.Out.InstOperands(&in) {
			if o := &s.Out.Operands[int(in.First)+i]; o.V == from {
				o.V = to
			}
		}
	}
}
