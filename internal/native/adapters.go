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

// Adapters stand between Args and the places of the calling convention. There are two
// for each type of functions:
//
//   - entry: arguments from Args to their places, a call of the function in
//     savedFunction, results to Args, back to Go. It has a word on the stack: the
//     instance of a caller, which is none.
//   - host: is called as a function; arguments to Args, a host call, results from Args.

type adapters struct{ entry, host uintptr }

// Offsets of fields of function records.
const (
	funcInstance = int32(unsafe.Offsetof(store.FuncRecord{}.Instance))
	funcNative   = int32(unsafe.Offsetof(store.FuncRecord{}.Native))
)

// convention is how values are passed.
var convention = *amd64.Convention()

// A functionType is one for which adapters are wanted.
type functionType struct {
	id wasm.TypeID
	t  wasm.FuncType
}

// adapt makes the adapters for those types that have none yet.
func (e *Engine) adapt(types []functionType) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	a := &amd64.Assembler{}
	var made []functionType
	var labels []amd64.Label
	for _, ft := range types {
		if _, ok := e.adapters[ft.id]; ok {
			continue
		}
		e.adapters[ft.id] = adapters{} // so that a type which is there twice is made once
		sig := ssa.SignatureOf(ft.t)
		for _, emit := range []func(*amd64.Assembler, *ssa.Signature){emitEntryAdapter, emitHostAdapter} {
			a.Align(16)
			l := a.NewLabel()
			a.Bind(l)
			emit(a, sig)
			labels = append(labels, l)
		}
		made = append(made, ft)
	}
	if len(made) == 0 {
		return nil
	}
	piece, err := process.adapters.place(a.Finish())
	if err != nil {
		for _, ft := range made {
			delete(e.adapters, ft.id)
		}
		return err
	}
	e.pieces.list = append(e.pieces.list, piece)
	for i, ft := range made {
		e.adapters[ft.id] = adapters{
			entry: piece.start + uintptr(a.Offset(labels[2*i])),
			host:  piece.start + uintptr(a.Offset(labels[2*i+1])),
		}
	}
	return nil
}

// adapter returns the adapters for a type.
func (e *Engine) adapter(id wasm.TypeID, t wasm.FuncType) (adapters, error) {
	e.mu.Lock()
	found, ok := e.adapters[id]
	e.mu.Unlock()
	if ok {
		return found, nil
	}
	if err := e.adapt([]functionType{{id, t}}); err != nil {
		return adapters{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.adapters[id], nil
}

func emitEntryAdapter(a *amd64.Assembler, sig *ssa.Signature) {
	a.ALUImm(amd64.SUB, amd64.S64, amd64.RSP, 8)
	a.StoreImm(amd64.S64, amd64.At(amd64.RSP, 0), 0)
	a.Load(amd64.S64, amd64.R13, ctxAt(savedFunction))
	a.Load(amd64.S64, amd64.R14, amd64.At(amd64.R13, funcInstance))
	fromArgs(a, sig.Params)
	a.CallMem(amd64.At(amd64.R13, funcNative))
	toArgs(a, sig.Results)
	emitExit(a)
}

func emitHostAdapter(a *amd64.Assembler, sig *ssa.Signature) {
	toArgs(a, sig.Params)
	a.Store(amd64.S64, ctxAt(savedFunction), amd64.R13)
	back := a.NewLabel()
	leaveTo(a, ctxHostCall, back)
	a.Bind(back)
	fromArgs(a, sig.Results)
	a.Ret()
}

// fromArgs loads the values that registers hold.
func fromArgs(a *amd64.Assembler, types []ssa.Type) {
	for i, p := range convention.Places(types) {
		arg := ctxAt(codegen.OffArgs + 8*int32(p.Slot))
		switch {
		case p.Reg == codegen.NoReg:
		case types[i] == ssa.F32:
			a.SSELoad(amd64.Movss, amd64.Reg(p.Reg), arg)
		case types[i] == ssa.F64:
			a.SSELoad(amd64.Movsd, amd64.Reg(p.Reg), arg)
		case types[i] == ssa.V128:
			a.SSELoad(amd64.Movups, amd64.Reg(p.Reg), arg)
		case types[i] == ssa.I32:
			a.Load(amd64.S32, amd64.Reg(p.Reg), arg)
		default:
			a.Load(amd64.S64, amd64.Reg(p.Reg), arg)
		}
	}
}

// toArgs stores them as slots. It needs RDX.
func toArgs(a *amd64.Assembler, types []ssa.Type) {
	for i, p := range convention.Places(types) {
		arg := ctxAt(codegen.OffArgs + 8*int32(p.Slot))
		reg := amd64.Reg(p.Reg)
		switch {
		case p.Reg == codegen.NoReg:
			continue
		case types[i] == ssa.F32: // the upper half of a slot is 0
			a.MovFromX(amd64.S32, amd64.RDX, reg)
			reg = amd64.RDX
		case types[i] == ssa.F64:
			a.SSEStore(amd64.Movsd, arg, reg)
			continue
		case types[i] == ssa.V128:
			a.SSEStore(amd64.Movups, arg, reg)
			continue
		}
		a.Store(amd64.S64, arg, reg)
	}
}
