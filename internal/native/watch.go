//go:build linux && amd64

package native

import (
	"context"
	"runtime"
	"sync/atomic"
	"weak"

	"weft/internal/store"
)

// A watch lets the end of a context interrupt a machine. It stays when the call
// has ended, so that calls with one context, or with contexts that end together,
// share it.
type watch struct {
	interrupt func()          // called at the context's end; refers to the machine weakly
	done      <-chan struct{} // what the context is known by
	stop      func() bool
}

// watch makes the end of the context interrupt the machine. One that was watched
// before and ends later may do so, too: interrupted tells them apart.
func (m *machine) watch(ctx context.Context) {
	done := ctx.Done()
	if done == nil {
		return
	}
	w := m.watched
	switch {
	case w == nil:
		w = m.newWatch()
	case w.done == done:
		return
	default:
		w.stop()
	}
	w.done, w.stop = done, context.AfterFunc(ctx, w.interrupt)
}

func (m *machine) newWatch() *watch {
	self := weak.Make(m)
	w := &watch{interrupt: func() {
		if m := self.Value(); m != nil {
			m.cancel()
		}
	}}
	m.watched = w
	runtime.AddCleanup(m, func(w *watch) { w.stop() }, w)
	return w
}

// cancel interrupts the machine, from another goroutine. Loops that poll see the flag.
// For all others the thread must take a signal: Go sends one to every thread that runs
// a goroutine when it stops the world, which is what asking for statistics does.
func (m *machine) cancel() {
	m.cancelled.Store(true)
	atomic.StoreUint32(&m.context.Interrupt, 1)
	if m.active.Load() && !m.engine.config.Polls {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
	}
}

// interrupted returns an Interrupt if the call's context has ended; start gives where
// the code is. Flags are cleared before the context is asked, so that no end is missed.
func (m *machine) interrupted(start func() walker) error {
	atomic.StoreUint32(&m.context.Interrupt, 0)
	if !m.cancelled.Swap(false) || m.ctx.Err() == nil {
		return nil
	}
	return &store.Interrupt{Cause: context.Cause(m.ctx), Stack: m.stackTrace(start())}
}
