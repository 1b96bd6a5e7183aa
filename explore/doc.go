// Package explore finds the schedule in which a program with threads fails. It runs the program again and again, its
// threads as green threads (package threads), and chooses each time anew which of them goes on where; what fails is
// made shorter, and told as a string that repeats it.
//
//	report, err := explore.Run(ctx, module, explore.Config{})
//	if report.Failure != nil {
//		fmt.Println(report.Failure, report.Schedule) // weft run --replay SCHEDULE
//	}
//
// # Where threads stop
//
// Threads are stopped where it can matter, and nowhere else: where they block, at calls of locks and of the host, and
// before the instructions that access what at least two threads share (sites.go, shared.go). The first schedules learn
// which these are. Then the program is compiled with scheduling points there ([weft.Engine.CompileWatched]); all other
// code runs as it always does.
//
// # Who goes on
//
// Each strategy is a file, which begins with its paper. By default they take turns (docs/explore.md tells what each has
// found in programs with known bugs).
//
// # What is found
//
// A [Failure] is a trap, an exit code, an exception, a deadlock, the use of a null pointer or of memory that was freed
// (misuse.go), or a schedule without end. Data races are found besides (race.go), and tried in the other order.
package explore
