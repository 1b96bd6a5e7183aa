package native

import (
	"sync/atomic"
	"time"
	"unsafe"

	"weft/internal/store"
	"weft/wasm"
)

// atomicPlace returns what an instruction of the threads proposal accesses: its address in the
// memory.
func atomicPlace(memory *store.Memory, address, offset, width uint64) (uint64, wasm.TrapCode) {
	at := address + offset
	if at&(width-1) != 0 {
		return 0, wasm.TrapUnalignedAtomic
	}
	if size := memory.Len(); at < address || at > size || size-at < width {
		return 0, wasm.TrapMemoryOutOfBounds
	}
	return at, wasm.TrapNone
}

// wait executes memory.atomic.wait, and reports whether to go back.
func (m *machine) wait(memory *store.Memory, width, address, offset, expected uint64, timeout time.Duration) bool {
	at, trap := atomicPlace(memory, address, offset, width)
	switch {
	case trap != wasm.TrapNone:
		return m.trap(trap, "")
	case memory.Shared == nil:
		return m.trap(wasm.TrapExpectedShared, "")
	}
	p := unsafe.Add(memory.Record.Base, at)
	if m.store.Scheduler != nil {
		m.waits = store.Wait{Memory: memory.Shared, Address: at, Place: p, Width: width, Expected: expected,
			Timeout: timeout, Pinned: m.IsPinned()}
		result, err := m.store.Scheduler.Wait(m.ctx, &m.waits)
		m.context.Args[0] = uint64(result)
		return m.obey(store.CheckWait(err), atCall, keepsResult)
	}
	equal := func() bool {
		if width == 4 {
			return atomic.LoadUint32((*uint32)(p)) == uint32(expected)
		}
		return atomic.LoadUint64((*uint64)(p)) == expected
	}
	result, trap, err := m.store.Wait(m.ctx, memory.Shared, at, equal, timeout)
	if err != nil {
		return m.end(&store.Interrupt{Cause: err, Stack: m.stackTrace(m.atCall())})
	}
	m.context.Args[0] = uint64(result)
	return m.done(trap)
}

// notify executes memory.atomic.notify.
func (m *machine) notify(memory *store.Memory, address, offset uint64, count uint32) bool {
	at, trap := atomicPlace(memory, address, offset, 4)
	n := uint32(0)
	if trap == wasm.TrapNone && memory.Shared != nil {
		n = memory.Shared.Notify(at, count, m.store)
	}
	m.context.Args[0] = uint64(n)
	return m.done(trap)
}
