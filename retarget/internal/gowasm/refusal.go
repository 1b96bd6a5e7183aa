package gowasm

import (
	"fmt"

	"weft/retarget/internal/refusal"
)

// A Refusal says what differs from what is known of Go's code, and where.
type Refusal = refusal.Refusal

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
