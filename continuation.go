package weft

import (
	"context"
	"fmt"
	"iter"
	"runtime"

	"weft/internal/store"
	"weft/wasm"
)

// A Continuation is a computation of the guest that does not run: one that has
// suspended, or has not begun. It is used up by the first Resume, Throw or Bind;
// later ones end in a [*Trap]. Dropping it is enough: it is collected when
// neither Go nor the guest can reach it any more.
type Continuation struct {
	store *Store
	ref   uint64
	id    wasm.TypeID
}

// newContinuation makes the Go value for a reference, and keeps what it is to.
func (s *Store) newContinuation(ref uint64, id wasm.TypeID) *Continuation {
	k := &Continuation{s, ref, id}
	runtime.AddCleanup(k, func(release func()) { release() }, s.store.Keep(ref, wasm.Ref(wasm.HeapCont)))
	return k
}

// contType returns the identity of the continuation type over a function type
// whose heap types are identities.
func (s *Store) contType(t wasm.FuncType) wasm.TypeID {
	types := s.engine.types
	f := types.AddCanonical(wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc, Func: t}})
	return types.AddCanonical(wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompCont, Cont: wasm.HeapType(f)}})
}

// A restKey names a type of continuations: what is left of one of a type that
// has suspended with a tag of a type.
type restKey struct{ resumed, tag wasm.TypeID }

// restType returns the type of what is left of a continuation k that has
// suspended with a tag. It is looked up for each suspension, hence kept.
func (s *Store) restType(k *Continuation, tag *store.Tag) wasm.TypeID {
	key := restKey{k.id, tag.Record.Type}
	id, known := s.restTypes[key]
	if !known {
		if s.restTypes == nil {
			s.restTypes = map[restKey]wasm.TypeID{}
		}
		id = s.contType(wasm.FuncType{Params: tag.Type.Results, Results: k.Type().Results})
		s.restTypes[key] = id
	}
	return id
}

// NewContinuation makes a continuation that will call a function (cont.new).
// Nothing runs yet.
func (s *Store) NewContinuation(f *Func) (*Continuation, error) {
	defer runtime.KeepAlive(s)
	if s.store.Closed() {
		return nil, ErrClosed
	}
	if f.store != s {
		return nil, fmt.Errorf("weft: the function belongs to another store")
	}
	id := s.contType(f.typ)
	if s.store.Conts.WantsCollection() {
		s.store.Collect()
	}
	c := s.store.Conts.New(f.record, id)
	if c == nil {
		return nil, &Trap{Code: wasm.TrapTooManyContinuations}
	}
	return s.newContinuation(s.store.Conts.Ref(c), id), nil
}

// Type returns what the continuation takes when it is resumed, and returns when
// it ends.
func (k *Continuation) Type() wasm.FuncType {
	types := k.store.engine.types
	return types.Comp(wasm.TypeID(types.Comp(k.id).Cont)).Func
}

// A Handler is a clause of Resume and Throw; see [On] and [OnSwitch].
type Handler struct {
	tag      *Tag
	switches bool
}

// On handles suspensions with a tag: they come back as a [Suspension].
func On(t *Tag) Handler { return Handler{tag: t} }

// OnSwitch allows continuations to switch to each other with a tag.
func OnSwitch(t *Tag) Handler { return Handler{tag: t, switches: true} }

// A Suspension is what a continuation has suspended with.
type Suspension struct {
	Tag     *Tag
	Payload []Value
	// Continuation goes on from there, when it is resumed with the tag's results.
	Continuation *Continuation
}

// Resume lets a continuation run, with the values that it waits for or, if it has
// not begun, the arguments of its function. It returns either a suspension with
// one of the tags that are handled, or (with a nil Suspension) the results of the
// function. The errors are those of [Func.Call].
func (k *Continuation) Resume(ctx context.Context, args []Value, handlers ...Handler) (*Suspension, []Value, error) {
	t := k.Type()
	if len(args) != len(t.Params) {
		return nil, nil, fmt.Errorf("weft: %d values given, the continuation has type %s", len(args), t)
	}
	slots, done, err := k.store.pend(args, t.Params, "value")
	if err != nil {
		return nil, nil, err
	}
	defer done()
	return k.resume(ctx, &store.HostResume{Args: slots}, handlers)
}

// Throw lets a continuation go on with an exception, made by [Tag.Throw] or
// returned by a call, in the place where it is suspended (resume_throw). One that
// has not begun never does.
func (k *Continuation) Throw(ctx context.Context, e *Exception, handlers ...Handler) (*Suspension, []Value, error) {
	if !k.store.store.Closed() && !k.store.store.Owns(e.Tag) {
		return nil, nil, fmt.Errorf("weft: the exception belongs to another store")
	}
	return k.resume(ctx, &store.HostResume{Throw: e}, handlers)
}

func (k *Continuation) resume(ctx context.Context, r *store.HostResume, handlers []Handler) (*Suspension, []Value, error) {
	defer runtime.KeepAlive(k)
	s := k.store
	for _, h := range handlers {
		switch {
		case h.tag.store != s:
			return nil, nil, fmt.Errorf("weft: a handler's tag belongs to another store")
		case !h.switches:
			r.Handlers.Suspend = append(r.Handlers.Suspend, h.tag.tag.Record)
		case len(h.tag.tag.Type.Params) > 0:
			return nil, nil, fmt.Errorf("weft: a tag for switching has no parameters, this one has type %s", h.tag.Type())
		default:
			r.Handlers.Switch = append(r.Handlers.Switch, h.tag.tag.Record)
		}
	}
	results := k.Type().Results
	r.Ref, r.Results = k.ref, make([]uint64, wasm.SlotCount(results))
	suspended, err := s.store.Engine.Resume(ctx, s.store, r)
	if err != nil {
		return nil, nil, err
	}
	if suspended.Tag == nil {
		return nil, s.fromSlots(r.Results, results), nil
	}
	tag := s.store.Tag(suspended.Tag)
	return &Suspension{
		Tag:          &Tag{s, tag},
		Continuation: s.newContinuation(suspended.Ref, s.restType(k, tag)),
		Payload:      s.fromSlots(suspended.Payload, tag.Type.Params),
	}, nil, nil
}

// Bind fixes the first values that a continuation takes (cont.bind) and returns
// the continuation that takes the others.
func (k *Continuation) Bind(args ...Value) (*Continuation, error) {
	defer runtime.KeepAlive(k)
	t := k.Type()
	if len(args) > len(t.Params) {
		return nil, fmt.Errorf("weft: %d values given, the continuation has type %s", len(args), t)
	}
	slots, done, err := k.store.pend(args, t.Params[:len(args)], "value")
	if err != nil {
		return nil, err
	}
	defer done()
	id := k.store.contType(wasm.FuncType{Params: t.Params[len(args):], Results: t.Results})
	ref, err := k.store.store.Engine.Bind(k.store.store, k.ref, slots, id)
	if err != nil {
		return nil, err
	}
	return k.store.newContinuation(ref, id), nil
}

// Values returns an iterator over the payloads with which a continuation suspends
// with a tag that has no results: over what a generator yields. It ends when the
// continuation returns; an error is its last element. A loop that stops early
// drops the rest of the continuation.
func (k *Continuation) Values(ctx context.Context, yield *Tag) iter.Seq2[[]Value, error] {
	return func(next func([]Value, error) bool) {
		for at := k; ; {
			s, _, err := at.Resume(ctx, nil, On(yield))
			if err != nil {
				next(nil, err)
				return
			}
			if s == nil || !next(s.Payload, nil) {
				return
			}
			at = s.Continuation
		}
	}
}

// Suspend returns the error with which a host function suspends the guest that
// called it, instead of blocking: the call's results are what the continuation is
// resumed with, so the function's results must be those of the tag. The
// suspension goes to the handlers of the guest's resumes and of [Continuation.Resume].
func (t *Tag) Suspend(args ...Value) error {
	if len(args) != len(t.tag.Type.Params) {
		return fmt.Errorf("weft: %d values given, the tag has type %s", len(args), t.tag.Type)
	}
	slots, done, err := t.store.pend(args, t.tag.Type.Params, "value")
	if err != nil {
		return err
	}
	defer done()
	return &store.SuspendRequest{Tag: t.tag, Payload: append([]uint64(nil), slots...)}
}
