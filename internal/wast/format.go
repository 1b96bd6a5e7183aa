package wast

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"weft"
	"weft/wasm"
)

// FormatResults writes the results of a call as the reference interpreter prints
// them: "1 : i32", or of several "[1 2] : [i32 i64]".
func FormatResults(values []weft.Value) string {
	if len(values) == 1 {
		return FormatValue(values[0]) + " : " + values[0].Type().String()
	}
	texts := make([]string, len(values))
	types := make([]wasm.ValType, len(values))
	for i, v := range values {
		texts[i], types[i] = FormatValue(v), v.Type()
	}
	return "[" + strings.Join(texts, " ") + "] : " + wasm.TypesString(types)
}

// FormatValue writes a value, without its type, as the reference interpreter
// prints it: digits in groups of three, floats with 17 digits, the payload of
// a NaN.
func FormatValue(v weft.Value) string {
	lo, hi := v.Bits()
	switch v.Type().Kind {
	case wasm.KindI32:
		return groupDigits(strconv.FormatInt(int64(v.I32()), 10), 3)
	case wasm.KindI64:
		return groupDigits(strconv.FormatInt(v.I64(), 10), 3)
	case wasm.KindF32:
		return formatFloat(float64(v.F32()), lo&(1<<23-1))
	case wasm.KindF64:
		return formatFloat(v.F64(), lo&(1<<52-1))
	case wasm.KindV128:
		lanes := make([]string, 4)
		for i, half := range []uint64{lo, lo >> 32, hi, hi >> 32} {
			lanes[i] = groupDigits(strconv.FormatInt(int64(int32(half)), 10), 3)
		}
		return strings.Join(lanes, " ")
	}
	switch r := v.Ref().(type) {
	case hostRef:
		return r.String()
	case nil:
		if v.IsNull() {
			return "null"
		}
	}
	return v.Type().Heap.String()
}

// formatFloat writes a float with the fraction bits given.
func formatFloat(f float64, fraction uint64) string {
	sign := ""
	if math.Signbit(f) {
		sign = "-"
	}
	switch {
	case math.IsNaN(f):
		return sign + "nan:0x" + groupDigits(strconv.FormatUint(fraction, 16), 4)
	case math.IsInf(f, 0):
		return sign + "inf"
	}
	s := fmt.Sprintf("%.17g", math.Abs(f))
	// Only the integer part and the fraction are grouped, each from the point on.
	mantissa, exponent, hasExponent := strings.Cut(s, "e")
	whole, frac, hasFraction := strings.Cut(mantissa, ".")
	s = sign + groupDigits(whole, 3)
	if hasFraction {
		s += "." + groupFraction(frac, 3)
	}
	if hasExponent {
		s += "e" + exponent
	}
	return s
}

// groupDigits puts an underscore between groups of n digits, counted from the end.
func groupDigits(s string, n int) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - n; i > 0; i -= n {
		s = s[:i] + "_" + s[i:]
	}
	return sign + s
}

// groupFraction puts an underscore between groups of n digits, counted from the
// beginning.
func groupFraction(s string, n int) string {
	var groups []string
	for len(s) > n {
		groups = append(groups, s[:n])
		s = s[n:]
	}
	return strings.Join(append(groups, s), "_")
}
