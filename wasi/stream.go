package wasi

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// An input is a stream from which data comes.
type input interface {
	object
	reader
	waiter
}

// newInput returns the object for a reader.
func newInput(r io.Reader) input {
	switch r := r.(type) {
	case *bytes.Reader, *bytes.Buffer, *strings.Reader:
		return &plainInput{newGate(), r}
	case *Input:
		return &pumpedInput{&r.pump, r.pump.r}
	case *os.File:
		info, err := r.Stat()
		if err == nil && info.Mode().IsRegular() {
			return &plainInput{newGate(), r}
		}
	}
	if w := newWatch(r); w != nil {
		return &watchedInput{w, r}
	}
	return &pumpedInput{newPump(r), r}
}

// A plainInput is a stream whose data is there.
type plainInput struct {
	turn gate
	r    io.Reader
}

func (in *plainInput) read(t *thread, b []byte, _ bool) (int, error) {
	if err := in.turn.pass(t.ctx); err != nil {
		return 0, err
	}
	defer in.turn.leave()
	return in.r.Read(b[:min(len(b), pieceSize)])
}
func (in *plainInput) ready(waker) (int, bool, bool) { return 1, false, true }
func (in *plainInput) stat() (filestat, error)       { return streamStat(in.r), nil }
func (in *plainInput) close() error                  { return nil }

// A pumpedInput is a stream that may have to be waited for, and cannot be watched.
type pumpedInput struct {
	*pump
	source any
}

func (in *pumpedInput) stat() (filestat, error) { return streamStat(in.source), nil }
func (in *pumpedInput) close() error            { return nil }

// An output is a stream to which data goes.
type output struct {
	turn gate // the standard outputs have one: they may be the same writer
	w    io.Writer
	file *fileWriter // if it is one
}

func newOutput(turn gate, w io.Writer) *output {
	o := &output{turn: turn, w: w}
	if f, ok := w.(*os.File); ok {
		file := newFileWriter(f)
		o.file = &file
	}
	return o
}

func (o *output) write(t *thread, b []byte, _ bool) (int, error) {
	if err := o.turn.pass(t.ctx); err != nil {
		return 0, err
	}
	defer o.turn.leave()
	if o.file != nil {
		return o.file.write(t, b)
	}
	if pipe, ok := o.w.(*io.PipeWriter); ok && t.call != nil {
		return writeBehind(t, b, pipe.Write)
	}
	return o.w.Write(b)
}

func (o *output) stat() (filestat, error) { return streamStat(o.w), nil }

func (o *output) close() error {
	if o.file != nil {
		o.file.close() // not what it writes to
	}
	return nil
}

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
