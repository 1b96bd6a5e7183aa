package wasi

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"weft"
	"weft/threads"
)

// A System is what a guest sees as its process: its open files, and its threads.
type System struct {
	config  Config
	main    thread
	started time.Duration

	random  gate // at the source of randomness
	listing gate // one directory is listed at a time, which bounds the memory

	mu          sync.Mutex // guards what follows
	descriptors []*descriptor
	free        int           // no descriptor below it is free
	listed      []*descriptor // that have a listing, the oldest first
	listedBytes int
	closed      bool
	begun       map[*weft.Instance]error // libraries that were initialized, or failed then

	threads parallel
	green   *green // nil: each thread has a goroutine
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
	stops    error        // with which the call stops a green thread

	buffers [][]byte
	waits   []wait
	bell    bell // receives when something that the thread waits for happens

	// Of a green thread; call is nil where nothing can be parked.
	call  *greenCall
	found *descriptor // what lookup has found last
}

func newThread(s *System, store *weft.Store) thread {
	return thread{system: s, store: store, bell: newBell()}
}

// Define makes a System and gives its functions to a linker: those of
// wasi_snapshot_preview1 and of wasi (threads). A System serves one guest.
func (c Config) Define(l *weft.Linker) (*System, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := l.Err(); err != nil {
		return nil, fmt.Errorf("wasi: %w", err)
	}
	s := &System{config: c, random: newGate(), listing: newGate()}
	s.started = c.clock.Monotonic()
	s.main = newThread(s, l.Store())
	s.threads.init()
	s.begun = map[*weft.Instance]error{}
	s.openStandard()
	if c.green != nil {
		scheduler, err := threads.New(l.Store(), *c.green)
		if err != nil {
			return nil, err
		}
		s.green = &green{scheduler: scheduler, repeating: newThread(s, l.Store())}
		if c.green.Steps { // what a run does must not depend on what the system has left
			if err := l.Store().SetGrowth(func(*weft.Memory, uint64) bool { return true }); err != nil {
				return nil, err
			}
		}
		if c.green.Virtual {
			s.config.clock = virtualClock{scheduler}
			s.started = s.config.clock.Monotonic()
		}
	}
	return s, s.main.define(l)
}

// Close closes what the guest left open. Its threads must have ended, as they
// have after Start.
func (s *System) Close() error {
	s.mu.Lock()
	open := s.descriptors
	s.descriptors, s.closed = nil, true
	for len(s.listed) > 0 {
		s.forget(s.listed[0])
	}
	s.mu.Unlock()
	s.threads.closeMemories()
	var failed []error
	for _, d := range open {
		if d != nil {
			failed = append(failed, d.close())
		}
	}
	if s.green != nil {
		failed = append(failed, s.green.close())
	}
	return errors.Join(failed...)
}

// Start runs a guest: it calls _start, or _initialize for one that is a
// library (see [System.Initialize]). When it ends, so do the threads that it has made. An exit with a code
// other than 0 is an [*weft.ExitError].
func (s *System) Start(ctx context.Context, in *weft.Instance) error {
	if err := missing(ctx, in); err != nil {
		return err
	}
	f := in.Func("_start")
	if f == nil {
		if in.Func("_initialize") == nil {
			return fmt.Errorf("wasi: the module exports neither _start nor _initialize")
		}
		return s.Initialize(ctx, in)
	}
	_, err := s.Call(ctx, in, f)
	return err
}

// Initialize calls _initialize of a guest that is a library (in WASI's words a reactor), which exports that and
// no _start. It does so once for each instance; after that, and for other guests, it returns at once:
// nil, or the error that it returned first. Start and Call do it by themselves; it is for guests
// whose functions are called directly.
func (s *System) Initialize(ctx context.Context, in *weft.Instance) error {
	if err := missing(ctx, in); err != nil {
		return err
	}
	f := in.Func("_initialize")
	if f == nil || in.Func("_start") != nil {
		return nil
	}
	if known, err := s.initialized(in); known {
		return err
	}
	s.note(in, nil) // it may call the host, which calls the guest
	_, err := s.run(ctx, in, f)
	s.note(in, err)
	return err
}

// initialized returns how a library was initialized, if it was.
func (s *System) initialized(in *weft.Instance) (known bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err, known = s.begun[in]
	return known, err
}

func (s *System) note(in *weft.Instance, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun[in] = err
}

// Call runs a guest as Start does, from a function that Start would not choose. A library is initialized
// first, unless it was.
func (s *System) Call(ctx context.Context, in *weft.Instance, f *weft.Func, args ...weft.Value) ([]weft.Value, error) {
	if err := s.Initialize(ctx, in); err != nil {
		return nil, err
	}
	if library, _ := s.initialized(in); library && f == in.Func("_initialize") {
		return nil, nil // that was it
	}
	return s.run(ctx, in, f, args...)
}

func (s *System) run(ctx context.Context, in *weft.Instance, f *weft.Func, args ...weft.Value) (results []weft.Value, err error) {
	if s.green != nil {
		results, err = s.runGreen(ctx, in, f, args)
		return results, exitOf(err)
	}
	ctx, end := s.threads.begin(ctx, in)
	defer func() { err = exitOf(end(err)) }() // also when a host function panics
	return f.Call(ctx, args...)
}

var (
	errNoModule   = errors.New("wasi: there is no module")
	errNoContext  = errors.New("wasi: the context is nil")
	errNotGreen   = errors.New("wasi: the threads of the system are not green")
	errNoInstance = errors.New("wasi: there is no instance")
)

// missing returns an error if there is no context or no instance.
func missing(ctx context.Context, in *weft.Instance) error {
	switch {
	case ctx == nil:
		return errNoContext
	case in == nil:
		return errNoInstance
	}
	return nil
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
	if g := t.system.green; g != nil {
		t.stops = g.scheduler.At(threads.Yield, uint32(success))
		return success
	}
	runtime.Gosched()
	return success
}

// openStandard opens what the guest finds open.
func (s *System) openStandard() {
	outputs := newGate()
	s.descriptors = []*descriptor{
		newDescriptor(newInput(s.config.stdin), 0, streamRights|rightRead, 0),
		newDescriptor(newOutput(outputs, s.config.stdout), 0, streamRights|rightWrite, 0),
		newDescriptor(newOutput(outputs, s.config.stderr), 0, streamRights|rightWrite, 0),
	}
	for _, p := range s.config.preopens {
		d := newDescriptor(p.dir, 0, directoryRights, directoryRights|fileRights)
		d.preopen, d.name = true, p.name
		s.descriptors = append(s.descriptors, d)
	}
	for _, l := range s.config.listeners {
		// Go's net package takes it for granted that a listener does not block.
		s.descriptors = append(s.descriptors, newDescriptor(newListener(l), flagNonblock, listenRights, socketRights))
	}
	s.free = len(s.descriptors)
}
