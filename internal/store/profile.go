package store

import (
	"fmt"
	"runtime"
	"sync"
)

// A Profile counts where the calls in stores are. Whoever wants samples calls Tick at intervals; each
// call that runs is interrupted as if its context had ended, and says where it is. It is
// safe for concurrent use.
type Profile struct {
	mu      sync.Mutex
	calls   map[*Store][]Sampled // under way, the innermost last
	samples map[string]*Sample   // by the frames
}

// A Sample is a stack on which calls were.
type Sample struct {
	Stack StackTrace
	Count int // how often
}

// Sampled is a call that is under way. Its methods are called by other goroutines.
type Sampled interface {
	// AskForSample lets the call record a sample before long. It reports whether that takes a
	// signal to the thread.
	AskForSample() bool
	// ForgetSample takes that back.
	ForgetSample()
}

// NewProfile returns a profile without samples.
func NewProfile() *Profile {
	return &Profile{calls: map[*Store][]Sampled{}, samples: map[string]*Sample{}}
}

// Begin notes that a call begins. The one around it is in a host function from then on.
func (p *Profile) Begin(s *Store, call Sampled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[s] = append(p.calls[s], call)
}

// End notes that the innermost call in a store ends.
func (p *Profile) End(s *Store) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.calls[s]
	n := len(list) - 1
	list[n].ForgetSample()
	if n == 0 {
		delete(p.calls, s)
		return
	}
	list[n] = nil
	p.calls[s] = list[:n]
}

// Tick asks all calls for a sample.
func (p *Profile) Tick() {
	p.mu.Lock()
	signal := false
	for _, list := range p.calls {
		if list[len(list)-1].AskForSample() {
			signal = true
		}
	}
	p.mu.Unlock()
	if signal {
		InterruptThreads()
	}
}

// Record counts a sample.
func (p *Profile) Record(stack StackTrace) {
	var key []byte
	for i := range stack.Frames {
		f := &stack.Frames[i]
		key = fmt.Appendf(key, "%q %d %d %p\n", f.Module, f.FuncIndex, f.Offset, f.debug)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.samples[string(key)]
	if s == nil {
		s = &Sample{Stack: stack}
		p.samples[string(key)] = s
	}
	s.Count++
}

// Take returns the samples, in any order, and forgets them.
func (p *Profile) Take() []Sample {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Sample
	for _, s := range p.samples {
		list = append(list, *s)
	}
	clear(p.samples)
	return list
}

// InterruptThreads makes each thread that runs a goroutine take a SIGURG. Go sends one when it stops the
// world, which is what asking for statistics does.
func InterruptThreads() {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
}
