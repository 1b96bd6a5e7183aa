package ssa

// arenaChunk is the number of elements of an arena's chunks.
const arenaChunk = 1024

// An arena hands out elements, and takes them back all at once. The elements that
// cut returns are those of earlier uses: they are not cleared.
type arena[T any] struct {
	chunks [][]T
	// chunk and used say where the next elements are.
	chunk, used int
}

// cut returns n neighbouring elements.
func (a *arena[T]) cut(n int) []T {
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

// arenaKeep bounds the chunks that stay for the next use.
const arenaKeep = 256

func (a *arena[T]) reset() {
	if len(a.chunks) > arenaKeep {
		a.chunks = append([][]T(nil), a.chunks[:arenaKeep]...)
	}
	a.chunk, a.used = 0, 0
}
