package binary

import "weft/wasm"

// constExpr takes the bytes of a constant expression, up to the end that
// matches its beginning. Which instructions are constant is for validation.
func (d *decoder) constExpr() (wasm.ConstExpr, error) {
	start := d.Pos
	if d.i32Const() {
		return wasm.ConstExpr{Body: d.Buf[start:d.Pos:d.Pos], Offset: d.Base + start}, nil
	}
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

var opcodeI32Const = byte(wasm.OpI32Const.Info().Code)

// i32Const takes an expression that is one i32.const, as the places of most data segments are. It takes
// nothing if it is another.
func (d *decoder) i32Const() bool {
	start := d.Pos
	if b, ok := d.Peek(); !ok || b != opcodeI32Const {
		return false
	}
	d.Pos++
	if _, err := d.Signed(32); err == nil {
		if b, ok := d.Peek(); ok && b == opcodeEnd {
			d.Pos++
			return true
		}
	}
	d.Pos = start
	return false
}
