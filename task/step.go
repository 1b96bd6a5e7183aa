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
	waits, results, err := l.enter(ctx, t, thrown != nil)
	if release != nil {
		release()
	}
	l.interruptible(nil)
	switch {
	case err != nil:
		l.end(t, nil, l.explain(t, err))
	case !waits:
		l.end(t, results, nil)
	case thrown != nil && (l.stopped || t.ctx.Err() != nil):
		l.end(t, nil, &CancelError{Cause: thrown})
	default:
		l.await(t)
	}
}

// enter resumes a task, or throws into it if it is cancelled. It reports whether
// the task waits.
func (l *Loop) enter(ctx context.Context, t *Task, cancelled bool) (waits bool, results []weft.Value, err error) {
	l.current = t
	defer func() {
		l.current = nil
		if p := recover(); p != nil {
			waits, results, err = false, nil, &PanicError{p, debug.Stack()}
		}
	}()
	if t.state == fresh {
		if t.cont, err = l.store.NewContinuation(t.fn); err != nil {
			return false, nil, err
		}
		values := t.values
		t.values, t.state = nil, running
		return l.resume(ctx, t, values, nil)
	}
	values, failure := t.awaited(cancelled)
	t.state = running
	if failure == nil {
		return l.resume(ctx, t, values, nil)
	}
	var exception *weft.Exception
	if !errors.As(failure, &exception) {
		return false, nil, failure
	}
	return l.resume(ctx, t, nil, exception)
}

// resume goes on with a task: with values, or an exception. Numbers travel as
// slots, which allocates nothing; for references, and values that do not fit, there
// is the slower way.
func (l *Loop) resume(ctx context.Context, t *Task, values []weft.Value, exception *weft.Exception) (waits bool, results []weft.Value, err error) {
	k, h := t.cont, l.handlers
	typ := k.Type()
	if n := k.Slots(h); n > len(l.slots) {
		l.slots = make([]uint64, n)
	}
	var tag *weft.Tag
	switch {
	case !numbers(typ.Params) || !numbers(typ.Results) || exception == nil && !toSlots(l.slots, values, typ.Params):
		return l.resumeValues(ctx, t, values, exception)
	case exception != nil:
		tag, err = k.ThrowSlots(ctx, exception, h, l.slots)
	default:
		tag, err = k.ResumeSlots(ctx, h, l.slots)
	}
	if tag != nil || err != nil {
		return tag != nil, nil, err
	}
	return false, fromSlots(l.slots, typ.Results), nil
}

// resumeValues is resume for all types.
func (l *Loop) resumeValues(ctx context.Context, t *Task, values []weft.Value, exception *weft.Exception) (waits bool, results []weft.Value, err error) {
	var s *weft.Suspension
	if exception != nil {
		s, results, err = t.cont.Throw(ctx, exception, l.clauses...)
	} else {
		s, results, err = t.cont.Resume(ctx, values, l.clauses...)
	}
	if s == nil {
		return false, results, err
	}
	t.cont = s.Continuation
	return true, nil, nil
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
	if t.stop != nil {
		t.stop(nil)
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
// task's and ends with it and, while the task runs, with the loop's; or, once the
// task's has ended, after some time to clean up. Usually it stays the same for all
// steps of a task, so that the engine watches it once.
func (l *Loop) context(t *Task) (ctx context.Context, release func()) {
	switch {
	case l.stopped:
		return withValues{l.ctx, t.ctx}, nil
	case t.ctx.Err() != nil:
		return context.WithTimeoutCause(context.WithoutCancel(t.ctx), Grace, context.Cause(t.ctx))
	case l.ctx.Done() == nil:
		return t.ctx, nil
	case t.ctx.Done() == nil:
		if t.own == nil || t.runs != l.runs {
			t.own, t.runs = withValues{l.ctx, t.ctx}, l.runs
		}
		return t.own, nil
	}
	if t.own == nil {
		t.own, t.stop = context.WithCancelCause(t.ctx)
	}
	l.interruptible(t.stop)
	return t.own, nil
}

// interruptible lets the end of the loop's context stop the task that is about to
// run; nil once it has run.
func (l *Loop) interruptible(stop context.CancelCauseFunc) {
	if stop == nil && l.stop == nil {
		return // only the loop sets it
	}
	l.mu.Lock()
	l.stop = stop
	l.mu.Unlock()
	if stop != nil && l.ctx.Err() != nil { // perhaps nobody has seen it
		stop(context.Cause(l.ctx))
	}
}

// interrupt is called when the loop's context has ended.
func (l *Loop) interrupt(ctx context.Context) {
	l.mu.Lock()
	stop := l.stop
	l.mu.Unlock()
	if stop != nil {
		stop(context.Cause(ctx))
	}
	l.signal()
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
