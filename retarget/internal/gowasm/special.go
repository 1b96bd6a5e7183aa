package gowasm

import (
	"slices"

	"weft/wasm"
)

// Functions of a shape of their own stay as they are, with SP in the global, but for their calls of functions of Go's
// shape: those take SP as an argument and return it.

// rewriteOwn rewrites the calls in a function of a shape of its own.
func (m *module) rewriteOwn(f *function) error {
	if f.role == pcLoop || f.role == exportLoop {
		return nil // they have been replaced
	}
	var c code
	var r wasm.CodeReader
	if err := c.read(&r, f.fn); err != nil {
		return err
	}
	var out []byte
	changed := false
	body := f.fn.Body
	for i := 0; i < len(c.instrs); i++ {
		in := c.instrs[i]
		switch {
		case in.op == wasm.OpCallIndirect:
			return refuse(f, int(in.at), "expected no indirect call")
		case c.is(i, wasm.OpI32Const, 0) && c.op(i+1) == wasm.OpCall && m.isGo(uint32(c.instrs[i+1].x)):
			n, code, err := m.callFromOwn(f, &c, i)
			if err != nil {
				return err
			}
			out = append(out, code...)
			changed = true
			i += n - 1
		case in.op == wasm.OpCall && m.isGo(uint32(in.x)):
			return refuse(f, int(in.at), "expected i32.const 0 before a call of %s", m.name(uint32(in.x)))
		default:
			out = append(out, body[in.at:in.end]...)
		}
	}
	if f.shape == export && !changed {
		return refuse(f, -1, "expected that the exported function calls one of Go's shape")
	}
	f.fn.Body = out
	return nil
}

// viaLoop is how a wrapper of an export goes on when the function it has called unwinds.
var viaLoop = []want{{op: wasm.OpIf}, {op: wasm.OpI64Const, any: true}, {op: wasm.OpI64Const, x: 16}, {op: wasm.OpI64ShrU},
	{op: wasm.OpI32WrapI64}, {op: wasm.OpCall, any: true}, {op: wasm.OpEnd}}

// callFromOwn returns how many instructions a call at i has, and what takes their place.
func (m *module) callFromOwn(f *function, c *code, i int) (int, []byte, error) {
	callee := m.function(uint32(c.instrs[i+1].x))
	call := wasm.AppendUnsigned([]byte{code1(wasm.OpGlobalGet), globalSP, code1(wasm.OpCall)}, uint64(callee.index))
	keepSP := append(slices.Clone(call), code1(wasm.OpGlobalSet), globalSP)
	i += 2
	loop := m.byRole[exportLoop]
	switch {
	case f.shape == export && loop != nil && c.match(i, viaLoop) && c.instrs[i+5].x == uint64(loop.index):
		pcf := int64(callee.index - m.imported + firstPCF)
		code := wasm.AppendSigned([]byte{code1(wasm.OpI32Const)}, pcf)
		return 2 + len(viaLoop), wasm.AppendUnsigned(append(code, code1(wasm.OpCall)), uint64(loop.index)), nil
	case f.shape == export:
		return 0, nil, refuse(f, int(c.instrs[i].at), "expected that the wrapper calls wasm_pc_f_loop_export")
	case c.op(i) == wasm.OpDrop && callee.switches:
		return 3, append(call, code1(wasm.OpDrop), code1(wasm.OpDrop)), nil // gogo knows SP
	case c.op(i) == wasm.OpDrop:
		return 3, keepSP, nil
	case callee.switches:
		return 0, nil, refuse(f, int(c.instrs[i].at), "expected no call of %s, from which another goroutine goes on", callee.name)
	case c.match(i, trapIf):
		return 2 + len(trapIf), keepSP, nil
	case c.op(i) == wasm.OpUnreachable:
		return 2, keepSP, nil
	}
	return 0, nil, refuse(f, int(c.instrs[i].at), "expected that the result of a call is dropped or must be 0")
}

// findLeaves marks the functions of a shape of their own that call nothing and do not use SP.
func (m *module) findLeaves() error {
	var c code
	var r wasm.CodeReader
	for i := range m.funcs {
		f := &m.funcs[i]
		if f.shape != ownShape {
			continue
		}
		if err := c.read(&r, f.fn); err != nil {
			return err
		}
		f.isLeaf = true
		for _, in := range c.instrs {
			usesSP := (in.op == wasm.OpGlobalGet || in.op == wasm.OpGlobalSet) && in.x == globalSP
			if in.op == wasm.OpCall || in.op == wasm.OpCallIndirect || usesSP {
				f.isLeaf = false
			}
		}
	}
	return nil
}
