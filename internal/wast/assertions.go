package wast

import (
	"context"
	"strings"

	"weft"
	"weft/wasm/text"
)

// An assertReturn asserts that an action returns values that match patterns.
type assertReturn struct {
	action *action
	want   []pattern
}

func (c *assertReturn) run(ctx context.Context, t *thread) outcome {
	results, err := c.action.do(ctx, t)
	want := formatPatterns(c.want)
	if err != nil {
		return fail(want, describe(classify(err)))
	}
	if len(results) != len(c.want) {
		return fail(want, FormatResults(results))
	}
	for i, p := range c.want {
		if !p.matches(results[i]) {
			return fail(want, FormatResults(results))
		}
	}
	return pass()
}

func formatPatterns(patterns []pattern) string {
	texts := make([]string, len(patterns))
	for i, p := range patterns {
		texts[i] = p.String()
	}
	return "[" + strings.Join(texts, " ") + "]"
}

// An assertFailure asserts that an action, or the instantiation of a module,
// fails in a certain way.
type assertFailure struct {
	want   class
	action *action       // or else
	module *moduleSource // is what fails
	text   string        // "" matches any
}

// assertFailure reads an assertion behind its first word.
func (p *parser) assertFailure(want class) *assertFailure {
	c := &assertFailure{want: want}
	mark := p.Mark()
	p.expect(text.LParen)
	word := p.take()
	p.Reset(mark)
	if word.Text == "module" {
		c.module = p.moduleSource()
	} else {
		c.action = p.action()
	}
	if p.peek().Kind == text.String {
		c.text = p.str()
	}
	return c
}

func (c *assertFailure) run(ctx context.Context, t *thread) outcome {
	var results []weft.Value
	var err error
	if c.action != nil {
		results, err = c.action.do(ctx, t)
	} else {
		var compiled *weft.Module
		if compiled, err = c.compile(t); err != nil {
			return fail("a valid module", describe(classify(err)))
		}
		_, err = t.linker.Instantiate(ctx, compiled)
	}
	want := describe(c.want, c.text)
	got, said := classify(err)
	switch {
	case got == none && c.action != nil:
		return fail(want, "a return of "+FormatResults(results))
	case got != c.want:
		return fail(want, describe(got, said))
	}
	o := pass()
	if !sameText(c.text, said) {
		o.otherText, o.expected, o.got = true, want, describe(got, said)
	}
	return o
}

func (c *assertFailure) compile(t *thread) (*weft.Module, error) {
	m, err := c.module.module(t.script.features)
	if err != nil {
		return nil, err
	}
	return t.script.engine.CompileModule(m)
}
