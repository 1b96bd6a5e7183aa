package tasks

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/tetratelabs/wazero"

	"weft"
)

const cacheGuest = `(module
  (func (export "double") (param i32) (result i32)
    (i32.add (local.get 0) (local.get 0))))`

// What the first run compiles, the second finds in a directory, as another process would.
func weftCache(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "tasks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	run := func(n int32) error {
		cache, err := weft.NewCache(weft.CacheOptions{Dir: dir})
		if err != nil {
			return err
		}
		defer cache.Flush()
		r := weft.NewRuntime(weft.NewConfig().WithCache(cache), weft.DefaultLimits())
		defer r.Close()
		instance, err := r.InstantiateSource(ctx, assemble(cacheGuest))
		if err != nil {
			return err
		}
		results, err := instance.Func("double").Call(ctx, weft.I32(n))
		if err != nil {
			return err
		}
		fmt.Fprintln(out, results[0].I32())
		return nil
	}
	for n := range int32(2) {
		if err := run(n); err != nil {
			return err
		}
	}
	return nil
}

func wazeroCache(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "tasks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	run := func(n uint64) error {
		cache, err := wazero.NewCompilationCacheWithDir(dir)
		if err != nil {
			return err
		}
		defer cache.Close(ctx)
		r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCompilationCache(cache))
		defer r.Close(ctx)
		instance, err := r.Instantiate(ctx, assemble(cacheGuest))
		if err != nil {
			return err
		}
		results, err := instance.ExportedFunction("double").Call(ctx, n)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, results[0])
		return nil
	}
	for n := range uint64(2) {
		if err := run(n); err != nil {
			return err
		}
	}
	return nil
}
