package native

import (
	"context"
	"weft/internal/ssa"
)

// The rest of a function, from a turn of one of its loops on, is compiled as a function whose parameters are all locals
// (ssa.BuildLoop). No record leads to it: it takes the place of a frame of the interpreter (interpreted.go).

// A loopKey is a loop: its function among the module's own, and the offset in the body.
type loopKey struct{ own, offset int }

// loopCode is such a function's code.
type loopCode struct {
	done   chan struct{}
	start  uintptr
	params []ssa.Type
	err    error // once it is done: why there is none
}

// loop returns the code of a loop, which it waits for as long as the context allows.
func (code *lazyCode) loop(ctx context.Context, own, offset int) (*loopCode, error) {
	l := code.claimLoop(loopKey{own, offset})
	if err := await(ctx, l.done); err != nil {
		return nil, err
	}
	return l, l.err
}

// claimLoop returns a loop that is compiled, or will be.
func (code *lazyCode) claimLoop(key loopKey) *loopCode {
	code.loopsMu.Lock()
	defer code.loopsMu.Unlock()
	l := code.loops[key]
	if l != nil {
		return l
	}
	if code.loops == nil {
		code.loops = map[loopKey]*loopCode{}
	}
	l = &loopCode{done: make(chan struct{}), err: errStopped} // should the compiler panic
	code.loops[key] = l
	code.inBackground(func() {
		defer close(l.done)
		defer func() { _ = recover() }() // the interpreter goes on
		l.err = code.compileLoop(l, key)
	})
	return l
}

func (code *lazyCode) compileLoop(l *loopCode, key loopKey) error {
	e := code.engine
	c := e.compilers.Get().(*compiler)
	defer e.compilers.Put(c)
	c.begin(code.env, code.runtime, code.begins, code.engine.config.Plain)
	compiled, sig, err := c.loop(key.own, key.offset)
	if err != nil {
		return err
	}
	placed, err := code.place([]placedCode{{own: key.own, loop: true, Code: compiled}})
	if err != nil {
		return err
	}
	l.start, l.params = placed[0].start, sig.Params
	return nil
}
