package weft

import (
	"context"
	"fmt"

	"weft/internal/store"
	"weft/wasm"
)

// A Switch lets a host function, or a [Scheduler], continue another computation in place of the one that has called it:
// without a way through the Go code that has resumed that, which takes a tenth of the time. It is the error that they
// return, made once and used any number of times:
//
//	return s.To(next, slots...)
//
// The computation that stops is the one that Go code has resumed by [Continuation.ResumeSlots], or that a Switch has
// let go on since. What is left of it is left in its Continuation, as if it had suspended with the tag. When
// ResumeSlots returns, that tells about the computation that has gone on last.
type Switch struct {
	tag     *Tag
	request store.SwitchRequest
	slots   [8]uint64
	single  bool // the tag's results are one slot
}

// NewSwitch returns a Switch. The tag, for which ResumeSlots must have a handler ([On]), says what a computation awaits
// that has stopped: its results. It has no parameters.
func (t *Tag) NewSwitch() (*Switch, error) {
	if t == nil {
		return nil, errNoTag
	}
	if len(t.tag.Type.Params) > 0 || hasRefs(t.tag.Type.Results) {
		return nil, t.store.refuse(fmt.Errorf(
			"weft: a switch takes a tag without parameters and references, this one has type %s", t.tag.Type))
	}
	if t.store.store.Closed() {
		return nil, ErrClosed
	}
	s := &Switch{tag: t, single: wasm.SlotCount(t.tag.Type.Results) == 1}
	s.request.Tag, s.request.Done = t.tag, s.done
	return s, nil
}

// To returns the Switch as an error, which lets next go on, with slots as in ResumeSlots. The caller must return it.
func (s *Switch) To(next *Continuation, slots ...uint64) error {
	if s == nil || next == nil || next.inner.Left != s.request.Tag || len(slots) != 1 || !s.mayGoOn(next) {
		return s.check(next, slots)
	}
	s.slots[0] = slots[0] // such a switch has left it before
	s.request.Args, s.request.To = s.slots[:1], &next.inner
	return &s.request
}

// mayGoOn reports whether a continuation that such a switch has left may go on with one slot.
func (s *Switch) mayGoOn(next *Continuation) bool {
	st := s.tag.store
	return s.single && st.store.Running != nil && next.inner.Results <= st.room
}

// check is To where nothing is known.
func (s *Switch) check(next *Continuation, slots []uint64) error {
	switch {
	case s == nil:
		return errNoTag
	case next == nil:
		return errNoContinuation
	case s.tag.store.store.Running == nil || next.store != s.tag.store:
		return s.tag.store.refuse(store.ErrNoSwitch)
	case len(slots) != next.typ.params || next.typ.refs:
		return fmt.Errorf("weft: %d slots given, the continuation has type %s", len(slots), next.typ.typ)
	case next.typ.results > s.tag.store.room:
		return fmt.Errorf("weft: results of type %s are more than what was resumed has room for", next.typ.typ)
	}
	s.request.Args, s.request.To = append(s.slots[:0], slots...), &next.inner
	return &s.request
}

// done is called when a continuation has stopped that was not left by such a switch before.
func (s *Switch) done(from *store.HostCont) {
	k := from.Owner.(*Continuation)
	k.typ, from.Left = k.store.restType(k.typ, s.tag.tag), s.tag.tag
	if k.inUse.Load() { // it is what ResumeSlots has resumed; to mark others would take a locked instruction each
		k.end()
	}
}

// runSwitching is run for a continuation whose rest is left in it: also that of others to which a Switch leads.
func (k *Continuation) runSwitching(ctx context.Context, h *Handlers, thrown *Exception, slots []uint64) (*Tag, error) {
	s := k.store
	outer, room := s.store.RunningCont(), s.room
	k.inner.Left = nil
	s.store.Running, s.room = &k.inner, len(slots)
	defer func() {
		last := s.running()
		s.store.Running, s.room = outer, room
		if last.inUse.Load() {
			last.end()
		}
	}()
	return k.run(ctx, h, thrown, slots, k)
}

// running returns the continuation that Running is the core of.
func (s *Store) running() *Continuation { return s.store.RunningCont().Owner.(*Continuation) }
