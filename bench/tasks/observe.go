package tasks

import (
	"context"
	"fmt"
	"io"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"weft"
)

const observeGuest = `(module
  (func $factorial (export "factorial") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $factorial (i64.sub (local.get 0) (i64.const 1))))))))`

// A weftListener writes down each call, and what it returns.
type weftListener struct{ out io.Writer }

func (l weftListener) Before(c *weft.Call) {
	fmt.Fprintln(l.out, "call", c.Frame.FuncName, c.Values[0].I64())
}

func (l weftListener) After(c *weft.Call) {
	fmt.Fprintln(l.out, "return", c.Values[0].I64())
}

func weftObserve(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig().WithListener(weftListener{out}), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, assemble(observeGuest))
	if err != nil {
		return err
	}
	_, err = instance.Func("factorial").Call(ctx, weft.I64(3))
	return err
}

// A wazeroListener writes down each call, and what it returns.
type wazeroListener struct{ out io.Writer }

func (l wazeroListener) Before(
	ctx context.Context, m api.Module, f api.FunctionDefinition, params []uint64, _ experimental.StackIterator,
) {
	fmt.Fprintln(l.out, "call", f.Name(), params[0])
}

func (l wazeroListener) After(ctx context.Context, m api.Module, f api.FunctionDefinition, results []uint64) {
	fmt.Fprintln(l.out, "return", results[0])
}

func (l wazeroListener) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}

func wazeroObserve(ctx context.Context, out io.Writer) error {
	ctx = experimental.WithFunctionListenerFactory(ctx, experimental.FunctionListenerFactoryFunc(
		func(api.FunctionDefinition) experimental.FunctionListener { return wazeroListener{out} }))
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	instance, err := r.Instantiate(ctx, assemble(observeGuest))
	if err != nil {
		return err
	}
	_, err = instance.ExportedFunction("factorial").Call(ctx, 3)
	return err
}
