//go:build linux || darwin

package native

// This processor's caches for instructions do not see what is written to memory. Before an instruction may be fetched
// that was written, three things must be done (the architecture's manual has them under "concurrent modification and
// execution of instructions"):
//
//  1. What was written must get to where instructions are fetched from: each of its lines is cleaned (dc cvau), and a
//     barrier waits for that (dsb ish).
//  2. What caches have of the addresses at which it will be executed must go: each line of these is invalidated (ic
//     ivau), and a barrier waits for that (dsb ish). Both reach all processors on which the process runs.
//  3. A processor that has fetched from there ahead of time, by a wrong guess, must drop that: it synchronizes (isb).
//
// The thread that writes does the first two, for each piece of code once, before anybody learns the piece's address.
// The third each thread must do by itself. A thread comes to new code by an address that Go code has written after
// the second, into a record, a context or a list of entries, and reads in native code that it has entered since then,
// because nothing that native code reads of another thread's leads to code. So it is enough that threads synchronize
// where they enter native code from Go, which is in one stub (see border.entry). Where the kernel can make all
// threads of the process synchronize when code is written, which is seldom, that costs less, and the stub does not.

// codePage is the granularity of the memory for code: the largest page of these systems with which it is not mapped
// twice.
const codePage = 16 << 10

// publish makes code known that was written at an address, to be executed at others.
func publish(written uintptr, executed span) {
	data, instructions := cacheLines()
	cleanData(written&^(data-1), written+executed.size, data)
	invalidateInstructions(executed.start&^(instructions-1), executed.end(), instructions)
	synchronizeThreads()
}

// cleanData cleans the lines of data from one address up to another, and waits.
func cleanData(from, to, line uintptr)

// invalidateInstructions does the same with those of instructions, and synchronizes this thread.
func invalidateInstructions(from, to, line uintptr)
