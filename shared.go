package weft

import (
	"fmt"
	"runtime"
	"sync"

	"weft/internal/store"
	"weft/wasm"
)

// A SharedMemory is a linear memory that several stores have. That is how
// threads are made: each is a goroutine with a store, and instances, of its own,
// and what they have in common is the memory (threads proposal). It is safe for
// concurrent use.
//
//	shared := instance.Memory("memory").Shared() // or engine.NewSharedMemory
//	memory, err := shared.In(another)
//	linker.Define("env", "memory", memory)
//
// A shared memory lives as long as one of its stores is open, or a SharedMemory
// for it is reachable and not closed.
type SharedMemory struct {
	engine  *Engine
	memory  *store.SharedMemory
	cleanup runtime.Cleanup

	mu     sync.Mutex // held while a store gets the memory
	closed bool
}

// NewSharedMemory makes a shared memory that is in no store yet. Its type must
// have a maximum. The limit that stores have by default holds for it; for another,
// use [Store.NewMemory] and [Memory.Shared].
func (e *Engine) NewSharedMemory(t wasm.MemoryType) (*SharedMemory, error) {
	if e == nil {
		return nil, errNoEngine
	}
	t.Limits.Shared = true
	if err := checkMemoryType(t); err != nil {
		return nil, err
	}
	m, err := store.NewSharedMemory(t, store.DefaultLimits.MemoryBytes)
	if err != nil {
		return nil, err
	}
	return e.handle(m), nil
}

// handle returns a handle for a memory that has been held for it.
func (e *Engine) handle(m *store.SharedMemory) *SharedMemory {
	h := &SharedMemory{engine: e, memory: m}
	h.cleanup = runtime.AddCleanup(h, (*store.SharedMemory).Release, m)
	return h
}

// Close gives the memory back, unless stores have it: then it goes with the last of them. Without
// Close, that happens some time after the SharedMemory has become unreachable. Close may be called more than once.
func (m *SharedMemory) Close() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		m.cleanup.Stop()
		m.memory.Release()
	}
}

// Type returns the type of the memory.
func (m *SharedMemory) Type() wasm.MemoryType {
	if m == nil {
		return wasm.MemoryType{}
	}
	return m.memory.Type
}

// Size returns the size in bytes.
func (m *SharedMemory) Size() uint64 {
	defer runtime.KeepAlive(m)
	if m == nil {
		return 0
	}
	return m.memory.Len()
}

// In returns the memory as one of a store, for its instances to import. The error is [ErrClosed], too, if the
// SharedMemory is closed.
func (m *SharedMemory) In(s *Store) (*Memory, error) {
	switch {
	case m == nil:
		return nil, errNoMemory
	case s == nil:
		return nil, errNoStore
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	if s.engine != m.engine {
		return nil, fmt.Errorf("weft: the shared memory belongs to another engine")
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	memory, err := s.store.Attach(m.memory)
	if err != nil {
		return nil, err
	}
	return &Memory{store: s, memory: memory}, nil
}

// Shared returns what the stores that have the memory share; nil if it is not of
// a shared type, or its store is closed.
func (m *Memory) Shared() *SharedMemory {
	if m == nil || m.memory.Shared == nil || !m.store.hold() {
		return nil
	}
	defer m.store.drop()
	m.memory.Shared.Hold()
	return m.store.engine.handle(m.memory.Shared)
}
