package asyncify

import "weft/wasm"

// A writer writes the body of a bottom or a top anew.
type writer struct {
	*linker
	f      *function
	params int
	locals []wasm.ValType // behind the parameters
	copies map[uint32]uint32
	depth  uint32 // blocks around the instruction, in the body
	body   []byte
}

// rewrite returns a bottom or a top as it is in the result.
func (l *linker) rewrite(f *function) (wasm.Func, error) {
	t := l.m.FuncType(f.fn.Type)
	w := &writer{linker: l, f: f, params: len(t.Params)}
	for _, g := range f.fn.Locals {
		for range g.Count {
			w.locals = append(w.locals, g.Type)
		}
	}
	var err error
	if f.straight {
		err = w.instrs(false)
	} else {
		err = w.again(t)
	}
	out := wasm.Func{Type: f.fn.Type, Body: w.body}
	for _, t := range w.locals {
		if n := len(out.Locals); n > 0 && out.Locals[n-1].Type == t {
			out.Locals[n-1].Count++
			continue
		}
		out.Locals = append(out.Locals, wasm.LocalGroup{Count: 1, Type: t})
	}
	return out, err
}

func (w *writer) op(op wasm.Opcode)                  { w.emit(&wasm.Instr{Op: op}) }
func (w *writer) index(op wasm.Opcode, index uint32) { w.emit(&wasm.Instr{Op: op, Index: index}) }
func (w *writer) emit(in *wasm.Instr)                { w.body = wasm.AppendInstr(w.body, in, 0) }

// local makes a new local.
func (w *writer) local(t wasm.ValType) uint32 {
	w.locals = append(w.locals, t)
	return uint32(w.params + len(w.locals) - 1)
}

// again writes the function as a loop: as long as the state is unwinding when the body is through, it suspends, and
// runs the body once more, from its beginning, with the arguments that it had. A top keeps what waits in it meanwhile,
// because its slot is for the continuation that it is in.
func (w *writer) again(t wasm.FuncType) error {
	declared := len(w.locals)
	w.emit(&wasm.Instr{Op: wasm.OpLoop, Block: wasm.BlockType{Kind: wasm.BlockEmpty}})
	w.copyParams(t)
	for i := range declared {
		if w.locals[i].HasDefault() {
			w.emit(zeroOf(w.locals[i]))
			w.index(wasm.OpLocalSet, uint32(w.params+i))
		}
	}
	w.emit(&wasm.Instr{Op: wasm.OpBlock, Block: w.blockType(t.Results)})
	if err := w.instrs(true); err != nil {
		return err
	}
	results := make([]uint32, len(t.Results))
	for i := len(results) - 1; i >= 0; i-- {
		results[i] = w.local(t.Results[i])
		w.index(wasm.OpLocalSet, results[i])
	}
	w.index(wasm.OpGlobalGet, w.state)
	w.emit(&wasm.Instr{Op: wasm.OpI32Const, Bits: 1})
	w.op(wasm.OpI32Eq)
	w.emit(&wasm.Instr{Op: wasm.OpIf, Block: wasm.BlockType{Kind: wasm.BlockEmpty}})
	var inner uint32
	if w.f.role == top {
		inner = w.local(w.of.ValType(w.added.Tables[0].Type.Elem))
		w.index(wasm.OpGlobalGet, w.slot)
		w.index(wasm.OpTableGet, w.waiting)
		w.index(wasm.OpLocalSet, inner)
	}
	w.index(wasm.OpSuspend, w.unwind)
	if w.f.role == top {
		w.index(wasm.OpGlobalGet, w.slot)
		w.index(wasm.OpLocalGet, inner)
		w.index(wasm.OpTableSet, w.waiting)
	}
	w.index(wasm.OpBr, 1)
	w.op(wasm.OpEnd)
	w.op(wasm.OpEnd)
	for _, r := range results {
		w.index(wasm.OpLocalGet, r)
	}
	w.op(wasm.OpEnd)
	return nil
}

// copyParams lets the body work on copies of the parameters that it writes to.
func (w *writer) copyParams(t wasm.FuncType) {
	w.copies = map[uint32]uint32{}
	_ = each(w.f.fn.Body, func(in *wasm.Instr) error { // it has been read before
		if written := in.Op == wasm.OpLocalSet || in.Op == wasm.OpLocalTee; written && int(in.Index) < w.params {
			if _, ok := w.copies[in.Index]; !ok {
				w.copies[in.Index] = w.local(t.Params[in.Index])
			}
		}
		return nil
	})
	for i := range uint32(w.params) {
		if c, ok := w.copies[i]; ok {
			w.index(wasm.OpLocalGet, i)
			w.index(wasm.OpLocalSet, c)
		}
	}
}

// instrs writes the instructions of the body. In a block, a return is a branch to its end.
func (w *writer) instrs(inBlock bool) error {
	w.depth = 0
	return each(w.f.fn.Body, func(in *wasm.Instr) error {
		if body := w.inlineFor(in); body != nil {
			return w.inline(body)
		}
		switch in.Op.Info().Imm {
		case wasm.ImmFunc:
			in.Index = w.own[in.Index]
		case wasm.ImmLocal:
			if c, ok := w.copies[in.Index]; ok {
				in.Index = c
			}
		case wasm.ImmBlock, wasm.ImmTryTable:
			w.depth++
		}
		switch in.Op {
		case wasm.OpEnd:
			w.depth-- // below zero at the end
		case wasm.OpReturn:
			if inBlock {
				w.index(wasm.OpBr, w.depth)
				return nil
			}
		}
		w.emit(in)
		return nil
	})
}

// inlineFor returns what stands in place of a call; nil if it stays.
func (w *writer) inlineFor(in *wasm.Instr) *wasm.Func {
	switch {
	case in.Op == wasm.OpCall && in.Index < w.imported && w.api[in.Index] != noAPI:
		return w.inlines[apiNames[w.api[in.Index]]]
	case w.f.role == top && in.Op == wasm.OpCall:
		return w.inlineStub(callee{direct: true, index: in.Index})
	case w.f.role == top && in.Op == wasm.OpCallIndirect:
		return w.inlineStub(callee{index: in.Index, table: in.Index2})
	}
	return nil
}

func (w *writer) inlineStub(to callee) *wasm.Func {
	if s := w.stubFor(to); s != nil {
		return w.inlines[s.text()]
	}
	return nil
}

// inline writes a body whose arguments are on the stack. It sets its locals before it uses them.
func (w *writer) inline(fn *wasm.Func) error {
	t := w.m.FuncType(fn.Type)
	locals := make([]uint32, len(t.Params))
	for i, p := range t.Params {
		locals[i] = w.local(p)
	}
	for i := len(locals) - 1; i >= 0; i-- {
		w.index(wasm.OpLocalSet, locals[i])
	}
	for _, g := range fn.Locals {
		for range g.Count {
			locals = append(locals, w.local(g.Type))
		}
	}
	w.emit(&wasm.Instr{Op: wasm.OpBlock, Block: w.blockType(t.Results)})
	depth := uint32(0)
	return each(fn.Body, func(in *wasm.Instr) error {
		switch in.Op.Info().Imm {
		case wasm.ImmLocal:
			in.Index = locals[in.Index]
		case wasm.ImmBlock, wasm.ImmTryTable:
			depth++
		}
		switch in.Op {
		case wasm.OpEnd:
			depth--
		case wasm.OpReturn:
			in = &wasm.Instr{Op: wasm.OpBr, Index: depth}
		}
		w.emit(in)
		return nil
	})
}

// blockType returns the type of a block without parameters.
func (w *writer) blockType(results []wasm.ValType) wasm.BlockType {
	switch len(results) {
	case 0:
		return wasm.BlockType{Kind: wasm.BlockEmpty}
	case 1:
		return wasm.BlockType{Kind: wasm.BlockValue, Value: results[0]}
	}
	want := wasm.FuncType{Results: results}
	for i, t := range w.m.Types {
		if t.Comp.Kind == wasm.CompFunc && t.Comp.Func.String() == want.String() {
			return wasm.BlockType{Kind: wasm.BlockIndex, Index: uint32(i)}
		}
	}
	n := len(w.m.Types)
	w.m.Types = append(w.m.Types, wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc, Func: want}})
	w.m.RecGroups = append(w.m.RecGroups, wasm.RecGroup{Start: n, End: n + 1})
	return wasm.BlockType{Kind: wasm.BlockIndex, Index: uint32(n)}
}

// zeroOf returns the instruction for the zero of a type.
func zeroOf(t wasm.ValType) *wasm.Instr {
	switch t.Kind {
	case wasm.KindI32:
		return &wasm.Instr{Op: wasm.OpI32Const}
	case wasm.KindI64:
		return &wasm.Instr{Op: wasm.OpI64Const}
	case wasm.KindF32:
		return &wasm.Instr{Op: wasm.OpF32Const}
	case wasm.KindF64:
		return &wasm.Instr{Op: wasm.OpF64Const}
	case wasm.KindV128:
		return &wasm.Instr{Op: wasm.OpV128Const}
	}
	return &wasm.Instr{Op: wasm.OpRefNull, Ref: t}
}
