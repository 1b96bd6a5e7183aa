package wasi

import (
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// A Clock tells guests the time. It must be safe for concurrent use.
type Clock interface {
	// Wall returns the time of day.
	Wall() time.Time
	// Monotonic returns the time since some moment. It never goes back.
	Monotonic() time.Duration
	// After returns a channel that receives a value once d has passed. Stop says
	// that nobody waits for it any more.
	After(d time.Duration) (c <-chan time.Time, stop func())
}

// SystemClock returns the clock of the host.
func SystemClock() Clock { return systemClock{time.Now()} }

type systemClock struct{ start time.Time }

func (systemClock) Wall() time.Time            { return time.Now() }
func (c systemClock) Monotonic() time.Duration { return time.Since(c.start) }

func (systemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// A VirtualClock shows a time that passes only when a guest looks at it or waits:
// each look takes one step, and a wait takes as long as it is, at once.
type VirtualClock struct {
	start time.Time
	step  time.Duration

	mu     sync.Mutex
	passed time.Duration
}

// NewVirtualClock returns a clock that begins at start.
func NewVirtualClock(start time.Time, step time.Duration) *VirtualClock {
	return &VirtualClock{start: start, step: step}
}

// Wall implements [Clock].
func (c *VirtualClock) Wall() time.Time { return c.start.Add(c.Monotonic()) }

// Monotonic implements [Clock].
func (c *VirtualClock) Monotonic() time.Duration { return c.advance(c.step) }

func (c *VirtualClock) advance(d time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += max(d, 0)
	return c.passed
}

// After implements [Clock]. The wait is over when it begins.
func (c *VirtualClock) After(d time.Duration) (<-chan time.Time, func()) {
	done := make(chan time.Time, 1)
	done <- c.start.Add(c.advance(d))
	return done, func() {}
}

// SeededRandom returns a source of randomness that gives the same bytes for the
// same seed. It is no source for secrets.
func SeededRandom(seed uint64) io.Reader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return rand.NewChaCha8(key)
}

// The numbers of clocks.
const (
	clockRealtime = iota
	clockMonotonic
	clockProcess
	clockThread
)

// readClock returns nanoseconds. The time that the processor has spent is not
// known; what has passed since the start stands for it.
func (s *System) readClock(id uint64) (uint64, bool) {
	switch id {
	case clockRealtime:
		return uint64(s.config.clock.Wall().UnixNano()), true
	case clockMonotonic:
		return uint64(s.config.clock.Monotonic()), true
	case clockProcess, clockThread:
		return uint64(s.config.clock.Monotonic() - s.started), true
	}
	return 0, false
}

func (t *thread) clockResGet(a []uint64) Errno {
	if a[0] > clockThread {
		return eInval
	}
	return t.put64(a[1], 1)
}

func (t *thread) clockTimeGet(a []uint64) Errno {
	now, ok := t.system.readClock(a[0])
	if !ok {
		return eInval
	}
	return t.put64(a[2], now)
}

// randomChunk bounds what is read before the context is looked at again.
const randomChunk = 256 << 10

func (t *thread) randomGet(a []uint64) Errno {
	b, errno := t.bytes(a[0], a[1])
	for len(b) > 0 && errno == success {
		n := min(len(b), randomChunk)
		if err := t.system.random.pass(t.ctx); err != nil {
			return errnoOf(err)
		}
		_, err := io.ReadFull(t.system.config.random, b[:n])
		t.system.random.leave()
		if err != nil {
			return eIO
		}
		if t.ended() {
			return eIntr
		}
		b = b[n:]
	}
	return errno
}
