package native

import (
	"sync"

	"weft/internal/codegen"
	"weft/internal/ssa"
)

// An adapterSet has the adapters of a process. What an adapter does depends on nothing but how values are passed:
// so all engines share them, and all types whose values are passed alike. An adapter goes with the last use of it, by a
// type in an engine. There is no other limit than memory: where a space is used up, there is another one.
type adapterSet struct {
	mu     sync.Mutex
	known  map[string]*adapter // by key
	spaces []*codeSpace
}

// An adapter is code between slots and the places of the calling convention.
type adapter struct {
	key   string
	space *codeSpace
	piece span
	parts []uintptr // where each of them begins
	uses  int
}

// adapterGrain is of what adapters take whole numbers. Most have 100 to 300 bytes.
const adapterGrain = 64

func newAdapterSet(space *codeSpace) *adapterSet {
	return &adapterSet{known: map[string]*adapter{}, spaces: []*codeSpace{space}}
}

// partEmitter emits a part of the adapter for a signature.
type partEmitter func(*border, *ssa.Signature)

// use returns the adapter for a signature. Its parts are what emits emit. Whoever has it gives it back to
// unuse.
func (s *adapterSet) use(sig *ssa.Signature, emits ...partEmitter) (*adapter, error) {
	key := adapterKey(sig)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.known[key]
	if a == nil {
		var err error
		if a, err = s.assemble(sig, emits); err != nil {
			return nil, err
		}
		a.key = key
		s.known[key] = a
	}
	a.uses++
	return a, nil
}

// unuse ends a use of an adapter.
func (s *adapterSet) unuse(a *adapter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.uses--; a.uses == 0 {
		delete(s.known, a.key)
		a.space.release(a.piece)
	}
}

// adapterKey returns by what an adapter is known.
func adapterKey(sig *ssa.Signature) string {
	var key []byte
	for _, t := range sig.Params {
		key = append(key, byte(t))
	}
	key = append(key, 0xff)
	for _, t := range sig.Results {
		key = append(key, byte(t))
	}
	return string(key)
}

func (s *adapterSet) assemble(sig *ssa.Signature, emits []partEmitter) (*adapter, error) {
	code := newBorder(processor)
	labels := make([]codegen.Label, len(emits))
	for i, emit := range emits {
		code.Align(16)
		labels[i] = code.NewLabel()
		code.Bind(labels[i])
		emit(code, sig)
	}
	a, err := s.place(code.Finish())
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		a.parts = append(a.parts, a.piece.start+uintptr(code.Offset(l)))
	}
	return a, nil
}

// place puts code where there is space.
func (s *adapterSet) place(code []byte) (*adapter, error) {
	for _, space := range s.spaces {
		if piece, err := space.place(code); err == nil {
			return &adapter{space: space, piece: piece}, nil
		}
	}
	memory, err := newCodeMemory(adapterSize)
	if err != nil {
		return nil, err
	}
	space := newCodeSpace(memory, span{memory.start, memory.size}, adapterGrain)
	piece, err := space.place(code)
	if err != nil {
		memory.release()
		return nil, err
	}
	s.spaces = append(s.spaces, space)
	return &adapter{space: space, piece: piece}, nil
}
