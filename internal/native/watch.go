package native

import (
	"context"
	"sync/atomic"

	"weft/internal/store"
)

// What other goroutines ask of a machine. The context has a flag, too, which signal handlers and code look
// at. It is that of all calls in the store: a call may clear it that was made by a host function which
// another one waits for.
const (
	askEnd    = 1 << iota // a context has ended that is or was watched
	askSample             // the store's profile wants to know where the call is
	askPause              // the scheduler is to be asked
)

// lookEvery is at one of how many calls a machine looks whether the signal of lookForUrgent arrives: a power of two.
const lookEvery = 64

func (m *machine) ask(what uint32) {
	m.asked.Or(what)
	atomic.StoreUint32(&m.context.Interrupt, 1)
}

// watch makes the end of the context interrupt the machine, and reports whether that is another one than before.
func (m *machine) watch(ctx context.Context) bool {
	if done := ctx.Done(); done == nil || done == m.watched.Done() {
		return false
	}
	m.watched = store.WatchContext(ctx, m.watched, m, (*machine).cancel)
	return true
}

// cancel interrupts the machine, from another goroutine. Loops that poll see the flag.
// For all others the thread must take a signal.
func (m *machine) cancel() {
	m.ask(askEnd)
	if atomic.LoadUint32(&m.active) != 0 && !m.engine.config.Polls {
		store.InterruptThreads()
	}
}

// onStack reports whether code that was interrupted runs on the stack of the current
// continuation: else it is switching stacks, and must not end there.
func (m *machine) onStack() bool { return m.cur.Stack() < m.sp && m.sp < m.cur.StackEnd() }

// interruptLater interrupts the machine once more, if it is to end.
func (m *machine) interruptLater() {
	if m.asked.Load()&askEnd != 0 {
		go m.cancel()
	}
}

// AskForSample implements [store.Sampled].
func (m *machine) AskForSample() bool {
	m.ask(askSample)
	return !m.engine.config.Polls
}

// ForgetSample implements [store.Sampled].
func (m *machine) ForgetSample() { m.asked.And(^uint32(askSample)) }

// AskForPause implements [store.Pausable].
func (m *machine) AskForPause() bool {
	m.ask(askPause)
	return !m.engine.config.Polls
}

// forgetPause takes back what AskForPause has asked for, and reports whether there was anything.
func (m *machine) forgetPause() bool {
	pausing := m.pausing
	m.pausing = false
	return m.asked.And(^uint32(askPause))&askPause != 0 || pausing
}

// pauseLater asks for a pause once more, since code is where it cannot stop.
func (m *machine) pauseLater() {
	m.pausing = false
	go m.store.RequestPause()
}

// pause asks the scheduler if that was asked for, and reports whether to go back. From here code can go on later.
func (m *machine) pause(from origin, keeps keeping) bool {
	if !m.pausing {
		return true
	}
	m.pausing = false
	if m.store.Scheduler == nil {
		return true
	}
	return m.obey(m.store.Scheduler.Pause(m.ctx, store.Pause{Pinned: m.IsPinned()}), from, keeps)
}

// keeping returns what is to be kept where code is paused.
func (m *machine) keeping() keeping {
	switch r := m.context.Request; {
	case r >= requestPollKept:
		return keepsResult
	case r == requestPollInts:
		return keepsInts
	}
	return keepsAll
}

// interrupted records a sample if one was asked for, and returns an Interrupt if the call's context has ended; start
// gives where the code is. Flags are cleared before the context is asked, so that no end is missed.
func (m *machine) interrupted(start func() walker) error {
	atomic.StoreUint32(&m.context.Interrupt, 0)
	asked := m.asked.Swap(0)
	if asked&askSample != 0 {
		m.store.Profile.Record(m.stackTrace(start()))
	}
	if asked&askPause != 0 {
		m.pausing = true
	}
	if asked&askEnd == 0 || m.ctx.Err() == nil {
		return nil
	}
	return &store.Interrupt{Cause: context.Cause(m.ctx), Stack: m.stackTrace(start())}
}
