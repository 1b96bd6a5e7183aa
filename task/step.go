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
		l.leave(t)
	}
	cause := t.cause
	if t.state == fresh && cause != nil {
		l.end(t, nil, &CancelError{Cause: cause})
		return
	}
	ctx, release := l.context(t)
	s, results, err := l.enter(ctx, t, cause)
	release()
	t.cause = nil
	switch {
	case err != nil:
		l.end(t, nil, l.explain(err, cause))
	case s == nil:
		l.end(t, results, nil)
	case cause != nil && (l.stopped || t.ctx.Err() != nil):
		l.end(t, nil, &CancelError{Cause: cause})
	default:
		t.cont = s.Continuation
		l.await(t)
	}
}

// enter resumes a task, or throws into it if there is a cause.
func (l *Loop) enter(ctx context.Context, t *Task, cause error) (s *weft.Suspension, results []weft.Value, err error) {
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
	values, failure := t.awaited(cause != nil)
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
func (l *Loop) explain(err, cause error) error {
	e, ok := err.(*weft.Exception)
	if !ok || cause == nil {
		return err
	}
	if own, ok := l.cancelled.Throw().(*weft.Exception); !ok || own.Tag != e.Tag {
		return err
	}
	return &CancelError{Cause: cause, Stack: e.Stack}
}

// end notes how a task has ended.
func (l *Loop) end(t *Task, results []weft.Value, err error) {
	t.next.prev, t.prev.next = t.prev, t.next
	t.next, t.prev = nil, nil
	if t.unwatch != nil {
		t.unwatch()
	}
	t.state, t.cont, t.call, t.awaits = over, nil, nil, Wait{}
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
