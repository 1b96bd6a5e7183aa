//go:build linux && amd64

package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/codegen/amd64"
	"weft/internal/store"
)

// Offsets in the context that only stubs and handlers need.
const (
	ctxInterrupt  = codegen.OffInterrupt
	ctxGoSP       = int32(unsafe.Offsetof(codegen.Context{}.GoSP))
	ctxGoBP       = int32(unsafe.Offsetof(codegen.Context{}.GoBP))
	ctxNativeSP   = int32(unsafe.Offsetof(codegen.Context{}.NativeSP))
	ctxNativePC   = int32(unsafe.Offsetof(codegen.Context{}.NativePC))
	ctxHostEntry  = int32(unsafe.Offsetof(codegen.Context{}.HostEntry))
	ctxHostCall   = int32(unsafe.Offsetof(codegen.Context{}.HostCallEntry))
	ctxHostSlots  = int32(unsafe.Offsetof(codegen.Context{}.HostSlots))
	ctxEntryStub  = int32(unsafe.Offsetof(codegen.Context{}.EntryStub))
	ctxFaultPC    = int32(unsafe.Offsetof(codegen.Context{}.FaultPC))
	ctxFaultSP    = int32(unsafe.Offsetof(codegen.Context{}.FaultSP))
	ctxFaultAddr  = int32(unsafe.Offsetof(codegen.Context{}.FaultAddr))
	ctxResumePC   = int32(unsafe.Offsetof(codegen.Context{}.ResumePC))
	ctxSaved      = int32(unsafe.Offsetof(codegen.Context{}.Saved))
	ctxFlags      = int32(unsafe.Offsetof(codegen.Context{}.Flags))
	ctxSavedReq   = int32(unsafe.Offsetof(codegen.Context{}.SavedRequest))
	ctxSavedX     = int32(unsafe.Offsetof(codegen.Context{}.SavedX))
	savedFunction = ctxSaved + 8*int32(amd64.R13) // the function record of a call over the border
)

// stubs are the addresses of the code between Go and compiled functions.
type stubs struct {
	entry, exit, host, trap, grow, poll, pollInts, alloc, array, async, fault uintptr
	// lazy is where functions lead that are not compiled yet.
	lazy uintptr
	// reenter is where a function leads that is entered in the middle, in a form that cannot be.
	reenter uintptr
	// Of continuations: goOn goes on at ResumePC with the registers in Saved.
	contNew, resume, suspend, suspendTo, suspendTag, switchTo, resumeThrow, contReturn, hostReturn, goOn, fresh uintptr
	// parked is the PC of what a scheduler has parked (park.go). Nobody comes there.
	parked uintptr
}

// all lists the stubs with what emits them.
func (s *stubs) all() []stub {
	return []stub{
		{&s.entry, emitEntry}, {&s.exit, emitExit}, {&s.host, emitHost}, {&s.trap, emitTrap},
		{&s.grow, emitGrow}, {&s.poll, emitPoll}, {&s.pollInts, emitPollInts},
		{&s.alloc, emitAlloc}, {&s.array, emitArray}, {&s.async, emitAsync}, {&s.fault, emitFault},
		{&s.lazy, emitSwitch(requestCompile)}, {&s.reenter, emitSwitch(requestReenter)},
		{&s.contNew, emitSwitch(requestContNew)}, {&s.resume, emitSwitch(requestResume)},
		{&s.suspendTag, emitSwitch(requestSuspendTag)}, {&s.suspendTo, emitSwitch(requestSuspendTo)}, {&s.suspend, emitSwitch(requestSuspend)}, {&s.switchTo, emitSwitch(requestSwitch)},
		{&s.resumeThrow, emitSwitch(requestResumeThrow)}, {&s.hostReturn, emitHostReturn},
		{&s.goOn, emitGoOn}, {&s.fresh, emitFresh}, {&s.contReturn, emitContReturn},
		{&s.parked, (*amd64.Assembler).Int3},
	}
}

type stub struct {
	address *uintptr
	emit    func(*amd64.Assembler)
}

// moved adds the address at which the stubs lie to their offsets.
func (s stubs) moved(base uintptr) stubs {
	for _, stub := range s.all() {
		*stub.address += base
	}
	return s
}

// ctxAt is a field of the context.
func ctxAt(offset int32) amd64.Mem { return amd64.At(amd64.R15, offset) }

// assembleStubs returns the code of the stubs and their offsets in it. Each leaves
// in NativeSP the address of the return address of the code that called it, but for
// entry, exit, and those that signals lead to.
func assembleStubs() ([]byte, stubs) {
	a := &amd64.Assembler{}
	var s stubs
	var labels []amd64.Label
	for _, stub := range s.all() {
		a.Align(16)
		l := a.NewLabel()
		a.Bind(l)
		stub.emit(a)
		labels = append(labels, l)
	}
	code := a.Finish()
	for i, stub := range s.all() {
		*stub.address = uintptr(a.Offset(labels[i]))
	}
	return code, s
}

// emitEntry goes from Go to NativePC.
func emitEntry(a *amd64.Assembler) {
	a.Store(amd64.S64, ctxAt(ctxGoSP), amd64.RSP)
	a.Store(amd64.S64, ctxAt(ctxGoBP), amd64.RBP)
	a.Load(amd64.S64, amd64.RSP, ctxAt(ctxNativeSP))
	a.JmpMem(ctxAt(ctxNativePC))
}

// emitExit returns to the caller of enter.
func emitExit(a *amd64.Assembler) {
	a.Load(amd64.S64, amd64.RSP, ctxAt(ctxGoSP))
	a.Load(amd64.S64, amd64.RBP, ctxAt(ctxGoBP))
	a.Ret()
}

// leave goes to dispatch, which goes back to the label.
func leave(a *amd64.Assembler, back amd64.Label) { leaveTo(a, ctxHostEntry, back) }

// leaveTo goes to Go by an entry, which goes back to the label.
func leaveTo(a *amd64.Assembler, entry int32, back amd64.Label) {
	a.Lea(amd64.S64, amd64.RAX, amd64.AtLabel(back))
	a.Store(amd64.S64, ctxAt(ctxNativePC), amd64.RAX)
	leaveForEverTo(a, entry)
}

// leaveForEver is leave without a way back.
func leaveForEver(a *amd64.Assembler) { leaveForEverTo(a, ctxHostEntry) }

func leaveForEverTo(a *amd64.Assembler, entry int32) {
	a.Store(amd64.S64, ctxAt(ctxNativeSP), amd64.RSP)
	a.Load(amd64.S64, amd64.RSP, ctxAt(ctxGoSP))
	a.Load(amd64.S64, amd64.RBP, ctxAt(ctxGoBP))
	a.JmpMem(ctxAt(entry))
}

func emitHost(a *amd64.Assembler) {
	back := a.NewLabel()
	leave(a, back)
	a.Bind(back)
	a.Ret()
}

// emitTrap leaves with the code of the trap, which the caller has put in Request, in
// FaultAddr.
func emitTrap(a *amd64.Assembler) {
	a.Load(amd64.S32, amd64.RAX, ctxAt(codegen.OffRequest))
	a.Store(amd64.S64, ctxAt(ctxFaultAddr), amd64.RAX)
	a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestTrap)
	leaveForEver(a)
}

// argumentRegisters are live when a prologue calls grow.
func argumentRegisters() (ints, floats []amd64.Reg) {
	c := &convention
	for _, r := range c.Int {
		ints = append(ints, amd64.Reg(r))
	}
	for _, r := range c.Float {
		floats = append(floats, amd64.Reg(r))
	}
	return append(ints, amd64.R13, amd64.R14), floats
}

func emitGrow(a *amd64.Assembler) {
	ints, floats := argumentRegisters()
	saveRegisters(a, ints, floats)
	a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestGrow)
	back := a.NewLabel()
	leave(a, back)
	a.Bind(back)
	restoreRegisters(a, ints, floats)
	a.Ret()
}

// allRegisters are all but RSP and R15.
func allRegisters() (ints, floats []amd64.Reg) {
	for r := amd64.RAX; r < amd64.R15; r++ {
		if r != amd64.RSP {
			ints = append(ints, r)
		}
	}
	for r := amd64.X0; r <= amd64.X15; r++ {
		floats = append(floats, r)
	}
	return ints, floats
}

func saveRegisters(a *amd64.Assembler, ints, floats []amd64.Reg) {
	for _, r := range ints {
		a.Store(amd64.S64, ctxAt(ctxSaved+8*int32(r)), r)
	}
	for _, r := range floats {
		a.SSEStore(amd64.Movups, ctxAt(ctxSavedX+16*int32(r-amd64.X0)), r)
	}
}

func restoreRegisters(a *amd64.Assembler, ints, floats []amd64.Reg) {
	for _, r := range floats {
		a.SSELoad(amd64.Movups, r, ctxAt(ctxSavedX+16*int32(r-amd64.X0)))
	}
	for _, r := range ints {
		a.Load(amd64.S64, r, ctxAt(ctxSaved+8*int32(r)))
	}
}

func emitPoll(a *amd64.Assembler) {
	emitKeeping(a, func() { a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestPoll) })
}

// emitPollInts is emitPoll for code that has nothing in the registers for floats and vectors.
func emitPollInts(a *amd64.Assembler) {
	ints, _ := allRegisters()
	emitKeepingThese(a, ints, nil, func() { a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestPollInts) })
}

// emitAsync is where a signal makes a thread go on that was at ResumePC, at any
// instruction: flags are live, too, and so may be a request that is being made.
func emitAsync(a *amd64.Assembler) {
	ints, floats := allRegisters()
	saveRegisters(a, ints, floats)
	a.Lahf()
	a.Set(amd64.O, amd64.RAX)
	a.Store(amd64.S64, ctxAt(ctxFlags), amd64.RAX)
	a.Load(amd64.S32, amd64.RAX, ctxAt(codegen.OffRequest))
	a.Store(amd64.S64, ctxAt(ctxSavedReq), amd64.RAX)
	a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestPreempt)
	back := a.NewLabel()
	leave(a, back)
	a.Bind(back)
	a.Load(amd64.S64, amd64.RAX, ctxAt(ctxSavedReq))
	a.Store(amd64.S32, ctxAt(codegen.OffRequest), amd64.RAX)
	a.Load(amd64.S64, amd64.RAX, ctxAt(ctxFlags))
	a.ALUImm(amd64.ADD, amd64.S8, amd64.RAX, 127) // overflows if OF was set
	a.Sahf()
	restoreRegisters(a, ints, floats) // moves, which leave flags alone
	a.JmpMem(ctxAt(ctxResumePC))
}

// emitFault is where a signal makes a thread go on whose access to memory was at
// FaultPC and faulted.
func emitFault(a *amd64.Assembler) {
	a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), requestFault)
	leaveForEver(a)
}

// switchRegisters are those of an operation on continuations beside arguments, the instance
// (R14) and the function of cont.new (R13).
const (
	contRegister   = amd64.RDX // the continuation
	numberRegister = amd64.RBP // codegen.Site.Number
)

// emitSwitch leaves with the registers saved. What is done next is Go's decision: it
// goes on by goOn.
func emitSwitch(request int32) func(*amd64.Assembler) {
	return func(a *amd64.Assembler) {
		ints, floats := argumentRegisters()
		saveRegisters(a, append(ints, contRegister, numberRegister), floats)
		a.StoreImm(amd64.S32, ctxAt(codegen.OffRequest), request)
		leaveForEver(a)
	}
}

// emitHostReturn is where the host goes on that has resumed a continuation: it has returned. The
// mark leads a suspension to Context.HostFrame.
func emitHostReturn(a *amd64.Assembler) {
	a.Mark(0)
	emitSwitch(requestHostReturn)(a)
}

func emitGoOn(a *amd64.Assembler) {
	ints, floats := argumentRegisters()
	restoreRegisters(a, ints, floats)
	a.JmpMem(ctxAt(ctxResumePC))
}

// emitFresh is where a continuation goes on that has not begun. The return address is on its stack. Nothing is
// called here: the function jumps to where it returns to (codegen.Func.Begins), so that the processor's foresight of
// returns has only the calls and returns of frames.
func emitFresh(a *amd64.Assembler) {
	l := store.LayoutCont()
	a.Load(amd64.S64, amd64.R13, ctxAt(codegen.OffCurrent))
	a.StoreImm(amd64.S32, amd64.At(amd64.R13, l.Status), l.Begun)
	a.Load(amd64.S64, amd64.R13, amd64.At(amd64.R13, l.Func))
	a.Load(amd64.S64, amd64.R14, amd64.At(amd64.R13, funcInstance))
	a.JmpMem(amd64.At(amd64.R13, funcNative))
}
