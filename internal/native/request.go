package native

import "weft/internal/codegen"

// What code asks of Go, in Context.Request. Smaller numbers are builtins.
const (
	requestTrap        = 1<<16 + iota // FaultAddr: the code; does not come back
	requestFault                      // at FaultPC; does not come back
	requestGrow                       // the stack is too small for the calling function
	requestPoll                       // a loop sees that Interrupt is set
	requestPollInts                   // the same, in code that uses integer registers alone
	requestPreempt                    // interrupted at ResumePC
	requestAlloc                      // FaultAddr: the size class of which cells are needed
	requestArray                      // Args: type, length, word
	requestCallHost                   // of a host function with many arguments or results, which are in Args
	requestCompile                    // of the function whose number is in R13, of the instance in R14
	requestReenter                    // the same, in the form that can be entered anywhere
	requestInterpreted                // an interpreted function goes on behind a call, or in a handler

	// Operations on continuations. Registers are in Saved: arguments and results as in
	// calls, and what switchRegisters says.
	requestContNew
	requestResume
	requestSuspend
	requestSuspendTo
	requestSuspendTag
	requestSwitch
	requestResumeThrow
	requestContReturn // a continuation's function has returned
	requestHostReturn // the same, of one that the host has resumed
)

// requestPollKept and what is above it are polls of code that keeps registers itself, so many as it is above.
const requestPollKept = codegen.RequestPollKept
