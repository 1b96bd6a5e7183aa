package typed

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"weft"
	"weft/wasm"
)

// slots are the arguments of a call, and then its results.
type slots = [maxSlots]uint64

// A caller has the slots for calls of a function. They cannot lie on Go's stack,
// because engines are called through an interface; and calls may nest, and those of
// several goroutines may begin at the same time, of which one is refused.
type caller struct {
	pool   sync.Pool
	values bool // it is called with values, since not all are numbers
}

// newCaller checks the type of a function.
func newCaller(f *weft.Func, params, results []wasm.ValType) (*caller, error) {
	if f == nil {
		return nil, errors.New("typed: there is no function (is it exported under that name?)")
	}
	given := wasm.FuncType{Params: params, Results: results}
	if have := f.Type(); !slices.EqualFunc(have.Params, params, fits) || !slices.EqualFunc(have.Results, results, fits) {
		return nil, fmt.Errorf("typed: the function has type %s, the Go function stands for %s", have, given)
	}
	return &caller{pool: sync.Pool{New: func() any { return new(slots) }}, values: !areNumbers(params, results)}, nil
}

// fits reports whether values of a function's type may be those that a Go type stands for. References are looked at
// more closely when they are passed.
func fits(have, given wasm.ValType) bool {
	if !have.IsRef() || !given.IsRef() {
		return have == given
	}
	switch have.Heap {
	case wasm.HeapFunc, wasm.HeapNoFunc:
		return given.Heap == wasm.HeapFunc
	case wasm.HeapExtern, wasm.HeapNoExtern:
		return given.Heap == wasm.HeapExtern
	case wasm.HeapAny, wasm.HeapEq, wasm.HeapI31, wasm.HeapStruct, wasm.HeapArray, wasm.HeapNone:
		return given.Heap == wasm.HeapAny
	}
	return have.Heap.IsIndex() && given.Heap != wasm.HeapExtern
}

func (c *caller) take() *slots  { return c.pool.Get().(*slots) }
func (c *caller) give(s *slots) { c.pool.Put(s) }
