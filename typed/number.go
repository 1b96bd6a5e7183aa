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

// numberType returns the type that a Number stands for; false for other types.
func numberType(t reflect.Type) (wasm.ValType, bool) {
	switch t.Kind() {
	case reflect.Int32, reflect.Uint32:
		return wasm.I32, true
	case reflect.Int64, reflect.Uint64:
		return wasm.I64, true
	case reflect.Float32:
		return wasm.F32, true
	case reflect.Float64:
		return wasm.F64, true
	}
	return wasm.ValType{}, false
}

// fromSlot returns the Number that a slot holds. Integers and floats are their bits, so it is
// their size alone that matters, and the compiler knows that. It is not called for other types.
func fromSlot[T Type](slot uint64) T {
	var v T
	if unsafe.Sizeof(v) == 4 {
		half := uint32(slot)
		return *(*T)(unsafe.Pointer(&half))
	}
	if unsafe.Sizeof(v) == 8 {
		return *(*T)(unsafe.Pointer(&slot))
	}
	return v
}

// toSlot returns the slot that holds a Number. It is not called for other types.
func toSlot[T Type](v T) uint64 {
	if unsafe.Sizeof(v) == 4 {
		return uint64(*(*uint32)(unsafe.Pointer(&v)))
	}
	return *(*uint64)(unsafe.Pointer(&v))
}
