package amd64

import (
	"fmt"

	"weft/internal/codegen"
)

// Reg is a register. The numbers are the hardware's: general registers from 0,
// X registers (the SSE ones) from 16.
type Reg = codegen.Reg

// The registers. NoReg stands where a register may be absent.
const (
	RAX Reg = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
	X0
	X1
	X2
	X3
	X4
	X5
	X6
	X7
	X8
	X9
	X10
	X11
	X12
	X13
	X14
	X15

	NoReg = codegen.NoReg
)

// ripLabel is the base of an operand that is addressed relative to the
// instruction pointer; its displacement is the number of a label.
const ripLabel Reg = 0xfe

var regNames = [32]string{
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
	"xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15",
}

// RegName returns the register's name in Intel's syntax.
func RegName(r Reg) string {
	switch {
	case int(r) < len(regNames):
		return regNames[r]
	case r == NoReg:
		return "noreg"
	}
	return fmt.Sprintf("reg(%d)", uint8(r))
}

// isX reports whether r is an X register.
func isX(r Reg) bool { return X0 <= r && r <= X15 }

// Size is the size of an integer operand: the logarithm of its bytes.
type Size uint8

// The sizes.
const (
	S8 Size = iota
	S16
	S32
	S64
	S128 // of vectors
)

// Mem is an operand in memory: Base + Index*Scale + Disp.
//
// Base may be NoReg: then the address is absolute, in the first or last 2 GiB.
// Scale is 1, 2, 4 or 8; where it is 0, or Index is NoReg, there is no index.
// RSP cannot be an index.
type Mem struct {
	Base, Index Reg
	Scale       uint8
	Disp        int32
}

// At is the memory at base + disp.
func At(base Reg, disp int32) Mem { return Mem{Base: base, Index: NoReg, Disp: disp} }

// Indexed is the memory at base + index*scale + disp.
func Indexed(base, index Reg, scale uint8, disp int32) Mem {
	return Mem{Base: base, Index: index, Scale: scale, Disp: disp}
}

// AtLabel is the memory at a label, in the code.
func AtLabel(l Label) Mem { return Mem{Base: ripLabel, Index: NoReg, Disp: int32(l)} }

// Cond is a condition on the flags, as Jcc, SETcc and CMOVcc take it.
type Cond uint8

// The conditions: B, AE, BE and A compare unsigned integers, and floats after
// UCOMISD; L, GE, LE and G compare signed ones. P tells that floats are
// unordered.
const (
	O Cond = iota
	NO
	B
	AE
	E
	NE
	BE
	A
	S
	NS
	P
	NP
	L
	GE
	LE
	G
)

var condNames = [16]string{"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"}

// String returns the suffix that the mnemonics of Intel's syntax have.
func (c Cond) String() string { return condNames[c&15] }

// Invert returns the condition that holds when c does not.
func (c Cond) Invert() Cond { return c ^ 1 }

// Swap returns the condition that holds for (y, x) when c holds for (x, y),
// compared as integers. Only E, NE and the orders can be swapped.
func (c Cond) Swap() Cond {
	switch c {
	case B:
		return A
	case A:
		return B
	case AE:
		return BE
	case BE:
		return AE
	case L:
		return G
	case G:
		return L
	case LE:
		return GE
	case GE:
		return LE
	}
	return c
}
