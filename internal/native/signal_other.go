//go:build !(linux && (amd64 || arm64))

package native

import "errors"

// Where there are no handlers, code compares addresses and polls.

// handlesSignals says that there are handlers for this system and processor.
const handlesSignals = false

func installHandlers() error { return errors.ErrUnsupported }

// canPreempt reports whether Go asks goroutines to yield in the way that handlers know.
func canPreempt() bool { return false }

// lookForUrgent has nothing to look for.
func (e *Engine) lookForUrgent(uint32) {}

// holdUrgent has nothing to hold.
func (e *Engine) holdUrgent() {}
