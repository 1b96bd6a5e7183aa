//go:build linux && amd64

package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/store"
)

// Continuations that have ended are kept with their stacks: cont.new takes one of them
// without leaving to Go. Only when there is none, Go makes one, and looks whether to collect.
//
// In the pool a descriptor is free, and is linked by Parent. Its stack is of the size with
// which continuations begin, with the return address at its top.

// Offsets in the context and in descriptors.
const (
	ctxPoolHead  = int32(unsafe.Offsetof(codegen.Context{}.PoolHead))
	ctxPoolCount = int32(unsafe.Offsetof(codegen.Context{}.PoolCount))
	ctxPoolLimit = int32(unsafe.Offsetof(codegen.Context{}.PoolLimit))
	ctxLive      = int32(unsafe.Offsetof(codegen.Context{}.Live))
	ctxFreshStub = int32(unsafe.Offsetof(codegen.Context{}.FreshStub))

	contClass = int32(unsafe.Offsetof(store.ContRecord{}.Class))
	contFunc  = int32(unsafe.Offsetof(store.ContRecord{}.Func))
	contType  = int32(unsafe.Offsetof(store.ContRecord{}.Type))
)

// emitContNew makes a continuation of the function in R13, of the type that numberRegister
// names, and returns the reference in RAX.
func emitContNew(a *amd64.Assembler) {
	l := store.LayoutCont()
	slow := a.NewLabel()
	const ref, d, x = amd64.RAX, amd64.RDX, amd64.RCX
	a.Load(amd64.S32, ref, ctxAt(ctxPoolHead))
	a.Test(amd64.S32, ref, ref)
	a.Jcc(amd64.E, slow)
	a.ALUStoreImm(amd64.CMP, amd64.S64, amd64.At(amd64.R13, funcNative), 0)
	a.Jcc(amd64.E, slow)
	a.Mov(amd64.S32, d, ref)
	a.ShiftImm(amd64.SHL, amd64.S64, d, l.LogSize)
	a.ALULoad(amd64.ADD, amd64.S64, d, ctxAt(codegen.OffConts))
	a.Load(amd64.S32, x, amd64.At(d, l.Parent))
	a.Store(amd64.S32, ctxAt(ctxPoolHead), x)
	a.UnaryMem(amd64.DEC, amd64.S32, ctxAt(ctxPoolCount))
	a.StoreImm(amd64.S8, amd64.At(d, l.State), int32(store.ContFresh))
	a.StoreImm(amd64.S8, amd64.At(d, l.Flags), int32(l.FlagNative|l.FlagReady))
	a.StoreImm(amd64.S32, amd64.At(d, l.Parent), 0)
	a.StoreImm(amd64.S32, amd64.At(d, l.Bound), 0)
	a.Store(amd64.S64, amd64.At(d, contFunc), amd64.R13)
	a.Store(amd64.S32, amd64.At(d, contType), numberRegister)
	a.Load(amd64.S64, x, ctxAt(ctxFreshStub))
	a.Store(amd64.S64, amd64.At(d, l.PC), x)
	a.Load(amd64.S64, x, ctxAt(ctxLive))
	a.UnaryMem(amd64.INC, amd64.S32, amd64.At(x, 0))
	a.Load(amd64.S32, x, amd64.At(d, l.Revision))
	a.ShiftImm(amd64.SHL, amd64.S64, x, 32)
	a.ALU(amd64.OR, amd64.S64, ref, x)
	a.Ret()
	a.Bind(slow)
	emitSwitch(requestContNew)(a)
}

// emitContReturn is where the function of a continuation returns to, with its results in the
// registers of the convention.
func emitContReturn(a *amd64.Assembler) {
	l := store.LayoutCont()
	slow := a.NewLabel()
	const d, parent, x, y = amd64.RBP, amd64.R12, amd64.R13, amd64.R14
	a.Load(amd64.S64, d, ctxAt(codegen.OffCurrent))
	a.Load(amd64.S32, parent, amd64.At(d, l.Parent))
	a.ShiftImm(amd64.SHL, amd64.S64, parent, l.LogSize)
	a.ALULoad(amd64.ADD, amd64.S64, parent, ctxAt(codegen.OffConts))
	a.ALUStoreImm(amd64.CMP, amd64.S64, amd64.At(parent, l.PC), 0)
	a.Jcc(amd64.E, slow) // the host's side
	a.ALUStoreImm(amd64.CMP, amd64.S8, amd64.At(d, contClass), int32(store.StackClass(freshStack)))
	a.Jcc(amd64.NE, slow)
	a.Load(amd64.S32, x, ctxAt(ctxPoolCount))
	a.ALULoad(amd64.CMP, amd64.S32, x, ctxAt(ctxPoolLimit))
	a.Jcc(amd64.AE, slow)
	a.UnaryMem(amd64.INC, amd64.S32, ctxAt(ctxPoolCount))
	a.StoreImm(amd64.S8, amd64.At(d, l.State), int32(store.ContFree))
	a.Load(amd64.S64, x, amd64.At(d, l.ChainBytes))
	a.ALUStore(amd64.SUB, amd64.S64, ctxAt(codegen.OffStackInUse), x)
	a.ALUImm(amd64.SUB, amd64.S64, x, stackTop)
	a.Store(amd64.S32, amd64.At(d, l.FP), x)
	a.Load(amd64.S64, y, ctxAt(ctxLive))
	a.UnaryMem(amd64.DEC, amd64.S32, amd64.At(y, 0))
	a.Load(amd64.S32, x, ctxAt(ctxPoolHead))
	a.Store(amd64.S32, amd64.At(d, l.Parent), x)
	a.StoreImm(amd64.S64, amd64.At(d, contFunc), 0)
	a.ALULoad(amd64.SUB, amd64.S64, d, ctxAt(codegen.OffConts))
	a.Mov(amd64.S64, x, d)
	a.ShiftImm(amd64.SHR, amd64.S64, x, l.LogSize)
	a.Store(amd64.S32, ctxAt(ctxPoolHead), x)
	a.ALULoad(amd64.ADD, amd64.S64, d, ctxAt(codegen.OffConts))
	a.Store(amd64.S32, amd64.At(d, l.Inner), x)

	a.Store(amd64.S64, ctxAt(codegen.OffCurrent), parent)
	a.Load(amd64.S64, x, amd64.At(parent, l.Stack))
	a.Load(amd64.S32, y, amd64.At(parent, l.FP))
	a.Lea(amd64.S64, amd64.RSP, amd64.Indexed(x, y, 1, 0))
	a.ALUImm(amd64.ADD, amd64.S64, x, codegen.StackMargin)
	a.Store(amd64.S64, ctxAt(codegen.OffStackLimit), x)
	a.JmpMem(amd64.At(parent, l.PC))
	a.Bind(slow)
	emitSwitch(requestContReturn)(a)
}
