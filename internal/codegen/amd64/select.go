package amd64

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A selected value has a register as soon as one of its users needs it in one.
//
// A load may move down to a user with no effect between them; one that may fault not over another, so that the first of
// two faults is the one that happens.
type selected struct {
	vreg codegen.VReg
	// uses counts how often it is an argument of values of this block and of later ones: all others have been given
	// its register.
	uses int32
	// effects and accesses are how many there are before it in its block.
	effects, accesses int32
}

// A Selector chooses instructions. It may be used for one function after the
// other, and keeps its memory.
//
// Blocks are walked from the last to the first and backwards, so that when a value's
// turn comes it is known whether anybody needs it in a register: then it has a
// virtual register. Who uses a value may instead take it into itself, with its
// operands, and it is not emitted at all.
type Selector struct {
	Config Config

	convention *codegen.Convention
	f          *ssa.Func
	cf         *codegen.Func
	values     []selected     // by ID of the value
	index      []int32        // by ID of the block: its place
	done       []bool         // by ID of the block
	insts      []codegen.Inst // of one value, in order
	reversed   []codegen.Inst // of the function
	results    []*ssa.Value   // OpResult values whose calls are to come
	places     []codegen.Place
	operands   []codegen.Operand

	// Memory of the function that Select has returned.
	lists ssa.Arena[codegen.VReg]
	succs ssa.Arena[codegen.Edge]
	preds ssa.Arena[int]

	block    *ssa.Block
	root     *ssa.Value // whose turn it is
	folded   int32      // Pos of a load that was folded into root, or -1
	hasCalls bool
	err      error
}

// Select returns the instructions for a function. Its edges must not be critical: a
// block with several successors only goes to blocks with one predecessor, and
// hands them no arguments. Blocks come after their dominators. The result is valid until
// the next call.
func (s *Selector) Select(f *ssa.Func) (*codegen.Func, error) {
	s.begin(f)
	for i := len(f.Blocks) - 1; i >= 0; i-- {
		s.selectBlock(i)
		if s.err != nil {
			return nil, fmt.Errorf("amd64: %s: %w", f.Name, s.err)
		}
	}
	s.finish()
	return s.cf, nil
}

func (s *Selector) begin(f *ssa.Func) {
	if s.convention == nil {
		s.convention = Convention()
	}
	values, needed := f.NumValues(), 0
	for _, b := range f.Blocks {
		needed += len(b.Values)
	}
	s.f, s.err, s.hasCalls = f, nil, false
	if s.cf == nil {
		s.cf = new(codegen.Func)
	}
	// There is about one instruction for a value, two operands with those of the allocator, and half a register.
	// Lists that grow by themselves would be copied, into fresh memory, again and again.
	*s.cf = codegen.Func{Blocks: zeroed(s.cf.Blocks, len(f.Blocks)), VRegs: slices.Grow(s.cf.VRegs[:0], needed/2+1)[:1],
		Operands: slices.Grow(s.cf.Operands[:0], 2*needed)}
	s.cf.VRegs[0] = codegen.VRegInfo{}
	s.lists.Reset()
	s.succs.Reset()
	s.preds.Reset()
	s.values = zeroed(s.values, values)
	s.index = zeroed(s.index, f.NumBlocks())
	s.done = zeroed(s.done, f.NumBlocks())
	s.reversed, s.results, s.insts = slices.Grow(s.reversed[:0], needed), s.results[:0], s.insts[:0]
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
func (s *Selector) finish() {
	n := len(s.reversed)
	slices.Reverse(s.reversed)
	s.cf.Insts = s.reversed
	for i := range s.cf.Blocks {
		b := &s.cf.Blocks[i]
		b.First, b.End = n-b.End, n-b.First
	}
	s.cf.Vectors, s.cf.Catches = s.f.Vectors, s.f.Catches
	s.cf.InstanceHome = s.Config.InstanceHome && s.hasCalls
	s.cf.Homes = s.f.Homes
}

func (s *Selector) selectBlock(i int) {
	b := s.f.Blocks[i]
	out := &s.cf.Blocks[i]
	s.block = b
	out.ID, out.LoopDepth, out.IsLoop = i, int(b.LoopDepth), b.IsLoop
	out.First = len(s.reversed)
	s.color(b)
	s.edges(b, out)
	for j := len(b.Values) - 1; j >= 0; j-- {
		v := b.Values[j]
		if s.err != nil {
			return
		}
		s.value(v)
	}
	s.params(i, b, out)
	out.End = len(s.reversed)
	s.done[b.ID] = true
}

// color gives each value of a block the numbers of effects and of accesses before it, and counts uses.
func (s *Selector) color(b *ssa.Block) {
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

func (s *Selector) edges(b *ssa.Block, out *codegen.Block) {
	out.Succs = s.succs.Cut(len(b.Succs))
	for i, e := range b.Succs {
		to := s.index[e.To.ID]
		switch {
		case to < 0:
			s.failf("an edge to block %d, which is not in the function", e.To.ID)
			return
		case len(b.Succs) > 1 && (!e.To.HasOnePred() || len(e.Args) > 0):
			s.failf("the edge from block %d to block %d is critical or has arguments", b.ID, e.To.ID)
			return
		}
		var args []codegen.VReg
		if len(e.Args) > 0 {
			args = s.lists.Cut(len(e.Args))
			for j, a := range e.Args {
				args[j] = s.vreg(a)
			}
		}
		out.Succs[i] = codegen.Edge{To: int(to), Args: args}
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

// params emits what defines the parameters of a block that is not entered by edges,
// and lists those of one that is.
func (s *Selector) params(i int, b *ssa.Block, out *codegen.Block) {
	s.root = nil
	switch {
	case i == 0:
		s.entry(b)
	case b.Pad != ssa.NotPad:
		s.pad(b, out)
	default:
		out.Params = s.lists.Cut(len(b.Params))
		for j, p := range b.Params {
			out.Params[j] = s.vreg(p)
		}
	}
	s.flush()
}

// flush puts the instructions of a value in front of those that are there.
func (s *Selector) flush() {
	for i := len(s.insts) - 1; i >= 0; i-- {
		s.reversed = append(s.reversed, s.insts[i])
	}
	s.insts = s.insts[:0]
}

func (s *Selector) failf(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// newVReg makes a virtual register for a value of a type. Integers have 64 bits even
// if the value has 32: their upper halves are zeros, which extending makes use
// of.
func (s *Selector) newVReg(t ssa.Type) codegen.VReg {
	info := codegen.VRegInfo{Class: codegen.Int, Size: 8}
	if t.IsFloat() {
		info = codegen.VRegInfo{Class: codegen.Float, Size: uint8(t.Size())}
	}
	s.cf.VRegs = append(s.cf.VRegs, info)
	return codegen.VReg(len(s.cf.VRegs) - 1)
}

// resolve looks through operations that need no instruction.
func resolve(v *ssa.Value) *ssa.Value {
	for v.Op == ssa.OpExtendU {
		v = v.Args[0]
	}
	return v
}

// vreg returns the register of a value; from now on it is needed.
func (s *Selector) vreg(v *ssa.Value) codegen.VReg {
	v = resolve(v)
	r := s.values[v.ID].vreg
	if r == 0 {
		if v.Block == nil || s.done[v.Block.ID] {
			s.failf("value %d (%v) is used before its definition", v.ID, v.Op)
		}
		r = s.newVReg(v.Type)
		s.values[v.ID].vreg = r
	}
	return r
}

// Operands.

func useOf(r codegen.VReg) codegen.Operand {
	return codegen.Operand{V: r, Kind: codegen.Use, Fixed: NoReg, Reg: NoReg}
}

func fixedUse(r codegen.VReg, reg Reg) codegen.Operand {
	return codegen.Operand{V: r, Kind: codegen.Use, Fixed: reg, Reg: NoReg}
}

func defOf(r codegen.VReg) codegen.Operand {
	return codegen.Operand{V: r, Kind: codegen.Def, Fixed: NoReg, Reg: NoReg}
}

func fixedDef(r codegen.VReg, reg Reg) codegen.Operand {
	return codegen.Operand{V: r, Kind: codegen.Def, Fixed: reg, Reg: NoReg}
}

func clobber(reg Reg) codegen.Operand {
	return codegen.Operand{Kind: codegen.Clobber, Fixed: reg, Reg: NoReg}
}

func (s *Selector) use(v *ssa.Value) codegen.Operand { return useOf(s.vreg(v)) }
func (s *Selector) def(v *ssa.Value) codegen.Operand { return defOf(s.vreg(v)) }

func (s *Selector) useLate(v *ssa.Value) codegen.Operand {
	o := s.use(v)
	o.Kind = codegen.UseLate
	return o
}

func (s *Selector) tied(v *ssa.Value) codegen.Operand {
	o := s.def(v)
	o.Kind = codegen.DefTied
	return o
}

// low is use for an instruction that reads just as many bits as v has, so that what is above them
// does not matter.
func (s *Selector) low(v *ssa.Value) codegen.Operand {
	if v.Op == ssa.OpWrap && s.foldable(v) {
		v = v.Args[0]
	}
	return s.use(v)
}

// temp is a register for an instruction's own use.
func (s *Selector) temp(t ssa.Type, fixed Reg) codegen.Operand {
	return codegen.Operand{V: s.newVReg(t), Kind: codegen.Temp, Fixed: fixed, Reg: NoReg}
}

// add appends an instruction.
func (s *Selector) add(m mop, in codegen.Inst, operands ...codegen.Operand) {
	in.Op = uint16(m)
	if s.root != nil {
		in.Pos = s.root.Pos
	}
	if s.folded >= 0 {
		in.Pos = s.folded
	}
	in.First, in.Count = uint32(len(s.cf.Operands)), uint32(len(operands))
	s.cf.Operands = append(s.cf.Operands, operands...)
	s.insts = append(s.insts, in)
}

// addMem appends an instruction with an address.
func (s *Selector) addMem(m mop, in codegen.Inst, a address, operands ...codegen.Operand) {
	in.Scale, in.Disp = a.scale, a.disp
	s.operands = append(s.operands[:0], operands...)
	if a.scale&addrBase != 0 {
		s.operands = append(s.operands, useOf(a.base))
	}
	if a.scale&scaleMask != 0 {
		s.operands = append(s.operands, useOf(a.index))
	}
	s.add(m, in, s.operands...)
}

// sizeOf returns the size of a type.
func sizeOf(t ssa.Type) Size { return Size(bits.TrailingZeros(uint(t.Size()))) }

// constant returns the value of an integer constant, with its sign.
func constant(v *ssa.Value) (int64, bool) {
	if v.Op == ssa.OpExtendU && v.Args[0].Op == ssa.OpConst {
		return int64(uint32(v.Args[0].Aux)), true
	}
	if v.Op != ssa.OpConst || v.Type.IsFloat() {
		return 0, false
	}
	if v.Type == ssa.I32 {
		return int64(int32(v.Aux)), true
	}
	return v.Aux, true
}

// immediate returns the value of a constant that fits into an instruction.
func immediate(v *ssa.Value) (int64, bool) {
	c, ok := constant(v)
	return c, ok && c == int64(int32(c))
}

// inRoot is the register of a value that has been folded into its user, and has none.
const inRoot = ^codegen.VReg(0)

// foldable reports whether root may take v into itself: nobody else uses it, and
// its instruction would be in this block.
func (s *Selector) foldable(v *ssa.Value) bool {
	at := &s.values[v.ID]
	return at.uses == 1 && v.Block == s.block && at.vreg == 0
}

// isZero reports whether v is the integer 0.
func isZero(v *ssa.Value) bool {
	c, ok := constant(v)
	return ok && c == 0
}

// fits reports whether an offset fits into a displacement.
func fits(disp int64) bool { return math.MinInt32 <= disp && disp <= math.MaxInt32 }
