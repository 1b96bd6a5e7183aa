package main

import (
	"context"
	"errors"

	"weft"
	"weft/wasm"
)

// Exit codes; those of programs are their own. docs/command.md has the table.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	exitTimeout = 124 // as timeout(1)
	exitFuel    = 125
	exitTrap    = 134 // as a shell shows SIGABRT
)

// exitCode returns the code for the error with which a command has ended.
func exitCode(err error) int {
	var usage usageError
	var exit *weft.ExitError
	var trap *weft.Trap
	var exception *weft.Exception
	var suspension *weft.UnhandledSuspension
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &exit):
		return programCode(exit.Code)
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &trap):
		if trap.Code == wasm.TrapFuelExhausted {
			return exitFuel
		}
		return exitTrap
	case errors.As(err, &exception), errors.As(err, &suspension):
		return exitTrap
	case errors.Is(err, context.DeadlineExceeded):
		return exitTimeout
	}
	return exitFailure
}

// programCode returns the code of a program as one that the system can report: a
// failure must not become a success because only eight bits are kept.
func programCode(code uint32) int {
	if code > 255 {
		return exitFailure
	}
	return int(code)
}
