package arm64

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

// TestInstructions compares instructions with what the disassembler makes of them.
func TestInstructions(t *testing.T) {
	for _, c := range []struct {
		want string
		emit func(a *Assembler)
	}{
		{"add x1, x2, x3", func(a *Assembler) { a.RRR(Add.Of(S64), X1, X2, X3) }},
		{"sub w1, w2, w3, lsr #5", func(a *Assembler) { a.RRR(Sub.Of(S32).Shifted(shiftLSR, 5), X1, X2, X3) }},
		{"add x1, x2, w3, sxtw", func(a *Assembler) { a.RRR(AddExt.Of(S64)|extSXTW, X1, X2, X3) }},
		{"bic x1, x2, x3, asr #63", func(a *Assembler) { a.RRR(Bic.Of(S64).Shifted(shiftASR, 63), X1, X2, X3) }},
		{"mvn w1, w3", func(a *Assembler) { a.RRR(Orn.Of(S32), X1, ZR, X3) }},
		{"madd x1, x2, x3, x4", func(a *Assembler) { a.RRRR(Madd.Of(S64), X1, X2, X3, X4) }},
		{"msub w1, w2, w3, w4", func(a *Assembler) { a.RRRR(Msub.Of(S32), X1, X2, X3, X4) }},
		{"mul x1, x2, x3", func(a *Assembler) { a.RRR(Mul.Of(S64), X1, X2, X3) }},
		{"umulh x1, x2, x3", func(a *Assembler) { a.RRR(Umulh, X1, X2, X3) }},
		{"smull x1, w2, w3", func(a *Assembler) { a.RRR(smull, X1, X2, X3) }},
		{"umull x1, w2, w3", func(a *Assembler) { a.RRR(umull, X1, X2, X3) }},
		{"sdiv x1, x2, x3", func(a *Assembler) { a.RRR(Sdiv.Of(S64), X1, X2, X3) }},
		{"lsl w1, w2, w3", func(a *Assembler) { a.RRR(Lslv.Of(S32), X1, X2, X3) }},
		{"rbit x1, x2", func(a *Assembler) { a.RR(Rbit.Of(S64), X1, X2) }},
		{"clz w1, w2", func(a *Assembler) { a.RR(Clz.Of(S32), X1, X2) }},
		{"ror x1, x2, #7", func(a *Assembler) { a.RRR(Extr.Of(S64)|1<<22|7<<10, X1, X2, X2) }},
		{"lsl x1, x2, #7", func(a *Assembler) { a.RR(lsl(S64, 7), X1, X2) }},
		{"lsr w1, w2, #31", func(a *Assembler) { a.RR(lsr(S32, 31), X1, X2) }},
		{"asr x1, x2, #63", func(a *Assembler) { a.RR(asr(S64, 63), X1, X2) }},
		{"ubfx x1, x2, #37, #16", func(a *Assembler) { a.RR(extract(Ubfm, S64, 37, 16), X1, X2) }},
		{"sxtb w1, w2", func(a *Assembler) { a.RR(extract(Sbfm, S32, 0, 8), X1, X2) }},
		{"sxtw x1, w2", func(a *Assembler) { a.RR(extract(Sbfm, S64, 0, 32), X1, X2) }},
		{"bfi x1, x2, #16, #16", func(a *Assembler) { a.RR(insert(Bfm, S64, 16, 16), X1, X2) }},
		{"csel x1, x2, x3, lt", func(a *Assembler) { a.RRR(Csel.Of(S64).If(LT), X1, X2, X3) }},
		{"cset w1, eq", func(a *Assembler) { a.RRR(Csinc.If(NE), X1, ZR, ZR) }},
		{"csetm x1, hi", func(a *Assembler) { a.RRR(Csinv.Of(S64).If(LS), X1, ZR, ZR) }},
		{"ccmp x3, #0x1, #0x0, eq", func(a *Assembler) { a.word(uint32(CcmpImm.Of(S64).If(EQ)|1<<16) | 3<<5) }},
		{"cmp x1, x2", func(a *Assembler) { a.Cmp(S64, X1, X2) }},
		{"cmp w1, #0xfff", func(a *Assembler) { a.CmpImm(S32, X1, 0xfff) }},
		{"cmn x1, #0x1", func(a *Assembler) { a.CmpImm(S64, X1, -1) }},
		{"add sp, sp, #0x20", func(a *Assembler) { a.moveSP(0x20) }},
		{"mov sp, x3", func(a *Assembler) { a.MovToSP(X3) }},
		{"mov x3, sp", func(a *Assembler) { a.MovFromSP(X3) }},
		{"br x5", func(a *Assembler) { a.Jump(X5) }},
		{"blr x16", func(a *Assembler) { a.Call(X16) }},
		{"ret x30", func(a *Assembler) { a.Ret() }},
		{"nop ", func(a *Assembler) { a.word(uint32(Nop)) }},
		{"yield ", func(a *Assembler) { a.word(uint32(Yield)) }},
		{"dmb ish", func(a *Assembler) { a.word(uint32(Dmb)) }},
		{"brk #0x0", func(a *Assembler) { a.word(uint32(Brk)) }},
		{"ldp x1, x2, [x3,#504]", func(a *Assembler) { a.LoadPair(X1, X2, At(X3, 504)) }},
		{"stp x1, x2, [sp,#-512]", func(a *Assembler) { a.StorePair(At(SP, -512), X1, X2) }},
		{"ldp d1, d2, [x3,#8]", func(a *Assembler) { a.RR(pairOf(LdrD)|1<<15|2<<10, V0+1, X3) }},
		{"stp q1, q2, [x3,#16]", func(a *Assembler) { a.RR(pairOf(StrQ)|1<<15|2<<10, V0+1, X3) }},
		{"fadd s1, s2, s3", func(a *Assembler) { a.RRR(Fadd, V0+1, V0+2, V0+3) }},
		{"fdiv d1, d2, d3", func(a *Assembler) { a.RRR(Fdiv.OfFloat(S64), V0+1, V0+2, V0+3) }},
		{"fmin d1, d2, d3", func(a *Assembler) { a.RRR(Fmin.OfFloat(S64), V0+1, V0+2, V0+3) }},
		{"fsqrt s1, s2", func(a *Assembler) { a.RR(Fsqrt, V0+1, V0+2) }},
		{"frintn d1, d2", func(a *Assembler) { a.RR(Frintn.OfFloat(S64), V0+1, V0+2) }},
		{"frintp s1, s2", func(a *Assembler) { a.RR(Frintp, V0+1, V0+2) }},
		{"fcvt d1, s2", func(a *Assembler) { a.RR(FcvtSD, V0+1, V0+2) }},
		{"fcvt s1, d2", func(a *Assembler) { a.RR(FcvtDS, V0+1, V0+2) }},
		{"fcmp d1, d2", func(a *Assembler) { a.fcmp(S64, V0+1, V0+2) }},
		{"fcmp s1, #0", func(a *Assembler) { a.RR(FcmpZero, X0, V0+1) }},
		{"fcsel d1, d2, d3, gt", func(a *Assembler) { a.RRR(Fcsel.OfFloat(S64).If(GT), V0+1, V0+2, V0+3) }},
		{"fcvtzs x1, s2", func(a *Assembler) { a.RR(Fcvtzs.Of(S64), X1, V0+2) }},
		{"fcvtzu w1, d2", func(a *Assembler) { a.RR(Fcvtzu.OfFloat(S64), X1, V0+2) }},
		{"ucvtf d1, w2", func(a *Assembler) { a.RR(Ucvtf.OfFloat(S64), V0+1, X2) }},
		{"fmov x1, d2", func(a *Assembler) { a.RR(FmovOut.Of(S64).OfFloat(S64), X1, V0+2) }},
		{"fmov s1, w2", func(a *Assembler) { a.RR(FmovIn, V0+1, X2) }},
		{"ldaxr x1, [x2]", func(a *Assembler) { a.RR(Ldaxr.OfMem(S64), X1, X2) }},
		{"stlxrh w3, w1, [x2]", func(a *Assembler) { a.RRR(Stlxr.OfMem(S16), X1, X2, X3) }},
		{"ldarb w1, [x2]", func(a *Assembler) { a.RR(Ldar, X1, X2) }},
		{"stlr w1, [x2]", func(a *Assembler) { a.RR(Stlr.OfMem(S32), X1, X2) }},
	} {
		check(t, c.want, c.emit)
	}
}

// TestUnknownInstructions has what the disassembler does not know, or calls by another name, as words of the manual.
func TestUnknownInstructions(t *testing.T) {
	for _, c := range []struct {
		want Op
		got  Op
	}{
		{0xb8e30041, Ldaddal.OfMem(S32) | 3<<16 | 2<<5 | 1},
		{0xf8e31041, Ldclral.OfMem(S64) | 3<<16 | 2<<5 | 1},
		{0x38e32041, Ldeoral | 3<<16 | 2<<5 | 1},
		{0x78e33041, Ldsetal.OfMem(S16) | 3<<16 | 2<<5 | 1},
		{0xf8e38041, Swpal.OfMem(S64) | 3<<16 | 2<<5 | 1},
		{0xc8e3fc41, Casal.OfMem(S64) | 3<<16 | 2<<5 | 1},
		{0x4e0c1c41, InsGeneral.lane(S32, 1) | 2<<5 | 1},
		{0x6e0c0441, InsLow.lane(S32, 1) | 2<<5 | 1},
		{0x4e183c41, Umov.lane(S64, 1) | 2<<5 | 1},
		{0x0f10a441, Sxtl.widen(S16) | 2<<5 | 1},
		{0x6f20a441, Uxtl2.widen(S32) | 2<<5 | 1},
		{0x4f275441, shiftLeft(S32, 7) | 2<<5 | 1},
		{0x6f790441, shiftRight(ushr, S64, 7) | 2<<5 | 1},
		{0x4f04e641, bytesImmediate(0x92) | 1}, // movi v1.16b, #0x92
	} {
		if c.got != c.want {
			t.Errorf("%08x, want %08x", uint32(c.got), uint32(c.want))
		}
	}
}

// TestAccess has loads and stores of all sizes at displacements around the ends of what an instruction can have.
func TestAccess(t *testing.T) {
	loads := []struct {
		op   Op
		r    Reg
		size int
	}{{Ldrb, X1, 1}, {LdrshX, X1, 2}, {LdrW, X1, 4}, {LdrswX, X1, 4}, {LdrX, X1, 8}, {StrX, X1, 8},
		{LdrD, V0 + 1, 8}, {StrS, V0 + 1, 4}, {LdrQ, V0 + 1, 16}, {StrQ, V0 + 1, 16}}
	for _, l := range loads {
		if got := 1 << accessSize(l.op); got != l.size {
			t.Errorf("%08x is of %d bytes, not %d", uint32(l.op), got, l.size)
		}
		for _, disp := range []int{0, 1, -1, 255, 256, -256, -257, 4095 * l.size, 4096 * l.size, l.size, 1 << 20,
			1<<24 + 8} {
			code := assembled(func(a *Assembler) { a.Access(l.op, l.r, At(X2, int32(disp))) })
			if got := accessed(t, code); got != int64(disp) {
				t.Errorf("%08x at %d is\n%sat %d", uint32(l.op), disp, disassemble(code), got)
			}
			if one := len(code) == 4; one != encodable(accessSize(l.op), int64(disp)) {
				t.Errorf("%08x at %d takes %d bytes", uint32(l.op), disp, len(code))
			}
		}
	}
	check(t, "ldr x1, [x2,x3]", func(a *Assembler) { a.Access(LdrX, X1, Indexed(X2, X3, 0)) })
	check(t, "ldr q1, [x2,x3,lsl #4]", func(a *Assembler) { a.Access(LdrQ, V0+1, Indexed(X2, X3, 4)) })
	check(t, "strh w1, [sp,x3,lsl #1]", func(a *Assembler) { a.Access(Strh, X1, Indexed(SP, X3, 1)) })
}

// accessed executes what computes X16, and returns where the last instruction accesses memory, from X2 on.
func accessed(t *testing.T, code []byte) int64 {
	t.Helper()
	x16 := int64(0)
	for ; len(code) > 4; code = code[4:] {
		x16 = execute(t, binary.LittleEndian.Uint32(code), x16, 0)
	}
	inst, err := arm64asm.Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	text := inst.Args[1].String()
	at := int64(0)
	if strings.Contains(strings.ToLower(text), "x16") {
		at = x16
	}
	if _, number, ok := strings.Cut(text, "#"); ok {
		n, err := strconv.ParseInt(strings.TrimSuffix(number, "]"), 0, 64)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		at += n
	}
	return at
}

// execute executes an instruction that moves or adds a constant, or is an or with zero: of a register with a value.
func execute(t *testing.T, w uint32, d, n int64) int64 {
	t.Helper()
	part, shift := int64(w>>5&0xffff), w>>21&3*16
	size, result := w>>31, int64(0)
	switch op := w &^ (1 << 31); {
	case op&^(3<<21|0xffff<<5|31) == uint32(Movz):
		result = part << shift
	case op&^(3<<21|0xffff<<5|31) == uint32(Movn):
		result = ^(part << shift)
	case op&^(3<<21|0xffff<<5|31) == uint32(Movk):
		result = d&^(0xffff<<shift) | part<<shift
	case op>>24 == uint32(AddImm)>>24:
		result = n + int64(w>>10&0xfff)<<(w>>22&1*12)
	case op>>24 == uint32(SubImm)>>24:
		result = n - int64(w>>10&0xfff)<<(w>>22&1*12)
	case op>>23 == uint32(OrrImm)>>23:
		inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, w))
		if err != nil {
			t.Fatal(err)
		}
		last := inst.Args[1].String()
		if inst.Args[2] != nil {
			last = inst.Args[2].String()
		}
		v, err := strconv.ParseUint(strings.TrimPrefix(last, "#"), 0, 64)
		if err != nil {
			t.Fatalf("%v: %v", inst, err)
		}
		result = int64(v)
	default:
		t.Fatalf("%08x is not expected here", w)
	}
	if size == 0 {
		result = int64(uint32(result))
	}
	return result
}

// constants are numbers around powers of two, patterns, and random ones.
func constants() []int64 {
	list := []int64{0, -1, math.MinInt64, math.MaxInt64, 0x0f0f0f0f0f0f0f0f, 0x5555555555555555, 0xffff0000,
		0x0000ffff00000000, 0x12345678, 0x0bad0bad0bad0bad, -0x12345678}
	for i := range 64 {
		for d := range int64(3) {
			list = append(list, 1<<i+d-1, -(1<<i + d - 1), int64(^uint64(0)>>i<<(i/2)))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		list = append(list, int64(random.Uint64()), int64(random.Uint64()>>random.IntN(64)),
			int64(int32(random.Uint32())))
	}
	return list
}

// TestMovImm executes the instructions that make constants.
func TestMovImm(t *testing.T) {
	for _, c := range constants() {
		code := assembled(func(a *Assembler) { a.MovImm(X3, c) })
		got := int64(0x0123456789abcdef)
		for rest := code; len(rest) > 0; rest = rest[4:] {
			got = execute(t, binary.LittleEndian.Uint32(rest), got, 0)
		}
		if got != c || len(code) > 16 {
			t.Errorf("%#x is\n%s%#x", uint64(c), disassemble(code), uint64(got))
		}
	}
}

// FuzzLogicalImmediate compares the immediates of logic instructions with those of the disassembler; a constant that
// has none is one that no encoding means.
func FuzzLogicalImmediate(f *testing.F) {
	for _, c := range constants() {
		f.Add(c)
	}
	all := map[uint64]bool{}
	for n := range Op(2) {
		for immr := range Op(64) {
			for imms := range Op(64) {
				inst, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil,
					uint32(AndImm.Of(S64)|n<<22|immr<<16|imms<<10|2<<5|1)))
				if err != nil || inst.Args[2] == nil {
					continue
				}
				v, err := strconv.ParseUint(strings.TrimPrefix(inst.Args[2].String(), "#"), 0, 64)
				if err == nil && v+1 > 1 { // no encoding means 0 and -1, though the decoder takes some for that
					all[v] = true
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, c int64) {
		o, ok := logicalImmediate(EorImm, S64, c)
		if ok != all[uint64(c)] {
			t.Fatalf("%#x has an encoding: %v", uint64(c), all[uint64(c)])
		}
		if !ok {
			return
		}
		inst, err := arm64asm.Decode(assembled(func(a *Assembler) { a.RR(o, X1, X2) }))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := strconv.ParseUint(strings.TrimPrefix(inst.Args[2].String(), "#"), 0, 64); err != nil ||
			v != uint64(c) {
			t.Fatalf("%#x is %v", uint64(c), inst)
		}
	})
}

// TestFmovImmediate compares the floats that an instruction makes with those that it can.
func TestFmovImmediate(t *testing.T) {
	n := 0
	for sign := range 2 {
		for exponent := -3; exponent <= 4; exponent++ {
			for fraction := range 16 {
				v := math.Ldexp(1+float64(fraction)/16, exponent) * float64(1-2*sign)
				o, ok := fmovImmediate(S64, int64(math.Float64bits(v)))
				single, okSingle := fmovImmediate(S32, int64(math.Float32bits(float32(v))))
				// sign, then the exponent plus 3 with its highest bit inverted, then the fraction
				want := Op(sign<<7 | (exponent+3)<<4&0x30 | (exponent+3)<<4&0x40 ^ 0x40 | fraction)
				if !ok || !okSingle || o>>13&0xff != want || single != o&^(1<<22) {
					t.Errorf("%v: %08x %v, %08x %v; want %#x", v, uint32(o), ok, uint32(single), okSingle, want)
				}
				n++
			}
		}
	}
	for _, v := range []float64{0, 0.1, 33, 1.03125, math.Inf(1), math.NaN(), 0.0625} {
		if _, ok := fmovImmediate(S64, int64(math.Float64bits(v))); ok {
			t.Errorf("%v has an encoding", v)
		}
	}
	if n != 256 {
		t.Errorf("%d floats", n)
	}
}

// TestFarLabels has branches that do not reach their targets, forwards and backwards.
func TestFarLabels(t *testing.T) {
	for _, distance := range []int{100, 1<<15 - 64, 1 << 15, 1<<20 - 64, 1 << 20, 1<<20 + 64} {
		var a Assembler
		before, behind := a.NewLabel(), a.NewLabel()
		a.Bind(before)
		a.word(uint32(Nop))
		branches := func(to Label) {
			a.Tbz(X1, 40, to)
			a.Cbnz(S64, X1, to)
			a.BCond(GT, to)
			a.Adr(X1, to)
			a.B(to)
		}
		branches(behind)
		for range distance / 4 {
			a.word(uint32(Nop))
		}
		branches(before)
		at := a.Pos()
		a.word(uint32(Ret))
		a.Bind(behind)
		a.word(uint32(Brk))
		code := a.Finish()
		if binary.LittleEndian.Uint32(code[a.Final(at):]) != uint32(Ret) ||
			binary.LittleEndian.Uint32(code[a.Offset(behind):]) != uint32(Brk) {
			t.Fatalf("with %d bytes between, labels and positions are wrong", distance)
		}
		for at, targets := 0, 0; at < len(code); {
			target, size := branchTarget(t, code, at)
			if size == 0 {
				at += 4
				continue
			}
			want := a.Offset(behind)
			if targets++; targets > 5 {
				want = a.Offset(before)
			}
			if target != want {
				t.Errorf("with %d bytes between, the branch at %d leads to %d, not %d", distance, at, target, want)
			}
			at += size
		}
	}
}

// branchTarget returns where a branch leads, or what address is made, and how many bytes that takes; 0 if there is
// none.
func branchTarget(t *testing.T, code []byte, at int) (target, size int) {
	w := binary.LittleEndian.Uint32(code[at:])
	distance := func(w uint32) (int, bool) {
		switch {
		case w>>26 == 5:
			return int(int32(w<<6) >> 4), true
		case w>>24 == 0x54, w>>25&0x3f == 0x1a:
			return int(int32(w<<8)>>13) * 4, true
		case w>>25&0x3f == 0x1b:
			return int(int32(w<<13)>>18) * 4, true
		case w>>24&0x1f == 0x10:
			return int(int32(w<<8)>>13)*4 | int(w>>29&3), true
		}
		return 0, false
	}
	if w&^(0xffff<<5|31) == uint32(Movz) { // a far address
		high := binary.LittleEndian.Uint32(code[at+4:])
		return at + 8 + int(int32(w>>5&0xffff|high>>5<<16)), 16
	}
	d, ok := distance(w)
	if !ok {
		return 0, 0
	}
	if next, ok := distance(binary.LittleEndian.Uint32(code[min(at+4, len(code)-4):])); ok && d == 8 && w>>26 != 5 {
		return at + 4 + next, 8 // an inverted branch around a jump
	}
	return at + d, 4
}
