package wasi

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// An epoll waits for all sockets of a System in one goroutine. It is a file itself, for which Go's poller waits.
type epoll struct {
	file *os.File

	mu      sync.Mutex // guards what follows
	sockets []*socket  // by number; nil for those that are free
	free    []int32
}

// newSocketPoller returns nil if there can be none.
func newSocketPoller() socketPoller {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil
	}
	if err := unix.SetNonblock(fd, true); err != nil { // so that package os polls
		_ = unix.Close(fd)
		return nil
	}
	p := &epoll{file: os.NewFile(uintptr(fd), "epoll")}
	go p.run()
	return p
}

// eventsAtOnce is how many events are looked at together.
const eventsAtOnce = 256

// run wakes those that wait for sockets, until the file is closed.
func (p *epoll) run() {
	conn, err := p.file.SyscallConn()
	events := make([]unix.EpollEvent, eventsAtOnce)
	for err == nil {
		n := 0
		err = conn.Read(func(fd uintptr) bool {
			n, _ = unix.EpollWait(int(fd), events, 0)
			return n > 0
		})
		for _, e := range events[:max(n, 0)] {
			if s := p.socket(e.Fd); s != nil {
				s.changed()
			}
		}
	}
}

// socket returns that with a number. What an event is about may have been closed; its number may even be another one's,
// which is then looked at for nothing.
func (p *epoll) socket(number int32) *socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sockets[number]
}

func (p *epoll) close() error { return p.file.Close() }

// take gives a socket a number.
func (p *epoll) take(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free) - 1; n >= 0 {
		s.number, p.free = p.free[n], p.free[:n]
		p.sockets[s.number] = s
		return
	}
	s.number = int32(len(p.sockets))
	p.sockets = append(p.sockets, s)
}

func (p *epoll) leave(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets[s.number] = nil
	p.free = append(p.free, s.number)
}

// add implements [socketPoller]. Each change of a socket is told once.
func (p *epoll) add(fd int) (object, error) {
	const interesting = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET
	keepAlive(fd)
	s := &socket{epoll: p, fd: fd}
	p.take(s)
	conn, err := p.file.SyscallConn()
	if err == nil {
		failed := conn.Control(func(epoll uintptr) {
			event := unix.EpollEvent{Events: interesting, Fd: s.number}
			err = unix.EpollCtl(int(epoll), unix.EPOLL_CTL_ADD, fd, &event)
		})
		err = errors.Join(err, failed)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// keepAlive sets what package net sets for its connections. Those that are not of TCP have no such options.
func keepAlive(fd int) {
	const seconds = 15
	if unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) != nil {
		return
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds)
}
