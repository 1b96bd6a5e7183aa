package wast

import (
	"context"
	"maps"
	"slices"

	"weft"
	"weft/wasm/text"
)

// A threadCommand starts a thread: commands with a store and names of their own,
// which run at the same time as those behind it.
type threadCommand struct {
	id       string
	shared   []string // instances of which the thread gets the shared memories
	commands []*command
}

// A startedThread runs, or has run, in a goroutine.
type startedThread struct {
	*thread
	done chan struct{} // closed when all commands have run
}

// memories are the shared memories that an instance exports, by name. They are
// all that another thread can use of it.
type memories map[string]*weft.SharedMemory

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
		return fail("a thread", err.Error())
	}
	for _, name := range c.shared {
		shared, err := t.sharedBy(name)
		if err != nil {
			inner.closeStore()
			return fail("an instance to share", err.Error())
		}
		inner.shared[name] = shared
	}
	started := &startedThread{thread: inner, done: make(chan struct{})}
	if earlier := t.threads[c.id]; earlier != nil {
		t.script.green.away(func() { t.join(earlier) })
	}
	t.threads[c.id] = started
	go func() {
		defer close(started.done)
		// The command's own context ends with it, the thread goes on.
		ctx := t.script.ctx
		for _, command := range c.commands {
			if ctx.Err() != nil {
				break
			}
			inner.execute(ctx, command)
		}
		inner.close()
	}()
	return pass()
}

// sharedBy returns the shared memories of an instance, which may itself be one
// that is shared with the thread.
func (t *thread) sharedBy(name string) (memories, error) {
	if shared := t.shared[name]; shared != nil {
		return shared, nil
	}
	in, err := t.instance(name)
	if err != nil {
		return nil, err
	}
	shared := memories{}
	for _, e := range in.Module().Wasm().Exports {
		if m := in.Memory(e.Name); m != nil {
			if s := m.Shared(); s != nil {
				shared[e.Name] = s
			}
		}
	}
	return shared, nil
}

// register lets modules of the thread import the memories.
func (m memories) register(t *thread, module string) error {
	for name, shared := range m {
		memory, err := shared.In(t.store)
		if err != nil {
			return err
		}
		t.linker.Define(module, name, memory)
	}
	return nil
}

// join waits for a thread, whose report becomes part of t's.
func (t *thread) join(started *startedThread) {
	<-started.done
	t.report.Add(started.report)
}

// close waits for the threads for which no command has, and closes the store.
func (t *thread) close() {
	for _, id := range slices.Sorted(maps.Keys(t.threads)) {
		t.join(t.threads[id])
	}
	t.closeStore()
}

// A waitCommand waits for a thread.
type waitCommand struct{ id string }

func (c *waitCommand) run(_ context.Context, t *thread) outcome {
	started := t.threads[c.id]
	if started == nil {
		return fail("a thread that was started", "unknown thread $"+c.id)
	}
	delete(t.threads, c.id)
	t.script.green.away(func() { t.join(started) })
	return pass()
}
