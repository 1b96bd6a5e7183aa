package asyncify

import (
	"fmt"
	"slices"

	"weft/wasm"
)

// rewriteAll gives functions their new numbers everywhere in the program, and tops the stubs for what they call.
func (l *linker) rewriteAll() error {
	l.m.Funcs = slices.Clone(l.m.Funcs)
	for i := range l.funcs {
		f, fn := &l.funcs[i], &l.m.Funcs[i]
		fn.Positions = nil
		body, err := l.patch(fn.Body)
		if f.role != noRole {
			body, err = l.rewrite(f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", l.name(f.index), err)
		}
		fn.Body = body
	}
	l.constants(func(index uint32) uint32 { return l.own[index] })
	l.m.Exports = slices.Clone(l.m.Exports)
	for i := range l.m.Exports {
		if e := &l.m.Exports[i]; e.Kind == wasm.ExternFunc {
			e.Index = l.own[e.Index]
		}
	}
	if l.m.Start != nil {
		l.m.Start = &wasm.Start{Func: l.own[l.m.Start.Func]}
	}
	return nil
}

// rewrite returns the body of a bottom or a top with new numbers, and with stubs for what unwinds.
func (l *linker) rewrite(f *function) ([]byte, error) {
	var out []byte
	err := each(f.fn.Body, func(in *wasm.Instr) error {
		var s *stub
		if f.role == top {
			switch in.Op {
			case wasm.OpCall:
				s = l.stubFor(callee{direct: true, index: in.Index})
			case wasm.OpCallIndirect:
				s = l.stubFor(callee{index: in.Index, table: in.Index2})
			}
		}
		if s != nil {
			in = &wasm.Instr{Op: wasm.OpCall, Index: s.at}
		} else if in.Op.Info().Imm == wasm.ImmFunc {
			in.Index = l.own[in.Index]
		}
		out = wasm.AppendInstr(out, in, 0)
		return nil
	})
	return out, err
}

// patch returns an expression with new numbers of functions, each in as many bytes as the old one had.
func (l *linker) patch(body []byte) ([]byte, error) {
	out := slices.Clone(body)
	r := wasm.NewCodeReader(body, 0, wasm.DefaultFeatures, 0)
	var in wasm.Instr
	for r.Len() > 0 {
		at := r.Pos + 1 // opcodes of instructions that name functions have one byte
		if err := r.Next(&in); err != nil {
			return nil, err
		}
		if in.Op.Info().Imm == wasm.ImmFunc && !putUnsigned(out[at:r.Pos], l.own[in.Index]) {
			return nil, fmt.Errorf("function %d has no room for the number %d", in.Index, l.own[in.Index])
		}
	}
	return out, nil
}

// putUnsigned writes a number in LEB128 that fills a place; false if it does not fit.
func putUnsigned(place []byte, v uint32) bool {
	for i := range place {
		place[i] = byte(v) & 0x7F
		if v >>= 7; i+1 < len(place) {
			place[i] |= 0x80
		}
	}
	return v == 0
}

// constants calls a function for each number of a function outside of code and exports, and puts in its place what it
// returns.
func (m *module) constants(renumber func(index uint32) uint32) {
	expr := func(x *wasm.ConstExpr) {
		var out []byte
		_ = each(x.Body, func(in *wasm.Instr) error { // it has been validated
			if in.Op == wasm.OpRefFunc {
				in.Index = renumber(in.Index)
			}
			out = wasm.AppendInstr(out, in, 0)
			return nil
		})
		x.Body = out
	}
	for i := range m.m.Globals {
		expr(&m.m.Globals[i].Init)
	}
	for i := range m.m.Tables {
		expr(&m.m.Tables[i].Init)
	}
	for i := range m.m.Elems {
		e := &m.m.Elems[i]
		for k := range e.Funcs {
			e.Funcs[k] = renumber(e.Funcs[k])
		}
		for k := range e.Exprs {
			expr(&e.Exprs[k])
		}
	}
}
