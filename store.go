package weft

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"weft/internal/store"
	"weft/wasm"
)

// A Store owns instances and everything they make. It is used by one goroutine at
// a time, and host functions may use it again: they may call guests, make objects,
// or let another goroutine do so and wait for it. Any other use while a call is
// under way is refused with [ErrConcurrentUse] and does nothing: that holds for
// calls, instantiation, resuming, growing, collecting, and for making objects. A
// host function that returns while another goroutine still uses the store waits for
// that to end.
//
// Reading and writing (Memory.Read, Memory.Bytes, Table.Get, Global.Get, ...) is not
// checked: a program that does it while another goroutine is in a call has a data
// race.
type Store struct {
	engine    *Engine
	store     *store.Store
	contTypes contTypes
	tagsMu    sync.Mutex // other goroutines may look exports up
	tags      map[*store.Tag]*Tag
	// room is how many slots ResumeSlots has been given, for results of whichever continuation ends.
	room int
}

// Engine returns the engine of which this is a store.
func (s *Store) Engine() *Engine {
	if s == nil {
		return nil
	}
	return s.engine
}

// Close releases the memory of everything in the store: at once, or at the end of
// the calls that are under way. Later uses of the store and its objects do nothing,
// or return [ErrClosed]; so does a call under way, when the host function that has
// closed the store returns.
func (s *Store) Close() {
	if s == nil {
		return
	}
	s.store.Close()
	runtime.KeepAlive(s)
}

// Err returns [ErrClosed] once the store is closed, an error if there is none, and nil as long as it can be used.
func (s *Store) Err() error {
	switch {
	case s == nil:
		return errNoStore
	case s.store.Closed():
		return ErrClosed
	}
	return nil
}

// enter begins a use of the store that is not a call; leave ends it.
func (s *Store) enter() error {
	if s == nil {
		return errNoStore
	}
	_, err := s.store.Enter()
	return err
}

func (s *Store) leave() { s.store.Leave() }

// hold keeps what there is from being released while it is read; false once the store is closed. Who holds it drops it,
// and so keeps it reachable until then.
func (s *Store) hold() bool { return s.store.Hold() }

func (s *Store) drop() {
	s.store.Drop()
	runtime.KeepAlive(s)
}

// SetFuel bounds the calls and branches backwards that guests may make from now on: each takes a unit, and when none is
// left they trap with [wasm.TrapFuelExhausted]. So the end of a guest does not depend on the machine, as it does with
// a context, which costs nothing. [Store.Fuel] returns what is left, and [Store.AddFuel] adds to it, also while a
// host function runs.
//
// Let machine code count ([NativeOptions]): where it does not, functions are interpreted as long as fuel is bounded.
// Then set fuel before anything runs: continuations that such code has begun cannot go on, and trap as at a barrier.
func (s *Store) SetFuel(n uint64) {
	if s != nil {
		s.store.SetFuel(n)
	}
}

// AddFuel adds to what is left of the fuel, which it bounds if nobody has yet. There is never more than 1<<63 - 1.
func (s *Store) AddFuel(n uint64) {
	if s == nil {
		return
	}
	left, _ := s.Fuel()
	if s.store.FuelIsOut() {
		left = 0
	}
	s.store.SetFuel(left + min(n, 1<<63-1))
}

// Collect frees the objects and continuations that cannot be reached any more.
// It happens by itself when memory is needed. A host function may call it; then the error is
// an [*Interrupt] if the context of the call has ended.
func (s *Store) Collect() error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if trap := s.store.Collect(); trap != wasm.TrapNone {
		return s.trap(trap)
	}
	return nil
}

// Stats says what a store holds.
type Stats struct {
	// HeapBytes are the bytes of the objects that the last collection found alive, and HostBytes those among them that
	// references to Go values count.
	HeapBytes, HostBytes uint64
	// Continuations are those that have not ended and were not collected.
	Continuations int
	// StackBytes are the bytes of their stacks, and of stacks that are kept for the next ones.
	StackBytes uint64
	// Collections is how often the store has collected.
	Collections int
	// MemoryBytes, TableElements and InstanceBytes are what counts for the limits of these names.
	MemoryBytes, TableElements, InstanceBytes uint64
	// Instances, Memories and Tables are how many there are.
	Instances, Memories, Tables int
	// CodeBytes are the bytes of what executors have made of the modules of the instances until now, machine code for
	// the most part. Stores share the code of a module.
	CodeBytes uint64
}

// Stats returns what the store holds. It is for whoever uses the store: what it says while another goroutine does so
// means nothing.
func (s *Store) Stats() Stats {
	if s == nil || !s.hold() {
		return Stats{}
	}
	defer s.drop()
	stats := Stats{HeapBytes: s.store.HeapLive(), HostBytes: s.store.HostLive(),
		Continuations: s.store.Conts.Live(), StackBytes: s.store.Conts.StackBytes(),
		Collections: s.store.Collections}
	stats.MemoryBytes, stats.TableElements, stats.InstanceBytes = s.store.Usage()
	counts := s.store.Counts()
	stats.Instances, stats.Memories, stats.Tables, stats.CodeBytes = counts.Instances, counts.Memories, counts.Tables, counts.CodeBytes
	return stats
}

// SetCollectAlways makes every allocation of an object or a continuation, and every use of the store by Go code,
// collect first, which finds references that the collector does not know. It is meant for tests.
func (s *Store) SetCollectAlways(always bool) {
	if s.enter() != nil {
		return
	}
	defer s.leave()
	s.store.SetCollectAlways(always)
}

// Caller returns, to a host function, the instance whose code called it; nil if Go
// did. So a host function gets at the memory of whoever calls it:
//
//	data, ok := store.Caller().Memory("memory").View(address, length)
//
// It does not allocate, but for the first call of an instance.
func (s *Store) Caller() *Instance {
	if s == nil {
		return nil
	}
	r := s.store.Caller()
	if r == nil {
		return nil
	}
	in := s.store.Instance(r)
	caller, known := in.API.(*Instance)
	if !known {
		caller = &Instance{store: s, instance: in}
		in.API = caller
	}
	return caller
}

// Instantiate makes an instance of a module, given a value for each of its
// imports in order. Most callers use a [Linker]. If the context ends meanwhile, the error is an
// [*Interrupt]; what was made until then stays in the store, and counts, until that is closed.
func (s *Store) Instantiate(ctx context.Context, m *Module, imports []Extern) (*Instance, error) {
	defer runtime.KeepAlive(s)
	if err := missing(ctx, s); err != nil {
		return nil, err
	}
	if err := m.checkEngine(s.engine); err != nil {
		return nil, err
	}
	values := make([]store.Extern, len(imports))
	for i, im := range imports {
		if im == nil || im.owner() == nil {
			continue // reported by name
		}
		if im.owner() != s {
			return nil, fmt.Errorf("weft: import %d belongs to another store", i)
		}
		values[i] = im.inner()
	}
	in, err := s.store.Instantiate(ctx, m.module, values)
	if err != nil {
		err = s.fromError(err)
	}
	if in == nil {
		return nil, err
	}
	return &Instance{store: s, instance: in}, err
}

// typeID returns the identity of a function type, which that has at least until the store is closed. Types that refer
// to those of modules do not stay with the engine, since the modules' would.
func (s *Store) typeID(t wasm.FuncType) wasm.TypeID {
	sub := wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc, Func: t}}
	if !slices.ContainsFunc(t.Params, isConcrete) && !slices.ContainsFunc(t.Results, isConcrete) {
		if id, ok := s.engine.hostTypes.Hold(sub); ok {
			return id
		}
	}
	return s.store.HoldType(sub)
}

// isConcrete reports whether a type refers to a defined type.
func isConcrete(t wasm.ValType) bool { return t.IsRef() && t.Heap.IsIndex() }

// holdTypes refuses what is no type of a value. Identities in the others are those of their types until the store is
// closed.
func (s *Store) holdTypes(types ...wasm.ValType) error {
	for _, t := range types {
		switch t.Kind {
		case wasm.KindI32, wasm.KindI64, wasm.KindF32, wasm.KindF64, wasm.KindV128:
			continue
		case wasm.KindRef:
			if t.Heap.IsAbstract() && !t.Exact || t.Heap.IsIndex() && s.store.HoldTypeID(wasm.TypeID(t.Heap)) {
				continue
			}
			if t.Heap.IsIndex() {
				return fmt.Errorf("weft: type %s refers to a type that the engine does not have: "+
					"Module.Imports and Module.Exports name those of a module while it lives", t)
			}
		}
		return fmt.Errorf("weft: %s is no type of a value", t)
	}
	return nil
}

// A HostFunc implements a function. Slots hold the arguments, and take the
// results; its length is the larger of both. A slot is 64 bits: integers are
// zero-extended, floats their bits, a v128 takes two (low half first). The error
// may be an [*Exception], which the guest can catch; any other ends the call into
// the guest.
//
// The context is that of the call into the guest. [Store.Caller] says which instance
// calls.
type HostFunc func(ctx context.Context, slots []uint64) error

// NewFunc makes a function that the host implements. The name is for people. It
// satisfies each import whose parameters it takes and whose results it gives, also
// if the import's type is open, extends another one or lies in a group. Concrete
// types are those of [Module.Imports]; the error says if the engine does not have one.
func (s *Store) NewFunc(name string, t wasm.FuncType, f HostFunc) (*Func, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if f == nil {
		return nil, errNoHostFunc
	}
	if err := s.holdTypes(slices.Concat(t.Params, t.Results)...); err != nil {
		return nil, err
	}
	if s.engine.config.listener != nil {
		f = s.listened(name, t, f)
	}
	h, err := s.store.NewHostFunc(s.typeID(t), name, f)
	if err != nil {
		return nil, err
	}
	return s.newFunc(h.Record), nil
}

// NewMemory makes a memory.
func (s *Store) NewMemory(t wasm.MemoryType) (*Memory, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := checkMemoryType(t); err != nil {
		return nil, err
	}
	m, err := s.store.NewMemory(t)
	if err != nil {
		return nil, err
	}
	return &Memory{store: s, memory: m}, nil
}

// NewTable makes a table filled with null. Concrete types are as for [Store.NewFunc].
func (s *Store) NewTable(t wasm.TableType) (*Table, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := s.holdTypes(t.Elem); err != nil {
		return nil, err
	}
	if err := checkTableType(t); err != nil {
		return nil, err
	}
	table, err := s.store.NewTable(t, 0)
	if err != nil {
		return nil, err
	}
	return &Table{store: s, table: table}, nil
}

// NewGlobal makes a global. Concrete types are as for [Store.NewFunc].
func (s *Store) NewGlobal(t wasm.GlobalType, v Value) (*Global, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := s.holdTypes(t.Type); err != nil {
		return nil, err
	}
	slots, err := s.toSlots(nil, v, t.Type)
	if err != nil {
		return nil, err
	}
	var value [2]uint64
	copy(value[:], slots)
	g, err := s.store.NewGlobal(t, value)
	if err != nil {
		return nil, err
	}
	return &Global{store: s, global: g}, nil
}

// NewTag makes a tag, different from all others. The name is for people. It satisfies
// each import with the same parameters and results. Concrete types are as for [Store.NewFunc].
func (s *Store) NewTag(name string, t wasm.FuncType) (*Tag, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := s.holdTypes(slices.Concat(t.Params, t.Results)...); err != nil {
		return nil, err
	}
	tag, err := s.store.NewTag(s.typeID(t), name)
	if err != nil {
		return nil, err
	}
	tag.Host = true
	return s.tagOf(tag), nil
}
