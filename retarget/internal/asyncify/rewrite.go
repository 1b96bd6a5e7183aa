package asyncify

import (
	"fmt"
	"slices"

	"weft/wasm"
)

// rewriteAll returns the program's functions with new numbers; bottoms and tops are written anew.
func (l *linker) rewriteAll() ([]wasm.Func, error) {
	funcs := slices.Clone(l.m.Funcs)
	for i := range funcs {
		f, fn := &l.module.funcs[i], &funcs[i]
		fn.Positions = nil
		var err error
		switch {
		case f.role == noRole:
			fn.Body, err = l.patch(fn.Body)
		case l.moves:
			var moved wasm.Func
			moved, err = l.rewrite(f)
			l.moved = append(l.moved, moved)
			*fn = gap(fn)
		default:
			*fn, err = l.rewrite(f)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name(f.index), err)
		}
	}
	return funcs, nil
}

// gap returns a function that only takes the place of one that has moved. Nothing calls it.
func gap(fn *wasm.Func) wasm.Func {
	body := []byte{byte(wasm.Instructions[wasm.OpUnreachable].Code), byte(wasm.Instructions[wasm.OpEnd].Code)}
	out := wasm.Func{Type: fn.Type, Body: body}
	pad(&out, size(fn))
	return out
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
			return nil, errNoRoom
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

// renumberSections gives functions their new numbers outside of code.
func (l *linker) renumberSections() {
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
	l.m.Imports = slices.DeleteFunc(slices.Clone(l.m.Imports), func(im wasm.Import) bool {
		return im.Module == asyncifyModule
	})
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
