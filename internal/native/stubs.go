package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
)

// Fields of the context that only stubs and handlers need.
const (
	ctxInterrupt = codegen.OffInterrupt
	ctxNativeSP  = int32(unsafe.Offsetof(codegen.Context{}.NativeSP))
	ctxNativePC  = int32(unsafe.Offsetof(codegen.Context{}.NativePC))
	ctxHostEntry = int32(unsafe.Offsetof(codegen.Context{}.HostEntry))
	ctxHostCall  = int32(unsafe.Offsetof(codegen.Context{}.HostCallEntry))
	ctxHostSlots = int32(unsafe.Offsetof(codegen.Context{}.HostSlots))
	ctxEntryStub = int32(unsafe.Offsetof(codegen.Context{}.EntryStub))
	ctxFaultPC   = int32(unsafe.Offsetof(codegen.Context{}.FaultPC))
	ctxFaultSP   = int32(unsafe.Offsetof(codegen.Context{}.FaultSP))
	ctxFaultAddr = int32(unsafe.Offsetof(codegen.Context{}.FaultAddr))
	ctxResumePC  = int32(unsafe.Offsetof(codegen.Context{}.ResumePC))
	ctxSaved     = int32(unsafe.Offsetof(codegen.Context{}.Saved))
	ctxFlags     = int32(unsafe.Offsetof(codegen.Context{}.Flags))
	ctxSavedReq  = int32(unsafe.Offsetof(codegen.Context{}.SavedRequest))
	ctxSavedX    = int32(unsafe.Offsetof(codegen.Context{}.SavedX))
)

// stubs are the addresses of the code between Go and compiled functions.
type stubs struct {
	entry, exit, host, trap, grow, poll, pollInts, alloc, array, async, fault uintptr
	// lazy is where functions lead that are not compiled yet.
	lazy uintptr
	// reenter is where a function leads that is entered in the middle, in a form that cannot be.
	reenter uintptr
	// interpreted is where calls return that interpreted functions have made (interpreted.go).
	interpreted uintptr
	// Of continuations: goOn goes on at ResumePC with the registers in Saved.
	contNew, resume, suspend, suspendTo, suspendTag, switchTo, resumeThrow, contReturn, hostReturn, goOn, fresh uintptr
	// parked is the PC of what a scheduler has parked (park.go). Nobody comes there.
	parked uintptr
	// wait and notify hand over by themselves where they can (turns.go).
	wait, notify uintptr
}

// all lists the stubs with what emits them.
func (s *stubs) all() []stub {
	return []stub{
		{"entry", &s.entry, (*border).entry}, {"exit", &s.exit, (*border).exit},
		{"host", &s.host, (*border).host}, {"trap", &s.trap, (*border).trap},
		{"grow", &s.grow, (*border).grow}, {"poll", &s.poll, (*border).poll},
		{"pollInts", &s.pollInts, (*border).pollInts},
		{"alloc", &s.alloc, (*border).alloc}, {"array", &s.array, (*border).array},
		{"async", &s.async, (*border).async}, {"fault", &s.fault, (*border).fault},
		{"lazy", &s.lazy, asksFor(requestCompile)}, {"reenter", &s.reenter, asksFor(requestReenter)},
		{"interpreted", &s.interpreted, (*border).interpreted},
		{"contNew", &s.contNew, asksFor(requestContNew)}, {"resume", &s.resume, asksFor(requestResume)},
		{"suspendTag", &s.suspendTag, asksFor(requestSuspendTag)},
		{"suspendTo", &s.suspendTo, asksFor(requestSuspendTo)}, {"suspend", &s.suspend, asksFor(requestSuspend)},
		{"switchTo", &s.switchTo, asksFor(requestSwitch)},
		{"resumeThrow", &s.resumeThrow, asksFor(requestResumeThrow)},
		{"hostReturn", &s.hostReturn, (*border).hostReturn},
		{"goOn", &s.goOn, (*border).goOn}, {"fresh", &s.fresh, (*border).fresh},
		{"contReturn", &s.contReturn, (*border).contReturn},
		{"parked", &s.parked, (*border).parked},
		{"wait", &s.wait, (*border).wait}, {"notify", &s.notify, (*border).notify},
	}
}

type stub struct {
	name    string
	address *uintptr
	emit    func(*border)
}

// moved adds the address at which the stubs lie to their offsets.
func (s stubs) moved(base uintptr) stubs {
	for _, stub := range s.all() {
		*stub.address += base
	}
	return s
}

// A border writes stubs and adapters for an instruction set.
type border struct {
	codegen.Border
	registers *codegen.Registers
	// synchronizes says that threads synchronize where they enter.
	synchronizes bool
	othersFence  bool          // see codegen.Border
	atParked     codegen.Label // the stub parked
}

func newBorder(t codegen.Target) *border {
	return &border{Border: t.NewBorder(), registers: t.Registers()}
}

// saved is where a register is saved.
func (b *border) saved(r codegen.Reg) codegen.Field { return b.context(ctxSaved + 8*int32(r)) }

// savedFunction is where the function record of a call over the border is.
func (b *border) savedFunction() codegen.Field { return b.saved(b.registers.Record) }

// context is a field of the context.
func (b *border) context(offset int32) codegen.Field {
	return codegen.Field{Base: b.registers.Context, Offset: offset}
}

// request sets what Go is asked for.
func (b *border) request(r int32) { b.Set32(b.context(codegen.OffRequest), r) }

// assembleStubs returns the code of the stubs and their offsets in it. Each leaves
// in NativeSP the address of the return address of the code that called it, but for
// entry, exit, and those that signals lead to. Threads may have to synchronize where they enter (see publish_arm64.go).
func assembleStubs(t codegen.Target, synchronize, othersFence bool) ([]byte, stubs) {
	b := newBorder(t)
	b.synchronizes, b.othersFence, b.atParked = synchronize, othersFence, b.NewLabel()
	var s stubs
	var labels []codegen.Label
	for _, stub := range s.all() {
		b.Align(16)
		l := b.NewLabel()
		b.Bind(l)
		stub.emit(b)
		labels = append(labels, l)
	}
	code := b.Finish()
	for i, stub := range s.all() {
		*stub.address = uintptr(b.Offset(labels[i]))
	}
	return code, s
}

// entry goes from Go to NativePC. Whoever comes to code that is new comes through here.
func (b *border) entry() {
	b.FromGo()
	if b.synchronizes {
		b.Synchronize()
	}
	b.LoadStack(b.context(ctxNativeSP))
	b.Jump(b.context(ctxNativePC))
}

// exit returns to the caller of enter.
func (b *border) exit() {
	b.ToGo()
	b.ReturnToGo()
}

// leave goes to dispatch, which comes back behind it.
func (b *border) leave() { b.leaveTo(ctxHostEntry) }

// leaveTo goes to Go by an entry, which comes back behind it.
func (b *border) leaveTo(entry int32) {
	back := b.NewLabel()
	b.StoreLabel(b.context(ctxNativePC), back)
	b.leaveForEverTo(entry)
	b.Bind(back)
}

// leaveForEver is leave without a way back.
func (b *border) leaveForEver() { b.leaveForEverTo(ctxHostEntry) }

func (b *border) leaveForEverTo(entry int32) {
	b.StoreStack(b.context(ctxNativeSP))
	b.ToGo()
	b.Jump(b.context(entry))
}

func (b *border) host() {
	b.Called()
	b.leave()
	b.Return()
}

// trap leaves with the code of the trap, which the caller has put in Request, in
// FaultAddr.
func (b *border) trap() {
	b.Called()
	b.Copy64From32(b.context(ctxFaultAddr), b.context(codegen.OffRequest))
	b.request(requestTrap)
	b.leaveForEver()
}

// arguments are live when a prologue calls grow: what calls pass in registers, and the callee's record and instance.
func (b *border) arguments() (ints, floats []codegen.Reg) {
	r := b.registers
	return append(append([]codegen.Reg{}, r.Int...), r.Record, r.Instance), r.Float
}

func (b *border) grow() {
	ints, floats := b.arguments()
	b.keeping(ints, floats, func() { b.request(requestGrow) })
}

// save saves registers in the context.
func (b *border) save(ints, floats []codegen.Reg) {
	for _, r := range ints {
		b.Store(b.saved(r), r)
	}
	for _, r := range floats {
		b.StoreValue(b.savedFloat(r), r, ssa.V128)
	}
}

// restore is the opposite.
func (b *border) restore(ints, floats []codegen.Reg) {
	for _, r := range floats {
		b.LoadValue(r, b.savedFloat(r), ssa.V128)
	}
	for _, r := range ints {
		b.Load(r, b.saved(r))
	}
}

func (b *border) savedFloat(r codegen.Reg) codegen.Field {
	return b.context(ctxSavedX + 16*int32(r-b.registers.FirstFloat))
}

// keeping leaves with a request, and returns with these registers as they were.
func (b *border) keeping(ints, floats []codegen.Reg, request func()) {
	b.Called()
	b.save(ints, floats)
	request()
	b.leave()
	b.restore(ints, floats)
	b.Return()
}

// keepingAll is keeping for all registers.
func (b *border) keepingAll(request func()) { b.keeping(b.registers.Ints, b.registers.Floats, request) }

func (b *border) poll() { b.keepingAll(func() { b.request(requestPoll) }) }

// pollInts is poll for code that has nothing in the registers for floats and vectors.
func (b *border) pollInts() {
	b.keeping(b.registers.Ints, nil, func() { b.request(requestPollInts) })
}

// alloc leaves with the number of a size class, which the caller has put in Request, in
// FaultAddr. It keeps all registers.
func (b *border) alloc() {
	b.keepingAll(func() {
		b.Copy64From32(b.context(ctxFaultAddr), b.context(codegen.OffRequest))
		b.request(requestAlloc)
	})
}

// array leaves for an array. It keeps all registers.
func (b *border) array() { b.keepingAll(func() { b.request(requestArray) }) }

// async is where a signal makes a thread go on that was at ResumePC, at any
// instruction: flags are live, too, and so may be scratch registers and a request that is being made.
func (b *border) async() {
	ints, floats := append(append([]codegen.Reg{}, b.registers.Ints...), b.registers.Inner...), b.registers.Floats
	b.save(ints, floats)
	b.SaveFlags(b.context(ctxFlags))
	b.Copy64From32(b.context(ctxSavedReq), b.context(codegen.OffRequest))
	b.request(requestPreempt)
	b.leave()
	b.Copy32From64(b.context(codegen.OffRequest), b.context(ctxSavedReq))
	b.RestoreFlags(b.context(ctxFlags))
	b.restore(ints, floats) // which leaves flags alone
	b.Jump(b.context(ctxResumePC))
}

// fault is where a signal makes a thread go on whose access to memory was at
// FaultPC and faulted.
func (b *border) fault() {
	b.request(requestFault)
	b.leaveForEver()
}

// asksFor emits a stub that is called, by an operation on continuations or as if it were a function, and leaves.
func asksFor(request int32) func(*border) {
	return func(b *border) {
		b.Called()
		b.ask(request)
	}
}

// ask leaves with the registers saved. What is done next is Go's decision: it
// goes on by goOn.
func (b *border) ask(request int32) {
	ints, floats := b.arguments()
	b.save(append(ints, b.registers.Continuation, b.registers.Number), floats)
	b.request(request)
	b.leaveForEver()
}

// interpreted is where calls return that interpreted functions have made.
func (b *border) interpreted() { b.ask(requestInterpreted) }

// hostReturn is where the host goes on that has resumed a continuation: it has returned. The
// mark leads a suspension to Context.HostFrame.
func (b *border) hostReturn() {
	b.Mark(0)
	b.ask(requestHostReturn)
}

// goOn goes on at ResumePC, with the registers of the convention as they are saved. If that is a function, it finds its
// return address in the link register, too.
func (b *border) goOn() {
	ints, floats := b.arguments()
	if link := b.registers.Link; link != codegen.NoReg {
		ints = append(ints, link)
	}
	b.restore(ints, floats)
	b.Jump(b.context(ctxResumePC))
}

// fresh is where a continuation goes on that has not begun. Nothing is
// called here: the function jumps to where it returns to (codegen.Func.Begins), so that the processor's foresight of
// returns has only the calls and returns of frames.
func (b *border) fresh() {
	l, r := store.LayoutCont(), b.registers.Record
	in := func(offset int32) codegen.Field { return codegen.Field{Base: r, Offset: offset} }
	b.Load(r, b.context(codegen.OffCurrent))
	b.Set32(in(l.Status), l.Begun)
	b.Load(r, in(l.Func))
	b.Load(b.registers.Instance, in(funcInstance))
	b.ReturnsTo(b.context(codegen.OffContReturnStub))
	b.Jump(in(funcNative))
}

// parked is not executed.
func (b *border) parked() {
	b.Bind(b.atParked)
	b.Breakpoint()
}
