package interp

import (
	"context"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// watch lets the end of the context interrupt the machine, until unwatch.
func (m *machine) watch(ctx context.Context) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		atomic.OrUint32(&m.interrupt, flagCancelled)
		close(done)
	})
	m.unwatch = func() {
		if !stop() {
			<-done
		}
	}
}

// poll is called at a call or a branch backwards while interrupt is not 0.
func (m *machine) poll() error {
	flags := atomic.LoadUint32(&m.interrupt)
	if flags&flagCancelled != 0 {
		return &store.Interrupt{Cause: context.Cause(m.ctx), Stack: m.stackTrace()}
	}
	if flags&flagFuel != 0 {
		if m.store.Fuel == 0 {
			return m.trap(wasm.TrapFuelExhausted)
		}
		m.store.Fuel--
	}
	return nil
}
