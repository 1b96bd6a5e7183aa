// Command weft runs a job in Weft.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"weft"
	"weft/bench/runner"
	"weft/retarget"
	"weft/wasi"
	"weft/wasm"
)

// engines are the configurations by name.
var engines = map[string]func() weft.Config{
	"interpreter": func() weft.Config { return weft.NewConfig().WithExecutor(weft.Interpreter) },
	"native":      func() weft.Config { return weft.NewConfig().WithExecutor(weft.Native) },
	"first": func() weft.Config {
		return weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{InterpretFirst: true})
	},
	"eager": func() weft.Config {
		return weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(weft.NativeOptions{Eager: true})
	},
}

func main() {
	name := flag.String("engine", "native", "the `engine`")
	cache := flag.String("cache", "", "keep what is known of modules in this `folder`")
	retargets := flag.Bool("retarget", false, "rewrite programs of official Go to use stack switching")
	flag.Parse()
	if err := run(*name, *cache, *retargets); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name, folder string, retargets bool) error {
	config, ok := engines[name]
	if !ok {
		return fmt.Errorf("this Weft has no engine %q", name)
	}
	cache, err := weft.NewCache(weft.CacheOptions{Dir: folder})
	if err != nil {
		return err
	}
	c := config().WithFeatures(wasm.AllFeatures)
	if folder != "" {
		c = c.WithCache(cache)
	}
	engine, err := weft.NewEngine(c)
	if err != nil {
		return err
	}
	runner.Main(runtime{engine, retargets}, flag.Args())
	return cache.Flush()
}

type runtime struct {
	engine    *weft.Engine
	retargets bool
}

func (r runtime) Compile(_ context.Context, code []byte) (runner.Module, error) {
	if r.retargets {
		var err error
		if code, _, err = retarget.Module(code, retarget.Options{}); err != nil {
			return nil, err
		}
	}
	m, err := r.engine.Compile(code)
	if err != nil {
		return nil, err
	}
	return module{r.engine, m}, nil
}

type module struct {
	engine *weft.Engine
	module *weft.Module
}

// newStore makes a store whose limits a million continuations do not reach.
func (m module) newStore() (*weft.Store, error) {
	limits := weft.DefaultLimits()
	limits.ContinuationBytes = 8 << 30
	return m.engine.NewStore(limits)
}

var nopType = wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}

func (m module) Instantiate(ctx context.Context) (runner.Instance, error) {
	store, err := m.newStore()
	if err != nil {
		return nil, err
	}
	linker := weft.NewLinker(store)
	if err := linker.DefineFunc("env", "nop", nopType, func(context.Context, []uint64) error { return nil }); err != nil {
		return nil, err
	}
	in, err := linker.Instantiate(ctx, m.module)
	if err != nil {
		store.Close()
		return nil, err
	}
	return instance{in, store}, nil
}

func (m module) RunProgram(ctx context.Context, p runner.Program) error {
	store, err := m.newStore()
	if err != nil {
		return err
	}
	defer store.Close()
	linker := weft.NewLinker(store)
	config := wasi.NewConfig().WithArgs(p.Args...).WithStdin(p.Stdin).WithStdout(p.Stdout).WithStderr(os.Stderr)
	if p.Root != "" {
		root, err := os.OpenRoot(p.Root)
		if err != nil {
			return err
		}
		defer root.Close()
		config = config.WithReadOnlyDir("/", root).WithEnv("PWD", "/"+runner.Folder)
	}
	system, err := config.Define(linker)
	if err != nil {
		return err
	}
	defer system.Close()
	in, err := linker.Instantiate(ctx, m.module)
	if err != nil {
		return err
	}
	return system.Start(ctx, in)
}

type instance struct {
	*weft.Instance
	store *weft.Store
}

func (in instance) Close() { in.store.Close() }

func (in instance) Func(name string) (func(context.Context, int32) (int64, error), error) {
	f := in.Instance.Func(name)
	if f == nil {
		return nil, fmt.Errorf("no function %q", name)
	}
	slots := make([]uint64, 1)
	return func(ctx context.Context, arg int32) (int64, error) {
		slots[0] = uint64(uint32(arg))
		err := f.CallSlots(ctx, slots)
		return int64(slots[0]), err
	}, nil
}
