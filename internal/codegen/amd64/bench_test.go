package amd64

import "testing"

// loops emits a hundred small loops, of a mix of instructions that compiled code
// has: 1,300 instructions.
func loops(a *Assembler) []byte {
	a.Reset()
	for range 100 {
		loop, done := a.NewLabel(), a.NewLabel()
		a.Zero(RAX)
		a.Align(16)
		a.Bind(loop)
		a.ALU(CMP, S32, RAX, RCX)
		a.Jcc(AE, done)
		a.Load(S32, RDX, Indexed(RBX, RAX, 4, 16))
		a.ALUImm(ADD, S32, RDX, 1)
		a.Op(Imul, S64, RDX, R9)
		a.SSELoad(Movsd, X0, At(RSP, 24))
		a.SSE(Addsd, X0, X1)
		a.SSEStore(Movsd, At(RSP, 24), X0)
		a.Store(S32, Indexed(RBX, RAX, 4, 16), RDX)
		a.ALUImm(ADD, S64, RAX, 1)
		a.Jmp(loop)
		a.Bind(done)
	}
	return a.Finish()
}

// TestNoAllocations holds that an assembler that is used again allocates nothing.
func TestNoAllocations(t *testing.T) {
	var a Assembler
	loops(&a)
	if n := testing.AllocsPerRun(10, func() { loops(&a) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAssembler(b *testing.B) {
	b.ReportAllocs()
	var a Assembler
	for b.Loop() {
		b.SetBytes(int64(len(loops(&a))))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1300, "ns/instruction")
}
