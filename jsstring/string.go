package jsstring

import (
	"context"
	"unicode/utf16"
	"unsafe"

	"weft"
)

// MaxLength is how many code units a string has at most.
const MaxLength = 1 << 26

// A String is a string of JavaScript. It does not change, and is safe for concurrent use. For stores
// it is [weft.Sized], and maybe a [weft.Part].
type String struct {
	units  []uint16
	joined bool    // it came of a concatenation
	in     *buffer // what the units are a part of; nil if they are its own
	at     int     // where in that
}

// New returns the string with a text, in which what is not UTF-8 becomes U+FFFD.
func New(text string) *String {
	s, _ := decode(context.Background(), text) // which does not end
	return s
}

// decode does the same while the context has not ended.
func decode(ctx context.Context, text string) (*String, error) {
	n, next := 0, lookInterval
	for i, r := range text {
		if n += utf16.RuneLen(r); i >= next {
			if err := ended(ctx); err != nil {
				return nil, err
			}
			next = i + lookInterval
		}
	}
	units, next := room(n)[:0], lookInterval
	for i, r := range text {
		if units = utf16.AppendRune(units, r); i >= next {
			if err := ended(ctx); err != nil {
				return nil, err
			}
			next = i + lookInterval
		}
	}
	return FromUnits(units), nil
}

// FromUnits returns the string of code units, which must not be changed afterwards.
func FromUnits(units []uint16) *String { return &String{units: units} }

// Len returns the number of code units.
func (s *String) Len() int { return len(s.Units()) }

// Units returns the code units, which must not be changed.
func (s *String) Units() []uint16 {
	if s == nil {
		return nil
	}
	return s.units
}

// HeapBytes returns what the string keeps of Go's memory, but for what it shares with others.
func (s *String) HeapBytes() uint64 {
	bytes := uint64(unsafe.Sizeof(*s))
	if s == nil || s.in != nil {
		return bytes
	}
	return bytes + bytesOf(cap(s.units))
}

// Whole returns what the string shares with others; nil if that is nothing.
func (s *String) Whole() any {
	if s == nil || s.in == nil {
		return nil
	}
	return s.in
}

// bytesOf returns how many bytes code units take.
func bytesOf(units int) uint64 { return 2 * uint64(units) }

// String returns the text. Surrogates that have no partner become U+FFFD.
func (s *String) String() string { return string(utf16.Decode(s.Units())) }

// Text returns the text of a value that is a string; false if it is none.
func Text(v weft.Value) (string, bool) {
	switch s := v.Ref().(type) {
	case string:
		return s, true
	case *String:
		if s != nil {
			return s.String(), true
		}
	}
	return "", false
}
