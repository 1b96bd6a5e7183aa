package store

import (
	"unsafe"

	"weft/wasm"
)

// An InstanceLayout says where in the block that begins with an [InstanceRecord]
// the arrays of the instance lie: first the records of its own memories, globals and
// tables, which code uses most, then pointers to all that it has, then the records of its
// own functions. It is the same for all instances of a module, so machine code reaches
// everything with constant offsets. All are in bytes.
type InstanceLayout struct {
	ownMemories, ownGlobals, ownTables                              int64
	memories, globals, tables, funcs, tags, types, own, extra, size int64
}

// InstanceNoClauses is the offset of a word that is 0.
const InstanceNoClauses = int32(unsafe.Offsetof(InstanceRecord{}.noClauses))

const pointerSize = int64(unsafe.Sizeof(uintptr(0)))

// LayoutInstance returns the layout of a module's instances.
func LayoutInstance(m *Module) InstanceLayout {
	end := int64(unsafe.Sizeof(InstanceRecord{}))
	array := func(n int, size int64) int64 {
		start := int64(roundUp(uintptr(end), 8))
		end = start + int64(n)*size
		return start
	}
	var l InstanceLayout
	l.ownMemories = array(len(m.Wasm.Memories), int64(unsafe.Sizeof(MemoryRecord{})))
	l.ownGlobals = array(len(m.Wasm.Globals), int64(unsafe.Sizeof(GlobalRecord{})))
	l.ownTables = array(len(m.Wasm.Tables), int64(unsafe.Sizeof(TableRecord{})))
	l.memories = array(len(m.Space.Memories), pointerSize)
	l.globals = array(len(m.Space.Globals), pointerSize)
	l.tables = array(len(m.Space.Tables), pointerSize)
	l.funcs = array(len(m.Space.Funcs), pointerSize)
	l.tags = array(len(m.Space.Tags), pointerSize)
	l.types = array(len(m.Types), int64(unsafe.Sizeof(wasm.TypeID(0))))
	end = int64(roundUp(uintptr(end), 16))
	l.own = end
	l.extra = end + int64(len(m.Wasm.Funcs))*int64(unsafe.Sizeof(FuncRecord{}))
	l.size = l.extra + m.Extra
	return l
}

// Extra is where the engine's own part is, of Module.Extra bytes.
func (l *InstanceLayout) Extra() int64 { return l.extra }

// OwnMemory is where the record of memory i of those that the module defines is.
func (l *InstanceLayout) OwnMemory(i int) int64 {
	return l.ownMemories + int64(i)*int64(unsafe.Sizeof(MemoryRecord{}))
}

// OwnGlobal is where the record of global i of those that the module defines is.
func (l *InstanceLayout) OwnGlobal(i int) int64 {
	return l.ownGlobals + int64(i)*int64(unsafe.Sizeof(GlobalRecord{}))
}

// OwnTable is where the record of table i of those that the module defines is.
func (l *InstanceLayout) OwnTable(i int) int64 {
	return l.ownTables + int64(i)*int64(unsafe.Sizeof(TableRecord{}))
}

// Memory is where the address of the record of memory i is.
func (l *InstanceLayout) Memory(i uint32) int64 { return l.memories + int64(i)*pointerSize }

// Global is where the address of the record of global i is.
func (l *InstanceLayout) Global(i uint32) int64 { return l.globals + int64(i)*pointerSize }

// Table is where the address of the record of table i is.
func (l *InstanceLayout) Table(i uint32) int64 { return l.tables + int64(i)*pointerSize }

// Func is where the address of the record of function i is.
func (l *InstanceLayout) Func(i uint32) int64 { return l.funcs + int64(i)*pointerSize }

// OwnFunc is where the record of function i of those that the module defines is.
func (l *InstanceLayout) OwnFunc(i uint32) int64 {
	return l.own + int64(i)*int64(unsafe.Sizeof(FuncRecord{}))
}

// Tag is where the address of the record of tag i is.
func (l *InstanceLayout) Tag(i uint32) int64 { return l.tags + int64(i)*pointerSize }

// Type is where the canonical identity of type i is, in 32 bits.
func (l *InstanceLayout) Type(i uint32) int64 {
	return l.types + int64(i)*int64(unsafe.Sizeof(wasm.TypeID(0)))
}
