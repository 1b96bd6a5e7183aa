package pages

import "unsafe"

// PopulateValues is Populate for a slice of values.
func PopulateValues[T any](values []T) {
	var zero T
	Populate(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(zero))))
}
