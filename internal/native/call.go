package native

import (
	"context"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// Most calls from the host are like the one before: no other is under way in the store, the function has machine code
// and the same type, the context is none that is to be watched, or is watched already. So what a call prepares stays
// prepared at its end, and a call like it takes the machine as it is (Call). Whatever is different (the first
// call, another type, a call that a host function makes, fuel, a profile, a collection at every use) prepares
// everything anew (callUnlike). Both end by leave.

// Call implements [store.Engine].
func (e *Engine) Call(ctx context.Context, s *store.Store, f *store.FuncRecord, slots []uint64) error {
	use, first := s.EnterFirst()
	if !first {
		var err error
		if use, err = s.Enter(); err != nil {
			return err
		}
		return e.callUnlike(ctx, s, use, f, slots)
	}
	state, _ := s.Native.(*storeState)
	if state == nil || state.readyFor != f.Type || f.Native-compiledStart >= compiledSize || !s.IsOrdinary() {
		return e.callUnlike(ctx, s, use, f, slots)
	}
	m := state.machines[0]
	done := ctx.Done()
	if done != nil && (done != m.watched.Done() || ctx.Err() != nil) || !m.mayUseRoot() || !m.beginAgain(s) {
		return e.callUnlike(ctx, s, use, f, slots)
	}
	state.depth, state.readyFor = 1, 0
	store.WriteSoon(&m.active, 1)
	m.ctx, m.caller, m.use = ctx, s.CallerMark(), use
	if m.calls++; m.calls%lookEvery == 0 {
		e.lookForUrgent(m.calls)
	}
	defer m.leave()
	s.Conts.Unpark(m.rootSize)
	c := m.context
	c.Current, c.Base, c.TailCaller = uintptr(unsafe.Pointer(m.root)), 0, 0
	copySlots(c.Args[:], slots[:f.Params])
	c.Saved[recordRegister] = uintptr(unsafe.Pointer(f))
	c.NativeSP, c.NativePC = m.rootEnd, m.lastEntry
	enter(c, m)
	if m.err != nil {
		return m.err
	}
	copySlots(slots, c.Args[:f.Results])
	return nil
}

// beginAgain notes that a call begins, the only one, if the last such call in the store was the machine's; false if
// not.
func (m *machine) beginAgain(s *store.Store) bool {
	if s.HostDepth != 0 || cap(s.Active) == 0 {
		return false
	}
	active := s.Active[:1]
	last, _ := active[0].(*machine)
	if last == m {
		s.HostDepth, s.Active = 1, active
	}
	return last == m
}

// mayUseRoot reports whether the stack of the root may be active, without counting what else is.
func (m *machine) mayUseRoot() bool {
	return m.store.Conts.StackBytes()+m.rootSize <= uint64(m.store.Limits.StackBytes)
}

// callUnlike is Call where not everything is prepared. The use of the store has begun.
func (e *Engine) callUnlike(
	ctx context.Context, s *store.Store, use store.Use, f *store.FuncRecord, slots []uint64,
) error {
	if s.FuelEnabled && e.counts(s) {
		s.Leave()
		return e.interpreter.Call(ctx, s, f, slots)
	}
	if f.Native-compiledStart >= compiledSize {
		if done, err := e.callOther(ctx, s, f, slots); done {
			return err
		}
	}
	m, err := e.begin(ctx, s, use)
	if err != nil {
		return err
	}
	defer m.leave()
	return m.invoke(f, slots)
}

// callOther calls a function that has no machine code yet, if it cannot have any. Then the use of the store has ended.
// Otherwise the function has machine code now, or begins in the interpreter.
func (e *Engine) callOther(
	ctx context.Context, s *store.Store, f *store.FuncRecord, slots []uint64,
) (done bool, err error) {
	if e.mayInterpret(s, f) {
		return false, nil
	}
	compiled, err := e.compiled(ctx, s, f)
	if err == nil && compiled {
		return false, nil
	}
	s.Leave()
	if detail, ok := store.IsCodeError(err); ok {
		return true, &store.Trap{Code: wasm.TrapOutOfMemory, Detail: detail}
	}
	if err == nil {
		err = e.interpreter.Call(ctx, s, f, slots)
	}
	return true, err
}

// invoke runs a compiled function.
func (m *machine) invoke(f *store.FuncRecord, slots []uint64) error {
	entry, err := m.entry(f)
	if err != nil {
		return err
	}
	c := m.context
	root, trap := m.takeRoot()
	if trap != 0 {
		return m.store.TrapError(trap, "", store.StackTrace{})
	}
	copySlots(c.Args[:], slots[:f.Params])
	c.Saved[recordRegister] = uintptr(unsafe.Pointer(f))
	c.NativeSP, c.NativePC = root.StackEnd(), entry
	enter(c, m)
	if m.err != nil {
		return m.err
	}
	copySlots(slots, c.Args[:f.Results])
	return nil
}

// takeRoot makes the descriptor for a call the current one, with a stack.
func (m *machine) takeRoot() (*store.ContRecord, wasm.TrapCode) {
	conts := &m.store.Conts
	m.context.Base = 0
	if r := m.root; r != nil {
		if !m.mayUse(m.rootSize) {
			return nil, wasm.TrapStackExhausted
		}
		conts.Unpark(m.rootSize)
		m.setCurrent(r)
		return r, wasm.TrapNone
	}
	r := conts.NewSide(nil)
	if r == nil {
		return nil, wasm.TrapOutOfMemory
	}
	r.SetNative()
	m.setCurrent(r)
	if trap := m.giveStack(r, m.engine.stackSize(initialStack)); trap != 0 {
		return nil, trap
	}
	m.root, m.rootClass, m.rootSize, m.rootEnd = r, r.Class, r.StackSize(), r.StackEnd()
	return r, wasm.TrapNone
}

// drop gives back a descriptor. The root waits for the next call, unless its stack has grown.
func (m *machine) drop(r *store.ContRecord) {
	if r == m.root {
		if r.Class == m.rootClass {
			m.store.Conts.Park(m.rootSize)
			return
		}
		m.root = nil
	}
	m.store.Conts.Free(r)
}

// entry returns the adapter through which a function is called.
func (m *machine) entry(f *store.FuncRecord) (uintptr, error) {
	if m.entryType == f.Type {
		return m.lastEntry, nil
	}
	entry := m.state.entries[f.Type]
	if entry == 0 {
		var err error
		if entry, err = m.engine.adapter(f.Type, m.store.Types.Comp(f.Type).Func, entryPart); err != nil {
			return 0, err
		}
		m.state.entries[f.Type] = entry
	}
	m.entryType, m.lastEntry = f.Type, entry
	return entry, nil
}
