package codegen

import (
	"unsafe"

	"weft/internal/ssa"
)

// ArgSlots is the number of slots of a context's Args: more than the largest number of
// parameters or results.
const ArgSlots = 2048

// A Context is what native code reaches through its fixed register: one for each store,
// outside of Go's heap. Code depends on the offsets of its fields.
type Context struct {
	Current   uintptr // *store.ContRecord of the running continuation
	Conts     uintptr // the first descriptor; stays behind Current
	Interrupt uint32  // not 0: polls leave to Go
	Request   uint32  // what the code asks Go for

	// PoolHead begins the list, linked by Func, of continuations that have ended and are ready to be others;
	// PoolClass is the class of their stacks, 0 if none is to join them.
	PoolHead  uintptr
	PoolClass uintptr

	// HostFrame is that of the host where it has resumed a continuation: an instance, which
	// the next word is for a suspension that looks for clauses, of which there are none.
	HostFrame [2]uintptr

	// Stubs that code calls.
	HostStub, TrapStub, GrowStub, PollStub           uintptr
	SuspendStub, ResumeStub, SwitchStub, ContNewStub uintptr
	FreshStub                                        uintptr // where one goes on that has not begun
	ResumeThrowStub                                  uintptr
	ContReturnStub                                   uintptr // to which the function of a continuation returns
	AllocStub, ArrayStub                             uintptr

	Heap Heap
	// CellSizes are those of the classes. ArrayClasses has twice the class of an array (eight times that
	// leads to its run) by the words of its elements.
	CellSizes    [HeapClasses]uint16
	ArrayClasses [MaxArrayWords + 1]uint8

	Fuel uintptr // address of the fuel that is left, for code that counts

	PollsLeft uint32 // until one leaves to Go though Interrupt is 0

	// TailCaller is the instance whose code has made a tail call of a host function, until Go has taken it: no frame
	// tells.
	TailCaller uintptr

	ReenterStub uintptr // where a function leads that is entered in the middle, in a form that cannot be

	// The two sides of the border between Go and native code.
	GoSP, GoBP           uintptr
	NativeSP, NativePC   uintptr
	HostEntry, EntryStub uintptr
	HostCallEntry        uintptr
	HostSlots            uintptr // where a host function has its arguments and results

	// What a signal handler has seen.
	FaultPC, FaultSP, FaultAddr uintptr
	ResumePC                    uintptr
	GoLR                        uintptr // where enter returns to, if calls leave that in a register
	Saved                       [SavedRegisters]uintptr
	Flags                       uintptr
	SavedRequest                uintptr                   // that a preemption came between
	SavedX                      [SavedRegisters][2]uint64 // at a multiple of 16, where words have 8 bytes

	// Args are what calls pass beside registers, and what requests take and give.
	Args [ArgSlots]uint64

	// Base is the host's side of the running call, which the chain of what runs ends with; 0 until Go has looked for
	// it. Code tells by it whether a handler runs.
	Base uintptr
	// SuspendToStub is what a suspension to a handler by its name calls.
	SuspendToStub uintptr
	// SuspendTagStub is what a suspension with a tag that is a value calls.
	SuspendTagStub uintptr

	// PollIntsStub is PollStub for functions that use integer registers alone, PollKeptStub for those that keep what they
	// need themselves (Emission.KeptAtPoll), and have said so in Request.
	PollIntsStub, PollKeptStub uintptr

	// WaitStub and NotifyStub are HostStub for what those instructions ask for. Turns is the address of a
	// store.TurnsRecord that they may use, or 0.
	WaitStub, NotifyStub uintptr
	Turns                uintptr
}

// StubOf returns where the context has the stub for a request.
func StubOf(request int64) int32 {
	switch ssa.Builtin(request) {
	case ssa.MemoryWait:
		return OffWaitStub
	case ssa.MemoryNotify:
		return OffNotifyStub
	}
	return OffHostStub
}

// SavedRegisters is how many registers of a kind an instruction set may have.
const SavedRegisters = 32

// Heap is what code knows of the store's collected heap: where the records of types begin, and for each
// size class the memory from which cells are taken (see package store).
type Heap struct {
	Types uintptr
	Runs  [HeapClasses]struct{ Cursor, End uintptr }
}

// HeapClasses is the number of size classes, MaxArrayWords the most words that the elements of an
// array have which code makes by itself.
const (
	HeapClasses   = 39
	MaxArrayWords = 64
)

// Offsets of fields of the context.
const (
	OffCurrent         = int32(unsafe.Offsetof(Context{}.Current))
	OffConts           = int32(unsafe.Offsetof(Context{}.Conts))
	OffInterrupt       = int32(unsafe.Offsetof(Context{}.Interrupt))
	OffRequest         = int32(unsafe.Offsetof(Context{}.Request))
	OffHostStub        = int32(unsafe.Offsetof(Context{}.HostStub))
	OffTrapStub        = int32(unsafe.Offsetof(Context{}.TrapStub))
	OffGrowStub        = int32(unsafe.Offsetof(Context{}.GrowStub))
	OffPollStub        = int32(unsafe.Offsetof(Context{}.PollStub))
	OffPollIntsStub    = int32(unsafe.Offsetof(Context{}.PollIntsStub))
	OffPollKeptStub    = int32(unsafe.Offsetof(Context{}.PollKeptStub))
	OffSuspendStub     = int32(unsafe.Offsetof(Context{}.SuspendStub))
	OffResumeStub      = int32(unsafe.Offsetof(Context{}.ResumeStub))
	OffSwitchStub      = int32(unsafe.Offsetof(Context{}.SwitchStub))
	OffContNewStub     = int32(unsafe.Offsetof(Context{}.ContNewStub))
	OffContReturnStub  = int32(unsafe.Offsetof(Context{}.ContReturnStub))
	OffFreshStub       = int32(unsafe.Offsetof(Context{}.FreshStub))
	OffPoolHead        = int32(unsafe.Offsetof(Context{}.PoolHead))
	OffResumeThrowStub = int32(unsafe.Offsetof(Context{}.ResumeThrowStub))
	OffAllocStub       = int32(unsafe.Offsetof(Context{}.AllocStub))
	OffReenterStub     = int32(unsafe.Offsetof(Context{}.ReenterStub))
	OffArrayStub       = int32(unsafe.Offsetof(Context{}.ArrayStub))
	OffWaitStub        = int32(unsafe.Offsetof(Context{}.WaitStub))
	OffNotifyStub      = int32(unsafe.Offsetof(Context{}.NotifyStub))
	OffCellSizes       = int32(unsafe.Offsetof(Context{}.CellSizes))
	OffArrayClasses    = int32(unsafe.Offsetof(Context{}.ArrayClasses))
	OffTypes           = int32(unsafe.Offsetof(Context{}.Heap) + unsafe.Offsetof(Heap{}.Types))
	OffRuns            = int32(unsafe.Offsetof(Context{}.Heap) + unsafe.Offsetof(Heap{}.Runs))
	OffFuel            = int32(unsafe.Offsetof(Context{}.Fuel))
	OffTailCaller      = int32(unsafe.Offsetof(Context{}.TailCaller))
	OffPollsLeft       = int32(unsafe.Offsetof(Context{}.PollsLeft))
	OffBase            = int32(unsafe.Offsetof(Context{}.Base))
	OffSuspendTagStub  = int32(unsafe.Offsetof(Context{}.SuspendTagStub))
	OffSuspendToStub   = int32(unsafe.Offsetof(Context{}.SuspendToStub))
	OffArgs            = int32(unsafe.Offsetof(Context{}.Args))
	OffGoSP            = int32(unsafe.Offsetof(Context{}.GoSP))
	OffGoBP            = int32(unsafe.Offsetof(Context{}.GoBP))
	OffGoLR            = int32(unsafe.Offsetof(Context{}.GoLR))
)

// StackMargin is how much of a stack lies below its limit, and SmallFrame the
// largest frame whose function compares the stack pointer itself with the limit.
const (
	StackMargin = 192
	SmallFrame  = 64
)

// RequestPollKept and up to FewKept more is what code asks for at a poll with so many registers below the stack
// pointer.
const (
	RequestPollKept = 1 << 17
	FewKept         = 5
)

// KeptAt returns where code keeps a register, the i-th, while it has left at a poll: behind the stack pointer's offset
// lies the return address of the stub. There is room in StackMargin, below two small frames and two return addresses.
func KeptAt(i int) int32 { return int32(-16 - 8*i) }

// KeptZone is how many bytes below the stack pointer code uses there.
const KeptZone = 8 + 8*FewKept

var _ [StackMargin - 2*SmallFrame - 2*8 - 8*FewKept]byte
