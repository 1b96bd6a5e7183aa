package task

import (
	"context"

	"weft"
)

// A Task is a call of a guest function that may wait. Its methods may be called by
// any goroutine.
type Task struct {
	loop *Loop
	ctx  context.Context
	fn   *weft.Func
	// values are the arguments until the task begins, and the results at its end.
	values []weft.Value
	err    error
	done   chan struct{} // nil until somebody asks for it
	ended  bool

	// What follows is used by the loop's goroutine only.

	next, prev *Task // the list of all that have not ended
	cont       *weft.Continuation
	call       *hostFunc // in which it waits, for awaits
	awaits     Wait
	wait       uint32 // counts the waits
	timer      int32  // its place in the loop's timers, or -1
	state      state
	cause      error                   // why it is to be cancelled, until it was
	thrown     error                   // why it was
	unwatch    func() bool             // ends watching its context
	own        context.Context         // see Loop.context; nil until it is needed
	stop       context.CancelCauseFunc // ends own, if that is for this task only
	runs       uint32                  // for which run of the loop own is, if it is not
}

// A state is what a task does.
type state uint8

const (
	fresh   state = iota // has not begun; is in the queue
	ready                // is in the queue
	waiting              // for awaits
	running
	over
)

// Go makes a task that calls a function. It may be called by any goroutine, also
// by host functions and before the loop runs. Arguments that are references must
// not be made beside the loop.
//
// The end of the context cancels the task, or interrupts it if it computes.
func (l *Loop) Go(ctx context.Context, f *weft.Func, args ...weft.Value) *Task {
	t := &Task{loop: l, ctx: ctx, fn: f, values: args, timer: -1}
	switch {
	case ctx == nil:
		t.err = errNoContext
	case !l.submit(t):
		t.err = ErrClosed
	default:
		return t
	}
	t.values, t.ended, t.state = nil, true, over
	return t
}

// Cancel makes the call that the task waits in throw: see the package's comment.
// A task that does not wait, or for which what it waits for is there already, is
// cancelled when it waits next; one that has not begun
// never does. The cause is what the task's [*CancelError] unwraps to, nil for
// [ErrCancelled].
func (t *Task) Cancel(cause error) {
	if cause == nil {
		cause = ErrCancelled
	}
	t.loop.post(event{kind: evCancel, task: t, err: cause})
}

// Done returns a channel that is closed when the task has ended.
func (t *Task) Done() <-chan struct{} {
	t.loop.mu.Lock()
	defer t.loop.mu.Unlock()
	if t.done == nil {
		t.done = make(chan struct{})
		if t.ended {
			close(t.done)
		}
	}
	return t.done
}

// Result returns the results of the function, or the error with which the task has
// ended. Both are nil as long as it has not.
func (t *Task) Result() ([]weft.Value, error) {
	t.loop.mu.Lock()
	defer t.loop.mu.Unlock()
	if !t.ended {
		return nil, nil
	}
	return t.values, t.err
}

// Err returns the error with which the task has ended, if any.
func (t *Task) Err() error {
	_, err := t.Result()
	return err
}

// Wait waits for the end of the task and returns its result; or the cause of the
// context's end, if that is earlier. It blocks the goroutine, so it is not for
// host functions.
func (t *Task) Wait(ctx context.Context) ([]weft.Value, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	select {
	case <-t.Done():
		return t.Result()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
