package store

import (
	"runtime"
	"sync"
	"sync/atomic"

	"weft/internal/dwarf"
	"weft/wasm"
)

// A Module is a validated module in the form from which instances are made. It
// belongs to an engine and may be instantiated in any number of stores.
type Module struct {
	Wasm  *wasm.Module
	Space *wasm.AddressSpace
	// Types gives each type its identity in the engine's set.
	Types []wasm.TypeID
	// Features are those with which the module was validated.
	Features wasm.Features
	// Code is the interpreter's: what it needs to execute the module; nil if it does not. Native
	// is that of the native engine.
	Code, Native any
	// Interpreted is why an engine that compiles has left the module to the interpreter;
	// nil if it has not.
	Interpreted error

	// Saved, unless it is nil, keeps what the engine makes of the module for later runs.
	Saved Saved
	// Watched has the offsets of the instructions before which code asks a Watcher, in order.
	Watched []uint32
	// CodeBytes are those of the code that engines have made of the module, with the tables beside it.
	CodeBytes *atomic.Uint64
	// Precompiled says that the module was loaded together with what an engine had made of it.
	Precompiled bool

	debug *dwarf.Data
	// Extra is the size of what the engine has in each instance, in bytes.
	Extra int64

	exports      func() map[string]*wasm.Export
	firstExports func() []uint32
	// aggregates are those of Types that are types of structs and arrays.
	aggregates []wasm.TypeID
}

// NewModule prepares a validated module. There need not be a place where the engine may save what it makes.
func NewModule(m *wasm.Module, types *wasm.TypeSet, features wasm.Features, engine Engine, saved Saved) *Module {
	return newModule(&Module{Wasm: m, Features: features, Saved: saved}, types, engine)
}

func newModule(c *Module, types *wasm.TypeSet, engine Engine) *Module {
	m := c.Wasm
	c.Space, c.Types = m.AddressSpace(), types.Add(m.Types, m.RecGroups)
	c.CodeBytes = new(atomic.Uint64)
	if m.CodeOffset > 0 {
		c.debug = dwarf.New(dwarf.ModuleSections(m))
	}
	c.exports = sync.OnceValue(func() map[string]*wasm.Export {
		byName := make(map[string]*wasm.Export, len(m.Exports))
		for i := range m.Exports {
			byName[m.Exports[i].Name] = &m.Exports[i]
		}
		return byName
	})
	c.firstExports = sync.OnceValue(func() []uint32 { return newFirstExports(m, len(c.Space.Funcs)) })
	for i, id := range c.Types {
		if kind := m.Types[i].Comp.Kind; kind == wasm.CompStruct || kind == wasm.CompArray {
			c.aggregates = append(c.aggregates, id)
		}
	}
	engine.Prepare(c)
	runtime.AddCleanup(c, func(ids []wasm.TypeID) { types.Release(ids...) }, c.Types)
	return c
}

// FuncName returns the name of a function for people: from the name section,
// or else the first export, or else "".
func (m *Module) FuncName(index uint32) string {
	if name := m.Wasm.Names.Funcs[index]; name != "" {
		return name
	}
	if i := m.firstExports()[index]; i > 0 {
		return m.Wasm.Exports[i-1].Name
	}
	return ""
}

// newFirstExports returns, for each function, 1 + the index of its first export; 0 if it has none.
func newFirstExports(m *wasm.Module, funcs int) []uint32 {
	first := make([]uint32, funcs)
	for i := range m.Exports {
		if e := &m.Exports[i]; e.Kind == wasm.ExternFunc && first[e.Index] == 0 {
			first[e.Index] = uint32(i) + 1
		}
	}
	return first
}

// FuncFrame describes the call of a function at an offset of its body.
func (m *Module) FuncFrame(index uint32, offset int) Frame {
	f := Frame{Module: m.Wasm.Names.Module, FuncIndex: int(index), FuncName: m.FuncName(index)}
	if i := int(index) - m.Space.ImportedFuncs; i >= 0 {
		fn := &m.Wasm.Funcs[i]
		f.Offset = fn.BodyOffset + offset
		f.Position, _ = fn.PositionAt(offset)
		f.debug, f.codeOffset = m.debug, f.Offset-m.Wasm.CodeOffset
	}
	return f
}
