package weft

import (
	"context"
	"errors"
	"fmt"

	"weft/wasm"
)

// What a program can do wrong with the API is answered with an error, and leaves everything as it was. Lookups
// return nil for what is not there, so nil functions, memories, tables, globals, tags, instances and
// continuations can be used like those of a closed store.

var (
	errNoContext      = errors.New("weft: the context is nil")
	errNoEngine       = errors.New("weft: there is no engine")
	errNoStore        = errors.New("weft: there is no store")
	errNoLinker       = errors.New("weft: there is no linker")
	errNoModule       = errors.New("weft: there is no module")
	errNoFunc         = errors.New("weft: there is no function to call (is it exported under that name?)")
	errNoTag          = errors.New("weft: there is no tag (is it exported under that name?)")
	errNoTable        = errors.New("weft: there is no table (is it exported under that name?)")
	errNoGlobal       = errors.New("weft: there is no global (is it exported under that name?)")
	errNoMemory       = errors.New("weft: there is no memory (is it exported under that name?)")
	errNoContinuation = errors.New("weft: there is no continuation")
	errNoException    = errors.New("weft: there is no exception to throw")
	errNoInstance     = errors.New("weft: there is no instance")
	errNoHostFunc     = errors.New("weft: there is no Go function to call")
	errNoSnapshot     = errors.New("weft: there is no snapshot")
)

// refuse returns the error for a wrong use, which is another one once the store is closed.
func (s *Store) refuse(err error) error {
	if s.store.Closed() {
		return ErrClosed
	}
	return err
}

// missing returns an error if there is no context or no store.
func missing(ctx context.Context, s *Store) error {
	switch {
	case s == nil:
		return errNoStore
	case ctx == nil:
		return errNoContext
	}
	return nil
}

// checkLimits refuses limits that no module can have.
func checkLimits(l wasm.Limits, largest uint64) error {
	if l.HasMax && l.Max < l.Min {
		return fmt.Errorf("weft: the maximum %d is less than the minimum %d", l.Max, l.Min)
	}
	if l.Min > largest || l.HasMax && l.Max > largest {
		return fmt.Errorf("weft: the limits are above %d", largest)
	}
	return nil
}

// checkMemoryType refuses types that no module can have.
func checkMemoryType(t wasm.MemoryType) error {
	if t.PageLog2 != 0 && t.PageLog2 != 16 {
		return fmt.Errorf("weft: pages of 2^%d bytes: 1 or 65536 bytes expected", t.PageLog2)
	}
	if t.Limits.Shared && !t.Limits.HasMax {
		return errors.New("weft: a shared memory must have a maximum")
	}
	largest := uint64(1<<32 - 1)
	if t.Limits.Is64 {
		largest = 1<<64 - 1
	}
	if t.PageLog2 != 0 {
		largest = largest>>t.PageLog2 + 1
	}
	return checkLimits(t.Limits, largest)
}

// checkTableType refuses types that no module can have.
func checkTableType(t wasm.TableType) error {
	if !t.Elem.IsRef() || !t.Elem.Nullable {
		return fmt.Errorf("weft: a table of %s cannot be filled with null", t.Elem)
	}
	largest := uint64(1<<32 - 1)
	if t.Limits.Is64 {
		largest = 1<<64 - 1
	}
	return checkLimits(t.Limits, largest)
}
