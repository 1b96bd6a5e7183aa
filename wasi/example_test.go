package wasi_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing/fstest"

	"weft"
	"weft/wasi"
)

// A program gets its output, a file system to read, and tells its exit code.
func Example() {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		panic(err)
	}
	module, err := engine.Compile([]byte(`(module
		(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
		(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
		(memory (export "memory") 1)
		(data (i32.const 0) "\08\00\00\00\06\00\00\00hello\0a")
		(func (export "_start")
			(drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
			(call $exit (i32.const 3))))`))
	if err != nil {
		panic(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		panic(err)
	}
	defer store.Close()
	linker := weft.NewLinker(store)
	system, err := wasi.NewConfig().
		WithArgs("hello").
		WithStdout(os.Stdout).
		WithFS("/", fstest.MapFS{"config": {Data: []byte("x")}}).
		Define(linker)
	if err != nil {
		panic(err)
	}
	defer system.Close()
	instance, err := linker.Instantiate(context.Background(), module)
	if err != nil {
		panic(err)
	}
	err = system.Start(context.Background(), instance)
	var exit *weft.ExitError
	if errors.As(err, &exit) {
		fmt.Println("exit code", exit.Code)
	}
	// Output:
	// hello
	// exit code 3
}
