package codegen

import (
	"math"
	"math/bits"
	"slices"

	"weft/internal/ssa"
	"weft/wasm"
)

// Emission of bytes.
//
// An [Emission] is what every instruction set keeps while it emits a function: the blocks and where jumps lead, what
// stands behind the function because it is rare, and the tables beside the code. An instruction set embeds it.

// An Assembly is what the emission must know of an assembler.
type Assembly interface {
	NewLabel() Label
	// Pos is the offset at which the next instruction begins, Final what has become of it in the finished code, and
	// Offset that of a label there.
	Pos() int
	Final(offset int) int
	Offset(l Label) int
}

// An Exit is a trap: where it is raised, behind the function.
type Exit struct {
	Label Label
	Trap  wasm.TrapCode
	Pos   int32
}

// An Away leaves the function's way for something rare, and comes back to it. In is the instruction that it is for.
type Away struct {
	Away, Back Label
	In         *Inst
}

// A JumpTable has the distances of its targets from its beginning.
type JumpTable struct {
	Label   Label
	Targets []Edge
}

// A CatchTable is what the mark of a suspension in a try_table leads to: the clauses around.
type CatchTable struct {
	Label Label
	List  int // in Func.Catches
	Pads  []Edge
}

// A BoundStart is where continuations go on with bound values.
type BoundStart struct {
	Label   Label
	Binding *Binding
}

// sitePads are the landing pads of a call's site.
type sitePads struct {
	site  int
	edges []Edge
}

// An Emission is the state of emitting one function after the other; it keeps its memory.
type Emission struct {
	F    *Func
	Code *Code
	// Block is the block that is emitted, Next the one that is emitted after it.
	Block, Next int
	// Start is the function's beginning. Leaf says that it calls nothing.
	Start Label
	Leaf  bool

	// What stands behind the function.
	Exits     []Exit
	Polls     []Away
	Refills   []Away // runs of cells for the collected heap; they try again
	Arrays    []Away
	Foreign   []Away  // calls of functions that other instances have; they go on with the call
	TailHosts []Label // where tail calls go on that are of a host function
	Tables    []JumpTable
	Catches   []CatchTable
	Bound     []BoundStart
	kept      []Reg // of one poll

	assembly Assembly
	blocks   []Label
	place    int   // of the next block, in the order
	targets  []int // by block: itself, or where it leads if it only jumps
	order    []int // of blocks (rotate.go)
	places   []int // by block: where it is in the order
	tops     []bool
	call     int // the site of the block's last call, which an invoke gives its pads to; -1 for none
	pads     []sitePads
	sites    []Site
	marks    []Mark
	inlined  *ssa.InlinedCall // to which the last mark belongs
	details  []Detail
	calls    []Relocation
}

// Begin prepares for a function. The assembler's labels begin with those of the blocks.
func (e *Emission) Begin(f *Func, a Assembly) {
	e.F, e.Code, e.assembly = f, &Code{FrameSize: f.FrameSize, Indivisible: f.Begins}, a
	e.Exits, e.Polls, e.Refills, e.Arrays = e.Exits[:0], e.Polls[:0], e.Refills[:0], e.Arrays[:0]
	e.Tables, e.Catches, e.Bound, e.TailHosts = e.Tables[:0], e.Catches[:0], e.Bound[:0], e.TailHosts[:0]
	e.Foreign = e.Foreign[:0]
	// Of four instructions about one is a call or may fault.
	e.blocks, e.sites, e.calls = e.blocks[:0], slices.Grow(e.sites[:0], len(f.Insts)/4), e.calls[:0]
	e.details, e.pads = e.details[:0], e.pads[:0]
	e.marks, e.inlined = e.marks[:0], nil
	for range f.Blocks {
		e.blocks = append(e.blocks, a.NewLabel())
	}
	e.Leaf = true
	for i := range f.Insts {
		if f.Insts[i].Flags&Call != 0 {
			e.Leaf = false
		}
		if isIndivisible(f.Insts[i].Op & opMask) {
			e.Code.Indivisible = true
		}
	}
	e.thread()
	e.arrange()
	e.Start = a.NewLabel()
	e.place, e.Next = 0, 0
}

// opMask is what of an Op tells which operation it is; an instruction set may use the rest for forms of it.
const opMask = 0xff

// NextBlock goes on to the next block that is not left out, and returns it, nil behind the last.
func (e *Emission) NextBlock() *Block {
	blocks := e.F.Blocks
	if e.place >= len(blocks) {
		return nil
	}
	e.Block, e.call = e.order[e.place], -1
	for e.place++; e.place < len(blocks); e.place++ {
		next := e.order[e.place]
		if e.targets[next] == next && blocks[next].First < blocks[next].End {
			e.Next = next
			return &blocks[e.Block]
		}
	}
	e.Next = len(blocks)
	return &blocks[e.Block]
}

// BlockLabel is where the current block begins, to be bound.
func (e *Emission) BlockLabel() Label { return e.blocks[e.Block] }

// Succs are the successors of the current block.
func (e *Emission) Succs() []Edge { return e.F.Blocks[e.Block].Succs }

// longestThread is how many jumps thread follows. Most chains lead forward and are
// followed once, from their ends.
const longestThread = 64

// thread finds the blocks that only jump: who goes there goes on to where they do. One
// block of a loop that does nothing else stays.
func (e *Emission) thread() {
	blocks := e.F.Blocks
	e.targets = e.targets[:0]
	for i := range blocks {
		e.targets = append(e.targets, i)
		b := &blocks[i]
		if b.End-b.First == 1 && e.F.Insts[b.First].Op == OpJump {
			e.targets[i] = b.Succs[0].To
		}
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		to := e.targets[i]
		for n := 0; e.targets[to] != to; n++ {
			if to = e.targets[to]; to == i || n == longestThread {
				to = i
				break
			}
		}
		e.targets[i] = to
	}
}

// Label returns where a jump to a block goes.
func (e *Emission) Label(block int) Label { return e.blocks[e.targets[block]] }

// IsNext reports whether a jump to a block goes to what is emitted next.
func (e *Emission) IsNext(block int) bool { return e.targets[block] == e.Next }

// Reg returns the register of an operand.
func (e *Emission) Reg(in *Inst, i int) Reg { return e.F.Operands[in.First+uint32(i)].Reg }

// Mark records where the code of an instruction begins, if the one before belongs to another call. What the allocator
// has added belongs to what is before it.
func (e *Emission) Mark(in *Inst) {
	if len(e.F.Inlined) > 0 && in.Pos != 0 {
		e.mark(in.Pos)
	}
}

// MarkAway records where code of an instruction begins that stands behind the function: it is not that of the last call
// before it.
func (e *Emission) MarkAway(in *Inst) {
	e.marks = append(e.marks, Mark{uint32(e.assembly.Pos()), in.Pos})
}

func (e *Emission) mark(pos int32) {
	if c := e.F.Inlined.At(pos); c != e.inlined {
		e.inlined = c
		e.marks = append(e.marks, Mark{uint32(e.assembly.Pos()), pos})
	}
}

// Site records that something can happen here.
func (e *Emission) Site(pos int32, trap wasm.TrapCode) {
	e.sites = append(e.sites, Site{Offset: uint32(e.assembly.Pos()), Pos: pos, Trap: trap})
}

// FaultSite records that the next instruction may fault.
func (e *Emission) FaultSite(pos int32) {
	e.Site(pos, wasm.TrapMemoryOutOfBounds)
	e.sites[len(e.sites)-1].Fault = true
}

// Called records the site of a call.
func (e *Emission) Called(in *Inst) {
	e.call = len(e.sites)
	e.Site(in.Pos, wasm.TrapNone)
}

// Switched says what the last call does to stacks.
func (e *Emission) Switched(kind SwitchKind) { e.sites[e.call].Switch = kind }

// Detail returns what there is of the site behind the last call besides itself.
func (e *Emission) Detail() *Detail { return e.sites[e.call].AddDetail(&e.details) }

// InvokePads gives the pads of an invoke to the last call.
func (e *Emission) InvokePads(in *Inst) {
	if succs := e.Succs(); len(succs) > 1 {
		e.pads = append(e.pads, sitePads{e.call, succs[1:]})
		e.Detail().Catches = int32(in.Imm)
	}
}

// CatchTable notes the clauses around a switch of stacks in a try_table, and returns where their table will be.
func (e *Emission) CatchTable() Label {
	b := &e.F.Blocks[e.Block]
	t := CatchTable{Label: e.assembly.NewLabel(), List: int(e.F.Insts[b.End-1].Imm)}
	t.Pads = b.Succs[len(b.Succs)-len(e.F.Catches[t.List]):]
	e.Catches = append(e.Catches, t)
	return t.Label
}

// CatchEntries calls a function for what stands in the table of clauses: a word for each tag, and the landing pad.
// Clauses behind a tag that no word can tell are left out: the engine looks at them itself.
func (e *Emission) CatchEntries(t *CatchTable, tagPtr func(tag uint32) int64, entry func(tag int32, pad Label)) {
	for i, c := range e.F.Catches[t.List] {
		tag := int64(0)
		if c.Kind.HasTag() {
			tag = tagPtr(c.Tag)
		}
		if tag > math.MaxInt32 {
			return
		}
		if c.Kind.HasRef() {
			tag |= CatchWantsRef
		}
		entry(int32(tag), e.Label(t.Pads[i].To))
	}
}

// Relocation records a call of one of the module's own functions; offset is that of its displacement.
func (e *Emission) Relocation(offset int, own uint32, indirect bool) {
	e.calls = append(e.calls, Relocation{Offset: uint32(offset), Func: own, Indirect: indirect})
}

// Trap returns the label of an exit.
func (e *Emission) Trap(trap wasm.TrapCode, pos int32) Label {
	for i := len(e.Exits) - 1; i >= 0 && e.Exits[i].Pos == pos; i-- {
		if e.Exits[i].Trap == trap {
			return e.Exits[i].Label
		}
	}
	l := e.assembly.NewLabel()
	e.Exits = append(e.Exits, Exit{l, trap, pos})
	return l
}

// NewAway makes the labels of a way that is rare.
func (e *Emission) NewAway(in *Inst) Away {
	return Away{e.assembly.NewLabel(), e.assembly.NewLabel(), in}
}

// KeptAtPoll returns the registers that code keeps itself, at KeptAt, where it leaves at a poll: those that contain
// something, if they are few, and none for floats or vectors, which are numbered from firstFloat on; else a stub has to
// keep them.
func (e *Emission) KeptAtPoll(in *Inst, firstFloat Reg) (kept []Reg, few bool) {
	set := regSet(in.Imm)
	if set>>firstFloat != 0 || bits.OnesCount64(set) > FewKept {
		return nil, false
	}
	kept = e.kept[:0]
	for ; set != 0; set &= set - 1 {
		kept = append(kept, first(set))
	}
	e.kept = kept
	return kept, true
}

// ArrayRegs are the registers of an OpArray. Word is NoReg for 0.
type ArrayRegs struct{ Type, Len, Word, Made, Words, Class Reg }

// ArrayRegs returns the registers of an OpArray.
func (e *Emission) ArrayRegs(in *Inst) ArrayRegs {
	r := ArrayRegs{Type: e.Reg(in, 0), Len: e.Reg(in, 1), Word: NoReg}
	rest := 2
	if in.Count == 6 {
		r.Word, rest = e.Reg(in, 2), 3
	}
	r.Made, r.Words, r.Class = e.Reg(in, rest), e.Reg(in, rest+1), e.Reg(in, rest+2)
	return r
}

// Finish completes the code, whose bytes are finished, with its tables. Offsets become those in the finished code.
func (e *Emission) Finish(finished []byte) *Code {
	code, a := e.Code, e.assembly
	code.Bytes = slices.Clone(finished)
	code.Sites, code.Details, code.Calls = slices.Clone(e.sites), slices.Clone(e.details), slices.Clone(e.calls)
	code.Marks = slices.Clone(e.marks)
	for i := range code.Marks {
		m := &code.Marks[i]
		m.Offset = uint32(a.Final(int(m.Offset)))
	}
	code.Prologue = a.Final(code.Prologue)
	for i := range code.Calls {
		r := &code.Calls[i]
		r.Offset = uint32(a.Final(int(r.Offset)))
	}
	for i := range code.Sites {
		s := &code.Sites[i]
		s.Offset = uint32(a.Final(int(s.Offset)))
	}
	if code.Grow != 0 {
		code.Grow = a.Final(code.Grow)
	}
	for _, p := range e.pads {
		list := make([]uint32, len(p.edges))
		for i, edge := range p.edges {
			list[i] = uint32(a.Offset(e.Label(edge.To)))
		}
		code.Sites[p.site].AddDetail(&code.Details).Pads = list
	}
	return code
}
