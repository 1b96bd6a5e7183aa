package wasi

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"weft"
)

// A System is what a guest sees as its process: its open files, and its threads.
type System struct {
	config  Config
	main    thread
	started time.Duration

	randomMu sync.Mutex

	mu          sync.Mutex // guards what follows
	descriptors []*descriptor
	free        int // no descriptor below it is free
	closed      bool

	threads threads
}

// A thread is a thread of the guest: what its calls need. It is used by one
// goroutine at a time.
type thread struct {
	system *System
	store  *weft.Store

	// The current call.
	ctx      context.Context
	caller   *weft.Instance
	exported *weft.Memory // what the caller exports
	memory   []byte       // its content

	buffers [][]byte
	waits   []wait
	wake    chan struct{} // receives when something that the thread waits for happens
}

func newThread(s *System, store *weft.Store) thread {
	return thread{system: s, store: store, wake: make(chan struct{}, 1)}
}

// Define makes a System and gives its functions to a linker: those of
// wasi_snapshot_preview1 and of wasi (threads). A System serves one guest.
func (c Config) Define(l *weft.Linker) (*System, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &System{config: c}
	s.started = c.clock.Monotonic()
	s.main = newThread(s, l.Store())
	s.threads.init()
	s.openStandard()
	return s, s.main.define(l)
}

// Close closes what the guest left open. Its threads must have ended, as they
// have after Start.
func (s *System) Close() error {
	s.mu.Lock()
	open := s.descriptors
	s.descriptors, s.closed = nil, true
	s.mu.Unlock()
	s.threads.closeMemories()
	var failed []error
	for _, d := range open {
		if d != nil {
			failed = append(failed, d.close())
		}
	}
	return errors.Join(failed...)
}

// Start runs a guest: it calls _start, or _initialize for one that is a
// library. When it ends, so do the threads that it has made. An exit with a code
// other than 0 is an [*weft.ExitError].
func (s *System) Start(ctx context.Context, in *weft.Instance) error {
	f := in.Func("_start")
	if f == nil {
		f = in.Func("_initialize")
	}
	if f == nil {
		return fmt.Errorf("wasi: the module exports neither _start nor _initialize")
	}
	_, err := s.Call(ctx, in, f)
	return err
}

// Call runs a guest as Start does, from a function that Start would not choose.
func (s *System) Call(ctx context.Context, in *weft.Instance, f *weft.Func, args ...weft.Value) ([]weft.Value, error) {
	ctx, end := s.threads.begin(ctx, in)
	results, err := f.Call(ctx, args...)
	return results, exitOf(end(err))
}

// exitOf turns the error of a guest that exited into the exit.
func exitOf(err error) error {
	var exit *weft.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if exit.Code == 0 {
		return nil
	}
	return exit
}

// exit ends all threads.
func (s *System) exit(code uint32) error {
	err := &weft.ExitError{Code: code}
	s.threads.exit(err)
	return err
}

func (t *thread) schedYield([]uint64) Errno {
	runtime.Gosched()
	return success
}

// openStandard opens what the guest finds open.
func (s *System) openStandard() {
	var outputs sync.Mutex
	s.descriptors = []*descriptor{
		{object: newInput(s.config.stdin), base: streamRights | rightRead},
		{object: &output{&outputs, s.config.stdout}, base: streamRights | rightWrite},
		{object: &output{&outputs, s.config.stderr}, base: streamRights | rightWrite},
	}
	for _, p := range s.config.preopens {
		s.descriptors = append(s.descriptors, &descriptor{object: p.dir, preopen: true, name: p.name,
			base: directoryRights, inheriting: directoryRights | fileRights})
	}
	for _, l := range s.config.listeners {
		// Go's net package takes it for granted that a listener does not block.
		s.descriptors = append(s.descriptors, &descriptor{object: newListener(l), flags: flagNonblock, base: listenRights, inheriting: socketRights})
	}
	s.free = len(s.descriptors)
}
