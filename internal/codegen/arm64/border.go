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
