package native

import (
	"unsafe"

	"weft/internal/codegen"
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

// contReturn is where the function of a continuation returns to, with its results in the
// registers of the convention. The stack pointer is what it was at the beginning, less what the call had pushed.
func (b *border) contReturn() {
	l := store.LayoutCont()
	slow := b.NewLabel()
	d, parent, x := b.registers.Number, b.registers.TailCaller, b.registers.Record
	in := func(r codegen.Reg, offset int32) codegen.Field { return codegen.Field{Base: r, Offset: offset} }
	b.Load(d, b.context(codegen.OffCurrent))
	b.Load(parent, in(d, l.Link))
	b.Load(x, b.context(ctxPoolClass))
	b.JumpUnlessByte(x, in(d, l.Class), slow)
	b.Prefetch(in(d, prefetchAhead*l.Size))
	b.Prefetch(in(b.registers.Stack, prefetchAhead*int32(store.StackDistance(freshStack))-8))
	b.Store(b.context(codegen.OffCurrent), parent)
	b.Address(x, in(b.registers.Stack, -b.registers.Pushed))
	b.Store(in(d, l.Frame), x)
	b.Load(x, b.context(codegen.OffFreshStub))
	b.Store(in(d, l.PC), x)
	b.Set32(in(d, l.Status), l.Fresh)
	b.Load(x, b.context(codegen.OffPoolHead))
	b.Store(in(d, l.Func), x)
	b.Store(b.context(codegen.OffPoolHead), d)
	b.LoadStack(in(parent, l.Frame))
	b.Jump(in(parent, l.PC))
	b.Bind(slow)
	b.ask(requestContReturn)
}
