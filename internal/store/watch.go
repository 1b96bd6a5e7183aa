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

// ending is what the context refers to, and nobody else, as long as it waits for its end.
type ending struct{ stop func() bool }

// WatchContext makes the end of ctx call cancel with the machine, on a goroutine of its own.
// It returns the machine's watch, which is the one that it has had if there was one.
// A context that was watched before and ends later may call cancel, too: who is cancelled
// asks the context of the call.
func WatchContext[M any](ctx context.Context, w *Watch, machine *M, cancel func(*M)) *Watch {
	done := ctx.Done()
	switch {
	case done == nil:
		return w
	case w == nil:
		w = newWatch(machine, cancel)
	case w.done == done:
		return w
	default:
		w.Stop()
	}
	e, interrupt := &ending{}, w.interrupt
	e.stop = context.AfterFunc(ctx, func() {
		interrupt()
		runtime.KeepAlive(e)
	})
	w.done, w.ending = done, weak.Make(e)
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
	if w == nil {
		return
	}
	if e := w.ending.Value(); e != nil {
		e.stop()
	}
	w.done = nil
}
