package interp

import (
	"weft/internal/store"
	"weft/wasm"
)

// A barrier is a block of the 2023 dialect that no suspension may leave. Entering
// and leaving it costs nothing: functions have a table of the ranges that their
// barriers enclose, and a suspension looks at the frames that it would capture,
// once a function with a barrier has run in the store.

// meetsBarrier returns the trap if a suspension to the prompt, or one that nothing
// handles, meets a barrier first.
func (m *machine) meetsBarrier(p prompt, handled bool) wasm.TrapCode {
	w, inGuest := m.walk()
	for inGuest && (!handled || w.cont != p.parent) {
		code := code(m.store, w.fn)
		at := code.index(uintptr(w.ip))
		for _, b := range code.barriers {
			if at >= b.start && at < b.end && !code.tailCalls(at) {
				return wasm.TrapBarrier
			}
		}
		if m.store.Ended() { // many frames with many barriers each can take a while
			return store.Interrupted
		}
		inGuest = w.Next()
	}
	return wasm.TrapNone
}
