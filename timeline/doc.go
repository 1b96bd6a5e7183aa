// Package timeline records what happens to continuations, and shows it: who has resumed whom, how long each ran, where
// it waits, and how large its stack is.
//
//	recorder := timeline.NewRecorder(0)
//	engine, err := weft.NewEngine(weft.NewConfig().WithContinuationListener(recorder.Hear))
//	...
//	err = recorder.WriteHTML(file) // a page
//	err = recorder.WriteTrace(file) // for chrome://tracing and Perfetto
//
// Whatever is a continuation is in it: those that guests make, and those in which the host runs tasks (package task)
// and green threads (package threads). What runs in none, on the stack of a call from the host, is shown as the
// host's. Code is interpreted while it is recorded, so times are those of interpreted code, and to be compared with
// each other only.
package timeline
