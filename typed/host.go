package typed

import (
	"weft"
	"weft/wasm"
)

// A Host is a host function together with its type. It can be made a function of
// any number of stores.
type Host struct {
	Type wasm.FuncType // of the function for the guest
	// One of them calls the Go function: with the numbers in slots, or, if not all are numbers, with values.
	Call   weft.HostFunc
	Values weft.ValuesFunc
}

// newHost makes a Host; one without a Go function is refused by the store.
func newHost(missing bool, params, results []wasm.ValType, call weft.HostFunc) Host {
	if missing {
		call = nil
	}
	return Host{Type: wasm.FuncType{Params: params, Results: results}, Call: call}
}

// newValuesHost is newHost for a function of which not all are numbers.
func newValuesHost(missing bool, params, results []wasm.ValType, call weft.ValuesFunc) Host {
	if missing {
		call = nil
	}
	return Host{Type: wasm.FuncType{Params: params, Results: results}, Values: call}
}

// Define makes the function one of the linker's store, under the name by which
// modules import it.
func (h Host) Define(l *weft.Linker, module, name string) error {
	if h.Values != nil {
		return l.DefineValues(module, name, h.Type, h.Values)
	}
	return l.DefineFunc(module, name, h.Type, h.Call)
}

// New makes the function one of a store. The name is for people.
func (h Host) New(s *weft.Store, name string) (*weft.Func, error) {
	if h.Values != nil {
		return s.NewValuesFunc(name, h.Type, h.Values)
	}
	return s.NewFunc(name, h.Type, h.Call)
}
