package wast

import (
	"context"

	"weft/wasm/text"
)

// A threadCommand starts a thread: a list of commands with names of their own.
type threadCommand struct {
	id       string
	shared   []string // instances that the thread gets
	commands []*command
	inner    *thread
}

// thread reads a thread behind its first word.
func (p *parser) thread() *threadCommand {
	c := &threadCommand{id: p.expect(text.ID).Name()}
	for p.peek().Kind == text.LParen {
		mark := p.Mark()
		p.take()
		if !p.acceptWord("shared") {
			p.Reset(mark)
			p.nest(func() { c.commands = append(c.commands, p.command()) })
			continue
		}
		p.expect(text.LParen)
		if t := p.take(); t.Text != "module" {
			p.unexpected(t, "module")
		}
		c.shared = append(c.shared, p.expect(text.ID).Name())
		p.expect(text.RParen)
		p.expect(text.RParen)
	}
	p.expect(text.RParen)
	return c
}

func (c *threadCommand) run(_ context.Context, t *thread) outcome {
	inner, err := t.script.newThread()
	if err != nil {
		return failRun("a thread", err.Error())
	}
	for _, name := range c.shared {
		in, err := t.instance(name)
		if err != nil {
			return failRun("an instance to share", err.Error())
		}
		inner.named[name] = in
	}
	c.inner = inner
	t.threads[c.id] = c
	return pass()
}

// A waitCommand waits for a thread: that is when its commands run.
type waitCommand struct{ id string }

func (c *waitCommand) run(ctx context.Context, t *thread) outcome {
	started := t.threads[c.id]
	if started == nil {
		return failRun("a thread that was started", "unknown thread $"+c.id)
	}
	delete(t.threads, c.id)
	for _, inner := range started.commands {
		t.script.execute(ctx, started.inner, inner)
	}
	return pass()
}
