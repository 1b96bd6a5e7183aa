package store

import (
	"context"
	"runtime"
	"weak"
)

// A Watch lets the end of a context interrupt a machine, which is what an engine has for
// a call. It stays when the call has ended, so that calls with one context, or with
// contexts that end together, share it: then watching costs a comparison. It ends with
// the machine; a context that lives longer does not keep the store. Nor does the watch keep
// the context, which may refer to the store.
type Watch struct {
	interrupt func()          // called at the context's end; refers to the machine weakly
	done      <-chan struct{} // what the context is known by
	ending    weak.Pointer[ending]
}

// Done is what the context is known by that is watched; nil if none was yet.
func (w *Watch) Done() <-chan struct{} {
	if w == nil {
		return nil
	}
	return w.done
}

// ending is what the context refers to, and nobody else, as long as it waits for its end. The next context gets the
// same one: each call may bring another context, and to make a weak pointer takes longer than the call, the longer the
// more there are to objects of the size (findings/go_weak_pointers_small.sh).
type ending struct{ stop func() bool }

// WatchContext makes the end of ctx call cancel with the machine, on a goroutine of its own.
// It returns the machine's watch, which is the one that it has had if there was one.
// A context that was watched before and ends later may call cancel, too: who is cancelled
// asks the context of the call.
func WatchContext[M any](ctx context.Context, w *Watch, machine *M, cancel func(*M)) *Watch {
	var e *ending
	done := ctx.Done()
	switch {
	case done == nil:
		return w
	case w == nil:
		w = newWatch(machine, cancel)
	case w.done == done:
		return w
	default:
		e = w.stop()
	}
	if e == nil { // the first, or it went with its context
		e = &ending{}
		w.ending = weak.Make(e)
	}
	interrupt := w.interrupt
	e.stop = context.AfterFunc(ctx, func() {
		interrupt()
		runtime.KeepAlive(e)
	})
	w.done = done
	return w
}

func newWatch[M any](machine *M, cancel func(*M)) *Watch {
	weakly := weak.Make(machine)
	w := &Watch{interrupt: func() {
		if m := weakly.Value(); m != nil {
			cancel(m)
		}
	}}
	runtime.AddCleanup(machine, (*Watch).Stop, w)
	return w
}

// Stop ends watching. There need not be a watch.
func (w *Watch) Stop() {
	if w != nil {
		w.stop()
	}
}

// stop ends watching, and returns what the context has referred to, if that is still there.
func (w *Watch) stop() *ending {
	w.done = nil
	e := w.ending.Value()
	if e != nil {
		e.stop()
	}
	return e
}
