package text

import (
	"encoding/binary"

	"weft/wasm"
)

// dataBytes reads what a data segment holds: strings, and lists of numbers such as
// (i16 1 -2), which are encoded as a store would (proposal numeric values in WAT
// data segments).
func (p *Parser) dataBytes() []byte {
	bytes := []byte{}
	for {
		switch {
		case p.tok.Kind == String:
			bytes = AppendUnquoted(bytes, p.tok.Text)
			p.next()
		case p.atNumbers():
			p.need(p.tok, wasm.NumericValues, "a list of numbers")
			bytes = p.numbers(bytes)
		default:
			return bytes
		}
	}
}

// numberWidths are the sizes in bits of the numbers that data can be written as. A
// v128 is written as after v128.const.
var numberWidths = map[string]uint{"i8": 8, "i16": 16, "i32": 32, "i64": 64, "f32": 32, "f64": 64, "v128": 128}

// atNumbers reports whether a list of numbers comes next.
func (p *Parser) atNumbers() bool {
	if p.tok.Kind != LParen {
		return false
	}
	word := p.peek()
	return word.Kind == Keyword && numberWidths[word.Text] > 0
}

// numbers reads (type number*) and appends the bytes of the numbers.
func (p *Parser) numbers(bytes []byte) []byte {
	p.expect(LParen)
	word := p.expect(Keyword)
	if word.Text == "v128" {
		p.need(word, wasm.SIMD, "v128")
	}
	width := numberWidths[word.Text]
	for p.tok.Kind != RParen {
		switch {
		case width == 128:
			var in wasm.Instr
			p.vector(&in)
			bytes = append(bytes, in.Bytes[:]...)
			continue
		case word.Text[0] == 'f':
			bytes = binary.LittleEndian.AppendUint64(bytes, p.floatLiteral(int(width)))
		default:
			bytes = binary.LittleEndian.AppendUint64(bytes, p.intLiteral(width))
		}
		bytes = bytes[:len(bytes)-8+int(width)/8]
	}
	p.close()
	return bytes
}
