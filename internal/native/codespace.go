package native

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"weft/internal/store"
)

// A codeSpace is a range of reserved addresses from which pieces for code are cut.
type codeSpace struct {
	memory *codeMemory
	grain  uintptr // of which pieces have a whole number, a divisor of codePage; that, unless the memory appends
	mu     sync.Mutex
	free   []span // sorted, apart from each other
}

// newCodeSpace makes a part of the memory a space.
func newCodeSpace(memory *codeMemory, part span, grain uintptr) *codeSpace {
	if !memory.appends() {
		grain = codePage
	}
	return &codeSpace{memory: memory, grain: grain, free: []span{part}}
}

// A span is a range of addresses.
type span struct{ start, size uintptr }

func (s span) end() uintptr { return s.start + s.size }

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
	piece, ok := s.take((size + s.grain - 1) &^ (s.grain - 1))
	if !ok {
		return span{}, &store.CodeError{Msg: fmt.Sprintf("the process has no space for %d bytes of machine code more", size)}
	}
	return piece, nil
}

// release gives back a piece that nobody executes any more, and the memory of those of its pages that are free now.
func (s *codeSpace) release(piece span) {
	if piece.size == 0 {
		return
	}
	if codeIsCopied {
		s.memory.mapAgain(piece)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	free := s.put(piece)
	start := max(piece.start&^(codePage-1), (free.start+codePage-1)&^(codePage-1))
	end := min((piece.end()+codePage-1)&^(codePage-1), free.end()&^(codePage-1))
	if start < end {
		// It cannot fail for memory that is mapped; if it does, the next piece here writes over what is there.
		_ = s.memory.discard(span{start, end - start})
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

// put makes a span free, joined with its neighbours, and returns what it is part of then.
func (s *codeSpace) put(piece span) span {
	byStart := func(f span, start uintptr) int { return cmp.Compare(f.start, start) }
	i, _ := slices.BinarySearchFunc(s.free, piece.start, byStart)
	s.free = slices.Insert(s.free, i, piece)
	if i+1 < len(s.free) && s.free[i].end() == s.free[i+1].start {
		s.free[i].size += s.free[i+1].size
		s.free = slices.Delete(s.free, i+1, i+2)
	}
	if i > 0 && s.free[i-1].end() == s.free[i].start {
		s.free[i-1].size += s.free[i].size
		s.free = slices.Delete(s.free, i, i+1)
		i--
	}
	return s.free[i]
}
