package native

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"weft/internal/codegen"
	"weft/internal/ssa"
	"weft/internal/store"
)

// A compiler turns the functions of a module into code, one after the other. Its
// parts keep their memory; several compilers work on a module at the same time.
type compiler struct {
	env       *ssa.Env
	begins    []bool // see survey
	plain     uint32 // Config.Plain
	builder   ssa.Builder
	optimizer ssa.Optimizer
	machine   *codegen.Compiler
	// show, unless it is nil, gets the function after each stage.
	show func(stage string, form func() string)
}

// environment says what compiled code must know of the run time.
func (e *Engine) environment(m *store.Module, checks bool) *ssa.Env {
	l, space := store.LayoutInstance(m), m.Space
	return &ssa.Env{
		Module: m.Wasm, Space: space, Features: m.Features,
		Memory:  ssa.Places(len(space.Memories)-len(m.Wasm.Memories), l.Memory, l.OwnMemory),
		Global:  ssa.Places(len(space.Globals)-len(m.Wasm.Globals), l.Global, l.OwnGlobal),
		Table:   ssa.Places(len(space.Tables)-len(m.Wasm.Tables), l.Table, l.OwnTable),
		FuncPtr: l.Func, TagPtr: l.Tag, TypeID: l.Type,
		MemoryBase:  int64(unsafe.Offsetof(store.MemoryRecord{}.Base)),
		MemoryLen:   int64(unsafe.Offsetof(store.MemoryRecord{}.Len)),
		TableBase:   int64(unsafe.Offsetof(store.TableRecord{}.Base)),
		TableLen:    int64(unsafe.Offsetof(store.TableRecord{}.Len)),
		GlobalValue: int64(unsafe.Offsetof(store.GlobalRecord{}.Value)),
		FuncType:    int64(unsafe.Offsetof(store.FuncRecord{}.Type)),
		Objects:     objects(m),
		Args:        int64(codegen.OffArgs),
		Guarded: func(i uint32) bool {
			return !checks && guardable(space.Memories[i])
		},
		Poll: e.config.Polls, Fuel: e.config.Fuel, Steps: e.config.Steps,
		Watched: m.Watched,
		Hints:   m.Wasm.BranchHints(),
	}
}

func switchLayout(env *ssa.Env) codegen.SwitchLayout {
	c, x := store.LayoutCont(), store.LayoutException()
	return codegen.SwitchLayout{
		Ref: c.Ref, Chain: c.Chain, Link: c.Link, Limit: c.Limit, Frame: c.Frame, PC: c.PC, Func: c.Func, Type: c.Type,
		Status: c.Status, Begun: c.Begun,
		NoClauses: store.InstanceNoClauses, TagPtr: env.TagPtr, TypeID: env.TypeID,
		Params: func(index uint32) []ssa.Type {
			return ssa.SignatureOf(env.Module.FuncType(uint32(env.Module.Types[index].Comp.Cont))).Params
		},
		Exception: codegen.ExceptionLayout{Tag: x.Tag, Len: x.Len, Payload: x.Payload},
	}
}

func newCompiler(t codegen.Target) *compiler { return &compiler{machine: codegen.NewCompiler(t)} }

// begin makes the compiler one for functions of a module.
func (c *compiler) begin(env *ssa.Env, runtime *codegen.Runtime, begins []bool, plain uint32) {
	c.env, c.begins, c.plain = env, begins, plain
	c.machine.Configure(runtime)
}

// runtimeOf says what the code of a module's functions finds where.
func runtimeOf(m *store.Module, env *ssa.Env) *codegen.Runtime {
	l := store.LayoutInstance(m)
	return &codegen.Runtime{
		FuncCode: funcNative, FuncInstance: funcInstance, InstanceHome: true, Switch: switchLayout(env),
		CellSize: store.CellSize,
		OwnFunc:  func(own uint32) int32 { return int32(l.OwnFunc(own)) + funcNative },
	}
}

// function compiles one of the module's own functions.
func (c *compiler) function(own int) (*codegen.Code, error) {
	build := func() (*ssa.Func, error) { return c.builder.Build(c.env, own) }
	c.optimizer.Reenter = true
	code, _, err := c.inSomeForm(own, c.begins != nil && c.begins[own], build)
	return code, err
}

// general compiles a function in the form that can be entered anywhere.
func (c *compiler) general(own int) (*codegen.Code, error) {
	build := func() (*ssa.Func, error) { return c.builder.Build(c.env, own) }
	c.optimizer.Reenter = false
	code, _, err := c.inSomeForm(own, c.begins != nil && c.begins[own], build)
	return code, err
}

// loop compiles the rest of a function from a turn of a loop on, and returns its signature, too.
func (c *compiler) loop(own, offset int) (*codegen.Code, *ssa.Signature, error) {
	c.optimizer.Reenter = false
	return c.inSomeForm(own, false, func() (*ssa.Func, error) { return c.builder.BuildLoop(c.env, own, offset) })
}

// inSomeForm compiles what is built; in the plain form if it is too large otherwise. An error is an [*ssa.TooLarge],
// but for faults of the compiler.
func (c *compiler) inSomeForm(own int, begins bool, build func() (*ssa.Func, error)) (*codegen.Code, *ssa.Signature, error) {
	c.builder.Plain = c.plain>>(own%32)&1 != 0
	for {
		f, err := build()
		if err == nil {
			var code *codegen.Code
			if code, err = c.code(f, begins); err == nil {
				return code, f.Sig, nil
			}
		}
		if c.builder.Plain || !errors.As(err, new(*ssa.Unsupported)) {
			return nil, nil, err
		}
		c.builder.Plain = true
	}
}

// code compiles a function that has been built.
func (c *compiler) code(f *ssa.Func, begins bool) (*codegen.Code, error) {
	if c.machine.Show = c.show; c.show == nil {
		c.optimizer.Run(f)
	} else {
		c.show("build", f.String)
		c.optimizer.RunAndShow(f, func(p *ssa.Pass) { c.show(p.Name, f.String) })
	}
	code, err := c.machine.Compile(f, begins)
	if err != nil {
		return nil, err
	}
	code.Catches, code.Resumes, code.Inlined = slices.Clone(f.Catches), slices.Clone(f.Sites), slices.Clone(f.Inlined)
	return code, nil
}

// compile compiles a module's own functions on all processors. The error is that of
// the first function which has one.
func compile(e *Engine, m *store.Module, checks bool) ([]*codegen.Code, error) {
	env := e.environment(m, checks)
	made := runtimeOf(m, env)
	codes := make([]*codegen.Code, len(m.Wasm.Funcs))
	errs := make([]error, len(codes))
	saved := e.saved(m, checks)
	begins := surveyModule(m).begins
	var next, bytes atomic.Int64
	var failed atomic.Bool
	work := func() {
		c := newCompiler(e.target)
		c.begin(env, made, begins, e.config.Plain)
		for i := int(next.Add(1)) - 1; i < len(codes) && !failed.Load(); i = int(next.Add(1)) - 1 {
			codes[i], _, errs[i] = saved.function(c, i)
			if errs[i] == nil && uint64(bytes.Add(int64(codeBytes(codes[i])))) > e.codeLimit {
				errs[i] = store.CodeLimitError(e.codeLimit)
			}
			if errs[i] != nil {
				failed.Store(true)
			}
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(codes)) {
		group.Go(work)
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("function %d: %w", m.Space.ImportedFuncs+i, err)
		}
	}
	return codes, nil
}
