//go:build linux && amd64

package native

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"weft/internal/store"
)

// codePage is the granularity of the memory for code.
const codePage = 4096

// A codeSpace is a range of reserved addresses from which pieces for code are cut.
type codeSpace struct {
	memory *codeMemory
	mu     sync.Mutex
	free   []span // sorted, apart from each other
}

// A span is a range of addresses, in whole pages.
type span struct{ start, size uintptr }

func (s span) bytes() []byte { return unsafe.Slice((*byte)(store.Pointer(s.start)), s.size) }

// place copies code to executable memory. It may run at any address.
func (s *codeSpace) place(code []byte) (span, error) {
	piece, err := s.reserve(uintptr(len(code)))
	if err != nil {
		return span{}, err
	}
	if err := s.memory.write(piece.start, code); err != nil {
		s.release(piece)
		return span{}, err
	}
	return piece, nil
}

// reserve cuts a piece of at least size bytes, which takes no memory before it is written.
func (s *codeSpace) reserve(size uintptr) (span, error) {
	piece, ok := s.take((size + codePage - 1) &^ (codePage - 1))
	if !ok {
		return span{}, &store.CodeError{Msg: fmt.Sprintf("the process has no space for %d bytes of machine code more", size)}
	}
	return piece, nil
}

// release gives back a piece that nobody executes any more.
func (s *codeSpace) release(piece span) {
	// It cannot fail for memory that is mapped; if it does, the piece stays unused.
	if piece.size > 0 && s.memory.discard(piece) == nil {
		s.put(piece)
	}
}

// take cuts the first span that is large enough.
func (s *codeSpace) take(size uintptr) (span, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.free {
		f := &s.free[i]
		if f.size < size {
			continue
		}
		piece := span{f.start, size}
		f.start += size
		f.size -= size
		if f.size == 0 {
			s.free = slices.Delete(s.free, i, i+1)
		}
		return piece, true
	}
	return span{}, false
}

// put makes a span free, joined with its neighbours.
func (s *codeSpace) put(piece span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, _ := slices.BinarySearchFunc(s.free, piece.start, func(f span, start uintptr) int {
		if f.start < start {
			return -1
		}
		return 1
	})
	s.free = slices.Insert(s.free, i, piece)
	if i+1 < len(s.free) && s.free[i].start+s.free[i].size == s.free[i+1].start {
		s.free[i].size += s.free[i+1].size
		s.free = slices.Delete(s.free, i+1, i+2)
	}
	if i > 0 && s.free[i-1].start+s.free[i-1].size == s.free[i].start {
		s.free[i-1].size += s.free[i].size
		s.free = slices.Delete(s.free, i, i+1)
	}
}
