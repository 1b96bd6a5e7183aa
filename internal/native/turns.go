package native

import (
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/store"
)

// The stubs of memory.atomic.wait and notify hand over from thread to thread without Go, where a scheduler lets those
// go on first that have been ready longest (store.Turns). They do what Go would do (threads.Scheduler, store.Turns,
// machine.switchThreads) in the case that is usual, and leave to Go in every other: before they have changed anything,
// so that Go begins anew. What is parked here is parked as Go does it (park.go): either can let it go on.
//
// Neither stub is ever stopped on its way: signals leave alone what is no function's code.

// Fields of the records that the stubs use.
const (
	turnsAskAtWait = int32(unsafe.Offsetof(store.TurnsRecord{}.AskAtWait))
	turnsAskAtWake = int32(unsafe.Offsetof(store.TurnsRecord{}.AskAtWake))
	turnsRunning   = int32(unsafe.Offsetof(store.TurnsRecord{}.Running))
	turnsReady     = int32(unsafe.Offsetof(store.TurnsRecord{}.Ready))
	turnsAccess    = int32(unsafe.Offsetof(store.TurnsRecord{}.Access))
	turnsOwner     = int32(unsafe.Offsetof(store.TurnsRecord{}.Owner))
	turnsMemory    = int32(unsafe.Offsetof(store.TurnsRecord{}.Memory))
	turnsQueues    = int32(unsafe.Offsetof(store.TurnsRecord{}.Queues))
	turnsMask      = int32(unsafe.Offsetof(store.TurnsRecord{}.Mask))
	turnsSpread    = int32(unsafe.Offsetof(store.TurnsRecord{}.Spread))
	turnsWaiting   = int32(unsafe.Offsetof(store.TurnsRecord{}.Waiting))
	turnsGlobals   = int32(unsafe.Offsetof(store.TurnsRecord{}.Globals))
	turnsCount     = int32(unsafe.Offsetof(store.TurnsRecord{}.GlobalCount))
	turnsUnparked  = int32(unsafe.Offsetof(store.TurnsRecord{}.Unparked))

	turnNext    = int32(unsafe.Offsetof(store.TurnRecord{}.Next))
	turnAddress = int32(unsafe.Offsetof(store.TurnRecord{}.Address))
	turnWidth   = int32(unsafe.Offsetof(store.TurnRecord{}.Width))
	turnState   = int32(unsafe.Offsetof(store.TurnRecord{}.State))
	turnResult  = int32(unsafe.Offsetof(store.TurnRecord{}.Result))
	turnAsk     = int32(unsafe.Offsetof(store.TurnRecord{}.AskAtWake))
	turnCont    = int32(unsafe.Offsetof(store.TurnRecord{}.Cont))
	turnRef     = int32(unsafe.Offsetof(store.TurnRecord{}.Ref))
	turnRoot    = int32(unsafe.Offsetof(store.TurnRecord{}.Root))
	turnSaved   = int32(unsafe.Offsetof(store.TurnRecord{}.Saved))

	queueFirst = int32(unsafe.Offsetof(store.TurnQueue{}.First))
	queueLast  = int32(unsafe.Offsetof(store.TurnQueue{}.Last))

	memoryBase = int32(unsafe.Offsetof(store.MemoryRecord{}.Base))
	memoryLen  = int32(unsafe.Offsetof(store.MemoryRecord{}.Len))

	parkingSize   = int32(unsafe.Offsetof(parking{}.size))
	parkingPC     = int32(unsafe.Offsetof(parking{}.nativePC))
	parkingOrigin = int32(unsafe.Offsetof(parking{}.from))
	ctxTurns      = int32(unsafe.Offsetof(codegen.Context{}.Turns))
)

// A handOver writes one of the two stubs. The registers have what their names say from some instruction on; x, y and z
// have what is needed next.
type handOver struct {
	*border
	slow   codegen.Label // leaves to Go
	layout store.ContLayout
	parts  store.TurnsLayout

	turns            codegen.Reg // the record of all
	memory, address  codegen.Reg
	access, queue    codegen.Reg
	self, next, cont codegen.Reg
	width            codegen.Reg
	x, y, z          codegen.Reg
}

// handingOver writes a stub, and behind it what leaves to Go, to which fast jumps.
func (b *border) handingOver(fast func(h *handOver)) {
	h := &handOver{border: b, slow: b.NewLabel(), layout: store.LayoutCont(), parts: store.LayoutTurns()}
	free := b.registers.Ints
	for _, r := range []*codegen.Reg{&h.turns, &h.memory, &h.address, &h.access, &h.queue, &h.self, &h.next,
		&h.cont, &h.width, &h.x, &h.y, &h.z} {
		if free[0] == resultRegister { // the operations' own
			free = free[1:]
		}
		*r, free = free[0], free[1:]
	}
	b.Called()
	b.Load(h.turns, b.context(ctxTurns))
	b.JumpIfZero(h.turns, h.slow)
	fast(h)
	b.Bind(h.slow)
	b.leave()
	b.Return()
}

// of is a field of all turns, in one behind a register, and arg an argument.
func (h *handOver) of(offset int32) codegen.Field { return in(h.turns, offset) }
func (b *border) arg(i int32) codegen.Field       { return b.context(codegen.OffArgs + 8*i) }

func in(r codegen.Reg, offset int32) codegen.Field { return codegen.Field{Base: r, Offset: offset} }

// place finds the place in memory that an instruction is about: its memory's record, and the address. The arguments
// begin with the instance and the number of the memory; the address, and the offset behind it, are at a number.
func (h *handOver) place(argument int32) {
	h.Load(h.memory, h.arg(0))
	h.Load(h.memory, in(h.memory, h.parts.Memories))
	h.Load32(h.x, h.arg(1))
	h.ShiftLeft(h.x, 3)
	h.Add(h.memory, h.x)
	h.Load(h.memory, in(h.memory, 0))
	h.JumpIfAt(h.memory, codegen.IfNotEqual, h.of(turnsMemory), h.slow)

	h.Load(h.address, h.arg(argument))
	h.AddFrom(h.address, h.arg(argument+1))
	h.JumpIfAt(h.address, codegen.IfBelow, h.arg(argument+1), h.slow)
	h.Move(h.x, h.width) // aligned?
	h.Increase(h.x, -1)
	h.And(h.x, h.address)
	h.JumpIfNotZero(h.x, h.slow)
	h.Load(h.x, in(h.memory, memoryLen)) // within bounds? What is aligned does not wrap.
	h.JumpIf(h.address, codegen.IfAboveOrEqual, h.x, h.slow)
	h.Move(h.y, h.address)
	h.Add(h.y, h.width)
	h.JumpIf(h.x, codegen.IfBelow, h.y, h.slow)
}

// begin begins the use of the queues (memory_wait_access.go); end ends it.
func (h *handOver) begin() {
	h.Load(h.access, h.of(turnsAccess))
	h.JumpIfZero(h.access, h.slow)
	own := h.NewLabel()
	h.SetAtomic(in(h.access, h.parts.Busy), 1, h.othersFence)
	h.LoadAtomic(h.x, in(h.access, h.parts.Owner))
	h.JumpIfAt(h.x, codegen.IfEqual, h.of(turnsOwner), own)
	h.end()
	h.JumpTo(h.slow)
	h.Bind(own)
}

func (h *handOver) end() { h.SetAtomic(in(h.access, h.parts.Busy), 0, true) }

// findQueue finds the queue of the address.
func (h *handOver) findQueue() {
	h.Load(h.queue, h.of(turnsSpread))
	h.Multiply(h.queue, h.address)
	h.ShiftRight(h.queue, 32)
	h.AndFrom(h.queue, h.of(turnsMask))
	h.ShiftLeft(h.queue, queueBits)
	h.AddFrom(h.queue, h.of(turnsQueues))
}

// queueBits is the logarithm of the size of a queue.
const queueBits = 4

var _ [1<<queueBits - unsafe.Sizeof(store.TurnQueue{})]byte

// add adds a turn to a queue. It takes x.
func (h *handOver) add(to codegen.Field, turn codegen.Reg) {
	first, done := h.NewLabel(), h.NewLabel()
	h.Load(h.x, to.Plus(queueLast))
	h.JumpIfZero(h.x, first)
	h.Store(in(h.x, turnNext), turn)
	h.JumpTo(done)
	h.Bind(first)
	h.Store(to.Plus(queueFirst), turn)
	h.Bind(done)
	h.Store(to.Plus(queueLast), turn)
}

// returns gives back a number.
func (b *border) returns(number int32) {
	b.Set64(b.arg(0), number)
	b.Return()
}

// notify is the stub of memory.atomic.notify: instance, memory, address, offset, count.
func (b *border) notify() {
	b.handingOver(func(h *handOver) {
		nobody := h.NewLabel()
		h.JumpIfSet32(h.context(ctxInterrupt), h.slow) // behind a wait, code goes on elsewhere, where Go does not look
		h.SetNumber(h.width, 4)
		h.place(2)
		h.begin()
		h.Load(h.x, h.of(turnsWaiting))
		h.JumpIfZero(h.x, nobody)
		h.wakeThose()
		h.Bind(nobody)
		h.end()
		h.returns(0)
	})
}

// wakeThose goes through the queue, and returns from the stub.
func (h *handOver) wakeThose() {
	count, behind, at, woken := h.memory, h.self, h.next, h.cont
	next, skip, notFirst, notLast, done, ask := h.NewLabel(), h.NewLabel(), h.NewLabel(), h.NewLabel(), h.NewLabel(),
		h.NewLabel()
	h.JumpIfSet32(h.of(turnsAskAtWake), ask)
	h.Load(h.x, h.of(turnsRunning))
	h.JumpIfZero(h.x, ask)
	h.JumpIfSet32(in(h.x, turnAsk), ask)
	h.findQueue()
	h.Load32(count, h.arg(4))
	h.SetNumber(behind, 0)
	h.SetNumber(woken, 0)
	h.Load(at, in(h.queue, queueFirst))

	h.Bind(next)
	h.JumpIfZero(at, done)
	h.JumpIf(woken, codegen.IfEqual, count, done)
	h.Load(h.x, in(at, turnAddress))
	h.JumpIf(h.x, codegen.IfNotEqual, h.address, skip)

	h.Load(h.z, in(at, turnNext)) // out of the queue
	h.Increase(woken, 1)
	toFirst := h.NewLabel()
	h.JumpIfZero(behind, toFirst)
	h.Store(in(behind, turnNext), h.z)
	h.JumpTo(notFirst)
	h.Bind(toFirst)
	h.Store(in(h.queue, queueFirst), h.z)
	h.Bind(notFirst)
	h.JumpIfNotZero(h.z, notLast)
	h.Store(in(h.queue, queueLast), behind)
	h.Bind(notLast)
	h.IncreaseAt(h.of(turnsWaiting), -1)

	h.Set64(in(at, turnNext), 0) // and ready
	h.Set32(in(at, turnState), int32(store.TurnReady))
	h.Set32(in(at, turnResult), int32(store.WaitWoken))
	h.add(h.of(turnsReady), at)
	h.Move(at, h.z)
	h.JumpTo(next)

	h.Bind(skip)
	h.Move(behind, at)
	h.Load(at, in(at, turnNext))
	h.JumpTo(next)

	h.Bind(done)
	h.end()
	h.Store(h.arg(0), woken)
	h.Return()

	h.Bind(ask)
	h.end()
	h.JumpTo(h.slow)
}

// wait is the stub of memory.atomic.wait32 and wait64: instance, memory, bytes, address, offset, expected value,
// timeout.
func (b *border) wait() {
	b.handingOver(func(h *handOver) {
		differs := h.NewLabel()
		h.JumpIfSet32(h.of(turnsAskAtWait), h.slow)
		h.JumpIfSet32(h.context(ctxInterrupt), h.slow)
		h.mayStop()
		h.mayGoOn()
		h.Load(h.x, h.arg(6)) // a timeout is the scheduler's
		h.ShiftRight(h.x, 63)
		h.JumpIfZero(h.x, h.slow)
		h.Load(h.x, h.of(turnsWaiting)) // room in the queues
		h.JumpIfAt(h.x, codegen.IfAboveOrEqual, h.of(turnsMask), h.slow)
		h.Load32(h.width, h.arg(2))
		h.place(3)
		h.begin()
		h.compare(differs)
		h.enqueue()
		h.end()
		h.takeNext()
		h.exchangeGlobals()
		back := h.NewLabel()
		h.park(back)
		h.goOnWithNext()
		h.Bind(back) // the result is where code expects it
		h.Return()
		h.Bind(differs)
		h.end()
		h.returns(int32(store.WaitNotEqual))
	})
}

// mayStop makes self the record of who runs, if that may be stopped, and cont its descriptor. There must be room for
// the parking.
func (h *handOver) mayStop() {
	l := h.layout
	h.Load(h.cont, h.context(codegen.OffCurrent))
	h.Load(h.self, h.of(turnsRunning))
	h.JumpIfZero(h.self, h.slow)
	h.JumpIfAt(h.cont, codegen.IfNotEqual, in(h.self, turnCont), h.slow)
	h.CopyStack(h.x)
	h.Increase(h.x, store.StackMargin-int32(resultSize))
	h.JumpIfAt(h.x, codegen.IfBelow, in(h.cont, l.Limit), h.slow)
}

// mayGoOn makes next the record of who is ready longest, if that may go on: its reference gets another revision, of
// which one must be left.
func (h *handOver) mayGoOn() {
	h.Load(h.next, h.of(turnsReady+queueFirst))
	h.JumpIfZero(h.next, h.slow)
	h.Load(h.x, in(h.next, turnCont))
	h.JumpIfZero(h.x, h.slow)
	h.Load(h.x, in(h.x, h.layout.Ref))
	h.AddFrom(h.x, h.of(turnsUnparked))
	h.JumpIfAt(h.x, codegen.IfBelow, h.of(turnsUnparked), h.slow)
}

// compare goes on if what is in memory is what was expected.
func (h *handOver) compare(differs codegen.Label) {
	wide, compare := h.NewLabel(), h.NewLabel()
	place := h.memory
	h.Load(place, in(h.memory, memoryBase))
	h.Add(place, h.address)
	h.Move(h.x, h.width)
	h.ShiftRight(h.x, 3)
	h.JumpIfNotZero(h.x, wide)
	h.LoadAtomic32(h.x, in(place, 0))
	h.Load32(h.y, h.arg(5))
	h.JumpTo(compare)
	h.Bind(wide)
	h.LoadAtomic(h.x, in(place, 0))
	h.Load(h.y, h.arg(5))
	h.Bind(compare)
	h.JumpIf(h.x, codegen.IfNotEqual, h.y, differs)
}

// enqueue makes who runs wait.
func (h *handOver) enqueue() {
	h.findQueue()
	h.Set64(in(h.self, turnNext), 0)
	h.Store(in(h.self, turnAddress), h.address)
	h.Store(in(h.self, turnWidth), h.width)
	h.Set32(in(h.self, turnState), int32(store.TurnWaiting))
	h.Set32(in(h.self, turnAsk), 0)
	h.add(in(h.queue, 0), h.self)
	h.IncreaseAt(h.of(turnsWaiting), 1)
}

// takeNext makes who is ready longest the one that runs.
func (h *handOver) takeNext() {
	others := h.NewLabel()
	h.Store(h.of(turnsRunning), h.next)
	h.Load(h.y, in(h.next, turnNext))
	h.Store(h.of(turnsReady+queueFirst), h.y)
	h.JumpIfNotZero(h.y, others)
	h.Store(h.of(turnsReady+queueLast), h.y)
	h.Bind(others)
	h.Set64(in(h.next, turnNext), 0)
	h.Set32(in(h.next, turnState), int32(store.TurnRunning))
}

// exchangeGlobals saves the globals of the one, and loads those of the other.
func (h *handOver) exchangeGlobals() {
	count, global, from, to := h.x, h.queue, h.memory, h.access
	again, none := h.NewLabel(), h.NewLabel()
	h.Load(count, h.of(turnsCount))
	h.JumpIfZero(count, none)
	h.Load(global, h.of(turnsGlobals))
	h.Load(from, in(h.self, turnSaved))
	h.Load(to, in(h.next, turnSaved))
	h.Bind(again)
	h.Load(h.y, in(global, 0))
	h.Load(h.z, in(h.y, 0))
	h.Store(in(from, 0), h.z)
	h.Load(h.z, in(to, 0))
	h.Store(in(h.y, 0), h.z)
	for _, r := range []codegen.Reg{global, from, to} {
		h.Increase(r, 8)
	}
	h.Increase(count, -1)
	h.JumpIfNotZero(count, again)
	h.Bind(none)
}

// park parks who runs as machine.put and ContRecord.Parked do. It goes on at back.
func (h *handOver) park(back codegen.Label) {
	l, at := h.layout, h.x
	h.CopyStack(at)
	h.Increase(at, -int32(resultSize))
	h.Set64(in(at, parkingSize), int32(resultSize))
	h.Set32(in(at, parkingOrigin), int32(atCall)) // and keepsResult behind it
	h.StoreLabel(in(at, parkingPC), back)
	h.Store(in(h.cont, l.Frame), at)
	h.StoreLabel(in(h.cont, l.PC), h.atParked)
	h.Load(h.x, in(h.cont, l.Ref))
	for _, to := range []int32{turnRef, turnRoot} {
		h.Load(h.y, in(h.self, to))
		h.Store(in(h.y, 0), h.x)
	}
	h.Increase(h.x, l.Held)
	h.Store(in(h.cont, l.Ref), h.x)
}

var _ = [1]struct{}{}[keepsResult] // it is 0

// goOnWithNext does what ContRecord.Unparked and machine.unpark do.
func (h *handOver) goOnWithNext() {
	l, cont, frame := h.layout, h.y, h.z
	h.Load(cont, in(h.next, turnCont))
	h.Load(h.x, in(h.cont, l.Link))
	h.Store(in(cont, l.Link), h.x)
	h.Load(h.x, in(cont, l.Ref))
	h.AddFrom(h.x, h.of(turnsUnparked))
	h.Store(in(cont, l.Ref), h.x)
	h.Store(h.context(codegen.OffCurrent), cont)
	h.Load32(h.x, in(h.next, turnResult))
	h.Store(h.arg(0), h.x)
	h.Load(frame, in(cont, l.Frame))
	h.Move(h.x, frame)
	h.AddFrom(h.x, in(frame, parkingSize))
	h.SetStack(h.x)
	h.Jump(in(frame, parkingPC))
}
