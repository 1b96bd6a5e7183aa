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
// In the pool a descriptor is free, and is linked by Link. Its stack is of the size with
// which continuations begin, with the return address at its top.

// Offsets in the context.
const (
	ctxPoolHead  = int32(unsafe.Offsetof(codegen.Context{}.PoolHead))
	ctxPoolCount = int32(unsafe.Offsetof(codegen.Context{}.PoolCount))
	ctxPoolLimit = int32(unsafe.Offsetof(codegen.Context{}.PoolLimit))
	ctxFreshStub = int32(unsafe.Offsetof(codegen.Context{}.FreshStub))
)

// emitContNew makes a continuation of the function in R13, of the type that numberRegister
// names, and returns the reference in RAX.
func emitContNew(a *amd64.Assembler) {
	l := store.LayoutCont()
	slow := a.NewLabel()
	const d, x = amd64.RDX, amd64.RAX
	a.Load(amd64.S64, d, ctxAt(ctxPoolHead))
	a.Test(amd64.S64, d, d)
	a.Jcc(amd64.E, slow)
	a.ALUStoreImm(amd64.CMP, amd64.S64, amd64.At(amd64.R13, funcNative), 0)
	a.Jcc(amd64.E, slow)
	a.Load(amd64.S64, x, amd64.At(d, l.Link))
	a.Store(amd64.S64, ctxAt(ctxPoolHead), x)
	a.UnaryMem(amd64.DEC, amd64.S32, ctxAt(ctxPoolCount))
	a.StoreImm(amd64.S32, amd64.At(d, l.Status), l.Fresh)
	a.Store(amd64.S64, amd64.At(d, l.Link), d)
	a.Store(amd64.S64, amd64.At(d, l.Func), amd64.R13)
	a.Store(amd64.S32, amd64.At(d, l.Type), numberRegister)
	a.Load(amd64.S64, x, ctxAt(ctxFreshStub))
	a.Store(amd64.S64, amd64.At(d, l.PC), x)
	a.Load(amd64.S64, amd64.RAX, amd64.At(d, l.Ref))
	a.Ret()
	a.Bind(slow)
	emitSwitch(requestContNew)(a)
}

// emitContReturn is where the function of a continuation returns to, with its results in the
// registers of the convention. The stack pointer is then behind the return address.
func emitContReturn(a *amd64.Assembler) {
	l := store.LayoutCont()
	slow := a.NewLabel()
	const d, parent, x = amd64.RBP, amd64.R12, amd64.R13
	a.Load(amd64.S64, d, ctxAt(codegen.OffCurrent))
	a.Load(amd64.S64, parent, amd64.At(d, l.Link))
	a.ALUStoreImm(amd64.CMP, amd64.S8, amd64.At(d, l.Class), int32(store.StackClass(freshStack)))
	a.Jcc(amd64.NE, slow)
	a.Load(amd64.S32, x, ctxAt(ctxPoolCount))
	a.ALULoad(amd64.CMP, amd64.S32, x, ctxAt(ctxPoolLimit))
	a.Jcc(amd64.AE, slow)
	a.UnaryMem(amd64.INC, amd64.S32, ctxAt(ctxPoolCount))
	a.Lea(amd64.S64, x, amd64.At(amd64.RSP, -8))
	a.Store(amd64.S64, amd64.At(d, l.Frame), x)
	a.Load(amd64.S64, amd64.RSP, amd64.At(parent, l.Frame))
	a.StoreImm(amd64.S32, amd64.At(d, l.Status), l.Free)
	a.Load(amd64.S64, x, ctxAt(ctxPoolHead))
	a.Store(amd64.S64, amd64.At(d, l.Link), x)
	a.Store(amd64.S64, ctxAt(ctxPoolHead), d)

	a.Store(amd64.S64, ctxAt(codegen.OffCurrent), parent)
	a.Load(amd64.S64, x, amd64.At(parent, l.Stack))
	a.ALUImm(amd64.ADD, amd64.S64, x, codegen.StackMargin)
	a.Store(amd64.S64, ctxAt(codegen.OffStackLimit), x)
	a.JmpMem(amd64.At(parent, l.PC))
	a.Bind(slow)
	emitSwitch(requestContReturn)(a)
}
