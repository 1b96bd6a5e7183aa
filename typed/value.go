package typed

import (
	"fmt"
	"reflect"

	"weft"
	"weft/wasm"
)

// A Type is a Go type that stands for a type of WebAssembly: a [Number], a vector, or a reference. Functions with
// others than numbers are called by way of [weft.Value], which allocates.
type Type interface {
	Number | V128 | Extern | *weft.Func | *weft.Object
}

// A V128 is a vector, bytes 0 to 7 in Lo.
type V128 struct{ Lo, Hi uint64 }

// An Extern is an externref: any Go value, or nil for null. A [*weft.Func] stands for a funcref, and a [*weft.Object]
// for an anyref to a struct or an array; both are nil for null.
type Extern struct{ Value any }

// valType returns the type that T stands for.
func valType[T Type]() wasm.ValType {
	switch t := reflect.TypeFor[T](); t {
	case reflect.TypeFor[V128]():
		return wasm.V128
	case reflect.TypeFor[Extern]():
		return wasm.ExternRef
	case reflect.TypeFor[*weft.Func]():
		return wasm.FuncRef
	case reflect.TypeFor[*weft.Object]():
		return wasm.RefNull(wasm.HeapAny)
	default:
		v, _ := numberType(t)
		return v
	}
}

func valTypes(types ...wasm.ValType) []wasm.ValType { return types }

// areNumbers reports whether all are types of numbers, which take a slot each.
func areNumbers(lists ...[]wasm.ValType) bool {
	for _, types := range lists {
		for _, t := range types {
			if t.IsRef() || t == wasm.V128 {
				return false
			}
		}
	}
	return true
}

// arguments are values on their way to a Go function, and the error of the first that does not fit.
type arguments struct {
	values []weft.Value
	err    error
}

// fromValue returns a value as one of the type that stands for its type.
func fromValue[T Type](in *arguments, i int) (v T) {
	given := in.values[i]
	lo, hi := given.Bits()
	ok := true
	switch p := any(&v).(type) {
	case *V128:
		*p = V128{lo, hi}
	case *Extern:
		p.Value = given.Ref()
	case **weft.Func:
		*p, ok = given.Ref().(*weft.Func)
	case **weft.Object:
		*p, ok = given.Ref().(*weft.Object)
	default:
		return fromSlot[T](lo)
	}
	if !ok && !given.IsNull() && in.err == nil {
		in.err = fmt.Errorf("typed: value %d is %s, and no %T", i+1, given, v)
	}
	return v
}

// toValue returns the value that something stands for.
func toValue[T Type](v T) weft.Value {
	switch v := any(v).(type) {
	case V128:
		return weft.V128(v.Lo, v.Hi)
	case Extern:
		return weft.ExternRef(v.Value)
	case *weft.Func:
		return weft.FuncRef(v)
	case *weft.Object:
		return v.Value()
	}
	slot := toSlot(v)
	switch valType[T]() {
	case wasm.I32:
		return weft.I32(int32(slot))
	case wasm.I64:
		return weft.I64(int64(slot))
	case wasm.F32:
		return weft.F32Bits(uint32(slot))
	}
	return weft.F64Bits(slot)
}
