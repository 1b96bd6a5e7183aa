package wasm

// Shared-everything threads (phase 1) are not supported. They are known here as far as it
// takes to say so of a module that has them.

// NoSharedEverything says of what belongs to shared-everything threads why it is refused.
const NoSharedEverything = "this belongs to the proposal shared-everything-threads, which is not supported"

// SharedForm is the byte before a heap type or a composite type that makes it a shared one.
const SharedForm = 0x65

// isSharedEverything reports whether the proposal has an instruction with a code.
func isSharedEverything(prefix uint8, code uint32) bool {
	const (
		firstAtomic, lastAtomic = 0x4F, 0x71 // global.atomic.get to array.atomic.rmw.cmpxchg, after 0xFE
		i31Shared               = 0x1F       // ref.i31_shared, after 0xFB
	)
	return prefix == 0xFE && firstAtomic <= code && code <= lastAtomic || prefix == 0xFB && code == i31Shared
}
