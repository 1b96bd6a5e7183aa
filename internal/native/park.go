package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
	"weft/wasm"
)

// What a scheduler parks (store.Scheduler) stops where code has left to Go and would come back: behind a builtin, at a
// poll, where fuel is out, at an instruction at which a signal has come. To come back means to take NativeSP and
// NativePC and find everything in the context as it was, from which the code there takes its registers. So the
// computation is parked by copying that from the context to its stack, and goes on by copying it back: the one thing
// both sides have to know is a parking.
//
// Code cannot do that. So PC of what is parked is a stub that nobody comes to, and the reference is held: machine
// code that resumes it leaves to Go.

// A parking lies on the stack of what is parked, below the address at which NativeSP was and what code keeps there.
// Behind it lie the registers for floats and vectors, the slots of host functions and Args, if it keeps them.
type parking struct {
	size     uintptr // in bytes, with all that lies behind
	nativePC uintptr
	from     origin
	keeps    keeping
	resumePC uintptr
	flags    uintptr
	request  uintptr
	caller   uintptr // Context.TailCaller
	saved    [savedInts]uintptr
}

// A keeping says what a parking keeps.
type keeping uint8

const (
	// keepsResult is for a builtin: code comes back for the result alone, which comes with the resumption. It is also for
	// a poll at which code keeps its registers itself.
	keepsResult keeping = iota
	// keepsInts is for a poll of code that uses integer registers alone. No values are in Args there.
	keepsInts
	// keepsAll is for everything else.
	keepsAll
)

// resultSize is the size of a parking that keeps the result.
const resultSize = unsafe.Offsetof(parking{}.resumePC)

// A parkingRest lies behind one that keeps all, and behind that args words of Args.
type parkingRest struct {
	savedX [savedFloats][2]uint64
	slots  [hostSlots]uint64
	args   uintptr
}

// parkingSize returns the size of a parking that keeps more than the result.
func (m *machine) parkingSize(keeps keeping) uintptr {
	if keeps == keepsInts {
		return unsafe.Sizeof(parking{})
	}
	return unsafe.Sizeof(parking{}) + unsafe.Sizeof(parkingRest{}) + 8*uintptr(m.state.widestSignature())
}

// parkingOf returns where the running continuation parks or is parked.
func parkingOf(r *store.ContRecord) *parking { return (*parking)(store.Pointer(r.Frame)) }

// isParked reports whether a continuation is.
func isParked(r *store.ContRecord) bool { return r.PC == process.stubs.parked }

// rest returns what lies behind a parking that keeps all.
func (p *parking) rest() *parkingRest {
	return (*parkingRest)(unsafe.Add(unsafe.Pointer(p), unsafe.Sizeof(*p)))
}

// arguments are the Args that are kept.
func (p *parkingRest) arguments() []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Add(unsafe.Pointer(p), unsafe.Sizeof(*p))), p.args)
}

// obey does what a scheduler has returned where code has left to Go: nothing for nil, or it parks the computation, or
// the call ends with the error.
func (m *machine) obey(err error, from origin, keeps keeping) bool {
	switch r := err.(type) {
	case nil:
		return true
	case *store.SuspendRequest:
		if m.store.Owns(r.Tag) {
			p, ok := m.park(r.Tag, from, keeps)
			if ok {
				m.scatter(r.Tag.Type.Params, r.Payload)
			}
			return ok && m.handOver(p, r.Tag.Record)
		}
	case *store.SwitchRequest:
		if m.knows(r) {
			return m.switchThreads(r, from, keeps)
		}
		if m.store.Owns(r.Tag) {
			p, ok := m.park(r.Tag, from, keeps)
			return ok && m.switchFromHost(p, r)
		}
	}
	return m.end(store.SchedulerFailed(err, m.stackTrace(m.at(from))))
}

// pauseAtSignal asks the scheduler at an instruction at which a signal has come, unless that is one of those that must
// not be parted from others.
func (m *machine) pauseAtSignal() bool {
	if !m.pausing {
		return true
	}
	p, ok := m.engine.find(m.context.ResumePC)
	if !ok || p.offset < p.fn.prologue || p.fn.indivisible {
		m.pauseLater()
		return true
	}
	return m.pause(atSignal, keepsAll)
}

// park parks the running computation up to the handler of a tag. If it cannot, the call has ended.
func (m *machine) park(tag *store.Tag, from origin, keeps keeping) (prompt, bool) {
	p, ok := m.handler(wasm.OnLabel, tag.Record)
	return p, ok && m.keep(from, keeps)
}

// keep parks the running computation where it is. If there is no room for that, the call has ended.
func (m *machine) keep(from origin, keeps keeping) bool {
	size, r := resultSize, m.cur
	if keeps != keepsResult {
		size = m.parkingSize(keeps)
	}
	if m.sp-r.Stack() < size+m.kept && !m.growToKeep(size, from) {
		return false
	}
	p := m.put(r, size+m.kept, from, keeps)
	if keeps != keepsResult {
		m.fill(p, size)
	}
	return true
}

// put makes a parking of so many bytes for the running continuation, which is inlined.
func (m *machine) put(r *store.ContRecord, size uintptr, from origin, keeps keeping) *parking {
	r.Frame, r.PC = m.sp-size, process.stubs.parked
	r.SetNative()
	r.SetPaused(from == atSignal)
	p := parkingOf(r)
	p.size, p.nativePC, p.from, p.keeps = size, m.context.NativePC, from, keeps
	return p
}

// growToKeep makes room for a parking. If there is none, the call has ended.
func (m *machine) growToKeep(size uintptr, from origin) bool {
	if trap := m.growStack(size); trap != wasm.TrapNone {
		return m.end(m.store.TrapError(trap, "", m.stackTrace(m.at(from))))
	}
	m.sp = m.context.NativeSP
	return true
}

// fill copies to a parking what the code takes back beside a result.
func (m *machine) fill(p *parking, size uintptr) {
	c := m.context
	if p.from == atSignal { // elsewhere code takes nothing from records that it has read before
		m.store.InCode++
	}
	p.resumePC, p.flags, p.request, p.caller = c.ResumePC, c.Flags, c.SavedRequest, c.TailCaller
	p.saved = [savedInts]uintptr(c.Saved[:savedInts])
	if p.keeps == keepsAll {
		rest := p.rest()
		rest.savedX, rest.slots = [savedFloats][2]uint64(c.SavedX[:savedFloats]), m.slots
		rest.args = (size - unsafe.Sizeof(*p) - unsafe.Sizeof(*rest)) / 8
		copySlots(rest.arguments(), c.Args[:rest.args])
	}
}

// unpark makes a parked continuation the running one, where it has left to Go.
func (m *machine) unpark(r *store.ContRecord) {
	c, p := m.context, parkingOf(r)
	m.setCurrent(r)
	c.NativeSP, c.NativePC = r.Frame+p.size, p.nativePC
	if p.keeps == keepsResult {
		c.Args[0] = uint64(c.Saved[resultRegister]) // where a resumption passes the first value
		return
	}
	m.unparkRest(r, p)
}

// unparkRest copies back what fillRest has copied.
func (m *machine) unparkRest(r *store.ContRecord, p *parking) {
	c := m.context
	if p.from == atSignal {
		m.store.InCode--
		r.SetPaused(false)
	}
	c.ResumePC, c.Flags, c.SavedRequest, c.TailCaller = p.resumePC, p.flags, p.request, p.caller
	copy(c.Saved[:], p.saved[:])
	if p.keeps == keepsAll {
		rest := p.rest()
		copy(c.SavedX[:], rest.savedX[:])
		m.slots = rest.slots
		copySlots(c.Args[:rest.args], rest.arguments())
	}
}

// atParking makes the walker be where a continuation is parked.
func (w *walker) atParking(frame uintptr) {
	p := (*parking)(store.Pointer(frame))
	frame += p.size
	if p.from == atSignal {
		w.atInstruction(p.resumePC, frame, p.saved[:])
		return
	}
	w.back(*(*uintptr)(store.Pointer(frame)), frame+unsafe.Sizeof(frame))
}

// switchFromHost lets the continuation of a request go on in place of what has stopped, which is captured.
func (m *machine) switchFromHost(p prompt, r *store.SwitchRequest) bool {
	if !m.isHost(p.parent) || m.IsPinned() {
		return m.end(store.SchedulerFailed(store.ErrNoSwitch, m.stackTrace(m.at(atSuspension))))
	}
	to, trap := m.take(r.To.Ref)
	if trap != wasm.TrapNone {
		return m.end(m.store.TrapError(trap, "", m.stackTrace(m.at(atSuspension))))
	}
	from, ref := m.hostCont(), m.capture(p, r.Tag.Record.Type)
	r.To.Function = to.Func
	m.context.Turns = 0
	if r.Tag.AwaitsI32() {
		m.prompt.known = r
		m.serveTurns(r)
	}
	if inner := to.Inner(); isParked(inner) {
		if len(r.Args) > 0 { // the i32 of a wait, or of no meaning
			m.context.Saved[resultRegister] = uintptr(r.Args[0])
		}
	} else {
		full := m.awaited(to)
		m.scatter(behind(full, wasm.SlotCount(full)-len(r.Args)), r.Args)
	}
	m.start(to, p.parent)
	m.store.Switched(from, ref, r)
	from.Stopped(nil, false)
	r.To.Stopped(nil, false)
	return true
}

// serveTurns lets machine code do what a request has done that was obeyed, from now on by itself, or nothing of the
// kind.
func (m *machine) serveTurns(r *store.SwitchRequest) {
	m.context.Turns = 0
	if r.Turns.Serves(len(m.prompt.slots)) && !m.store.Barriers {
		m.context.Turns, m.store.Turns = r.Turns.Record(), r.Turns
	}
}

// knows reports whether a request has been obeyed before under the same resume of the host's, so that nothing of it has
// to be checked again, and what runs has resumed no other.
func (m *machine) knows(r *store.SwitchRequest) bool {
	return r == m.prompt.known && m.cur.Link == m.prompt.side && !m.store.Barriers
}

// switchThreads is park and switchFromHost for a request that the machine knows. Usually what goes on is parked, and
// alone, too.
func (m *machine) switchThreads(r *store.SwitchRequest, from origin, keeps keeping) bool {
	cur, side, conts := m.cur, m.prompt.side, &m.store.Conts
	if size := resultSize + m.kept; keeps == keepsResult && size <= m.sp-cur.Stack() {
		m.put(cur, size, from, keeps)
	} else if !m.keep(from, keeps) {
		return false
	}
	to := conts.Lookup(r.To.Ref)
	if to == nil || !isParked(to) || !to.IsAlone() || !conts.Revise(to) {
		return m.switchFromHost(prompt{child: cur, parent: side}, r)
	}
	cur.Parked(r.Tag.Record.Type)
	to.Unparked(side)
	left := m.store.RunningCont()
	r.To.Function = to.Func
	if len(r.Args) > 0 {
		m.context.Saved[resultRegister] = uintptr(r.Args[0])
	}
	m.unpark(to)
	m.store.Switched(left, conts.Ref(cur), r)
	if left.Turns != nil || r.To.Turns != nil || m.context.Turns != 0 {
		left.Stopped(cur, keeps == keepsResult && r.Turns == left.Turns)
		r.To.Stopped(to, r.To.Left == r.Tag && r.Turns == r.To.Turns)
		m.serveTurns(r)
	}
	return true
}

// widestSignature is how many of Args code may use to pass values, at most.
func (s *storeState) widestSignature() int {
	instances := s.store.Instances()
	for _, in := range instances[s.surveyed:] {
		for _, t := range in.Module.Wasm.Types {
			f := &t.Comp.Func
			s.widest = max(s.widest, wasm.SlotCount(f.Params), wasm.SlotCount(f.Results), 2*len(t.Comp.Fields))
		}
	}
	s.surveyed = len(instances)
	// A builtin takes the instance and a few numbers beside the values of a signature.
	return min(max(s.widest, minArgs)+builtinArgs, codegen.ArgSlots)
}

const (
	minArgs     = 8
	builtinArgs = 4
)
