package store

import (
	"unsafe"

	"weft/wasm"
)

// Records lie outside the Go heap (offheap.go) and hold no Go pointers: the
// pointers among their fields point to other such records. They live as long as
// their store. Engines and machine code depend on the order of the fields.

// A FuncRecord is what a function reference points to.
type FuncRecord struct {
	Code     uintptr         // the interpreter's code; 0 before the first call, and if it is not the interpreter's
	Instance *InstanceRecord // nil for a host function
	// Native is what machine code calls: the function's own code, or what leads out of
	// machine code. 0 where there is only the interpreter.
	Native  uintptr
	Index   uint32 // in the module's functions; for a host function its number in the store
	Type    wasm.TypeID
	Params  uint32 // slots
	Results uint32 // slots
}

// IsHost reports whether the function is implemented by the host.
func (f *FuncRecord) IsHost() bool { return f.Instance == nil }

// Ref returns the reference to the function as a slot.
func (f *FuncRecord) Ref() uint64 { return uint64(uintptr(unsafe.Pointer(f))) }

// FuncFromRef returns the function that a reference points to, nil for null.
func FuncFromRef(slot uint64) *FuncRecord { return (*FuncRecord)(Pointer(uintptr(slot))) }

// An InstanceRecord has what the code of an instance reaches through it.
type InstanceRecord struct {
	memories **MemoryRecord
	globals  **GlobalRecord
	tables   **TableRecord
	funcs    **FuncRecord
	tags     **TagRecord
	types    *wasm.TypeID
	// Own is the array of the records of the functions that the module defines.
	Own *FuncRecord
	// Number names the Go half in the store.
	Number uint32
	// NumMemories lets code ask for memory 0 of an instance without memories.
	NumMemories uint32
	// noClauses is 0: what machine code takes for the clauses of a resume that has none.
	noClauses uintptr
}

// Memory returns memory i.
func (in *InstanceRecord) Memory(i uint32) *MemoryRecord { return *at(in.memories, i) }

// Global returns global i.
func (in *InstanceRecord) Global(i uint32) *GlobalRecord { return *at(in.globals, i) }

// Table returns table i.
func (in *InstanceRecord) Table(i uint32) *TableRecord { return *at(in.tables, i) }

// Func returns function i.
func (in *InstanceRecord) Func(i uint32) *FuncRecord { return *at(in.funcs, i) }

// Tag returns tag i.
func (in *InstanceRecord) Tag(i uint32) *TagRecord { return *at(in.tags, i) }

// OwnFunc returns function i of those that the module defines.
func (in *InstanceRecord) OwnFunc(i uint32) *FuncRecord { return at(in.Own, i) }

// Type returns the identity of type i.
func (in *InstanceRecord) Type(i uint32) wasm.TypeID { return *at(in.types, i) }

// A MemoryRecord is a linear memory.
type MemoryRecord struct {
	Base   unsafe.Pointer
	Len    uint64 // in bytes
	Number uint32 // of the Go half in the store
	// PageLog2 is the binary logarithm of the page size.
	PageLog2 uint32
}

// A TableRecord is a table; its elements are slots.
type TableRecord struct {
	Base   unsafe.Pointer
	Len    uint64 // in elements
	Number uint32 // of the Go half in the store
}

// A GlobalRecord is a global: its value, of which only a v128 uses both slots.
type GlobalRecord struct {
	Value  [2]uint64
	Number uint32 // of the Go half in the store
}

// A TagRecord is the identity of a tag: tags are the same if and only if their
// records are.
type TagRecord struct {
	Type   wasm.TypeID
	Params uint32 // slots
	Number uint32 // of the Go half in the store
}
