package text

import (
	"math"
	"strconv"
	"strings"

	"weft/wasm"
)

// numberKind classifies a word that may be a number: Nat, Int, Float, or Reserved
// if it is none.
func numberKind(word string) Kind {
	s := word
	signed := s[0] == '+' || s[0] == '-'
	if signed {
		s = s[1:]
	}
	if s == "inf" || s == "nan" {
		return Float
	}
	if payload, ok := strings.CutPrefix(s, "nan:0x"); ok {
		if n, ok := scanDigits(payload, 0, true); ok && n == len(payload) {
			return Float
		}
		return Reserved
	}
	hex := strings.HasPrefix(s, "0x")
	if hex {
		s = s[2:]
	}
	i, ok := scanDigits(s, 0, hex)
	switch {
	case !ok:
		return Reserved
	case i == len(s) && signed:
		return Int
	case i == len(s):
		return Nat
	}
	if s[i] == '.' {
		i++
		if j, ok := scanDigits(s, i, hex); ok {
			i = j
		}
	}
	if i < len(s) && (!hex && s[i]|0x20 == 'e' || hex && s[i]|0x20 == 'p') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if i, ok = scanDigits(s, i, false); !ok {
			return Reserved
		}
	}
	if i < len(s) {
		return Reserved
	}
	return Float
}

// scanDigits reads digits with single underscores between them, from s[i] on, and
// returns the offset of what follows; false if there is no digit.
func scanDigits(s string, i int, hex bool) (int, bool) {
	start := i
	for i < len(s) {
		c := s[i]
		if c == '_' && i > start && s[i-1] != '_' {
			if i+1 < len(s) {
				if _, ok := hexDigit(s[i+1]); ok && (hex || s[i+1] <= '9') {
					i++
					continue
				}
			}
			return i, true
		}
		if _, ok := hexDigit(c); !ok || !hex && c > '9' {
			break
		}
		i++
	}
	return i, i > start
}

// parseNat converts digits, which may have underscores, to a number of at most the
// given number of bits.
func parseNat(digits string, base uint64, bits uint) (uint64, bool) {
	v := uint64(0)
	for i := range len(digits) {
		if digits[i] == '_' {
			continue
		}
		d, ok := hexDigit(digits[i])
		if !ok || uint64(d) >= base || v > (math.MaxUint64-uint64(d))/base {
			return 0, false
		}
		v = v*base + uint64(d)
	}
	return v, bits >= 64 || v>>bits == 0
}

// parseMagnitude converts an integer literal without its sign.
func parseMagnitude(s string, bits uint) (uint64, bool) {
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		return parseNat(digits, 16, bits)
	}
	return parseNat(s, 10, bits)
}

// ParseUint returns the value of an unsigned integer literal of the given width.
func ParseUint(literal string, bits uint) (uint64, error) {
	if numberKind(orBlank(literal)) != Nat {
		return 0, wasm.Errorf(wasm.Malformed, "unexpected token %s: unsigned integer expected", literal)
	}
	v, ok := parseMagnitude(literal, bits)
	if !ok {
		return 0, wasm.Errorf(wasm.Malformed, "integer too large: %s does not fit in %d bits", literal, bits)
	}
	return v, nil
}

// ParseInt returns the bits of an integer literal of the given width, which may be
// written as a signed or as an unsigned number. The bits above the width are zero.
func ParseInt(literal string, bits uint) (uint64, error) {
	if k := numberKind(orBlank(literal)); k != Nat && k != Int {
		return 0, wasm.Errorf(wasm.Malformed, "unexpected token %s: integer expected", literal)
	}
	negative := literal[0] == '-'
	v, ok := parseMagnitude(strings.TrimLeft(literal, "+-"), bits)
	if !ok || negative && v > 1<<(bits-1) || literal[0] == '+' && v>>(bits-1) != 0 {
		return 0, wasm.Errorf(wasm.Malformed, "i%d constant out of range: %s", bits, literal)
	}
	if negative {
		v = -v & (math.MaxUint64 >> (64 - bits))
	}
	return v, nil
}

// ParseFloat32 returns the bits of a literal of type f32: an integer, a decimal or
// hexadecimal floating-point number, inf, nan, or nan:0x with a payload.
func ParseFloat32(literal string) (uint32, error) {
	v, err := parseFloat(literal, 32, 23)
	return uint32(v), err
}

// ParseFloat64 returns the bits of a literal of type f64.
func ParseFloat64(literal string) (uint64, error) { return parseFloat(literal, 64, 52) }

func parseFloat(literal string, bits, mantissa int) (uint64, error) {
	switch numberKind(orBlank(literal)) {
	case Nat, Int, Float:
	default:
		return 0, wasm.Errorf(wasm.Malformed, "unexpected token %s: floating-point number expected", literal)
	}
	s, sign := literal, uint64(0)
	if s[0] == '-' {
		sign = 1 << (bits - 1)
	}
	s = strings.TrimLeft(s, "+-")
	infinity := uint64(1)<<(bits-1) - 1<<mantissa
	if s == "inf" {
		return sign | infinity, nil
	}
	if s == "nan" {
		return sign | infinity | 1<<(mantissa-1), nil
	}
	if digits, ok := strings.CutPrefix(s, "nan:0x"); ok {
		payload, ok := parseNat(digits, 16, uint(mantissa))
		if !ok || payload == 0 {
			return 0, wasm.Errorf(wasm.Malformed, "constant out of range: the payload of %s must be between 1 and 0x%x", literal, uint64(1)<<mantissa-1)
		}
		return sign | infinity | payload, nil
	}
	s = strings.ReplaceAll(s, "_", "")
	if strings.HasPrefix(s, "0x") && !strings.ContainsAny(s, "pP") {
		s += "p0"
	}
	v, err := strconv.ParseFloat(s, bits)
	if err != nil {
		return 0, wasm.Errorf(wasm.Malformed, "constant out of range: %s", literal)
	}
	if bits == 32 {
		return sign | uint64(math.Float32bits(float32(v))), nil
	}
	return sign | math.Float64bits(v), nil
}

// orBlank makes the empty string one that can be classified.
func orBlank(s string) string {
	if s == "" {
		return " "
	}
	return s
}
