package codegen

// The instructions of a machine for tests.
const (
	opArgs  uint16 = iota + 1 // defines the parameters
	opConst                   // may be made again
	opAdd                     // tied, commutative
	opSub                     // tied
	opLea                     // three registers
	opDiv                     // r0 tied, the second operand late, destroys r2
	opShl                     // tied, the count in r1
	opMix                     // a use, a late use, a temporary
	opStore                   // two uses
	opCall
	opBr
	opJump
	opRet
	opFAdd // tied, commutative
	opFMix // a use, a late use
)

// testMachine has n integer and m floating-point registers.
func testMachine(n, m int) *Machine {
	mach := &Machine{Scratch: 31}
	for i := range n {
		mach.Allocatable[Int] = append(mach.Allocatable[Int], Reg(i))
	}
	for i := range m {
		mach.Allocatable[Float] = append(mach.Allocatable[Float], Reg(16+i))
	}
	return mach
}

// A builder makes functions of machine instructions.
type builder struct {
	m      *Machine
	f      *Func
	blocks [][]Inst // of each block
	cur    int
	depth  int
}

func newBuilder(m *Machine) *builder {
	return &builder{m: m, f: &Func{VRegs: make([]VRegInfo, 1)}, cur: -1}
}

// block adds a block.
func (b *builder) block() int {
	id := len(b.f.Blocks)
	b.f.Blocks = append(b.f.Blocks, Block{ID: id, LoopDepth: b.depth})
	b.blocks = append(b.blocks, nil)
	return id
}

// vreg adds a virtual register.
func (b *builder) vreg(c Class, size uint8) VReg {
	b.f.VRegs = append(b.f.VRegs, VRegInfo{Class: c, Size: size})
	return VReg(len(b.f.VRegs) - 1)
}

// edge adds an edge.
func (b *builder) edge(from, to int, args ...VReg) {
	b.f.Blocks[from].Succs = append(b.f.Blocks[from].Succs, Edge{To: to, Args: args})
	b.f.Blocks[to].Preds = append(b.f.Blocks[to].Preds, from)
}

// inst adds an instruction to the current block.
func (b *builder) inst(op uint16, flags InstFlags, ops ...Operand) {
	for i := range ops {
		ops[i].Reg = NoReg
	}
	b.blocks[b.cur] = append(b.blocks[b.cur], Inst{Op: op, Flags: flags, First: uint32(len(b.f.Operands)), Count: uint32(len(ops))})
	b.f.Operands = append(b.f.Operands, ops...)
}

// finish returns the function.
func (b *builder) finish() *Func {
	for i, list := range b.blocks {
		b.f.Blocks[i].First = len(b.f.Insts)
		b.f.Insts = append(b.f.Insts, list...)
		b.f.Blocks[i].End = len(b.f.Insts)
	}
	return b.f
}

func use(v VReg) Operand             { return Operand{V: v, Kind: Use, Fixed: NoReg} }
func late(v VReg) Operand            { return Operand{V: v, Kind: UseLate, Fixed: NoReg} }
func def(v VReg) Operand             { return Operand{V: v, Kind: Def, Fixed: NoReg} }
func tied(v VReg) Operand            { return Operand{V: v, Kind: DefTied, Fixed: NoReg} }
func temp() Operand                  { return Operand{Kind: Temp, Fixed: NoReg} }
func fixed(o Operand, r Reg) Operand { o.Fixed = r; return o }

// call adds a call with arguments and results in the first registers.
func (b *builder) call(op uint16, flags InstFlags, args, results []VReg) {
	var ops []Operand
	next := [2]int{}
	for _, v := range args {
		c := b.f.VRegs[v].Class
		ops = append(ops, fixed(use(v), b.m.Allocatable[c][next[c]]))
		next[c]++
	}
	next = [2]int{}
	for _, v := range results {
		c := b.f.VRegs[v].Class
		ops = append(ops, fixed(def(v), b.m.Allocatable[c][next[c]]))
		next[c]++
	}
	b.inst(op, flags, ops...)
}
