package store

import (
	"math"
	"slices"
	"sync"

	"weft/wasm"
)

// HeldTypes are types that somebody has beside those of modules: those of what the host has made, and of continuations
// that have run in part. It is safe for concurrent use.
type HeldTypes struct {
	mu    sync.Mutex
	set   *wasm.TypeSet
	limit int
	ids   []wasm.TypeID // in order
	ended bool
}

// NewHeldTypes returns an empty list of types in a set, of at most limit.
func NewHeldTypes(set *wasm.TypeSet, limit int) *HeldTypes { return &HeldTypes{set: set, limit: limit} }

// Hold returns the identity of a type in which indices are identities. From then on it has that; false if there is
// no room for it in the list.
func (h *HeldTypes) Hold(t wasm.SubType) (wasm.TypeID, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return 0, false
	}
	id := h.set.AddCanonical(t)
	i, found := slices.BinarySearch(h.ids, id)
	if found || len(h.ids) >= h.limit {
		h.set.Release(id)
		return id, found
	}
	h.ids = slices.Insert(h.ids, i, id)
	return id, true
}

// HoldID does the same for a type whose identity is known; false if no type has it.
func (h *HeldTypes) HoldID(id wasm.TypeID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, found := slices.BinarySearch(h.ids, id)
	if found {
		return true
	}
	if h.ended || len(h.ids) >= h.limit || !h.set.Retain(id) {
		return false
	}
	h.ids = slices.Insert(h.ids, i, id)
	return true
}

// release ends holding, for ever.
func (h *HeldTypes) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	h.set.Release(h.ids...)
	h.ids = nil
}

// HoldType returns the identity of a type in which indices are identities; it has that until the store is closed.
// It is 0, which no type has, if that is so already.
func (s *Store) HoldType(t wasm.SubType) wasm.TypeID {
	id, _ := s.held.Hold(t)
	return id
}

// HoldTypeID makes an identity that of its type until the store is closed; false if no type has it.
func (s *Store) HoldTypeID(id wasm.TypeID) bool { return s.held.HoldID(id) }

// noLimit is that of a store's types, of which there are as many as it has use for.
const noLimit = math.MaxInt
