package wasi

import (
	"errors"
	"net"
	"os"
)

// A watcher tells when a read from something of the host, or an accept, would not
// wait. Until then it takes nothing, so that what comes after the end of a guest is
// there for others: the host's program, the next guest, another process.
type watcher interface {
	// ready reports whether a read would not wait, how many bytes are there, and
	// whether the other end has gone.
	ready() (n int, hangup, ok bool)
	// tell has wake woken once ready may report something else; false after close.
	tell(wake waker) bool
	// read, write and accept fail with eAgain if they would wait.
	read(b []byte) (int, error)
	write(b []byte) (int, error)
	// accept returns a descriptor of the host.
	accept() (int, error)
	// close ends all waiting. What is watched stays open.
	close()
}

// A teller is what a watcher is about waiting.
type teller interface{ tell(waker) bool }

// try does something again and again until it does not fail with eAgain.
func try[T any](t *thread, w teller, block bool, do func() (T, error)) (T, error) {
	for {
		v, err := do()
		if err != eAgain || !block {
			return v, err
		}
		if !w.tell(t.waker()) {
			return v, eBadF
		}
		if err := t.wait(); err != nil {
			return v, err
		}
	}
}

// A watchedInput is a stream of the host.
type watchedInput struct {
	watcher
	source any
}

func (in *watchedInput) read(t *thread, b []byte, block bool) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	return try(t, in.watcher, block, func() (int, error) { return in.watcher.read(b) })
}

func (in *watchedInput) ready(wake waker) (int, bool, bool) {
	return readyOr(in.watcher, wake)
}

func (in *watchedInput) stat() (filestat, error) { return streamStat(in.source), nil }

func (in *watchedInput) close() error {
	in.watcher.close()
	return nil
}

// readyOr reports what is ready, or lets wake know when something may be.
func readyOr(w watcher, wake waker) (n int, hangup, ok bool) {
	if n, hangup, ok = w.ready(); !ok && !w.tell(wake) {
		return 0, true, true // another thread has closed it
	}
	return n, hangup, ok
}

// A watchedListener is a socket of the host that accepts connections.
type watchedListener struct{ watcher }

func (l *watchedListener) accept(t *thread, block bool) (object, error) {
	fd, err := try(t, l.watcher, block, l.watcher.accept)
	if err != nil {
		return nil, err
	}
	if p := t.system.socketPoller(); p != nil {
		return p.add(fd)
	}
	f := os.NewFile(uintptr(fd), "connection")
	conn, err := net.FileConn(f) // has a descriptor of its own
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return newConnection(conn), nil
}

func (l *watchedListener) ready(wake waker) (int, bool, bool) {
	return readyOr(l.watcher, wake)
}

func (l *watchedListener) stat() (filestat, error) {
	return filestat{fileType: typeStream, links: 1}, nil
}

func (l *watchedListener) close() error {
	l.watcher.close()
	return nil
}
