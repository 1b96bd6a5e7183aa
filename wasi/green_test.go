package wasi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/threads"
)

// A signal is an output that lets the test know that the guest has written to it.
type signal chan struct{}

func (s signal) Write(b []byte) (int, error) {
	s <- struct{}{}
	return len(b), nil
}

// patience is for guests that hang.
func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestGreenRead has a thread that reads from what there is nothing in, until another thread lets the host write.
func TestGreenRead(t *testing.T) {
	all := map[string]func(t *testing.T) (io.Reader, io.WriteCloser){"other reader": func(*testing.T) (io.Reader, io.WriteCloser) {
		r, w := io.Pipe()
		return plain{r}, w
	}}
	for name, open := range streams {
		all[name] = open
	}
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		for name, open := range all {
			r, w := open(t)
			wants := make(signal, 1)
			s := newScript(NewConfig().WithStdin(r).WithStdout(wants))
			begun, over := s.flag(), s.flag()
			reads := []*step{
				do(success, "set", begun),
				do(success, "fd_read", 0, s.vector(buffer<<1, 9), 1, result),
				do(success, "set", over),
			}
			go func() {
				<-wants
				io.WriteString(w, "something")
			}()
			err := s.run(patience(t), []*step{
				do(success, "spawn", s.list(reads...)),
				do(success, "await", begun),
				do(success, "fd_write", 1, s.vector(s.place("now")), 1, result+8),
				do(success, "await", over),
			}, reads...)
			if got := string(s.read(buffer<<1, s.u32(result))); err != nil || got != "something" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			s.end()
		}
	})
}

// outputs are what a write may have to wait for.
var outputs = map[string]func(t *testing.T) (io.Writer, io.Reader){
	"io.Pipe": func(*testing.T) (io.Writer, io.Reader) {
		r, w := io.Pipe()
		return w, r
	},
	"os.Pipe": func(t *testing.T) (io.Writer, io.Reader) {
		r, w, err := os.Pipe()
		check(t, err)
		return w, r
	},
	"os.Pipe in blocking mode": func(t *testing.T) (io.Writer, io.Reader) {
		r, w, err := os.Pipe()
		check(t, err)
		w.Fd()
		return w, r
	},
}

// TestGreenWrite has two threads that write more than is taken, until the first thread lets the host read.
func TestGreenWrite(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there a write to a pipe of the system waits")
	}
	const each = 300_000
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		for name, open := range outputs {
			w, r := open(t)
			wants := make(signal, 1)
			s := newScript(NewConfig().WithStdout(w).WithStderr(wants))
			data := s.vector(s.place(strings.Repeat("x", each)))
			writer := func() (begun, over uint32, steps []*step) {
				begun, over = s.flag(), s.flag()
				steps = append(steps, do(success, "set", begun))
				for range 3 {
					// Each writes at least what is copied: 64 KiB.
					steps = append(steps, do(success, "fd_write", 1, data, 1, s.space(4)))
				}
				return begun, over, append(steps, do(success, "set", over))
			}
			begun1, over1, one := writer()
			begun2, over2, two := writer()
			read := make(chan int64, 1)
			go func() {
				<-wants
				n, _ := io.Copy(io.Discard, r)
				read <- n
			}()
			err := s.run(patience(t), []*step{
				do(success, "spawn", s.list(one...)),
				do(success, "spawn", s.list(two...)),
				do(success, "await", begun1),
				do(success, "await", begun2),
				do(success, "fd_write", 2, s.vector(s.place("now")), 1, result),
				do(success, "await", over1),
				do(success, "await", over2),
			}, append(one[:4:4], two[:4]...)...)
			check(t, err)
			check(t, w.(io.Closer).Close())
			want := int64(0)
			for _, step := range append(one[1:4:4], two[1:4]...) {
				want += int64(s.u32(s.u32(step.at + 8 + 24)))
			}
			s.end()
			if got := <-read; got != want || want < 6*mostCopied {
				t.Errorf("%s: %d bytes have come, %d were written", name, got, want)
			}
		}
	})
}

// TestGreenPoll has a thread that polls an input and the clock: first the time is over, then there is something.
func TestGreenPoll(t *testing.T) {
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		for name, open := range streams {
			r, w := open(t)
			wants := make(signal, 1)
			s := newScript(NewConfig().WithStdin(r).WithStdout(wants))
			begun, over := s.flag(), s.flag()
			poll := func(timeout time.Duration) *step {
				in, _ := s.place(subscription(7, eventRead, 0, 0, 0) + subscription(8, eventClock, clockMonotonic, timeout, 0))
				return do(success, "poll_oneoff", in, s.space(2*eventSize), 2, s.space(4))
			}
			first, second := poll(5*time.Millisecond), poll(time.Hour)
			polls := []*step{do(success, "set", begun), first, do(success, "fd_write", 1, s.vector(s.place("now")), 1, result), second,
				do(success, "set", over)}
			go func() {
				<-wants
				io.WriteString(w, "something")
			}()
			check(t, s.run(patience(t), []*step{
				do(success, "spawn", s.list(polls...)),
				do(success, "await", begun),
				do(success, "spin", over),
			}, polls...))
			for poll, want := range map[*step]uint64{first: 8, second: 7} {
				events, count := s.u32(poll.at+8+8), s.u32(s.u32(poll.at+8+24))
				if got := s.u64(events); got != want || count != 1 {
					t.Errorf("%s: %d events, the first is %d, want %d", name, count, got, want)
				}
			}
			s.end()
		}
	})
}

// TestGreenEnds ends runs in which threads wait for all kinds of things, in all ways in which a run can end. No
// goroutine is left over.
func TestGreenEnds(t *testing.T) {
	watches(t)
	ends := map[string]struct {
		last *step
		is   func(error) bool
	}{
		"return":  {do(success, "sched_yield"), func(err error) bool { return err == nil }},
		"exit":    {do(notDone, "exit", 3), func(err error) bool { return isExit(err, 3) }},
		"trap":    {do(notDone, "trap"), func(err error) bool { return errors.As(err, new(*weft.Trap)) }},
		"context": {do(notDone, "await", 512), func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
	}
	before := runtime.NumGoroutine()
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		for name, end := range ends {
			in, inEnd, err := os.Pipe()
			check(t, err)
			outEnd, out, err := os.Pipe()
			check(t, err)
			tcp, other := listen(t), listen(t)
			root, dir := tempRoot(t)
			check(t, makePipe(filepath.Join(dir, "fifo")))
			s := newScript(NewConfig().WithStdin(in).WithStdout(out).WithDir("/", root).WithListener(tcp).WithListener(otherListener{other}))
			path, size := s.place("fifo")
			poll, _ := s.place(subscription(7, eventRead, 0, 0, 0) + subscription(8, eventClock, clockMonotonic, time.Hour, 0))
			waits := []*step{
				do(notDone, "fd_read", 0, s.vector(buffer<<1, 9), 1, result),
				do(notDone, "poll_oneoff", poll, s.space(2*eventSize), 2, s.space(4)),
				do(notDone, "sock_accept", 4, 0, result),
				do(notDone, "sock_accept", 5, 0, result),
				do(notDone, "path_open", 3, 0, path, size, 0, uint64(rightRead), uint64(0), 0, result),
				do(notDone, "fd_write", 1, s.vector(s.space(1<<20), 1<<20), 1, result),
			}
			main := []*step{do(success, "fd_fdstat_set_flags", 4, 0), do(success, "fd_fdstat_set_flags", 5, 0)}
			for _, w := range waits {
				begun := s.flag()
				main = append(main, do(success, "spawn", s.list(do(success, "set", begun), w)), do(success, "await", begun))
			}
			ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
			last := *end.last
			began := time.Now()
			if err := s.run(ctx, append(main, do(success, "sched_yield"), &last)); !end.is(err) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s: it has taken %v", name, took)
			}
			cancel()
			for _, w := range waits {
				if got := Errno(s.u32(w.at + 4)); got != notDone {
					t.Errorf("%s: %s did not wait: errno %d", name, w.name, got)
				}
			}
			s.end()
			for _, c := range []io.Closer{in, inEnd, out, outEnd, tcp, other} {
				check(t, c.Close())
			}
		}
	})
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func isExit(err error, code uint32) bool {
	var exit *weft.ExitError
	return errors.As(err, &exit) && exit.Code == code
}

// An otherListener is one that nobody can watch, nor are its connections.
type otherListener struct{ net.Listener }

func (l otherListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return struct{ net.Conn }{c}, nil
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { _ = l.Close() }) // for those that fail
	return l
}

// listeners are the kinds of listeners.
var listeners = map[string]func(t *testing.T) net.Listener{
	"tcp":   listen,
	"other": func(t *testing.T) net.Listener { return otherListener{listen(t)} },
	"unix": func(t *testing.T) net.Listener {
		l, err := net.Listen("unix", filepath.Join(t.TempDir(), "socket"))
		check(t, err)
		return l
	},
}

// TestGreenSockets has a thread that does all that can be done with a connection, and waits each time.
func TestGreenSockets(t *testing.T) {
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		for name, open := range listeners {
			l := open(t)
			steps := make(signal, 10)
			s := newScript(NewConfig().WithListener(l).WithStdout(steps).WithMaxDescriptors(5))
			over := s.flag()
			now := func() *step { return do(success, "fd_write", 1, s.vector(s.place("now")), 1, s.space(4)) }
			peeked, first, all, sent := s.space(9), s.space(9), s.space(16), s.space(8)
			big := s.vector(s.space(1<<20), 1<<20)
			two, _ := s.place(string(s.read(s.vector(all, 2), 8)) + string(s.read(s.vector(all+2, 10), 8)))
			uses := []*step{
				now(), do(success, "sock_accept", 3, 0, s.space(4)),
				now(), do(success, "sock_recv", 4, s.vector(peeked, 9), 1, receivePeek, s.space(4), s.space(2)),
				do(success, "fd_read", 4, s.vector(first, 3), 1, s.space(4)),
				now(), do(success, "sock_recv", 4, two, 2, receiveWaitAll, s.space(4), s.space(2)),
				do(success, "sock_send", 4, big, 1, 0, sent),
				do(success, "sock_shutdown", 4, shutdownWrite),
				now(), do(success, "fd_read", 4, s.vector(buffer<<1, 3), 1, s.space(4)),
				do(success, "fd_close", 4), do(success, "set", over),
			}
			if name == "other" {
				uses[8].want = eNotSup
			}
			client := make(chan error, 1)
			go func() { client <- useConnection(l.Addr(), steps, name != "other") }()
			err := s.run(patience(t), []*step{
				do(success, "fd_fdstat_set_flags", 3, 0),
				do(success, "spawn", s.list(uses...)),
				do(success, "spin", over),
			}, uses...)
			check(t, err)
			if err := <-client; err != nil {
				t.Errorf("%s: client: %v", name, err)
			}
			got := fmt.Sprintf("%s %s %s", bytes.TrimRight(s.read(peeked, 9), "\x00"), s.read(first, 3), s.read(all, 12))
			if got != "hello hel lo, everyone" {
				t.Errorf("%s: received %q", name, got)
			}
			s.end()
			check(t, l.Close())
		}
	})
}

// useConnection is the client. It goes on when the guest says that it is about to wait.
func useConnection(address net.Addr, step signal, ends bool) error {
	pause := func() {
		<-step
		time.Sleep(5 * time.Millisecond)
	}
	pause()
	c, err := net.Dial(address.Network(), address.String())
	if err != nil {
		return err
	}
	defer c.Close()
	for _, s := range []string{"hello", ", ev"} {
		pause()
		io.WriteString(c, s)
	}
	time.Sleep(5 * time.Millisecond)
	io.WriteString(c, "eryone")
	time.Sleep(20 * time.Millisecond) // in which the guest fills what the system keeps
	n := int64(1 << 20)
	if !ends {
		n = mostCopied
	}
	if n, err = io.CopyN(io.Discard, c, n); err != nil {
		return fmt.Errorf("%d bytes received: %w", n, err)
	}
	if ends {
		if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			return fmt.Errorf("%d bytes more, %v", n, err)
		}
	}
	pause()
	return nil
}

// TestGreenClose closes a connection while another thread waits for it, and opens another one, which gets its number.
// The call of the thread is about what it was about.
func TestGreenClose(t *testing.T) {
	watches(t)
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		for name, open := range listeners {
			l := open(t)
			s := newScript(NewConfig().WithListener(l).WithMaxDescriptors(5))
			for range 2 {
				c, err := net.Dial(l.Addr().Network(), l.Addr().String())
				check(t, err)
				defer c.Close()
				io.WriteString(c, "x")
			}
			begun, over := s.flag(), s.flag()
			reads := []*step{
				do(success, "fd_read", 4, s.vector(buffer<<1, 9), 1, s.space(4)), do(success, "set", begun),
				do(eBadF, "fd_read", 4, s.vector(buffer<<1, 9), 1, s.space(4)), do(success, "set", over),
			}
			check(t, s.run(patience(t), []*step{
				do(success, "fd_fdstat_set_flags", 3, 0),
				do(success, "sock_accept", 3, 0, s.space(4)),
				do(success, "spawn", s.list(reads...)),
				do(success, "await", begun),
				do(success, "sched_yield"),
				do(success, "fd_close", 4),
				do(success, "sock_accept", 3, 0, s.space(4)),
				do(success, "await", over),
				do(success, "fd_read", 4, s.vector(buffer<<1, 9), 1, s.space(4)),
			}, reads...))
			if t.Failed() {
				t.Log(name)
			}
			s.end()
			check(t, l.Close())
		}
	})
}

// TestGreenPipe has a thread that opens a named pipe, which the host opens when another thread lets it.
func TestGreenPipe(t *testing.T) {
	watches(t)
	onEngines(t, func(t *testing.T, newScript func(Config) *script) {
		root, dir := tempRoot(t)
		check(t, makePipe(filepath.Join(dir, "fifo")))
		wants := make(signal, 1)
		s := newScript(NewConfig().WithDir("/", root).WithStdout(wants))
		path, size := s.place("fifo")
		over, begun := s.flag(), s.flag()
		got := s.space(16)
		reads := []*step{
			do(success, "set", begun),
			do(success, "path_open", 3, 0, path, size, 0, uint64(rightRead), uint64(0), 0, s.space(4)),
			do(success, "fd_read", 4, s.vector(got, 16), 1, s.space(4)),
			do(success, "set", over),
		}
		go func() {
			<-wants
			if err := os.WriteFile(filepath.Join(dir, "fifo"), []byte("through the pipe"), 0); err != nil {
				t.Error(err)
			}
		}()
		check(t, s.run(patience(t), []*step{
			do(success, "spawn", s.list(reads...)),
			do(success, "await", begun),
			do(success, "fd_write", 1, s.vector(s.place("now")), 1, result),
			do(success, "await", over),
		}, reads...))
		if got := string(s.read(got, 16)); got != "through the pipe" {
			t.Errorf("read %q", got)
		}
		s.end()
	})
}

// TestGreenOrders has two threads that write, with seeds: each seed has one order, and many orders occur.
func TestGreenOrders(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig().WithSteps())
	check(t, err)
	module, err := engine.Compile([]byte(interpreter()))
	check(t, err)
	run := func(seed uint64) string {
		var out bytes.Buffer
		config := threads.Config{Strategy: threads.NewRandomWalk(seed), Steps: true, Virtual: true}
		s := newScript(t, engine, module, NewConfig().WithThreads(2, weft.DefaultLimits()).WithStdout(&out).WithGreenThreads(config))
		defer s.end()
		writes := func(word string) (steps []*step, over uint32) {
			over = s.flag()
			for _, letter := range word {
				steps = append(steps, do(success, "fd_write", 1, s.vector(s.place(string(letter))), 1, s.space(4)))
			}
			return append(steps, do(success, "set", over)), over
		}
		one, over1 := writes("ab")
		two, over2 := writes("xy")
		check(t, s.run(patience(t), []*step{
			do(success, "spawn", s.list(one...)), do(success, "spawn", s.list(two...)),
			do(success, "await", over1), do(success, "await", over2),
		}, append(one, two...)...))
		return out.String()
	}
	orders := map[string]bool{}
	for seed := range uint64(60) {
		order := run(seed)
		orders[order] = true
		if again := run(seed); again != order {
			t.Errorf("seed %d: %s, then %s", seed, order, again)
		}
	}
	if len(orders) != 6 {
		t.Errorf("%d orders, want 6: %v", len(orders), orders)
	}
}
