package threads

// A Kind says what a scheduling point is.
type Kind uint8

const (
	// Idle is no place of a thread: none runs.
	Idle Kind = iota
	// Wait is a memory.atomic.wait that blocks.
	Wait
	// Spawn is behind the making of a thread.
	Spawn
	// End is the end of a thread.
	End
	// Exit is where a thread is about to end the run, with others: as the one for whose end the run lasts, or by
	// [Scheduler.Exit]. There is none where steps are not counted.
	Exit
	// Yield is where a thread asks that others run.
	Yield
	// Call is a call of the host that has an effect, or that waits for something else than time.
	Call
	// Sleep is where a thread lets time pass.
	Sleep
	// Step is where the steps are used up that the strategy has given.
	Step
	// Spin is where a thread has executed SpinSteps without coming to another point, but for Step points.
	Spin
	// Slice is where a slice of time is over.
	Slice
	// Access is before a watched instruction (Config.Watch) that accesses memory.
	Access
	// Sync is before one by which threads synchronise: an atomic access, or a call of a lock.
	Sync
	// Wake is where a thread has woken another one by notify that has computed for a slice of time, and not waited
	// since. There is none where steps are counted.
	Wake
)

var kindNames = [...]string{Idle: "idle", Wait: "wait", Spawn: "spawn", End: "end", Exit: "exit", Yield: "yield",
	Call: "call", Sleep: "sleep", Step: "step", Spin: "spin", Slice: "slice", Access: "access", Sync: "sync",
	Wake: "wake"}

func (k Kind) String() string { return kindNames[k] }

// SpinSteps is after how many steps a thread stands at a Spin point.
const SpinSteps = 10_000

// A Point is a place at which one thread may stop and another go on.
type Point struct {
	// Thread is the one that stands there; nil if none does.
	Thread *Thread
	Kind   Kind
	// Blocked says that it cannot go on now.
	Blocked bool
	// Address and Size tell what of the memory the point is about, in bytes; Size is 0 if it is about none.
	Address uint64
	Size    int
	// Writes says that it may be written.
	Writes bool
	// Site is the offset of the watched instruction before which the point is, in the binary; 0 for other points. Visit
	// counts, from 1 on, how often the thread has come to it; of Idle points, how often there was one.
	Site  uint32
	Visit uint64
}

// A Strategy decides which thread runs. Its methods are called by the goroutine that runs the scheduler. Points are the
// scheduler's: they are to be read, while the method runs.
type Strategy interface {
	// Ready tells that a thread could run from now on, which it could not before.
	Ready(t *Thread)
	// Next returns the thread that goes on at a point: that of the point, if it is not blocked, or one of those that
	// are ready, which is so no longer. The thread of the point, if it is not blocked and not chosen, is ready from now
	// on. Next returns nil if there is none.
	Next(p *Point) *Thread
	// Steps returns after how many steps of code the thread that Next has returned comes to a Step point, if it does
	// not come to another one before: with 0, before the next step. It never comes to one after SpinSteps and more. It
	// is called where steps are counted ([Config.Steps]).
	Steps() uint64
}
