package weft

import (
	"context"
	"runtime"

	"weft/internal/store"
	"weft/wasm"
)

// A Listener hears of calls: of all functions of the guest, and of host functions. Its methods are called on the
// goroutine that uses the store, in the middle of the call: they may look at memories, globals and objects, and must
// not call guests or make objects.
type Listener interface {
	// Before is called at the beginning of a call.
	Before(c *Call)
	// After is called when it ends: of a function of the guest only if that returns, and not if it ends by a tail
	// call, a trap, an exception or with its continuation; of a host function always.
	After(c *Call)
}

// A Call is one that a [Listener] hears of. It means nothing once the method has returned.
type Call struct {
	Store *Store
	// Frame says which function is called: for After, too. Its Offset is 0.
	Frame Frame
	Type  wasm.FuncType
	// Values are the arguments for Before, and the results for After.
	Values []Value
	// Err is for After what a host function has returned.
	Err error

	trace func() store.StackTrace
}

// Stack returns the calls of the guest that are active, from the innermost out: with this one, unless it is that of a
// host function, of which there is none.
func (c *Call) Stack() StackTrace {
	if c.trace == nil {
		return StackTrace{}
	}
	return fromStack(c.trace())
}

// WithListener lets a listener hear of the calls in the engine's stores; nil ends that. Functions are interpreted then,
// whatever the executor is, and calls of them take about a microsecond more. Without a listener nothing is slower: code
// is made without what tells it.
func (c Config) WithListener(l Listener) Config {
	c.listener = l
	return c
}

// listening tells a Listener what engines tell.
type listening struct {
	store    *Store
	listener Listener
}

// Before implements [store.Listener].
func (l listening) Before(c store.ListenedCall, args []uint64) {
	call := l.call(c)
	call.Values = l.store.fromSlots(args, call.Type.Params)
	l.listener.Before(call)
}

// After implements [store.Listener].
func (l listening) After(c store.ListenedCall, results []uint64) {
	call := l.call(c)
	call.Values = l.store.fromSlots(results, call.Type.Results)
	l.listener.After(call)
}

func (l listening) call(c store.ListenedCall) *Call {
	in := l.store.store.Instance(c.Func.Instance)
	frame := in.Module.FuncFrame(c.Func.Index, 0)
	frame.Continuation = c.Continuation
	return &Call{Store: l.store, Frame: fromFrame(&frame), Type: l.store.engine.types.Comp(c.Func.Type).Func, trace: c.Trace}
}

// listened returns a host function that tells the engine's listener of its calls.
func (s *Store) listened(name string, t wasm.FuncType, f HostFunc) HostFunc {
	l := s.engine.config.listener
	frame := Frame{FuncIndex: -1, FuncName: name}
	return func(ctx context.Context, slots []uint64) error {
		defer runtime.KeepAlive(s)
		args, err := s.FromSlots(slots, t.Params)
		if err != nil {
			return err
		}
		l.Before(&Call{Store: s, Frame: frame, Type: t, Values: args})
		err = f(ctx, slots)
		after := &Call{Store: s, Frame: frame, Type: t, Err: err}
		if err == nil {
			if after.Values, err = s.FromSlots(slots, t.Results); err != nil {
				return err
			}
		}
		l.After(after)
		return after.Err
	}
}
