package store

import (
	"errors"
	"fmt"
	"sync/atomic"
)

// DefaultCodeBytes is the limit of an engine that was given none (Engine.LimitCode). Programs take some percent of it.
const DefaultCodeBytes = 256 << 20

// A CodeError says that there is no memory for the code of a function: that of its module has reached the
// limit, or that of the process is used up. A call of the function ends with a trap, as where a stack or the
// heap is used up. (To execute it in another way would not do: a continuation that goes on in one engine
// cannot pass calls of the other.)
type CodeError struct{ Msg string }

func (e *CodeError) Error() string { return "weft: " + e.Msg }

// CodeLimitError is the error where the code of a module has reached its limit.
func CodeLimitError(limit uint64) error {
	return &CodeError{fmt.Sprintf("the code of the module's functions has reached its limit of %d bytes", limit)}
}

// IsCodeError returns the message if an error is, or wraps, a CodeError.
func IsCodeError(err error) (msg string, ok bool) {
	var e *CodeError
	if !errors.As(err, &e) {
		return "", false
	}
	return e.Msg, true
}

// A CodeUse is what an engine has made of a module, in bytes. It is not safe for concurrent use.
type CodeUse struct {
	Limit uint64
	Total *atomic.Uint64 // the module's CodeBytes, or nil
	bytes uint64
	full  bool
}

// Take counts the code of a function, with the tables beside it. Once there was no room for one, there is none for all
// others: what does not fit would else be compiled again and again, in vain.
func (u *CodeUse) Take(bytes uint64) error {
	if u.full = u.full || bytes > u.Limit-u.bytes; u.full {
		return u.Full()
	}
	u.bytes += bytes
	if u.Total != nil {
		u.Total.Add(bytes)
	}
	return nil
}

// Full returns the error if no more code is to be made.
func (u *CodeUse) Full() error {
	if u.full {
		return CodeLimitError(u.Limit)
	}
	return nil
}
