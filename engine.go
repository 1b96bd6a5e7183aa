package weft

import (
	"bytes"
	"errors"
	"fmt"

	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// A Config says how an engine is made. The zero value is not useful: begin with
// [NewConfig]. Its methods return a changed copy.
type Config struct {
	features wasm.Features
	cache    *Cache
	executor Executor
	native   NativeOptions
	profiler *CPUProfiler
	code     uint64
	listener Listener
	// continuations hears of continuations.
	continuations func(*ContinuationEvent)
}

// NewConfig returns the configuration with [wasm.DefaultFeatures] and the executor [Automatic].
func NewConfig() Config { return Config{features: wasm.DefaultFeatures, executor: Automatic} }

// WithFeatures sets the features that modules may use.
func (c Config) WithFeatures(f wasm.Features) Config {
	c.features = f
	return c
}

// WithCache lets an engine compile with a cache, which others may have too. Without
// one, each compilation does all of the work.
func (c Config) WithCache(cache *Cache) Config {
	c.cache = cache
	return c
}

// WithCodeLimit bounds what an executor makes of the functions of each module: bytes of code, and of the tables beside
// it. A call of a function whose code would be above it traps with "out of memory", also if all is compiled ahead
// ([NativeOptions]). Without a limit, or with 0, it is 256 MiB. All modules
// of a process together have room for nearly 1 GiB of machine code, and functions behind it trap likewise.
func (c Config) WithCodeLimit(bytes uint64) Config {
	c.code = bytes
	return c
}

// An Engine compiles modules. It is safe for concurrent use.
type Engine struct {
	config   Config
	types    *wasm.TypeSet
	executor store.Engine
	// interprets is why that is the interpreter, if nobody has asked for it.
	interprets error
	// hostTypes are those of host functions that came first. They stay, so that not each of many stores with the
	// same functions makes them and their adapters anew.
	hostTypes *store.HeldTypes
}

// maxHostTypes is how many of them stay.
const maxHostTypes = 1024

// NewEngine makes an engine. The error says that the system has no memory for it, or
// that functions cannot be executed natively here.
func NewEngine(c Config) (*Engine, error) {
	e, why, err := c.newExecutor()
	if err != nil {
		return nil, err
	}
	if c.code != 0 {
		e.LimitCode(c.code)
	}
	types := wasm.NewTypeSet()
	types.OnForget(e.Forget)
	return &Engine{config: c, types: types, executor: e, interprets: why, hostTypes: store.NewHeldTypes(types, maxHostTypes)}, nil
}

// CountsSteps reports whether the engine was made with [Config.WithSteps].
func (e *Engine) CountsSteps() bool { return e != nil && e.config.native.Steps }

// magic begins every binary module.
var magic = []byte("\x00asm")

// Parse reads a module in binary or text form, recognised by its content, and
// does not validate it.
func (e *Engine) Parse(source []byte) (*wasm.Module, error) {
	if e == nil {
		return nil, errNoEngine
	}
	if bytes.HasPrefix(source, magic) {
		return binary.Decode(source, e.config.features)
	}
	return text.Parse(source, e.config.features)
}

// Compile reads, validates and prepares a module in binary or text form. An
// error of the module is a [*wasm.Error]. The source must not change afterwards.
func (e *Engine) Compile(source []byte) (made *Module, err error) {
	if e == nil {
		return nil, errNoEngine
	}
	if e.config.cache != nil {
		m, err := e.config.cache.compile(e, source)
		if err != nil {
			return nil, err
		}
		made = &Module{engine: e, module: m}
	} else {
		m, err := e.Parse(source)
		if err == nil {
			made, err = e.CompileModule(m)
		}
		if err != nil {
			return nil, err
		}
	}
	if bytes.HasPrefix(source, magic) { // else it is encoded when it is saved
		made.source = source
	}
	return made, nil
}

// CompileModule validates and prepares a module, which must not change
// afterwards. It does not use the engine's cache.
func (e *Engine) CompileModule(m *wasm.Module) (*Module, error) {
	switch {
	case e == nil:
		return nil, errNoEngine
	case m == nil:
		return nil, errNoModule
	}
	if err := validate.Module(m, e.config.features); err != nil {
		return nil, err
	}
	return &Module{engine: e, module: e.prepare(m, nil)}, nil
}

// CompileWatched is [Engine.CompileModule] for a module whose code asks the scheduler of its store ([Watcher]) before
// the instructions at some offsets in the binary: that of a function's body, and of the instruction in it. They must be
// instructions that access memory, that call a function by its index or by an element of a table, or that return. Other
// instructions cost what they always do. The engine must count steps ([Config.WithSteps]).
func (e *Engine) CompileWatched(m *wasm.Module, offsets []uint32) (*Module, error) {
	switch {
	case m == nil:
		return nil, errNoModule
	case !e.CountsSteps():
		return nil, errors.New("weft: to watch instructions, the engine must count steps (Config.WithSteps)")
	}
	if err := validate.Module(m, e.config.features); err != nil {
		return nil, err
	}
	inner, err := store.NewWatchedModule(m, e.types, e.config.features, e.executor, offsets)
	if err != nil {
		return nil, fmt.Errorf("weft: %w", err)
	}
	return &Module{engine: e, module: inner}, nil
}

// prepare makes a valid module one of the engine, which may save what it makes of it.
func (e *Engine) prepare(m *wasm.Module, saved store.Saved) *store.Module {
	return store.NewModule(m, e.types, e.config.features, e.executor, saved)
}

// NewStore makes an empty store. The error says that the system has no memory for
// it. Close releases its memory; otherwise that
// happens some time after the store has become unreachable.
func (e *Engine) NewStore(limits Limits) (*Store, error) {
	if e == nil {
		return nil, errNoEngine
	}
	inner, err := store.New(e.types, e.executor, store.Limits(limits))
	if err != nil {
		return nil, err
	}
	if p := e.config.profiler; p != nil {
		inner.Profile = p.inner
	}
	inner.HostError = toError
	s := &Store{engine: e, store: inner}
	if l := e.config.listener; l != nil {
		inner.Listener = listening{s, l}
	}
	if f := e.config.continuations; f != nil {
		inner.ContListener = contListening{s, f}
	}
	store.ReleaseWith(s, inner)
	return s, nil
}
