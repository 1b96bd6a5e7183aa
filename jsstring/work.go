package jsstring

import (
	"context"
	"strings"
	"unsafe"

	"weft"
)

// One operation can work on a hundred megabytes. So all that is long is done in pieces, with a look between each two
// at the context of the call, and before memory is taken the store says whether there is room.

// lookInterval is how many code units are worked on between two looks: some microseconds.
const lookInterval = 32 << 10

// ended returns an Interrupt if the context has ended.
func ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return &weft.Interrupt{Cause: context.Cause(ctx)}
	}
	return nil
}

// inPieces has work done on n code units, from one to another, until the context has ended.
func (c *call) inPieces(n int, work func(from, to int) error) error {
	for from := 0; from < n; from += lookInterval {
		if from > 0 {
			if err := ended(c.ctx); err != nil {
				return err
			}
		}
		if err := work(from, min(from+lookInterval, n)); err != nil {
			return err
		}
	}
	return nil
}

// copy copies code units.
func (c *call) copy(to, units []uint16) error {
	return c.inPieces(len(units), func(from, end int) error {
		copy(to[from:], units[from:end])
		return nil
	})
}

// room returns code units to be written. If there are many, they are not zero: what Go clears at once, and nothing
// can interrupt, may be a hundred megabytes of pages that the system must first find. A [strings.Builder] has memory
// that is not cleared.
func room(units int) []uint16 {
	if units <= lookInterval {
		return make([]uint16, units)
	}
	var b strings.Builder
	b.Grow(int(bytesOf(units)))
	b.WriteByte(0) // an empty string has no address
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.StringData(b.String()))), units)
}

// makeRoom sees to it that a string of so many code units has room in the store. For short ones it is enough that
// the store refuses them once they are made.
func (c *call) makeRoom(units int) error {
	if units <= lookInterval {
		return nil
	}
	return c.store.MakeRoom(bytesOf(units))
}
