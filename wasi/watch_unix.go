//go:build linux || darwin

package wasi

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// watchSlice is how long a wait may go on after what is watched was closed.
const watchSlice = 100 * time.Millisecond

// A watch watches a file or a socket. Deadlines and locks of the original are the
// embedder's, so waiting is done with a second descriptor, which Go's runtime knows
// for the same. It has none for what is in blocking mode, such as a standard input
// that the process has inherited: there a thread of the host waits.
type watch struct {
	original syscall.RawConn
	events   int16 // to wait for: POLLIN or POLLOUT

	mu      sync.Mutex // guards what follows
	second  *os.File   // made for the first wait; nil for none
	made    bool
	wakes   []waker // to be woken when something is there
	waiting bool
	closed  bool
}

// newWatch returns what watches for something to read, or a connection; nil if that cannot be.
func newWatch(source any) watcher { return watchFor(source, unix.POLLIN) }

// newWriteWatch returns what watches for room to write.
func newWriteWatch(f *os.File) watcher { return watchFor(f, unix.POLLOUT) }

func watchFor(source any, events int16) watcher {
	switch source.(type) {
	case *os.File, *net.TCPConn, *net.UnixConn, *net.TCPListener, *net.UnixListener:
	default:
		return nil
	}
	original, err := source.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	return &watch{original: original, events: events}
}

// polled returns what has happened to a descriptor, after waiting for at most d.
func polled(fd uintptr, events int16, d time.Duration) int16 {
	fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
	if n, err := unix.Poll(fds, int(d.Milliseconds())); n <= 0 || err != nil {
		return 0
	}
	return fds[0].Revents
}

func (w *watch) ready() (n int, hangup, ok bool) {
	var events int16
	n = 1 // of a socket that listens
	err := w.original.Control(func(fd uintptr) {
		events = polled(fd, unix.POLLIN, 0)
		if there, err := unix.IoctlGetInt(int(fd), bytesThere); err == nil {
			n = there
		}
	})
	if err != nil {
		return 0, true, true // it was closed
	}
	if events&unix.POLLHUP != 0 && events&unix.POLLIN == 0 {
		return 0, true, true
	}
	return n, false, events != 0
}

func (w *watch) read(b []byte) (n int, err error) {
	failed := w.original.Control(func(fd uintptr) {
		if !nonblocking(fd) && polled(fd, unix.POLLIN, 0) == 0 {
			err = eAgain
			return
		}
		n, err = uninterrupted(func() (int, error) { return unix.Read(int(fd), b[:min(len(b), pieceSize)]) })
		if n == 0 && err == nil {
			err = io.EOF
		}
	})
	return max(n, 0), cmp.Or(failed, again(err))
}

// pipeBuffer is what a pipe in blocking mode takes without waiting, if it says that it takes something.
const pipeBuffer = 4 << 10

func (w *watch) write(b []byte) (n int, err error) {
	failed := w.original.Control(func(fd uintptr) {
		if !nonblocking(fd) {
			if polled(fd, unix.POLLOUT, 0) == 0 {
				err = eAgain
				return
			}
			b = b[:min(len(b), pipeBuffer)]
		}
		n, err = uninterrupted(func() (int, error) { return unix.Write(int(fd), b[:min(len(b), pieceSize)]) })
	})
	return max(n, 0), cmp.Or(failed, again(err))
}

func (w *watch) accept() (fd int, err error) {
	failed := w.original.Control(func(l uintptr) {
		fd, err = uninterrupted(func() (int, error) { return accept(int(l)) })
	})
	return fd, cmp.Or(failed, again(err))
}

func nonblocking(fd uintptr) bool {
	flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
	return err == nil && flags&unix.O_NONBLOCK != 0
}

// uninterrupted does something until no signal comes between.
func uninterrupted(do func() (int, error)) (int, error) {
	for {
		n, err := do()
		if err != unix.EINTR && err != unix.ECONNABORTED {
			return n, err
		}
	}
}

// again makes the error of something that would wait eAgain.
func again(err error) error {
	if err == unix.EAGAIN || err == unix.EWOULDBLOCK {
		return eAgain
	}
	return err
}

func (w *watch) tell(wake waker) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	if !slices.Contains(w.wakes, wake) {
		w.wakes = append(w.wakes, wake)
	}
	if !w.made {
		w.second, w.made = w.duplicate(), true
	}
	if !w.waiting {
		w.waiting = true
		go w.run(w.second)
	}
	return true
}

// duplicate returns a second descriptor that Go's runtime can wait for; nil if there can be none.
func (w *watch) duplicate() *os.File {
	second := -1
	err := w.original.Control(func(fd uintptr) {
		if nonblocking(fd) {
			second, _ = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
		}
	})
	if err != nil || second < 0 {
		return nil
	}
	f := os.NewFile(uintptr(second), "watched")
	if f.SetReadDeadline(time.Time{}) != nil { // it is of no use
		_ = f.Close()
		return nil
	}
	return f
}

// run waits until something is there, or nobody wants to know any more.
func (w *watch) run(second *os.File) {
	for !w.over(second) {
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = false
	for _, wake := range w.wakes {
		wake.wake()
	}
	w.wakes = w.wakes[:0]
}

// over waits for a slice of time and reports whether there is nothing more to wait for.
func (w *watch) over(second *os.File) bool {
	patience := watchSlice
	if second != nil && w.waitFor(second) {
		patience = 0
	}
	w.mu.Lock()
	closed := w.closed
	w.mu.Unlock()
	if closed {
		return true
	}
	there := false
	err := w.original.Control(func(fd uintptr) { there = polled(fd, w.events, patience) != 0 })
	return there || err != nil
}

// waitFor waits until something is there, for a slice of time; false if it cannot.
func (w *watch) waitFor(f *os.File) bool {
	conn, err := f.SyscallConn()
	if err != nil || f.SetDeadline(time.Now().Add(watchSlice)) != nil {
		return false
	}
	there := func(fd uintptr) bool { return polled(fd, w.events, 0) != 0 }
	if w.events == unix.POLLOUT {
		err = conn.Write(there)
	} else {
		err = conn.Read(there)
	}
	return err == nil || errors.Is(err, os.ErrDeadlineExceeded)
}

func (w *watch) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	if w.second != nil {
		_ = w.second.Close() // which ends waiting for it
		w.second = nil
	}
}
