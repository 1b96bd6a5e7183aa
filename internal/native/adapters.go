//go:build linux && amd64

package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// Adapters stand between slots and the places of the calling convention. There are two
// for each type of functions:
//
//   - entry: arguments from Args to their places, a call of the function in
//     savedFunction, results to Args, back to Go. It has a word on the stack: the
//     instance of a caller, which is none.
//   - host: is called as a function; arguments to slots, a host call, results from slots. These are
//     the machine's, since a call that the host function makes uses the same Args; if there are many, Go
//     copies them from Args and to Args.

// parts of the adapter for a type.
const (
	entryPart = iota
	hostPart
)

// Kinds of adapters.
const (
	forType = iota
	forLoop
)

// Offsets of fields of function records.
const (
	funcInstance = int32(unsafe.Offsetof(store.FuncRecord{}.Instance))
	funcNative   = int32(unsafe.Offsetof(store.FuncRecord{}.Native))
)

// convention is how values are passed.
var convention = *amd64.Convention()

// adapter returns the address of a part of the adapter for a type, which stays as long as the type does.
func (e *Engine) adapter(id wasm.TypeID, t wasm.FuncType, part int) (uintptr, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := e.adapters[id]
	if a == nil {
		var err error
		if a, err = process.adapters.use(forType, ssa.SignatureOf(t), emitEntryAdapter, emitHostAdapter); err != nil {
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

func emitEntryAdapter(a *amd64.Assembler, sig *ssa.Signature) {
	emitEntryTo(a, sig, amd64.At(amd64.R13, funcNative))
}

// emitEntryTo emits an entry that calls the code whose address stands at target.
func emitEntryTo(a *amd64.Assembler, sig *ssa.Signature, target amd64.Mem) {
	a.ALUImm(amd64.SUB, amd64.S64, amd64.RSP, 8)
	a.StoreImm(amd64.S64, amd64.At(amd64.RSP, 0), 0)
	a.Load(amd64.S64, amd64.R13, ctxAt(savedFunction))
	a.Load(amd64.S64, amd64.R14, amd64.At(amd64.R13, funcInstance))
	fromSlots(a, inArgs, sig.Params)
	a.CallMem(target)
	toSlots(a, inArgs, sig.Results)
	emitExit(a)
}

// hostSlots is how many slots of a host function code fills itself.
const hostSlots = 16

func emitHostAdapter(a *amd64.Assembler, sig *ssa.Signature) {
	back := a.NewLabel()
	if max(slotsOf(sig.Params), slotsOf(sig.Results)) > hostSlots {
		toSlots(a, inArgs, sig.Params)
		a.Store(amd64.S64, ctxAt(savedFunction), amd64.R13)
		a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestCallHost)
		leave(a, back)
		a.Bind(back)
		fromSlots(a, inArgs, sig.Results)
		a.Ret()
		return
	}
	at := slotPlace{amd64.RDX, 0}
	if len(sig.Params) > 0 {
		a.Load(amd64.S64, at.base, ctxAt(ctxHostSlots))
		toSlots(a, at, sig.Params)
	}
	a.Store(amd64.S64, ctxAt(savedFunction), amd64.R13)
	leaveTo(a, ctxHostCall, back)
	a.Bind(back)
	if len(sig.Results) > 0 {
		a.Load(amd64.S64, at.base, ctxAt(ctxHostSlots))
		fromSlots(a, at, sig.Results)
	}
	a.Ret()
}

func slotsOf(types []ssa.Type) int {
	n := 0
	for _, t := range types {
		n += t.Slots()
	}
	return n
}

// A slotPlace is where the values of a call are as slots.
type slotPlace struct {
	base amd64.Reg
	disp int32
}

// inArgs is the context's Args: there the values are, as slots, that no register holds.
var inArgs = slotPlace{amd64.R15, codegen.OffArgs}

func (p slotPlace) slot(i int) amd64.Mem { return amd64.At(p.base, p.disp+8*int32(i)) }

// emitCopy copies a value that no register holds. It needs RBP.
func emitCopy(a *amd64.Assembler, to, from slotPlace, slot int, t ssa.Type) {
	if to == from {
		return
	}
	for i := range t.Slots() {
		a.Load(amd64.S64, amd64.RBP, from.slot(slot+i))
		a.Store(amd64.S64, to.slot(slot+i), amd64.RBP)
	}
}

// fromSlots loads values to where calls pass them.
func fromSlots(a *amd64.Assembler, from slotPlace, types []ssa.Type) {
	for i, p := range convention.Places(types) {
		slot := from.slot(p.Slot)
		switch {
		case p.Reg == codegen.NoReg:
			emitCopy(a, inArgs, from, p.Slot, types[i])
		case types[i] == ssa.F32:
			a.SSELoad(amd64.Movss, amd64.Reg(p.Reg), slot)
		case types[i] == ssa.F64:
			a.SSELoad(amd64.Movsd, amd64.Reg(p.Reg), slot)
		case types[i] == ssa.V128:
			a.SSELoad(amd64.Movups, amd64.Reg(p.Reg), slot)
		case types[i] == ssa.I32:
			a.Load(amd64.S32, amd64.Reg(p.Reg), slot)
		default:
			a.Load(amd64.S64, amd64.Reg(p.Reg), slot)
		}
	}
}

// toSlots stores them from there. It needs RBP.
func toSlots(a *amd64.Assembler, to slotPlace, types []ssa.Type) {
	for i, p := range convention.Places(types) {
		slot, reg := to.slot(p.Slot), amd64.Reg(p.Reg)
		switch {
		case p.Reg == codegen.NoReg:
			emitCopy(a, to, inArgs, p.Slot, types[i])
		case types[i] == ssa.F32: // the upper half of a slot is 0
			a.MovFromX(amd64.S32, amd64.RBP, reg)
			a.Store(amd64.S64, slot, amd64.RBP)
		case types[i] == ssa.F64:
			a.SSEStore(amd64.Movsd, slot, reg)
		case types[i] == ssa.V128:
			a.SSEStore(amd64.Movups, slot, reg)
		default:
			a.Store(amd64.S64, slot, reg)
		}
	}
}
