package native

import (
	"fmt"
	"sync/atomic"
	"time"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
	"weft/wasm"
)

// dispatch does what native code asks for, and reports whether to go back to it. If not,
// the call ends with the machine's error.
//
// Its prologue is where the goroutine yields, if Go asks for that: so the request to
// preempt is done when it begins. (runtime.Gosched would not do: the collector
// wants to stop a goroutine, and one that is always about to run evades it.)
//
// Polls are answered here: with steps that are counted they are what a scheduler is asked at most often.
func dispatch(m *machine) bool {
	c := m.context
	m.cur, m.sp = m.current(), c.NativeSP
	kept := uintptr(0)
	switch r := c.Request; {
	case r >= requestPollKept: // code keeps so many registers itself, below the stack pointer
		kept = 8 * uintptr(r-requestPollKept)
	case r != requestPoll && r != requestPollInts:
		return m.serve(r)
	}
	c.PollsLeft, m.kept = pollInterval, kept
	back := true
	if s := m.store; s.FuelIsOut() {
		if s.Stepper == nil || m.IsPinned() {
			back = m.refueled(s.Refuel(m.ctx, m.IsPinned()))
		} else if err := s.Stepper.Step(); err != nil || s.FuelIsOut() {
			back = m.refueled(s.Refueled(err))
		}
	}
	back = back && m.goesBack()
	m.kept = 0
	return back
}

// serve does what code asks for but for polls.
func (m *machine) serve(request uint32) bool {
	switch request {
	case uint32(ssa.MemoryWait):
		return m.wait() && m.goesBack()
	case uint32(ssa.MemoryNotify):
		return m.notify() && m.goesBack()
	case requestGrow:
		return m.grow()
	case requestPreempt:
		if !m.onStack() {
			m.interruptLater()
			return true
		}
		m.kept = codegen.KeptZone
		back := m.end(m.interrupted(m.atInterruption)) && m.pauseAtSignal()
		m.kept = 0
		return back
	case requestAlloc:
		return m.nextRun() && m.goesBack()
	case requestArray:
		return m.newArray() && m.goesBack()
	case requestTrap:
		return m.trap(wasm.TrapCode(m.context.FaultAddr), "")
	case requestFault:
		return m.fault()
	case requestCallHost:
		return m.callHostOfMany()
	case requestCompile:
		return m.enterFunction()
	case requestReenter:
		return m.reenterFunction()
	case requestInterpreted:
		return m.goOnInterpreting()
	}
	if request > requestResumeThrow {
		return m.switchStacks(request)
	}
	if request >= requestContNew {
		return m.goesOn() && m.switchStacks(request)
	}
	b := ssa.Builtin(request)
	if b == ssa.Throw || b == ssa.ThrowRef {
		return m.goesOn() && m.builtin(b)
	}
	return m.builtin(b) && m.goesBack()
}

// refueled does what comes of asking the scheduler for fuel.
func (m *machine) refueled(err error) bool {
	if r, ok := err.(*store.SwitchRequest); ok && m.knows(r) {
		return m.switchThreads(r, atCall, m.keeping())
	}
	if err == store.ErrNoFuel {
		return m.trap(wasm.TrapFuelExhausted, "")
	}
	return m.obey(err, atCall, m.keeping())
}

// goesBack is goesOn where code goes back to where it has left, whatever happens until then.
func (m *machine) goesBack() bool { return atomic.LoadUint32(&m.context.Interrupt) == 0 || m.looks() }

// looks is goesBack where something was asked for.
func (m *machine) looks() bool {
	if m.sp != m.context.NativeSP {
		return m.interruptedElsewhere()
	}
	return m.end(m.interrupted(m.atCall)) && m.pause(atCall, m.keeping())
}

// interruptedElsewhere lets code go on elsewhere than where it has left. What a signal has asked for meanwhile, another
// one asks for again.
func (m *machine) interruptedElsewhere() bool {
	if atomic.LoadUint32(&m.context.Interrupt) != 0 && !m.engine.config.Polls && m.again.CompareAndSwap(false, true) {
		time.AfterFunc(anotherSignal, func() {
			m.again.Store(false)
			store.InterruptThreads()
		})
	}
	return true
}

// anotherSignal is after how long a signal comes again. Computations that do nothing but switch come here each time
// until one takes it, and signals stop the world.
const anotherSignal = time.Millisecond

// goesOn does what a signal asked for that came while Go code ran, and reports whether to go back. Code that mostly
// leaves to Go would hardly ever take one itself. The code must be where it has left: so what goes elsewhere asks
// before.
func (m *machine) goesOn() bool {
	if atomic.LoadUint32(&m.context.Interrupt) == 0 {
		return true
	}
	if !m.end(m.interrupted(m.atCall)) {
		return false
	}
	if m.pausing {
		m.pauseLater()
	}
	return true
}

// pollInterval is after how many polls code leaves to Go without being asked to: nothing that runs when all
// processors of Go's are busy could ask. It is large beside what leaving costs, small beside what a program
// notices.
const pollInterval = 1 << 12

// The assembly function hostEntry calls dispatch.
var _ func(*machine) bool = dispatch

// end ends the call if there is an error.
func (m *machine) end(err error) bool {
	m.err = err
	return err == nil
}

// trap ends the call with a trap of the code that has called a stub.
func (m *machine) trap(code wasm.TrapCode, detail string) bool {
	return m.end(m.store.TrapError(code, detail, m.stackTrace(m.atCall())))
}

// fault ends the call because an access to memory has faulted.
func (m *machine) fault() bool {
	c := m.context
	m.sp = c.FaultSP
	p, ok := m.engine.find(c.FaultPC)
	if ok {
		if site := p.faultSite(); site != nil {
			p.fault = true
			return m.end(&store.Trap{Code: site.Trap, Stack: m.stackTrace(m.atFault(p))})
		}
	}
	// Wrong code: it must not look like something that the guest has done.
	panic(fmt.Sprintf("weft: native code at %#x (%v) has accessed %#x", c.FaultPC, p, c.FaultAddr))
}

// grow makes the stack large enough for the function whose prologue asks for it.
func (m *machine) grow() bool {
	p, ok := m.engine.find(m.returnAddress())
	if !ok {
		panic(fmt.Sprintf("weft: native code at %#x wants a larger stack", m.returnAddress()))
	}
	if trap := m.growStack(uintptr(p.fn.frame)); trap != 0 {
		return m.end(m.store.TrapError(trap, "", m.stackTrace(m.atCallOf(p))))
	}
	return true
}

// returnAddress is where the stub that has left returns to.
func (m *machine) returnAddress() uintptr { return *(*uintptr)(store.Pointer(m.sp)) }
