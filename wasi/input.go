package wasi

import (
	"context"
	"io"
	"strings"
)

// An Input is a standard input for guests that come one after the other, and for the
// program that runs them. It may have read ahead for a guest that did not wait for
// the data, or only asked whether there is some: who reads next gets it. Files, TCP and
// Unix connections of package net and an [io.PipeReader] need none, on Linux and macOS: from
// them nothing is read ahead.
//
// It is safe for concurrent use.
type Input struct{ pump pump }

// NewInput returns an Input that reads from r, in a goroutine, when it is read from. If r is nil, it is empty.
func NewInput(r io.Reader) *Input {
	if r == nil {
		r = strings.NewReader("")
	}
	in := &Input{}
	in.pump.r, in.pump.await = r, awaitOf(r)
	return in
}

// Read reads what was read ahead, or else waits for r.
func (in *Input) Read(b []byte) (int, error) {
	return in.pump.receive(context.Background(), newBell(), b, true, false)
}
