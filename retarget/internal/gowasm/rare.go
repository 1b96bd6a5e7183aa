package gowasm

import (
	"bytes"
	"maps"
	"slices"

	"weft/wasm"
)

// Calls of functions that never come back, and of morestack, are all over Go's code and are rarely made. So that they
// take little room, what is called in their place is a function that pushes the return address, which is an argument,
// and makes the call.

// addRare adds such a function for each function that is called so.
func (m *module) addRare() {
	callees := map[uint32]bool{}
	for i := range m.funcs {
		for _, b := range m.funcs[i].blocks {
			for _, o := range b.ops {
				switch {
				case o.kind == call && !m.function(uint32(o.x)).mayEnd:
					callees[uint32(o.x)] = true
				case o.kind == stackCheck:
					callees[uint32(o.x>>32)] = true
				}
			}
		}
	}
	m.rare = map[uint32]uint32{}
	for _, callee := range slices.Sorted(maps.Keys(callees)) {
		index := m.imported + uint32(len(m.m.Funcs))
		m.rare[callee] = index
		m.m.Funcs = append(m.m.Funcs, wasm.Func{Type: m.added.pushType, Body: m.rareBody(callee)})
		if len(m.m.Names.Funcs) > 0 {
			m.m.Names.Funcs.Set(index, "weft.call."+m.m.Names.Funcs[callee])
		}
	}
	for i := range m.funcs { // they may have moved
		m.funcs[i].fn = &m.m.Funcs[i]
	}
}

func (m *module) rareBody(callee uint32) []byte {
	body := []byte{code1(wasm.OpLocalGet), 0, code1(wasm.OpLocalGet), 1}
	body = wasm.AppendUnsigned(append(body, code1(wasm.OpCall)), uint64(m.added.push))
	body = wasm.AppendUnsigned(append(body, code1(wasm.OpCall)), uint64(callee))
	return append(body, code1(wasm.OpEnd))
}

// checkRare checks the functions that were added.
func (p *Proof) checkRare(after *wasm.Module) error {
	for callee, index := range p.m.rare {
		i := int(index - p.m.imported)
		if i >= len(after.Funcs) || !bytes.Equal(after.Funcs[i].Body, p.m.rareBody(callee)) {
			return refuse(nil, -1, "proof: function %d does not call %s", index, p.m.name(callee))
		}
	}
	return nil
}
