package text

import (
	"unicode/utf8"

	"weft/wasm"
)

// A space is an index space with its identifiers.
type space struct {
	what    string // as in "unknown function"
	keyword string // as in "duplicate func"
	ids     map[string]uint32
	count   uint32
}

// define adds the next index, with an identifier if the current token is one, which
// it reads.
func (p *Parser) define(s *space) uint32 {
	index := s.count
	s.count++
	if p.tok.Kind == ID {
		name := p.tok.Name()
		if _, taken := s.ids[name]; taken {
			p.fail(p.tok, "duplicate %s %s", s.keyword, p.tok.describe())
		}
		if s.ids == nil {
			s.ids = map[string]uint32{}
		}
		s.ids[name] = index
		p.next()
	}
	return index
}

// atIndex reports whether an index or identifier comes next.
func (p *Parser) atIndex() bool { return p.tok.Kind == Nat || p.tok.Kind == ID }

// index reads an index or identifier.
func (p *Parser) index(s *space) uint32 {
	t := p.tok
	if t.Kind != Nat && t.Kind != ID {
		p.unexpected(t, s.what+" index")
	}
	p.next()
	return p.resolve(s, t)
}

// indexOr reads an index if one comes next.
func (p *Parser) indexOr(s *space, absent uint32) uint32 {
	if p.atIndex() {
		return p.index(s)
	}
	return absent
}

// resolve returns the index that a token names.
func (p *Parser) resolve(s *space, t Token) uint32 {
	if t.Kind == ID {
		index, ok := s.ids[t.Name()]
		if !ok {
			p.fail(t, "unknown %s %s", s.what, t.describe())
		}
		return index
	}
	v, err := ParseUint(t.Text, 32)
	p.must(t, err)
	return uint32(v)
}

// names reads what names a thing in the text: an identifier and an annotation
// (@name "..."), both optional. The annotation has the last word.
func (p *Parser) names(keep func(name string)) {
	if p.tok.Kind == ID {
		keep(p.tok.Name())
		p.next()
	}
	p.nameNote("names", keep)
}

// nameNote reads the annotation (@name "...") if it stands here.
func (p *Parser) nameNote(what string, keep func(name string)) {
	if len(p.lex.notes) == 0 {
		return
	}
	seen := false
	for {
		n, ok := p.takeNote(noteName)
		if !ok {
			return
		}
		c := p.content(n)
		name := c.nextName("name expected")
		c.end()
		if seen {
			c.fail("multiple %s", what)
		}
		seen = true
		keep(name)
	}
}

func (p *Parser) utf8(t Token) string {
	b := t.Unquoted()
	if !utf8.Valid(b) {
		p.fail(t, "malformed UTF-8 encoding")
	}
	return string(b)
}

// setter returns a function that enters a name in a map.
func setter(m *wasm.NameMap, index uint32) func(string) {
	return func(name string) { m.Set(index, name) }
}
