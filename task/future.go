package task

import (
	"sync"

	"weft"
)

// A Future is something that a host function has begun, and will be completed
// once, by any goroutine. Any number of tasks may wait for it.
type Future struct {
	mu        sync.Mutex
	completed bool
	outcome   outcome
	first     waiter // most futures have one waiter
	others    []waiter
	abandoned func()
	// unseen is like abandoned, but called also if the future is completed and no
	// task has seen that.
	unseen func()
}

// An outcome is what a call returns that has waited.
type outcome struct {
	values []weft.Value
	err    error
	finish func() ([]weft.Value, error)
}

// A waiter is a task, and its wait: it may have gone on meanwhile.
type waiter struct {
	task *Task
	wait uint32
}

// NewFuture returns a future that is not completed.
func NewFuture() *Future { return &Future{} }

// Complete makes the calls that wait return values, which must have the types of
// the host function's results. A future that is completed stays as it is.
func (f *Future) Complete(values ...weft.Value) { f.settle(outcome{values: values}) }

// Fail makes the calls that wait fail, as if the host function had returned the
// error: a [*weft.Exception] is thrown, others end the task.
func (f *Future) Fail(err error) { f.settle(outcome{err: err}) }

// Finish lets the loop call a function for what the calls that wait return. It
// runs on the loop's goroutine, so it may use the store: write to memories, make
// exceptions. It is called for each task that waits.
func (f *Future) Finish(g func() ([]weft.Value, error)) { f.settle(outcome{finish: g}) }

// OnAbandon sets a function to be called when the last waiting task was cancelled
// before the future is completed: what was begun may stop. It is called on the
// loop's goroutine and must not block. A [context.CancelFunc] is suitable.
func (f *Future) OnAbandon(g func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.abandoned = g
}

func (f *Future) settle(o outcome) {
	f.mu.Lock()
	if f.completed {
		f.mu.Unlock()
		return
	}
	f.completed, f.outcome = true, o
	first, others := f.first, f.others
	f.first, f.others, f.abandoned = waiter{}, nil, nil
	f.mu.Unlock()
	if first.task != nil {
		first.wake()
	}
	for _, w := range others {
		w.wake()
	}
}

func (w waiter) wake() { w.task.loop.post(event{kind: evCompleted, task: w.task, wait: w.wait}) }

// add lets a task wait, and reports whether the future is completed already.
func (f *Future) add(w waiter) (completed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.completed:
		return true
	case f.first.task == nil:
		f.first = w
	default:
		f.others = append(f.others, w)
	}
	return false
}

// leave takes back add.
func (f *Future) leave(t *Task) {
	f.mu.Lock()
	if f.first.task == t {
		f.first = waiter{}
	}
	for i, w := range f.others {
		if w.task == t {
			f.others = append(f.others[:i], f.others[i+1:]...)
			break
		}
	}
	var abandoned, unseen func()
	if f.first.task == nil && len(f.others) == 0 {
		abandoned, unseen = f.abandoned, f.unseen
		f.abandoned, f.unseen = nil, nil
	}
	f.mu.Unlock()
	if abandoned != nil {
		abandoned()
	}
	if unseen != nil {
		unseen()
	}
}

func (f *Future) isCompleted() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.completed
}

// get returns what a completed future gives. The loop's goroutine calls it.
func (f *Future) get() ([]weft.Value, error) {
	f.mu.Lock()
	o := f.outcome
	f.unseen = nil
	f.mu.Unlock()
	if o.finish != nil {
		return o.finish()
	}
	return o.values, o.err
}
