// Package wast runs the scripts (.wast) in which the tests of WebAssembly are
// written: modules, calls of their functions, and assertions about both.
//
// The way of a script:
//
//   - parse.go, values.go and source.go read one command after the other. A
//     command is a small object; what it does when it runs stands beside it:
//     modules.go, actions.go, assertions.go, threads.go.
//   - runner.go walks through the commands of a script. A [Runner] says with which
//     features, hosts, limits and time a script runs; features.go has the rules
//     that choose features by the path of a script.
//   - spectest.go and habits.go are the host modules that scripts import.
//   - messages.go compares the texts of errors with those that scripts expect,
//     format.go writes values as the reference interpreter prints them.
//   - report.go is the result.
//
// How a module or a call failed (malformed, invalid, unlinkable, trap, exception,
// suspension, exhaustion) must be exactly what an assertion says. The texts of
// messages are documentation: a different text is noted, but is not a failure.
//
// What the runtime does not support is neither passed nor failed: such commands
// are skipped, and the report counts them by reason.
//
// A thread of a script is a goroutine with a store of its own. What it gets from
// the instances that are shared with it is their shared memories.
package wast
