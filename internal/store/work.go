package store

import (
	"context"
	"math"
	"unsafe"
	"weak"

	"weft/internal/pages"
	"weft/wasm"
)

// One instruction of a guest can make Go work for seconds: it copies gigabytes, fills a table, or lets the
// heap be collected. Meanwhile Go can neither stop the goroutine, which every other goroutine waits
// for when Go's collector wants the world to stand still, nor would the end of the call's context end
// anything. So all such work is done in pieces, with a look between each two (Ended), and given up
// when the context has ended: then the trap code is Interrupted, and the call ends with an
// [Interrupt]. What was done until then stays done, as with a loop of the guest's.

// pieceBytes is how much memory is copied or filled without a look: some microseconds, or hundreds where pages are
// new, beside which a look is nothing.
const pieceBytes = 64 << 10

// lookInterval is after how many steps of other work, which take up to some hundred nanoseconds each, there is a
// look.
const lookInterval = 4096

// Interrupted stands in the place of a trap code for work that was given up. No guest sees it.
const Interrupted wasm.TrapCode = math.MaxUint8

// Ended reports whether work is to be given up, because the context has ended of the instantiation or call that the
// store works for. It is a call of its own, since the beginning of a function is where Go stops a goroutine.
//
//go:noinline
func (s *Store) Ended() bool {
	ctx := s.Context()
	return ctx != nil && ctx.Err() != nil
}

// An ender tells whether work is to be given up.
type ender interface{ Ended() bool }

// A home is the store of something that Go's collector may have to find while the store is dead (see owned): a
// reference to the store itself would keep it alive.
type home struct{ weak.Pointer[Store] }

func homeOf(s *Store) home { return home{weak.Make(s)} }

// Ended is that of the store.
func (h home) Ended() bool {
	s := h.Value()
	return s != nil && s.Ended()
}

// Context returns that of the innermost instantiation or call; nil if there is none.
func (s *Store) Context() context.Context {
	if s.instantiating != nil {
		return s.instantiating
	}
	if n := len(s.Active); n > 0 {
		return s.Active[n-1].Context()
	}
	return nil
}

// Look returns an Interrupt if the context has ended, at some of the steps i of work whose steps may fill a piece each.
func (s *Store) Look(i int) error {
	if i%16 == 0 && s.Ended() {
		return s.TrapError(Interrupted, "", StackTrace{})
	}
	return nil
}

// NoRoom returns the trap for work that has found no memory: Interrupted if it was given up.
func (s *Store) NoRoom() wasm.TrapCode {
	if s.Ended() {
		return Interrupted
	}
	return wasm.TrapOutOfMemory
}

// Grown returns the result of an instruction that makes a memory or a table larger, from those of Grow: -1
// says that it cannot.
func (s *Store) Grown(old uint64, ok bool) (uint64, wasm.TrapCode) {
	switch {
	case ok:
		return old, wasm.TrapNone
	case s.Ended():
		return 0, Interrupted
	}
	return math.MaxUint64, wasm.TrapNone
}

// TrapError returns the error for a trap: an Interrupt if the code is Interrupted.
func (s *Store) TrapError(code wasm.TrapCode, detail string, stack StackTrace) error {
	if code == Interrupted {
		return &Interrupt{Cause: context.Cause(s.Context()), Stack: stack}
	}
	return &Trap{Code: code, Detail: detail, Stack: stack}
}

// A stretch is how much memory is populated at once: that of a large page.
const stretchBytes = 2 << 20

// pieceOf returns how many values of a type are a piece.
func pieceOf[T any]() int { return valuesIn[T](pieceBytes) }

func valuesIn[T any](n int) int {
	var zero T
	return n / int(unsafe.Sizeof(zero))
}

// inPieces has values written, in parts of at most a piece.
func inPieces[T any](s ender, values []T, write func(from, to int)) wasm.TrapCode {
	piece, stretch := pieceOf[T](), valuesIn[T](stretchBytes)
	for from := 0; from < len(values); from += piece {
		if from%stretch == 0 && len(values)-from >= stretch {
			pages.PopulateValues(values[from:][:stretch])
		}
		write(from, min(from+piece, len(values)))
		if s.Ended() {
			return Interrupted
		}
	}
	return wasm.TrapNone
}

// move copies values, which may overlap. Both slices have the same length.
func move[T any](s ender, to, from []T) wasm.TrapCode {
	if len(from)*int(unsafe.Sizeof(from[0])) > pieceBytes {
		return movePieces(s, to, from)
	}
	copy(to, from)
	return wasm.TrapNone
}

// movePieces begins at the end if the values move upwards onto themselves.
func movePieces[T any](s ender, to, from []T) wasm.TrapCode {
	upwards := uintptr(unsafe.Pointer(&to[0])) - uintptr(unsafe.Pointer(&from[0]))
	if upwards >= uintptr(unsafe.Pointer(&from[len(from)-1]))-uintptr(unsafe.Pointer(&from[0])) {
		return inPieces(s, to, func(first, end int) { copy(to[first:end], from[first:end]) })
	}
	piece := pieceOf[T]()
	for end := len(from); end > 0; end -= piece {
		start := max(end-piece, 0)
		copy(to[start:end], from[start:end])
		if s.Ended() {
			return Interrupted
		}
	}
	return wasm.TrapNone
}

// zero makes bytes zero.
func zero(s ender, b []byte) wasm.TrapCode {
	if len(b) <= pieceBytes {
		clear(b)
		return wasm.TrapNone
	}
	return inPieces(s, b, func(from, to int) { clear(b[from:to]) })
}

// repeat fills bytes with what the first of them are, by copying as many as there are already, but no
// more than a piece. Their number divides that of a piece.
func repeat(s ender, b []byte, first int) wasm.TrapCode {
	done := first
	for done < min(len(b), pieceBytes) {
		done += copy(b[done:min(len(b), pieceBytes)], b[:done])
	}
	rest := b[done:]
	return inPieces(s, rest, func(from, to int) { copy(rest[from:to], b) })
}

// fillSlots sets all slots to a value.
func fillSlots(s ender, slots []uint64, value uint64) wasm.TrapCode {
	return inPieces(s, slots, func(from, to int) {
		for i := range slots[from:to] {
			slots[from+i] = value
		}
	})
}
