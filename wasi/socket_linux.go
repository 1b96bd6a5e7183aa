package wasi

import (
	"io"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// A socket is a connection of green threads. Only their goroutine uses it, but for changed.
type socket struct {
	epoll  *epoll
	fd     int // -1 when it is closed
	number int32

	mu    sync.Mutex // guards what follows
	news  bool       // it has changed since the last attempt to use it began
	wakes []waker    // to be woken when it changes
}

// changed is called when it can be used again, or has ended.
func (s *socket) changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = true
	for _, wake := range s.wakes {
		wake.wake()
	}
	clear(s.wakes)
	s.wakes = s.wakes[:0]
}

// begin begins an attempt: what happens from now on is news.
func (s *socket) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = false
	if s.fd < 0 {
		return eBadF
	}
	return nil
}

func (s *socket) tell(wake waker) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fd < 0:
		return false
	case s.news:
		wake.wake()
	case !slices.Contains(s.wakes, wake):
		s.wakes = append(s.wakes, wake)
	}
	return true
}

func (s *socket) stat() (filestat, error) { return filestat{fileType: typeStream, links: 1}, nil }

func (s *socket) close() error {
	s.mu.Lock()
	fd := s.fd
	s.fd = -1
	s.mu.Unlock()
	s.changed() // who waits learns that it is closed
	s.epoll.leave(s)
	return unix.Close(fd)
}

func (s *socket) read(t *thread, b []byte, block bool) (int, error) {
	return s.receive(t, b, block, false)
}

func (s *socket) receive(t *thread, b []byte, block, peek bool) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	b = b[:min(len(b), pieceSize)]
	return try(t, s, block, func() (int, error) {
		if err := s.begin(); err != nil {
			return 0, err
		}
		n, err := uninterrupted(func() (int, error) {
			if !peek {
				return unix.Read(s.fd, b)
			}
			n, _, err := unix.Recvfrom(s.fd, b, unix.MSG_PEEK)
			return n, err
		})
		if n == 0 && err == nil {
			err = io.EOF
		}
		return max(n, 0), again(err)
	})
}

func (s *socket) write(t *thread, b []byte, block bool) (total int, err error) {
	for len(b) > 0 && err == nil {
		var n int
		n, err = try(t, s, block, func() (int, error) {
			if err := s.begin(); err != nil {
				return 0, err
			}
			n, err := uninterrupted(func() (int, error) { return unix.Write(s.fd, b[:min(len(b), pieceSize)]) })
			return max(n, 0), again(err)
		})
		total, b = total+n, b[n:]
	}
	return total, err
}

func (s *socket) ready(wake waker) (n int, hangup, ok bool) {
	if ok = s.happened(wake, unix.POLLIN); ok && s.fd >= 0 {
		n, _ = unix.IoctlGetInt(s.fd, bytesThere)
	}
	return n, ok && n == 0, ok
}

func (s *socket) writable(wake waker) (n int, hangup, ok bool) {
	ok = s.happened(wake, unix.POLLOUT)
	return 1, ok && s.fd < 0, ok
}

// happened reports whether an event has happened, or the socket is closed. If not, it tells when it may have.
func (s *socket) happened(wake waker, events int16) bool {
	return s.begin() != nil || polled(uintptr(s.fd), events, 0) != 0 || !s.tell(wake)
}

func (s *socket) shutdown(directions uint64) error {
	if err := s.begin(); err != nil {
		return err
	}
	how := unix.SHUT_RDWR
	switch directions {
	case shutdownRead:
		how = unix.SHUT_RD
	case shutdownWrite:
		how = unix.SHUT_WR
	}
	return unix.Shutdown(s.fd, how)
}
