package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/tetratelabs/wazero"

	"weft"
)

// The guest's generators are continuations: they suspend with each value.
const generatorGuest = `(module
  (tag $yield (export "yield") (param i32))
  (func (export "squares") (local $i i32)
    (loop $next
      (suspend $yield (i32.mul (local.get $i) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
  (func (export "doubles") (local $i i32)
    (loop $next
      (suspend $yield (i32.mul (local.get $i) (i32.const 2)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))`

// Without continuations a generator is a function that calls the host with each value.
const generatorCallsGuest = `(module
  (import "env" "yield" (func $yield (param i32)))
  (func (export "squares") (local $i i32)
    (loop $next
      (call $yield (i32.mul (local.get $i) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
  (func (export "doubles") (local $i i32)
    (loop $next
      (call $yield (i32.mul (local.get $i) (i32.const 2)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))`

// Two generators yield in turns, and neither ends by itself.
func weftGenerator(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, assemble(generatorGuest))
	if err != nil {
		return err
	}

	var generators []*weft.Continuation
	for _, name := range []string{"squares", "doubles"} {
		generator, err := r.Store().NewContinuation(instance.Func(name))
		if err != nil {
			return err
		}
		generators = append(generators, generator)
	}
	for range 4 {
		for i, generator := range generators {
			yielded, _, err := generator.Resume(ctx, nil, weft.On(instance.Tag("yield")))
			if err != nil {
				return err
			}
			fmt.Fprintln(out, yielded.Payload[0].I32())
			generators[i] = yielded.Continuation
		}
	}
	return nil
}

// Each generator has a goroutine (iter.Pull), which a panic of the host function ends.
func wazeroGenerator(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)

	type yieldKey struct{}
	stopped := errors.New("nobody wants more")
	_, err := r.NewHostModuleBuilder("env").
		NewFunctionBuilder().
		WithFunc(func(ctx context.Context, value int32) {
			if !ctx.Value(yieldKey{}).(func(int32, error) bool)(value, nil) {
				panic(stopped)
			}
		}).
		Export("yield").
		Instantiate(ctx)
	if err != nil {
		return err
	}
	instance, err := r.Instantiate(ctx, assemble(generatorCallsGuest))
	if err != nil {
		return err
	}

	var generators []func() (int32, error, bool)
	for _, name := range []string{"squares", "doubles"} {
		next, stop := iter.Pull2(func(yield func(int32, error) bool) {
			ctx := context.WithValue(ctx, yieldKey{}, yield)
			_, err := instance.ExportedFunction(name).Call(ctx)
			if err != nil && !errors.Is(err, stopped) {
				yield(0, err)
			}
		})
		defer stop()
		generators = append(generators, next)
	}
	for range 4 {
		for _, next := range generators {
			value, err, _ := next()
			if err != nil {
				return err
			}
			fmt.Fprintln(out, value)
		}
	}
	return nil
}
