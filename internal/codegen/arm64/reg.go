package arm64

import (
	"fmt"

	"weft/internal/codegen"
)

// Reg is a register. General registers have the numbers 0 to 31, V registers 32 to 63.
type Reg = codegen.Reg

// The registers. In instructions, number 31 is the stack pointer or zero, depending on the instruction and the
// operand: SP and ZR are two names of it.
const (
	X0 Reg = iota
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
	X16
	X17
	X18
	X19
	X20
	X21
	X22
	X23
	X24
	X25
	X26
	X27
	X28
	X29
	X30
	SP
	V0

	ZR    = SP
	LR    = X30
	NoReg = codegen.NoReg
)

// isV reports whether r is a V register.
func isV(r Reg) bool { return V0 <= r && r < V0+32 }

// RegName returns the register's name: that of all its 64 or 128 bits.
func RegName(r Reg) string {
	switch {
	case r < SP:
		return fmt.Sprintf("x%d", r)
	case r == SP:
		return "sp"
	case isV(r):
		return fmt.Sprintf("v%d", r-V0)
	case r == NoReg:
		return "noreg"
	}
	return fmt.Sprintf("reg(%d)", uint8(r))
}

// Size is the size of an operand: the logarithm of its bytes.
type Size uint8

// The sizes.
const (
	S8 Size = iota
	S16
	S32
	S64
	S128
)

// Cond is a condition on the flags.
type Cond uint8

// The conditions. After a comparison of floats, MI, LS, GT and GE tell "less" and so on, and are false if there is a
// NaN.
const (
	EQ Cond = iota
	NE
	HS // unsigned at least
	LO // unsigned less
	MI
	PL
	VS // overflow; of floats: one is a NaN
	VC
	HI // unsigned greater
	LS // unsigned at most
	GE
	LT
	GT
	LE
)

// Invert returns the condition that holds when c does not.
func (c Cond) Invert() Cond { return c ^ 1 }
