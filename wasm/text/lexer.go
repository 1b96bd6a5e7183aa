package text

import (
	"strings"
	"unicode/utf8"

	"weft/wasm"
)

// A Lexer cuts a source into tokens.
type Lexer struct {
	src string
	at  place
	bad int // offset of the first byte that is not UTF-8, or -1

	// notes are the annotations with a meaning that were skipped, in order, and
	// that nobody has asked for yet.
	notes []note
}

// A place is a position of the source.
type place struct {
	pos       int
	lineStart int // offset of the first byte of the line
	line      int32
}

// NewLexer returns a lexer of a source.
func NewLexer(src []byte) *Lexer {
	l := &Lexer{src: string(src), at: place{line: 1}, bad: -1}
	if !utf8.ValidString(l.src) {
		for i, r := range l.src {
			if r == utf8.RuneError && !strings.HasPrefix(l.src[i:], "\uFFFD") {
				l.bad = i
				break
			}
		}
	}
	return l
}

// placeOf returns the place where a token begins.
func placeOf(t Token) place {
	return place{pos: t.Offset, lineStart: t.Offset - int(t.Column-1), line: t.Line}
}

// Next returns the next token; at the end of the source one of kind EOF. Errors are
// *[wasm.Error]s of class Malformed, and return when Next is called again.
func (l *Lexer) Next() (Token, error) {
	start, known := l.at, len(l.notes)
	t, err := l.token()
	if err != nil {
		l.at, l.notes = start, l.notes[:known]
		return Token{}, err
	}
	for i := known; i < len(l.notes); i++ {
		l.notes[i].before = t.Offset
	}
	return t, nil
}

func (l *Lexer) token() (t Token, err error) {
	if err := l.skipSpace(); err != nil {
		return t, err
	}
	t = Token{Offset: l.at.pos, Line: l.at.line, Column: int32(l.at.pos-l.at.lineStart) + 1}
	if l.bad >= 0 && l.bad <= t.Offset {
		return t, l.errorf(l.badPlace(), "malformed UTF-8 encoding")
	}
	if l.at.pos >= len(l.src) {
		return t, nil
	}
	switch c := l.src[l.at.pos]; {
	case c == '(':
		t.Kind = LParen
		l.at.pos++
	case c == ')':
		t.Kind = RParen
		l.at.pos++
	case charClass[c]&(classID|classQuote) != 0:
		t.Kind, err = l.word()
	case charClass[c]&classReserved != 0:
		t.Kind = Reserved
		l.at.pos++
	default:
		err = l.errorf(l.at, "illegal character %q", c)
	}
	t.Text = l.src[t.Offset:l.at.pos]
	return t, err
}

// badPlace returns the place of the first byte that is not UTF-8.
func (l *Lexer) badPlace() place {
	p := place{pos: l.bad, line: 1}
	for i := range l.bad {
		if c := l.src[i]; c == '\n' || c == '\r' && l.src[i+1] != '\n' {
			p.line++
			p.lineStart = i + 1
		}
	}
	return p
}

func (l *Lexer) errorf(at place, format string, args ...any) *wasm.Error {
	e := wasm.Errorf(wasm.Malformed, format, args...)
	e.Line, e.Column = int(at.line), at.pos-at.lineStart+1
	return e
}

// Classes of characters.
const (
	classID       = 1 << iota // may be part of an identifier
	classReserved             // a token of its own that no rule accepts
	classQuote
	classPlain // may stand in a string as it is
)

var charClass = func() (classes [256]byte) {
	for c := range classes {
		switch {
		case c == '"':
			classes[c] = classQuote
		case strings.IndexByte(",;[]{}", byte(c)) >= 0:
			classes[c] = classReserved | classPlain
		case c == '(' || c == ')' || c == ' ':
			classes[c] = classPlain
		case c == '\\' || c > 0x20 && c < 0x7F:
			classes[c] = classID | classPlain
		case c >= 0x80:
			classes[c] = classPlain
		}
	}
	return classes
}()

func (l *Lexer) newline() {
	l.at.pos++
	l.at.line++
	l.at.lineStart = l.at.pos
}

// carriageReturn reads CR or CR LF, either of which ends one line.
func (l *Lexer) carriageReturn() {
	if strings.HasPrefix(l.src[l.at.pos:], "\r\n") {
		l.at.pos++
	}
	l.newline()
}

// skipSpace skips white space, comments and annotations.
func (l *Lexer) skipSpace() error {
	for l.at.pos < len(l.src) {
		switch l.src[l.at.pos] {
		case ' ', '\t':
			l.at.pos++
		case '\n':
			l.newline()
		case '\r':
			l.carriageReturn()
		case ';':
			if !strings.HasPrefix(l.src[l.at.pos:], ";;") {
				return nil
			}
			l.skipLine()
		case '(':
			switch {
			case strings.HasPrefix(l.src[l.at.pos:], "(;"):
				if err := l.skipBlockComment(); err != nil {
					return err
				}
			case strings.HasPrefix(l.src[l.at.pos:], "(@"):
				if err := l.annotation(); err != nil {
					return err
				}
			default:
				return nil
			}
		default:
			return nil
		}
	}
	return nil
}

func (l *Lexer) skipLine() {
	if i := strings.IndexAny(l.src[l.at.pos:], "\n\r"); i >= 0 {
		l.at.pos += i
	} else {
		l.at.pos = len(l.src)
	}
}

func (l *Lexer) skipBlockComment() error {
	start, depth := l.at, 0
	for l.at.pos < len(l.src) {
		switch l.src[l.at.pos] {
		case '\n':
			l.newline()
			continue
		case '\r':
			l.carriageReturn()
			continue
		case '(':
			if strings.HasPrefix(l.src[l.at.pos:], "(;") {
				depth++
				l.at.pos++
			}
		case ';':
			if strings.HasPrefix(l.src[l.at.pos:], ";)") {
				depth--
				l.at.pos++
			}
		}
		l.at.pos++
		if depth == 0 {
			return nil
		}
	}
	return l.errorf(start, "unclosed comment")
}

// word reads a run of identifier characters and strings, and classifies it.
func (l *Lexer) word() (Kind, error) {
	start := l.at
	quotes := 0
	for l.at.pos < len(l.src) {
		class := charClass[l.src[l.at.pos]]
		if class&classID != 0 {
			l.at.pos++
			continue
		}
		if class&classQuote == 0 {
			break
		}
		if quotes++; quotes == 1 && l.at.pos == start.pos+1 && l.src[start.pos] == '$' && !l.plainQuoted() {
			return ID, l.errorf(start, "empty identifier: a string without control characters expected")
		}
		if err := l.quoted(); err != nil {
			return Reserved, err
		}
	}
	word := l.src[start.pos:l.at.pos]
	switch c := word[0]; {
	case quotes > 1:
		return Reserved, nil
	case c == '"':
		if word[len(word)-1] == '"' && l.lengthQuoted(word) == len(word) {
			return String, nil
		}
		return Reserved, nil
	case c == '$' && quotes == 1:
		if word[1] != '"' || l.lengthQuoted(word[1:]) != len(word)-1 {
			return Reserved, nil
		}
		name := AppendUnquoted(nil, word[1:])
		if len(name) == 0 {
			return ID, l.errorf(start, "empty identifier")
		}
		if !utf8.Valid(name) {
			return ID, l.errorf(start, "malformed UTF-8 encoding in an identifier")
		}
		return ID, nil
	case quotes == 1:
		return Reserved, nil
	case c == '$':
		if len(word) == 1 {
			return ID, l.errorf(start, "empty identifier")
		}
		return ID, nil
	case 'a' <= c && c <= 'z':
		if c == 'i' || c == 'n' {
			if k := numberKind(word); k != Reserved {
				return k, nil
			}
		}
		return Keyword, nil
	}
	return numberKind(word), nil
}

// plainQuoted reports whether the string that begins here is closed before any
// control character.
func (l *Lexer) plainQuoted() bool {
	for i := l.at.pos + 1; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == '"':
			return true
		case c == '\\':
			i++
		case charClass[c]&classPlain == 0:
			return false
		}
	}
	return false
}

// lengthQuoted returns the length of the string literal that s begins with.
func (l *Lexer) lengthQuoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return -1
}

// quoted reads a string literal.
func (l *Lexer) quoted() error {
	start := l.at
	l.at.pos++
	for l.at.pos < len(l.src) {
		switch c := l.src[l.at.pos]; {
		case c == '"':
			l.at.pos++
			return nil
		case c == '\\':
			if err := l.escape(); err != nil {
				return err
			}
		case charClass[c]&classPlain != 0:
			l.at.pos++
		case c == '\n' || c == '\r':
			return l.errorf(start, "unclosed string")
		default:
			return l.errorf(l.at, "illegal character %q in a string", c)
		}
	}
	return l.errorf(start, "unclosed string")
}

func (l *Lexer) escape() error {
	rest := l.src[l.at.pos+1:]
	if rest == "" {
		return l.errorf(l.at, "unclosed string")
	}
	switch c := rest[0]; c {
	case 't', 'n', 'r', '"', '\'', '\\':
		l.at.pos += 2
		return nil
	case 'u':
		end := strings.IndexByte(rest, '}')
		if len(rest) < 2 || rest[1] != '{' || end < 0 {
			return l.errorf(l.at, "illegal escape: \\u{...} expected")
		}
		digits := rest[2:end]
		if n, ok := scanDigits(digits, 0, true); !ok || n != len(digits) {
			return l.errorf(l.at, "illegal escape: hexadecimal digits expected in \\u{...}")
		}
		r, ok := parseNat(digits, 16, 21)
		if !ok || !utf8.ValidRune(rune(r)) {
			return l.errorf(l.at, "illegal escape: \\u{%s} is not a Unicode scalar value", digits)
		}
		l.at.pos += end + 2
		return nil
	default:
		if len(rest) >= 2 {
			_, high := hexDigit(c)
			_, low := hexDigit(rest[1])
			if high && low {
				l.at.pos += 3
				return nil
			}
		}
		return l.errorf(l.at, "illegal escape")
	}
}
