package text

import (
	"weft/wasm"
)

// Parse parses a source that is one module: (module ...), or its bare fields.
// Errors are *[wasm.Error]s with line and column.
func Parse(src []byte, features wasm.Features) (m *wasm.Module, err error) {
	defer rescue(&err)
	p := NewParser(src, features)
	p.start()
	if p.atList("module") {
		m = p.moduleList()
	} else {
		p.keepNotes = true
		m = p.module("", EOF)
	}
	if p.tok.Kind != EOF {
		p.fail(p.tok, "unexpected token %s after the module", p.tok.describe())
	}
	return m, nil
}

// A Parser walks the tokens of a source, and parses the modules in it. It serves
// files with one module as well as scripts with many.
type Parser struct {
	lex      *Lexer
	features wasm.Features

	tok       Token // the current token
	started   bool  // tok is loaded
	ahead     Token // the one behind it
	hasAhead  bool
	keepNotes bool // annotations with a meaning must be asked for

	*moduleState
}

// NewParser returns a parser at the beginning of a source. Features are the
// proposals that modules may use.
func NewParser(src []byte, features wasm.Features) *Parser {
	return &Parser{lex: NewLexer(src), features: features}
}

// Peek returns the current token.
func (p *Parser) Peek() (t Token, err error) {
	defer rescue(&err)
	p.start()
	return p.tok, nil
}

// Next returns the current token and moves on to the one behind it.
func (p *Parser) Next() (t Token, err error) {
	defer rescue(&err)
	p.start()
	t = p.tok
	p.next()
	return t, nil
}

// A Mark is a place of the source to which a parser can return.
type Mark struct{ at place }

// Mark returns the place of the current token.
func (p *Parser) Mark() Mark {
	if !p.started {
		return Mark{p.lex.at}
	}
	return Mark{placeOf(p.tok)}
}

// Reset returns to a place.
func (p *Parser) Reset(m Mark) {
	p.lex.at = m.at
	p.lex.notes = p.lex.notes[:0]
	p.started, p.hasAhead, p.keepNotes = false, false, false
}

// SkipList skips the list in parentheses that the current token opens. Together
// with a [Mark] it leads past a module that has an error.
func (p *Parser) SkipList() (err error) {
	defer rescue(&err)
	p.start()
	p.expect(LParen)
	p.skipToClose()
	return nil
}

// ParseModule parses (module $id? field*) from the opening parenthesis on and stops
// behind its end.
func (p *Parser) ParseModule() (m *wasm.Module, err error) {
	defer rescue(&err)
	p.start()
	return p.moduleList(), nil
}

// ParseFields parses the fields of a module and the parenthesis that closes it,
// where the caller has read the beginning. The id is the name of the module.
func (p *Parser) ParseFields(id string) (m *wasm.Module, err error) {
	defer rescue(&err)
	p.start()
	return p.fieldList(id), nil
}

func (p *Parser) moduleList() *wasm.Module {
	p.expect(LParen)
	p.expectWord("module")
	id := ""
	if p.tok.Kind == ID {
		id = p.tok.Name()
		p.next()
	}
	return p.fieldList(id)
}

func (p *Parser) fieldList(id string) *wasm.Module {
	p.keepNotes = true
	defer func() { p.keepNotes = false }()
	m := p.module(id, RParen)
	p.keepNotes = false
	p.close()
	return m
}

// The methods below do not return errors: they panic with a *[wasm.Error], which
// the exported methods turn into their result with rescue. A parser has an error
// possible at each token; this keeps the grammar readable in the code.

// rescue turns the panic of fail into an error.
func rescue(err *error) {
	switch e := recover().(type) {
	case nil:
	case *wasm.Error:
		*err = e
	default:
		panic(e)
	}
}

func errorAt(t Token, class wasm.ErrorClass, format string, args ...any) *wasm.Error {
	e := wasm.Errorf(class, format, args...)
	e.Line, e.Column = int(t.Line), int(t.Column)
	return e
}

// fail reports that the source is malformed at a token.
func (p *Parser) fail(t Token, format string, args ...any) {
	panic(errorAt(t, wasm.Malformed, format, args...))
}

// must passes on an error of a helper, at a token.
func (p *Parser) must(t Token, err error) {
	if err == nil {
		return
	}
	if e, ok := err.(*wasm.Error); ok {
		e.Line, e.Column = int(t.Line), int(t.Column)
		panic(e)
	}
	p.fail(t, "%v", err)
}

// unexpected reports that a token is not what the grammar wants.
func (p *Parser) unexpected(t Token, want string) {
	if t.Kind == Keyword && isSharedEverything(t.Text) {
		p.fail(t, "unexpected token %s: %s expected; %s", t.describe(), want, wasm.NoSharedEverything)
	}
	if t.Kind == Reserved || t.Kind == Keyword && !isWord(t.Text) {
		p.fail(t, "unknown operator %s: %s expected", t.describe(), want)
	}
	p.fail(t, "unexpected token %s: %s expected", t.describe(), want)
}

// need reports that something at a token needs a feature that is switched off.
func (p *Parser) need(t Token, feature wasm.Features, what string) {
	if p.features&feature == 0 && feature != wasm.MVP {
		e := wasm.ErrorDisabled(feature, -1, what)
		e.Line, e.Column = int(t.Line), int(t.Column)
		panic(e)
	}
}

func (p *Parser) lexToken() Token {
	t, err := p.lex.Next()
	if err != nil {
		panic(err)
	}
	return t
}

// start loads the first token.
func (p *Parser) start() {
	if !p.started {
		p.tok = p.lexToken()
		p.started = true
	}
}

// next moves on to the next token.
func (p *Parser) next() {
	if len(p.lex.notes) != 0 {
		p.leaveNotes()
	}
	if p.hasAhead {
		p.tok, p.hasAhead = p.ahead, false
		return
	}
	p.tok = p.lexToken()
}

// seek goes to an earlier or later token of the source.
func (p *Parser) seek(t Token) {
	p.lex.at = placeOf(t)
	p.lex.notes = p.lex.notes[:0]
	p.hasAhead = false
	p.tok = p.lexToken()
}

// peek returns the token behind the current one.
func (p *Parser) peek() Token {
	if !p.hasAhead {
		p.ahead = p.lexToken()
		p.hasAhead = true
	}
	return p.ahead
}

// expect reads a token of a kind.
func (p *Parser) expect(k Kind) Token {
	if p.tok.Kind != k {
		p.unexpected(p.tok, k.String())
	}
	t := p.tok
	p.next()
	return t
}

// expectWord reads a keyword.
func (p *Parser) expectWord(word string) {
	if !p.acceptWord(word) {
		p.unexpected(p.tok, word)
	}
}

// acceptWord reads a keyword if it comes next.
func (p *Parser) acceptWord(word string) bool {
	if p.tok.Kind != Keyword || p.tok.Text != word {
		return false
	}
	p.next()
	return true
}

// atList reports whether a list that begins with a word comes next.
func (p *Parser) atList(word string) bool {
	if p.tok.Kind != LParen {
		return false
	}
	t := p.peek()
	return t.Kind == Keyword && t.Text == word
}

// openList reads the beginning of a list with the word, if it comes next.
func (p *Parser) openList(word string) bool {
	if !p.atList(word) {
		return false
	}
	p.next()
	p.next()
	return true
}

// close reads the end of a list.
func (p *Parser) close() { p.expect(RParen) }

// skipToClose skips to the parenthesis that closes the current list, and reads it.
func (p *Parser) skipToClose() {
	for depth := 1; depth > 0; p.next() {
		switch p.tok.Kind {
		case LParen:
			depth++
		case RParen:
			depth--
		case EOF:
			p.unexpected(p.tok, ")")
		}
	}
}

// name reads a string that must be UTF-8.
func (p *Parser) name() string {
	t := p.expect(String)
	return p.utf8(t)
}

// u32 reads an unsigned number.
func (p *Parser) u32() uint32 {
	t := p.expect(Nat)
	v, err := ParseUint(t.Text, 32)
	p.must(t, err)
	return uint32(v)
}

// u64 reads an unsigned number.
func (p *Parser) u64() uint64 {
	t := p.expect(Nat)
	v, ok := parseMagnitude(t.Text, 64)
	if !ok {
		p.fail(t, "i64 constant out of range: %s", t.describe())
	}
	return v
}
