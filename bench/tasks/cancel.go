package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tetratelabs/wazero"

	"weft"
)

const cancelGuest = `(module
  (func (export "spin") (loop (br 0))))`

func weftCancel(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, assemble(cancelGuest))
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err = instance.Func("spin").Call(ctx)
	fmt.Fprintln(out, "cancelled:", errors.Is(err, context.Canceled))
	return nil
}

func wazeroCancel(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCloseOnContextDone(true))
	defer r.Close(ctx)
	instance, err := r.Instantiate(ctx, assemble(cancelGuest))
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err = instance.ExportedFunction("spin").Call(ctx)
	fmt.Fprintln(out, "cancelled:", errors.Is(err, context.Canceled))
	return nil
}
