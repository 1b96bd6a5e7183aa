package wasi

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

// An acceptor is a socket that accepts connections.
type acceptor interface {
	object
	waiter
	// accept fails with eAgain if it would wait and block is false.
	accept(t *thread, block bool) (object, error)
}

// newListener returns the object for a listener.
func newListener(l net.Listener) acceptor {
	if w := newWatch(l); w != nil {
		return &watchedListener{w}
	}
	return &listener{l: l}
}

// A listener is a socket that cannot be watched. A goroutine accepts when the guest
// waits, so the guest has one more connection than it has accepted.
type listener struct {
	l net.Listener

	mu        sync.Mutex // guards what follows
	conn      net.Conn   // has been accepted, and nobody has taken it
	err       error
	accepting bool
	closed    bool
	wakes     []waker
}

func (l *listener) stat() (filestat, error) { return filestat{fileType: typeStream, links: 1}, nil }

// close closes what was accepted; the listener itself is the embedder's.
func (l *listener) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn != nil {
		return l.conn.Close()
	}
	return nil
}

// fill makes a connection come, as [pump.fill] does for data.
func (l *listener) fill(wake waker) bool {
	if l.conn != nil || l.err != nil {
		return true
	}
	if !slices.Contains(l.wakes, wake) {
		l.wakes = append(l.wakes, wake)
	}
	if !l.accepting {
		l.accepting = true
		go l.run()
	}
	return false
}

func (l *listener) run() {
	conn, err := l.l.Accept()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accepting, l.conn, l.err = false, conn, err
	if l.closed && conn != nil {
		_ = conn.Close() // nobody can be told
	}
	for _, wake := range l.wakes {
		wake.wake()
	}
	l.wakes = l.wakes[:0]
}

func (l *listener) ready(wake waker) (int, bool, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return 1, l.err != nil, l.fill(wake)
}

func (l *listener) accept(t *thread, block bool) (object, error) {
	for {
		conn, err := l.take(t.waker())
		if conn != nil {
			return newConnection(conn), nil
		}
		if err != eAgain || !block {
			return nil, err
		}
		if err := t.wait(); err != nil {
			return nil, err
		}
	}
}

// take takes the connection that is there. If there is none it fails with eAgain, and makes one come.
func (l *listener) take(wake waker) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.fill(wake) {
		return nil, eAgain
	}
	conn, err := l.conn, l.err
	l.conn, l.err = nil, nil
	return conn, err
}

// A connectedSocket is a socket that is connected.
type connectedSocket interface {
	object
	reader
	writer
	// receive is read, but leaves what it has read if peek is true.
	receive(t *thread, b []byte, block, peek bool) (int, error)
	// shutdown ends one direction, or both: [shutdownRead], [shutdownWrite].
	shutdown(directions uint64) error
}

// A connection is a socket that is connected, of package net or the embedder.
type connection struct {
	*pump
	conn net.Conn
}

func newConnection(conn net.Conn) *connection { return &connection{newPump(conn), conn} }

func (c *connection) stat() (filestat, error) { return filestat{fileType: typeStream, links: 1}, nil }
func (c *connection) close() error            { return c.conn.Close() }

func (c *connection) receive(t *thread, b []byte, block, peek bool) (int, error) {
	return c.pump.receive(t.ctx, t.waker(), b, block, peek)
}

// write can be interrupted by the end of the context, or, for a green thread, by closing the connection.
func (c *connection) write(t *thread, b []byte, _ bool) (int, error) {
	if t.call != nil {
		return writeBehind(t, b, c.conn.Write)
	}
	ctx := t.ctx
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() {
			// If it cannot be set the write goes on, as it does without a context.
			_ = c.conn.SetWriteDeadline(time.Unix(1, 0))
		})
		defer stop()
	}
	return c.conn.Write(b)
}

// shutdowner is what TCP and Unix connections can do.
type shutdowner interface {
	CloseRead() error
	CloseWrite() error
}

func (t *thread) sockAccept(a []uint64) Errno {
	d := t.lookup(a[0])
	if d == nil {
		return eBadF
	}
	l, ok := d.object.(acceptor)
	if !ok {
		if _, ok := d.object.(connectedSocket); ok {
			return eInval
		}
		return eNotSock
	}
	if fdFlags(a[1])&^flagNonblock != 0 {
		return eInval
	}
	if errno := t.put32(a[2], 0); errno != success {
		return errno
	}
	c, err := l.accept(t, !d.has(flagNonblock))
	if err != nil {
		return errnoOf(err)
	}
	return t.open(newDescriptor(c, fdFlags(a[1]), socketRights, 0), a[2])
}

// connectionAt returns the connection of a descriptor.
func (t *thread) connectionAt(fd uint64) (*descriptor, connectedSocket, Errno) {
	d := t.lookup(fd)
	if d == nil {
		return nil, nil, eBadF
	}
	switch o := d.object.(type) {
	case connectedSocket:
		return d, o, success
	case acceptor:
		return nil, nil, eNotConn
	}
	return nil, nil, eNotSock
}

// The flags of sock_recv.
const (
	receivePeek = 1 << iota
	receiveWaitAll
	receiveAll = 1<<iota - 1
)

func (t *thread) sockRecv(a []uint64) Errno {
	d, c, errno := t.connectionAt(a[0])
	if errno != success {
		return errno
	}
	if a[3] > receiveAll {
		return eInval
	}
	buffers, errno := t.vectors(a[1], a[2])
	if errno != success {
		return errno
	}
	if errno := t.put32(a[4], 0); errno != success {
		return errno
	}
	flags, errno := t.bytes(a[5], 2)
	if errno != success {
		return errno
	}
	clear(flags)
	block := !d.has(flagNonblock)
	peek := a[3]&receivePeek != 0
	if a[3]&receiveWaitAll == 0 || peek {
		n, err := c.receive(t, firstOf(buffers), block, peek)
		return t.finish(a[4], n, err)
	}
	total := t.transferred()
	for _, b := range skip(buffers, total) {
		for len(b) > 0 {
			n, err := c.receive(t, b, block, false)
			if total, b = total+n, b[n:]; err != nil {
				return t.finish(a[4], total, err)
			}
		}
	}
	return t.finish(a[4], total, nil)
}

func (t *thread) sockSend(a []uint64) Errno {
	d, _, errno := t.connectionAt(a[0])
	if errno != success {
		return errno
	}
	if a[3] != 0 {
		return eInval
	}
	buffers, errno := t.vectors(a[1], a[2])
	if errno != success {
		return errno
	}
	if errno := t.put32(a[4], 0); errno != success {
		return errno
	}
	n, err := t.write(d, buffers)
	return t.finish(a[4], n, err)
}

// The directions of sock_shutdown.
const (
	shutdownRead = 1 << iota
	shutdownWrite
	shutdownBoth = 1<<iota - 1
)

func (t *thread) sockShutdown(a []uint64) Errno {
	_, c, errno := t.connectionAt(a[0])
	if errno != success {
		return errno
	}
	if a[1] == 0 || a[1] > shutdownBoth {
		return eInval
	}
	return errnoOf(c.shutdown(a[1]))
}

func (c *connection) shutdown(directions uint64) error {
	conn, ok := c.conn.(shutdowner)
	if !ok {
		return eNotSup
	}
	var failed []error
	if directions&shutdownRead != 0 {
		failed = append(failed, conn.CloseRead())
	}
	if directions&shutdownWrite != 0 {
		failed = append(failed, conn.CloseWrite())
	}
	return errors.Join(failed...)
}
