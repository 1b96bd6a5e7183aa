package amd64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// aluNames are in the order of the encoding, as the operations are.
var aluNames = []string{"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"}

// operands are two memory operands: one whose encoding has all extra bits and
// bytes, and one with the fewest.
var operands = []Mem{Indexed(R13, R9, 4, 0x1234), At(RBX, 0)}

func TestALU(t *testing.T) {
	for i, text := range aluNames {
		op := ALU(i)
		for size := S8; size <= S64; size++ {
			check(t, text+" "+name(size, RSI)+", "+name(size, R11), func(a *Assembler) { a.ALU(op, size, RSI, R11) })
			check(t, text+" "+name(size, RAX)+", 0x7", func(a *Assembler) { a.ALUImm(op, size, RAX, 7) })
			check(t, text+" "+name(size, R11)+", 0x7", func(a *Assembler) { a.ALUImm(op, size, R11, 7) })
			for _, m := range operands {
				check(t, text+" "+name(size, RDI)+", "+memory(size, m), func(a *Assembler) { a.ALULoad(op, size, RDI, m) })
				check(t, text+" "+memory(size, m)+", "+name(size, RDI), func(a *Assembler) { a.ALUStore(op, size, m, RDI) })
				check(t, text+" "+memory(size, m)+", 0x7", func(a *Assembler) { a.ALUStoreImm(op, size, m, 7) })
				if op != CMP { // which does not write
					check(t, "lock "+text+" "+memory(size, m)+", "+name(size, RDI), func(a *Assembler) {
						a.Lock()
						a.ALUStore(op, size, m, RDI)
					})
				}
			}
		}
	}
}

func TestUnaryAndShifts(t *testing.T) {
	for text, op := range map[string]Unary{"inc": INC, "dec": DEC, "not": NOT, "neg": NEG, "mul": MUL, "imul": IMUL, "div": DIV, "idiv": IDIV} {
		for size := S8; size <= S64; size++ {
			check(t, text+" "+name(size, R9), func(a *Assembler) { a.Unary(op, size, R9) })
			for _, m := range operands {
				check(t, text+" "+memory(size, m), func(a *Assembler) { a.UnaryMem(op, size, m) })
			}
		}
	}
	for text, op := range map[string]Shift{"rol": ROL, "ror": ROR, "shl": SHL, "shr": SHR, "sar": SAR} {
		for size := S8; size <= S64; size++ {
			check(t, text+" "+name(size, RDI)+", cl", func(a *Assembler) { a.ShiftCL(op, size, RDI) })
			check(t, text+" "+name(size, RDI)+", 0x1", func(a *Assembler) { a.ShiftImm(op, size, RDI, 1) })
			check(t, text+" "+name(size, RDI)+", 0x5", func(a *Assembler) { a.ShiftImm(op, size, RDI, 5) })
			for _, m := range operands {
				check(t, text+" "+memory(size, m)+", cl", func(a *Assembler) { a.ShiftMemCL(op, size, m) })
				check(t, text+" "+memory(size, m)+", 0x5", func(a *Assembler) { a.ShiftMemImm(op, size, m, 5) })
			}
		}
	}
}

func TestOp(t *testing.T) {
	for _, c := range []struct {
		text     string
		op       Op
		dst, src Reg
		from     Size // of the second operand; whole means that of the first
	}{
		{"imul", Imul, RCX, R8, whole},
		{"movzx", Movzx8, RCX, RDI, S8},
		{"movzx", Movzx16, RCX, RDI, S16},
		{"movsx", Movsx8, RCX, RDI, S8},
		{"movsx", Movsx16, RCX, RDI, S16},
		{"popcnt", Popcnt, R12, RDI, whole},
		{"lzcnt", Lzcnt, RBP, R12, whole},
		{"tzcnt", Tzcnt, R12, RSP, whole},
		{"bsr", Bsr, RDX, R12, whole},
		{"bsf", Bsf, RDX, R12, whole},
		{"cvtsi2ss", Cvtsi2ss, X11, R12, whole},
		{"cvtsi2sd", Cvtsi2sd, X11, RAX, whole},
		{"cvttss2si", Cvttss2si, R10, X1, S32},
		{"cvttsd2si", Cvttsd2si, R10, X9, S64},
		{"cvtss2si", Cvtss2si, R10, X1, S32},
		{"cvtsd2si", Cvtsd2si, R10, X9, S64},
	} {
		for size := S32; size <= S64; size++ {
			from := c.from
			if from == whole {
				from = size
			}
			first := c.text + " " + name(size, c.dst) + ", "
			check(t, first+name(from, c.src), func(a *Assembler) { a.Op(c.op, size, c.dst, c.src) })
			for _, m := range operands {
				check(t, first+memory(from, m), func(a *Assembler) { a.OpLoad(c.op, size, c.dst, m) })
			}
		}
	}
	for _, m := range operands {
		check(t, "movsxd rax, "+memory(S32, m), func(a *Assembler) { a.OpLoad(Movsxd, S64, RAX, m) })
		check(t, "lea rsi, ptr "+addressText(m), func(a *Assembler) { a.Lea(S64, RSI, m) })
		check(t, "lea r9d, ptr "+addressText(m), func(a *Assembler) { a.Lea(S32, R9, m) })
		check(t, "imul r9d, "+memory(S32, m)+", 0x64", func(a *Assembler) { a.ImulLoadImm(S32, R9, m, 100) })
		check(t, "imul r9, "+memory(S64, m)+", 0x3e8", func(a *Assembler) { a.ImulLoadImm(S64, R9, m, 1000) })
	}
	check(t, "movd ebx, xmm3", func(a *Assembler) { a.MovFromX(S32, RBX, X3) })
	check(t, "movq xmm3, rbx", func(a *Assembler) { a.Op(MovToX, S64, X3, RBX) })
}

const whole Size = 0xff

func TestConditions(t *testing.T) {
	names := []string{"o", "no", "b", "nb", "z", "nz", "be", "nbe", "s", "ns", "p", "np", "l", "nl", "le", "nle"}
	for i, text := range names {
		c := Cond(i)
		check(t, "set"+text+" sil", func(a *Assembler) { a.Set(c, RSI) })
		check(t, "cmov"+text+" esi, r9d", func(a *Assembler) { a.Op(Cmov(c), S32, RSI, R9) })
		for _, m := range operands {
			check(t, "set"+text+" "+memory(S8, m), func(a *Assembler) { a.SetMem(c, m) })
			check(t, "cmov"+text+" rsi, "+memory(S64, m), func(a *Assembler) { a.OpLoad(Cmov(c), S64, RSI, m) })
		}
		far := func(a *Assembler) { l := a.NewLabel(); a.Jcc(c, l); a.Nop(200); a.Bind(l) }
		if got, want := disassemble(t, assembled(far)[:6]), "j"+text+" .+0xc8"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		check(t, "j"+text+" .-0x2", func(a *Assembler) { l := a.NewLabel(); a.Bind(l); a.Jcc(c, l) })
	}
}

// TestCondMeaning compares Invert and Swap with what the conditions say about
// numbers.
func TestCondMeaning(t *testing.T) {
	numbers := []int64{math.MinInt64, -1, 0, 1, math.MaxInt64}
	meaning := map[Cond]func(x, y int64) bool{
		E:  func(x, y int64) bool { return x == y },
		NE: func(x, y int64) bool { return x != y },
		L:  func(x, y int64) bool { return x < y },
		LE: func(x, y int64) bool { return x <= y },
		G:  func(x, y int64) bool { return x > y },
		GE: func(x, y int64) bool { return x >= y },
		B:  func(x, y int64) bool { return uint64(x) < uint64(y) },
		BE: func(x, y int64) bool { return uint64(x) <= uint64(y) },
		A:  func(x, y int64) bool { return uint64(x) > uint64(y) },
		AE: func(x, y int64) bool { return uint64(x) >= uint64(y) },
	}
	for c, holds := range meaning {
		for _, x := range numbers {
			for _, y := range numbers {
				if meaning[c.Invert()](x, y) == holds(x, y) {
					t.Errorf("%v is not the inverse of %v for %d and %d", c.Invert(), c, x, y)
				}
				if meaning[c.Swap()](y, x) != holds(x, y) {
					t.Errorf("%v swapped is not %v for %d and %d", c, c.Swap(), x, y)
				}
			}
		}
	}
}

func TestSSE(t *testing.T) {
	for _, c := range []struct {
		text string
		op   SSE
		size string // of the operand in memory
	}{
		{"movss", Movss, "dword"}, {"movsd", Movsd, "qword"}, {"movups", Movups, "xmmword"},
		{"movaps", Movaps, "xmmword"}, {"movq", Movq, "qword"},
		{"addss", Addss, "dword"}, {"addsd", Addsd, "qword"}, {"subss", Subss, "dword"}, {"subsd", Subsd, "qword"},
		{"mulss", Mulss, "dword"}, {"mulsd", Mulsd, "qword"}, {"divss", Divss, "dword"}, {"divsd", Divsd, "qword"},
		{"sqrtss", Sqrtss, "dword"}, {"sqrtsd", Sqrtsd, "qword"}, {"minss", Minss, "dword"}, {"minsd", Minsd, "qword"},
		{"maxss", Maxss, "dword"}, {"maxsd", Maxsd, "qword"}, {"cvtss2sd", Cvtss2sd, "dword"}, {"cvtsd2ss", Cvtsd2ss, "qword"},
		{"ucomiss", Ucomiss, "dword"}, {"ucomisd", Ucomisd, "qword"},
		{"andps", Andps, "xmmword"}, {"andpd", Andpd, "xmmword"}, {"andnps", Andnps, "xmmword"}, {"andnpd", Andnpd, "xmmword"},
		{"orps", Orps, "xmmword"}, {"orpd", Orpd, "xmmword"}, {"xorps", Xorps, "xmmword"}, {"xorpd", Xorpd, "xmmword"},
		{"pxor", Pxor, "xmmword"}, {"pcmpeqd", Pcmpeqd, "xmmword"},
	} {
		check(t, c.text+" xmm1, xmm12", func(a *Assembler) { a.SSE(c.op, X1, X12) })
		check(t, c.text+" xmm8, xmm7", func(a *Assembler) { a.SSE(c.op, X8, X7) })
		for _, m := range operands {
			check(t, c.text+" xmm15, "+c.size+" ptr "+addressText(m), func(a *Assembler) { a.SSELoad(c.op, X15, m) })
			switch c.op {
			case Movss, Movsd, Movups, Movaps:
				check(t, c.text+" "+c.size+" ptr "+addressText(m)+", xmm15", func(a *Assembler) { a.SSEStore(c.op, m, X15) })
			}
		}
	}
	for _, c := range []struct {
		text string
		op   SSE
		size string
	}{
		{"roundss", Roundss, "dword"}, {"roundsd", Roundsd, "qword"},
		{"cmpss", Cmpss, "dword"}, {"cmpsd_xmm", Cmpsd, "qword"},
	} {
		check(t, c.text+" xmm1, xmm12, 0x3", func(a *Assembler) { a.SSEImm(c.op, X1, X12, 3) })
		for _, m := range operands {
			check(t, c.text+" xmm8, "+c.size+" ptr "+addressText(m)+", 0x3", func(a *Assembler) { a.SSELoadImm(c.op, X8, m, CmpUnord) })
		}
	}
}

func TestLaneShift(t *testing.T) {
	for text, op := range map[string]LaneShift{"psrld": Psrld, "pslld": Pslld, "psrlq": Psrlq, "psllq": Psllq} {
		check(t, text+" xmm6, 0x1", func(a *Assembler) { a.LaneShift(op, X6, 1) })
		check(t, text+" xmm15, 0x3f", func(a *Assembler) { a.LaneShift(op, X15, 63) })
	}
	check(t, "bts r9d, 0x1f", func(a *Assembler) { a.Bts(S32, R9, 31) })
	check(t, "bts rdi, 0x3f", func(a *Assembler) { a.Bts(S64, RDI, 63) })
}

func TestMovImm(t *testing.T) {
	for _, c := range []struct {
		imm    int64
		length int
	}{
		{0, 5}, {1, 5}, {math.MaxInt32, 5}, {math.MaxUint32, 5},
		{-1, 7}, {math.MinInt32, 7},
		{math.MaxUint32 + 1, 10}, {math.MinInt32 - 1, 10}, {math.MaxInt64, 10}, {math.MinInt64, 10},
	} {
		for _, r := range general() {
			code := assembled(func(a *Assembler) { a.MovImm(r, c.imm) })
			length, want := c.length, ""
			switch length {
			case 5:
				want = fmt.Sprintf("mov %s, %s", name(S32, r), number(int64(int32(c.imm))))
				if r >= R8 {
					length++
				}
			case 7:
				want = fmt.Sprintf("mov %s, %s", name(S64, r), number(c.imm))
			default:
				want = fmt.Sprintf("mov %s, %#x", name(S64, r), uint64(c.imm))
			}
			if got := disassemble(t, code); got != want || len(code) != length {
				t.Errorf("% x is %s, want %s in %d bytes", code, got, want, length)
			}
		}
	}
}

func TestControl(t *testing.T) {
	for _, m := range operands {
		p := memory(S64, m)
		check(t, "call "+p, func(a *Assembler) { a.CallMem(m) })
		check(t, "prefetcht0 "+strings.Replace(p, "qword", "zmmword", 1), func(a *Assembler) { a.Prefetch(m) })
		check(t, "jmp "+p, func(a *Assembler) { a.JmpMem(m) })
		check(t, "push "+p, func(a *Assembler) { a.PushMem(m) })
		check(t, "pop "+p, func(a *Assembler) { a.PopMem(m) })
		for size := S8; size <= S64; size++ {
			p, x := memory(size, m), name(size, RSI)
			check(t, "xchg "+p+", "+x, func(a *Assembler) { a.XchgMem(size, m, RSI) })
			check(t, "lock xadd "+p+", "+x, func(a *Assembler) { a.Lock(); a.Xadd(size, m, RSI) })
			check(t, "lock cmpxchg "+p+", "+x, func(a *Assembler) { a.Lock(); a.Cmpxchg(size, m, RSI) })
			check(t, "mov "+p+", "+x, func(a *Assembler) { a.Store(size, m, RSI) })
			check(t, "mov "+x+", "+p, func(a *Assembler) { a.Load(size, RSI, m) })
			check(t, "test "+p+", "+x, func(a *Assembler) { a.TestMem(size, m, RSI) })
		}
	}
	check(t, "xchg r9, rbx", func(a *Assembler) { a.Xchg(S64, RBX, R9) })
	check(t, "cdq", func(a *Assembler) { a.Cdq(S32) })
	check(t, "cqo", func(a *Assembler) { a.Cdq(S64) })
	check(t, "push 0x7f", func(a *Assembler) { a.PushImm(127) })
	check(t, "push 0x80", func(a *Assembler) { a.PushImm(128) })
	check(t, "call .+0x0", (*Assembler).CallFar)
	check(t, "jmp .+0x0", (*Assembler).JmpFar)
	check(t, "ret; ud2; int3; pause; mfence; lahf; sahf", func(a *Assembler) {
		a.Ret()
		a.Ud2()
		a.Int3()
		a.Pause()
		a.Mfence()
		a.Lahf()
		a.Sahf()
	})
}

// TestNop holds that padding has its length and consists of whole instructions,
// as few as possible.
func TestNop(t *testing.T) {
	for n := range 64 {
		code := assembled(func(a *Assembler) { a.Nop(n) })
		instrs := 0
		for at := 0; at < len(code); instrs++ {
			length := nopLength(code[at:])
			if length == 0 {
				t.Fatalf("% x at byte %d is not a NOP", code, at)
			}
			at += length
		}
		if len(code) != n || instrs != (n+longestNop-1)/longestNop {
			t.Errorf("%d bytes: %d instructions of %d bytes", n, instrs, len(code))
		}
		disassemble(t, code)
	}
}

func nopLength(code []byte) int {
	for n := longestNop; n > 0; n-- {
		if bytes.HasPrefix(code, []byte(nop(n))) {
			return n
		}
	}
	return 0
}

// TestVEX compares with bytes that another assembler made: the disassembler does
// not know these instructions.
func TestVEX(t *testing.T) {
	for _, c := range []struct {
		code uint64 // the bytes, the first one highest
		emit func(a *Assembler)
	}{
		{0xc4e269f7c1, func(a *Assembler) { a.VEX(SHLX, S32, RAX, RCX, RDX) }},
		{0xc462b1f7c7, func(a *Assembler) { a.VEX(SHLX, S64, R8, RDI, R9) }},
		{0xc4c29af7f7, func(a *Assembler) { a.VEX(SARX, S64, RSI, R15, R12) }},
		{0xc4e243f7e5, func(a *Assembler) { a.VEX(SHRX, S32, RSP, RBP, RDI) }},
		{0xc4e278f2d9, func(a *Assembler) { a.VEX(ANDN, S32, RBX, RCX, RAX) }},
		{0xc442a8f2c4, func(a *Assembler) { a.VEX(ANDN, S64, R8, R12, R10) }},
		{0xc4e278f3cb, func(a *Assembler) { a.VEX(BLSR, S32, blsrReg, RBX, RAX) }},
		{0xc4c2b8f3ca, func(a *Assembler) { a.VEX(BLSR, S64, blsrReg, R10, R8) }},
		{0xc4637bf0c807, func(a *Assembler) { a.RorxImm(S32, R9, RAX, 7) }},
		{0xc4c3fbf0db3f, func(a *Assembler) { a.RorxImm(S64, RBX, R11, 63) }},
	} {
		want := bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, c.code), "\x00")
		if got := assembled(c.emit); !bytes.Equal(got, want) {
			t.Errorf("% x, want % x", got, want)
		}
	}
}

// TestNames holds what registers and conditions are called in listings.
func TestNames(t *testing.T) {
	for r, want := range map[Reg]string{RAX: "rax", R15: "r15", X0: "xmm0", X15: "xmm15", NoReg: "noreg", 32: "reg(32)"} {
		if got := RegName(r); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for c, want := range map[Cond]string{O: "o", AE: "ae", G: "g"} {
		if got := c.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
