package wasi

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// newInput returns the object for a reader.
func newInput(r io.Reader) object {
	switch r := r.(type) {
	case *bytes.Reader, *bytes.Buffer, *strings.Reader:
		return &plainInput{newGate(), r}
	case *os.File:
		info, err := r.Stat()
		if err == nil && info.Mode().IsRegular() {
			return &plainInput{newGate(), r}
		}
	}
	return &input{pump: pump{r: r}, source: r}
}

// A plainInput is a stream whose data is there.
type plainInput struct {
	turn gate
	r    io.Reader
}

func (in *plainInput) read(ctx context.Context, _ *thread, b []byte, _ bool) (int, error) {
	if err := in.turn.pass(ctx); err != nil {
		return 0, err
	}
	defer in.turn.leave()
	return in.r.Read(b[:min(len(b), pieceSize)])
}
func (in *plainInput) ready(chan struct{}) (int, bool, bool) { return 1, false, true }
func (in *plainInput) stat() (filestat, error)               { return streamStat(in.r), nil }
func (in *plainInput) close() error                          { return nil }

// An input is a stream that may have to be waited for.
type input struct {
	pump
	source any
}

func (in *input) stat() (filestat, error) { return streamStat(in.source), nil }
func (in *input) close() error            { return nil }

// An output is a stream to which data goes.
type output struct {
	turn gate // the standard outputs have one: they may be the same writer
	w    io.Writer
}

func (o *output) write(ctx context.Context, b []byte) (int, error) {
	if err := o.turn.pass(ctx); err != nil {
		return 0, err
	}
	defer o.turn.leave()
	if f, ok := o.w.(*os.File); ok {
		return writeInterruptibly(ctx, f, b)
	}
	return o.w.Write(b)
}

func (o *output) stat() (filestat, error) { return streamStat(o.w), nil }
func (o *output) close() error            { return nil }

// streamStat describes a reader or writer. A guest takes a character device for a
// terminal, so only what is one shall look so. What is not a file of bytes has
// neither size nor times.
func streamStat(stream any) filestat {
	f, ok := stream.(*os.File)
	if !ok {
		return filestat{fileType: typeUnknown, links: 1}
	}
	info, err := f.Stat()
	if err != nil {
		return filestat{fileType: typeUnknown, links: 1}
	}
	st := statOf(info)
	if !info.Mode().IsRegular() {
		st.size, st.atim, st.mtim, st.ctim = 0, 0, 0, 0
	}
	return st
}

// pumpSize bounds what a pump reads at once.
const pumpSize = 64 << 10

// A pump reads from a reader in a goroutine, so that the guest can stop waiting for
// it. It reads only when it is asked for data, and at most what was asked for.
type pump struct {
	r io.Reader

	mu      sync.Mutex // guards what follows
	buffer  []byte
	unread  []byte // what has been read into buffer and nobody has taken
	err     error  // comes behind it
	reading bool
	wakes   []chan struct{} // to be woken when reading ends
}

// fill makes data come. It reports whether some, or an error, is there already;
// if not, wake receives something when it is. The pump is locked.
func (p *pump) fill(want int, wake chan struct{}) bool {
	if len(p.unread) > 0 || p.err != nil {
		return true
	}
	if wake != nil && !slices.Contains(p.wakes, wake) {
		p.wakes = append(p.wakes, wake)
	}
	if !p.reading {
		p.reading = true
		if want = min(want, pumpSize); len(p.buffer) < want {
			p.buffer = make([]byte, want)
		}
		go p.run(p.buffer[:want])
	}
	return false
}

func (p *pump) run(b []byte) {
	n, err := p.r.Read(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reading, p.unread, p.err = false, b[:n], err
	for _, wake := range p.wakes {
		notify(wake)
	}
	p.wakes = p.wakes[:0]
}

// notify sends to wake, unless something is there.
func notify(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
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

func (p *pump) read(ctx context.Context, t *thread, b []byte, block bool) (int, error) {
	return p.receive(ctx, t, b, block, false)
}

func (p *pump) receive(ctx context.Context, t *thread, b []byte, block, peek bool) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		p.mu.Lock()
		if p.fill(len(b), t.wake) {
			n, err := p.take(b, peek)
			p.mu.Unlock()
			return n, err
		}
		p.mu.Unlock()
		if !block {
			return 0, eAgain
		}
		select {
		case <-t.wake:
		case <-ctx.Done():
			return 0, eIntr
		}
	}
}

// pollSize is what is read when a guest only wants to know whether it can read.
const pollSize = 4 << 10

func (p *pump) ready(wake chan struct{}) (int, bool, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ok := p.fill(pollSize, wake)
	return len(p.unread), p.err != nil && len(p.unread) == 0, ok
}
