package arm64

import (
	"testing"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
)

// TestExecution executes compiled functions, on an emulator too:
//
//	GOARCH=arm64 go test -exec qemu-aarch64-static ./internal/codegen/arm64
func TestExecution(t *testing.T) {
	var c codegen.Context
	goSP := At(contextReg, codegen.OffGoSP)
	saved := func(i int) Mem { return At(contextReg, int32(unsafe.Offsetof(c.Saved))+8*int32(i)) }
	savedX := func(i int) Mem { return At(contextReg, int32(unsafe.Offsetof(c.SavedX))+16*int32(i)) }
	add := func(a *Assembler, to Mem, n int64) {
		a.Load(X16, to)
		a.AddConst(S64, X16, X16, n)
		a.Store(to, X16)
	}
	leave := func(a *Assembler) {
		a.Load(X16, goSP)
		a.MovToSP(X16)
		a.Load(X29, At(SP, 0))
		a.Load(LR, At(SP, 8))
		a.moveSP(16)
		a.Ret()
	}
	stub := func(emit func(a *Assembler)) func() []byte { return func() []byte { return assembled(emit) } }
	isa := exectest.InstructionSet{
		Convention: Convention(),
		Backends:   []codegen.Backend{Target{Detect()}.NewBackend(), Target{}.NewBackend()},
		SetCall:    Target{}.SetCall,
		Enter: stub(func(a *Assembler) {
			a.moveSP(-16)
			a.Store(At(SP, 0), X29)
			a.Store(At(SP, 8), LR)
			a.Mov(S64, contextReg, X0)
			a.MovFromSP(X16)
			a.Store(goSP, X16)
			a.MovToSP(X2)
			a.Mov(S64, X15, X1) // which carries no argument
			for i, r := range Convention().Int {
				a.Load(r, saved(i))
			}
			for i, r := range Convention().Float {
				a.Access(LdrQ, r, savedX(i))
			}
			a.Load(instanceReg, saved(15))
			a.Call(X15)
			for i, r := range Convention().Int {
				a.Store(saved(i), r)
			}
			for i, r := range Convention().Float {
				a.Access(StrQ, r, savedX(i))
			}
			a.MovImm(X0, 0)
			leave(a)
		}),
		Trap: stub(func(a *Assembler) {
			a.MovImm(X0, 1)
			leave(a)
		}),
		Host: stub(func(a *Assembler) {
			a.Load32(X0, At(contextReg, codegen.OffRequest))
			a.Load(X1, At(contextReg, codegen.OffArgs))
			a.RRR(Add.Of(S64), X1, X1, X0)
			a.Store(At(contextReg, codegen.OffArgs), X1)
			for _, r := range Machine().Allocatable[codegen.Int] {
				a.MovImm(r, 0x0bad0bad0bad)
			}
			for _, r := range append(Machine().Allocatable[codegen.Float], scratchV) {
				a.RR(Dup64, r, X0)
			}
			a.Ret()
		}),
		Grow: stub(func(a *Assembler) {
			add(a, saved(14), 1)
			a.Load(X16, At(contextReg, codegen.OffCurrent))
			a.Store(At(X16, 0), ZR)
			a.Ret()
		}),
		Poll: stub(func(a *Assembler) {
			add(a, saved(14), 1)
			a.Store32(At(contextReg, codegen.OffInterrupt), ZR)
			a.MovImm(X16, 600)
			a.Store32(At(contextReg, codegen.OffPollsLeft), X16)
			a.Ret()
		}),
	}
	isa.Run(t)
}
