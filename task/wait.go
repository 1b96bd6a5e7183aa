package task

import (
	"context"
	"fmt"
	"time"

	"weft"
	"weft/wasm"
)

// A Wait is what a host function lets its task wait for. The zero Wait is
// nothing: the call returns at once.
type Wait struct {
	sleeps bool
	sleep  time.Duration
	future *Future
}

// Sleep waits for some time; for 0 or less, until the other tasks that are ready
// have run. The host function has no results.
func Sleep(d time.Duration) Wait { return Wait{sleeps: true, sleep: max(d, 0)} }

// Await waits for a future, which gives the host function's results. One that is nil has failed.
func Await(f *Future) Wait {
	if f == nil {
		f = NewFuture()
		f.Fail(errNoFuture)
	}
	return Wait{future: f}
}

// A Func implements a host function that may wait. Slots hold the arguments as
// for a [weft.HostFunc], and take the results if it does not wait. They are not
// to be used after it has returned. Waiting for a future that is completed already
// is not waiting: the call returns at once, and other tasks do not get a turn.
//
// The context is that of the task; if it can end, it does so also when the task has
// ended, and when the loop's ends while the task runs. It does not end when the task
// is cancelled by [Task.Cancel]: see [Future.OnAbandon].
type Func func(ctx context.Context, slots []uint64) (Wait, error)

// A hostFunc is what the loop keeps for a function that waits.
type hostFunc struct {
	name    string
	suspend error // what suspends the guest that has called it
}

// NewFunc makes a host function that may wait. The name is for people. Like all
// that use the store it must not run beside the loop.
func (l *Loop) NewFunc(name string, t wasm.FuncType, f Func) (*weft.Func, error) {
	if f == nil {
		return nil, errNoFunc
	}
	tag, err := l.tag(t.Results)
	if err != nil {
		return nil, err
	}
	h := &hostFunc{name: name, suspend: tag.Suspend()}
	return l.store.NewFunc(name, t, func(ctx context.Context, slots []uint64) error {
		task := l.current
		if task == nil {
			return errOutside
		}
		w, err := f(ctx, slots)
		if err != nil || w == (Wait{}) {
			return err
		}
		if task.cause == nil && w.future != nil && w.future.isCompleted() && numbers(t.Results) {
			values, err := w.future.get()
			if err != nil || toSlots(slots, values, t.Results) {
				return err
			}
		}
		task.call, task.awaits = h, w
		return h.suspend
	})
}

// Define makes a host function that may wait, and gives it the name that imports
// of it use.
func (l *Loop) Define(linker *weft.Linker, module, name string, t wasm.FuncType, f Func) error {
	if linker == nil {
		return errNoLinker
	}
	fn, err := l.NewFunc(fmt.Sprintf("%s.%s", module, name), t, f)
	if err != nil {
		return err
	}
	linker.Define(module, name, fn)
	return nil
}

// tag returns the tag of suspensions that come back with values of some types.
func (l *Loop) tag(results []wasm.ValType) (*weft.Tag, error) {
	t := wasm.FuncType{Results: results}
	for _, h := range l.tags {
		if h.typ == t.String() {
			return h.tag, nil
		}
	}
	tag, err := l.store.NewTag("task wait", t)
	if err != nil {
		return nil, err
	}
	clauses := append(l.clauses, weft.On(tag))
	handlers, err := l.store.NewHandlers(clauses...)
	if err != nil {
		return nil, err
	}
	l.tags, l.clauses, l.handlers = append(l.tags, waitTag{t.String(), tag}), clauses, handlers
	return tag, nil
}

type waitTag struct {
	typ string
	tag *weft.Tag
}

// Link defines what guests of any loop can import from the module "task":
//
//	(import "task" "sleep" (func (param i64)))     nanoseconds
//	(import "task" "yield" (func))                 lets other tasks run
//	(import "task" "now" (func (result i64)))      nanoseconds since the loop was made
//	(import "task" "cancelled" (tag))              see Loop.Cancelled
func (l *Loop) Link(linker *weft.Linker) error {
	if linker == nil {
		return errNoLinker
	}
	linker.Define("task", "cancelled", l.cancelled)
	i64 := []wasm.ValType{wasm.I64}
	if err := l.Define(linker, "task", "sleep", wasm.FuncType{Params: i64}, func(_ context.Context, slots []uint64) (Wait, error) {
		return Sleep(time.Duration(slots[0])), nil
	}); err != nil {
		return err
	}
	if err := l.Define(linker, "task", "yield", wasm.FuncType{}, func(context.Context, []uint64) (Wait, error) {
		return Sleep(0), nil
	}); err != nil {
		return err
	}
	return linker.DefineFunc("task", "now", wasm.FuncType{Results: i64}, func(_ context.Context, slots []uint64) error {
		slots[0] = uint64(l.now())
		return nil
	})
}
