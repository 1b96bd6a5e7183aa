package interp

import (
	"context"
	"runtime"
	"sync/atomic"
	"weak"

	"weft/internal/store"
	"weft/wasm"
)

// A watch lets the end of a context interrupt a machine. It stays when the call
// has ended, so that calls with one context, or with contexts that end together,
// share it: then watching costs a comparison. It ends with the machine; a context
// that lives longer does not keep the store.
type watch struct {
	interrupt func()          // called at the context's end; refers to the machine weakly
	done      <-chan struct{} // what the context is known by
	stop      func() bool
}

// watch makes the end of the context interrupt the machine. One that was watched
// before and ends later may set the flag, too: interrupted tells them apart.
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
			atomic.OrUint32(&m.interrupt, flagCancelled)
		}
	}}
	m.watched = w
	runtime.AddCleanup(m, func(w *watch) { w.stop() }, w)
	return w
}

// poll is called at a call or a branch backwards while interrupt is not 0.
func (m *machine) poll() error {
	if err := m.interrupted(); err != nil {
		return err
	}
	if atomic.LoadUint32(&m.interrupt)&flagFuel != 0 {
		if m.store.Fuel == 0 {
			return m.trap(wasm.TrapFuelExhausted)
		}
		m.store.Fuel--
	}
	return nil
}

// interrupted returns an Interrupt if the call's context has ended. The flag is
// cleared before the context is asked, so that no end is missed.
func (m *machine) interrupted() error {
	flags := atomic.AndUint32(&m.interrupt, ^uint32(flagCancelled))
	if flags&flagCancelled == 0 || m.ctx.Err() == nil {
		return nil
	}
	return &store.Interrupt{Cause: context.Cause(m.ctx), Stack: m.stackTrace()}
}
