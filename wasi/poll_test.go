package wasi

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"weft"
)

// subscription encodes a subscription to a clock or a descriptor.
func subscription(userdata uint64, kind uint8, id uint32, timeout time.Duration, flags uint16) string {
	b := make([]byte, subscriptions.size)
	binary.LittleEndian.PutUint64(b, userdata)
	b[8] = kind
	binary.LittleEndian.PutUint32(b[16:], id)
	binary.LittleEndian.PutUint64(b[24:], uint64(timeout))
	binary.LittleEndian.PutUint16(b[40:], flags)
	return string(b)
}

// poll polls and returns the userdata and errnos of the events.
func (g *guest) poll(subscriptions ...string) (events [][2]uint64) {
	g.t.Helper()
	in := ""
	for _, s := range subscriptions {
		in += s
	}
	at, _ := g.place(in)
	g.want(success, "poll_oneoff", at, buffer, len(subscriptions), result)
	for i := range g.u32(result) {
		e := uint32(buffer + i*eventSize)
		events = append(events, [2]uint64{g.u64(e), uint64(binary.LittleEndian.Uint16(g.read(e+8, 2)))})
	}
	return events
}

func TestPoll(t *testing.T) {
	r, w := io.Pipe()
	g := newGuest(t, NewConfig().WithStdin(r))
	start := time.Now()
	events := g.poll(subscription(1, eventRead, 0, 0, 0), subscription(2, eventClock, clockMonotonic, 30*time.Millisecond, 0),
		subscription(3, eventClock, clockMonotonic, time.Hour, 0))
	if len(events) != 1 || events[0] != [2]uint64{2, 0} || time.Since(start) < 30*time.Millisecond {
		t.Errorf("events %v after %v", events, time.Since(start))
	}
	go func() {
		time.Sleep(10 * time.Millisecond)
		w.Write([]byte("data"))
	}()
	events = g.poll(subscription(1, eventRead, 0, 0, 0), subscription(2, eventClock, clockMonotonic, time.Hour, 0))
	if len(events) != 1 || events[0] != [2]uint64{1, 0} {
		t.Errorf("events %v", events)
	}
	if got := g.readFD(0, 9); got != "data" {
		t.Errorf("read %q", got)
	}
	events = g.poll(subscription(1, eventWrite, 1, 0, 0), subscription(2, eventRead, 77, 0, 0), subscription(3, 9, 0, 0, 0),
		subscription(4, eventClock, clockRealtime, 5, clockAbsolute), subscription(5, eventClock, 8, 5, 0))
	want := [][2]uint64{{1, 0}, {2, uint64(eBadF)}, {3, uint64(eInval)}, {4, 0}, {5, uint64(eInval)}}
	if len(events) != 5 {
		t.Fatalf("events %v", events)
	}
	for i := range want {
		if events[i] != want[i] {
			t.Errorf("event %v, want %v", events[i], want[i])
		}
	}
	g.want(eInval, "poll_oneoff", 0, 0, 0, result)
	g.want(eFault, "poll_oneoff", 0, 0, 60000, result)
	w.Close()
	if got := g.readFD(0, 9); got != "" {
		t.Errorf("read %q at the end", got)
	}
}

// TestInterrupt ends the context while the guest waits.
func TestInterrupt(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	g := newGuest(t, NewConfig().WithStdin(r).WithListener(l))
	g.want(success, "fd_fdstat_set_flags", 3, 0)
	cause := errors.New("enough")
	sleep, _ := g.place(subscription(2, eventClock, clockMonotonic, time.Hour, 0))
	for _, call := range [][]any{{"fd_read", 0, g.vector(buffer, 1), 1, result}, {"poll_oneoff", sleep, buffer, 1, result}, {"sock_accept", 3, 0, result}} {
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
		_, err := g.callIn(ctx, call[0].(string), call[1:]...)
		var interrupt *weft.Interrupt
		if !errors.As(err, &interrupt) || !errors.Is(err, cause) {
			t.Errorf("%v: %v", call[0], err)
		}
	}
}

func TestSockets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	root, _ := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/", root).WithListener(l))
	g.want(eAgain, "sock_accept", 4, 0, result)
	client, err := net.Dial("tcp", l.Addr().String())
	check(t, err)
	defer client.Close()
	if events := g.poll(subscription(1, eventRead, 4, 0, 0)); len(events) != 1 {
		t.Errorf("events %v", events)
	}
	g.want(success, "sock_accept", 4, uint32(flagNonblock), result)
	fd := g.u32(result)
	g.want(eAgain, "fd_read", fd, g.vector(buffer, 9), 1, result)
	g.want(success, "fd_fdstat_set_flags", fd, 0)
	_, err = client.Write([]byte("hello"))
	check(t, err)
	g.want(success, "sock_recv", fd, g.vector(buffer, 3), 1, receivePeek, result, result+8)
	g.want(success, "sock_recv", fd, g.vector(buffer, 5), 1, receiveWaitAll, result, result+8)
	if got := string(g.read(buffer, g.u32(result))); got != "hello" {
		t.Errorf("received %q", got)
	}
	at, n := g.place("answer")
	g.want(success, "sock_send", fd, g.vector(at, n), 1, 0, result)
	g.write(fd, "!")
	g.want(success, "sock_shutdown", fd, shutdownWrite)
	answer, err := io.ReadAll(client)
	if string(answer) != "answer!" || err != nil {
		t.Errorf("answer %q, %v", answer, err)
	}
	g.want(eInval, "sock_shutdown", fd, 0)
	g.want(eNotSock, "sock_shutdown", 3, 1)
	g.want(eBadF, "sock_shutdown", 99, 1)
	g.want(eNotSock, "sock_accept", 1, 0, result)
	g.want(eNotConn, "sock_recv", 4, g.vector(buffer, 9), 1, 0, result, result)
}
