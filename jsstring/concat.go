package jsstring

import (
	"sync/atomic"
	"unsafe"

	"weft"
	"weft/wasm"
)

// Guests build long strings piece by piece: s = concat(s, piece), or concat(piece, s). If each copied the whole of s,
// the time would be quadratic. So what grows gets a buffer with room at both ends. The next string has the
// same buffer, in which only the piece is added. Strings that were made before are parts of it, and do not change.

// A buffer has code units for several strings. What lies between first and last is taken, and never changes.
type buffer struct {
	units       []uint16
	first, last atomic.Int64
}

// HeapBytes returns the bytes of the buffer, which its strings share.
func (b *buffer) HeapBytes() uint64 { return uint64(unsafe.Sizeof(*b)) + bytesOf(len(b.units)) }

const (
	// shortest is from how many code units on strings that grow get a buffer.
	shortest = 32
	// mostSpare is how many code units it has room for at each end, at most.
	mostSpare = 1 << 22
)

// join returns both strings, one after the other.
func (c *call) join(a, b *String) (*String, error) {
	length := a.Len() + b.Len()
	switch {
	case a.Len() == 0:
		return b, nil
	case b.Len() == 0:
		return a, nil
	case length > MaxLength:
		return nil, &weft.Trap{Code: wasm.TrapOutOfMemory, Detail: "a string would be too long"}
	}
	longer := a
	if a.Len() >= b.Len() {
		if s := a.extended(b.Len()); s != nil {
			return s, c.copy(s.units[a.Len():], b.units)
		}
	} else {
		if s := b.extendedInFront(a.Len()); s != nil {
			return s, c.copy(s.units, a.units)
		}
		longer = b
	}
	spare := 0
	if longer.joined && length >= shortest {
		spare = min(length/2, mostSpare)
	}
	if err := c.makeRoom(length + 2*spare); err != nil {
		return nil, err
	}
	s := newJoined(length, spare)
	if err := c.copy(s.units, a.units); err != nil {
		return nil, err
	}
	return s, c.copy(s.units[a.Len():], b.units)
}

// newJoined returns a string that is still to be written, with so many spare code units at both ends.
func newJoined(length, spare int) *String {
	if spare == 0 {
		return &String{units: room(length), joined: true}
	}
	b := &buffer{units: room(length + 2*spare)}
	b.first.Store(int64(spare))
	b.last.Store(int64(spare + length))
	return b.part(spare, spare+length)
}

// part returns what lies between two places of a buffer as a string.
func (b *buffer) part(from, to int) *String {
	return &String{units: b.units[from:to:to], joined: true, in: b, at: from}
}

// extended returns the string with n code units more behind it, which are still to be written; nil if its buffer has
// no room there, or another string has taken it.
func (s *String) extended(n int) *String {
	if s.in == nil {
		return nil
	}
	end := s.at + s.Len()
	if end+n > len(s.in.units) || !s.in.last.CompareAndSwap(int64(end), int64(end+n)) {
		return nil
	}
	return s.in.part(s.at, end+n)
}

// extendedInFront does the same for n code units before it.
func (s *String) extendedInFront(n int) *String {
	if s.in == nil || n > s.at || !s.in.first.CompareAndSwap(int64(s.at), int64(s.at-n)) {
		return nil
	}
	return s.in.part(s.at-n, s.at+s.Len())
}
