package weft

import (
	"context"
	"fmt"

	"weft/wasm"
)

// A Linker finds the imports of modules by name.
type Linker struct {
	store   *Store
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
func (l *Linker) Store() *Store { return l.store }

// Define gives a value the name that imports of it use. It replaces what had
// the name before.
func (l *Linker) Define(module, name string, value Extern) {
	n := l.modules[module]
	if n == nil {
		n = &namespace{values: map[string]Extern{}}
		l.modules[module] = n
	}
	n.values[name] = value
}

// DefineInstance makes the exports of an instance the values of a module name.
// It replaces what had that module name before.
func (l *Linker) DefineInstance(module string, in *Instance) {
	l.modules[module] = &namespace{values: map[string]Extern{}, instance: in}
}

// Has reports whether the module name is defined.
func (l *Linker) Has(module string) bool { return l.modules[module] != nil }

// Instantiate makes an instance of a module whose imports are all defined. The
// error for a missing or mistyped import is a [*LinkError]; for several it joins
// those of the first thousand ([errors.Join]). If the context ends meanwhile, the
// error is an [*Interrupt]. When a segment does not fit or the start function fails,
// the error is that of a call; the instance is returned as well, because others may
// already hold parts of it.
func (l *Linker) Instantiate(ctx context.Context, m *Module) (*Instance, error) {
	switch {
	case l == nil:
		return nil, errNoLinker
	case m == nil:
		return nil, errNoModule
	}
	if err := missing(ctx, l.store); err != nil {
		return nil, err
	}
	imports := make([]Extern, len(m.module.Wasm.Imports))
	for i := range imports {
		if i%1024 == 1023 && ctx.Err() != nil {
			return nil, &Interrupt{Cause: context.Cause(ctx)}
		}
		im := &m.module.Wasm.Imports[i]
		if n := l.modules[im.Module]; n != nil {
			imports[i] = n.find(im.Name)
		}
	}
	return l.store.Instantiate(ctx, m, imports)
}

// DefineFunc makes a host function and gives it a name.
func (l *Linker) DefineFunc(module, name string, t wasm.FuncType, f HostFunc) error {
	if l == nil {
		return errNoLinker
	}
	fn, err := l.store.NewFunc(fmt.Sprintf("%s.%s", module, name), t, f)
	if err != nil {
		return err
	}
	l.Define(module, name, fn)
	return nil
}
