package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"weft"
	"weft/jsstring"
	"weft/wasm"
	"weft/wasm/text"
)

// parseArguments reads the arguments of a function of an instance by the types of its parameters.
func parseArguments(in *weft.Instance, function string, types []wasm.ValType, args []string) ([]weft.Value, error) {
	if len(args) != len(types) {
		return nil, usagef("%s takes %d arguments %s, %d given", function, len(types), wasm.TypesString(types), len(args))
	}
	values := make([]weft.Value, len(types))
	for i, t := range types {
		v, err := parseArgument(in, t, args[i])
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

func parseArgument(in *weft.Instance, t wasm.ValType, arg string) (weft.Value, error) {
	switch t.Kind {
	case wasm.KindI32:
		bits, err := text.ParseInt(arg, 32)
		return weft.I32(int32(bits)), err
	case wasm.KindI64:
		bits, err := text.ParseInt(arg, 64)
		return weft.I64(int64(bits)), err
	case wasm.KindF32:
		bits, err := text.ParseFloat32(floatSpelling(arg))
		return weft.F32Bits(bits), err
	case wasm.KindF64:
		bits, err := text.ParseFloat64(floatSpelling(arg))
		return weft.F64Bits(bits), err
	case wasm.KindV128:
		lo, hi, err := parseVector(arg)
		return weft.V128(lo, hi), err
	}
	return parseReference(in, t, arg)
}

// floatSpelling returns how the text format writes a float that is not finite, as other languages spell it.
func floatSpelling(arg string) string {
	sign, name := "", arg
	if arg != "" && (arg[0] == '-' || arg[0] == '+') {
		sign, name = arg[:1], arg[1:]
	}
	switch strings.ToLower(name) {
	case "nan", "nan:canonical":
		return sign + "nan"
	case "inf", "infinity":
		return sign + "inf"
	}
	return arg
}

// parseReference reads a reference: null, func:EXPORT, i31:N or extern:TEXT. Whether it has the type is seen when it is
// given to the function.
func parseReference(in *weft.Instance, t wasm.ValType, arg string) (weft.Value, error) {
	kind, rest, _ := strings.Cut(arg, ":")
	switch {
	case arg == "null" && t.Nullable:
		return weft.Zero(t), nil
	case arg == "null":
		return weft.Value{}, errors.New("null is not of this type")
	case kind == "func" && in.Func(rest) != nil:
		return weft.FuncRef(in.Func(rest)), nil
	case kind == "func":
		return weft.Value{}, fmt.Errorf("the module exports no function %q", rest)
	case kind == "extern":
		return hostReference(t, rest)
	case kind == "i31":
		n, err := strconv.ParseInt(rest, 0, 64)
		if err != nil || n < -1<<30 || n >= 1<<31 {
			return weft.Value{}, fmt.Errorf("%q is no number of 31 bits", rest)
		}
		return weft.I31Ref(int32(n)), nil
	}
	return weft.Value{}, fmt.Errorf(
		"%q cannot be given on the command line; null, func:EXPORT, i31:N and extern:TEXT can", arg)
}

// hostReference returns a reference to a text of the host, in the hierarchy of a type.
func hostReference(t wasm.ValType, text string) (weft.Value, error) {
	switch t.Heap {
	case wasm.HeapExtern:
		return weft.ExternRef(text), nil
	case wasm.HeapAny:
		return weft.AnyRef(text), nil
	}
	return weft.Value{}, errors.New("only externref and anyref hold a value of the host")
}

// lanes gives the bits of the lanes of each shape of vector.
var lanes = map[string]int{"i8x16": 8, "i16x8": 16, "i32x4": 32, "i64x2": 64, "f32x4": 32, "f64x2": 64}

// parseVector reads a v128: 0x and up to 32 hexadecimal digits, or SHAPE:LANE,LANE,...
func parseVector(arg string) (lo, hi uint64, err error) {
	if digits, ok := strings.CutPrefix(arg, "0x"); ok && len(digits) <= 32 {
		digits = strings.Repeat("0", 32-len(digits)) + digits
		hi, err = strconv.ParseUint(digits[:16], 16, 64)
		if err == nil {
			lo, err = strconv.ParseUint(digits[16:], 16, 64)
		}
		if err == nil {
			return lo, hi, nil
		}
	}
	shape, list, _ := strings.Cut(arg, ":")
	width, values := lanes[shape], strings.Split(list, ",")
	if width == 0 {
		return 0, 0, errors.New("0x and up to 32 digits, or lanes as in i32x4:1,2,3,4, are expected")
	}
	if len(values)*width != 128 {
		return 0, 0, fmt.Errorf("%s has %d lanes, %d given", shape, 128/width, len(values))
	}
	var halves [2]uint64
	for i, v := range values {
		bits, err := parseLane(shape[0] == 'f', width, strings.TrimSpace(v))
		if err != nil {
			return 0, 0, err
		}
		halves[i*width/64] |= bits << (i * width % 64)
	}
	return halves[0], halves[1], nil
}

func parseLane(float bool, width int, v string) (uint64, error) {
	switch {
	case float && width == 32:
		bits, err := text.ParseFloat32(floatSpelling(v))
		return uint64(bits), err
	case float:
		return text.ParseFloat64(floatSpelling(v))
	}
	return text.ParseInt(v, uint(width))
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
	if text, ok := jsstring.Text(v); ok {
		return "extern:" + text
	}
	if i, ok := v.Ref().(weft.I31); ok {
		return fmt.Sprintf("i31:%d", i)
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
