package arm64

import (
	"weft/internal/codegen"
	"weft/internal/ssa"
)

// A border writes the code between Go and compiled functions. Its scratch register is that of the emitter; what jumps
// goes through the register that compiled code never uses, so that all others may be live.
//
// The stack pointer must be a multiple of 16 where memory is accessed through it. On the border it is not everywhere:
// so the code here accesses the stack through a copy.
type border struct{ Assembler }

// mem is the memory of a field.
func mem(f codegen.Field) Mem { return At(f.Base, f.Offset) }

// inContext is a field of the context.
func inContext(offset int32) Mem { return At(contextReg, offset) }

// Align implements [codegen.Border].
func (b *border) Align(bytes int) {
	for b.Pos()%bytes != 0 {
		b.word(uint32(Nop))
	}
}

func (b *border) Load(r Reg, from codegen.Field) { b.Access(LdrX, r, mem(from)) }
func (b *border) Store(to codegen.Field, r Reg)  { b.Access(StrX, r, mem(to)) }

// LoadValue implements [codegen.Border].
func (b *border) LoadValue(r Reg, from codegen.Field, t ssa.Type) {
	load := LdrX
	switch t {
	case ssa.F32:
		load = LdrS
	case ssa.F64:
		load = LdrD
	case ssa.V128:
		load = LdrQ
	case ssa.I32:
		load = LdrW
	}
	b.Access(load, r, mem(from))
}

// StoreValue implements [codegen.Border].
func (b *border) StoreValue(to codegen.Field, r Reg, t ssa.Type) {
	switch t {
	case ssa.F32:
		b.RR(FmovOut, numberReg, r)
		b.Access(StrX, numberReg, mem(to))
	case ssa.F64:
		b.Access(StrD, r, mem(to))
	case ssa.V128:
		b.Access(StrQ, r, mem(to))
	default:
		b.Access(StrX, r, mem(to))
	}
}

// Set64 implements [codegen.Border].
func (b *border) Set64(to codegen.Field, v int32) {
	b.MovImm(scratchReg, int64(v))
	b.Access(StrX, scratchReg, mem(to))
}

// Set32 implements [codegen.Border].
func (b *border) Set32(to codegen.Field, v int32) {
	b.MovImm(scratchReg, int64(v))
	b.Access(StrW, scratchReg, mem(to))
}

// Copy64From32 implements [codegen.Border].
func (b *border) Copy64From32(to, from codegen.Field) {
	b.Access(LdrW, scratchReg, mem(from))
	b.Access(StrX, scratchReg, mem(to))
}

// Copy32From64 implements [codegen.Border].
func (b *border) Copy32From64(to, from codegen.Field) {
	b.Access(LdrX, scratchReg, mem(from))
	b.Access(StrW, scratchReg, mem(to))
}

func (b *border) Address(r Reg, f codegen.Field) { b.AddConst(S64, r, f.Base, int64(f.Offset)) }

// StoreLabel implements [codegen.Border].
func (b *border) StoreLabel(to codegen.Field, l Label) {
	b.Adr(scratchReg, l)
	b.Access(StrX, scratchReg, mem(to))
}

// LoadStack implements [codegen.Border].
func (b *border) LoadStack(from codegen.Field) { b.loadStack(mem(from)) }

func (b *border) loadStack(from Mem) {
	b.Access(LdrX, scratchReg, from)
	b.MovToSP(scratchReg)
}

// StoreStack implements [codegen.Border].
func (b *border) StoreStack(to codegen.Field) { b.storeStack(mem(to)) }

func (b *border) storeStack(to Mem) {
	b.MovFromSP(scratchReg)
	b.Access(StrX, scratchReg, to)
}

// The instructions that move the flags.
const (
	mrsNZCV Op = 0xd53b4200
	msrNZCV Op = 0xd51b4200
)

// SaveFlags implements [codegen.Border].
func (b *border) SaveFlags(to codegen.Field) {
	b.R(mrsNZCV, scratchReg)
	b.Access(StrX, scratchReg, mem(to))
}

// RestoreFlags implements [codegen.Border].
func (b *border) RestoreFlags(from codegen.Field) {
	b.Access(LdrX, scratchReg, mem(from))
	b.R(msrNZCV, scratchReg)
}

// Prefetch implements [codegen.Border]: for a load, to stay.
func (b *border) Prefetch(f codegen.Field) { b.Access(Prfm, 0, mem(f)) }

func (b *border) SetNumber(r Reg, v int32)      { b.MovImm(r, int64(v)) }
func (b *border) Move(to, from Reg)             { b.Mov(S64, to, from) }
func (b *border) Add(to, from Reg)              { b.RRR(Add.Of(S64), to, to, from) }
func (b *border) Increase(r Reg, c int32)       { b.AddConst(S64, r, r, int64(c)) }
func (b *border) And(to, from Reg)              { b.RRR(And.Of(S64), to, to, from) }
func (b *border) Multiply(to, from Reg)         { b.RRR(Mul.Of(S64), to, to, from) }
func (b *border) Load32(r Reg, f codegen.Field) { b.Access(LdrW, r, mem(f)) }

// AddFrom implements [codegen.Border].
func (b *border) AddFrom(r Reg, f codegen.Field) {
	b.Access(LdrX, scratchReg, mem(f))
	b.Add(r, scratchReg)
}

// AndFrom implements [codegen.Border].
func (b *border) AndFrom(r Reg, f codegen.Field) {
	b.Access(LdrX, scratchReg, mem(f))
	b.And(r, scratchReg)
}

// IncreaseAt implements [codegen.Border].
func (b *border) IncreaseAt(f codegen.Field, c int32) {
	b.Access(LdrX, scratchReg, mem(f))
	b.Increase(scratchReg, c)
	b.Access(StrX, scratchReg, mem(f))
}

func (b *border) CopyStack(r Reg) { b.MovFromSP(r) }
func (b *border) SetStack(r Reg)  { b.MovToSP(r) }

// ShiftLeft implements [codegen.Border].
func (b *border) ShiftLeft(r Reg, bits uint8) {
	b.MovImm(scratchReg, int64(bits))
	b.RRR(Lslv.Of(S64), r, r, scratchReg)
}

// ShiftRight implements [codegen.Border].
func (b *border) ShiftRight(r Reg, bits uint8) {
	b.MovImm(scratchReg, int64(bits))
	b.RRR(Lsrv.Of(S64), r, r, scratchReg)
}

// LoadAtomic implements [codegen.Border].
func (b *border) LoadAtomic(r Reg, f codegen.Field) {
	b.Address(scratchReg, f)
	b.RR(Ldar.OfMem(S64), r, scratchReg)
}

// LoadAtomic32 implements [codegen.Border].
func (b *border) LoadAtomic32(r Reg, f codegen.Field) {
	b.Address(scratchReg, f)
	b.RR(Ldar.OfMem(S32), r, scratchReg)
}

// SetAtomic implements [codegen.Border]. A load-acquire behind it waits for it, whoever fences.
func (b *border) SetAtomic(to codegen.Field, v int32, _ bool) {
	b.Address(scratchReg, to)
	b.MovImm(resumeReg, int64(v))
	b.RR(Stlr.OfMem(S32), resumeReg, scratchReg)
}

// JumpIf implements [codegen.Border].
func (b *border) JumpIf(x Reg, c codegen.Condition, y Reg, l Label) {
	b.Cmp(S64, x, y)
	b.BCond([...]Cond{codegen.IfEqual: EQ, codegen.IfNotEqual: NE, codegen.IfBelow: LO, codegen.IfAboveOrEqual: HS}[c], l)
}

// JumpIfAt implements [codegen.Border].
func (b *border) JumpIfAt(x Reg, c codegen.Condition, f codegen.Field, l Label) {
	b.Access(LdrX, scratchReg, mem(f))
	b.JumpIf(x, c, scratchReg, l)
}

// JumpIfSet32 implements [codegen.Border].
func (b *border) JumpIfSet32(f codegen.Field, l Label) {
	b.Access(LdrW, scratchReg, mem(f))
	b.Cbnz(S32, scratchReg, l)
}

func (b *border) JumpIfZero(r Reg, l Label)    { b.Cbz(S64, r, l) }
func (b *border) JumpIfNotZero(r Reg, l Label) { b.Cbnz(S64, r, l) }
func (b *border) JumpTo(l Label)               { b.B(l) }

// Jump implements [codegen.Border].
func (b *border) Jump(to codegen.Field) {
	b.Access(LdrX, resumeReg, mem(to))
	b.Assembler.Jump(resumeReg)
}

// Call implements [codegen.Border].
func (b *border) Call(to codegen.Field) {
	b.Access(LdrX, scratchReg, mem(to))
	b.Assembler.Call(scratchReg)
}

// JumpUnlessByte implements [codegen.Border].
func (b *border) JumpUnlessByte(r Reg, f codegen.Field, l Label) {
	b.Access(Ldrb, scratchReg, mem(f))
	b.RRR(SubsExt|extUXTB, ZR, scratchReg, r)
	b.BCond(NE, l)
}

// Called implements [codegen.Border].
func (b *border) Called() {
	b.AddConst(S64, SP, SP, -8)
	b.MovFromSP(scratchReg)
	b.Access(StrX, LR, At(scratchReg, 0))
}

// Return implements [codegen.Border].
func (b *border) Return() {
	b.MovFromSP(scratchReg)
	b.Access(LdrX, LR, At(scratchReg, 0))
	b.AddConst(S64, SP, SP, 8)
	b.Ret()
}

// ReturnsTo implements [codegen.Border].
func (b *border) ReturnsTo(f codegen.Field) { b.Access(LdrX, LR, mem(f)) }

// OpenFrame implements [codegen.Border].
func (b *border) OpenFrame() {
	b.AddConst(S64, SP, SP, -16)
	b.Access(StrX, ZR, At(SP, 0))
}

func (b *border) Breakpoint() { b.word(uint32(Brk)) }

// FromGo implements [codegen.Border]. Go's frame pointer is in X29, and enter returns to LR.
func (b *border) FromGo() {
	b.storeStack(inContext(codegen.OffGoSP))
	b.Access(StrX, X29, inContext(codegen.OffGoBP))
	b.Access(StrX, LR, inContext(codegen.OffGoLR))
}

// ToGo implements [codegen.Border].
func (b *border) ToGo() {
	b.loadStack(inContext(codegen.OffGoSP))
	b.Access(LdrX, X29, inContext(codegen.OffGoBP))
	b.Access(LdrX, LR, inContext(codegen.OffGoLR))
}

func (b *border) ReturnToGo() { b.Ret() }

// isb drops what was fetched.
const isb Op = 0xd5033fdf

// Synchronize implements [codegen.Border].
func (b *border) Synchronize() { b.word(uint32(isb)) }
