package amd64

import (
	"testing"
)

// TestAddresses encodes every kind of memory operand, in an instruction that has
// nothing after it and in one that has an immediate.
func TestAddresses(t *testing.T) {
	for _, m := range addresses() {
		for _, r := range []Reg{RCX, RBP, R12} {
			check(t, "mov "+name(S64, r)+", "+memory(S64, m), func(a *Assembler) { a.Load(S64, r, m) })
		}
		check(t, "mov "+memory(S32, m)+", 0x11223344", func(a *Assembler) { a.StoreImm(S32, m, 0x11223344) })
		check(t, "addsd xmm9, "+memory(S64, m), func(a *Assembler) { a.SSELoad(Addsd, X9, m) })
	}
}

// TestRegisters encodes every pair of registers in every size, and every one as
// the only operand.
func TestRegisters(t *testing.T) {
	for _, x := range general() {
		for _, y := range general() {
			for size := S8; size <= S64; size++ {
				check(t, "sub "+name(size, x)+", "+name(size, y), func(a *Assembler) { a.ALU(SUB, size, x, y) })
				check(t, "mov "+name(size, x)+", "+name(size, y), func(a *Assembler) { a.Mov(size, x, y) })
				check(t, "test "+name(size, x)+", "+name(size, y), func(a *Assembler) { a.Test(size, x, y) })
				m := At(x, 0)
				check(t, "mov "+memory(size, m)+", "+name(size, y), func(a *Assembler) { a.Store(size, m, y) })
			}
			check(t, "movzx "+name(S32, x)+", "+name(S8, y), func(a *Assembler) { a.Op(Movzx8, S32, x, y) })
			check(t, "movsx "+name(S64, x)+", "+name(S8, y), func(a *Assembler) { a.Op(Movsx8, S64, x, y) })
			check(t, "movsxd "+name(S64, x)+", "+name(S32, y), func(a *Assembler) { a.Op(Movsxd, S64, x, y) })
			check(t, "imul "+name(S32, x)+", "+name(S32, y), func(a *Assembler) { a.Op(Imul, S32, x, y) })
		}
		for _, y := range xs() {
			check(t, "movq "+name(S64, x)+", "+RegName(y), func(a *Assembler) { a.MovFromX(S64, x, y) })
			check(t, "movd "+RegName(y)+", "+name(S32, x), func(a *Assembler) { a.Op(MovToX, S32, y, x) })
			check(t, "cvttsd2si "+name(S64, x)+", "+RegName(y), func(a *Assembler) { a.Op(Cvttsd2si, S64, x, y) })
			check(t, "cvtsi2ss "+RegName(y)+", "+name(S64, x), func(a *Assembler) { a.Op(Cvtsi2ss, S64, y, x) })
		}
		for size := S8; size <= S64; size++ {
			check(t, "neg "+name(size, x), func(a *Assembler) { a.Unary(NEG, size, x) })
			check(t, "shl "+name(size, x)+", cl", func(a *Assembler) { a.ShiftCL(SHL, size, x) })
			check(t, "sar "+name(size, x)+", 0x7", func(a *Assembler) { a.ShiftImm(SAR, size, x, 7) })
			check(t, "ror "+name(size, x)+", 0x1", func(a *Assembler) { a.ShiftImm(ROR, size, x, 1) })
		}
		check(t, "setnz "+name(S8, x), func(a *Assembler) { a.Set(NE, x) })
		check(t, "push "+name(S64, x), func(a *Assembler) { a.Push(x) })
		check(t, "pop "+name(S64, x), func(a *Assembler) { a.Pop(x) })
		check(t, "call "+name(S64, x), func(a *Assembler) { a.CallReg(x) })
		check(t, "jmp "+name(S64, x), func(a *Assembler) { a.JmpReg(x) })
		check(t, "xor "+name(S32, x)+", "+name(S32, x), func(a *Assembler) { a.Zero(x) })
	}
	for _, x := range xs() {
		for _, y := range xs() {
			check(t, "mulsd "+RegName(x)+", "+RegName(y), func(a *Assembler) { a.SSE(Mulsd, x, y) })
			check(t, "xorps "+RegName(x)+", "+RegName(y), func(a *Assembler) { a.SSE(Xorps, x, y) })
			check(t, "roundsd "+RegName(x)+", "+RegName(y)+", 0x9", func(a *Assembler) { a.SSEImm(Roundsd, x, y, RoundFloor) })
		}
	}
}

// TestImmediates encodes constants at the edges of their encodings.
func TestImmediates(t *testing.T) {
	for _, v := range []int32{0, 1, -1, 127, -128, 128, -129, 0x7fff, -0x8000, 0x7fffffff, -0x80000000} {
		for _, x := range []Reg{RAX, RCX, RSP, RSI, R8, R13} {
			for size := S8; size <= S64; size++ {
				imm := truncated(size, v)
				check(t, "add "+name(size, x)+", "+imm, func(a *Assembler) { a.ALUImm(ADD, size, x, v) })
				check(t, "cmp "+name(size, x)+", "+imm, func(a *Assembler) { a.ALUImm(CMP, size, x, v) })
				check(t, "test "+name(size, x)+", "+imm, func(a *Assembler) { a.TestImm(size, x, v) })
				m := Indexed(x, R9, 4, 300)
				check(t, "and "+memory(size, m)+", "+imm, func(a *Assembler) { a.ALUStoreImm(AND, size, m, v) })
				check(t, "mov "+memory(size, m)+", "+imm, func(a *Assembler) { a.StoreImm(size, m, v) })
				check(t, "test "+memory(size, m)+", "+imm, func(a *Assembler) { a.TestMemImm(size, m, v) })
			}
			for size := S32; size <= S64; size++ {
				check(t, "imul "+name(size, x)+", r9"+sizes[size].suffix+", "+number(int64(v)),
					func(a *Assembler) { a.ImulImm(size, x, R9, v) })
			}
		}
	}
}

// TestMistakes holds that what cannot be encoded is not.
func TestMistakes(t *testing.T) {
	for want, emit := range map[string]func(a *Assembler){
		"amd64: RSP as an index":               func(a *Assembler) { a.Load(S64, RAX, Indexed(RAX, RSP, 1, 0)) },
		"amd64: a scale of 3":                  func(a *Assembler) { a.Load(S64, RAX, Indexed(RAX, RCX, 3, 0)) },
		"amd64: an alignment of 24":            func(a *Assembler) { a.Align(24) },
		"amd64: label 0 is bound twice":        func(a *Assembler) { l := a.NewLabel(); a.Bind(l); a.Bind(l) },
		"amd64: label 0 is used and not bound": func(a *Assembler) { a.Jmp(a.NewLabel()) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panic %v, want %s", got, want)
				}
			}()
			assembled(emit)
		}()
	}
}
