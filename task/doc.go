// Package task runs guest functions as tasks: many of them, which wait for timers
// and for the host, on one goroutine.
//
//	loop, err := task.NewLoop(store)
//	err = loop.Link(linker)                          // "task" "sleep" and others
//	err = loop.Define(linker, "db", "get", typ, get) // a host function that waits
//	t := loop.Go(ctx, instance.Func("main"))         // from any goroutine
//	err = loop.Run(ctx)                              // until all tasks have ended
//	results, err := t.Result()
//
// A host function that is defined with [Loop.Define] does not block. It begins
// something and returns what to wait for: a time ([Sleep]) or a [Future]
// ([Await]). The loop suspends the guest that called it, whatever it was doing, and
// goes on with another task. Once the time has come or the future is completed,
// by any goroutine, the call in the guest returns. So a waiting task is a
// suspended continuation and a small Go value; it has no goroutine and no timer.
// The guest is not written for this: to it the call is a call.
//
// A [weft.Store] is used by one goroutine at a time. While [Loop.Run] or
// [Loop.Serve] is under way, that is theirs: others use the store through
// [Loop.Do].
//
// # How a task ends
//
// A task ends with the results of its function, or with one of the errors of
// [weft.Func.Call]. A trap, an uncaught exception, a failed host function and
// also a panic of one (a [*PanicError]) end that task, and no other. What tasks
// share, such as a linear memory, stays as the task has left it.
//
// # Cancellation
//
// [Task.Cancel] and the end of the context that was given to [Loop.Go] make the
// call that the task waits in throw an exception with the tag [Loop.Cancelled]. The
// guest can import that tag ("task" "cancelled"), and catch it to clean up. If it
// does not, the task ends with a [*CancelError].
//
// A guest that has caught the exception of Cancel may go on, and wait again. When
// the context has ended it may only compute, for at most [Grace]: its next wait
// ends the task.
//
// # Fairness
//
// Tasks that are ready run in the order in which they became so, each until it
// waits. A task that computes for long keeps all others waiting; nothing takes the
// processor from it but the end of its context, or of the loop's, which
// interrupts it with a [*weft.Interrupt]. A guest can call "task" "yield" to let
// others run.
package task
