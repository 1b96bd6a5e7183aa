package text

import (
	"strings"
	"unicode/utf8"

	"weft/wasm"
)

// The annotations with a meaning (core specification, appendix "Custom Sections
// and Annotations"). All others are skipped like comments.
const (
	noteName   = "name"
	noteCustom = "custom"
	noteHint   = wasm.BranchHintSection
)

// A note is an annotation that the lexer has skipped.
type note struct {
	id      string
	at      place // of the opening parenthesis
	content place // just behind the id
	before  int   // offset of the token that follows the annotation
}

// annotation skips an annotation, and notes it if it has a meaning.
func (l *Lexer) annotation() error {
	start := l.at
	l.at.pos += len("(@")
	id, err := l.annotationID(start)
	if err != nil {
		return err
	}
	content := l.at
	for depth := 1; depth > 0; {
		if l.at.pos >= len(l.src) {
			return l.errorf(start, "unclosed annotation")
		}
		switch c := l.src[l.at.pos]; {
		case c == '(' && strings.HasPrefix(l.src[l.at.pos:], "(;"):
			if err := l.skipBlockComment(); err != nil {
				return err
			}
		case c == ';' && strings.HasPrefix(l.src[l.at.pos:], ";;"):
			l.skipLine()
		case c == '(':
			depth++
			l.at.pos++
		case c == ')':
			depth--
			l.at.pos++
		case c == '"':
			if err := l.quoted(); err != nil {
				return err
			}
		case c == '\n':
			l.newline()
		case c == '\r':
			l.carriageReturn()
		case c == ' ' || c == '\t' || charClass[c]&(classID|classReserved) != 0:
			l.at.pos++
		case l.bad == l.at.pos:
			return l.errorf(l.at, "malformed UTF-8 encoding")
		default:
			return l.errorf(l.at, "illegal character %q", c)
		}
	}
	switch id {
	case noteName, noteCustom, noteHint:
		l.notes = append(l.notes, note{id: id, at: start, content: content})
	}
	return nil
}

func (l *Lexer) annotationID(start place) (string, error) {
	if l.at.pos < len(l.src) && l.src[l.at.pos] == '"' {
		if !l.plainQuoted() {
			return "", l.errorf(start, "empty annotation id: a string without control characters expected")
		}
		from := l.at.pos
		if err := l.quoted(); err != nil {
			return "", err
		}
		id := AppendUnquoted(nil, l.src[from:l.at.pos])
		switch {
		case len(id) == 0:
			return "", l.errorf(start, "empty annotation id")
		case !utf8.Valid(id):
			return "", l.errorf(start, "malformed UTF-8 encoding in an annotation id")
		}
		return string(id), nil
	}
	from := l.at.pos
	for l.at.pos < len(l.src) && charClass[l.src[l.at.pos]]&classID != 0 {
		l.at.pos++
	}
	if from == l.at.pos {
		return "", l.errorf(start, "empty annotation id")
	}
	return l.src[from:l.at.pos], nil
}
