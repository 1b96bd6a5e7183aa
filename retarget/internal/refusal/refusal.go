// Package refusal has the error for modules that differ from what is known of their compiler.
package refusal

import "fmt"

// A Refusal says what differs, and where.
type Refusal struct {
	Func   string // the function's name; "" if it has none, or it is not about one
	Index  int    // of the function; -1 if it is not about one
	Offset int    // in the binary; -1 if it is not about a place
	Msg    string // what was expected
}

func (r *Refusal) Error() string {
	where := fmt.Sprintf("func %d (%s)", r.Index, r.Func)
	if r.Func == "" {
		where = fmt.Sprintf("func %d", r.Index)
	}
	switch {
	case r.Index < 0:
		return r.Msg
	case r.Offset < 0:
		return where + ": " + r.Msg
	}
	return fmt.Sprintf("%s, offset 0x%x: %s", where, r.Offset, r.Msg)
}
