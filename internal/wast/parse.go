package wast

import (
	"context"
	"errors"

	"weft/wasm"
	"weft/wasm/text"
)

// A command is a command of a script.
type command struct {
	directive    string
	line, column int
	do           runnable
	last         bool // nothing behind the command can run
}

// A runnable is what a command does.
type runnable interface {
	run(ctx context.Context, t *thread) outcome
}

// A parser reads the commands of a script. Its methods panic with a *wasm.Error,
// which next returns.
type parser struct {
	*text.Parser
	source   []byte
	features wasm.Features
	begun    bool
	depth    int // of threads and alternatives within each other
}

// maxDepth bounds how deeply threads and alternatives may nest.
const maxDepth = 100

// nest calls f for a list within a list.
func (p *parser) nest(f func()) {
	if p.depth == maxDepth {
		p.fail(p.peek(), "too deeply nested: at most %d levels are supported", maxDepth)
	}
	p.depth++
	f()
	p.depth--
}

func newParser(source []byte, features wasm.Features) *parser {
	return &parser{Parser: text.NewParser(source, features), source: source, features: features}
}

// position returns where an error is, 1:1 if it does not say.
func position(err error) (line, column int) {
	var e *wasm.Error
	if errors.As(err, &e) && e.Line > 0 {
		return e.Line, e.Column
	}
	return 1, 1
}

// next returns the next command; nil at the end of the script.
func (p *parser) next() (c *command, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *wasm.Error:
			c, err = nil, e
		default:
			panic(e)
		}
	}()
	if p.peek().Kind == text.EOF && p.begun {
		return nil, nil
	}
	first := !p.begun
	p.begun = true
	if first && p.bareModule() {
		return p.wholeScript(), nil
	}
	return p.command(), nil
}

func (p *parser) command() *command {
	mark := p.Mark()
	open := p.expect(text.LParen)
	word := p.expect(text.Keyword)
	c := &command{directive: word.Text, line: int(open.Line), column: int(open.Column)}
	switch word.Text {
	case "module":
		c.do = p.moduleCommand(mark)
		return c
	case "component":
		p.Reset(mark)
		p.skipList()
		c.do, c.last = skipCommand{"components are not supported: the rest of the script is left out"}, true
		return c
	case "invoke", "get":
		c.do = &actionCommand{p.actionBody(word)}
		return c
	case "register":
		c.do = &registerCommand{name: p.str(), instance: p.optionalID()}
	case "assert_return":
		c.do = &assertReturn{action: p.action(), want: p.patterns()}
	case "assert_trap":
		c.do = p.assertFailure(trap)
	case "assert_exhaustion":
		c.do = p.assertFailure(exhaustion)
	case "assert_exception":
		c.do = p.assertFailure(exception)
	case "assert_suspension":
		c.do = p.assertFailure(suspension)
	case "assert_unlinkable":
		c.do = p.assertFailure(unlinkable)
	case "assert_malformed", "assert_malformed_custom":
		c.do = &assertModule{want: malformed, module: p.moduleSource(), text: p.str()}
	case "assert_invalid", "assert_invalid_custom":
		c.do = &assertModule{want: invalid, module: p.moduleSource(), text: p.str(), custom: word.Text != "assert_invalid"}
	case "thread":
		c.do = p.thread()
		return c
	case "wait":
		c.do = &waitCommand{p.expect(text.ID).Name()}
	default:
		p.fail(word, "unexpected token %s: a directive expected", word.Text)
	}
	p.expect(text.RParen)
	return c
}

// bareModule reports whether the script is the fields of one module.
func (p *parser) bareModule() bool {
	mark := p.Mark()
	defer p.Reset(mark)
	if p.take().Kind != text.LParen {
		return false
	}
	switch p.take().Text {
	case "type", "rec", "import", "func", "table", "memory", "global", "export", "start", "elem", "data", "tag":
		return true
	}
	return false
}

// wholeScript makes a command of a script that is one module.
func (p *parser) wholeScript() *command {
	for p.take().Kind != text.EOF {
	}
	return &command{directive: "module", line: 1, column: 1,
		do: &moduleCommand{source: &moduleSource{form: quote, bytes: p.source}}}
}

// A skipCommand stands for what the runner does not run.
type skipCommand struct{ reason string }

func (c skipCommand) run(context.Context, *thread) outcome { return skip(c.reason) }

func (p *parser) check(err error) {
	if err == nil {
		return
	}
	var e *wasm.Error
	if !errors.As(err, &e) {
		e = wasm.Errorf(wasm.Malformed, "%v", err)
	}
	panic(e)
}

func (p *parser) fail(t text.Token, format string, args ...any) {
	e := wasm.Errorf(wasm.Malformed, format, args...)
	e.Line, e.Column = int(t.Line), int(t.Column)
	panic(e)
}

func (p *parser) peek() text.Token {
	t, err := p.Peek()
	p.check(err)
	return t
}

func (p *parser) take() text.Token {
	t, err := p.Next()
	p.check(err)
	return t
}

func (p *parser) skipList() { p.check(p.SkipList()) }

func (p *parser) expect(k text.Kind) text.Token {
	t := p.take()
	if t.Kind != k {
		p.unexpected(t, k.String())
	}
	return t
}

func (p *parser) unexpected(t text.Token, want string) {
	found := t.Text
	if t.Kind == text.EOF {
		found = "end of the script"
	}
	p.fail(t, "unexpected token %s: %s expected", found, want)
}

// str reads a string.
func (p *parser) str() string { return string(p.expect(text.String).Unquoted()) }

// optionalID reads the name of an identifier, if one comes next.
func (p *parser) optionalID() string {
	if p.peek().Kind == text.ID {
		return p.take().Name()
	}
	return ""
}

// acceptWord reads a keyword, if it comes next.
func (p *parser) acceptWord(word string) bool {
	if t := p.peek(); t.Kind != text.Keyword || t.Text != word {
		return false
	}
	p.take()
	return true
}
