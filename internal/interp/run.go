package interp

import (
	"math"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// run executes from the machine's state on until the call from the host ends:
// normally (nil), or by the error that the machine then has.
//
// The state is in local variables: ip and fp, the function fn, and what follows
// from fn and the running continuation. A case that needs the machine's help
// saves ip, fp and fn in it first; the label load reads everything back. So no
// variable but m lives across a call in Go, and none has to be kept in memory
// for the sake of the cases that make one.
func (m *machine) run() error {
	var (
		ip, fp unsafe.Pointer
		fn     *store.FuncRecord
		inst   *store.InstanceRecord
		limit  uintptr // end of the stack
		mem    unsafe.Pointer
		memLen uint64
		trap   wasm.TrapCode
		callee *store.FuncRecord
		in     *instr
	)
loadAndPoll:
	// A clause of an exception or a suspension may lead backwards.
	if atomic.LoadUint32(&m.interrupt) != 0 {
		if err := m.poll(); err != nil {
			return m.fail(err)
		}
		if m.failed() {
			goto thrown
		}
	}
load:
	ip, fp, fn = store.Pointer(m.ip), store.Pointer(m.fp), m.function()
	limit = m.limit
	inst = fn.Instance
loadMemory:
	mem, memLen = nil, 0
	if inst.NumMemories > 0 {
		memory := inst.Memory(0)
		mem, memLen = memory.Base, memory.Len
	}
	for {
		in = (*instr)(ip)
		ip = unsafe.Add(ip, instrSize)
		switch in.op {
		case opExit:
			return nil
		case opContReturn:
			m.save(ip, fp, fn)
			m.contReturn(fn)
			goto load
		case op(wasm.OpUnreachable):
			trap = wasm.TrapUnreachable
			goto trapped

		// Slots.
		case opCopy:
			set64(fp, in.a, u64(fp, in.b))
		case opCopy2:
			lo, hi := u64(fp, in.b), u64(fp, in.b+8)
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case opMove:
			for off := uint32(0); off < in.c; off += 8 {
				set64(fp, in.a+off, u64(fp, in.b+off))
			}
		case opConst:
			set64(fp, in.a, in.imm64())
		case op(wasm.OpSelect):
			src := in.b
			if u32(fp, in.a+16) == 0 {
				src = in.c
			}
			set64(fp, in.a, u64(fp, src))
		case opZero:
			for off := uint32(0); off < in.c; off += 8 {
				set64(fp, in.a+off, 0)
			}
		case opSelect2:
			src := in.b
			if u32(fp, in.a+32) == 0 {
				src = in.c
			}
			lo, hi := u64(fp, src), u64(fp, src+8)
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case op(wasm.OpGlobalGet):
			set64(fp, in.a, inst.Global(in.b).Value[0])
		case op(wasm.OpGlobalSet):
			inst.Global(in.b).Value[0] = u64(fp, in.a)
		case opGlobalGet2:
			v := &inst.Global(in.b).Value
			set64(fp, in.a, v[0])
			set64(fp, in.a+8, v[1])
		case opGlobalSet2:
			inst.Global(in.b).Value = [2]uint64{u64(fp, in.a), u64(fp, in.a+8)}
		case op(wasm.OpRefFunc):
			set64(fp, in.a, inst.Func(in.b).Ref())
		case op(wasm.OpRefAsNonNull):
			if u64(fp, in.a) == 0 {
				trap = wasm.TrapNullReference
				goto trapped
			}

		// Branches. A branch backwards looks whether the call is to be interrupted.
		case opBr:
			ip = unsafe.Add(ip, int32(in.c))
			if int32(in.c) < 0 {
				goto poll
			}
		case opBrIf:
			if u32(fp, in.a) != 0 {
				goto branch
			}
		case opBrUnless:
			if u32(fp, in.a) == 0 {
				goto branch
			}
		case opBrTable:
			i := min(u32(fp, in.a), in.b)
			ip = unsafe.Add(ip, uintptr(i)*instrSize)
		case opTryTable:
			ip = unsafe.Add(ip, uintptr(in.c)*instrSize)
		case opBrI32Eq:
			if u32(fp, in.a) == u32(fp, in.b) {
				goto branch
			}
		case opBrI32Ne:
			if u32(fp, in.a) != u32(fp, in.b) {
				goto branch
			}
		case opBrI32LtS:
			if i32(fp, in.a) < i32(fp, in.b) {
				goto branch
			}
		case opBrI32LtU:
			if u32(fp, in.a) < u32(fp, in.b) {
				goto branch
			}
		case opBrI32GtS:
			if i32(fp, in.a) > i32(fp, in.b) {
				goto branch
			}
		case opBrI32GtU:
			if u32(fp, in.a) > u32(fp, in.b) {
				goto branch
			}
		case opBrI32LeS:
			if i32(fp, in.a) <= i32(fp, in.b) {
				goto branch
			}
		case opBrI32LeU:
			if u32(fp, in.a) <= u32(fp, in.b) {
				goto branch
			}
		case opBrI32GeS:
			if i32(fp, in.a) >= i32(fp, in.b) {
				goto branch
			}
		case opBrI32GeU:
			if u32(fp, in.a) >= u32(fp, in.b) {
				goto branch
			}
		case opBrI32EqImm:
			if u32(fp, in.a) == in.b {
				goto branch
			}
		case opBrI32NeImm:
			if u32(fp, in.a) != in.b {
				goto branch
			}
		case opBrI32LtSImm:
			if i32(fp, in.a) < int32(in.b) {
				goto branch
			}
		case opBrI32LtUImm:
			if u32(fp, in.a) < in.b {
				goto branch
			}
		case opBrI32GtSImm:
			if i32(fp, in.a) > int32(in.b) {
				goto branch
			}
		case opBrI32GtUImm:
			if u32(fp, in.a) > in.b {
				goto branch
			}
		case opBrI32LeSImm:
			if i32(fp, in.a) <= int32(in.b) {
				goto branch
			}
		case opBrI32LeUImm:
			if u32(fp, in.a) <= in.b {
				goto branch
			}
		case opBrI32GeSImm:
			if i32(fp, in.a) >= int32(in.b) {
				goto branch
			}
		case opBrI32GeUImm:
			if u32(fp, in.a) >= in.b {
				goto branch
			}
		case opBrI64Eq:
			if u64(fp, in.a) == u64(fp, in.b) {
				goto branch
			}
		case opBrI64Ne:
			if u64(fp, in.a) != u64(fp, in.b) {
				goto branch
			}
		case opBrI64LtS:
			if i64(fp, in.a) < i64(fp, in.b) {
				goto branch
			}
		case opBrI64LtU:
			if u64(fp, in.a) < u64(fp, in.b) {
				goto branch
			}
		case opBrI64GtS:
			if i64(fp, in.a) > i64(fp, in.b) {
				goto branch
			}
		case opBrI64GtU:
			if u64(fp, in.a) > u64(fp, in.b) {
				goto branch
			}
		case opBrI64LeS:
			if i64(fp, in.a) <= i64(fp, in.b) {
				goto branch
			}
		case opBrI64LeU:
			if u64(fp, in.a) <= u64(fp, in.b) {
				goto branch
			}
		case opBrI64GeS:
			if i64(fp, in.a) >= i64(fp, in.b) {
				goto branch
			}
		case opBrI64GeU:
			if u64(fp, in.a) >= u64(fp, in.b) {
				goto branch
			}
		case opBrI64EqImm:
			if u64(fp, in.a) == uint64(int32(in.b)) {
				goto branch
			}
		case opBrI64NeImm:
			if u64(fp, in.a) != uint64(int32(in.b)) {
				goto branch
			}
		case opBrI64LtSImm:
			if i64(fp, in.a) < int64(int32(in.b)) {
				goto branch
			}
		case opBrI64LtUImm:
			if u64(fp, in.a) < uint64(int32(in.b)) {
				goto branch
			}
		case opBrI64GtSImm:
			if i64(fp, in.a) > int64(int32(in.b)) {
				goto branch
			}
		case opBrI64GtUImm:
			if u64(fp, in.a) > uint64(int32(in.b)) {
				goto branch
			}
		case opBrI64LeSImm:
			if i64(fp, in.a) <= int64(int32(in.b)) {
				goto branch
			}
		case opBrI64LeUImm:
			if u64(fp, in.a) <= uint64(int32(in.b)) {
				goto branch
			}
		case opBrI64GeSImm:
			if i64(fp, in.a) >= int64(int32(in.b)) {
				goto branch
			}
		case opBrI64GeUImm:
			if u64(fp, in.a) >= uint64(int32(in.b)) {
				goto branch
			}

		// Calls.
		case opCall:
			callee = (*store.FuncRecord)(unsafe.Add(unsafe.Pointer(inst.Own), in.b))
			if callee.Code == 0 {
				goto slowCall
			}
			newFP := unsafe.Add(fp, in.a)
			h := (*header)(store.Pointer(callee.Code))
			if uintptr(newFP)+uintptr(h.frame) > limit {
				goto slowCall
			}
			*(*link)(unsafe.Add(newFP, in.c)) = link{ret: uintptr(ip), delta: uintptr(in.a), caller: uintptr(unsafe.Pointer(fn))}
			ip, fp, fn = store.Pointer(callee.Code+instrSize), newFP, callee
			goto poll
		case opCallFunc:
			callee = inst.Func(in.b)
			goto call
		case opCallIndirect:
			table := inst.Table(in.next().b)
			index := u64(fp, in.a+in.c)
			if in.d == 0 {
				index = uint64(uint32(index))
			}
			if index >= table.Len {
				trap = wasm.TrapUndefinedElement
				goto trapped
			}
			callee = store.FuncFromRef(*(*uint64)(unsafe.Add(table.Base, index*8)))
			if callee == nil {
				trap = wasm.TrapUninitializedElement
				goto trapped
			}
			ip = unsafe.Add(ip, instrSize)
			if callee.Type != inst.Type(in.b) {
				goto checkType
			}
			goto call
		case opCallRef:
			if callee = store.FuncFromRef(u64(fp, in.a+in.c)); callee == nil {
				trap = wasm.TrapNullFunction
				goto trapped
			}
			goto call
		case opTailCallFunc:
			callee = inst.Func(in.b)
			goto tailCall
		case opTailCallIndirect:
			table := inst.Table(in.next().b)
			index := u64(fp, in.a+in.c)
			if in.d == 0 {
				index = uint64(uint32(index))
			}
			if index >= table.Len {
				trap = wasm.TrapUndefinedElement
				goto trapped
			}
			callee = store.FuncFromRef(*(*uint64)(unsafe.Add(table.Base, index*8)))
			if callee == nil {
				trap = wasm.TrapUninitializedElement
				goto trapped
			}
			ip = unsafe.Add(ip, instrSize)
			if callee.Type != inst.Type(in.b) {
				goto checkType
			}
			goto tailCall
		case opTailCallRef:
			if callee = store.FuncFromRef(u64(fp, in.a+in.c)); callee == nil {
				trap = wasm.TrapNullFunction
				goto trapped
			}
			goto tailCall
		case opReturn0:
			l := (*link)(unsafe.Add(fp, in.c))
			ip = store.Pointer(l.ret)
			fp = unsafe.Add(fp, -int(l.delta))
			fn = (*store.FuncRecord)(store.Pointer(l.caller))
			goto returned
		case opReturn1:
			l := (*link)(unsafe.Add(fp, in.c))
			ip = store.Pointer(l.ret)
			delta := int(l.delta)
			fn = (*store.FuncRecord)(store.Pointer(l.caller))
			set64(fp, 0, u64(fp, in.a))
			fp = unsafe.Add(fp, -delta)
			goto returned
		case opReturn:
			l := *(*link)(unsafe.Add(fp, in.c))
			ip = store.Pointer(l.ret)
			fn = (*store.FuncRecord)(store.Pointer(l.caller))
			for off := uint32(0); off < in.b; off += 8 {
				set64(fp, off, u64(fp, in.a+off))
			}
			fp = unsafe.Add(fp, -int(l.delta))
			goto returned

		// Exceptions.
		case op(wasm.OpThrow):
			m.save(ip, fp, fn)
			m.throwTag(inst.Tag(in.c), slots(unsafe.Add(fp, in.a), in.b))
			goto thrown
		case op(wasm.OpThrowRef):
			m.save(ip, fp, fn)
			if trap = m.throwRef(u64(fp, in.a)); trap != 0 {
				goto trappedInMachine
			}
			goto thrown

		// Stack switching.
		case opContNew:
			f := store.FuncFromRef(u64(fp, in.b))
			if f == nil {
				trap = wasm.TrapNullFunction
				goto trapped
			}
			m.save(ip, fp, fn)
			if trap = m.contNew(f, in); trap != 0 {
				goto trappedInMachine
			}
			goto load
		case opContBind:
			m.save(ip, fp, fn)
			if trap = m.contBind(in); trap != 0 {
				goto trappedInMachine
			}
			goto load
		case opSuspend:
			m.save(ip, fp, fn)
			if m.suspend(in); m.failed() {
				goto thrown
			}
			goto loadAndPoll
		case opSuspendTo:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			if trap = m.suspendByName(in); trap != 0 {
				goto trappedInMachine
			}
			if m.failed() {
				goto thrown
			}
			goto loadAndPoll
		case opTagNew:
			set64(fp, in.a, m.store.NewTagValue())
		case opSuspendTag:
			m.save(ip, fp, fn)
			if m.suspendTag(in); m.failed() {
				goto thrown
			}
			goto loadAndPoll
		case opResume, opResumeWith, opResumeTags:
			m.save(ip, fp, fn)
			if trap = m.resume(in); trap != 0 {
				goto trappedInMachine
			}
			if m.failed() {
				goto thrown
			}
			goto load
		case opResumeThrow, opResumeThrowRef:
			m.save(ip, fp, fn)
			if trap = m.resumeThrow(in); trap != 0 {
				goto trappedInMachine
			}
			goto thrown
		case opSwitch:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			if trap = m.switchTo(in); trap != 0 {
				goto trappedInMachine
			}
			if m.failed() {
				goto thrown
			}
			goto loadAndPoll

		// Tables and bulk operations.
		case op(wasm.OpTableGet), op(wasm.OpTableSet), op(wasm.OpTableSize), op(wasm.OpTableGrow),
			op(wasm.OpTableFill), op(wasm.OpTableCopy), op(wasm.OpTableInit), op(wasm.OpElemDrop):
			m.save(ip, fp, fn)
			if trap = m.tableOp(inst, fp, in); trap != 0 {
				goto trappedInMachine
			}
			goto load
		case op(wasm.OpMemorySize), op(wasm.OpMemoryGrow), op(wasm.OpMemoryFill), op(wasm.OpMemoryCopy), op(wasm.OpMemoryInit), op(wasm.OpDataDrop):
			m.save(ip, fp, fn)
			if trap = m.memoryOp(inst, fp, in); trap != 0 {
				goto trappedInMachine
			}
			goto load

		// Memory accesses.
		case opLoadFar:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			if trap = m.loadFar(inst, fp, in); trap != 0 {
				goto trappedInMachine
			}
			goto load
		case opStoreFar:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			if trap = m.storeFar(inst, fp, in); trap != 0 {
				goto trappedInMachine
			}
			goto load
		case opEnter:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			m.entered(fp)
		case opLeave:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			m.leaves(unsafe.Add(fp, in.a), in.b)
		case opStep:
			if !m.store.FuelEnabled {
				continue
			}
			if m.store.Fuel > 0 {
				m.store.Fuel--
				continue
			}
			m.save(ip, fp, fn)
			if trap = m.refuel(); trap != 0 {
				goto trappedInMachine
			}
			if m.failed() {
				goto thrown
			}
			goto load
		case opWatch:
			m.save(ip, fp, fn)
			m.askWatcher(fp, in)
			if m.failed() {
				goto thrown
			}
			goto load
		case opAtomic:
			m.save(unsafe.Add(ip, instrSize), fp, fn)
			if trap = m.atomic(inst, fp, in); trap != 0 {
				goto trappedInMachine
			}
			if m.failed() {
				goto thrown
			}
			goto load
		case opExtra: // of a wait, behind which its thread was parked
		case op(wasm.OpAtomicFence):
			// Two fences are two steps of one variable, so one is before the other with
			// all that stands before it in its thread.
			m.engine.fence.Add(1)
		case op(wasm.OpI32Load), op(wasm.OpF32Load):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+4 > memLen {
				goto outOfBounds
			}
			set32(fp, in.a, load32(unsafe.Add(mem, addr)))
		case op(wasm.OpI64Load), op(wasm.OpF64Load):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+8 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, load64(unsafe.Add(mem, addr)))
		case op(wasm.OpI32Load8S):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+1 > memLen {
				goto outOfBounds
			}
			set32(fp, in.a, uint32(int8(load8(unsafe.Add(mem, addr)))))
		case op(wasm.OpI32Load8U):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+1 > memLen {
				goto outOfBounds
			}
			set32(fp, in.a, uint32(load8(unsafe.Add(mem, addr))))
		case op(wasm.OpI32Load16S):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+2 > memLen {
				goto outOfBounds
			}
			set32(fp, in.a, uint32(int16(load16(unsafe.Add(mem, addr)))))
		case op(wasm.OpI32Load16U):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+2 > memLen {
				goto outOfBounds
			}
			set32(fp, in.a, uint32(load16(unsafe.Add(mem, addr))))
		case op(wasm.OpI64Load8S):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+1 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, uint64(int8(load8(unsafe.Add(mem, addr)))))
		case op(wasm.OpI64Load8U):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+1 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, uint64(load8(unsafe.Add(mem, addr))))
		case op(wasm.OpI64Load16S):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+2 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, uint64(int16(load16(unsafe.Add(mem, addr)))))
		case op(wasm.OpI64Load16U):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+2 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, uint64(load16(unsafe.Add(mem, addr))))
		case op(wasm.OpI64Load32S):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+4 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, uint64(int32(load32(unsafe.Add(mem, addr)))))
		case op(wasm.OpI64Load32U):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+4 > memLen {
				goto outOfBounds
			}
			set64(fp, in.a, uint64(load32(unsafe.Add(mem, addr))))
		case op(wasm.OpI32Store), op(wasm.OpF32Store), op(wasm.OpI64Store32):
			addr := uint64(u32(fp, in.a)) + uint64(in.c)
			if addr+4 > memLen {
				goto outOfBounds
			}
			store32(unsafe.Add(mem, addr), u32(fp, in.b))
		case op(wasm.OpI64Store), op(wasm.OpF64Store):
			addr := uint64(u32(fp, in.a)) + uint64(in.c)
			if addr+8 > memLen {
				goto outOfBounds
			}
			store64(unsafe.Add(mem, addr), u64(fp, in.b))
		case op(wasm.OpI32Store8), op(wasm.OpI64Store8):
			addr := uint64(u32(fp, in.a)) + uint64(in.c)
			if addr+1 > memLen {
				goto outOfBounds
			}
			store8(unsafe.Add(mem, addr), uint8(u32(fp, in.b)))
		case op(wasm.OpI32Store16), op(wasm.OpI64Store16):
			addr := uint64(u32(fp, in.a)) + uint64(in.c)
			if addr+2 > memLen {
				goto outOfBounds
			}
			store16(unsafe.Add(mem, addr), uint16(u32(fp, in.b)))
		case op(wasm.OpV128Load):
			addr := uint64(u32(fp, in.b)) + uint64(in.c)
			if addr+16 > memLen {
				goto outOfBounds
			}
			p := unsafe.Add(mem, addr)
			lo, hi := load64(p), load64(unsafe.Add(p, 8))
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case op(wasm.OpV128Store):
			addr := uint64(u32(fp, in.a)) + uint64(in.c)
			if addr+16 > memLen {
				goto outOfBounds
			}
			p := unsafe.Add(mem, addr)
			store64(p, u64(fp, in.b))
			store64(unsafe.Add(p, 8), u64(fp, in.b+8))
		case op(wasm.OpI8x16Shuffle):
			m.save(unsafe.Add(ip, 2*instrSize), fp, fn)
			shuffle(fp, in)
			goto load

		// Structs and arrays.
		case op(wasm.OpRefI31):
			set64(fp, in.a, store.RefI31(u32(fp, in.b)))
		case op(wasm.OpI31GetS), op(wasm.OpI31GetU):
			ref := u64(fp, in.b)
			if ref == 0 {
				trap = wasm.TrapNullI31
				goto trapped
			}
			v := uint32(store.I31(ref))
			if in.op == op(wasm.OpI31GetU) {
				v &= 1<<31 - 1
			}
			set32(fp, in.a, v)
		case op(wasm.OpArrayLen):
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullArray
			}
			set32(fp, in.a, store.ArrayLen(ref))
		case opStructGet8U:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set32(fp, in.a, uint32(*(*uint8)(p)))
		case opStructGet8S:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set32(fp, in.a, uint32(*(*int8)(p)))
		case opStructGet16U:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set32(fp, in.a, uint32(*(*uint16)(p)))
		case opStructGet16S:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set32(fp, in.a, uint32(*(*int16)(p)))
		case opStructGet32:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set32(fp, in.a, *(*uint32)(p))
		case opStructGet64:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set64(fp, in.a, *(*uint64)(p))
		case opStructGet128:
			ref := u64(fp, in.b)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			lo, hi := *(*uint64)(p), u64(p, 8)
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case opStructSet8:
			ref := u64(fp, in.a)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			*(*uint8)(p) = uint8(u32(fp, in.b))
		case opStructSet16:
			ref := u64(fp, in.a)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			*(*uint16)(p) = uint16(u32(fp, in.b))
		case opStructSet32:
			ref := u64(fp, in.a)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			*(*uint32)(p) = u32(fp, in.b)
		case opStructSet64:
			ref := u64(fp, in.a)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			*(*uint64)(p) = u64(fp, in.b)
		case opStructSet128:
			ref := u64(fp, in.a)
			if ref == 0 {
				goto nullStruct
			}
			p := store.Part(ref, uint64(in.c))
			set64(p, 0, u64(fp, in.b))
			set64(p, 8, u64(fp, in.b+8))
		case opArrayGet8U:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i))
			set32(fp, in.a, uint32(*(*uint8)(p)))
		case opArrayGet8S:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i))
			set32(fp, in.a, uint32(*(*int8)(p)))
		case opArrayGet16U:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*2)
			set32(fp, in.a, uint32(*(*uint16)(p)))
		case opArrayGet16S:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*2)
			set32(fp, in.a, uint32(*(*int16)(p)))
		case opArrayGet32:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*4)
			set32(fp, in.a, *(*uint32)(p))
		case opArrayGet64:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*8)
			set64(fp, in.a, *(*uint64)(p))
		case opArrayGet128:
			ref, i := u64(fp, in.b), u32(fp, in.c)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*16)
			lo, hi := *(*uint64)(p), u64(p, 8)
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case opArraySet8:
			ref, i := u64(fp, in.a), u32(fp, in.b)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i))
			*(*uint8)(p) = uint8(u32(fp, in.c))
		case opArraySet16:
			ref, i := u64(fp, in.a), u32(fp, in.b)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*2)
			*(*uint16)(p) = uint16(u32(fp, in.c))
		case opArraySet32:
			ref, i := u64(fp, in.a), u32(fp, in.b)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*4)
			*(*uint32)(p) = u32(fp, in.c)
		case opArraySet64:
			ref, i := u64(fp, in.a), u32(fp, in.b)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*8)
			*(*uint64)(p) = u64(fp, in.c)
		case opArraySet128:
			ref, i := u64(fp, in.a), u32(fp, in.b)
			if ref == 0 {
				goto nullArray
			}
			if i >= store.ArrayLen(ref) {
				goto outOfArray
			}
			p := store.Part(ref, store.HeaderSize+uint64(i)*16)
			set64(p, 0, u64(fp, in.c))
			set64(p, 8, u64(fp, in.c+8))
		case op(wasm.OpRefGetDesc):
			ref := u64(fp, in.b)
			if ref == 0 {
				trap = wasm.TrapNullReference
				goto trapped
			}
			set64(fp, in.a, *(*uint64)(store.Part(ref, uint64(in.c))))
		case op(wasm.OpRefCastDescEq), opTestDesc:
			descriptor := u64(fp, in.c)
			if descriptor == 0 {
				trap = wasm.TrapNullDescriptor
				goto trapped
			}
			described := m.describedBy(u64(fp, in.b), descriptor, in.d&testNullable != 0)
			if in.op == opTestDesc {
				setBool(fp, in.a, described)
			} else if !described {
				trap = wasm.TrapDescriptorCast
				goto trapped
			}
		case op(wasm.OpStructNew), op(wasm.OpStructNewDefault), op(wasm.OpStructNewDesc),
			op(wasm.OpStructNewDefaultDesc),
			op(wasm.OpArrayNew), op(wasm.OpArrayNewDefault), op(wasm.OpArrayNewFixed), op(wasm.OpArrayNewData),
			op(wasm.OpArrayNewElem), op(wasm.OpArrayCopy), op(wasm.OpArrayFill), op(wasm.OpArrayInitData),
			op(wasm.OpArrayInitElem), op(wasm.OpRefTest), op(wasm.OpRefCast):
			m.save(ip, fp, fn)
			if trap = m.object(inst, fp, in); trap != 0 {
				goto trappedInMachine
			}
			goto load

		// Integers.
		case op(wasm.OpI32Eqz):
			setBool(fp, in.a, u32(fp, in.b) == 0)
		case op(wasm.OpI32Eq):
			setBool(fp, in.a, u32(fp, in.b) == u32(fp, in.c))
		case op(wasm.OpI32Ne):
			setBool(fp, in.a, u32(fp, in.b) != u32(fp, in.c))
		case op(wasm.OpI32LtS):
			setBool(fp, in.a, i32(fp, in.b) < i32(fp, in.c))
		case op(wasm.OpI32LtU):
			setBool(fp, in.a, u32(fp, in.b) < u32(fp, in.c))
		case op(wasm.OpI32GtS):
			setBool(fp, in.a, i32(fp, in.b) > i32(fp, in.c))
		case op(wasm.OpI32GtU):
			setBool(fp, in.a, u32(fp, in.b) > u32(fp, in.c))
		case op(wasm.OpI32LeS):
			setBool(fp, in.a, i32(fp, in.b) <= i32(fp, in.c))
		case op(wasm.OpI32LeU):
			setBool(fp, in.a, u32(fp, in.b) <= u32(fp, in.c))
		case op(wasm.OpI32GeS):
			setBool(fp, in.a, i32(fp, in.b) >= i32(fp, in.c))
		case op(wasm.OpI32GeU):
			setBool(fp, in.a, u32(fp, in.b) >= u32(fp, in.c))
		case opI32EqImm:
			setBool(fp, in.a, u32(fp, in.b) == in.c)
		case opI32NeImm:
			setBool(fp, in.a, u32(fp, in.b) != in.c)
		case opI32LtSImm:
			setBool(fp, in.a, i32(fp, in.b) < int32(in.c))
		case opI32LtUImm:
			setBool(fp, in.a, u32(fp, in.b) < in.c)
		case opI32GtSImm:
			setBool(fp, in.a, i32(fp, in.b) > int32(in.c))
		case opI32GtUImm:
			setBool(fp, in.a, u32(fp, in.b) > in.c)
		case opI32LeSImm:
			setBool(fp, in.a, i32(fp, in.b) <= int32(in.c))
		case opI32LeUImm:
			setBool(fp, in.a, u32(fp, in.b) <= in.c)
		case opI32GeSImm:
			setBool(fp, in.a, i32(fp, in.b) >= int32(in.c))
		case opI32GeUImm:
			setBool(fp, in.a, u32(fp, in.b) >= in.c)
		case op(wasm.OpI32Clz):
			set64(fp, in.a, uint64(bits.LeadingZeros32(u32(fp, in.b))))
		case op(wasm.OpI32Ctz):
			set64(fp, in.a, uint64(bits.TrailingZeros32(u32(fp, in.b))))
		case op(wasm.OpI32Add):
			set32(fp, in.a, u32(fp, in.b)+u32(fp, in.c))
		case op(wasm.OpI32Sub):
			set32(fp, in.a, u32(fp, in.b)-u32(fp, in.c))
		case op(wasm.OpI32Mul):
			set32(fp, in.a, u32(fp, in.b)*u32(fp, in.c))
		case op(wasm.OpI32And):
			set32(fp, in.a, u32(fp, in.b)&u32(fp, in.c))
		case op(wasm.OpI32Or):
			set32(fp, in.a, u32(fp, in.b)|u32(fp, in.c))
		case op(wasm.OpI32Xor):
			set32(fp, in.a, u32(fp, in.b)^u32(fp, in.c))
		case opI32AddImm:
			set32(fp, in.a, u32(fp, in.b)+in.c)
		case opI32MulImm:
			set32(fp, in.a, u32(fp, in.b)*in.c)
		case opI32AndImm:
			set32(fp, in.a, u32(fp, in.b)&in.c)
		case opI32OrImm:
			set32(fp, in.a, u32(fp, in.b)|in.c)
		case opI32XorImm:
			set32(fp, in.a, u32(fp, in.b)^in.c)
		case op(wasm.OpI32Shl):
			set32(fp, in.a, u32(fp, in.b)<<(u32(fp, in.c)&31))
		case op(wasm.OpI32ShrS):
			set32(fp, in.a, uint32(i32(fp, in.b)>>(u32(fp, in.c)&31)))
		case op(wasm.OpI32ShrU):
			set32(fp, in.a, u32(fp, in.b)>>(u32(fp, in.c)&31))
		case opI32ShlImm:
			set32(fp, in.a, u32(fp, in.b)<<(in.c&31))
		case opI32ShrSImm:
			set32(fp, in.a, uint32(i32(fp, in.b)>>(in.c&31)))
		case opI32ShrUImm:
			set32(fp, in.a, u32(fp, in.b)>>(in.c&31))
		case op(wasm.OpI32Rotl):
			set32(fp, in.a, bits.RotateLeft32(u32(fp, in.b), int(u32(fp, in.c)&31)))
		case op(wasm.OpI32Rotr):
			set32(fp, in.a, bits.RotateLeft32(u32(fp, in.b), -int(u32(fp, in.c)&31)))
		case op(wasm.OpI32DivS):
			x, y := i32(fp, in.b), i32(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			if x == math.MinInt32 && y == -1 {
				trap = wasm.TrapIntegerOverflow
				goto trapped
			}
			set32(fp, in.a, uint32(x/y))
		case op(wasm.OpI32RemS):
			x, y := i32(fp, in.b), i32(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			// Go defines the overflowing case as Wasm does: the remainder is 0.
			set32(fp, in.a, uint32(x%y))
		case op(wasm.OpI32DivU):
			y := u32(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			set32(fp, in.a, u32(fp, in.b)/y)
		case op(wasm.OpI32RemU):
			y := u32(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			set32(fp, in.a, u32(fp, in.b)%y)
		case op(wasm.OpI64Eqz):
			setBool(fp, in.a, u64(fp, in.b) == 0)
		case op(wasm.OpI64Eq):
			setBool(fp, in.a, u64(fp, in.b) == u64(fp, in.c))
		case op(wasm.OpI64Ne):
			setBool(fp, in.a, u64(fp, in.b) != u64(fp, in.c))
		case op(wasm.OpI64LtS):
			setBool(fp, in.a, i64(fp, in.b) < i64(fp, in.c))
		case op(wasm.OpI64LtU):
			setBool(fp, in.a, u64(fp, in.b) < u64(fp, in.c))
		case op(wasm.OpI64GtS):
			setBool(fp, in.a, i64(fp, in.b) > i64(fp, in.c))
		case op(wasm.OpI64GtU):
			setBool(fp, in.a, u64(fp, in.b) > u64(fp, in.c))
		case op(wasm.OpI64LeS):
			setBool(fp, in.a, i64(fp, in.b) <= i64(fp, in.c))
		case op(wasm.OpI64LeU):
			setBool(fp, in.a, u64(fp, in.b) <= u64(fp, in.c))
		case op(wasm.OpI64GeS):
			setBool(fp, in.a, i64(fp, in.b) >= i64(fp, in.c))
		case op(wasm.OpI64GeU):
			setBool(fp, in.a, u64(fp, in.b) >= u64(fp, in.c))
		case opI64EqImm:
			setBool(fp, in.a, u64(fp, in.b) == uint64(int32(in.c)))
		case opI64NeImm:
			setBool(fp, in.a, u64(fp, in.b) != uint64(int32(in.c)))
		case opI64LtSImm:
			setBool(fp, in.a, i64(fp, in.b) < int64(int32(in.c)))
		case opI64LtUImm:
			setBool(fp, in.a, u64(fp, in.b) < uint64(int32(in.c)))
		case opI64GtSImm:
			setBool(fp, in.a, i64(fp, in.b) > int64(int32(in.c)))
		case opI64GtUImm:
			setBool(fp, in.a, u64(fp, in.b) > uint64(int32(in.c)))
		case opI64LeSImm:
			setBool(fp, in.a, i64(fp, in.b) <= int64(int32(in.c)))
		case opI64LeUImm:
			setBool(fp, in.a, u64(fp, in.b) <= uint64(int32(in.c)))
		case opI64GeSImm:
			setBool(fp, in.a, i64(fp, in.b) >= int64(int32(in.c)))
		case opI64GeUImm:
			setBool(fp, in.a, u64(fp, in.b) >= uint64(int32(in.c)))
		case op(wasm.OpI64Clz):
			set64(fp, in.a, uint64(bits.LeadingZeros64(u64(fp, in.b))))
		case op(wasm.OpI64Ctz):
			set64(fp, in.a, uint64(bits.TrailingZeros64(u64(fp, in.b))))
		case op(wasm.OpI64Add):
			set64(fp, in.a, u64(fp, in.b)+u64(fp, in.c))
		case op(wasm.OpI64Sub):
			set64(fp, in.a, u64(fp, in.b)-u64(fp, in.c))
		case op(wasm.OpI64Mul):
			set64(fp, in.a, u64(fp, in.b)*u64(fp, in.c))
		case op(wasm.OpI64And):
			set64(fp, in.a, u64(fp, in.b)&u64(fp, in.c))
		case op(wasm.OpI64Or):
			set64(fp, in.a, u64(fp, in.b)|u64(fp, in.c))
		case op(wasm.OpI64Xor):
			set64(fp, in.a, u64(fp, in.b)^u64(fp, in.c))
		case opI64AddImm:
			set64(fp, in.a, u64(fp, in.b)+uint64(int32(in.c)))
		case opI64MulImm:
			set64(fp, in.a, u64(fp, in.b)*uint64(int32(in.c)))
		case opI64AndImm:
			set64(fp, in.a, u64(fp, in.b)&uint64(int32(in.c)))
		case opI64OrImm:
			set64(fp, in.a, u64(fp, in.b)|uint64(int32(in.c)))
		case opI64XorImm:
			set64(fp, in.a, u64(fp, in.b)^uint64(int32(in.c)))
		case op(wasm.OpI64Shl):
			set64(fp, in.a, u64(fp, in.b)<<(u64(fp, in.c)&63))
		case op(wasm.OpI64ShrS):
			set64(fp, in.a, uint64(i64(fp, in.b)>>(u64(fp, in.c)&63)))
		case op(wasm.OpI64ShrU):
			set64(fp, in.a, u64(fp, in.b)>>(u64(fp, in.c)&63))
		case opI64ShlImm:
			set64(fp, in.a, u64(fp, in.b)<<(in.c&63))
		case opI64ShrSImm:
			set64(fp, in.a, uint64(i64(fp, in.b)>>(in.c&63)))
		case opI64ShrUImm:
			set64(fp, in.a, u64(fp, in.b)>>(in.c&63))
		case op(wasm.OpI64Rotl):
			set64(fp, in.a, bits.RotateLeft64(u64(fp, in.b), int(u64(fp, in.c)&63)))
		case op(wasm.OpI64Rotr):
			set64(fp, in.a, bits.RotateLeft64(u64(fp, in.b), -int(u64(fp, in.c)&63)))
		case op(wasm.OpI64DivS):
			x, y := i64(fp, in.b), i64(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			if x == math.MinInt64 && y == -1 {
				trap = wasm.TrapIntegerOverflow
				goto trapped
			}
			set64(fp, in.a, uint64(x/y))
		case op(wasm.OpI64RemS):
			x, y := i64(fp, in.b), i64(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			// Go defines the overflowing case as Wasm does: the remainder is 0.
			set64(fp, in.a, uint64(x%y))
		case op(wasm.OpI64DivU):
			y := u64(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			set64(fp, in.a, u64(fp, in.b)/y)
		case op(wasm.OpI64RemU):
			y := u64(fp, in.c)
			if y == 0 {
				goto divideByZero
			}
			set64(fp, in.a, u64(fp, in.b)%y)
		case op(wasm.OpI64Add128):
			lo, carry := bits.Add64(u64(fp, in.a), u64(fp, in.a+16), 0)
			hi, _ := bits.Add64(u64(fp, in.a+8), u64(fp, in.a+24), carry)
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case op(wasm.OpI64Sub128):
			lo, borrow := bits.Sub64(u64(fp, in.a), u64(fp, in.a+16), 0)
			hi, _ := bits.Sub64(u64(fp, in.a+8), u64(fp, in.a+24), borrow)
			set64(fp, in.a, lo)
			set64(fp, in.a+8, hi)
		case op(wasm.OpI32WrapI64), op(wasm.OpI64ExtendI32U):
			set32(fp, in.a, u32(fp, in.b))
		case op(wasm.OpI64ExtendI32S), op(wasm.OpI64Extend32S):
			set64(fp, in.a, uint64(i32(fp, in.b)))
		case op(wasm.OpI32Extend8S):
			set32(fp, in.a, uint32(int8(u32(fp, in.b))))
		case op(wasm.OpI32Extend16S):
			set32(fp, in.a, uint32(int16(u32(fp, in.b))))
		case op(wasm.OpI64Extend8S):
			set64(fp, in.a, uint64(int8(u32(fp, in.b))))
		case op(wasm.OpI64Extend16S):
			set64(fp, in.a, uint64(int16(u32(fp, in.b))))

		// Floating point. The operations on bits leave NaNs alone.
		case op(wasm.OpF32Eq):
			setBool(fp, in.a, f32(fp, in.b) == f32(fp, in.c))
		case op(wasm.OpF32Ne):
			setBool(fp, in.a, f32(fp, in.b) != f32(fp, in.c))
		case op(wasm.OpF32Lt):
			setBool(fp, in.a, f32(fp, in.b) < f32(fp, in.c))
		case op(wasm.OpF32Gt):
			setBool(fp, in.a, f32(fp, in.b) > f32(fp, in.c))
		case op(wasm.OpF32Le):
			setBool(fp, in.a, f32(fp, in.b) <= f32(fp, in.c))
		case op(wasm.OpF32Ge):
			setBool(fp, in.a, f32(fp, in.b) >= f32(fp, in.c))
		case op(wasm.OpF32Abs):
			set32(fp, in.a, u32(fp, in.b)&^(1<<31))
		case op(wasm.OpF32Neg):
			set32(fp, in.a, u32(fp, in.b)^1<<31)
		case op(wasm.OpF32Copysign):
			set32(fp, in.a, u32(fp, in.b)&^(1<<31)|u32(fp, in.c)&(1<<31))
		case op(wasm.OpF32Sqrt):
			x := f32(fp, in.b)
			setF32(fp, in.a, made(float32(math.Sqrt(float64(x))), x, 0))
		case op(wasm.OpF32Add):
			x, y := f32(fp, in.b), f32(fp, in.c)
			setF32(fp, in.a, made(x+y, x, y))
		case op(wasm.OpF32Sub):
			x, y := f32(fp, in.b), f32(fp, in.c)
			setF32(fp, in.a, made(x-y, x, y))
		case op(wasm.OpF32Mul):
			x, y := f32(fp, in.b), f32(fp, in.c)
			setF32(fp, in.a, made(x*y, x, y))
		case op(wasm.OpF32Div):
			x, y := f32(fp, in.b), f32(fp, in.c)
			setF32(fp, in.a, made(x/y, x, y))
		case op(wasm.OpF32Min):
			x, y := f32(fp, in.b), f32(fp, in.c)
			if x != x || y != y {
				goto outOfLine
			}
			setF32(fp, in.a, min(x, y))
		case op(wasm.OpF32Max):
			x, y := f32(fp, in.b), f32(fp, in.c)
			if x != x || y != y {
				goto outOfLine
			}
			setF32(fp, in.a, max(x, y))
		case op(wasm.OpF64Eq):
			setBool(fp, in.a, f64(fp, in.b) == f64(fp, in.c))
		case op(wasm.OpF64Ne):
			setBool(fp, in.a, f64(fp, in.b) != f64(fp, in.c))
		case op(wasm.OpF64Lt):
			setBool(fp, in.a, f64(fp, in.b) < f64(fp, in.c))
		case op(wasm.OpF64Gt):
			setBool(fp, in.a, f64(fp, in.b) > f64(fp, in.c))
		case op(wasm.OpF64Le):
			setBool(fp, in.a, f64(fp, in.b) <= f64(fp, in.c))
		case op(wasm.OpF64Ge):
			setBool(fp, in.a, f64(fp, in.b) >= f64(fp, in.c))
		case op(wasm.OpF64Abs):
			set64(fp, in.a, u64(fp, in.b)&^(1<<63))
		case op(wasm.OpF64Neg):
			set64(fp, in.a, u64(fp, in.b)^1<<63)
		case op(wasm.OpF64Copysign):
			set64(fp, in.a, u64(fp, in.b)&^(1<<63)|u64(fp, in.c)&(1<<63))
		case op(wasm.OpF64Sqrt):
			x := f64(fp, in.b)
			setF64(fp, in.a, made(math.Sqrt(x), x, 0))
		case op(wasm.OpF64Add):
			x, y := f64(fp, in.b), f64(fp, in.c)
			setF64(fp, in.a, made(x+y, x, y))
		case op(wasm.OpF64Sub):
			x, y := f64(fp, in.b), f64(fp, in.c)
			setF64(fp, in.a, made(x-y, x, y))
		case op(wasm.OpF64Mul):
			x, y := f64(fp, in.b), f64(fp, in.c)
			setF64(fp, in.a, made(x*y, x, y))
		case op(wasm.OpF64Div):
			x, y := f64(fp, in.b), f64(fp, in.c)
			setF64(fp, in.a, made(x/y, x, y))
		case op(wasm.OpF64Min):
			x, y := f64(fp, in.b), f64(fp, in.c)
			if x != x || y != y {
				goto outOfLine
			}
			setF64(fp, in.a, min(x, y))
		case op(wasm.OpF64Max):
			x, y := f64(fp, in.b), f64(fp, in.c)
			if x != x || y != y {
				goto outOfLine
			}
			setF64(fp, in.a, max(x, y))
		case op(wasm.OpF32DemoteF64):
			set32(fp, in.a, math.Float32bits(float32(f64(fp, in.b))))
		case op(wasm.OpF64PromoteF32):
			set64(fp, in.a, math.Float64bits(float64(f32(fp, in.b))))
		case op(wasm.OpF32ConvertI32S):
			set32(fp, in.a, math.Float32bits(float32(i32(fp, in.b))))
		case op(wasm.OpF32ConvertI32U):
			set32(fp, in.a, math.Float32bits(float32(u32(fp, in.b))))
		case op(wasm.OpF32ConvertI64S):
			set32(fp, in.a, math.Float32bits(float32(i64(fp, in.b))))
		case op(wasm.OpF32ConvertI64U):
			set32(fp, in.a, math.Float32bits(float32(u64(fp, in.b))))
		case op(wasm.OpF64ConvertI32S):
			set64(fp, in.a, math.Float64bits(float64(i32(fp, in.b))))
		case op(wasm.OpF64ConvertI32U):
			set64(fp, in.a, math.Float64bits(float64(u32(fp, in.b))))
		case op(wasm.OpF64ConvertI64S):
			set64(fp, in.a, math.Float64bits(float64(i64(fp, in.b))))
		case op(wasm.OpF64ConvertI64U):
			set64(fp, in.a, math.Float64bits(float64(u64(fp, in.b))))
		case op(wasm.OpI32ReinterpretF32), op(wasm.OpF32ReinterpretI32):
			set32(fp, in.a, u32(fp, in.b))
		case op(wasm.OpI64ReinterpretF64), op(wasm.OpF64ReinterpretI64):
			set64(fp, in.a, u64(fp, in.b))

		default:
			// What takes a call in Go, or registers that the loop needs, is not worth a
			// case here.
			goto outOfLine
		}
		continue

	outOfLine:
		m.save(ip, fp, fn)
		if trap = outOfLine(fp, in); trap != 0 {
			goto trappedInMachine
		}
		goto load

	branch:
		ip = unsafe.Add(ip, int32(in.c))
		if int32(in.c) >= 0 {
			continue
		}
	poll:
		if atomic.LoadUint32(&m.interrupt) == 0 {
			continue
		}
		m.save(ip, fp, fn)
		if err := m.poll(); err != nil {
			return m.fail(err)
		}
		if m.failed() {
			goto thrown
		}
		goto load

	call:
		// ip is behind the call and its extra instruction.
		if callee.Code != 0 {
			newFP := unsafe.Add(fp, in.a)
			h := (*header)(store.Pointer(callee.Code))
			if uintptr(newFP)+uintptr(h.frame) > limit {
				goto slowCall
			}
			*(*link)(unsafe.Add(newFP, in.c)) = link{ret: uintptr(ip), delta: uintptr(in.a), caller: uintptr(unsafe.Pointer(fn))}
			ip, fp, fn = store.Pointer(callee.Code+instrSize), newFP, callee
			if fn.Instance == inst {
				goto poll
			}
			inst = fn.Instance
			if atomic.LoadUint32(&m.interrupt) == 0 {
				goto loadMemory
			}
			goto poll
		}
	slowCall:
		m.save(ip, fp, fn)
		if trap = m.call(callee, in); trap != 0 {
			goto trappedInMachine
		}
		if m.failed() {
			goto thrown
		}
		goto load
	checkType:
		m.save(ip, fp, fn)
		if trap = m.checkedCall(callee, in); trap != 0 {
			goto trappedInMachine
		}
		if m.failed() {
			goto thrown
		}
		goto load
	tailCall:
		m.save(ip, fp, fn)
		if trap = m.tailCall(callee, in); trap != 0 {
			goto trappedInMachine
		}
		if m.failed() {
			goto thrown
		}
		goto load
	returned:
		if fn.Instance == inst {
			continue
		}
		if fn != nil && fn.Instance != nil {
			inst = fn.Instance
		}
		goto loadMemory
	}

thrown:
	if err := m.unwind(); err != nil {
		return m.fail(err)
	}
	goto loadAndPoll
nullStruct:
	trap = wasm.TrapNullStruct
	goto trapped
nullArray:
	trap = wasm.TrapNullArray
	goto trapped
outOfArray:
	trap = wasm.TrapArrayOutOfBounds
	goto trapped
outOfBounds:
	m.save(ip, fp, fn)
	if m.grown(in) {
		goto load
	}
	trap = wasm.TrapMemoryOutOfBounds
	goto trappedInMachine
divideByZero:
	trap = wasm.TrapDivideByZero
trapped:
	m.save(ip, fp, fn)
trappedInMachine:
	return m.fail(m.trap(trap))
}
