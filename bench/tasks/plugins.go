package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"weft"
)

// The guest is a plug-in that behaves, wants too much memory, or too much time.
const pluginsGuest = `(module
  (memory 1)
  (func (export "behave") (result i32) (i32.const 42))
  (func (export "hoard") (result i32) (memory.grow (i32.const 1000)))
  (func (export "linger") (result i32) (loop (br 0)) (unreachable)))`

func weftPlugins(ctx context.Context, out io.Writer) error {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		return err
	}
	module, err := engine.Compile(assemble(pluginsGuest))
	if err != nil {
		return err
	}
	limits := weft.DefaultLimits()
	limits.MemoryBytes = 1 << 20

	run := func(name string) (int32, error) {
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		r := engine.NewRuntime(limits)
		defer r.Close()
		instance, err := r.Instantiate(ctx, module)
		if err != nil {
			return 0, err
		}
		results, err := instance.Func(name).Call(ctx)
		if err != nil {
			return 0, err
		}
		return results[0].I32(), nil
	}
	for _, name := range []string{"behave", "hoard", "linger", "behave"} {
		result, err := run(name)
		if errors.Is(err, context.DeadlineExceeded) {
			fmt.Fprintln(out, name, "took too long")
		} else if err != nil {
			return err
		} else {
			fmt.Fprintln(out, name, result)
		}
	}
	return nil
}

func wazeroPlugins(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().
		WithMemoryLimitPages(16).
		WithCloseOnContextDone(true))
	defer r.Close(ctx)
	module, err := r.CompileModule(ctx, assemble(pluginsGuest))
	if err != nil {
		return err
	}

	run := func(name string) (int32, error) {
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		instance, err := r.InstantiateModule(ctx, module, wazero.NewModuleConfig())
		if err != nil {
			return 0, err
		}
		defer instance.Close(ctx)
		results, err := instance.ExportedFunction(name).Call(ctx)
		if err != nil {
			return 0, err
		}
		return api.DecodeI32(results[0]), nil
	}
	for _, name := range []string{"behave", "hoard", "linger", "behave"} {
		result, err := run(name)
		if errors.Is(err, context.DeadlineExceeded) {
			fmt.Fprintln(out, name, "took too long")
		} else if err != nil {
			return err
		} else {
			fmt.Fprintln(out, name, result)
		}
	}
	return nil
}
