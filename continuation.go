package weft

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"

	"weft/internal/store"
	"weft/wasm"
)

// A Continuation is a computation of the guest that does not run: one that has
// suspended, or has not begun. It is used up by the first Resume, Throw or Bind;
// later ones end in a [*Trap]. Dropping it is enough: it is collected when
// neither Go nor the guest can reach it any more.
//
// ResumeSlots and ThrowSlots are the exception: they leave in it what is left of the
// computation, so that nothing is allocated.
type Continuation struct {
	store *Store
	typ   *contType
	inner store.HostCont
	// root keeps what the reference is to. What is left of a continuation takes it over, and
	// one that is used up so has none.
	root *contRoot
	// inUse says that a method works on it, on whichever goroutine.
	inUse atomic.Bool
}

// A contRoot keeps a continuation until Go cannot reach it any more.
type contRoot struct{ store.Root }

// newContinuation makes the Go value for a reference, and keeps what it is to.
func (s *Store) newContinuation(ref uint64, t *contType) *Continuation {
	root := &contRoot{s.store.KeepContinuation(ref)}
	runtime.AddCleanup(root, store.Root.Release, root.Root)
	k := &Continuation{store: s, typ: t}
	k.take(ref, root, t.results)
	return k
}

// take makes a continuation that of a reference.
func (k *Continuation) take(ref uint64, root *contRoot, results int) {
	k.root = root
	k.inner = store.HostCont{Ref: ref, Root: root.Root, Results: results, Owner: k}
}

// begin prepares for a use of a continuation, which end ends.
func (k *Continuation) begin() error {
	if k == nil {
		return errNoContinuation
	}
	if !k.inUse.CompareAndSwap(false, true) {
		return &Trap{Code: wasm.TrapContinuationConsumed, Detail: "it is being resumed"}
	}
	return nil
}

func (k *Continuation) end() { k.inUse.Store(false) }

// NewContinuation makes a continuation that will call a function (cont.new), with arguments as far as they are given
// (cont.bind). Nothing runs yet.
func (s *Store) NewContinuation(f *Func, args ...Value) (*Continuation, error) {
	defer runtime.KeepAlive(s)
	if f == nil {
		return nil, errNoFunc
	}
	if f.store != s {
		return nil, fmt.Errorf("weft: the function belongs to another store")
	}
	k, err := s.contNew(f)
	if err != nil || len(args) == 0 {
		return k, err
	}
	ref, t, err := k.bind(args)
	if err != nil {
		return nil, err
	}
	k.typ = t
	k.root.Move(ref)
	k.take(ref, k.root, t.results)
	return k, nil
}

// contNew is cont.new.
func (s *Store) contNew(f *Func) (*Continuation, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	t := s.contTypeOfFunc(f)
	if s.store.Conts.WantsCollection() {
		if trap := s.store.Collect(); trap != wasm.TrapNone {
			return nil, s.trap(trap)
		}
	}
	c := s.store.Conts.New(f.record, t.id)
	if c == nil {
		return nil, &Trap{Code: wasm.TrapTooManyContinuations}
	}
	return s.newContinuation(s.store.Conts.Ref(c), t), nil
}

// Type returns what the continuation takes when it is resumed, and returns when
// it ends.
func (k *Continuation) Type() wasm.FuncType {
	if k == nil {
		return wasm.FuncType{}
	}
	return k.typ.typ
}

// A Suspension is what a continuation has suspended with.
type Suspension struct {
	Tag     *Tag
	Payload []Value
	// Continuation goes on from there, when it is resumed with the tag's results.
	Continuation *Continuation
}

// String names the tag and the values.
func (s *Suspension) String() string {
	if s == nil || s.Tag == nil {
		return "no suspension"
	}
	text := "suspended with " + s.Tag.String()
	if len(s.Payload) > 0 {
		text += ": " + payloadText(s.Payload)
	}
	return text
}

// Resume lets a continuation run, with the values that it waits for or, if it has
// not begun, the arguments of its function. It returns either a suspension with
// one of the tags that are handled, or (with a nil Suspension) the results of the
// function. The errors are those of [Func.Call].
func (k *Continuation) Resume(ctx context.Context, args []Value, handlers ...Handler) (*Suspension, []Value, error) {
	return k.resume(ctx, args, nil, handlers)
}

// Throw lets a continuation go on with an exception, made by [Tag.Throw] or
// returned by a call, in the place where it is suspended (resume_throw). One that
// has not begun never does.
func (k *Continuation) Throw(ctx context.Context, e *Exception, handlers ...Handler) (*Suspension, []Value, error) {
	if e == nil {
		if k != nil {
			return nil, nil, k.store.refuse(errNoException)
		}
		return nil, nil, errNoException
	}
	return k.resume(ctx, nil, e, handlers)
}

// A passage is the memory of a Resume. Usually that is one allocation.
type passage struct {
	handlers Handlers
	tags     [4]*Tag
	records  [4]*store.TagRecord
	slots    [8]uint64
}

func (k *Continuation) resume(ctx context.Context, args []Value, thrown *Exception, clauses []Handler) (*Suspension, []Value, error) {
	if ctx == nil {
		return nil, nil, errNoContext
	}
	if err := k.begin(); err != nil {
		return nil, nil, err
	}
	defer k.end()
	s, t, p := k.store, k.typ, &passage{}
	if s.store.Closed() {
		return nil, nil, ErrClosed
	}
	h := &p.handlers
	h.store, h.tags, h.inner.Suspend = s, p.tags[:0], p.records[:0]
	if err := h.add(clauses); err != nil {
		return nil, nil, err
	}
	slots := p.slots[:]
	if n := t.slots(h); n > len(slots) {
		slots = make([]uint64, n)
	}
	if t.refs || h.refs {
		defer s.store.Pin(slots)()
	}
	if thrown == nil {
		if len(args) != len(t.typ.Params) {
			return nil, nil, fmt.Errorf("weft: %d values given, the continuation has type %s", len(args), t.typ)
		}
		if err := s.fill(slots, args, t.typ.Params, "value"); err != nil {
			return nil, nil, err
		}
	}
	// What is left goes into another Continuation: this one stays used up.
	left := &suspended{cont: Continuation{store: s}}
	tag, err := k.run(ctx, h, thrown, slots, &left.cont)
	if err != nil {
		return nil, nil, err
	}
	if tag == nil {
		results, err := s.received(slots, t.typ.Results, t.refs)
		return nil, results, err
	}
	k.root = nil
	left.Tag, left.Continuation = tag, &left.cont
	left.Payload, err = s.received(slots, tag.tag.Type.Params, h.refs)
	return &left.Suspension, nil, err
}

// suspended is a Suspension with room for its Continuation.
type suspended struct {
	Suspension
	cont Continuation
}

// received converts what has come back to values.
func (s *Store) received(slots []uint64, types []wasm.ValType, refs bool) ([]Value, error) {
	if refs {
		if err := s.enter(); err != nil {
			return nil, err
		}
		defer s.leave()
	}
	return s.fromSlots(slots, types), nil
}

// run resumes k, which is in use, with arguments in slots, which take what comes
// back. If it suspends, what is left of it goes into left; that may be k.
func (k *Continuation) run(ctx context.Context, h *Handlers, thrown *Exception, slots []uint64, left *Continuation) (*Tag, error) {
	s, t := k.store, k.typ
	switches := s.store.Running == &k.inner
	r := store.HostResume{Cont: &k.inner, Slots: slots, Switches: switches}
	if thrown == nil {
		r.Args = slots[:t.params]
	} else if err := s.throws(thrown); err != nil {
		return nil, err
	} else {
		r.Throw = thrown.inner
	}
	if h != nil {
		if err := h.check(k); err != nil {
			return nil, err
		}
		r.Handlers = &h.inner
	}
	suspension, err := s.store.Engine.Resume(ctx, s.store, r)
	if err != nil {
		return nil, s.fromError(err)
	}
	if suspension.Tag == nil {
		return nil, nil
	}
	tag := h.tag(suspension.Tag)
	if switches { // others may have gone on
		k = s.running()
		left, t = k, k.typ
	}
	left.typ = s.restType(t, tag.tag)
	if left != k {
		left.take(suspension.Ref, k.root, left.typ.results)
	}
	left.inner.Ref, left.inner.Left = suspension.Ref, nil
	return tag, nil
}

// throws says why an exception cannot be thrown in the store.
func (s *Store) throws(e *Exception) error {
	if !s.hold() {
		return ErrClosed
	}
	defer s.drop()
	if !s.store.Throws(e.inner) {
		return fmt.Errorf("weft: the exception belongs to another store, or is not whole")
	}
	return nil
}

// Stack returns the calls that a suspended continuation is in, from the innermost out, with those of other
// continuations that were captured with it. It has no frames if the continuation has not begun, runs, or is used up.
func (k *Continuation) Stack() StackTrace {
	if k.begin() != nil {
		return StackTrace{}
	}
	defer k.end()
	s := k.store
	if s.enter() != nil {
		return StackTrace{}
	}
	defer s.leave()
	c := s.store.Conts.Lookup(k.inner.Ref)
	if k.root == nil || c == nil {
		return StackTrace{}
	}
	return fromStack(s.store.Engine.Trace(s.store, c))
}

// Bind fixes the first values that a continuation takes (cont.bind) and returns
// the continuation that takes the others.
func (k *Continuation) Bind(args ...Value) (*Continuation, error) {
	if k == nil {
		return nil, errNoContinuation
	}
	ref, t, err := k.bind(args)
	if err != nil {
		return nil, err
	}
	return k.store.newContinuation(ref, t), nil
}

// bind is cont.bind, which uses up the reference.
func (k *Continuation) bind(args []Value) (ref uint64, bound *contType, err error) {
	s, t := k.store, k.typ.typ
	if len(args) > len(t.Params) {
		return 0, nil, s.refuse(fmt.Errorf("weft: %d values given, the continuation has type %s", len(args), t))
	}
	slots, done, err := s.pend(args, t.Params[:len(args)], "value")
	if err != nil {
		return 0, nil, err
	}
	defer done()
	bound = s.boundType(k.typ, len(args))
	if err := k.begin(); err != nil {
		return 0, nil, err
	}
	defer k.end()
	if ref, err = s.store.Engine.Bind(s.store, k.inner.Ref, slots, bound.id); err != nil {
		return 0, nil, s.fromError(err)
	}
	return ref, bound, nil
}

// Suspend returns the error with which a host function suspends the guest that
// called it, instead of blocking: the call's results are what the continuation is
// resumed with, so the function's results must be those of the tag. The
// suspension goes to the handlers of the guest's resumes and of [Continuation.Resume].
func (t *Tag) Suspend(args ...Value) error {
	if t == nil {
		return errNoTag
	}
	if len(args) != len(t.tag.Type.Params) {
		return t.store.refuse(fmt.Errorf("weft: %d values given, the tag has type %s", len(args), t.tag.Type))
	}
	slots, done, err := t.store.pend(args, t.tag.Type.Params, "value")
	if err != nil {
		return err
	}
	defer done()
	return t.store.store.NewSuspendRequest(t.tag, slots)
}
