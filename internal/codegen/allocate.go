package codegen

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"weft/internal/ssa"
)

// Register allocation.
//
// The input is in SSA form: every virtual register, a value, is defined once. Every call
// destroys every register, so that what lives across a call is in the frame. With that, most
// values live for a short time between two calls, and those that do not are in the frame
// anyway: there is little that a global assignment of registers could win. So the allocator is
// greedy: it goes through the blocks in reverse postorder and through the instructions of a block
// forwards, knowing at each point what the registers contain, and for each value how far away
// its next use is.
//
//  1. Liveness (liveness.go): for each block the values that live at its start, with the distance to
//     their next use. Leaving a loop and passing a call count as long distances.
//  2. A block starts (start.go) with what is in registers at the end of a predecessor, a loop with
//     what it uses before it calls.
//  3. An instruction (instruction.go) finds its operands in registers, or gets them there: by a move, by
//     making a constant again, or from the frame. If there is no free register, the value whose
//     next use is farthest away loses its own. That costs nothing at this point: a value in
//     the frame is stored once, where it is defined, not where it loses its register.
//     Registers are chosen with a hint: where the next use with a fixed register wants the
//     value, found by going through the block backwards before (block.go).
//  4. When all blocks are done, moves on the edges (edges.go, moves.go) bring the registers from what they
//     contain at the end of a block to what its successor starts with.
//  5. Each value that was loaded from the frame is stored there once, at the best place between
//     its definition and the loads (spill.go), and slots are shared by values that do not live at
//     the same time (frame.go).
//  6. The instructions are put together (assemble.go).
//
// A value may be in several registers at once (a copy was made for an operand with a fixed
// register), in different ones at different places, and in the frame besides. Splitting
// of live ranges is thus implicit. [Check] proves the outcome.
//
// What the allocator adds stands between any two instructions, and before the last one of
// a block with one successor. So that one has no operands, and an instruction set's
// moves, loads, stores and constants leave the flags alone.

// Distances to the next use, in instructions. They only guide choices.
const (
	never    = 1 << 30 // not used any more
	callDist = 1 << 16 // behind a call
	exitDist = 1 << 12 // behind the end of a loop, for each loop
	// rematDist is how far away the next use of a value may be for which the value lives,
	// if an instruction without operands makes it again.
	rematDist = 1 << 9
)

// numRegs is above the number of every register.
const numRegs = 64

// A regSet is a set of registers.
type regSet = uint64

func bit(r Reg) regSet { return 1 << (r & (numRegs - 1)) }

// first returns a register of a set that is not empty.
func first(s regSet) Reg { return Reg(bits.TrailingZeros64(s)) }

// A value is what the allocator knows of a virtual register.
type value struct {
	regs  regSet // that contain it at this point
	next  int32  // position of the next use in the block, never
	block int32  // that defines it

	hint      Reg // that a use wants, if hintEpoch is Allocator.hints
	prefer    Reg // that another edge has it in: see Allocator.preferArgs
	defReg    Reg // where the definition puts it
	spilled   bool
	inFrame   bool // a parameter that edges write to the frame
	inOut     bool // def is an index in out; else the value is a parameter
	hintEpoch uint32
	def       int32 // index in out of the definition

	mark  uint32 // liveness: epoch in which at is valid
	at    int32
	loads int32 // the lowest block that dominates all loads from the frame, or -1

	readers int32 // parallel: how many moves that are still to make read it
	writer  int32 // parallel: 1 + the move that writes its slot

	slotFrom, slotTo int32 // positions between which the slot is in use
	slot             int32
}

// A held register contains a value.
type held struct {
	reg Reg
	v   VReg
}

// A span is a range of an array.
type span struct{ from, to int32 }

// blockState is what the allocator knows of a block.
type blockState struct {
	rpo    int32 // place in Allocator.order, -1 if the block cannot be reached
	header int32 // of the innermost loop around the block, or -1
	loop   int32 // of which it is the header: index in Allocator.loops, or -1
	length int32 // distance from the beginning to the end
	pos    int32 // of the block in the function, for slots
	dirty  bool
	done   bool

	live          []distance // at the beginning, without parameters
	exposed       span       // in Allocator.exposed
	start, end    []held
	body          span // in out
	before, after span // moves of edges in out: at the start, and before the last instruction
}

// An Allocator gives registers to the operands of functions. It may be used for one function
// after another, and keeps its memory.
type Allocator struct {
	m     *Machine
	f     *Func
	err   error
	class [2]regSet

	vals    []value
	blocks  []blockState
	order   []int32 // reverse postorder
	loops   []loop
	exposed []distance

	dominators ssa.Dominators // by place in order
	epoch      uint32         // of value.mark
	hints      uint32         // of value.hintEpoch: hints do not reach beyond calls

	// Of operands, by index in Func.Operands: the position of the next use, and
	// the register that it wants.
	nextAt []int32
	hintAt []Reg
	// wanted are the registers that instructions of the block want behind each
	// one, up to the next call.
	wanted []regSet

	// The current point.
	content [numRegs]VReg
	used    regSet // registers that contain a value
	cur     int32  // block
	inst    int32  // index of the instruction in the block
	pos     int32  // its position

	out      []Inst
	insts    []Inst    // of the function, in the end
	operands []Operand // of the allocator's instructions, to stand behind the function's
	wants    []want
	spare    VReg  // the value in the spare slot
	spares   int32 // the size of the spare place, in slots

	distances ssa.Arena[distance]
	helds     ssa.Arena[held]
	scratch   []distance
	spilled   []VReg
	spills    []spill
	stack     []frameOfSearch
	heaps     [maxSlots]slotHeap // by the number of slots, less 1
}

// NewAllocator returns an allocator for a machine.
func NewAllocator(m *Machine) *Allocator {
	a := &Allocator{m: m}
	for c, list := range m.Allocatable {
		for _, r := range list {
			a.class[c] |= bit(r)
		}
	}
	return a
}

// Allocate gives registers to the operands of f; see [Allocator.Allocate].
func Allocate(f *Func, m *Machine) error { return NewAllocator(m).Allocate(f) }

// Allocate gives registers to the operands of f, adds moves, and sets the size of
// its frame. Blocks that cannot be reached become empty. The instructions are valid until the
// next function. It fails if f is
// malformed, or if an instruction needs more registers than there are; f is of no use then.
func (a *Allocator) Allocate(f *Func) error {
	a.reset(f)
	if err := a.verify(); err != nil {
		return err
	}
	a.sortBlocks()
	a.findDominators()
	if err := a.liveness(); err != nil {
		return err
	}
	if live := a.blocks[0].live; len(live) > 0 {
		return fmt.Errorf("codegen: v%d is used where it is not defined", live[0].v)
	}
	a.findLoops()
	for _, b := range a.order {
		a.allocateBlock(b)
		if a.err != nil {
			return a.err
		}
	}
	a.edges()
	a.frame()
	a.placeSpills()
	a.assemble()
	return a.err
}

// reset forgets the function before.
func (a *Allocator) reset(f *Func) {
	a.f, a.err = f, nil
	a.vals = resize(a.vals, len(f.VRegs))
	for i := range a.vals {
		a.vals[i] = value{next: never, block: -1, hint: NoReg, prefer: NoReg, defReg: NoReg, loads: -1, slotFrom: never, slotTo: -1, slot: -1}
	}
	a.blocks = resize(a.blocks, len(f.Blocks))
	pos := int32(0)
	for i := range a.blocks {
		a.blocks[i] = blockState{rpo: -1, header: -1, loop: -1, pos: pos}
		pos += int32(f.Blocks[i].End-f.Blocks[i].First) + 2
	}
	a.nextAt = resize(a.nextAt, len(f.Operands))
	a.hintAt = resize(a.hintAt, len(f.Operands))
	a.content, a.used, a.epoch, a.hints = [numRegs]VReg{}, 0, 0, 0
	a.out = slices.Grow(a.out[:0], len(f.Insts)+len(f.Insts)/2)
	a.exposed, a.order, a.spilled, a.spills = a.exposed[:0], a.order[:0], a.spilled[:0], a.spills[:0]
	a.operands, a.spares, a.spare = a.operands[:0], 0, 0
	a.distances.Reset()
	a.helds.Reset()
}

// verify checks what the allocator relies on.
func (a *Allocator) verify() error {
	f := a.f
	if len(f.Blocks) == 0 {
		return errors.New("codegen: a function without blocks")
	}
	if len(f.Blocks[0].Preds) != 0 || len(f.Blocks[0].Params) != 0 {
		return errors.New("codegen: block 0 has predecessors or parameters")
	}
	for i := range f.Blocks {
		b := &f.Blocks[i]
		for _, e := range b.Succs {
			if e.To <= 0 || e.To >= len(f.Blocks) {
				return fmt.Errorf("codegen: block %d goes to block %d of %d", i, e.To, len(f.Blocks))
			}
			to := &f.Blocks[e.To]
			switch {
			case len(b.Succs) > 1 && (len(to.Preds) != 1 || len(e.Args) != 0):
				return fmt.Errorf("codegen: the edge from block %d to block %d is critical or has arguments", i, e.To)
			case !to.Pad && len(e.Args) != len(to.Params):
				return fmt.Errorf("codegen: block %d hands block %d %d arguments, not %d", i, e.To, len(e.Args), len(to.Params))
			}
		}
		if len(b.Succs) == 1 && !f.Blocks[b.Succs[0].To].Pad && (b.End == b.First || f.Insts[b.End-1].Count != 0) {
			return fmt.Errorf("codegen: block %d has one successor and does not end with a jump", i)
		}
		if b.Pad && len(b.PadRegs) != len(b.Params) {
			return fmt.Errorf("codegen: block %d has %d parameters and %d registers for them", i, len(b.Params), len(b.PadRegs))
		}
	}
	return nil
}

// assign notes that a free register contains a value from now on.
func (a *Allocator) assign(r Reg, v VReg) {
	a.content[r] = v
	a.used |= bit(r)
	a.vals[v].regs |= bit(r)
}

// release notes that a register contains nothing.
func (a *Allocator) release(r Reg) {
	if v := a.content[r]; v != 0 {
		a.vals[v].regs &^= bit(r)
		a.content[r] = 0
		a.used &^= bit(r)
	}
}

// releaseAll empties registers.
func (a *Allocator) releaseAll(s regSet) {
	for s &= a.used; s != 0; s &= s - 1 {
		a.release(first(s))
	}
}

// fail keeps the first error.
func (a *Allocator) fail(what string) {
	if a.err == nil {
		a.err = fmt.Errorf("codegen: block %d, instruction %d: %s", a.cur, a.inst, what)
	}
}

// resize returns a list of n elements, in s if it has room. They have any value.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
