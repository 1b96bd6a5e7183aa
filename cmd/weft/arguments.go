package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"weft"
	"weft/wasm"
	"weft/wasm/text"
)

// parseArguments reads the arguments of a function by the types of its parameters.
func parseArguments(function string, types []wasm.ValType, args []string) ([]weft.Value, error) {
	if len(args) != len(types) {
		return nil, usagef("%s takes %d arguments %s, %d given", function, len(types), wasm.TypesString(types), len(args))
	}
	values := make([]weft.Value, len(types))
	for i, t := range types {
		v, err := parseArgument(t, args[i])
		if err != nil {
			msg := err.Error()
			if e := (*wasm.Error)(nil); errors.As(err, &e) {
				msg = e.Msg
			}
			return nil, usagef("argument %d of %s, of type %s: %s", i+1, function, t, msg)
		}
		values[i] = v
	}
	return values, nil
}

func parseArgument(t wasm.ValType, arg string) (weft.Value, error) {
	switch t.Kind {
	case wasm.KindI32:
		bits, err := text.ParseInt(arg, 32)
		return weft.I32(int32(bits)), err
	case wasm.KindI64:
		bits, err := text.ParseInt(arg, 64)
		return weft.I64(int64(bits)), err
	case wasm.KindF32:
		bits, err := text.ParseFloat32(arg)
		return weft.F32Bits(bits), err
	case wasm.KindF64:
		bits, err := text.ParseFloat64(arg)
		return weft.F64Bits(bits), err
	}
	if t.IsRef() && t.Nullable && arg == "null" {
		return weft.Zero(t), nil
	}
	return weft.Value{}, fmt.Errorf("%q cannot be given on the command line", arg)
}

// formatResult writes a result so that it can be given as an argument again.
func formatResult(v weft.Value) string {
	lo, hi := v.Bits()
	switch v.Type().Kind {
	case wasm.KindI32:
		return strconv.FormatInt(int64(v.I32()), 10)
	case wasm.KindI64:
		return strconv.FormatInt(v.I64(), 10)
	case wasm.KindF32:
		return formatFloat(float64(v.F32()), 32, lo&(1<<23-1), 1<<22)
	case wasm.KindF64:
		return formatFloat(v.F64(), 64, lo&(1<<52-1), 1<<51)
	case wasm.KindV128:
		return fmt.Sprintf("0x%016x%016x", hi, lo)
	}
	if v.IsNull() {
		return "null"
	}
	return "(ref." + v.Type().Heap.String() + ")"
}

// formatFloat writes a float with the given fraction bits, of which plain is
// the one that a NaN without a payload has.
func formatFloat(f float64, bits int, fraction, plain uint64) string {
	sign := ""
	if math.Signbit(f) {
		sign = "-"
	}
	switch {
	case math.IsNaN(f) && fraction == plain:
		return sign + "nan"
	case math.IsNaN(f):
		return fmt.Sprintf("%snan:0x%x", sign, fraction)
	case math.IsInf(f, 0):
		return sign + "inf"
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}
