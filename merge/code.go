package merge

import "weft/wasm"

// read reads the instructions of an expression.
func (g *merger) read(p *part, body []byte, each func(in *wasm.Instr)) error {
	g.reader.Reset(body, 0, g.options.Features, p.m.Dialect)
	for g.reader.Len() > 0 {
		if err := g.reader.Next(&g.instr); err != nil {
			return err
		}
		each(&g.instr)
	}
	return nil
}

// rewrite returns an expression of a part with the indices of the result.
func (g *merger) rewrite(p *part, body []byte, funcRef func(index uint32)) ([]byte, error) {
	out := make([]byte, 0, len(body)+len(body)/8)
	err := g.read(p, body, func(in *wasm.Instr) {
		p.renumber(in)
		if in.Op == wasm.OpRefFunc {
			funcRef(in.Index)
		}
		out = wasm.AppendInstr(out, in, p.m.Dialect)
	})
	return out, err
}

// constant rewrites a constant expression. Functions that it names may be named anywhere.
func (g *merger) constant(p *part, x wasm.ConstExpr) (wasm.ConstExpr, error) {
	if len(x.Body) == 0 {
		return x, nil
	}
	body, err := g.rewrite(p, x.Body, func(index uint32) { g.declared[index] = true })
	return wasm.ConstExpr{Body: body}, err
}

// renumber replaces the indices in the immediates of an instruction. What they are indices of, the form says. The
// slices belong to the reader, which fills them anew for the next instruction.
func (p *part) renumber(in *wasm.Instr) {
	in.Index = p.first(in.Op.Info().Imm, in.Index)
	in.Index2 = p.second(in.Op.Info().Imm, in.Index2)
	switch in.Op.Info().Imm {
	case wasm.ImmBlock:
		p.renumberBlock(&in.Block)
	case wasm.ImmTryTable:
		p.renumberBlock(&in.Block)
		for i := range in.Catches {
			if c := &in.Catches[i]; c.Kind.HasTag() {
				c.Tag = p.index[wasm.ExternTag][c.Tag]
			}
		}
	case wasm.ImmTypes:
		for i, t := range in.Types {
			in.Types[i] = p.valType(t)
		}
	case wasm.ImmHeapType, wasm.ImmRefType, wasm.ImmRefTypeNull:
		in.Ref = p.valType(in.Ref)
	case wasm.ImmCast:
		in.Ref, in.Ref2 = p.valType(in.Ref), p.valType(in.Ref2)
	case wasm.ImmResume, wasm.ImmResumeThrow:
		for i := range in.Handlers {
			in.Handlers[i].Tag = p.index[wasm.ExternTag][in.Handlers[i].Tag]
		}
	}
}

func (p *part) renumberBlock(b *wasm.BlockType) {
	switch b.Kind {
	case wasm.BlockIndex:
		b.Index = p.types[b.Index]
	case wasm.BlockValue:
		b.Value = p.valType(b.Value)
	}
}

// first returns the new value of the first index of a form.
func (p *part) first(form wasm.Immediates, index uint32) uint32 {
	switch form {
	case wasm.ImmFunc:
		return p.index[wasm.ExternFunc][index]
	case wasm.ImmType, wasm.ImmTypeTable, wasm.ImmTypeField, wasm.ImmTypeLen, wasm.ImmTypeData, wasm.ImmTypeElem,
		wasm.ImmTypeType, wasm.ImmTypeTag, wasm.ImmResume, wasm.ImmResumeThrow:
		return p.types[index]
	case wasm.ImmGlobal:
		return p.index[wasm.ExternGlobal][index]
	case wasm.ImmTable, wasm.ImmTableTable:
		return p.index[wasm.ExternTable][index]
	case wasm.ImmElem, wasm.ImmElemTable:
		return p.elems + index
	case wasm.ImmMemory, wasm.ImmMemoryMemory, wasm.ImmMemArg, wasm.ImmMemArgLane:
		return p.index[wasm.ExternMemory][index]
	case wasm.ImmData, wasm.ImmDataMemory:
		return p.datas + index
	case wasm.ImmTag:
		return p.index[wasm.ExternTag][index]
	}
	return index // a label or a local, or none
}

// second returns the new value of the second index of a form.
func (p *part) second(form wasm.Immediates, index uint32) uint32 {
	switch form {
	case wasm.ImmTypeTable, wasm.ImmTableTable, wasm.ImmElemTable:
		return p.index[wasm.ExternTable][index]
	case wasm.ImmMemoryMemory, wasm.ImmDataMemory:
		return p.index[wasm.ExternMemory][index]
	case wasm.ImmTypeData:
		return p.datas + index
	case wasm.ImmTypeElem:
		return p.elems + index
	case wasm.ImmTypeType:
		return p.types[index]
	case wasm.ImmTypeTag, wasm.ImmResumeThrow:
		return p.index[wasm.ExternTag][index]
	}
	return index // a field or a number, or none
}
