package wast

import (
	"context"
	"errors"

	"weft"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// A form is a way in which a script gives a module.
type form uint8

const (
	textual form = iota
	binaryForm
	quote
)

// A moduleSource is a module as a script gives it.
type moduleSource struct {
	form  form
	id    string
	bytes []byte       // of the forms binary and quote
	text  *wasm.Module // of the textual form
	err   error        // with which the textual form was refused
}

// module parses the module.
func (m *moduleSource) module(features wasm.Features) (*wasm.Module, error) {
	switch m.form {
	case binaryForm:
		return binary.Decode(m.bytes, features)
	case quote:
		return text.Parse(m.bytes, features)
	}
	return m.text, m.err
}

// check parses and validates the module.
func (m *moduleSource) check(features wasm.Features) error {
	module, err := m.module(features)
	if err == nil {
		err = validate.Module(module, features)
	}
	return err
}

// moduleSource reads (module $id? ...).
func (p *parser) moduleSource() *moduleSource {
	mark := p.Mark()
	p.expect(text.LParen)
	if t := p.take(); t.Text != "module" {
		p.unexpected(t, "module")
	}
	return p.moduleBody(mark, p.optionalID())
}

// moduleBody reads what follows the identifier of the module that began at a mark,
// with the closing parenthesis.
func (p *parser) moduleBody(start text.Mark, id string) *moduleSource {
	m := &moduleSource{id: id}
	switch {
	case p.acceptWord("binary"):
		m.form = binaryForm
		for p.peek().Kind == text.String {
			m.bytes = append(m.bytes, p.take().Unquoted()...)
		}
		p.expect(text.RParen)
	case p.acceptWord("quote"):
		m.form = quote
		for p.peek().Kind == text.String {
			m.bytes = append(m.bytes, p.take().Unquoted()...)
			m.bytes = append(m.bytes, ' ')
		}
		if len(m.bytes) > 0 {
			m.bytes = m.bytes[:len(m.bytes)-1]
		}
		p.expect(text.RParen)
	default:
		if m.text, m.err = p.ParseFields(id); m.err != nil {
			p.Reset(start)
			p.skipList()
		}
	}
	return m
}

// A moduleCommand defines a module and, unless it is only a definition, makes an
// instance of it, which becomes the current one.
type moduleCommand struct {
	source     *moduleSource
	definition bool
}

// moduleCommand reads a command that begins with (module.
func (p *parser) moduleCommand(start text.Mark) runnable {
	if p.acceptWord("instance") {
		c := &instanceCommand{id: p.optionalID()}
		c.definition = p.optionalID()
		if p.peek().Kind == text.RParen && c.definition == "" {
			c.definition, c.id = c.id, ""
		}
		p.expect(text.RParen)
		return c
	}
	definition := p.acceptWord("definition")
	return &moduleCommand{definition: definition, source: p.moduleBody(start, p.optionalID())}
}

func (c *moduleCommand) run(ctx context.Context, t *thread) outcome {
	const want = "a valid module"
	t.latest = nil
	if !c.definition {
		t.current = nil
		t.forget(c.source.id)
	}
	module, err := c.source.module(t.script.features)
	if err != nil {
		return fail(want, describe(classify(err)))
	}
	compiled, err := t.script.engine.CompileModule(module)
	if err != nil {
		return fail(want, describe(classify(err)))
	}
	if seen := t.script.runner.Compiled; seen != nil {
		seen(compiled)
	}
	t.latest = compiled
	if c.source.id != "" {
		t.defined[c.source.id] = compiled
	}
	if c.definition {
		return pass()
	}
	return t.instantiate(ctx, compiled, c.source.id)
}

// instantiate makes an instance of a module, which becomes the current one.
func (t *thread) instantiate(ctx context.Context, m *weft.Module, id string) outcome {
	t.current = nil
	t.forget(id)
	in, err := t.linker.Instantiate(ctx, m)
	if err != nil {
		return fail("an instance", describe(classify(err)))
	}
	t.current = in
	if id != "" {
		t.named[id] = in
		if t.script.runner.Habits.RegisterNamed {
			t.linker.DefineInstance(id, in)
		}
	}
	return pass()
}

// An instanceCommand makes an instance of a definition.
type instanceCommand struct{ id, definition string }

func (c *instanceCommand) run(ctx context.Context, t *thread) outcome {
	m := t.latest
	if c.definition != "" {
		m = t.defined[c.definition]
	}
	if m == nil {
		return fail("a module definition", "unknown definition $"+c.definition)
	}
	return t.instantiate(ctx, m, c.id)
}

// A registerCommand gives an instance the name with which it is imported.
type registerCommand struct{ name, instance string }

func (c *registerCommand) run(_ context.Context, t *thread) outcome {
	if shared := t.shared[c.instance]; shared != nil {
		if err := shared.register(t, c.name); err != nil {
			return fail("a shared memory", err.Error())
		}
		return pass()
	}
	in, err := t.instance(c.instance)
	if err != nil {
		return fail("an instance", err.Error())
	}
	t.linker.DefineInstance(c.name, in)
	return pass()
}

// An assertModule asserts that a module is malformed or invalid.
type assertModule struct {
	want   class
	module *moduleSource
	text   string
	// custom says that the assertion is about custom sections: a runtime may accept
	// the module.
	custom bool
}

func (c *assertModule) run(_ context.Context, t *thread) outcome {
	err := c.module.check(t.script.features)
	got, said := classify(err)
	want := describe(c.want, c.text)
	var e *wasm.Error
	switch {
	case got == c.want || movedToValidation(c.want, c.text, got, said):
	case errors.As(err, &e) && e.Class == wasm.Disabled:
		// To a script from before a proposal, what the proposal adds is an error.
	default:
		return fail(want, describe(got, said))
	}
	o := pass()
	if !sameText(c.text, said) {
		o.otherText, o.expected, o.got = true, want, describe(got, said)
	}
	return o
}
