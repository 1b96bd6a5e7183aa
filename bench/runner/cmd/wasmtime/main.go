//go:build cgo

// Command wasmtime runs a job in Wasmtime, through its Go package.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/bytecodealliance/wasmtime-go/v39"

	"weft/bench/job"
	"weft/bench/runner"
)

func main() {
	cache := flag.String("cache", "", "keep compiled modules in this `folder`")
	flag.Parse()
	config := wasmtime.NewConfig()
	if *cache != "" {
		if err := useCache(config, *cache); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	// Being interruptible costs in every loop: only where it is measured.
	interruptible := flag.Arg(0) == string(job.Cancel)
	config.SetEpochInterruption(interruptible)
	config.SetWasmFunctionReferences(true)
	config.SetWasmGC(true)
	config.SetMaxWasmStack(4 << 20) // chains of coroutines are deep with Asyncify
	runner.Main(runtime{wasmtime.NewEngineWithConfig(config), interruptible}, flag.Args())
}

// useCache lets Wasmtime keep compiled modules in a folder. It wants to be told by a file.
func useCache(config *wasmtime.Config, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file := filepath.Join(dir, "config.toml")
	text := fmt.Sprintf("[cache]\ndirectory = %q\n", filepath.Join(dir, "modules"))
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	return config.CacheConfigLoad(file)
}

type runtime struct {
	engine        *wasmtime.Engine
	interruptible bool
}

func (r runtime) Compile(_ context.Context, code []byte) (runner.Module, error) {
	m, err := wasmtime.NewModule(r.engine, code)
	if err != nil {
		return nil, err
	}
	return module{r, m}, nil
}

type module struct {
	runtime runtime
	module  *wasmtime.Module
}

func (m module) Close() { m.module.Close() }

func (m module) Instantiate(context.Context) (runner.Instance, error) {
	store := wasmtime.NewStore(m.runtime.engine)
	if m.runtime.interruptible {
		store.SetEpochDeadline(1)
	}
	linker := wasmtime.NewLinker(m.runtime.engine)
	if err := linker.FuncWrap("env", "nop", func(v int32) int32 { return v }); err != nil {
		return nil, err
	}
	in, err := linker.Instantiate(store, m.module)
	if err != nil {
		return nil, err
	}
	return instance{m.runtime, store, in}, nil
}

func (m module) RunProgram(_ context.Context, p runner.Program) error {
	dir, err := os.MkdirTemp("", "weft-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	input, err := io.ReadAll(p.Stdin)
	if err != nil {
		return err
	}
	if err := os.WriteFile(in, input, 0o600); err != nil {
		return err
	}
	if err := m.runFiles(p, in, out); err != nil {
		return err
	}
	output, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	_, err = p.Stdout.Write(output)
	return err
}

// runFiles runs the program between files: Wasmtime's WASI knows no readers and writers
// of Go.
func (m module) runFiles(p runner.Program, in, out string) error {
	config := wasmtime.NewWasiConfig()
	config.SetArgv(p.Args)
	config.InheritStderr()
	if p.Root != "" {
		config.SetEnv([]string{"PWD"}, []string{"/" + runner.Folder})
		if err := config.PreopenDir(p.Root, "/", wasmtime.DIR_READ, wasmtime.FILE_READ); err != nil {
			return err
		}
	}
	if err := config.SetStdinFile(in); err != nil {
		return err
	}
	if err := config.SetStdoutFile(out); err != nil {
		return err
	}
	store := wasmtime.NewStore(m.runtime.engine)
	defer store.Close()
	store.SetWasi(config)
	linker := wasmtime.NewLinker(m.runtime.engine)
	if err := linker.DefineWasi(); err != nil {
		return err
	}
	instance, err := linker.Instantiate(store, m.module)
	if err != nil {
		return err
	}
	start := instance.GetFunc(store, "_start")
	if start == nil {
		return errors.New("no function _start")
	}
	_, err = start.Call(store)
	var exit *wasmtime.Error
	if errors.As(err, &exit) {
		if code, ok := exit.ExitStatus(); ok && code == 0 {
			return nil
		}
	}
	return err
}

type instance struct {
	runtime  runtime
	store    *wasmtime.Store
	instance *wasmtime.Instance
}

func (in instance) Close() { in.store.Close() }

func (in instance) Func(name string) (func(context.Context, int32) (int64, error), error) {
	f := in.instance.GetFunc(in.store, name)
	if f == nil {
		return nil, fmt.Errorf("no function %q", name)
	}
	return func(ctx context.Context, arg int32) (int64, error) {
		if in.runtime.interruptible {
			in.store.SetEpochDeadline(1)
			stop := context.AfterFunc(ctx, in.runtime.engine.IncrementEpoch)
			defer stop()
		}
		result, err := f.Call(in.store, arg)
		if err != nil {
			return 0, err
		}
		v, ok := result.(int64)
		if !ok {
			return 0, fmt.Errorf("%s returned %T, not an i64", name, result)
		}
		return v, nil
	}, nil
}
