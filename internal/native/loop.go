package native

import (
	"context"
	"unsafe"

	"weft/internal/ssa"
	"weft/internal/store"
)

// The rest of a function, from a turn of one of its loops on, is compiled as a function whose parameters are all locals
// (ssa.BuildLoop). No record leads to it: it is called from Go only.

// A loopKey is a loop: its function among the module's own, and the offset in the body.
type loopKey struct{ own, offset int }

// loopCode is such a function's code, and the adapter through which it is called.
type loopCode struct {
	done         chan struct{}
	start, entry uintptr
	params       []ssa.Type
	locals       uint32 // slots
	err          error  // once it is done: why there is none
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
	a, err := process.adapters.use(forLoop, sig, (*border).loopAdapter)
	if err != nil {
		return err
	}
	code.mu.Lock()
	code.adapters = append(code.adapters, a)
	code.mu.Unlock()
	l.start, l.entry, l.params, l.locals = placed[0].start, a.parts[0], sig.Params, uint32(slotsOf(sig.Params))
	return nil
}

// loopAdapter emits the entry of a loop, the address of whose code is where the register for tail callers is saved.
func (b *border) loopAdapter(sig *ssa.Signature) { b.entryTo(sig, b.saved(b.registers.TailCaller)) }

// invokeLoop runs a loop and what follows it.
func (m *machine) invokeLoop(f *store.FuncRecord, l *loopCode, slots []uint64) error {
	c := m.context
	root, trap := m.takeRoot()
	if trap != 0 {
		return m.store.TrapError(trap, "", store.StackTrace{})
	}
	copySlots(c.Args[:], slots[:l.locals])
	c.Saved[recordRegister], c.Saved[tailCallerRegister] = uintptr(unsafe.Pointer(f)), l.start
	c.NativeSP, c.NativePC = root.StackEnd(), l.entry
	enter(c, m)
	if m.err != nil {
		return m.err
	}
	copySlots(slots, c.Args[:f.Results])
	return nil
}
