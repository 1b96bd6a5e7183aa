package ssa

// arenaChunk is the number of elements of an arena's chunks.
const arenaChunk = 1024

// An Arena hands out elements, and takes them back all at once. The elements that
// Cut returns are those of earlier uses: they are not cleared.
type Arena[T any] struct {
	chunks [][]T
	// chunk and used say where the next elements are.
	chunk, used int
	total       int
}

// Cut returns n neighbouring elements.
func (a *Arena[T]) Cut(n int) []T {
	a.total += n
	for {
		if a.chunk == len(a.chunks) {
			a.chunks = append(a.chunks, make([]T, max(n, arenaChunk)))
		}
		if c := a.chunks[a.chunk]; a.used+n <= len(c) {
			s := c[a.used : a.used+n : a.used+n]
			a.used += n
			return s
		}
		a.chunk, a.used = a.chunk+1, 0
	}
}

// Copy returns a copy of a list.
func (a *Arena[T]) Copy(list []T) []T { return append(a.Cut(len(list))[:0], list...) }

// Return takes the last element back, unless it was the last one of a chunk that is full. It reports whether it has.
func (a *Arena[T]) Return() bool {
	if a.used == 0 {
		return false
	}
	a.used--
	a.total--
	return true
}

// Total returns how many elements have been handed out.
func (a *Arena[T]) Total() int { return a.total }

// arenaKeep bounds the chunks that stay for the next use.
const arenaKeep = 256

// Reset takes all elements back.
func (a *Arena[T]) Reset() {
	if len(a.chunks) > arenaKeep {
		a.chunks = append([][]T(nil), a.chunks[:arenaKeep]...)
	}
	a.chunk, a.used, a.total = 0, 0, 0
}
