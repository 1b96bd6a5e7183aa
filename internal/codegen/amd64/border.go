package amd64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A border writes the code between Go and compiled functions. Each operation is an instruction or two.
type border struct{ a Assembler }

// mem is the memory of a field.
func mem(f codegen.Field) Mem { return At(f.Base, f.Offset) }

// inContext is a field of the context.
func inContext(offset int32) Mem { return At(contextReg, offset) }

func (b *border) NewLabel() codegen.Label    { return codegen.Label(b.a.NewLabel()) }
func (b *border) Bind(l codegen.Label)       { b.a.Bind(Label(l)) }
func (b *border) Align(n int)                { b.a.Align(n) }
func (b *border) Finish() []byte             { return b.a.Finish() }
func (b *border) Offset(l codegen.Label) int { return b.a.Offset(Label(l)) }

func (b *border) Load(r Reg, from codegen.Field) { b.a.Load(S64, r, mem(from)) }
func (b *border) Store(to codegen.Field, r Reg)  { b.a.Store(S64, mem(to), r) }

// LoadValue implements [codegen.Border].
func (b *border) LoadValue(r Reg, from codegen.Field, t ssa.Type) {
	switch t {
	case ssa.F32:
		b.a.SSELoad(Movss, r, mem(from))
	case ssa.F64:
		b.a.SSELoad(Movsd, r, mem(from))
	case ssa.V128:
		b.a.SSELoad(Movups, r, mem(from))
	case ssa.I32:
		b.a.Load(S32, r, mem(from))
	default:
		b.a.Load(S64, r, mem(from))
	}
}

// StoreValue implements [codegen.Border].
func (b *border) StoreValue(to codegen.Field, r Reg, t ssa.Type) {
	switch t {
	case ssa.F32:
		b.a.MovFromX(S32, numberReg, r)
		b.a.Store(S64, mem(to), numberReg)
	case ssa.F64:
		b.a.SSEStore(Movsd, mem(to), r)
	case ssa.V128:
		b.a.SSEStore(Movups, mem(to), r)
	default:
		b.a.Store(S64, mem(to), r)
	}
}

func (b *border) Set64(to codegen.Field, v int32) { b.a.StoreImm(S64, mem(to), v) }
func (b *border) Set32(to codegen.Field, v int32) { b.a.StoreImm(S32, mem(to), v) }

// Copy64From32 implements [codegen.Border].
func (b *border) Copy64From32(to, from codegen.Field) {
	b.a.Load(S32, RAX, mem(from))
	b.a.Store(S64, mem(to), RAX)
}

// Copy32From64 implements [codegen.Border].
func (b *border) Copy32From64(to, from codegen.Field) {
	b.a.Load(S64, RAX, mem(from))
	b.a.Store(S32, mem(to), RAX)
}

func (b *border) Address(r Reg, f codegen.Field) { b.a.Lea(S64, r, mem(f)) }

// StoreLabel implements [codegen.Border].
func (b *border) StoreLabel(to codegen.Field, l codegen.Label) {
	b.a.Lea(S64, RAX, AtLabel(l))
	b.a.Store(S64, mem(to), RAX)
}

func (b *border) LoadStack(from codegen.Field) { b.a.Load(S64, RSP, mem(from)) }
func (b *border) StoreStack(to codegen.Field)  { b.a.Store(S64, mem(to), RSP) }

// SaveFlags implements [codegen.Border]. LAHF does not have OF, which SETO adds.
func (b *border) SaveFlags(to codegen.Field) {
	b.a.Lahf()
	b.a.Set(O, RAX)
	b.a.Store(S64, mem(to), RAX)
}

// RestoreFlags implements [codegen.Border].
func (b *border) RestoreFlags(from codegen.Field) {
	b.a.Load(S64, RAX, mem(from))
	b.a.ALUImm(ADD, S8, RAX, 127) // overflows if OF was set
	b.a.Sahf()
}

func (b *border) Prefetch(f codegen.Field) { b.a.Prefetch(mem(f)) }

func (b *border) SetNumber(r Reg, v int32)            { b.a.MovImm(r, int64(v)) }
func (b *border) Move(to, from Reg)                   { b.a.Mov(S64, to, from) }
func (b *border) Add(to, from Reg)                    { b.a.ALU(ADD, S64, to, from) }
func (b *border) Increase(r Reg, c int32)             { b.a.ALUImm(ADD, S64, r, c) }
func (b *border) AddFrom(r Reg, f codegen.Field)      { b.a.ALULoad(ADD, S64, r, mem(f)) }
func (b *border) IncreaseAt(f codegen.Field, c int32) { b.a.ALUStoreImm(ADD, S64, mem(f), c) }
func (b *border) AndFrom(r Reg, f codegen.Field)      { b.a.ALULoad(AND, S64, r, mem(f)) }
func (b *border) ShiftLeft(r Reg, bits uint8)         { b.a.ShiftImm(SHL, S64, r, bits) }
func (b *border) CopyStack(r Reg)                     { b.a.Mov(S64, r, RSP) }
func (b *border) SetStack(r Reg)                      { b.a.Mov(S64, RSP, r) }
func (b *border) And(to, from Reg)                    { b.a.ALU(AND, S64, to, from) }
func (b *border) Multiply(to, from Reg)               { b.a.Op(Imul, S64, to, from) }
func (b *border) ShiftRight(r Reg, bits uint8)        { b.a.ShiftImm(SHR, S64, r, bits) }
func (b *border) Load32(r Reg, f codegen.Field)       { b.a.Load(S32, r, mem(f)) }

// LoadAtomic implements [codegen.Border]: loads are in order.
func (b *border) LoadAtomic(r Reg, f codegen.Field)   { b.Load(r, f) }
func (b *border) LoadAtomic32(r Reg, f codegen.Field) { b.Load32(r, f) }

// SetAtomic implements [codegen.Border]. Stores are in order, but a later load may come before.
func (b *border) SetAtomic(to codegen.Field, v int32, othersFence bool) {
	if othersFence {
		b.Set32(to, v)
		return
	}
	b.a.MovImm(RAX, int64(v))
	b.a.XchgMem(S32, mem(to), RAX)
}

// JumpIf implements [codegen.Border].
func (b *border) JumpIf(x Reg, c codegen.Condition, y Reg, l codegen.Label) {
	b.a.ALU(CMP, S64, x, y)
	b.a.Jcc(condition(c), Label(l))
}

// JumpIfAt implements [codegen.Border].
func (b *border) JumpIfAt(x Reg, c codegen.Condition, f codegen.Field, l codegen.Label) {
	b.a.ALULoad(CMP, S64, x, mem(f))
	b.a.Jcc(condition(c), Label(l))
}

func condition(c codegen.Condition) Cond {
	return [...]Cond{codegen.IfEqual: E, codegen.IfNotEqual: NE, codegen.IfBelow: B, codegen.IfAboveOrEqual: AE}[c]
}

// JumpIfSet32 implements [codegen.Border].
func (b *border) JumpIfSet32(f codegen.Field, l codegen.Label) {
	b.a.ALUStoreImm(CMP, S32, mem(f), 0)
	b.a.Jcc(NE, Label(l))
}

// JumpIfZero implements [codegen.Border].
func (b *border) JumpIfZero(r Reg, l codegen.Label) {
	b.a.Test(S64, r, r)
	b.a.Jcc(E, Label(l))
}

// JumpIfNotZero implements [codegen.Border].
func (b *border) JumpIfNotZero(r Reg, l codegen.Label) {
	b.a.Test(S64, r, r)
	b.a.Jcc(NE, Label(l))
}

func (b *border) JumpTo(l codegen.Label) { b.a.Jmp(Label(l)) }

func (b *border) Jump(to codegen.Field) { b.a.JmpMem(mem(to)) }
func (b *border) Call(to codegen.Field) { b.a.CallMem(mem(to)) }

// JumpUnlessByte implements [codegen.Border].
func (b *border) JumpUnlessByte(r Reg, f codegen.Field, l codegen.Label) {
	b.a.ALULoad(CMP, S8, r, mem(f))
	b.a.Jcc(NE, Label(l))
}

// Called implements [codegen.Border]: the processor has put the return address onto the stack.
func (b *border) Called() {}

func (b *border) Return() { b.a.Ret() }

// ReturnsTo implements [codegen.Border].
func (b *border) ReturnsTo(codegen.Field) {}

// OpenFrame implements [codegen.Border].
func (b *border) OpenFrame() {
	b.a.ALUImm(SUB, S64, RSP, 8)
	b.a.StoreImm(S64, At(RSP, 0), 0)
}

func (b *border) Mark(clauses int32) { b.a.Mark(clauses) }
func (b *border) Breakpoint()        { b.a.Int3() }

// FromGo implements [codegen.Border]. Go's frame pointer is in RBP.
func (b *border) FromGo() {
	b.a.Store(S64, inContext(codegen.OffGoSP), RSP)
	b.a.Store(S64, inContext(codegen.OffGoBP), RBP)
}

// ToGo implements [codegen.Border].
func (b *border) ToGo() {
	b.a.Load(S64, RSP, inContext(codegen.OffGoSP))
	b.a.Load(S64, RBP, inContext(codegen.OffGoBP))
}

func (b *border) ReturnToGo() { b.a.Ret() }

// Synchronize implements [codegen.Border]: processors look by themselves.
func (b *border) Synchronize() {}
