package timeline

import (
	"slices"
	"sync"
	"time"

	"weft"
)

// A Recorder records the continuations of an engine's stores. It is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	now    func() time.Duration
	begun  time.Duration // when the first event came
	most   int
	events int
	lost   int // events that came when there were most
	end    time.Duration

	stores map[*weft.Store]*storeRecord
	conts  []*continuation
	places []weft.Frame
	known  map[placeKey]int
}

// DefaultEvents is how many events a recorder keeps if it is not told: about 150 MB.
const DefaultEvents = 1_000_000

// NewRecorder returns a recorder that keeps the first events, as many as most says; 0 stands for [DefaultEvents]. What
// comes later is only counted.
func NewRecorder(most int) *Recorder {
	if most <= 0 {
		most = DefaultEvents
	}
	start := time.Now()
	return &Recorder{now: func() time.Duration { return time.Since(start) }, most: most,
		stores: map[*weft.Store]*storeRecord{}, known: map[placeKey]int{}}
}

// A state is what a continuation does in a span of time.
type state uint8

const (
	fresh     state = iota // made, and not resumed yet
	running                // its code runs
	resuming               // it has resumed another one, which runs or resumes in its turn
	suspended              // until somebody resumes it
)

var stateNames = [...]string{"fresh", "running", "resuming", "suspended"}

func (s state) String() string { return stateNames[s] }

// A span is a time in which the state of a continuation is the same.
type span struct {
	from, to time.Duration
	state    state
	place    int // in Recorder.places: where it was made, has resumed, has suspended; -1 for none
	other    int // in Recorder.conts: which it has resumed, by which it has been, or which has suspended; -1 for none
	tag      string
	stack    uint64 // in bytes
}

// A continuation is one that was recorded, or what a store runs in none.
type continuation struct {
	store  int
	host   bool // it stands for what runs in none
	name   string
	maker  int // in Recorder.conts; -1 if it is not known
	ended  bool
	spans  []span
	chain  []int // while it is suspended: it and those captured with it, from the outermost in
	active bool  // it is in the chain that runs
}

// storeRecord is what is known of a store.
type storeRecord struct {
	number int
	byID   map[uint32]int // the continuations that have a number now
	chain  []int          // those that run, from the outermost in; the first one is the host
}

// placeKey tells places apart.
type placeKey struct {
	module, name  string
	index, offset int
}

// Hear takes an event: it is for [weft.Config.WithContinuationListener].
func (r *Recorder) Hear(e *weft.ContinuationEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.events == r.most {
		r.lost++
		return
	}
	at := r.now()
	if r.events == 0 {
		r.begun = at
	}
	r.events++
	at -= r.begun
	r.end = at
	s := r.store(e.Store, at)
	switch e.Kind {
	case weft.ContinuationMade:
		delete(s.byID, e.Continuation)
		made := r.continuation(s, e, at)
		r.conts[made].maker = r.numbered(s, e.Other)
	case weft.ContinuationResumed:
		r.resumed(s, e, at)
	case weft.ContinuationSuspended:
		r.suspended(s, e, at)
	case weft.ContinuationEnded:
		r.ended(s, e, at)
	}
}

// store returns the record of a store.
func (r *Recorder) store(of *weft.Store, at time.Duration) *storeRecord {
	s := r.stores[of]
	if s == nil {
		s = &storeRecord{number: len(r.stores), byID: map[uint32]int{}, chain: []int{len(r.conts)}}
		r.stores[of] = s
		host := &continuation{store: s.number, host: true, name: "the host", maker: -1, active: true}
		host.spans = []span{{from: at, to: at, state: running, place: -1, other: -1}}
		r.conts = append(r.conts, host)
	}
	return s
}

// numbered returns the continuation that has a number; the host for 0, and for one that is not known.
func (r *Recorder) numbered(s *storeRecord, number uint32) int {
	if c, ok := s.byID[number]; ok && number != 0 {
		return c
	}
	return s.chain[0]
}

// continuation returns the one that an event is about, which is new if its number is not known.
func (r *Recorder) continuation(s *storeRecord, e *weft.ContinuationEvent, at time.Duration) int {
	c, ok := s.byID[e.Continuation]
	if !ok {
		c = len(r.conts)
		s.byID[e.Continuation] = c
		made := &continuation{store: s.number, name: e.Func, maker: -1}
		made.spans = []span{{from: at, to: at, state: fresh, place: r.place(e), other: -1}}
		r.conts = append(r.conts, made)
	}
	return c
}

// place returns where the running code is.
func (r *Recorder) place(e *weft.ContinuationEvent) int {
	f := e.Frame()
	if f.FuncIndex < 0 && f.FuncName == "" {
		return -1
	}
	key := placeKey{f.Module, f.FuncName, f.FuncIndex, f.Offset}
	at, ok := r.known[key]
	if !ok {
		at = len(r.places)
		r.known[key] = at
		r.places = append(r.places, f)
	}
	return at
}

// become ends the span of a continuation, and begins another.
func (r *Recorder) become(c int, next span, at time.Duration) {
	k := r.conts[c]
	if n := len(k.spans); n > 0 {
		k.spans[n-1].to = at
	}
	next.from, next.to = at, at
	k.spans = append(k.spans, next)
}

func (r *Recorder) resumed(s *storeRecord, e *weft.ContinuationEvent, at time.Duration) {
	c, place := r.continuation(s, e, at), r.place(e)
	k := r.conts[c]
	parent := s.chain[len(s.chain)-1]
	chain := k.chain
	if len(chain) == 0 {
		chain = []int{c}
	}
	k.chain = nil
	r.become(parent, span{state: resuming, place: place, other: c, stack: r.stackOf(parent)}, at)
	s.chain = append(s.chain, chain...)
	for i, one := range chain {
		r.conts[one].active = true
		next := span{state: resuming, place: -1, other: -1, stack: r.stackOf(one)}
		if one == c {
			next.stack = e.StackBytes
		}
		if i == len(chain)-1 {
			next.state, next.other = running, parent
		} else {
			next.other = chain[i+1]
		}
		r.become(one, next, at)
	}
}

// stackOf returns how large the stack of a continuation was when it was seen last.
func (r *Recorder) stackOf(c int) uint64 {
	if spans := r.conts[c].spans; len(spans) > 0 {
		return spans[len(spans)-1].stack
	}
	return 0
}

// cut takes a continuation and what it has resumed out of the chain that runs; nil if it does not run.
func (r *Recorder) cut(s *storeRecord, c int, at time.Duration) []int {
	i := slices.Index(s.chain, c)
	if i < 1 {
		return nil
	}
	chain := slices.Clone(s.chain[i:])
	s.chain = s.chain[:i]
	for _, one := range chain {
		r.conts[one].active = false
	}
	next := s.chain[i-1]
	r.become(next, span{state: running, place: -1, other: -1, stack: r.stackOf(next)}, at)
	return chain
}

func (r *Recorder) suspended(s *storeRecord, e *weft.ContinuationEvent, at time.Duration) {
	c, place := r.continuation(s, e, at), r.place(e)
	chain := r.cut(s, c, at)
	if chain == nil {
		chain = []int{c}
	}
	tag := ""
	if e.Tag != nil {
		tag = e.Tag.String()
	}
	for _, one := range chain {
		next := span{state: suspended, place: place, other: chain[len(chain)-1], tag: tag, stack: r.stackOf(one)}
		if one == c {
			next.stack = e.StackBytes
		}
		r.become(one, next, at)
	}
	r.conts[c].chain = chain
}

func (r *Recorder) ended(s *storeRecord, e *weft.ContinuationEvent, at time.Duration) {
	c, ok := s.byID[e.Continuation]
	if !ok {
		return
	}
	delete(s.byID, e.Continuation)
	r.cut(s, c, at)
	k := r.conts[c]
	k.ended = true
	k.spans[len(k.spans)-1].to = at
	k.spans[len(k.spans)-1].stack = max(k.spans[len(k.spans)-1].stack, e.StackBytes)
}

// finished returns the continuations as they are now: what goes on ends with the last event.
func (r *Recorder) finished() []continuation {
	list := make([]continuation, len(r.conts))
	for i, c := range r.conts {
		list[i] = *c
		list[i].spans = slices.Clone(c.spans)
		if last := &list[i].spans[len(c.spans)-1]; !c.ended {
			last.to = r.end
		}
	}
	return list
}
