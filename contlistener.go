package weft

import "weft/internal/store"

// A ContinuationEventKind says what has happened to a continuation.
type ContinuationEventKind int

// The kinds.
const (
	ContinuationMade      ContinuationEventKind = iota // by cont.new
	ContinuationResumed                                // by resume, switch and their kin, or by the host
	ContinuationSuspended                              // by suspend, switch and their kin, or by the host
	// ContinuationEnded is reported of one that has returned, or been ended by an exception or a trap; and of one that
	// nothing refers to, when a collection finds it.
	ContinuationEnded
)

var contEventNames = [...]string{"made", "resumed", "suspended", "ended"}

// String returns the name of the kind.
func (k ContinuationEventKind) String() string { return contEventNames[k] }

// A ContinuationEvent tells what has happened to a continuation. It means nothing once the function that hears of it
// has returned.
type ContinuationEvent struct {
	Store *Store
	Kind  ContinuationEventKind
	// Continuation is its number, as in [Frame]. A number is used again once its continuation has ended.
	Continuation uint32
	// Func is the name of its function, "" if that has none.
	Func string
	// Other is the number of another continuation, 0 for the stack on which the host has called: the one that makes it;
	// the one that resumes it, to which it will return; or of a suspension the innermost one that is captured with
	// it, perhaps itself.
	Other uint32
	// Tag is that of a suspension or switch; nil where it is a value, and for other kinds.
	Tag *Tag
	// StackBytes is the size of its stack; 0 if it has none yet.
	StackBytes uint64

	frame func() store.Frame
}

// Frame returns the innermost call of the code that runs: it makes, resumes, or suspends. Of a continuation that has
// ended there is none.
func (e *ContinuationEvent) Frame() Frame {
	if e.frame == nil {
		return Frame{FuncIndex: -1}
	}
	f := e.frame()
	return fromFrame(&f)
}

// WithContinuationListener lets a function hear of what happens to the continuations in the engine's stores; nil ends
// that. It is called on the goroutine that uses the store, in the middle of a call: it may look at memories, globals
// and objects, and must not call guests or make objects. Functions are interpreted then, whatever the executor is;
// without a listener nothing is slower. Package timeline draws what is heard.
func (c Config) WithContinuationListener(f func(*ContinuationEvent)) Config {
	c.continuations = f
	return c
}

// contListening tells a function what engines tell.
type contListening struct {
	store *Store
	tell  func(*ContinuationEvent)
}

// Made implements [store.ContinuationListener].
func (l contListening) Made(c *store.ContRecord, at store.ListenedPlace) {
	l.tell(l.event(ContinuationMade, c, at.Continuation, at.Frame))
}

// Resumed implements [store.ContinuationListener].
func (l contListening) Resumed(c, parent *store.ContRecord, at store.ListenedPlace) {
	l.tell(l.event(ContinuationResumed, c, l.number(parent), at.Frame))
}

// Suspended implements [store.ContinuationListener].
func (l contListening) Suspended(c, inner *store.ContRecord, tag *store.TagRecord, at store.ListenedPlace) {
	e := l.event(ContinuationSuspended, c, l.number(inner), at.Frame)
	if tag != nil {
		e.Tag = l.store.tagOf(l.store.store.Tag(tag))
	}
	l.tell(e)
}

// Freed implements [store.ContinuationListener].
func (l contListening) Freed(c *store.ContRecord) { l.tell(l.event(ContinuationEnded, c, 0, nil)) }

func (l contListening) event(
	kind ContinuationEventKind, c *store.ContRecord, other uint32, frame func() store.Frame,
) *ContinuationEvent {
	e := &ContinuationEvent{Store: l.store, Kind: kind, Continuation: l.store.store.Conts.Number(c), Other: other,
		frame: frame, StackBytes: c.StackSize()}
	if c.Func != nil {
		e.Func = l.store.store.FuncName(c.Func)
	}
	return e
}

// number returns that of a continuation, 0 for the host's side of a call.
func (l contListening) number(c *store.ContRecord) uint32 {
	if c.Link == nil {
		return 0
	}
	return l.store.store.Conts.Number(c)
}
