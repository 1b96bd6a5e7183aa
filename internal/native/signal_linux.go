//go:build amd64 || arm64

package native

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"weft/internal/store"
)

// handlesSignals says that there are handlers for this system and processor.
const handlesSignals = true

func faultHandlerPC() uintptr
func urgentHandlerPC() uintptr

// A kernelSigaction is what rt_sigaction takes.
type kernelSigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// saNoDefer lets a handler run without the signal blocked that it handles.
const saNoDefer = 0x40000000

// installHandlers puts our handlers before those of Go, which they call for whatever is
// not theirs. Flags, mask and restorer stay Go's: with these a handler runs on the
// thread's signal stack, and not on that of the guest. But those for faults block no signals (see faultHandler).
// Package os/signal never replaces the handlers of SIGSEGV and SIGBUS; for SIGURG see urgent.go.
func installHandlers() error {
	for _, h := range []struct {
		signal   unix.Signal
		handler  uintptr
		previous *uintptr
	}{
		{unix.SIGSEGV, faultHandlerPC(), &faultSegv},
		{unix.SIGBUS, faultHandlerPC(), &faultBus},
		{unix.SIGURG, urgentHandlerPC(), &previousUrg},
	} {
		if err := install(h.signal, h.handler, h.previous); err != nil {
			return fmt.Errorf("weft: install a handler for %v: %w", h.signal, err)
		}
	}
	return nil
}

var errNoHandler = errors.New("the Go runtime has none")

func install(signal unix.Signal, handler uintptr, previous *uintptr) error {
	var action kernelSigaction
	if err := rtSigaction(signal, nil, &action); err != nil {
		return err
	}
	if action.handler <= 1 { // SIG_DFL, SIG_IGN
		return errNoHandler
	}
	*previous = action.handler // before the new one can run
	action.handler = handler
	if signal != unix.SIGURG {
		action.flags |= saNoDefer
		action.mask = 0
	}
	return rtSigaction(signal, &action, nil)
}

func rtSigaction(signal unix.Signal, action, old *kernelSigaction) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(signal), uintptr(unsafe.Pointer(action)), uintptr(unsafe.Pointer(old)), unsafe.Sizeof(action.mask), 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// canPreempt reports whether Go asks goroutines to yield in the way that the
// handler of SIGURG knows: by signals, and with a mark in g.stackguard0, which is
// where the prologue of every function compares the stack pointer with it.
func canPreempt() bool {
	for _, name := range []string{"asyncpreemptoff=1", "gccheckmark=1"} {
		if strings.Contains(os.Getenv("GODEBUG"), name) {
			return false
		}
	}
	code := unsafe.Slice((*byte)(store.Pointer(reflect.ValueOf(startSignals).Pointer())), len(stackCheck))
	return string(code) == stackCheck
}
