package text

import (
	"strings"
	"unicode/utf8"
)

// A Kind is the lexical class of a token.
type Kind uint8

const (
	EOF      Kind = iota
	LParen        // (
	RParen        // )
	Keyword       // a word that begins with a lower-case letter
	ID            // $name or $"name"
	Nat           // an integer without sign
	Int           // an integer with a sign
	Float         // a number with fraction or exponent, inf, nan
	String        // "..."
	Reserved      // anything else that can be delimited: no rule accepts it
)

func (k Kind) String() string {
	return [...]string{"end of input", "(", ")", "keyword", "identifier", "number", "number",
		"number", "string", "reserved token"}[k]
}

// A Token is a word of the source.
type Token struct {
	Kind   Kind
	Line   int32 // 1-based
	Column int32 // 1-based, in bytes
	Offset int   // of the first byte in the source
	Text   string
}

// Name returns the name of an identifier: without the dollar sign, and in the
// form with quotes without those and with its escapes resolved.
func (t Token) Name() string {
	if strings.HasPrefix(t.Text, `$"`) {
		return string(AppendUnquoted(nil, t.Text[1:]))
	}
	return strings.TrimPrefix(t.Text, "$")
}

// Unquoted returns the bytes that a String token stands for.
func (t Token) Unquoted() []byte { return AppendUnquoted(nil, t.Text) }

// describe names the token in an error message.
func (t Token) describe() string {
	const longest = 40
	switch {
	case t.Kind == EOF:
		return "the end of the input"
	case len(t.Text) > longest:
		return t.Text[:longest] + "..."
	}
	return t.Text
}

// AppendUnquoted appends the bytes that a string literal, which the lexer has
// checked, stands for.
func AppendUnquoted(dst []byte, literal string) []byte {
	s := literal[1 : len(literal)-1]
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		switch c := s[i+1]; c {
		case 't':
			dst = append(dst, '\t')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 'u':
			end := i + strings.IndexByte(s[i:], '}')
			r, _ := parseNat(s[i+3:end], 16, 32)
			dst = utf8.AppendRune(dst, rune(r))
			s = s[end+1:]
			continue
		default:
			if high, ok := hexDigit(c); ok {
				low, _ := hexDigit(s[i+2])
				dst = append(dst, high<<4|low)
				s = s[i+3:]
				continue
			}
			dst = append(dst, c) // one of " ' \
		}
		s = s[i+2:]
	}
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
