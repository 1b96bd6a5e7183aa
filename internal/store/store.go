package store

import (
	"context"
	"fmt"
	"unsafe"

	"weft/wasm"
)

// Limits bound what the guests of a store may use. Package weft has the same type,
// for whoever reads its documentation.
type Limits struct {
	// StackBytes bounds the stacks of an invocation together: that of the call
	// from the host and those of the continuations which are active above it.
	// Exceeding it traps with "call stack exhausted".
	StackBytes uint32
	// Continuations bounds the continuations that exist at the same time.
	Continuations uint32
	// ContinuationBytes bounds the memory of the stacks of all continuations.
	ContinuationBytes uint64
	// MemoryBytes bounds the linear memories together, and Memories their number.
	MemoryBytes uint64
	Memories    uint32
	// TableElements bounds the elements of all tables together, and Tables their number.
	TableElements uint64
	Tables        uint32
	// Instances bounds the number of instances, and InstanceBytes what they take besides: see usage.
	Instances     uint32
	InstanceBytes uint64
	// HeapBytes bounds the heap of structs, arrays, exceptions and references to
	// host values.
	HeapBytes uint64
	// HostDepth bounds how deeply calls from the host into Wasm may nest.
	HostDepth int
}

// DefaultLimits are generous for programs and keep a process alive.
var DefaultLimits = Limits{
	StackBytes:        16 << 20,
	Continuations:     1<<22 - 1, // with number 0 as many as a plot has room for
	ContinuationBytes: 1 << 30,
	MemoryBytes:       16 << 30,
	Memories:          1000,
	TableElements:     10_000_000,
	Tables:            10_000,
	Instances:         10_000,
	InstanceBytes:     256 << 20,
	HeapBytes:         4 << 30,
	HostDepth:         1000,
}

// fit puts the defaults where 0 stands for them, and reduces the limits to what the address space can hold. So the
// numbers of bytes that follow from them do not overflow.
func (l Limits) fit() Limits {
	orDefault(&l.Memories, DefaultLimits.Memories)
	orDefault(&l.Tables, DefaultLimits.Tables)
	orDefault(&l.Instances, DefaultLimits.Instances)
	orDefault(&l.InstanceBytes, DefaultLimits.InstanceBytes)
	most := uint64(1) << 44 // no machine has as much memory
	if unsafe.Sizeof(uintptr(0)) == 4 {
		most = 1 << 28
		l.MemoryBytes = min(l.MemoryBytes, 1<<30)
		l.Continuations = min(l.Continuations, 1<<18)
	}
	l.TableElements = min(l.TableElements, most/8)
	l.HeapBytes = min(l.HeapBytes, most)
	l.InstanceBytes = min(l.InstanceBytes, most)
	l.ContinuationBytes = min(l.ContinuationBytes, most)
	return l
}

func orDefault[T uint32 | uint64](limit *T, standard T) {
	if *limit == 0 {
		*limit = standard
	}
}

// An Engine executes functions.
type Engine interface {
	// LimitCode bounds what the engine makes of the functions of each module: bytes of code, and of
	// the tables beside it. It is called before modules are prepared.
	LimitCode(bytes uint64)
	// Prepare attaches to a module what the engine needs to execute it.
	Prepare(m *Module)
	// Link lets the engine complete the records of the functions of a new instance,
	// which has its memories and tables. The error says why it cannot be used.
	Link(in *Instance) error
	// Forget gives back what the engine has for a type, which nobody has any more. The engine must not use the set
	// of types.
	Forget(t wasm.TypeID)
	// LinkHost lets it complete the record of a new host function.
	LinkHost(s *Store, f *FuncRecord) error
	// Call calls a function. Slots hold the arguments and then the results; its
	// length is the larger of both. The error is a [*Trap], an [*Exception], an
	// [*UnhandledSuspension], the cause of the context's end, or what a host
	// function returned.
	Call(ctx context.Context, s *Store, f *FuncRecord, slots []uint64) error
	// Resume resumes a continuation from the host. The errors are those of Call.
	Resume(ctx context.Context, s *Store, r HostResume) (Suspension, error)
	// Bind binds the first arguments of a continuation, and returns the reference
	// to the result, which is of type t.
	Bind(s *Store, ref uint64, args []uint64, t wasm.TypeID) (uint64, error)
	// Trace returns the calls of a suspended continuation, and of those that were captured with it. The store is in
	// use.
	Trace(s *Store, c *ContRecord) StackTrace
	// Awaits returns what Awaits of a suspended continuation says, and the type of the handler whose name it awaits
	// behind that; 0 if it awaits none.
	Awaits(c *ContRecord) (awaits, name wasm.TypeID)
	// Frames returns the part of the stack of a continuation that does not run, in
	// which its frames are: its address and its size in bytes.
	Frames(c *ContRecord) (base, bytes uintptr)
}

// A Store owns everything that its instances made. It is used by one goroutine
// at a time (use.go).
type Store struct {
	// HostError, unless it is nil, turns an error of a host function, or of a scheduler, into one that engines know.
	HostError func(error) error
	// Listener, unless it is nil, hears of calls from engines that listen, ContListener of continuations.
	Listener     Listener
	ContListener ContinuationListener

	Types  *wasm.TypeSet
	Engine Engine
	Limits Limits

	*owned
	instances []*Instance
	globals   []*Global
	tags      []*Tag
	hosts     []*HostFunc
	externs   externTable
	layouts   []*Layout // by TypeRecord.layout
	records   typeRecords
	roots     *rootTable
	marked    bool // there are marks of a collection that was given up
	use       useWord
	// ended, unless it is nil, ends that the store is released when its owner is dead.
	ended func()

	// HostDepth is the number of calls from the host that are under way, and
	// StackInUse the bytes of the stacks that are active in them.
	HostDepth  int
	StackInUse uint64
	caller     uintptr // see Caller; a pointer would have a write barrier at each host call
	// Active are the calls that are under way, for the collector.
	Active []Roots
	// Pending is the stack of constant expressions, for the collector.
	Pending []uint64
	// Profile, unless it is nil, hears of all calls.
	Profile *Profile
	// CollectAlways makes every allocation collect first: for tests.
	CollectAlways bool
	// Collections counts them.
	Collections int

	// Growth, unless it is nil, decides whether a memory grows for which the limits allow it. It is called in the
	// middle of code.
	Growth func(m *Memory, pages uint64) bool
	// Running is the continuation that goes on, of a resume that Switches; who resumes sets it.
	Running *HostCont
	// Turns, unless it is nil, are those that machine code may use: Running may be another one since. See RunningCont.
	Turns *Turns
	// Scheduler, unless it is nil, is asked where code waits, and where it is to pause.
	Scheduler Scheduler
	Stepper   Stepper // see there; nil for none
	pausing   pausing
	// InCode is how many computations a signal has parked in the middle of machine code, which may have addresses of
	// memories and tables in registers: until they go on, none can move.
	InCode int

	// Fuel is what is left of the calls and branches backwards that guests may
	// still make, if FuelEnabled: when it is used up they trap.
	Fuel        uint64
	FuelEnabled bool
	// Barriers says that a suspension may have to pass a barrier: a function that
	// has one may have run.
	Barriers bool
	// Idle keeps the interpreter's state of finished invocations for the next.
	Idle []EngineState
	// instantiating is the context of the instantiation that is under way.
	instantiating context.Context
	used          usage
	// Native is what the native engine keeps for the store; nil before its first call.
	Native    EngineState
	tagValues uint64 // how many tags were made at run time
}

// New returns an empty store.
func New(types *wasm.TypeSet, engine Engine, limits Limits) (*Store, error) {
	limits = limits.fit()
	owned := &owned{held: NewHeldTypes(types, noLimit)}
	s := &Store{Types: types, Engine: engine, Limits: limits, owned: owned, roots: &rootTable{}}
	if !lendsByFlag() {
		s.use.open = 1
	}
	s.heap.init(s)
	s.initTypes()
	if err := s.prepare(); err != nil {
		s.Close()
		return nil, fmt.Errorf("weft: new store: %w", err)
	}
	return s, nil
}

// prepare takes what a store needs to be called: where there is nothing left of it, there should not be a store.
func (s *Store) prepare() error {
	if err := admitStore(); err != nil {
		return err
	}
	return s.Conts.init(s)
}

// An EngineState hears of the end of its store, when no use of it is under way, and none will be.
type EngineState interface{ Release() }

// Instance returns the Go half of an instance.
func (s *Store) Instance(r *InstanceRecord) *Instance { return s.instances[r.Number] }

// Instances returns all instances of the store.
func (s *Store) Instances() []*Instance { return s.instances }

// Memory returns the Go half of a memory.
func (s *Store) Memory(r *MemoryRecord) *Memory { return s.memories[r.Number] }

// Table returns the Go half of a table.
func (s *Store) Table(r *TableRecord) *Table { return s.tables[r.Number] }

// Tag returns the Go half of a tag.
func (s *Store) Tag(r *TagRecord) *Tag { return s.tags[r.Number] }

// Host returns the Go half of a host function.
func (s *Store) Host(f *FuncRecord) *HostFunc { return s.hosts[f.Index] }

// Caller returns the instance whose code called the host function that runs; nil if
// no Wasm code did.
func (s *Store) Caller() *InstanceRecord { return (*InstanceRecord)(Pointer(s.caller)) }

// SetCaller changes it: calls inside of a host function leave it as it was.
func (s *Store) SetCaller(r *InstanceRecord) { s.caller = uintptr(unsafe.Pointer(r)) }

// A CallerMark is a store's Caller, for who sets it back. It is no pointer, which would cost a write barrier.
type CallerMark uintptr

// CallerMark returns that of the Caller.
func (s *Store) CallerMark() CallerMark { return CallerMark(s.caller) }

// SetCallerMark sets the Caller back.
func (s *Store) SetCallerMark(m CallerMark) { s.caller = uintptr(m) }

// IsOrdinary reports whether calls need nothing but to run: no fuel is counted, no profile hears of them, not every
// use collects, and there is no scheduler.
func (s *Store) IsOrdinary() bool {
	return !s.FuelEnabled && !s.CollectAlways && s.Profile == nil && s.Scheduler == nil
}

// FuncName returns the name of a function for people.
func (s *Store) FuncName(f *FuncRecord) string {
	if f.IsHost() {
		return s.hosts[f.Index].Name
	}
	return s.Instance(f.Instance).Module.FuncName(f.Index)
}

// An Extern is what can be imported and exported: *FuncRecord, *Table,
// *Memory, *Global or *Tag.
type Extern any
