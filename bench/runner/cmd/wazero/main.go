// Command wazero runs a job in wazero.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"weft/bench/job"
	"weft/bench/runner"
)

func main() {
	interpreter := flag.Bool("interpreter", false, "use the interpreter instead of the compiler")
	cache := flag.String("cache", "", "keep compiled modules in this `folder`")
	flag.Parse()
	config := wazero.NewRuntimeConfigCompiler()
	if *interpreter {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	// Being cancellable costs in every loop: only where it is measured.
	if flag.Arg(0) == string(job.Cancel) {
		config = config.WithCloseOnContextDone(true)
	}
	config = config.WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall | experimental.CoreFeaturesExceptionHandling)
	if *cache != "" {
		c, err := wazero.NewCompilationCacheWithDir(*cache)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		config = config.WithCompilationCache(c)
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := r.NewHostModuleBuilder("env").NewFunctionBuilder().
		WithGoFunction(api.GoFunc(func(context.Context, []uint64) {}), []api.ValueType{api.ValueTypeI32}, []api.ValueType{api.ValueTypeI32}).
		Export("nop").Instantiate(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	runner.Main(runtime{r}, flag.Args())
}

type runtime struct{ wazero.Runtime }

func (r runtime) Compile(ctx context.Context, code []byte) (runner.Module, error) {
	m, err := r.CompileModule(ctx, code)
	if err != nil {
		return nil, err
	}
	return module{r.Runtime, m}, nil
}

type module struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

func (m module) Instantiate(ctx context.Context) (runner.Instance, error) {
	in, err := m.runtime.InstantiateModule(ctx, m.module, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, err
	}
	return instance{in}, nil
}

func (m module) RunProgram(ctx context.Context, p runner.Program) error {
	config := wazero.NewModuleConfig().WithName("").WithArgs(p.Args...).
		WithStdin(p.Stdin).WithStdout(p.Stdout).WithStderr(os.Stderr).
		WithSysWalltime().WithSysNanotime()
	if p.Root != "" {
		config = config.WithFSConfig(wazero.NewFSConfig().WithReadOnlyDirMount(p.Root, "/")).WithEnv("PWD", "/"+runner.Folder)
	}
	in, err := m.runtime.InstantiateModule(ctx, m.module, config)
	if in != nil {
		defer in.Close(ctx)
	}
	var exit *sys.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 0 {
		return nil
	}
	return err
}

type instance struct{ api.Module }

func (in instance) Close() { in.Module.Close(context.Background()) }

func (in instance) Func(name string) (func(context.Context, int32) (int64, error), error) {
	f := in.ExportedFunction(name)
	if f == nil {
		return nil, fmt.Errorf("no function %q", name)
	}
	slots := make([]uint64, 1)
	return func(ctx context.Context, arg int32) (int64, error) {
		slots[0] = uint64(uint32(arg))
		err := f.CallWithStack(ctx, slots)
		return int64(slots[0]), err
	}, nil
}
