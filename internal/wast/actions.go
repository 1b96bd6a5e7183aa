package wast

import (
	"context"
	"fmt"

	"weft"
	"weft/wasm/text"
)

// An action calls a function or reads a global.
type action struct {
	get      bool
	instance string
	name     string
	args     []weft.Value
}

// action reads (invoke ...) or (get ...).
func (p *parser) action() *action {
	p.expect(text.LParen)
	return p.actionBody(p.take())
}

// actionBody reads an action behind its first word.
func (p *parser) actionBody(word text.Token) *action {
	a := &action{get: word.Text == "get"}
	if !a.get && word.Text != "invoke" {
		p.unexpected(word, "invoke or get")
	}
	a.instance = p.optionalID()
	a.name = p.str()
	for !a.get && p.peek().Kind == text.LParen {
		a.args = append(a.args, p.argument())
	}
	p.expect(text.RParen)
	return a
}

func (a *action) do(ctx context.Context, t *thread) ([]weft.Value, error) {
	in, err := t.instance(a.instance)
	if err != nil {
		return nil, err
	}
	if a.get {
		g := in.Global(a.name)
		if g == nil {
			return nil, fmt.Errorf("unknown global %q", a.name)
		}
		return []weft.Value{g.Get()}, nil
	}
	f := in.Func(a.name)
	if f == nil {
		return nil, fmt.Errorf("unknown function %q", a.name)
	}
	caller := t.running
	t.running = in
	defer func() { t.running = caller }()
	if g := t.script.green; g != nil {
		return g.call(ctx, f, a.args)
	}
	return f.Call(ctx, a.args...)
}

// An actionCommand is an action that is no part of an assertion.
type actionCommand struct{ action *action }

func (c *actionCommand) run(ctx context.Context, t *thread) outcome {
	results, err := c.action.do(ctx, t)
	if err != nil {
		return fail("a return", describe(classify(err)))
	}
	if t.script.runner.PrintResults && len(results) > 0 {
		fmt.Fprintln(t.script.print, FormatResults(results))
	}
	return pass()
}
