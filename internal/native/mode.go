package native

import (
	"fmt"
	"runtime"
)

// A Mode says how machine code runs on this system and processor.
type Mode struct {
	// Target is the instruction set with its extensions.
	Target string
	// Signals says that accesses to memory may fault and code may be interrupted anywhere. Why is why not.
	Signals bool
	Why     string
	// Untried says that no code has been executed on this system yet (docs/native.md has what is tested how).
	Untried bool
}

// ModeHere returns how machine code runs here if nothing else is asked for; an error if it does not.
func ModeHere() (Mode, error) {
	if !supported {
		return Mode{}, errPlatform()
	}
	t, err := newTarget(false)
	if err != nil {
		return Mode{}, err
	}
	m := Mode{Target: t.String(), Signals: true, Untried: runtime.GOOS != "linux"}
	if !handlesSignals {
		m.Signals, m.Why = false, fmt.Sprintf("there are no handlers of signals for %s/%s", runtime.GOOS,
			runtime.GOARCH)
	} else if !canPreempt() {
		m.Signals, m.Why = false, "Go does not interrupt goroutines by signals in this process"
	}
	return m, nil
}
