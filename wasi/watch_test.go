package wasi

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// plain hides all of a reader but Read.
type plain struct{ io.Reader }

// streams makes what a standard input may be, and its other end.
var streams = map[string]func(t *testing.T) (io.Reader, io.WriteCloser){
	"io.Pipe": func(*testing.T) (io.Reader, io.WriteCloser) { return io.Pipe() },
	"Input": func(*testing.T) (io.Reader, io.WriteCloser) {
		r, w := io.Pipe()
		return NewInput(plain{r}), w
	},
	"os.Pipe": func(t *testing.T) (io.Reader, io.WriteCloser) {
		r, w, err := os.Pipe()
		check(t, err)
		return r, w
	},
	"os.Pipe in blocking mode": func(t *testing.T) (io.Reader, io.WriteCloser) {
		r, w, err := os.Pipe()
		check(t, err)
		r.Fd()
		return r, w
	},
	"tcp": func(t *testing.T) (io.Reader, io.WriteCloser) { return connected(t, "tcp", "127.0.0.1:0") },
	"unix": func(t *testing.T) (io.Reader, io.WriteCloser) {
		return connected(t, "unix", filepath.Join(t.TempDir(), "socket"))
	},
}

func connected(t *testing.T, network, address string) (io.Reader, io.WriteCloser) {
	l, err := net.Listen(network, address)
	check(t, err)
	defer l.Close()
	w, err := net.Dial(network, l.Addr().String())
	check(t, err)
	r, err := l.Accept()
	check(t, err)
	return r, w
}

// watches skips a test where the standard library cannot wait without reading.
func watches(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("nothing can be watched on " + runtime.GOOS)
	}
}

// waitsFor lets a guest poll a descriptor until a timer ends that, and use it until its context ends.
func (g *guest) waitsFor(fd uint32, call ...any) {
	g.t.Helper()
	events := g.poll(subscription(1, eventRead, fd, 0, 0), subscription(2, eventClock, clockMonotonic, 5*time.Millisecond, 0))
	if len(events) != 1 || events[0] != [2]uint64{2, 0} {
		g.t.Errorf("events %v", events)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	if _, err := g.callIn(ctx, call[0].(string), call[1:]...); !errors.Is(err, context.DeadlineExceeded) {
		g.t.Errorf("%v: %v", call, err)
	}
}

// TestNothingReadAhead has guests that wait for input in vain. What comes later is for the next guest and for the host.
func TestNothingReadAhead(t *testing.T) {
	watches(t)
	for name, open := range streams {
		t.Run(name, func(t *testing.T) {
			r, w := open(t)
			for range 3 {
				g := newGuest(t, NewConfig().WithStdin(r))
				g.waitsFor(0, "fd_read", 0, g.vector(buffer, 9), 1, result)
				g.want(success, "fd_fdstat_set_flags", 0, uint32(flagNonblock))
				g.want(eAgain, "fd_read", 0, g.vector(buffer, 9), 1, result)
				check(t, g.system.Close())
			}
			go func() {
				for _, s := range []string{"one", "two", "three"} {
					io.WriteString(w, s)
				}
				w.Close()
			}()
			g := newGuest(t, NewConfig().WithStdin(r))
			g.poll(subscription(1, eventRead, 0, 0, 0))
			if got := g.readFD(0, 2); got != "on" {
				t.Errorf("the next guest reads %q", got)
			}
			g.poll(subscription(1, eventRead, 0, 0, 0))
			check(t, g.system.Close())
			if rest, err := io.ReadAll(r); string(rest) != "etwothree" || err != nil {
				t.Errorf("the host reads %q, %v", rest, err)
			}
			g = newGuest(t, NewConfig().WithStdin(r))
			if got := g.readFD(0, 9); got != "" {
				t.Errorf("after the end: %q", got)
			}
		})
	}
}

// TestNothingAcceptedAhead is the same for connections.
func TestNothingAcceptedAhead(t *testing.T) {
	watches(t)
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "socket")} {
		l, err := net.Listen(network, address)
		check(t, err)
		defer l.Close()
		for range 3 {
			g := newGuest(t, NewConfig().WithListener(l))
			g.want(eAgain, "sock_accept", 3, 0, result)
			g.want(success, "fd_fdstat_set_flags", 3, 0)
			g.waitsFor(3, "sock_accept", 3, 0, result)
			check(t, g.system.Close())
		}
		for range 3 {
			client, err := net.Dial(network, l.Addr().String())
			check(t, err)
			defer client.Close()
		}
		g := newGuest(t, NewConfig().WithListener(l))
		g.poll(subscription(1, eventRead, 3, 0, 0))
		g.want(success, "sock_accept", 3, 0, result)
		g.poll(subscription(1, eventRead, 3, 0, 0))
		check(t, g.system.Close())
		for i := range 2 {
			check(t, l.(interface{ SetDeadline(time.Time) error }).SetDeadline(time.Now().Add(10*time.Second)))
			conn, err := l.Accept()
			if err != nil {
				t.Fatalf("%s: the host's connection %d: %v", network, i, err)
			}
			check(t, conn.Close())
		}
	}
}

// TestClosedWhileWaiting closes what a guest waits for: that ends the wait.
func TestClosedWhileWaiting(t *testing.T) {
	watches(t)
	for name, open := range streams {
		if name == "Input" {
			continue // has nothing to close
		}
		t.Run(name, func(t *testing.T) {
			r, w := open(t)
			defer w.Close()
			g := newGuest(t, NewConfig().WithStdin(r))
			time.AfterFunc(10*time.Millisecond, func() { r.(io.Closer).Close() })
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			errno, err := g.callIn(ctx, "fd_read", 0, g.vector(buffer, 9), 1, result)
			if err != nil || errno == success {
				t.Errorf("errno %d, %v", errno, err)
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	g := newGuest(t, NewConfig().WithListener(l))
	g.want(success, "fd_fdstat_set_flags", 3, 0)
	time.AfterFunc(10*time.Millisecond, func() { l.Close() })
	g.want(eBadF, "sock_accept", 3, 0, result)
}

// TestClosedByAnotherThread closes the descriptor that a guest waits for, as another of its threads can: that ends the
// wait.
func TestClosedByAnotherThread(t *testing.T) {
	watches(t)
	r, w, err := os.Pipe()
	check(t, err)
	defer r.Close()
	defer w.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	g := newGuest(t, NewConfig().WithStdin(r).WithListener(l))
	g.want(success, "fd_fdstat_set_flags", 3, 0)
	for fd, call := range map[uint64][]any{0: {"fd_read", 0, g.vector(buffer, 9), 1, result}, 3: {"sock_accept", 3, 0, result}} {
		closed := make(chan error, 1)
		time.AfterFunc(10*time.Millisecond, func() { closed <- g.system.remove(fd).close() })
		g.want(eBadF, call[0].(string), call[1:]...)
		check(t, <-closed)
	}
}

// TestBytesThere checks what a poll says of how much there is.
func TestBytesThere(t *testing.T) {
	watches(t)
	r, w, err := os.Pipe()
	check(t, err)
	defer r.Close()
	g := newGuest(t, NewConfig().WithStdin(r))
	io.WriteString(w, "seven b")
	g.poll(subscription(1, eventRead, 0, 0, 0))
	if n := g.u64(buffer + 16); n != 7 {
		t.Errorf("%d bytes are there", n)
	}
	g.readFD(0, 9)
	check(t, w.Close())
	g.poll(subscription(1, eventRead, 0, 0, 0))
	if flags := g.read(buffer+24, 1)[0]; flags != eventHangup {
		t.Errorf("flags %d at the end", flags)
	}
}
