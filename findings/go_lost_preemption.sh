#!/usr/bin/env bash
# Go's runtime sends a thread no second preemption signal before the first has arrived. If the host program ignores SIGURG for a moment
# (signal.Ignore), a signal that was sent in it is lost. The guess was that goroutines are preempted as before once os/signal handles
# SIGURG again, since Notify installs Go's handler again, and that a later collection is as fast as ever. Seen instead (go1.26.8, linux/amd64):
# a thread that has missed one signal is never preempted again, however the signal is handled later; a collection waits for its
# loop, and so does everything else. A thread that has missed none is preempted.
#
#   before: preempted
#   ignored: not preempted
#   handled again, the thread that has missed a signal: not preempted
#   handled again, other threads: preempted
#
# runtime/signal_unix.go: preemptM sets m.signalPending, and only doSigPreempt, the handler, clears it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GOTOOLCHAIN=${GOTOOLCHAIN:-go1.26.8} GOFLAGS=-mod=mod
cat >go.mod <<'MOD'
module finding

go 1.26
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

var sink int

// worker runs loops without a safe point, on a thread of its own.
func worker(work chan int, done chan bool) {
	runtime.LockOSThread()
	for n := range work {
		x := 1
		for i := 0; i < n; i++ {
			x = x*31 + i
		}
		sink = x
		done <- true
	}
}

type thread struct {
	work chan int
	done chan bool
}

func newThread() thread {
	t := thread{make(chan int), make(chan bool, 1)}
	go worker(t.work, t.done)
	return t
}

// preempted reports whether a collection does not wait for the loop.
func (t thread) preempted(n int) bool {
	t.work <- n
	time.Sleep(100 * time.Millisecond)
	runtime.GC()
	select {
	case <-t.done:
		return false
	default:
		<-t.done
		return true
	}
}

func say(when string, preempted bool) {
	fmt.Println(when + ": " + map[bool]string{true: "preempted", false: "not preempted"}[preempted])
}

func main() {
	runtime.GOMAXPROCS(4)
	first := newThread()
	start, n := time.Now(), 100_000_000
	first.work <- n
	<-first.done
	n = int(float64(n) / time.Since(start).Seconds()) // a second
	say("before", first.preempted(n))
	signal.Ignore(syscall.SIGURG)
	say("ignored", first.preempted(n))
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGURG)
	say("handled again, the thread that has missed a signal", first.preempted(n))
	other := false
	for range 5 { // one of them may have missed a signal, too
		other = newThread().preempted(n) || other
	}
	say("handled again, other threads", other)
}
GO
go version
go run . | tee seen
diff seen - <<'WANT'
before: preempted
ignored: not preempted
handled again, the thread that has missed a signal: not preempted
handled again, other threads: preempted
WANT
