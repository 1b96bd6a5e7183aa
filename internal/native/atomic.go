package native

import (
	"sync/atomic"
	"time"
	"unsafe"

	"weft/internal/codegen"
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

// A memoryPlace is where the last builtin has found its memory. Most find the same one: to compare takes less time than
// the way through the records.
type memoryPlace struct {
	instance, index uint64
	memory          *store.Memory
}

// memoryOf returns the memory of a builtin that begins with an instance and the number of one.
func (m *machine) memoryOf(a *[codegen.ArgSlots]uint64) *store.Memory {
	if last := &m.lastMemory; a[0] == last.instance && a[1] == last.index {
		return last.memory
	}
	return m.findMemory(a)
}

func (m *machine) findMemory(a *[codegen.ArgSlots]uint64) *store.Memory {
	in := (*store.InstanceRecord)(store.Pointer(uintptr(a[0])))
	memory := m.store.Memory(in.Memory(uint32(a[1])))
	m.lastMemory = memoryPlace{a[0], a[1], memory}
	return memory
}

// wait executes memory.atomic.wait, and reports whether to go back.
func (m *machine) wait() bool {
	a := &m.context.Args
	memory, width, expected, timeout := m.memoryOf(a), a[2], a[5], time.Duration(a[6])
	at, trap := atomicPlace(memory, a[3], a[4], width)
	switch {
	case trap != wasm.TrapNone:
		return m.trap(trap, "")
	case memory.Shared == nil:
		return m.trap(wasm.TrapExpectedShared, "")
	}
	p := unsafe.Add(memory.Record.Base, at)
	if m.store.Scheduler == nil {
		return m.block(memory.Shared, at, p, width, expected, timeout)
	}
	w := &m.waits
	w.Memory, w.Record, w.Address, w.Place, w.Width, w.Expected = memory.Shared, memory.Record, at, p, width, expected
	w.Timeout, w.Pinned = timeout, m.IsPinned()
	result, err := m.store.Scheduler.Wait(m.ctx, w)
	a[0] = uint64(result)
	if err == nil {
		return true
	}
	if r, ok := err.(*store.SwitchRequest); ok && m.knows(r) {
		return m.switchThreads(r, atCall, keepsResult)
	}
	return m.obey(store.CheckWait(err), atCall, keepsResult)
}

// block waits with the goroutine.
func (m *machine) block(
	memory *store.SharedMemory, at uint64, p unsafe.Pointer, width, expected uint64, timeout time.Duration,
) bool {
	equal := func() bool {
		if width == 4 {
			return atomic.LoadUint32((*uint32)(p)) == uint32(expected)
		}
		return atomic.LoadUint64((*uint64)(p)) == expected
	}
	result, trap, err := m.store.Wait(m.ctx, memory, at, equal, timeout)
	if err != nil {
		return m.end(&store.Interrupt{Cause: err, Stack: m.stackTrace(m.atCall())})
	}
	m.context.Args[0] = uint64(result)
	return m.done(trap)
}

// notify executes memory.atomic.notify.
func (m *machine) notify() bool {
	a := &m.context.Args
	memory := m.memoryOf(a)
	at, trap := atomicPlace(memory, a[2], a[3], 4)
	n := uint32(0)
	if trap == wasm.TrapNone && memory.Shared != nil {
		n = memory.Shared.Notify(at, uint32(a[4]), m.store)
	}
	a[0] = uint64(n)
	return m.done(trap)
}
