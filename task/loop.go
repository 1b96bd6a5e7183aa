package task

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"weft"
	"weft/wasm"
)

// A Loop runs the tasks of a store. Its methods must not be called beside Run
// and Serve, but for those that say so.
type Loop struct {
	store     *weft.Store
	cancelled *weft.Tag
	tags      []waitTag
	clauses   []weft.Handler // of tags
	handlers  *weft.Handlers // of clauses
	epoch     time.Time

	// What other goroutines say to the loop. wake has room for one: that there is
	// something.
	mu     sync.Mutex
	inbox  []event
	closed bool
	active bool                    // it runs
	stop   context.CancelCauseFunc // interrupts the task that runs; may be nil
	wake   chan struct{}

	// The rest belongs to the goroutine that runs the loop.

	ctx     context.Context
	runs    uint32  // counts Run and Serve
	stopped bool    // the context has ended
	current *Task   // the one that runs
	all     Task    // head of the list of tasks that have not ended
	queue   []*Task // fresh and ready ones, in order
	timers  timers
	clock   *time.Timer
	slots   []uint64 // values on their way to and from a task
	events  []event  // spare memory for inbox
	batch   []*Task  // spare memory for queue
}

// An event is what another goroutine says to the loop.
type event struct {
	kind eventKind
	wait uint32
	task *Task
	err  error
	do   func()
}

type eventKind uint8

const (
	evStart     eventKind = iota
	evCompleted           // the future that the task waited for, in a wait
	evCancel
	evDo
)

// NewLoop returns a loop without tasks.
func NewLoop(s *weft.Store) (*Loop, error) {
	cancelled, err := s.NewTag("task.cancelled", wasm.FuncType{})
	if err != nil {
		return nil, err
	}
	l := &Loop{store: s, cancelled: cancelled, epoch: time.Now(), wake: make(chan struct{}, 1)}
	l.all.next, l.all.prev = &l.all, &l.all
	return l, nil
}

// Cancelled returns the tag of the exception that cancels tasks. It has no
// parameters.
func (l *Loop) Cancelled() *weft.Tag { return l.cancelled }

// Current returns the task that runs. It is for host functions.
func (l *Loop) Current() *Task { return l.current }

// Do lets the loop call a function between tasks: it may use the store. It does
// not wait for that, may be called by any goroutine, and reports whether the loop
// takes it: not if the loop is closed, or the function nil.
func (l *Loop) Do(f func()) bool { return f != nil && l.post(event{kind: evDo, do: f}) }

func (l *Loop) now() int64 { return int64(time.Since(l.epoch)) }

// post may be called by any goroutine.
func (l *Loop) post(e event) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.inbox = append(l.inbox, e)
	l.signal()
	return true
}

func (l *Loop) submit(t *Task) bool { return l.post(event{kind: evStart, task: t}) }

func (l *Loop) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run runs tasks until all have ended. When the context ends all tasks are cancelled,
// the loop is closed, and Run returns the cause.
func (l *Loop) Run(ctx context.Context) error { return l.run(ctx, false) }

// Serve runs tasks until the context ends, as [Loop.Run] does, also while there
// are none.
func (l *Loop) Serve(ctx context.Context) error { return l.run(ctx, true) }

func (l *Loop) run(ctx context.Context, forever bool) error {
	if ctx == nil {
		return errNoContext
	}
	if err := l.begin(); err != nil {
		return err
	}
	l.ctx = ctx
	l.runs++
	unwatch := context.AfterFunc(ctx, func() { l.interrupt(ctx) })
	defer func() {
		unwatch()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.active = false
	}()
	for ctx.Err() == nil {
		l.drain()
		l.expire()
		if len(l.queue) > 0 {
			l.turn()
			continue
		}
		if !forever && l.idle() {
			return nil
		}
		l.sleep()
	}
	l.close()
	return context.Cause(ctx)
}

func (l *Loop) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if l.active {
		return errors.New("task: the loop runs already")
	}
	l.active = true
	return nil
}

// idle reports whether there is nothing to do and no task to wait for.
func (l *Loop) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.next == &l.all && len(l.inbox) == 0
}

// drain does what other goroutines have said.
func (l *Loop) drain() {
	l.mu.Lock()
	l.inbox, l.events = l.events[:0], l.inbox
	l.mu.Unlock()
	for i := range l.events {
		e := &l.events[i]
		switch t := e.task; e.kind {
		case evStart:
			l.link(t)
		case evCompleted:
			if t.state == waiting && t.wait == e.wait {
				l.enqueue(t)
			}
		case evCancel:
			l.cancel(t, e.err)
		case evDo:
			e.do()
		}
	}
	clear(l.events)
	if cap(l.events) > keptEvents {
		l.events = nil
	}
}

// keptEvents is for how many events the loop keeps memory.
const keptEvents = 1 << 12

// link takes up a new task.
func (l *Loop) link(t *Task) {
	t.next, t.prev = &l.all, l.all.prev
	t.next.prev, t.prev.next = t, t
	l.queue = append(l.queue, t)
	if t.ctx.Done() != nil {
		t.unwatch = context.AfterFunc(t.ctx, func() { t.Cancel(context.Cause(t.ctx)) })
	}
}

// enqueue makes a task ready that waits.
func (l *Loop) enqueue(t *Task) {
	t.state = ready
	l.queue = append(l.queue, t)
}

// cancel notes that a task is to be cancelled, and makes it ready if it waits.
func (l *Loop) cancel(t *Task, cause error) {
	if t.state == over || t.cause != nil {
		return
	}
	t.cause = cause
	if t.state == waiting {
		l.leave(t)
		l.enqueue(t)
	}
}

// leave ends a wait before its time.
func (l *Loop) leave(t *Task) {
	if t.timer >= 0 {
		l.timers.remove(int(t.timer))
		t.timer = -1
	}
	if f := t.awaits.future; f != nil {
		f.leave(t)
	}
	t.awaits = Wait{}
}

// expire makes the tasks ready that have slept long enough.
func (l *Loop) expire() {
	if len(l.timers) == 0 {
		return
	}
	for now := l.now(); len(l.timers) > 0 && l.timers[0].when <= now; {
		t := l.timers[0].task
		l.timers.remove(0)
		t.timer = -1
		l.enqueue(t)
	}
}

// turn runs the tasks that are ready now.
func (l *Loop) turn() {
	l.queue, l.batch = l.batch[:0], l.queue
	for i, t := range l.batch {
		if l.ctx.Err() != nil {
			return // close finds the others in the list
		}
		l.batch[i] = nil
		l.step(t)
	}
}

// sleep waits for an event or a timer.
func (l *Loop) sleep() {
	if len(l.timers) == 0 {
		<-l.wake
		return
	}
	d := time.Duration(l.timers[0].when - l.now())
	if l.clock == nil {
		l.clock = time.NewTimer(d)
	} else {
		l.clock.Reset(d)
	}
	select {
	case <-l.wake:
		l.clock.Stop()
	case <-l.clock.C:
	}
}

// close cancels all tasks: each gets one chance to clean up.
func (l *Loop) close() {
	cause := context.Cause(l.ctx)
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.drain()
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(l.ctx), Grace, fmt.Errorf("no time left to clean up: %w", cause))
	defer cancel()
	l.ctx, l.stopped = ctx, true
	for t := l.all.next; t != &l.all; t = l.all.next {
		if t.cause == nil {
			t.cause = cause
		}
		if t.state == waiting {
			l.leave(t)
		}
		l.step(t)
	}
	l.queue, l.batch, l.timers = nil, nil, nil
}
