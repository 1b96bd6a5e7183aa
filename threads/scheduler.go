package threads

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"weft"
	"weft/wasm"
)

// A Config says how a scheduler schedules.
type Config struct {
	// Strategy decides who runs; nil stands for round-robin.
	Strategy Strategy
	// Steps counts what threads execute, and interrupts them by that, not by time: what happens follows from the
	// strategy alone. The engine must have been made with [weft.Config.WithSteps].
	Steps bool
	// Slice is for how long a thread may compute while others are ready, unless steps are counted; 0 stands for 10 ms,
	// and less for any time.
	Slice time.Duration
	// Virtual lets time pass only while all threads wait.
	Virtual bool
	// Outside says that a shared memory may be notified by somebody else: the host, or a thread of another store.
	// Otherwise the run ends with a [*DeadlockError] when all threads wait.
	Outside bool
	// Limit is how many threads there may be at a time; 0 stands for any number.
	Limit int
	// Watch, unless it is nil, says what point there is before a watched instruction ([weft.Engine.CompileWatched]) to
	// which a thread has come, by setting its fields but Thread and Visit; false for none.
	Watch func(t *Thread, w *weft.Watched, p *Point) bool
	// Trace, unless it is nil, hears of each scheduling point and who goes on there, which is nil if nobody can.
	Trace func(p *Point, next *Thread)
}

// defaultSlice is about what operating systems give, so that interrupting costs little.
const defaultSlice = 10 * time.Millisecond

// A Scheduler runs the threads of a store. Its methods are for the goroutine that runs it, if they do not say
// otherwise.
type Scheduler struct {
	store    *weft.Store
	config   Config
	strategy Strategy
	counts   bool // steps

	tag      *weft.Tag // with which threads suspend: they await an i32
	suspend  error     // that of a thread that stops while no other can go on
	swap     *weft.Switch
	handlers *weft.Handlers
	slots    []uint64

	threads []*Thread // that have not ended
	made    int
	current *Thread // that runs, unless machine code hands over
	served  bool    // machine code hands over: see turns.go
	turns   *weft.Turns
	inTurns []*Thread // by the number of the turn
	taking  takingTurns
	wakes   *Thread // one that was asked to stop since it has woken another
	until   *Thread // for whose end the run lasts; nil for that of all
	chosen  *Thread // the next one, if a thread has stopped for it that has not begun, or ends
	running bool
	serving bool
	jobs    []func() // of Do
	ended   bool
	stopped error // by Stop
	idle    Point // its Visit is that of the last one
	alarms  alarms
	epoch   time.Time
	passed  int64 // virtual nanoseconds
	given   uint64
	trace   traceHash

	waiting int         // threads that are ready, beside the one that runs, unless machine code hands over
	clock   *time.Timer // for the first alarm
	due     int64       // when the clock is set to
	armed   atomic.Bool // a slice of time runs, or there are none

	over  chan struct{} // closed: Done of a thread that has ended before somebody asked
	news  atomic.Bool   // there is something in inbox, or an alarm may be due
	wake  chan struct{}
	mu    sync.Mutex
	inbox []message
	spare []message // the inbox before, for the goroutine that runs the scheduler
}

// A message is what another goroutine says of a thread.
type message struct {
	thread *Thread
	about  subject
	result uint32
	do     func()
}

// A subject says what a message is about.
type subject uint8

const (
	unparked subject = iota
	woken            // by notify
	retried
	asked // by Do
)

// ErrEnded is returned for a scheduler whose run has ended.
var ErrEnded = errors.New("threads: the run has ended")

// New makes the scheduler of a store, in which no call may be under way.
func New(store *weft.Store, config Config) (*Scheduler, error) {
	if store == nil {
		return nil, errors.New("threads: there is no store")
	}
	s := &Scheduler{store: store, config: config, strategy: config.Strategy, epoch: time.Now(),
		wake: make(chan struct{}, 1), over: make(chan struct{})}
	close(s.over)
	if s.strategy == nil {
		s.strategy = NewRoundRobin()
	}
	var err error
	if s.tag, err = store.NewTag("thread", wasm.FuncType{Results: []wasm.ValType{wasm.I32}}); err != nil {
		return nil, err
	}
	s.suspend = s.tag.Suspend()
	if s.swap, err = s.tag.NewSwitch(); err != nil {
		return nil, err
	}
	s.bind()
	if err := s.serveTurns(); err != nil {
		return nil, err
	}
	if s.handlers, err = store.NewHandlers(weft.On(s.tag)); err != nil {
		return nil, err
	}
	s.slots = make([]uint64, usualSlots)
	if s.counts = config.Steps; s.counts {
		if !store.Engine().CountsSteps() {
			return nil, errors.New("threads: the engine does not count steps (weft.Config.WithSteps)")
		}
		s.giveMost()
	}
	s.disarm()
	if s.counts {
		return s, store.SetScheduler(counting{hooks{s}})
	}
	return s, store.SetScheduler(hooks{s})
}

// Spawn makes a thread, which is ready. A host function may call it; what its caller sees then is a Spawn point, at
// which it may stop before the new thread has run: see [Scheduler.Spawned].
func (s *Scheduler) Spawn(spec Spec) (*Thread, error) {
	if s.ended {
		return nil, ErrEnded
	}
	if n := s.config.Limit; n > 0 && len(s.threads) >= n {
		return nil, fmt.Errorf("threads: there are %d threads already", n)
	}
	if spec.Func == nil {
		return nil, errors.New("threads: there is no function")
	}
	t := &Thread{scheduler: s, id: s.made, spec: spec, all: len(s.threads), first: spec.First != nil}
	t.at.Thread = t
	if g := spec.Globals; g != nil {
		t.globals = make([]uint64, g.Slots())
		if spec.Initial == nil {
			g.Save(t.globals)
		} else if copy(t.globals, spec.Initial) < len(t.globals) {
			return nil, fmt.Errorf("threads: %d slots of globals given, %d needed", len(spec.Initial), len(t.globals))
		}
	}
	if err := s.giveTurn(t); err != nil {
		s.takeTurn(t)
		return nil, err
	}
	f, args := spec.Func, spec.Args
	if t.first {
		f, args = spec.First, nil
	}
	if err := t.make(f, args); err != nil {
		s.takeTurn(t)
		return nil, err
	}
	s.made++
	s.threads = append(s.threads, t)
	s.ready(t, 0)
	return t, nil
}

// usualSlots is how many slots the results of a thread may have that another one makes.
const usualSlots = 8

// make gives a thread the continuation that calls a function.
func (t *Thread) make(f *weft.Func, args []weft.Value) error {
	s := t.scheduler
	k, err := s.store.NewContinuation(f, args...)
	if err != nil {
		return err
	}
	if n := len(k.Type().Params); n > 0 {
		return fmt.Errorf("threads: %d arguments are missing", n)
	}
	if n := k.Slots(s.handlers); n > len(s.slots) {
		if s.Current() != nil { // it may be switched to where the slots are in use
			return fmt.Errorf(
				"threads: a function with more results than %d slots must be given before the run", len(s.slots))
		}
		s.slots = make([]uint64, n)
	}
	t.cont, t.begun = k, false
	if t.served {
		return t.turn.SetContinuation(k)
	}
	return nil
}

// Threads returns the threads that have not ended, in no order, also after a run: where they were then. The slice is
// the scheduler's.
func (s *Scheduler) Threads() []*Thread { return s.threads }

// Now returns the time since the scheduler was made.
func (s *Scheduler) Now() time.Duration { return time.Duration(s.now()) }

func (s *Scheduler) now() int64 {
	if s.config.Virtual {
		return s.passed
	}
	return int64(time.Since(s.epoch))
}

// Advance lets virtual time pass.
func (s *Scheduler) Advance(d time.Duration) {
	s.passed += min(int64(max(d, 0)), math.MaxInt64-s.passed) // at the end of time it stands still
}

// Stop ends the run with an error at the point at which a [Strategy] calls it, in Next.
func (s *Scheduler) Stop(err error) { s.stopped = err }

// Do lets the goroutine that runs the scheduler call a function between threads: it may use the store. Any goroutine
// may call Do, which does not wait for that. The function is not called if the run has ended.
func (s *Scheduler) Do(f func()) { s.post(message{about: asked, do: f}) }

// Serve runs threads until the context ends, also while there are none. A thread that fails ends alone: see
// [Thread.Err]. The error is the cause of the context's end.
func (s *Scheduler) Serve(ctx context.Context) error {
	s.serving = true
	return s.run(ctx, nil)
}

// Run lets threads run until one of them ends, or all if that is nil. The error is that with which a thread has ended,
// which ends the others; the cause of the end of the context; or a [*DeadlockError]. After it nothing runs any more.
func (s *Scheduler) Run(ctx context.Context, until *Thread) error { return s.run(ctx, until) }

func (s *Scheduler) run(ctx context.Context, until *Thread) error {
	switch {
	case ctx == nil:
		return errors.New("threads: the context is nil")
	case s.ended:
		return ErrEnded
	case s.running:
		return errors.New("threads: it runs already")
	}
	s.running, s.until = true, until
	defer s.end()
	at := &s.idle
	for {
		if until != nil && until.state == Ended || len(s.threads) == 0 && !s.serving {
			return nil
		}
		s.look()
		s.work()
		next := s.chosen
		if s.chosen = nil; next == nil {
			s.comes(at)
			next = s.choose(at)
		}
		if s.stopped != nil {
			return s.stopped
		}
		at = &s.idle
		if next == nil {
			if err := s.rest(ctx); err != nil {
				return err
			}
			continue
		}
		var err error
		if at, err = s.step(ctx, next); err != nil && !s.serving {
			return err
		}
	}
}

// work calls the functions of Do.
func (s *Scheduler) work() {
	for len(s.jobs) > 0 {
		jobs := s.jobs
		s.jobs = nil
		for _, do := range jobs {
			do()
		}
	}
}

// end ends the run. The threads stay as they are, for who wants to see their stacks.
func (s *Scheduler) end() {
	if s.clock != nil {
		s.clock.Stop()
	}
	for _, t := range s.threads {
		t.waiter.Leave()
		t.attempt = nil
	}
	s.nobodyRuns()
	s.alarms.threads, s.ended = nil, true
}

// step lets a thread go on, and others to which it leads, until there is none or one has ended. It returns where to
// choose the next.
func (s *Scheduler) step(ctx context.Context, t *Thread) (*Point, error) {
	if t.exiting {
		s.remove(t)
		return t.stands(End, true), t.err
	}
	s.arm()
	s.enter(t)
	s.slots[0] = uint64(t.goesOnWith())
	t.begun = true
	tag, err := t.cont.ResumeSlots(ctx, s.handlers, s.slots)
	t = s.Current()
	s.nobodyRuns()
	if err != nil {
		if t.err = err; t.exiting {
			return s.exit(t)
		}
		s.remove(t)
		return &s.idle, err
	}
	s.leave(t)
	switch {
	case tag != nil:
		return &s.idle, nil
	case t.first:
		t.first = false
		t.become(Ready, 0)
		err := t.make(t.spec.Func, t.spec.Args)
		return t.stands(Call, false), err
	}
	t.results = append([]uint64(nil), s.slots[:wasm.SlotCount(t.cont.Type().Results)]...)
	if t == s.until && s.exits() {
		return s.exit(t)
	}
	s.remove(t)
	return t.stands(End, true), nil
}

// exit makes a thread wait for its turn to end the run.
func (s *Scheduler) exit(t *Thread) (*Point, error) {
	t.exiting = true
	t.become(Ready, 0)
	return t.stands(Exit, false), nil
}

// exits reports whether the end of the run is a point: others may do more before.
func (s *Scheduler) exits() bool { return s.counts && len(s.threads) > 1 }

// Exit is for host functions that end the run with the error which they return then. The thread executes nothing more,
// but others may go on before the run ends.
func (s *Scheduler) Exit() {
	if t := s.Current(); t != nil && s.exits() {
		t.exiting = true
	}
}

// remove takes a thread that has ended from the list.
func (s *Scheduler) remove(t *Thread) {
	t.cont = nil
	s.takeTurn(t)
	t.tellEnd()
	last := len(s.threads) - 1
	s.threads[t.all] = s.threads[last]
	s.threads[t.all].all = t.all
	s.threads[last] = nil
	s.threads = s.threads[:last]
}

// enter makes a thread the one that runs.
func (s *Scheduler) enter(t *Thread) {
	s.runs(t)
	if g := t.spec.Globals; g != nil {
		g.Load(t.globals)
	}
}

// leave keeps what a thread has of its own, which stops.
func (s *Scheduler) leave(t *Thread) {
	if g := t.spec.Globals; g != nil {
		g.Save(t.globals)
	}
}

// ready makes a thread one that could run, with the result of what it has waited for.
func (s *Scheduler) ready(t *Thread, result uint32) {
	t.become(Ready, result)
	s.strategy.Ready(t)
	s.waiting++
	s.arm()
}

// choose asks the strategy.
func (s *Scheduler) choose(p *Point) *Thread {
	if p.Thread == nil {
		p.Visit++
	}
	return s.chosenAt(p, s.strategy.Next(p))
}

// chosenAt does what is to be done when the strategy has chosen. It returns the same thread, or nil if the run ends.
func (s *Scheduler) chosenAt(p *Point, next *Thread) *Thread {
	if s.stopped != nil {
		return nil
	}
	if s.counts {
		s.trace.add(p, p.Thread.where(p), p.Thread.number(), next.number())
	} else if next != p.Thread || p.Blocked {
		s.takesTurns(p, next)
	}
	if s.config.Trace != nil {
		s.config.Trace(p, next)
	}
	if s.counts && next != nil {
		next.goesOn()
		s.give(next, s.strategy.Steps())
	}
	return next
}

// takesTurns notes that another thread is ready from now on, or less. Where steps are counted nobody wants to know.
func (s *Scheduler) takesTurns(p *Point, next *Thread) {
	if p.Thread != nil && !p.Blocked {
		s.waiting++
	}
	if next != nil {
		s.waiting--
	}
}

// stop is what a thread that cannot go on returns: the switch to another one, or the suspension that ends step.
func (s *Scheduler) stop(p *Point) error {
	if s.look(); len(s.jobs) > 0 {
		return s.suspend
	}
	s.comes(p)
	next := s.choose(p)
	if s.stopped != nil {
		return s.stopped
	}
	if next == nil {
		return s.suspend
	}
	if next == p.Thread { // what it waits for has come meanwhile
		s.ready(next, next.goesOnWith())
		return s.suspend
	}
	return s.switchTo(next)
}

// comesTo is offer for a thread that has come to a point which is not for its steps.
func (s *Scheduler) comesTo(p *Point, result uint32) error {
	s.comes(p)
	return s.offer(p, result)
}

// offer is what a thread returns that could go on.
func (s *Scheduler) offer(p *Point, result uint32) error {
	if s.look(); len(s.jobs) > 0 {
		s.ready(p.Thread, result)
		return s.suspend
	}
	next := s.choose(p)
	if !s.counts {
		s.arm()
	}
	return s.goesTo(p, next, result)
}

// goesTo is what a thread returns that could go on, when another one is chosen, or it.
func (s *Scheduler) goesTo(p *Point, next *Thread, result uint32) error {
	if s.stopped != nil { // also by who hears of the point
		return s.stopped
	}
	if next == p.Thread {
		return nil
	}
	p.Thread.become(Ready, result)
	return s.switchTo(next)
}

// switchTo lets another thread go on in place of the current one. One that has not begun begins from Go: if there is no
// room for its stack, that is its end, and not that of the thread which stops. One that executes nothing more ends
// there.
func (s *Scheduler) switchTo(next *Thread) error {
	if !next.begun || next.exiting {
		s.chosen = next
		return s.suspend
	}
	from := s.Current()
	if g := next.spec.Globals; g != nil && g == from.spec.Globals {
		g.Swap(from.globals, next.globals)
		s.runs(next)
	} else {
		s.leave(from)
		s.enter(next)
	}
	return s.swap.To(next.cont, uint64(next.goesOnWith()))
}

// Park stops the thread that has called a host function until [Thread.Unpark]. The function returns the error; what it
// is unparked with becomes its result, an i32.
func (s *Scheduler) Park() error {
	t := s.Current()
	if t == nil || s.store.Pinned() || !t.isOnTop() {
		return errNoThread
	}
	t.become(Parked, 0)
	return s.stop(t.stands(Call, true))
}

// Sleep is Park until a time has passed, and then with a result.
func (s *Scheduler) Sleep(d time.Duration, result uint32) error {
	t := s.Current()
	if t == nil || s.store.Pinned() || !t.isOnTop() {
		return errNoThread
	}
	t.become(Parked, 0)
	t.onAlarm = result
	s.setAlarm(t, d)
	return s.stop(t.stands(Sleep, true))
}

// An Attempt is something that a thread waits for and that has to be done, or looked at, when it may have come. It
// reports whether it has come, and what the thread goes on with. Late says that the time is over.
//
// The goroutine that runs the scheduler calls it: between two threads, or while one is about to stop. So it must not
// call the guest, nor stop a thread.
type Attempt func(late bool) (result uint32, done bool)

// Await is Park until an attempt succeeds, which has failed before. It is made again after [Thread.Retry], and when a
// time has passed; none has for a negative one.
func (s *Scheduler) Await(again Attempt, d time.Duration) error {
	t := s.Current()
	if t == nil || s.store.Pinned() || !t.isOnTop() {
		return errNoThread
	}
	t.become(Parked, 0)
	t.attempt = again
	if d >= 0 {
		s.setAlarm(t, d)
	}
	return s.stop(t.stands(Call, true))
}

// retry makes the attempt of a thread again.
func (s *Scheduler) retry(t *Thread, late bool) {
	if t.State() != Parked || t.attempt == nil {
		return
	}
	if result, done := t.attempt(late); done {
		s.unpark(t, result)
	}
}

// At is for host functions that return an i32: a point at which others may run. If the error is nil the thread goes on
// at once; else the function returns it, and its result is the one given here.
func (s *Scheduler) At(kind Kind, result uint32) error {
	t := s.Current()
	if t == nil || s.store.Pinned() || !t.isOnTop() {
		return nil
	}
	return s.comesTo(t.stands(kind, false), result)
}

var errNoThread = errors.New("threads: what waits is no thread of the scheduler: it was called from the host")

// hooks are what the store asks a scheduler.
type hooks struct{ *Scheduler }

// Wait implements [weft.Scheduler].
func (s hooks) Wait(_ context.Context, w weft.Wait) (weft.WaitResult, error) {
	t := s.Current()
	switch {
	case t == nil || w.Pinned() || !t.isOnTop():
		return 0, errNoThread
	case w.Timeout() == 0 && w.IsEqual():
		return weft.TimedOut, nil
	case !w.Enqueue(t.waiter):
		return weft.NotEqual, nil
	}
	t.become(Waiting, 0)
	t.address = w.Address()
	if d := w.Timeout(); d > 0 {
		s.setAlarm(t, d)
		t.turn.Hold(true)
	}
	p := t.stands(Wait, true)
	p.Address, p.Size = w.Address(), w.Width()
	return 0, s.stop(p)
}

// Pause implements [weft.Scheduler].
func (s hooks) Pause(_ context.Context, p weft.Pause) error {
	t := s.Current()
	here := t != nil && !p.Pinned && t.isOnTop()
	switch {
	case p.Fuel:
		if s.counts {
			s.refuel(t)
		}
	case here:
		return s.pauses(t)
	default:
		s.arm() // it is asked again
	}
	return nil
}

// Watch implements [weft.Watcher].
func (s hooks) Watch(_ context.Context, w *weft.Watched) error {
	t := s.Current()
	if t == nil || w.Pinned || s.config.Watch == nil || !t.isOnTop() {
		return nil
	}
	visit, p := t.visit(w.Index), t.stands(Access, false)
	if !s.config.Watch(t, w, p) {
		return nil
	}
	p.Visit = visit
	return s.comesTo(p, 0)
}

// visit counts one of a watched instruction.
func (t *Thread) visit(index int) uint64 {
	if index >= len(t.visits) {
		t.visits = append(t.visits, make([]uint32, index+1-len(t.visits))...)
	}
	t.visits[index]++
	return uint64(t.visits[index])
}

// isOnTop reports whether the computation that runs is the thread's, and not a continuation that a host function has
// resumed, which the scheduler cannot stop.
func (t *Thread) isOnTop() bool { return t.cont.IsRunning() }

// awake makes a thread ready that notify has woken.
func (s *Scheduler) awake(t *Thread) {
	if t.State() == Waiting {
		s.alarms.clear(t)
		s.ready(t, uint32(weft.Woken))
	}
}

// pauses is the point of a thread that was asked to pause: its slice is over, or it has woken another one.
func (s *Scheduler) pauses(t *Thread) error {
	wakes := s.wakes
	s.wakes = nil
	switch {
	case wakes == t:
		t.beGreedy(false) // it may never wait: what it would wait for has come when it goes on
		return s.comesTo(t.stands(Wake, false), 0)
	case wakes != nil && s.armed.Load(): // that one was to pause, and has stopped before
		return nil
	}
	t.beGreedy(!s.counts)
	return s.comesTo(t.stands(Slice, false), 0)
}

// unpark makes a thread ready that was parked.
func (s *Scheduler) unpark(t *Thread, result uint32) {
	if t.State() == Parked {
		t.attempt = nil
		s.alarms.clear(t)
		s.ready(t, result)
	}
}

// post tells the scheduler something. Any goroutine may call it.
func (s *Scheduler) post(m message) {
	s.mu.Lock()
	s.inbox = append(s.inbox, m)
	s.mu.Unlock()
	s.signal()
}

// signal lets the scheduler look: at the next point, or when a slice is over.
func (s *Scheduler) signal() {
	s.news.Store(true)
	s.turns.AskAtWait(true)
	select {
	case s.wake <- struct{}{}:
	default:
	}
	s.beginSlice()
}
