package weft

import (
	"context"
	"fmt"
	"iter"
)

// slots returns how many slots a resume takes.
func (t *contType) slots(h *Handlers) int {
	n := max(t.params, t.results)
	if h != nil {
		n = max(n, h.slots)
	}
	return n
}

// ResumeSlots resumes a continuation like [Continuation.Resume], but allocates
// nothing: handlers (nil for none) are made once, values are slots (see
// [HostFunc]), and what is left of the computation is left in k.
//
// Slots hold the values that the continuation waits for. If it suspends, the
// result is the tag, the slots begin with the payload, and k has the type of what is
// left, which is resumed next. If the function returns, the result is nil, the slots
// begin with its results, and k is used up, as it is after an error of the guest.
// [Continuation.Slots] tells how many slots are enough, from now to the end.
//
// References cannot be passed as slots, because the collector would not see them:
// the error says so, and nothing has run.
func (k *Continuation) ResumeSlots(ctx context.Context, handlers *Handlers, slots []uint64) (*Tag, error) {
	return k.resumeSlots(ctx, handlers, nil, slots)
}

// ThrowSlots is to [Continuation.Throw] what ResumeSlots is to Resume.
func (k *Continuation) ThrowSlots(ctx context.Context, e *Exception, handlers *Handlers, slots []uint64) (*Tag, error) {
	if e == nil {
		if k != nil {
			return nil, k.store.refuse(errNoException)
		}
		return nil, errNoException
	}
	return k.resumeSlots(ctx, handlers, e, slots)
}

// Slots returns how many slots ResumeSlots needs for k with some handlers: the
// length of the longest among arguments, results, payloads and answers to them.
func (k *Continuation) Slots(handlers *Handlers) int {
	if k == nil {
		return 0
	}
	return k.typ.slots(handlers)
}

func (k *Continuation) resumeSlots(ctx context.Context, h *Handlers, thrown *Exception, slots []uint64) (*Tag, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	if err := k.begin(); err != nil {
		return nil, err
	}
	var err error
	if n := k.typ.slots(h); len(slots) < n {
		err = fmt.Errorf("weft: %d slots given, %d needed", len(slots), n)
	} else if k.typ.refs || h != nil && h.refs {
		err = fmt.Errorf("weft: references cannot be passed as slots, and the continuation has type %s", k.typ.typ)
	}
	if err != nil {
		k.end()
		return nil, k.store.refuse(err)
	}
	return k.runSwitching(ctx, h, thrown, slots)
}

// Values returns an iterator over the payloads with which a continuation suspends
// with a tag that has no results: over what a generator yields. It ends when the
// continuation returns; an error is its last element. After a loop that stops early
// k is what is left, and another loop goes on.
func (k *Continuation) Values(ctx context.Context, yield *Tag) iter.Seq2[[]Value, error] {
	return func(next func([]Value, error) bool) {
		if k == nil {
			next(nil, errNoContinuation)
			return
		}
		if ctx == nil {
			next(nil, errNoContext)
			return
		}
		h, err := k.store.NewHandlers(On(yield))
		if err == nil && len(yield.tag.Type.Results) > 0 {
			err = fmt.Errorf("weft: a generator takes no values, the tag has type %s", yield.tag.Type)
		}
		if err != nil {
			next(nil, err)
			return
		}
		var slots []uint64
		for more := true; more; {
			var payload []Value
			if payload, slots, more, err = k.value(ctx, h, slots); more || err != nil {
				more = next(payload, err) && more
			}
		}
	}
}

// value returns the next value of a generator, and whether there is one. It uses the
// slots of the value before.
func (k *Continuation) value(ctx context.Context, h *Handlers, slots []uint64) ([]Value, []uint64, bool, error) {
	if err := k.begin(); err != nil {
		return nil, nil, false, err
	}
	defer k.end()
	t := k.typ
	if len(t.typ.Params) > 0 {
		return nil, nil, false, fmt.Errorf("weft: a generator takes no values, the continuation has type %s", t.typ)
	}
	if n := t.slots(h); len(slots) < n {
		slots = make([]uint64, n)
	}
	if t.refs || h.refs {
		defer k.store.store.Pin(slots)()
	}
	tag, err := k.run(ctx, h, nil, slots, k)
	if tag == nil {
		return nil, nil, false, err
	}
	payload, err := k.store.received(slots, tag.tag.Type.Params, h.refs)
	return payload, slots, err == nil, err
}
