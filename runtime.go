package weft

// A Runtime is a store and its linker in one, for programs that need no more than one of each:
//
//	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
//	defer r.Close()
//	err := r.Wrap("env", "now", func() int64 { return time.Now().Unix() })
//	instance, err := r.InstantiateSource(ctx, source)
//
// Making one has no error of its own: where that has failed, all methods of the linker with an error return why.
type Runtime struct{ *Linker }

// NewRuntime makes an engine, a store and a linker. What [NewEngine] or [Engine.NewStore] has to report is then
// the linker's: see [Linker.Err].
func NewRuntime(c Config, limits Limits) Runtime {
	e, err := NewEngine(c)
	if err != nil {
		return withoutStore(err)
	}
	return e.NewRuntime(limits)
}

// NewRuntime makes a store and a linker. What [Engine.NewStore] has to report is then the linker's: see [Linker.Err].
func (e *Engine) NewRuntime(limits Limits) Runtime {
	s, err := e.NewStore(limits)
	if err != nil {
		return withoutStore(err)
	}
	return Runtime{NewLinker(s)}
}

// withoutStore returns a runtime whose methods return why it has no store.
func withoutStore(why error) Runtime {
	l := NewLinker(nil)
	l.noStore = why
	return Runtime{l}
}

// Close closes the store.
func (r Runtime) Close() { r.Store().Close() }
