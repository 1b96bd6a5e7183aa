package task

import (
	"errors"
	"fmt"
	"time"

	"weft"
)

// Grace is how long guests may still compute, to clean up, after their context
// has ended. When the loop's context ends it is for all tasks together.
const Grace = time.Second

// ErrClosed is the error of tasks that are given to a loop whose context has ended.
var ErrClosed = errors.New("task: the loop is closed")

// What is returned for arguments that are nil.
var (
	errNoContext = errors.New("task: the context is nil")
	errNoFunc    = errors.New("task: there is no Go function to call")
	errNoFuture  = errors.New("task: there is no future to wait for")
	errNoLinker  = errors.New("task: there is no linker")
)

// errOutside is returned by functions that wait, when what called them is no task.
var errOutside = errors.New("task: only a task of the loop can wait")

// ErrCancelled is the cause if Cancel was given none.
var ErrCancelled = errors.New("task: cancelled")

// A CancelError ends a task that was cancelled. It unwraps to the cause.
type CancelError struct {
	Cause error
	// Stack is where in the guest the exception was thrown that nothing caught. It
	// is empty for a task that had not begun, or that waited again.
	Stack weft.StackTrace
}

func (e *CancelError) Error() string { return "task cancelled: " + e.Cause.Error() }

// Unwrap returns the cause.
func (e *CancelError) Unwrap() error { return e.Cause }

// A PanicError ends a task in which a host function has panicked.
type PanicError struct {
	Value any
	Stack []byte // of the goroutine, as debug.Stack formats it
}

func (e *PanicError) Error() string { return fmt.Sprintf("task: panic: %v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
