package weft

import (
	"runtime"
	"sync"

	"weft/internal/store"
)

// An Instance is a module that has been given its imports and can be called.
type Instance struct {
	store    *Store
	instance *store.Instance

	mu      sync.Mutex
	exports map[string]Extern // those that were asked for
}

// Module returns the module of which this is an instance.
func (in *Instance) Module() *Module {
	if in == nil {
		return nil
	}
	return &Module{engine: in.store.engine, module: in.instance.Module}
}

// Export returns what is exported under a name; nil if there is nothing, or once
// the store is closed. It allocates only when a name is asked for the first time.
func (in *Instance) Export(name string) Extern {
	if in == nil || in.store.store.Closed() {
		return nil
	}
	defer runtime.KeepAlive(in.store)
	in.mu.Lock()
	defer in.mu.Unlock()
	if e, known := in.exports[name]; known {
		return e
	}
	if !in.store.hold() { // another goroutine may close it meanwhile
		return nil
	}
	defer in.store.drop()
	e := in.store.extern(in.instance.Export(name))
	if e == nil {
		return nil
	}
	if in.exports == nil {
		in.exports = map[string]Extern{}
	}
	in.exports[name] = e
	return e
}

// Func returns the function that is exported under a name; nil if there is none.
func (in *Instance) Func(name string) *Func { f, _ := in.Export(name).(*Func); return f }

// Memory returns the memory that is exported under a name; nil if there is none.
func (in *Instance) Memory(name string) *Memory { m, _ := in.Export(name).(*Memory); return m }

// Table returns the table that is exported under a name; nil if there is none.
func (in *Instance) Table(name string) *Table { t, _ := in.Export(name).(*Table); return t }

// Global returns the global that is exported under a name; nil if there is none.
func (in *Instance) Global(name string) *Global { g, _ := in.Export(name).(*Global); return g }

// Tag returns the tag that is exported under a name; nil if there is none.
func (in *Instance) Tag(name string) *Tag { t, _ := in.Export(name).(*Tag); return t }

// StartFunc returns the function that instantiation has called last; nil if the module names none.
func (in *Instance) StartFunc() *Func {
	if in == nil {
		return nil
	}
	start := in.Module().Wasm().Start
	if start == nil || !in.store.hold() {
		return nil
	}
	defer in.store.drop()
	return in.store.newFunc(in.instance.Record.Func(start.Func))
}
