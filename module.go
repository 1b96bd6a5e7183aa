package weft

import (
	"fmt"
	"runtime"
	"slices"

	"weft/internal/store"
	"weft/wasm"
)

// A Module is a compiled module. It is safe for concurrent use.
type Module struct {
	engine *Engine
	module *store.Module
	source []byte // the binary form, if the module was compiled from that
}

// Engine returns the engine that compiled the module.
func (m *Module) Engine() *Engine {
	if m == nil {
		return nil
	}
	return m.engine
}

// Wasm returns what the module was compiled from. It must not be changed.
func (m *Module) Wasm() *wasm.Module {
	if m == nil {
		return nil
	}
	return m.module.Wasm
}

// Name returns the name that the module gives itself, or "".
func (m *Module) Name() string {
	if m == nil {
		return ""
	}
	return m.module.Wasm.Names.Module
}

// Frame describes the call of a function, by its index, that stands at the instruction with an offset in the binary.
// An offset that is not in the function gives a frame without a place in the source.
func (m *Module) Frame(function uint32, offset int) Frame {
	if m == nil {
		return Frame{}
	}
	body := 0
	if i := int(function) - m.module.Space.ImportedFuncs; i >= 0 && i < len(m.module.Wasm.Funcs) {
		body = m.module.Wasm.Funcs[i].BodyOffset
	}
	frame := m.module.FuncFrame(function, offset-body)
	return fromFrame(&frame)
}

// checkEngine refuses objects of another engine.
func (m *Module) checkEngine(e *Engine) error {
	if m == nil {
		return errNoModule
	}
	if m.engine != e {
		return fmt.Errorf("weft: module %q was compiled by another engine", m.Name())
	}
	return nil
}

// An ExternType is the type of what is imported or exported: of its fields, the one
// for the kind. A concrete reference type in it names the type's identity in the
// engine, which it has as long as there is a module or a store with it. [Store.NewFunc],
// NewTag, NewTable and NewGlobal take such types, and keep them until the store is closed.
type ExternType struct {
	Kind   wasm.ExternKind
	Func   wasm.FuncType // also of a tag
	Table  wasm.TableType
	Memory wasm.MemoryType
	Global wasm.GlobalType
}

// String returns the type as messages show it: "func [i32] -> []".
func (t ExternType) String() string {
	var inner fmt.Stringer = t.Func
	switch t.Kind {
	case wasm.ExternTable:
		inner = t.Table
	case wasm.ExternMemory:
		inner = t.Memory
	case wasm.ExternGlobal:
		inner = t.Global
	}
	return t.Kind.String() + " " + inner.String()
}

// An Import is a value that a module asks for.
type Import struct {
	Module, Name string     // by which a Linker finds it
	Type         ExternType // that the value must have
	// Exact says of a function that one of a type which only extends the type of the import does not do.
	Exact bool
}

// An Export is a value that the instances of a module give a name.
type Export struct {
	Name string // unique in the module
	Type ExternType
}

// Imports returns what the module imports, in the order in which
// [Store.Instantiate] takes it.
func (m *Module) Imports() []Import {
	if m == nil {
		return nil
	}
	defer runtime.KeepAlive(m.module) // with which its types go
	imports := make([]Import, len(m.module.Wasm.Imports))
	var counts [5]uint32 // by kind: the first of each index space are the imports
	for i, im := range m.module.Wasm.Imports {
		imports[i] = Import{im.Module, im.Name, m.externType(im.Kind, counts[im.Kind]), im.Exact}
		counts[im.Kind]++
	}
	return imports
}

// Exports returns what the module exports, in its order.
func (m *Module) Exports() []Export {
	if m == nil {
		return nil
	}
	defer runtime.KeepAlive(m.module) // with which its types go
	exports := make([]Export, len(m.module.Wasm.Exports))
	for i, e := range m.module.Wasm.Exports {
		exports[i] = Export{e.Name, m.externType(e.Kind, e.Index)}
	}
	return exports
}

// CustomSections returns the contents of the custom sections with a name, in
// order; they must not be changed. The section "name" is not among them: functions
// and stack traces have the names.
func (m *Module) CustomSections(name string) [][]byte {
	if m == nil {
		return nil
	}
	var contents [][]byte
	for i := range m.module.Wasm.Customs {
		if c := &m.module.Wasm.Customs[i]; c.Name == name {
			contents = append(contents, c.Data)
		}
	}
	return contents
}

// externType returns the type of what an index names.
func (m *Module) externType(kind wasm.ExternKind, index uint32) ExternType {
	t := ExternType{Kind: kind}
	space, ids := m.module.Space, m.module.Types
	switch kind {
	case wasm.ExternFunc:
		t.Func = m.funcType(space.Funcs[index])
	case wasm.ExternTag:
		t.Func = m.funcType(space.Tags[index])
	case wasm.ExternTable:
		t.Table = space.Tables[index]
		t.Table.Elem = wasm.CanonicalValType(t.Table.Elem, ids)
	case wasm.ExternMemory:
		t.Memory = space.Memories[index]
	case wasm.ExternGlobal:
		t.Global = space.Globals[index]
		t.Global.Type = wasm.CanonicalValType(t.Global.Type, ids)
	}
	return t
}

// funcType returns the function type with an index, for a caller who may change it.
func (m *Module) funcType(index uint32) wasm.FuncType {
	t := m.engine.types.Comp(m.module.Types[index]).Func
	return wasm.FuncType{Params: slices.Clone(t.Params), Results: slices.Clone(t.Results)}
}
