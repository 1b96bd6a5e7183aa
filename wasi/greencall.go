package wasi

import (
	"context"
	"sync"
	"time"

	"weft"
	"weft/threads"
)

// eParks is the result of a call of a green thread that would wait: it is made again. No guest sees it.
const eParks Errno = 1 << 16

// mostParams is how many parameters a function has at most.
const mostParams = 9

// A greenCall is the call that a green thread makes, and what is needed to make it again if it has to wait. Each thread
// has one.
type greenCall struct {
	green   *green
	thread  *threads.Thread
	attempt threads.Attempt // again, made once

	// Of a call that is parked; else nothing is set.
	function *function
	args     [mostParams]uint64
	ctx      context.Context
	caller   *weft.Instance
	exported *weft.Memory
	progress
}

// progress is how far a call has come that is parked.
type progress struct {
	d       *descriptor // that it is about
	done    int         // bytes that have been transferred
	waits   []wait      // of a poll
	left    time.Duration
	late    bool // that is over
	pending any  // the channel of what goes on in a goroutine
}

// current returns the call of the thread that runs; nil if there is none that can be parked.
func (g *green) current() *greenCall {
	thread := g.scheduler.Current()
	if thread == nil || g.pinned {
		return nil
	}
	c, ok := thread.Value.(*greenCall)
	if !ok {
		c = &greenCall{green: g, thread: thread}
		c.attempt = c.again
		thread.Value = c
	}
	return c
}

// wake implements [waker].
func (c *greenCall) wake() { c.thread.Retry() }

// wait implements [waker].
func (c *greenCall) wait(context.Context) error { return eParks }

// park parks the thread until the call has not failed with eParks. It returns the error of the call.
func (t *thread) park(f *function, args []uint64) error {
	c := t.call
	c.function, c.ctx, c.caller, c.exported, c.d = f, t.ctx, t.caller, t.exported, t.found
	copy(c.args[:], args)
	timeout := time.Duration(-1)
	if c.left > 0 {
		timeout = c.left
	}
	t.stops = c.green.scheduler.Await(c.attempt, timeout)
	return t.leave()
}

// again makes the call again. The thread that does it is not that of the call, which may be in the middle of stopping.
func (c *greenCall) again(late bool) (result uint32, done bool) {
	t := &c.green.repeating
	t.ctx, t.call = c.ctx, c
	t.calledBy(c.caller, c.exported)
	c.late = late
	errno := c.function.call(t, c.args[:])
	t.stops = nil // it stands at a point already
	if errno == eParks {
		return 0, false
	}
	c.function, c.ctx, c.caller, c.exported, c.progress = nil, nil, nil, nil, progress{}
	return uint32(errno), true
}

// lookup returns an open descriptor, or nil. For a call that is made again it is the one that it was, even if the guest
// has closed it, and given its number to another one.
func (t *thread) lookup(fd uint64) *descriptor {
	if t.call != nil && t.call.d != nil {
		return t.call.d
	}
	t.found = t.system.lookup(fd)
	return t.found
}

// isAlone reports whether no other thread could run while this one waits.
func (t *thread) isAlone() bool { return t.call == nil || len(t.call.green.scheduler.Threads()) < 2 }

// transferred returns how many bytes the call has transferred before it was parked.
func (t *thread) transferred() int {
	if t.call == nil {
		return 0
	}
	return t.call.done
}

// background does what may take long in a goroutine, for a call of a green thread. It fails with eParks until that has
// come to its end; then it returns what that has. The context ends with the run. The group, unless it is nil, hears of
// the goroutine.
func background[T any](t *thread, group *sync.WaitGroup, do func(context.Context) (T, error)) (result T, err error) {
	type outcome struct {
		result T
		err    error
	}
	c := t.call
	if pending, ok := c.pending.(chan outcome); ok {
		select {
		case o := <-pending:
			c.pending = nil
			return o.result, o.err
		default:
			return result, eParks
		}
	}
	pending, ctx := make(chan outcome, 1), c.green.ctx
	c.pending = pending
	run := func() {
		var o outcome
		o.result, o.err = do(ctx)
		pending <- o
		c.wake()
	}
	if group != nil {
		group.Go(run)
	} else {
		go run()
	}
	return result, eParks
}

// mostCopied bounds what a goroutine writes.
const mostCopied = 64 << 10

// writeBehind writes a copy in a goroutine.
func writeBehind(t *thread, b []byte, write func([]byte) (int, error)) (int, error) {
	if t.call.pending == nil {
		b = append([]byte(nil), b[:min(len(b), mostCopied)]...)
	}
	return background(t, nil, func(context.Context) (int, error) { return write(b) })
}
