package gowasm

import "fmt"

// A Refusal says what differs from what is known of Go's code, and where.
type Refusal struct {
	Func   string // the function's name; "" if it is not about one
	Index  int    // of the function; -1 if it is not about one
	Offset int    // in the binary; -1 if it is not about a place
	Msg    string // what was expected
}

func (r *Refusal) Error() string {
	switch {
	case r.Index < 0:
		return r.Msg
	case r.Offset < 0:
		return fmt.Sprintf("func %d (%s): %s", r.Index, r.Func, r.Msg)
	}
	return fmt.Sprintf("func %d (%s), offset 0x%x: %s", r.Index, r.Func, r.Offset, r.Msg)
}

// refuse makes a refusal about a function, or about the module if f is nil; at is an offset in the function's body or
// -1.
func refuse(f *function, at int, format string, args ...any) *Refusal {
	r := &Refusal{Index: -1, Offset: -1, Msg: fmt.Sprintf(format, args...)}
	if f != nil {
		r.Func, r.Index = f.name, int(f.index)
		if at >= 0 {
			r.Offset = f.fn.BodyOffset + at
		}
	}
	return r
}
