// Package threads runs many threads of a guest on one goroutine: green threads. The guest does not know; it is a
// program as any with threads. Each thread is a continuation, and where it would wait (memory.atomic.wait, or a host
// function that calls [Scheduler.Park]) another one goes on, within the same call from the host.
//
//	scheduler, err := threads.New(store, threads.Config{})
//	main, err := scheduler.Spawn(threads.Spec{Func: instance.Func("_start")})
//	err = scheduler.Run(ctx, main)
//
// A thread has, beside its continuation, its own copy of the mutable globals of its instance, if [Spec.Globals] says
// so: so threads need no instances of their own.
//
// # The host
//
// A host function that would wait must not hold up the goroutine. [Scheduler.Park] stops its thread until somebody
// tells its result; [Scheduler.Await] until an attempt succeeds, which the scheduler makes again after [Thread.Retry];
// [Scheduler.Sleep] for some time. Behind an effect that others see, [Scheduler.At] lets others run.
//
// # Who runs next
//
// A [Strategy] says, at scheduling points ([Point]): [RoundRobin] lets threads run in turns, [RandomWalk] chooses at
// random, from a seed, [Replay] repeats a schedule that was recorded. A thread that computes is interrupted: after a
// slice of time ([Config.Slice]), or, if the strategy counts ([Strategy.Steps]), after so many steps, which are calls
// and turns of loops. A schedule by steps is the same on every machine.
//
// # Time
//
// With [Config.Virtual] time passes only when all threads wait: then it is the time at which the first of them wants to
// go on.
package threads
