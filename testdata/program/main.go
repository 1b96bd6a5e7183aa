// Program embeds Weft: it is built and started in the ways in which programs are (program_test.go). It calls a host
// function, lets loads fault on many goroutines, and ends a loop beside a collector. What is not as it should be ends it
// with a message; at the end it prints "fine".
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/trace"
	"sync"
	"time"

	"weft"
	"weft/typed"
	"weft/wasm"
)

const source = `(module
  (import "env" "twice" (func $twice (param i32) (result i32)))
  (memory 1)
  (func (export "twice") (param i32) (result i32) (call $twice (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "spin") (loop $again (br $again))))`

func main() {
	if err := run(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("fine")
}

func run() error {
	if path := os.Getenv("TRACE"); path != "" {
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := trace.Start(file); err != nil {
			return err
		}
		defer trace.Stop()
	}
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		return err
	}
	module, err := engine.Compile([]byte(source))
	if err != nil {
		return err
	}
	if err := module.Interpreted(); err != nil {
		return err
	}
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = use(engine, module) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// use does everything in a store of its own.
func use(engine *weft.Engine, module *weft.Module) error {
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		return err
	}
	defer store.Close()
	linker := weft.NewLinker(store)
	host := typed.Func1(func(_ context.Context, n int32) (int32, error) { return twice(n), nil })
	if err := host.Define(linker, "env", "twice"); err != nil {
		return err
	}
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		return err
	}
	for i := range int32(1000) {
		got, err := instance.Func("twice").Call(context.Background(), weft.I32(i))
		if err != nil || got[0].I32() != 2*i {
			return fmt.Errorf("twice %d is %v (%v)", i, got, err)
		}
		_, err = instance.Func("load").Call(context.Background(), weft.I32(1<<16+i))
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != wasm.TrapMemoryOutOfBounds {
			return fmt.Errorf("load: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	ended := make(chan error)
	go func() {
		_, err := instance.Func("spin").Call(ctx)
		ended <- err
	}()
	for range 5 {
		runtime.GC()
	}
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("spin: %w", err)
	}
	return nil
}
