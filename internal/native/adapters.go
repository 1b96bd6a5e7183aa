package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Adapters stand between slots and the places of the calling convention. There are two
// for each type of functions:
//
//   - entry: arguments from Args to their places, a call of the function in
//     border.savedFunction, results to Args, back to Go. It has a word on the stack: the
//     instance of a caller, which is none.
//   - host: is called as a function; arguments to slots, a host call, results from slots. These are
//     the machine's, since a call that the host function makes uses the same Args; if there are many, Go
//     copies them from Args and to Args.

// parts of the adapter for a type.
const (
	entryPart = iota
	hostPart
)

// Offsets of fields of function records.
const (
	funcInstance = int32(unsafe.Offsetof(store.FuncRecord{}.Instance))
	funcNative   = int32(unsafe.Offsetof(store.FuncRecord{}.Native))
)

// adapter returns the address of a part of the adapter for a type, which stays as long as the type does.
func (e *Engine) adapter(id wasm.TypeID, t wasm.FuncType, part int) (uintptr, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.adapters[id]
	if a == nil {
		var err error
		if a, err = process.adapters.use(ssa.SignatureOf(t), (*border).entryAdapter,
			(*border).hostAdapter); err != nil {
			return 0, err
		}
		e.adapters[id] = a
	}
	return a.parts[part], nil
}

// Forget implements [store.Engine].
func (e *Engine) Forget(id wasm.TypeID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if a := e.adapters[id]; a != nil {
		delete(e.adapters, id)
		process.adapters.unuse(a)
	}
}

func (b *border) entryAdapter(sig *ssa.Signature) {
	record := b.registers.Record
	b.OpenFrame()
	b.Load(record, b.savedFunction())
	b.Load(b.registers.Instance, codegen.Field{Base: record, Offset: funcInstance})
	b.fromSlots(b.inArgs(), sig.Params)
	b.Call(codegen.Field{Base: record, Offset: funcNative})
	b.toSlots(b.inArgs(), sig.Results)
	b.exit()
}

// hostSlots is how many slots of a host function code fills itself.
const hostSlots = 16

func (b *border) hostAdapter(sig *ssa.Signature) {
	record := b.registers.Record
	b.Called()
	if max(slotsOf(sig.Params), slotsOf(sig.Results)) > hostSlots {
		b.toSlots(b.inArgs(), sig.Params)
		b.Store(b.savedFunction(), record)
		b.request(requestCallHost)
		b.leave()
		b.fromSlots(b.inArgs(), sig.Results)
		b.Return()
		return
	}
	at := codegen.Field{Base: b.registers.Continuation}
	if len(sig.Params) > 0 {
		b.Load(at.Base, b.context(ctxHostSlots))
		b.toSlots(at, sig.Params)
	}
	b.Store(b.savedFunction(), record)
	b.leaveTo(ctxHostCall)
	if len(sig.Results) > 0 {
		b.Load(at.Base, b.context(ctxHostSlots))
		b.fromSlots(at, sig.Results)
	}
	b.Return()
}

func slotsOf(types []ssa.Type) int {
	n := 0
	for _, t := range types {
		n += t.Slots()
	}
	return n
}

// inArgs is where the context's Args begin: there the values are, as slots, that no register holds.
func (b *border) inArgs() codegen.Field { return b.context(codegen.OffArgs) }

// copySlots copies a value that no register holds. It needs the register for numbers.
func (b *border) copySlots(to, from codegen.Field, slot int, t ssa.Type) {
	if to == from {
		return
	}
	for i := range t.Slots() {
		b.Load(b.registers.Number, from.Plus(int32(8*(slot+i))))
		b.Store(to.Plus(int32(8*(slot+i))), b.registers.Number)
	}
}

// fromSlots loads values to where calls pass them.
func (b *border) fromSlots(from codegen.Field, types []ssa.Type) {
	for i, p := range b.registers.Places(types) {
		if p.Reg == codegen.NoReg {
			b.copySlots(b.inArgs(), from, p.Slot, types[i])
		} else {
			b.LoadValue(p.Reg, from.Plus(int32(8*p.Slot)), types[i])
		}
	}
}

// toSlots stores them from there. It needs the register for numbers.
func (b *border) toSlots(to codegen.Field, types []ssa.Type) {
	for i, p := range b.registers.Places(types) {
		if p.Reg == codegen.NoReg {
			b.copySlots(to, b.inArgs(), p.Slot, types[i])
		} else {
			b.StoreValue(to.Plus(int32(8*p.Slot)), p.Reg, types[i])
		}
	}
}
