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
		p.Instr(in) // its slices belong to the reader, which fills them anew for the next one
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
