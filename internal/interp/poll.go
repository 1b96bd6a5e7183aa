package interp

import (
	"context"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// watch makes the end of the context interrupt the machine.
func (m *machine) watch(ctx context.Context) {
	m.watched = store.WatchContext(ctx, m.watched, m, (*machine).cancel)
}

// cancel interrupts the machine, from another goroutine.
func (m *machine) cancel() { atomic.OrUint32(&m.interrupt, flagCancelled) }

// poll is called at a call or a branch backwards while interrupt is not 0. What it sets in flight
// is to be thrown.
func (m *machine) poll() error {
	if m.stretch != nil { // other flags are of calls that the machine has executed before
		m.countTurn()
		return nil
	}
	flags := atomic.LoadUint32(&m.interrupt)
	if flags&^(flagFuel|flagPause) != 0 {
		if err := m.interrupted(); err != nil {
			return err
		}
	}
	if flags&flagFuel != 0 {
		if m.store.Fuel == 0 {
			if trap := m.refuel(); trap != wasm.TrapNone {
				return m.trap(trap)
			}
			return nil
		}
		m.store.Fuel--
	}
	if flags&flagPause != 0 && !m.failed() {
		atomic.AndUint32(&m.interrupt, ^uint32(flagPause))
		m.pause(m.store.Scheduler.Pause(m.ctx, store.Pause{Pinned: m.IsPinned()}))
	}
	return nil
}

// refuel does what is to be done where there is no fuel left.
func (m *machine) refuel() wasm.TrapCode {
	err := m.store.Refuel(m.ctx, m.IsPinned())
	if err == store.ErrNoFuel {
		return wasm.TrapFuelExhausted
	}
	m.pause(err)
	return wasm.TrapNone
}

// AskForPause implements [store.Pausable].
func (m *machine) AskForPause() bool {
	atomic.OrUint32(&m.interrupt, flagPause)
	return false
}

// forgetPause takes back what AskForPause has asked for, and reports whether there was anything.
func (m *machine) forgetPause() bool {
	return atomic.AndUint32(&m.interrupt, ^uint32(flagPause))&flagPause != 0
}

// AskForSample implements [store.Sampled].
func (m *machine) AskForSample() bool {
	atomic.OrUint32(&m.interrupt, flagSampled)
	return false
}

// ForgetSample implements [store.Sampled].
func (m *machine) ForgetSample() { atomic.AndUint32(&m.interrupt, ^uint32(flagSampled)) }

// interrupted records a sample if one was asked for, and returns an Interrupt if the call's
// context has ended. The flags are cleared before the context is asked, so that no end is missed.
func (m *machine) interrupted() error {
	flags := atomic.AndUint32(&m.interrupt, ^uint32(flagCancelled|flagSampled))
	if flags&flagSampled != 0 {
		m.store.Profile.Record(m.stackTrace())
	}
	if flags&flagCancelled == 0 || m.ctx.Err() == nil {
		return nil
	}
	return &store.Interrupt{Cause: context.Cause(m.ctx), Stack: m.stackTrace()}
}
