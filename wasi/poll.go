package wasi

import (
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// The sizes and kinds of subscriptions and events.
const (
	eventSize = 32

	eventClock = 0
	eventRead  = 1
	eventWrite = 2

	clockAbsolute = 1 // the flag of a time that is not relative
	eventHangup   = 1
)

// A subscriptionLayout says where the parts of subscriptions to clocks are, and how large all are.
type subscriptionLayout struct{ size, clock, timeout, flags int }

var subscriptions = subscriptionLayout{size: 48, clock: 16, timeout: 24, flags: 40}

// maxSubscriptions bounds a poll.
const maxSubscriptions = 1 << 16

// A wait is what a subscription waits for.
type wait struct {
	userdata uint64
	kind     uint8
	errno    Errno         // wrong with the subscription
	left     time.Duration // of a clock
	d        *descriptor
}

// pollOneoff waits until at least one of the subscriptions has happened.
func (t *thread) pollOneoff(a []uint64) Errno { return t.poll(a, subscriptions) }

func (t *thread) poll(a []uint64, layout subscriptionLayout) Errno {
	n := a[2]
	if n == 0 || n > maxSubscriptions {
		return eInval
	}
	in, errno := t.elements(a[0], n, uint64(layout.size))
	if errno != success {
		return errno
	}
	out, errno := t.elements(a[1], n, eventSize)
	if errno != success {
		return errno
	}
	if errno := t.put32(a[3], 0); errno != success {
		return errno
	}
	shortest := t.subscribeAll(in, layout)
	var count int
	switch {
	case t.call == nil:
		count, errno = t.await(out, shortest)
	case shortest > 0 && t.waitsForTime():
		return t.sleepGreen(out, shortest, a[3])
	default:
		count, errno = t.awaitGreen(out, shortest)
	}
	if errno != success {
		return errno
	}
	return t.put32(a[3], uint32(count))
}

// subscribeAll reads the subscriptions, and returns the shortest time for which one waits.
func (t *thread) subscribeAll(in []byte, layout subscriptionLayout) time.Duration {
	t.waits = t.waits[:0]
	if t.call != nil && t.call.waits != nil { // it is made again
		t.waits = append(t.waits, t.call.waits...)
		return t.call.left
	}
	shortest := time.Duration(math.MaxInt64)
	for ; len(in) > 0; in = in[layout.size:] {
		w := t.subscribe(in, layout)
		if w.kind == eventClock && w.errno == success {
			shortest = min(shortest, w.left)
		}
		t.waits = append(t.waits, w)
	}
	return shortest
}

// waitsForTime reports whether the subscriptions are valid ones of clocks alone.
func (t *thread) waitsForTime() bool {
	return !slices.ContainsFunc(t.waits, func(w wait) bool { return w.kind != eventClock || w.errno != success })
}

// subscribe reads a subscription.
func (t *thread) subscribe(b []byte, layout subscriptionLayout) wait {
	w := wait{userdata: binary.LittleEndian.Uint64(b), kind: b[8]}
	switch w.kind {
	case eventClock:
		now, ok := t.system.readClock(uint64(binary.LittleEndian.Uint32(b[layout.clock:])))
		flags := binary.LittleEndian.Uint16(b[layout.flags:])
		if !ok || flags > clockAbsolute {
			w.errno = eInval
			return w
		}
		left := binary.LittleEndian.Uint64(b[layout.timeout:])
		if flags&clockAbsolute != 0 {
			left -= min(now, left)
		}
		w.left = time.Duration(min(left, math.MaxInt64))
	case eventRead, eventWrite:
		if w.d = t.system.lookup(uint64(binary.LittleEndian.Uint32(b[16:]))); w.d == nil {
			w.errno = eBadF
		}
	default:
		w.errno = eInval
	}
	return w
}

// await writes the events that have happened, once there is one.
func (t *thread) await(out []byte, shortest time.Duration) (int, Errno) {
	var timer <-chan time.Time
	passed := shortest <= 0
	for {
		if count := t.report(out, shortest, passed); count > 0 {
			return count, success
		}
		if timer == nil && shortest < math.MaxInt64 {
			c, stop := t.system.config.clock.After(shortest)
			defer stop()
			timer = c
		}
		select {
		case <-timer:
			passed = true
		case <-t.bell:
		case <-t.ctx.Done():
			return 0, eIntr
		}
	}
}

// report writes events and returns how many. If passed is true, the shortest time
// is over.
func (t *thread) report(out []byte, shortest time.Duration, passed bool) (count int) {
	for i := range t.waits {
		if i%listChunk == 0 && t.ended() {
			return count
		}
		w := &t.waits[i]
		var n int
		hangup, ok := false, true
		switch {
		case w.errno != success:
		case w.kind == eventClock:
			ok = passed && w.left <= shortest
		default:
			n, hangup, ok = t.ready(w)
		}
		if !ok {
			continue
		}
		event := out[count*eventSize:][:eventSize]
		clear(event)
		binary.LittleEndian.PutUint64(event, w.userdata)
		binary.LittleEndian.PutUint16(event[8:], uint16(w.errno))
		event[10] = w.kind
		binary.LittleEndian.PutUint64(event[16:], uint64(n))
		if hangup {
			event[24] = eventHangup
		}
		count++
	}
	return count
}

// ready reports whether a descriptor can be read or written.
func (t *thread) ready(w *wait) (n int, hangup, ok bool) {
	if w.kind == eventWrite {
		if o, ok := w.d.object.(writeWaiter); ok {
			return o.writable(t.waker())
		}
		return 1, false, true // a write may take its time, but nothing has to happen first
	}
	switch o := w.d.object.(type) {
	case waiter:
		return o.ready(t.waker())
	case file:
		st, err := o.stat()
		offset, seek := o.Seek(0, 1)
		if err == nil && seek == nil && st.size > uint64(offset) {
			n = int(min(st.size-uint64(offset), math.MaxInt32))
		}
	}
	return n, false, true
}
