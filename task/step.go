package task

import (
	"context"
	"errors"
	"math"
	"runtime/debug"

	"weft"
)

// step lets a task run until it waits or ends.
func (l *Loop) step(t *Task) {
	if t.cause == nil && t.ctx.Err() != nil {
		t.cause = context.Cause(t.ctx)
	}
	if t.state == fresh && t.cause != nil {
		l.end(t, nil, &CancelError{Cause: t.cause})
		return
	}
	// What the task has waited for is there: it is not lost, and the next wait
	// is cancelled.
	var thrown error
	if completed := t.awaits.future != nil; !completed && t.cause != nil {
		thrown, t.cause = t.cause, nil
		t.thrown = thrown
	}
	ctx, release := l.context(t)
	s, results, err := l.enter(ctx, t, thrown != nil)
	release()
	switch {
	case err != nil:
		l.end(t, nil, l.explain(t, err))
	case s == nil:
		l.end(t, results, nil)
	case thrown != nil && (l.stopped || t.ctx.Err() != nil):
		l.end(t, nil, &CancelError{Cause: thrown})
	default:
		t.cont = s.Continuation
		l.await(t)
	}
}

// enter resumes a task, or throws into it if it is cancelled.
func (l *Loop) enter(ctx context.Context, t *Task, cancelled bool) (s *weft.Suspension, results []weft.Value, err error) {
	l.current = t
	defer func() {
		l.current = nil
		if p := recover(); p != nil {
			s, results, err = nil, nil, &PanicError{p, debug.Stack()}
		}
	}()
	k := t.cont
	t.cont = nil
	if t.state == fresh {
		if k, err = l.store.NewContinuation(t.fn); err != nil {
			return nil, nil, err
		}
		values := t.values
		t.values, t.state = nil, running
		return k.Resume(ctx, values, l.handlers...)
	}
	values, failure := t.awaited(cancelled)
	t.state = running
	if failure == nil {
		return k.Resume(ctx, values, l.handlers...)
	}
	var exception *weft.Exception
	if !errors.As(failure, &exception) {
		return nil, nil, failure
	}
	return k.Throw(ctx, exception, l.handlers...)
}

// awaited returns what the call returns in which the task has waited.
func (t *Task) awaited(cancelled bool) (values []weft.Value, failure error) {
	w := t.awaits
	t.awaits = Wait{}
	switch {
	case cancelled:
		return nil, t.loop.cancelled.Throw()
	case w.future == nil:
		return nil, nil
	}
	values, failure = w.future.get()
	if exception := (*weft.Exception)(nil); failure != nil && !errors.As(failure, &exception) {
		failure = &weft.HostError{Func: t.call.name, Err: failure}
	}
	return values, failure
}

// await lets a task wait that has suspended.
func (l *Loop) await(t *Task) {
	t.state = waiting
	t.wait++
	w := &t.awaits
	switch {
	case t.cause != nil:
		l.leave(t)
		l.enqueue(t)
	case w.future != nil:
		if w.future.add(waiter{t, t.wait}) {
			l.enqueue(t)
		}
	case w.sleep == 0:
		l.enqueue(t)
	default:
		when := l.now()
		if d := int64(w.sleep); when > math.MaxInt64-d {
			when = math.MaxInt64
		} else {
			when += d
		}
		l.timers.add(when, t)
	}
}

// explain makes the error of an uncaught cancellation.
func (l *Loop) explain(t *Task, err error) error {
	e, ok := err.(*weft.Exception)
	if !ok || t.thrown == nil {
		return err
	}
	if own, ok := l.cancelled.Throw().(*weft.Exception); !ok || own.Tag != e.Tag {
		return err
	}
	return &CancelError{Cause: t.thrown, Stack: e.Stack}
}

// end notes how a task has ended.
func (l *Loop) end(t *Task, results []weft.Value, err error) {
	t.next.prev, t.prev.next = t.prev, t.next
	t.next, t.prev = nil, nil
	if t.unwatch != nil {
		t.unwatch()
	}
	l.leave(t) // if its last call could not wait
	t.state, t.cont, t.call = over, nil, nil
	l.mu.Lock()
	defer l.mu.Unlock()
	t.ended, t.values, t.err = true, results, err
	if t.done != nil {
		close(t.done)
	}
}

// context returns the context in which a task runs: one that has the values of the
// task's and ends with it and with the loop's, or, once the task's has ended,
// after some time to clean up.
func (l *Loop) context(t *Task) (ctx context.Context, release func()) {
	switch {
	case l.stopped:
		return withValues{l.ctx, t.ctx}, func() {}
	case t.ctx.Err() != nil:
		return context.WithTimeoutCause(context.WithoutCancel(t.ctx), Grace, context.Cause(t.ctx))
	case l.ctx.Done() == nil:
		return t.ctx, func() {}
	case t.ctx.Done() == nil:
		return withValues{l.ctx, t.ctx}, func() {}
	}
	both, cancel := context.WithCancelCause(t.ctx)
	stop := context.AfterFunc(l.ctx, func() { cancel(context.Cause(l.ctx)) })
	return both, func() {
		stop()
		cancel(nil)
	}
}

// withValues is a context with the values of another.
type withValues struct {
	context.Context
	values context.Context
}

func (c withValues) Value(key any) any {
	if v := c.values.Value(key); v != nil {
		return v
	}
	return c.Context.Value(key)
}
