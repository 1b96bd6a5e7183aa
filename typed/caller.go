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
type slots = [max(maxParams, 1)]uint64

// A caller has the slots for calls of a function. They cannot lie on Go's stack,
// because engines are called through an interface; and calls may nest, and those of
// several goroutines may begin at the same time, of which one is refused.
type caller struct{ pool sync.Pool }

// newCaller checks the type of a function.
func newCaller(f *weft.Func, params, results []wasm.ValType) (*caller, error) {
	if f == nil {
		return nil, errors.New("typed: there is no function (is it exported under that name?)")
	}
	given := wasm.FuncType{Params: params, Results: results}
	if have := f.Type(); !slices.Equal(have.Params, params) || !slices.Equal(have.Results, results) {
		return nil, fmt.Errorf("typed: the function has type %s, the Go function stands for %s", have, given)
	}
	return &caller{sync.Pool{New: func() any { return new(slots) }}}, nil
}

func (c *caller) take() *slots  { return c.pool.Get().(*slots) }
func (c *caller) give(s *slots) { c.pool.Put(s) }
