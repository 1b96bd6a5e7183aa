package wasi

import (
	"context"
	"io"
	"slices"
	"sync"
)

// pumpSize bounds what a pump reads at once.
const pumpSize = 64 << 10

// A pump reads from a reader in a goroutine, so that the guest can stop waiting for
// it. It reads only when it is asked for data, and at most what was asked for.
type pump struct {
	r io.Reader
	// await waits until a read would not, and takes nothing; nil if only a read can tell.
	await func()

	mu      sync.Mutex // guards what follows
	readers int        // that wait for data
	there   bool       // await has returned, and nobody has read since
	buffer  []byte
	unread  []byte // what has been read into buffer and nobody has taken
	err     error  // comes behind it
	reading bool
	wakes   []waker // to be woken when reading ends
}

func newPump(r io.Reader) *pump { return &pump{r: r, await: awaitOf(r)} }

// awaitOf returns a function that waits until a read would not; nil if there is none.
func awaitOf(r io.Reader) func() {
	if pipe, ok := r.(*io.PipeReader); ok {
		return func() { _, _ = pipe.Read(nil) } // returns when the other end writes, and gets nothing
	}
	return nil
}

// fill makes data come. It reports whether some, or an error, is there already;
// if not, wake is called when it is. The pump is locked.
func (p *pump) fill(want int, wake waker) bool {
	if len(p.unread) > 0 || p.err != nil {
		return true
	}
	if !slices.Contains(p.wakes, wake) {
		p.wakes = append(p.wakes, wake)
	}
	if !p.reading {
		p.reading = true
		if want = min(want, pumpSize); len(p.buffer) < want {
			p.buffer = make([]byte, want)
		}
		go p.run(p.buffer[:want], p.there)
	}
	return false
}

func (p *pump) run(b []byte, there bool) {
	if p.await != nil && !there {
		p.await()
		if !p.wanted() {
			return
		}
	}
	n, err := p.r.Read(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unread, p.err, p.there = b[:n], err, false
	p.stop()
}

// wanted reports whether somebody waits for the data that is there. If not, it is left there.
func (p *pump) wanted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readers > 0 {
		return true
	}
	p.there = true
	p.stop()
	return false
}

// stop ends reading, and tells everybody. The pump is locked.
func (p *pump) stop() {
	p.reading = false
	for _, wake := range p.wakes {
		wake.wake()
	}
	p.wakes = p.wakes[:0]
}

// take moves what has been read to b, unless it is to be looked at only.
func (p *pump) take(b []byte, peek bool) (int, error) {
	n := copy(b, p.unread)
	err := p.err
	if len(p.unread) > 0 {
		err = nil
	}
	if !peek {
		p.unread = p.unread[n:]
		if err != nil {
			p.err = nil // a terminal can go on after its end
		}
	}
	return n, err
}

func (p *pump) read(t *thread, b []byte, block bool) (int, error) {
	return p.receive(t.ctx, t.waker(), b, block, false)
}

// receive reads; what is there is waited for also if block is false.
func (p *pump) receive(ctx context.Context, wake waker, b []byte, block, peek bool) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readers++
	defer func() { p.readers-- }()
	for !p.fill(len(b), wake) {
		if !block && !p.there {
			return 0, eAgain
		}
		p.mu.Unlock()
		err := wake.wait(ctx)
		p.mu.Lock()
		if err != nil {
			return 0, err
		}
	}
	return p.take(b, peek)
}

// pollSize is what is read when a guest only wants to know whether it can read, and nothing else can tell.
const pollSize = 4 << 10

func (p *pump) ready(wake waker) (int, bool, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.there && !p.reading {
		return 1, false, true
	}
	ok := p.fill(pollSize, wake)
	return len(p.unread), p.err != nil && len(p.unread) == 0, ok
}
