package typed

import (
	"reflect"
	"unsafe"

	"weft/wasm"
)

// A Number is a Go type that stands for a type of WebAssembly: 32-bit integers for
// i32, 64-bit ones for i64, floats for f32 and f64. WebAssembly's integers have no
// sign: both kinds of Go's are the same bits.
type Number interface {
	~int32 | ~uint32 | ~int64 | ~uint64 | ~float32 | ~float64
}

// valType returns the type that T stands for.
func valType[T Number]() wasm.ValType {
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Int32, reflect.Uint32:
		return wasm.I32
	case reflect.Int64, reflect.Uint64:
		return wasm.I64
	case reflect.Float32:
		return wasm.F32
	}
	return wasm.F64
}

func valTypes(types ...wasm.ValType) []wasm.ValType { return types }

// fromSlot returns what a slot holds. Integers and floats are their bits, so it is
// their size alone that matters, and the compiler knows that.
func fromSlot[T Number](slot uint64) T {
	var v T
	if unsafe.Sizeof(v) == 4 {
		half := uint32(slot)
		return *(*T)(unsafe.Pointer(&half))
	}
	return *(*T)(unsafe.Pointer(&slot))
}

// toSlot returns the slot that holds a number.
func toSlot[T Number](v T) uint64 {
	if unsafe.Sizeof(v) == 4 {
		return uint64(*(*uint32)(unsafe.Pointer(&v)))
	}
	return *(*uint64)(unsafe.Pointer(&v))
}
