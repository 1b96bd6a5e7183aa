package tasks

import (
	"context"
	"fmt"
	"io"

	"github.com/tetratelabs/wazero"

	"weft"
)

const (
	libraryGuest = `(module
  (func (export "square") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0))))`

	modulesGuest = `(module
  (import "library" "square" (func $square (param i32) (result i32)))
  (func (export "cube") (param i32) (result i32) (i32.mul (local.get 0) (call $square (local.get 0)))))`
)

func weftModules(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, assemble(libraryGuest))
	if err != nil {
		return err
	}
	r.DefineInstance("library", instance)
	instance, err = r.InstantiateSource(ctx, assemble(modulesGuest))
	if err != nil {
		return err
	}

	results, err := instance.Func("cube").Call(ctx, weft.I32(3))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, results[0].I32())
	return nil
}

func wazeroModules(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	_, err := r.InstantiateWithConfig(ctx, assemble(libraryGuest), wazero.NewModuleConfig().WithName("library"))
	if err != nil {
		return err
	}
	instance, err := r.Instantiate(ctx, assemble(modulesGuest))
	if err != nil {
		return err
	}

	results, err := instance.ExportedFunction("cube").Call(ctx, 3)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, results[0])
	return nil
}
