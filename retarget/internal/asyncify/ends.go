package asyncify

import (
	"slices"
	"strings"

	"weft/wasm"
)

// TinyGo's function that begins a goroutine ends with a call of one that waits for ever.
const (
	goroutineSuffix = "$gowrapper"
	waitsForEver    = "runtime.deadlock"
)

// findEnds lets goroutines return at their end. Where names are gone, or are others, they wait for ever, as before.
func (m *module) findEnds() {
	ret := byte(wasm.Instructions[wasm.OpReturn].Code)
	m.m.Funcs = slices.Clone(m.m.Funcs)
	for i := range m.funcs {
		f := &m.funcs[i]
		t := m.m.FuncType(f.fn.Type)
		if f.role != noRole || !strings.HasSuffix(m.m.Names.Funcs[f.index], goroutineSuffix) || len(t.Results) > 0 {
			continue
		}
		f.fn = &m.m.Funcs[i]
		body := slices.Clone(f.fn.Body)
		waits := -1 // where a call that waits for ever begins, if the instruction before was one
		_ = each(f.fn.Body, func(in *wasm.Instr) error {
			if in.Op == wasm.OpUnreachable && waits >= 0 {
				for at := waits; at < in.Offset; at++ {
					body[at] = opNop
				}
				body[in.Offset], waits = ret, -1
				m.report.Ends++
				return nil
			}
			waits = -1
			if in.Op == wasm.OpCall && m.m.Names.Funcs[in.Index] == waitsForEver && m.onlyWaits(in.Index) {
				waits = in.Offset
			}
			return nil
		})
		f.fn.Body = body
	}
}

// onlyWaits reports whether a function does nothing but call a function without arguments that comes to a bottom, and
// then die, by calls with constants, if anything.
func (m *module) onlyWaits(index uint32) bool {
	f := m.function(index)
	if f == nil {
		return false
	}
	first, only := true, true
	_ = each(f.fn.Body, func(in *wasm.Instr) error {
		switch in.Op {
		case wasm.OpCall:
			only = only && (!first ||
				m.reaches[in.Index] && len(m.signature(callee{direct: true, index: in.Index}).Params) == 0)
			first = false
		case wasm.OpI32Const:
			only = only && !first
		case wasm.OpUnreachable, wasm.OpEnd:
		default:
			only = false
		}
		return nil
	})
	return only && !first
}
