//go:build amd64 || arm64

package native

import (
	"os"
	"os/signal"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// SIGURG is how Go makes a thread that runs machine code come back, to stop the world or because a call is to end. The
// host may take it away: signal.Ignore makes the kernel drop it, and signal.Notify afterwards puts Go's handler in
// place of ours. A loop in machine code would then never end, and Go's collector wait for it for ever. So it is taken
// back before code runs that relies on it. For the host nothing changes by that: what has not asked for SIGURG does not
// get it.
//
// To look costs too much for each call. Engines look when a store begins, when an instance is linked, when a call has
// another context than the one before, and now and then. What takes SIGURG away while code runs is found at the next of
// these.

// askKernelEvery is at one of how many calls a machine asks the kernel for the handler, which takes a hundred
// nanoseconds. To ask os/signal whether the signal is ignored takes a few.
const askKernelEvery = 2048

var holding sync.Mutex // held while SIGURG is taken back

// lookForUrgent is holdUrgent at a call: at one with another context, and else now and then.
func (e *Engine) lookForUrgent(calls uint32) {
	if calls%lookEvery != 0 || calls%askKernelEvery == 0 || signal.Ignored(unix.SIGURG) {
		e.holdUrgent()
	}
}

// holdUrgent makes SIGURG arrive, unless it does.
func (e *Engine) holdUrgent() {
	if e.config.Polls || urgentArrives() {
		return
	}
	holding.Lock()
	defer holding.Unlock()
	if urgentArrives() {
		return
	}
	// To ask for a signal and to stop asking leaves Go's own handler in place, with all that Go knows of it.
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGURG)
	signal.Stop(c)
	if !handlesUrgent() {
		// What fails here has worked when the first engine was made. Cancellation would be left to those who poll.
		_ = install(unix.SIGURG, urgentHandlerPC(), &previousUrg)
	}
	sendUrgent()
}

// sendUrgent makes each thread of the process take a SIGURG. One that Go has sent while the kernel dropped it is lost,
// and Go sends the thread no other before that has arrived.
func sendUrgent() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			_ = unix.Tgkill(os.Getpid(), id, unix.SIGURG) // it may have ended
		}
	}
}

func urgentArrives() bool { return !signal.Ignored(unix.SIGURG) && handlesUrgent() }

// handlesUrgent reports whether the handler of SIGURG is ours.
func handlesUrgent() bool {
	var action kernelSigaction
	err := rtSigaction(unix.SIGURG, nil, &action)
	return err == nil && action.handler == urgentHandlerPC()
}
