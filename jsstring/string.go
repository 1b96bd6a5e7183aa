package jsstring

import (
	"sync"
	"unicode/utf16"

	"weft"
)

// MaxLength is how many code units a string has at most.
const MaxLength = 1 << 26

// A String is a string of JavaScript. It does not change, and is safe for concurrent use.
type String struct {
	length int

	mu          sync.Mutex
	units       []uint16 // nil while the string is only the concatenation of others
	left, right *String
}

// shortest is from how many code units on a concatenation is put off: guests build long strings piece by piece.
const shortest = 32

// New returns the string with a text, in which what is not UTF-8 becomes U+FFFD.
func New(text string) *String { return FromUnits(utf16.Encode([]rune(text))) }

// FromUnits returns the string of code units, which must not be changed afterwards.
func FromUnits(units []uint16) *String {
	if units == nil {
		units = []uint16{}
	}
	return &String{length: len(units), units: units}
}

// Len returns the number of code units.
func (s *String) Len() int {
	if s == nil {
		return 0
	}
	return s.length
}

// Units returns the code units, which must not be changed.
func (s *String) Units() []uint16 {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.units == nil {
		s.units = joined(s)
		s.left, s.right = nil, nil
	}
	return s.units
}

// joined returns the code units of a concatenation, from the last to the first: strings that grow at their end are deep
// at the left.
func joined(s *String) []uint16 {
	units := make([]uint16, s.length)
	end := s.length
	todo := []*String{s.left, s.right}
	for len(todo) > 0 {
		part := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		part.mu.Lock()
		if part.units == nil {
			todo = append(todo, part.left, part.right)
		} else {
			end -= copy(units[end-len(part.units):], part.units)
		}
		part.mu.Unlock()
	}
	return units
}

// String returns the text. Surrogates that have no partner become U+FFFD.
func (s *String) String() string { return string(utf16.Decode(s.Units())) }

// concat returns both strings, one after the other.
func concat(a, b *String) *String {
	switch {
	case a.length == 0:
		return b
	case b.length == 0:
		return a
	case a.length+b.length < shortest:
		return FromUnits(append(append(make([]uint16, 0, a.length+b.length), a.Units()...), b.Units()...))
	}
	return &String{length: a.length + b.length, left: a, right: b}
}

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
