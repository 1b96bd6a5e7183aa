package amd64

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// disassemble gives code in Intel's syntax, instructions separated by "; ". A
// REX prefix that says nothing is reported.
func disassemble(t *testing.T, code []byte) string {
	t.Helper()
	var lines []string
	for at := 0; at < len(code); {
		inst, err := x86asm.Decode(code[at:], 64)
		if err != nil {
			t.Fatalf("% x at byte %d: %v", code, at, err)
		}
		if idleREX(inst) {
			t.Errorf("% x has a REX prefix for nothing", code[at:at+inst.Len])
		}
		lines = append(lines, x86asm.IntelSyntax(inst, uint64(at), nil))
		at += inst.Len
	}
	return strings.Join(lines, "; ")
}

// idleREX reports whether an instruction has a REX prefix without bits, and no
// register that exists only with one.
func idleREX(inst x86asm.Inst) bool {
	for _, arg := range inst.Args {
		if r, ok := arg.(x86asm.Reg); ok && x86asm.SPB <= r && r <= x86asm.DIB {
			return false
		}
	}
	for _, p := range inst.Prefix {
		if p&0xff == x86asm.PrefixREX {
			return true
		}
	}
	return false
}

// assembled runs emit on an assembler of its own.
func assembled(emit func(a *Assembler)) []byte {
	var a Assembler
	emit(&a)
	return a.Finish()
}

// check compares what emit emits with text; the text is that of one instruction,
// so that stray bytes are noticed.
func check(t *testing.T, want string, emit func(a *Assembler)) {
	t.Helper()
	code := assembled(emit)
	if got := disassemble(t, code); got != want {
		t.Errorf("% x is\n\t%s, want\n\t%s", code, got, want)
	}
}

// sizes are what the disassembler calls operands of a Size.
var sizes = [4]struct{ pointer, suffix string }{{"byte", "b"}, {"word", "w"}, {"dword", "d"}, {"qword", ""}}

// name is a register's name as an operand of a size.
func name(size Size, r Reg) string {
	low := [8]string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"}
	switch {
	case isX(r):
		return RegName(r)
	case r >= R8:
		if size == S8 {
			return RegName(r) + "b"
		}
		return RegName(r) + sizes[size].suffix
	case size == S8 && r < RSP:
		return low[r][:1] + "l"
	case size == S8:
		return low[r] + "l"
	case size == S16:
		return low[r]
	case size == S32:
		return "e" + low[r]
	}
	return RegName(r)
}

// number is a signed immediate of a size as the disassembler shows it.
func number(v int64) string {
	if v < 0 {
		return fmt.Sprintf("-%#x", -v)
	}
	return fmt.Sprintf("%#x", v)
}

// addressText is a memory operand without its size.
func addressText(m Mem) string {
	var s string
	if m.Base != NoReg {
		s = RegName(m.Base)
	}
	if m.Scale != 0 && m.Index != NoReg {
		if s != "" {
			s += "+"
		}
		if m.Scale > 1 {
			s += fmt.Sprintf("%d*", m.Scale)
		}
		s += RegName(m.Index)
	}
	disp := int64(m.Disp)
	if m.Base == NoReg || disp != int64(int8(disp)) {
		disp = int64(uint32(m.Disp)) // the disassembler shows 32 bits so
	}
	switch {
	case disp == 0:
	case s == "" || disp < 0:
		s += number(disp)
	default:
		s += "+" + number(disp)
	}
	return "[" + s + "]"
}

// memory is a memory operand of a size.
func memory(size Size, m Mem) string { return sizes[size].pointer + " ptr " + addressText(m) }

// general are the general registers, and xs the X registers.
func general() []Reg { return registers(RAX) }
func xs() []Reg      { return registers(X0) }

func registers(first Reg) []Reg {
	list := make([]Reg, 16)
	for i := range list {
		list[i] = first + Reg(i)
	}
	return list
}

// addresses are all kinds of memory operands, with every register as a base and
// as an index, and displacements at the edges of their encodings.
func addresses() []Mem {
	var list []Mem
	displacements := []int32{0, 1, -1, 127, -128, 128, -129, 0x7fffffff, -0x7fffffff}
	for _, disp := range displacements {
		for _, base := range general() {
			list = append(list, At(base, disp))
			for _, index := range general() {
				if index == RSP {
					continue
				}
				for _, scale := range []uint8{1, 2, 4, 8} {
					list = append(list, Indexed(base, index, scale, disp))
				}
			}
		}
		for _, index := range general() {
			if index != RSP {
				list = append(list, Indexed(NoReg, index, 8, disp))
			}
		}
		list = append(list, At(NoReg, disp))
	}
	return list
}

// truncated is an immediate of which as many bits count as the size has.
func truncated(size Size, v int32) string {
	switch size {
	case S8:
		return number(int64(uint8(v)))
	case S16:
		return number(int64(int16(v)))
	}
	return number(int64(v))
}
