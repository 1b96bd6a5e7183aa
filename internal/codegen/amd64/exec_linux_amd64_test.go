package amd64

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"weft/internal/codegen/exectest"
	"weft/internal/ssa"
	"weft/wasm"
)

// native makes a Go function of code. The code follows Go's own convention
// between functions: integers in RAX, RBX, RCX, floats in X0, X1, results
// likewise; RDX is free, R14 and X15 are Go's, and X15 must be zero again. Go
// does not promise this convention; it is used in tests only, and TestConvention
// fails first if it changes.
func native[F any](t *testing.T, emit func(a *Assembler)) F {
	t.Helper()
	code := assembled(func(a *Assembler) {
		emit(a)
		a.SSE(Xorps, X15, X15)
		a.Ret()
	})
	page, err := unix.Mmap(-1, 0, max(len(code), 1), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	copy(page, code)
	if err := unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(page); err != nil {
			t.Error(err)
		}
	})
	closure := &struct{ code unsafe.Pointer }{unsafe.Pointer(&page[0])}
	return *(*F)(unsafe.Pointer(&closure))
}

func TestConvention(t *testing.T) {
	f := native[func(x, y uint64, z float64) (uint64, float64, uint64)](t, func(a *Assembler) {
		a.ALU(SUB, S64, RAX, RBX)
		a.SSE(Addsd, X0, X0)
		a.MovImm(RBX, 7)
	})
	if x, y, z := f(50, 8, 1.5); x != 42 || y != 3 || z != 7 {
		t.Fatalf("%d %v %d", x, y, z)
	}
}

// floats64 are floats around all edges of the operations, and random ones.
func floats64() []float64 {
	edges := []float64{0, 0.25, 0.5, 1, 1.5, 2.5, 3, 1e300, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.NaN()}
	for _, e := range []int{31, 32, 52, 53, 63, 64} {
		p := math.Ldexp(1, e)
		for _, d := range []float64{0, 0.5, 1, 1.5, 2} {
			edges = append(edges, p-d, p+d, math.Nextafter(p, 0), math.Nextafter(p, math.Inf(1)))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		edges = append(edges, math.Ldexp(random.Float64(), random.IntN(70)), math.Float64frombits(random.Uint64()))
	}
	for _, x := range edges {
		edges = append(edges, math.Copysign(x, -math.Copysign(1, x)))
	}
	return edges
}

// floats32 are those of floats64, and their neighbours.
func floats32() []float32 {
	var list []float32
	for _, x := range floats64() {
		f := float32(x)
		list = append(list, f, math.Nextafter32(f, 0), math.Nextafter32(f, float32(math.Inf(1))))
	}
	return list
}

// integers are integers around powers of two, those that are nearly halfway
// between two floats, and random ones.
func integers() []uint64 {
	var list []uint64
	for i := range 64 {
		for d := range uint64(5) {
			list = append(list, 1<<i+d-2, -(1<<i + d - 2))
		}
	}
	for i := range 62 {
		for d := range uint64(3) {
			list = append(list, 1<<63|1<<i+d-1, 1<<63|3<<i+d-1)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		list = append(list, random.Uint64(), random.Uint64()>>random.IntN(64))
	}
	return list
}

// The outcomes of operations that trap, as the code of these tests returns them
// in RBX.
const (
	fine uint64 = iota
	invalid
	overflow
	zeroDivisor
)

// outcomeOf are the outcomes that traps stand for.
var outcomeOf = map[wasm.TrapCode]uint64{
	wasm.TrapNone: fine, wasm.TrapInvalidConversion: invalid, wasm.TrapIntegerOverflow: overflow,
	wasm.TrapDivideByZero: zeroDivisor,
}

// typeOf is the integer type of a size.
func typeOf(size Size) ssa.Type { return ofSize(size, ssa.I32, ssa.I64) }

// outcomes emits an operation with labels for its traps.
func outcomes(a *Assembler, emit func(invalid, overflow, zero Label)) {
	i, o, z, done := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	emit(i, o, z)
	a.MovImm(RBX, int64(fine))
	a.Jmp(done)
	for _, trap := range []struct {
		label   Label
		outcome uint64
	}{{i, invalid}, {o, overflow}, {z, zeroDivisor}} {
		a.Bind(trap.label)
		a.MovImm(RBX, int64(trap.outcome))
		a.Zero(RAX)
		a.Jmp(done)
	}
	a.Bind(done)
}

func TestTruncate(t *testing.T) {
	for i := range 16 {
		tr := &Truncation{From: S32 + Size(i&1), To: S32 + Size(i>>1&1), Signed: i>>2&1 != 0, Saturate: i>>3&1 != 0}
		emit := func(a *Assembler) {
			outcomes(a, func(invalid, overflow, _ Label) {
				tr.Invalid, tr.Overflow = invalid, overflow
				a.Truncate(tr, RAX, X0, RCX)
			})
		}
		if tr.From == S64 {
			f := native[func(float64) (uint64, uint64)](t, emit)
			for _, x := range floats64() {
				compareTruncation(t, tr, x, f)
			}
			continue
		}
		f := native[func(float32) (uint64, uint64)](t, emit)
		for _, x := range floats32() {
			compareTruncation(t, tr, float64(x), func(x float64) (uint64, uint64) { return f(float32(x)) })
		}
	}
}

func compareTruncation(t *testing.T, tr *Truncation, x float64, f func(float64) (uint64, uint64)) {
	t.Helper()
	got, outcome := f(x)
	exact := exectest.Truncation{To: typeOf(tr.To), Signed: tr.Signed, Saturate: tr.Saturate}
	want, trap := exact.Exact(x)
	if wantOutcome := outcomeOf[trap]; got != want || outcome != wantOutcome {
		t.Errorf("%+v of %v: %#x, outcome %d; want %#x, %d", *tr, x, got, outcome, want, wantOutcome)
	}
}

func TestFloatFromUint64(t *testing.T) {
	double := native[func(uint64) float64](t, func(a *Assembler) { a.FloatFromUint64(S64, X0, RAX, RCX) })
	single := native[func(uint64) float32](t, func(a *Assembler) { a.FloatFromUint64(S32, X0, RAX, RCX) })
	for _, x := range integers() {
		exact := new(big.Float).SetUint64(x)
		if want, _ := exact.Float64(); double(x) != want {
			t.Errorf("%d: %v, want %v", x, double(x), want)
		}
		if want, _ := exact.Float32(); single(x) != want {
			t.Errorf("%d: %v, want %v", x, single(x), want)
		}
	}
}

func TestMinMax(t *testing.T) {
	binary := func(emit func(a *Assembler)) func(x, y float64) float64 {
		return native[func(x, y float64) float64](t, emit)
	}
	binary32 := func(emit func(a *Assembler)) func(x, y float32) float32 {
		return native[func(x, y float32) float32](t, emit)
	}
	least := binary(func(a *Assembler) { a.FloatMin(S64, X0, X1) })
	greatest := binary(func(a *Assembler) { a.FloatMax(S64, X0, X1) })
	least32 := binary32(func(a *Assembler) { a.FloatMin(S32, X0, X1) })
	greatest32 := binary32(func(a *Assembler) { a.FloatMax(S32, X0, X1) })
	quiet := func(x float64) bool { return math.Float64bits(x)>>51&1 != 0 }
	quiet32 := func(x float32) bool { return math.Float32bits(x)>>22&1 != 0 }
	list := floats64()[:40]
	list = append(list, math.Copysign(0, -1), -1, math.Inf(-1), math.Float64frombits(0x7ff0_0000_0000_0001))
	for _, x := range list {
		for _, y := range list {
			for _, c := range []struct{ got, want float64 }{{least(x, y), min(x, y)}, {greatest(x, y), max(x, y)}} {
				if c.want != c.want && (c.got == c.got || !quiet(c.got)) || c.want == c.want && math.Float64bits(c.got) != math.Float64bits(c.want) {
					t.Errorf("of %v and %v: %v, want %v", x, y, c.got, c.want)
				}
			}
			x, y := float32(x), float32(y)
			for _, c := range []struct{ got, want float32 }{{least32(x, y), min(x, y)}, {greatest32(x, y), max(x, y)}} {
				if c.want != c.want && (c.got == c.got || !quiet32(c.got)) || c.want == c.want && math.Float32bits(c.got) != math.Float32bits(c.want) {
					t.Errorf("of %v and %v: %v, want %v", x, y, c.got, c.want)
				}
			}
		}
	}
}

func TestSigns(t *testing.T) {
	const sign64, sign32 = 1 << 63, 1 << 31
	type f64 = func(x, y float64) float64
	type f32 = func(x, y float32) float32
	for _, c := range []struct {
		name string
		emit func(a *Assembler, size Size)
		want func(x, y, sign uint64) uint64
	}{
		{"abs", func(a *Assembler, size Size) { a.FloatAbs(size, X0) }, func(x, _, sign uint64) uint64 { return x &^ sign }},
		{"neg", func(a *Assembler, size Size) { a.FloatNeg(size, X0) }, func(x, _, sign uint64) uint64 { return x ^ sign }},
		{"copysign", func(a *Assembler, size Size) { a.FloatCopysign(size, X0, X1) }, func(x, y, sign uint64) uint64 { return x&^sign | y&sign }},
	} {
		double := native[f64](t, func(a *Assembler) { c.emit(a, S64) })
		single := native[f32](t, func(a *Assembler) { c.emit(a, S32) })
		list := integers()
		for i, x := range list {
			y := list[len(list)-1-i]
			got := math.Float64bits(double(math.Float64frombits(x), math.Float64frombits(y)))
			if want := c.want(x, y, sign64); got != want {
				t.Errorf("%s of %#x, %#x: %#x, want %#x", c.name, x, y, got, want)
			}
			got = uint64(math.Float32bits(single(math.Float32frombits(uint32(x)), math.Float32frombits(uint32(y)))))
			if want := c.want(uint64(uint32(x)), uint64(uint32(y)), sign32); got != want {
				t.Errorf("%s of %#x, %#x: %#x, want %#x", c.name, uint32(x), uint32(y), got, want)
			}
		}
	}
}

func TestCountZeros(t *testing.T) {
	leading := native[func(uint64) uint64](t, func(a *Assembler) { a.LeadingZeros(S64, RBX, RAX, RCX); a.Mov(S64, RAX, RBX) })
	trailing := native[func(uint64) uint64](t, func(a *Assembler) { a.TrailingZeros(S64, RBX, RAX, RCX); a.Mov(S64, RAX, RBX) })
	leading32 := native[func(uint32) uint64](t, func(a *Assembler) { a.LeadingZeros(S32, RBX, RAX, RCX); a.Mov(S64, RAX, RBX) })
	trailing32 := native[func(uint32) uint64](t, func(a *Assembler) { a.TrailingZeros(S32, RBX, RAX, RCX); a.Mov(S64, RAX, RBX) })
	for _, x := range append(integers(), 0) {
		for _, c := range []struct {
			name string
			got  uint64
			want int
		}{
			{"i64.clz", leading(x), bits.LeadingZeros64(x)},
			{"i64.ctz", trailing(x), bits.TrailingZeros64(x)},
			{"i32.clz", leading32(uint32(x)), bits.LeadingZeros32(uint32(x))},
			{"i32.ctz", trailing32(uint32(x)), bits.TrailingZeros32(uint32(x))},
		} {
			if c.got != uint64(c.want) {
				t.Errorf("%s of %#x: %d, want %d", c.name, x, c.got, c.want)
			}
		}
	}
}

func TestDivision(t *testing.T) {
	divisors := []uint64{0, 1, 2, 3, 7, 10, 1 << 31, 1<<32 - 1, 1<<64 - 1, 1 << 63, 1<<63 - 1, 1<<64 - 7}
	for size := S32; size <= S64; size++ {
		for _, c := range []struct {
			name              string
			signed, remainder bool
			emit              func(a *Assembler, overflow, zero Label)
		}{
			{"div_s", true, false, func(a *Assembler, overflow, zero Label) { a.DivSigned(size, RCX, zero, overflow) }},
			{"rem_s", true, true, func(a *Assembler, _, zero Label) { a.RemSigned(size, RCX, zero); a.Mov(S64, RAX, RDX) }},
			{"div_u", false, false, func(a *Assembler, _, zero Label) { a.DivUnsigned(size, RCX, zero) }},
			{"rem_u", false, true, func(a *Assembler, _, zero Label) { a.DivUnsigned(size, RCX, zero); a.Mov(S64, RAX, RDX) }},
		} {
			f := native[func(x, _, y uint64) (uint64, uint64)](t, func(a *Assembler) {
				outcomes(a, func(_, overflow, zero Label) { c.emit(a, overflow, zero) })
			})
			list := integers()
			for i, x := range list {
				for _, y := range append(divisors, list[len(list)-1-i]) {
					got, outcome := f(x, 0, y)
					want, trap := exectest.ExactDivision(typeOf(size), c.signed, c.remainder, x, y)
					if wantOutcome := outcomeOf[trap]; got != want || outcome != wantOutcome {
						t.Errorf("%s %#x, %#x, size %d: %#x, outcome %d; want %#x, %d", c.name, x, y, size, got, outcome, want, wantOutcome)
					}
				}
			}
		}
	}
}
