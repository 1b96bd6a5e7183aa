package weft

import (
	"fmt"

	"weft/internal/store"
	"weft/wasm"
)

// A Handler is a clause of Resume and Throw; see [On] and [OnSwitch].
type Handler struct {
	tag      *Tag
	switches bool
}

// On handles suspensions with a tag: they come back as a [Suspension].
func On(t *Tag) Handler { return Handler{tag: t} }

// OnSwitch allows continuations to switch to each other with a tag. Its results must
// be those of the continuation that is resumed: the one that ends need not be that.
func OnSwitch(t *Tag) Handler { return Handler{tag: t, switches: true} }

// Handlers are clauses that are made once and used for many resumes; see
// [Continuation.ResumeSlots]. They do not change, and any number of resumes may
// use them at the same time, also inside of each other.
type Handlers struct {
	store *Store
	tags  []*Tag // of the suspensions that are handled
	inner store.Handlers
	// switches are the types of the tags for switching.
	switches []wasm.FuncType
	slots    int  // of the longest payload, or answer to one
	refs     bool // in a payload, or answer
}

// NewHandlers makes handlers of clauses. It fails if a tag belongs to another
// store, or one for switching has parameters.
func (s *Store) NewHandlers(clauses ...Handler) (*Handlers, error) {
	if s == nil {
		return nil, errNoStore
	}
	if s.store.Closed() {
		return nil, ErrClosed
	}
	h := &Handlers{store: s}
	if err := h.add(clauses); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *Handlers) add(clauses []Handler) error {
	for _, c := range clauses {
		if c.tag == nil {
			return errNoTag
		}
		t := c.tag.tag.Type
		switch {
		case c.tag.store != h.store:
			return fmt.Errorf("weft: a handler's tag belongs to another store")
		case !c.switches:
			h.tags = append(h.tags, c.tag)
			h.inner.Suspend = append(h.inner.Suspend, c.tag.tag.Record)
			h.slots = max(h.slots, wasm.SlotCount(t.Params), wasm.SlotCount(t.Results))
			h.refs = h.refs || hasRefs(t.Params) || hasRefs(t.Results)
		case len(t.Params) > 0:
			return fmt.Errorf("weft: a tag for switching has no parameters, this one has type %s", t)
		default:
			h.inner.Switch = append(h.inner.Switch, c.tag.tag.Record)
			h.switches = append(h.switches, t)
		}
	}
	return nil
}

// check refuses a continuation that is not resumed with these handlers.
func (h *Handlers) check(k *Continuation) error {
	if h.store != k.store {
		return fmt.Errorf("weft: the handlers belong to another store")
	}
	types, results := h.store.engine.types, wasm.FuncType{Results: k.typ.typ.Results}
	for _, t := range h.switches {
		if !types.IsFuncSubtype(t, results) || !types.IsFuncSubtype(results, t) {
			return fmt.Errorf("weft: a tag for switching has type %s, the continuation %s: their results must be the same", t, k.typ.typ)
		}
	}
	return nil
}

// tag returns the tag of a suspension that has come back.
func (h *Handlers) tag(r *store.TagRecord) *Tag {
	for i, t := range h.inner.Suspend {
		if t == r {
			return h.tags[i]
		}
	}
	return nil
}
