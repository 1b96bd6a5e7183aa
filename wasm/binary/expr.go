package binary

import "weft/wasm"

// constExpr takes the bytes of a constant expression, up to the end that
// matches its beginning. Which instructions are constant is for validation.
func (d *decoder) constExpr() (wasm.ConstExpr, error) {
	start := d.Pos
	d.code.Reset(d.Buf[start:], d.Offset(), d.features, d.m.Dialect)
	var in wasm.Instr
	for depth := 1; depth > 0; {
		if err := d.code.Next(&in); err != nil {
			return wasm.ConstExpr{}, err
		}
		depth += in.Op.Info().Nesting()
	}
	d.Pos += d.code.Pos
	return wasm.ConstExpr{Body: d.Buf[start:d.Pos:d.Pos], Offset: d.Base + start}, nil
}
