package asyncify

import "weft/wasm"

// findReach finds the functions that may come to a bottom. A function that calls by reference may call any whose
// reference is taken. Tops end what unwinds, if they are straight.
func (m *module) findReach() {
	m.reaches = make([]bool, int(m.imported)+len(m.funcs))
	callers := make([][]uint32, len(m.reaches))
	var indirect []uint32 // functions that call by reference
	var todo []uint32
	for i := range m.funcs {
		f := &m.funcs[i]
		for _, called := range f.calls {
			callers[called] = append(callers[called], f.index)
		}
		if f.indirect {
			indirect = append(indirect, f.index)
		}
		if f.role == bottom {
			todo = append(todo, f.index)
		}
	}
	taken := make([]bool, len(m.reaches))
	for _, index := range m.taken {
		taken[index] = true
	}
	for len(todo) > 0 {
		index := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		f := m.function(index)
		if m.reaches[index] || f.straight {
			continue
		}
		m.reaches[index] = true
		todo = append(todo, callers[index]...)
		if taken[index] {
			todo = append(todo, indirect...)
			indirect, m.indirectReaches = nil, true
		}
	}
}

// findStubs finds the calls of tops that have to run in continuations.
func (m *module) findStubs() error {
	m.findReach()
	for i := range m.funcs {
		f := &m.funcs[i]
		if f.role != top {
			continue
		}
		if err := each(f.fn.Body, func(in *wasm.Instr) error { return m.findStub(f, in) }); err != nil {
			return err
		}
	}
	return nil
}

// findStub makes a stub for a call in a top, if it needs one.
func (m *module) findStub(f *function, in *wasm.Instr) error {
	to := callee{}
	switch in.Op {
	case wasm.OpCall:
		if !m.reaches[in.Index] {
			return nil
		}
		to = callee{direct: true, index: in.Index}
	case wasm.OpCallIndirect, wasm.OpCallRef:
		if !m.indirectReaches {
			return nil
		}
		to = callee{index: in.Index, table: in.Index2}
	default:
		return nil
	}
	if in.Op == wasm.OpCallRef {
		return m.refuse(f, in.Offset,
			"call_ref of what may unwind, where unwinding ends; expected call or call_indirect")
	}
	m.report.Calls++
	if m.stubFor(to) != nil {
		return nil
	}
	s := &stub{callee: to, number: len(m.stubs), signature: m.signature(to)}
	m.stubs = append(m.stubs, s)
	if !to.direct && !m.isPlain(to.index) {
		return m.refuse(f, in.Offset, "the type of call_indirect is not a final one that stands alone")
	}
	return m.checkTypes(f, in.Offset, s.signature)
}

// checkTypes refuses signatures that stubs cannot have.
func (m *module) checkTypes(f *function, at int, t wasm.FuncType) error {
	for _, list := range [][]wasm.ValType{t.Params, t.Results} {
		for _, v := range list {
			if v.IsRef() && (v.Heap.IsIndex() || !v.Nullable) {
				return m.refuse(f, at, "%s unwinds; expected no references of the module's own types, and none that are never"+
					" null", t)
			}
		}
	}
	return nil
}

// isPlain reports whether a type is equal to one that is written as a signature only.
func (m *module) isPlain(index uint32) bool {
	for _, g := range m.m.RecGroups {
		if int(index) >= g.Start && int(index) < g.End {
			return g.End-g.Start == 1 && m.m.Types[index].Final && len(m.m.Types[index].Supers) == 0
		}
	}
	return false
}
