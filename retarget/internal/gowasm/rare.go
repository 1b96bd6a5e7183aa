package gowasm

import (
	"bytes"
	"maps"
	"slices"

	"weft/wasm"
)

// Calls of functions that never come back, and of morestack, are all over Go's code and are rarely made. So that they
// take little room, what is called in their place is a function that pushes the return address, which is an argument,
// and makes the call. That of morestack then checks the stack again, because Go's code goes on at the beginning: it
// takes what the check adds to the stack's guard, too.

// addRare adds such a function for each function that is called so.
func (m *module) addRare() {
	never, grow := map[uint32]bool{}, map[uint32]bool{}
	for i := range m.funcs {
		for _, b := range m.funcs[i].blocks {
			for _, o := range b.ops {
				switch {
				case o.kind == call && !m.function(uint32(o.x)).mayEnd:
					never[uint32(o.x)] = true
				case o.kind == stackCheck:
					grow[uint32(o.x>>32)] = true
				}
			}
		}
	}
	m.rare = map[uint32]uint32{}
	for _, callee := range slices.Sorted(maps.Keys(never)) {
		m.rare[callee] = m.addRareFunc("weft.call.", callee, m.added.pushType, m.rareBody(callee))
	}
	m.grow = map[uint32]uint32{}
	for _, callee := range slices.Sorted(maps.Keys(grow)) {
		m.grow[callee] = m.addRareFunc("weft.grow.", callee, m.added.growType, m.growBody(callee))
	}
	for i := range m.funcs { // they may have moved
		m.funcs[i].fn = &m.m.Funcs[i]
	}
}

func (m *module) addRareFunc(prefix string, callee, t uint32, body []byte) uint32 {
	index := m.imported + uint32(len(m.m.Funcs))
	m.m.Funcs = append(m.m.Funcs, wasm.Func{Type: t, Body: body})
	if len(m.m.Names.Funcs) > 0 {
		m.m.Names.Funcs.Set(index, prefix+m.m.Names.Funcs[callee])
	}
	return index
}

// rareBody makes the call: what is pushed, and SP, are the arguments.
func (m *module) rareBody(callee uint32) []byte {
	return append(m.pushAndCall(callee), code1(wasm.OpEnd))
}

func (m *module) pushAndCall(callee uint32) []byte {
	body := []byte{code1(wasm.OpLocalGet), 0, code1(wasm.OpLocalGet), 1}
	body = wasm.AppendUnsigned(append(body, code1(wasm.OpCall)), uint64(m.added.push))
	return wasm.AppendUnsigned(append(body, code1(wasm.OpCall)), uint64(callee))
}

// growBody makes the call until the check finds that there is room.
func (m *module) growBody(callee uint32) []byte {
	body := append([]byte{code1(wasm.OpLoop), emptyType}, m.pushAndCall(callee)...)
	return append(body, code1(wasm.OpLocalTee), 0,
		code1(wasm.OpGlobalGet), globalG, code1(wasm.OpI32WrapI64), code1(wasm.OpI32Load), 2, guardOffset,
		code1(wasm.OpLocalGet), 2, code1(wasm.OpI32Add), code1(wasm.OpI32LeU), code1(wasm.OpBrIf), 0,
		code1(wasm.OpEnd), code1(wasm.OpLocalGet), 0, code1(wasm.OpEnd))
}

// checkRare checks the functions that were added.
func (p *Proof) checkRare(after *wasm.Module) error {
	check := func(added map[uint32]uint32, body func(uint32) []byte) error {
		for callee, index := range added {
			i := int(index - p.m.imported)
			if i >= len(after.Funcs) || !bytes.Equal(after.Funcs[i].Body, body(callee)) {
				return refuse(nil, -1, "proof: function %d does not call %s", index, p.m.name(callee))
			}
		}
		return nil
	}
	if err := check(p.m.rare, p.m.rareBody); err != nil {
		return err
	}
	return check(p.m.grow, p.m.growBody)
}
