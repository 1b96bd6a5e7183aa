package amd64

import (
	"testing"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
)

// TestExecution executes compiled functions.
func TestExecution(t *testing.T) {
	var c codegen.Context
	goSP := At(contextReg, codegen.OffGoSP)
	saved := func(i int) Mem { return At(contextReg, int32(unsafe.Offsetof(c.Saved))+8*int32(i)) }
	savedX := func(i int) Mem { return At(contextReg, int32(unsafe.Offsetof(c.SavedX))+16*int32(i)) }
	leave := func(a *Assembler) {
		a.Load(S64, RSP, goSP)
		a.Pop(R14)
		a.Pop(RBP)
		a.SSE(Xorps, X15, X15)
		a.Ret()
	}
	stub := func(emit func(a *Assembler)) func() []byte { return func() []byte { return assembled(emit) } }
	isa := exectest.InstructionSet{
		Convention: Convention(),
		Backends:   []codegen.Backend{Target{Detect()}.NewBackend(), Target{Baseline()}.NewBackend()},
		SetCall:    Target{}.SetCall,
		Enter: stub(func(a *Assembler) {
			a.Push(RBP)
			a.Push(R14)
			a.Mov(S64, R15, RAX)
			a.Store(S64, goSP, RSP)
			a.Mov(S64, RSP, RCX)
			a.Mov(S64, R12, RBX)
			for i, r := range Convention().Int {
				a.Load(S64, r, saved(i))
			}
			for i, r := range Convention().Float {
				a.SSELoad(Movups, r, savedX(i))
			}
			a.Load(S64, R14, saved(15))
			a.CallReg(R12)
			for i, r := range Convention().Int {
				a.Store(S64, saved(i), r)
			}
			for i, r := range Convention().Float {
				a.SSEStore(Movups, savedX(i), r)
			}
			a.Zero(RAX)
			leave(a)
		}),
		Trap: stub(func(a *Assembler) {
			a.MovImm(RAX, 1)
			leave(a)
		}),
		Host: stub(func(a *Assembler) {
			a.Load(S32, RAX, At(contextReg, codegen.OffRequest))
			a.ALUStore(ADD, S64, At(contextReg, codegen.OffArgs), RAX)
			for _, r := range Machine().Allocatable[codegen.Int] {
				a.MovImm(r, 0x0bad0bad0bad)
			}
			for _, r := range append(Machine().Allocatable[codegen.Float], scratch) {
				a.Op(MovToX, S64, r, RAX)
			}
			a.Ret()
		}),
		Grow: stub(func(a *Assembler) {
			a.ALUStoreImm(ADD, S64, saved(14), 1)
			a.Load(S64, RDX, At(contextReg, codegen.OffCurrent))
			a.StoreImm(S64, At(RDX, 0), 0)
			a.Ret()
		}),
		Poll: stub(func(a *Assembler) {
			a.ALUStoreImm(ADD, S64, saved(14), 1)
			a.StoreImm(S32, At(contextReg, codegen.OffInterrupt), 0)
			a.StoreImm(S32, At(contextReg, codegen.OffPollsLeft), 600)
			a.Ret()
		}),
	}
	isa.Run(t)
}
