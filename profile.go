package weft

import (
	"errors"
	"sync"
	"time"

	"weft/internal/store"
)

// A CPUProfiler finds out where guests spend their time: at intervals, it interrupts the calls that run
// and notes their stacks, on either executor. Time in which a host function runs or waits counts once
// for each call of it, as much as an interval, if any. It is safe for concurrent use.
//
// Go's own profiler may run at the same time; it sees machine code as a call of unknown functions.
type CPUProfiler struct {
	inner *store.Profile

	mu   sync.Mutex
	stop chan struct{} // nil while no profile is taken
	done chan struct{}
}

// A CPUSample is a stack on which a guest was seen, and how often.
type CPUSample struct {
	Stack StackTrace
	Count int // how often
}

// NewCPUProfiler returns a profiler for the engines that get it with [Config.WithCPUProfiler].
func NewCPUProfiler() *CPUProfiler { return &CPUProfiler{inner: store.NewProfile()} }

// WithCPUProfiler lets a profiler see all calls of the engine's stores, which makes the beginning and the
// end of a call from Go a little slower. The same profiler may be used for several engines.
func (c Config) WithCPUProfiler(p *CPUProfiler) Config {
	c.profiler = p
	return c
}

// Start begins a profile: it takes a sample of each running call at each interval, of which 10 ms
// is a good one. The error is that a profile is being taken already, or that the interval is not positive.
func (p *CPUProfiler) Start(interval time.Duration) error {
	if p == nil || p.inner == nil {
		return errors.New("weft: there is no profiler (NewCPUProfiler makes one)")
	}
	if interval <= 0 {
		return errors.New("weft: the interval of a profile must be positive")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		return errors.New("weft: a profile is being taken already")
	}
	p.inner.Take() // what came too late for the profile before
	p.stop, p.done = make(chan struct{}), make(chan struct{})
	go p.sample(interval, p.stop, p.done)
	return nil
}

func (p *CPUProfiler) sample(interval time.Duration, stop, done chan struct{}) {
	defer close(done)
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			p.inner.Tick()
		}
	}
}

// Stop ends the profile and returns its samples, in any order; none if there is no profile.
func (p *CPUProfiler) Stop() []CPUSample {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		return nil
	}
	close(p.stop)
	<-p.done
	p.stop = nil
	var samples []CPUSample
	for _, s := range p.inner.Take() {
		samples = append(samples, CPUSample{fromStack(s.Stack), s.Count})
	}
	return samples
}
