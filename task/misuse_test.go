package task_test

import (
	"context"
	"strings"
	"testing"

	"weft"
	"weft/task"
	"weft/wasm"
)

var noContext context.Context

// TestMisuse gives loops what is not there: there is an error, and the loop goes on.
func TestMisuse(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	nap := f.in.Func("nap")
	for name, c := range map[string]struct {
		do   func() error
		says string
	}{
		"NewLoop(nil)": {func() error { _, err := task.NewLoop(nil); return err }, "no store"},
		"NewFunc(nil)": {func() error {
			_, err := f.loop.NewFunc("f", wasm.FuncType{}, nil)
			return err
		}, "no Go function"},
		"Define(nil)": {func() error {
			return f.loop.Define(nil, "a", "b", wasm.FuncType{}, nil)
		}, "no linker"},
		"Link(nil)":            {func() error { return f.loop.Link(nil) }, "no linker"},
		"Run(nil)":             {func() error { return f.loop.Run(noContext) }, "context is nil"},
		"Serve(nil)":           {func() error { return f.loop.Serve(noContext) }, "context is nil"},
		"Go without a context": {func() error { return f.loop.Go(noContext, nap).Err() }, "context is nil"},
		"Wait without one": {func() error {
			_, err := f.loop.Go(noContext, nap).Wait(noContext)
			return err
		}, "context is nil"},
		"Go without a function": {func() error { return f.runs(ctx, nil) }, "no function"},
		"too few arguments":     {func() error { return f.runs(ctx, nap) }, "0 values given"},
		"Await(nil)": {func() error {
			f.ask = func(int32) (task.Wait, error) { return task.Await(nil), nil }
			return f.runs(ctx, f.in.Func("asks-often"), weft.I32(1))
		}, "no future"},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q", name, err, c.says)
		}
	}
	if f.loop.Do(nil) {
		t.Error("the loop takes a function that is nil")
	}
	if err := f.runs(ctx, nap, weft.I32(1), weft.I64(0)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// runs runs a task to its end.
func (f *fixture) runs(ctx context.Context, fn *weft.Func, args ...weft.Value) error {
	made := f.loop.Go(ctx, fn, args...)
	if err := f.loop.Run(ctx); err != nil {
		return err
	}
	return made.Err()
}
