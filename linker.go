package weft

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"weft/wasm"
)

// A Linker finds the imports of modules by name.
type Linker struct {
	store   *Store
	noStore error // why there is none, if more is to be said than that
	modules map[string]*namespace
}

// A namespace is what a module name stands for: single values, and behind them
// the exports of an instance.
type namespace struct {
	values   map[string]Extern
	instance *Instance
}

func (n *namespace) find(name string) Extern {
	if v, ok := n.values[name]; ok || n.instance == nil {
		return v
	}
	return n.instance.Export(name)
}

// NewLinker returns a linker that knows no names.
func NewLinker(s *Store) *Linker { return &Linker{store: s, modules: map[string]*namespace{}} }

// Store returns the store that the linker is for.
func (l *Linker) Store() *Store {
	if l == nil {
		return nil
	}
	return l.store
}

// Err returns why nothing can be made with the linker: because there is no store, or it is closed. Otherwise it is nil.
func (l *Linker) Err() error {
	switch {
	case l == nil:
		return errNoLinker
	case l.store == nil:
		return cmp.Or(l.noStore, errNoStore)
	}
	return l.store.Err()
}

// Define gives a value the name that imports of it use. It replaces what had
// the name before. A nil linker keeps nothing.
func (l *Linker) Define(module, name string, value Extern) {
	if l == nil {
		return
	}
	n := l.modules[module]
	if n == nil {
		n = &namespace{values: map[string]Extern{}}
		l.modules[module] = n
	}
	n.values[name] = value
}

// DefineInstance makes the exports of an instance the values of a module name.
// It replaces what had that module name before. An instance may have several names, and
// single values that are defined afterwards hide its exports.
func (l *Linker) DefineInstance(module string, in *Instance) {
	if l != nil {
		l.modules[module] = &namespace{values: map[string]Extern{}, instance: in}
	}
}

// Has reports whether the module name is defined.
func (l *Linker) Has(module string) bool { return l != nil && l.modules[module] != nil }

// Get returns what an import with these names would get; nil if they are not defined.
func (l *Linker) Get(module, name string) Extern {
	if l == nil || l.modules[module] == nil {
		return nil
	}
	return l.modules[module].find(name)
}

// Instance returns the instance whose exports a module name stands for; nil if there is none.
func (l *Linker) Instance(module string) *Instance {
	if l == nil || l.modules[module] == nil {
		return nil
	}
	return l.modules[module].instance
}

// Instantiate makes an instance of a module whose imports are all defined. The
// error for a missing or mistyped import is a [*LinkError]; for several it joins
// those of the first thousand ([errors.Join]). If the context ends meanwhile, the
// error is an [*Interrupt]. When a segment does not fit or the start function fails,
// the error is that of a call; the instance is returned as well, because others may
// already hold parts of it.
func (l *Linker) Instantiate(ctx context.Context, m *Module) (*Instance, error) {
	if err := l.Err(); err != nil {
		return nil, err
	}
	switch {
	case ctx == nil:
		return nil, errNoContext
	case m == nil:
		return nil, errNoModule
	}
	imports := make([]Extern, len(m.module.Wasm.Imports))
	for i := range imports {
		if i%1024 == 1023 && ctx.Err() != nil {
			return nil, &Interrupt{Cause: context.Cause(ctx)}
		}
		im := &m.module.Wasm.Imports[i]
		imports[i] = l.Get(im.Module, im.Name)
	}
	return l.store.Instantiate(ctx, m, imports)
}

// InstantiateSource makes an instance of a module in binary or text form: it is [Engine.Compile], then
// [Linker.Instantiate]. A module that has several instances is better compiled once.
func (l *Linker) InstantiateSource(ctx context.Context, source []byte) (*Instance, error) {
	if err := l.Err(); err != nil {
		return nil, err
	}
	m, err := l.store.engine.Compile(source)
	if err != nil {
		return nil, err
	}
	return l.Instantiate(ctx, m)
}

// DefineFunc makes a host function of slots and gives it a name.
func (l *Linker) DefineFunc(module, name string, t wasm.FuncType, f HostFunc) error {
	return l.define(module, name, func(name string) (*Func, error) { return l.store.NewFunc(name, t, f) })
}

// DefineValues makes a host function of values and gives it a name.
func (l *Linker) DefineValues(module, name string, t wasm.FuncType, f ValuesFunc) error {
	return l.define(module, name, func(name string) (*Func, error) { return l.store.NewValuesFunc(name, t, f) })
}

// Wrap makes a host function of any Go function that [Store.Wrap] takes, and gives it a name:
//
//	err := linker.Wrap("env", "log", func(m *weft.Memory, addr, n uint32) { … })
func (l *Linker) Wrap(module, name string, f any) error {
	return l.define(module, name, func(name string) (*Func, error) { return l.store.Wrap(name, f) })
}

// define gives a name to a function that it makes, if it can.
func (l *Linker) define(module, name string, make func(name string) (*Func, error)) error {
	if err := l.Err(); err != nil {
		return err
	}
	fn, err := make(module + "." + name)
	if err != nil {
		return fmt.Errorf("%q %q: %w", module, name, err)
	}
	l.Define(module, name, fn)
	return nil
}

// A HostModule is a set of host functions that belongs to no store: it is made once, and then defined in any number of
// linkers, under any number of names. Its functions are called on the goroutines of those stores, maybe several at
// a time. It is complete before the first use.
type HostModule struct {
	functions []hostModuleFunc
}

// A hostModuleFunc makes a function of a store.
type hostModuleFunc struct {
	name string
	make func(s *Store, name string) (*Func, error)
}

// Func adds a function of slots, and returns the module.
func (h *HostModule) Func(name string, t wasm.FuncType, f HostFunc) *HostModule {
	return h.add(name, func(s *Store, name string) (*Func, error) { return s.NewFunc(name, t, f) })
}

// Values adds a function of values, and returns the module.
func (h *HostModule) Values(name string, t wasm.FuncType, f ValuesFunc) *HostModule {
	return h.add(name, func(s *Store, name string) (*Func, error) { return s.NewValuesFunc(name, t, f) })
}

// Wrap adds a Go function, as [Store.Wrap] takes it, and returns the module.
func (h *HostModule) Wrap(name string, f any) *HostModule {
	wrapped, err := wrap(f)
	return h.add(name, func(s *Store, name string) (*Func, error) {
		if err != nil {
			return nil, err
		}
		return wrapped.new(s, name)
	})
}

func (h *HostModule) add(name string, make func(s *Store, name string) (*Func, error)) *HostModule {
	if h == nil {
		return nil
	}
	h.functions = append(h.functions, hostModuleFunc{name, make})
	return h
}

var errNoHostModule = errors.New("weft: there is no host module")

// Define makes the functions those of a linker's store and gives them names of modules, under which they are the
// same functions. What the linker has under these names besides stays. Nothing is defined if there is an error.
func (h *HostModule) Define(l *Linker, modules ...string) error {
	if h == nil {
		return errNoHostModule
	}
	if err := l.Err(); err != nil {
		return err
	}
	if len(modules) == 0 {
		return errors.New("weft: a host module is defined under no name")
	}
	made := make([]*Func, len(h.functions))
	for i, f := range h.functions {
		var err error
		if made[i], err = f.make(l.store, modules[0]+"."+f.name); err != nil {
			return fmt.Errorf("%q %q: %w", modules[0], f.name, err)
		}
	}
	for _, module := range modules {
		for i, f := range h.functions {
			l.Define(module, f.name, made[i])
		}
	}
	return nil
}
