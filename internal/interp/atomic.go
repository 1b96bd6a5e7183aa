package interp

import (
	"time"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// atomic executes an instruction of the threads proposal that accesses memory.
// The opcodes of a kind are neighbours in the table of instructions.
func (m *machine) atomic(inst *store.InstanceRecord, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	code := wasm.Opcode(in.d)
	width := uint64(code.Info().Width)
	memory, at, ok := m.effective(inst, fp, in, in.b)
	if at&(width-1) != 0 {
		return wasm.TrapUnalignedAtomic
	}
	if size := memory.Len(); !ok || at > size || size-at < width {
		return wasm.TrapMemoryOutOfBounds
	}
	p := unsafe.Add(memory.Record.Base, at)
	switch {
	case code == wasm.OpMemoryAtomicNotify:
		n := uint32(0)
		if memory.Shared != nil {
			n = memory.Shared.Notify(at, u32(fp, in.c), m.store)
		}
		set32(fp, in.a, n)
	case code < wasm.OpAtomicFence:
		return m.wait(memory, at, width, fp, in)
	case code < wasm.OpI32AtomicStore:
		set64(fp, in.a, atomicLoad(p, width))
	case code < wasm.OpI32AtomicRmwAdd:
		atomicStore(p, width, u64(fp, in.c))
	case code < wasm.OpI32AtomicRmwCmpxchg:
		set64(fp, in.a, atomicModify(modificationOf(code), p, width, u64(fp, in.c)))
	default:
		set64(fp, in.a, atomicCompareExchange(p, width, u64(fp, in.c), u64(fp, in.c+8)))
	}
	return wasm.TrapNone
}

// wait executes memory.atomic.wait. If the call is interrupted meanwhile, the
// error is in flight.
func (m *machine) wait(memory *store.Memory, at, width uint64, fp unsafe.Pointer, in *instr) wasm.TrapCode {
	if memory.Shared == nil {
		return wasm.TrapExpectedShared
	}
	p := unsafe.Add(memory.Record.Base, at)
	expected := u64(fp, in.c)
	if s := m.store.Scheduler; s != nil {
		w := &m.waits
		*w = store.Wait{Memory: memory.Shared, Address: at, Place: p, Width: width, Expected: expected,
			Timeout: time.Duration(u64(fp, in.c+8)), Pinned: m.IsPinned()}
		result, err := s.Wait(m.ctx, w)
		set32(fp, in.a, uint32(result))
		m.ip -= instrSize // to what is behind the instruction, whose a is where a resumption puts the result
		m.obey(store.CheckWait(err))
		return wasm.TrapNone
	}
	equal := func() bool { return atomicLoad(p, width) == expected }
	result, trap, err := m.store.Wait(m.ctx, memory.Shared, at, equal, time.Duration(u64(fp, in.c+8)))
	if err != nil {
		m.flight = flight{err: &store.Interrupt{Cause: err, Stack: m.stackTrace()}}
		return wasm.TrapNone
	}
	set32(fp, in.a, uint32(result))
	return trap
}
