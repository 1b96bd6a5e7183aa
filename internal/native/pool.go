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
// What is in the pool is all that a fresh continuation is, but for its function and type: its stack is of the size with which
// continuations begin, with the return address at its top. There are no references to it. The list is
// linked by Func.

// The two packages do not know each other.
var _ = [1]byte{}[codegen.StackMargin-store.StackMargin]

const ctxPoolClass = int32(unsafe.Offsetof(codegen.Context{}.PoolClass))

// prefetchAhead is how much later than a continuation that ends the one was made whose descriptor and stack are asked for: many that
// wait mostly end in the order in which they were made. Where they do not, asking costs nothing that can be measured.
const prefetchAhead = 2

// emitContReturn is where the function of a continuation returns to, with its results in the
// registers of the convention. The stack pointer is then behind the return address.
func emitContReturn(a *amd64.Assembler) {
	l := store.LayoutCont()
	slow := a.NewLabel()
	const d, parent, x = amd64.RBP, amd64.R12, amd64.R13
	a.Load(amd64.S64, d, ctxAt(codegen.OffCurrent))
	a.Load(amd64.S64, parent, amd64.At(d, l.Link))
	a.Load(amd64.S64, x, ctxAt(ctxPoolClass))
	a.ALULoad(amd64.CMP, amd64.S8, x, amd64.At(d, l.Class))
	a.Jcc(amd64.NE, slow)
	a.Prefetch(amd64.At(d, prefetchAhead*l.Size))
	a.Prefetch(amd64.At(amd64.RSP, prefetchAhead*int32(store.StackDistance(freshStack))-8))
	a.Store(amd64.S64, ctxAt(codegen.OffCurrent), parent)
	a.Lea(amd64.S64, x, amd64.At(amd64.RSP, -8))
	a.Store(amd64.S64, amd64.At(d, l.Frame), x)
	a.Load(amd64.S64, x, ctxAt(codegen.OffFreshStub))
	a.Store(amd64.S64, amd64.At(d, l.PC), x)
	a.StoreImm(amd64.S32, amd64.At(d, l.Status), l.Fresh)
	a.Load(amd64.S64, x, ctxAt(codegen.OffPoolHead))
	a.Store(amd64.S64, amd64.At(d, l.Func), x)
	a.Store(amd64.S64, ctxAt(codegen.OffPoolHead), d)
	a.Load(amd64.S64, amd64.RSP, amd64.At(parent, l.Frame))
	a.JmpMem(amd64.At(parent, l.PC))
	a.Bind(slow)
	emitSwitch(requestContReturn)(a)
}
