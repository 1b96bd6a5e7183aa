package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/tetratelabs/wazero"

	"weft"
	"weft/typed"
	"weft/wasm"
)

// The guest calls a host function that fails, and divides.
const errorsGuest = `(module
  (import "env" "find" (func $find (param i32) (result i32)))
  (func (export "find") (param i32) (result i32) (call $find (local.get 0)))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))`

func weftErrors(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	find := func(ctx context.Context, key int32) (int32, error) {
		return 0, fmt.Errorf("key %d: %w", key, fs.ErrNotExist)
	}
	if err := typed.Func1(find).Define(r.Linker, "env", "find"); err != nil {
		return err
	}
	instance, err := r.InstantiateSource(ctx, assemble(errorsGuest))
	if err != nil {
		return err
	}

	_, err = instance.Func("find").Call(ctx, weft.I32(7))
	fmt.Fprintln(out, "not found:", errors.Is(err, fs.ErrNotExist))
	_, err = instance.Func("divide").Call(ctx, weft.I32(1), weft.I32(0))
	var trap *weft.Trap
	fmt.Fprintln(out, "divided by zero:", errors.As(err, &trap) && trap.Code == wasm.TrapDivideByZero)
	return nil
}

func wazeroErrors(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	_, err := r.NewHostModuleBuilder("env").
		NewFunctionBuilder().
		WithFunc(func(ctx context.Context, key int32) int32 {
			panic(fmt.Errorf("key %d: %w", key, fs.ErrNotExist))
		}).
		Export("find").
		Instantiate(ctx)
	if err != nil {
		return err
	}
	instance, err := r.Instantiate(ctx, assemble(errorsGuest))
	if err != nil {
		return err
	}

	_, err = instance.ExportedFunction("find").Call(ctx, 7)
	fmt.Fprintln(out, "not found:", errors.Is(err, fs.ErrNotExist))
	_, err = instance.ExportedFunction("divide").Call(ctx, 1, 0)
	fmt.Fprintln(out, "divided by zero:", err != nil && strings.Contains(err.Error(), "integer divide by zero"))
	return nil
}
