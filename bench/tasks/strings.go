package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"weft"
)

// The guest takes a name, logs a greeting by a function of the host, and returns it as an address and a length.
const stringsGuest = `(module
  (import "env" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "Hello, ")
  (global $free (mut i32) (i32.const 1024))
  (func $allocate (export "allocate") (param $size i32) (result i32)
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (local.get $size))))
  (func (export "greet") (param $name i32) (param $size i32) (result i32 i32)
    (local $text i32)
    (local.set $text (call $allocate (i32.add (local.get $size) (i32.const 7))))
    (memory.copy (local.get $text) (i32.const 0) (i32.const 7))
    (memory.copy (i32.add (local.get $text) (i32.const 7)) (local.get $name) (local.get $size))
    (local.set $size (i32.add (local.get $size) (i32.const 7)))
    (call $log (local.get $text) (local.get $size))
    (local.get $text) (local.get $size)))`

func weftStrings(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	err := r.Wrap("env", "log", func(m *weft.Memory, addr, size uint32) error {
		text, ok := m.ReadString(uint64(addr), uint64(size))
		if !ok {
			return errors.New("the text is out of bounds")
		}
		fmt.Fprintln(out, "guest:", text)
		return nil
	})
	if err != nil {
		return err
	}
	instance, err := r.InstantiateSource(ctx, assemble(stringsGuest))
	if err != nil {
		return err
	}

	name := "WebAssembly"
	results, err := instance.Func("allocate").Call(ctx, weft.I32(int32(len(name))))
	if err != nil {
		return err
	}
	addr := results[0]
	if !instance.Memory("memory").WriteString(uint64(addr.I32()), name) {
		return errors.New("the name is out of bounds")
	}
	results, err = instance.Func("greet").Call(ctx, addr, weft.I32(int32(len(name))))
	if err != nil {
		return err
	}
	text, ok := instance.Memory("memory").ReadString(uint64(results[0].I32()), uint64(results[1].I32()))
	if !ok {
		return errors.New("the greeting is out of bounds")
	}
	fmt.Fprintln(out, "host:", text)
	return nil
}

func wazeroStrings(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)

	_, err := r.NewHostModuleBuilder("env").
		NewFunctionBuilder().
		WithFunc(func(ctx context.Context, m api.Module, addr, size uint32) {
			text, ok := m.Memory().Read(addr, size)
			if !ok {
				panic(errors.New("the text is out of bounds"))
			}
			fmt.Fprintln(out, "guest:", string(text))
		}).
		Export("log").
		Instantiate(ctx)
	if err != nil {
		return err
	}
	instance, err := r.Instantiate(ctx, assemble(stringsGuest))
	if err != nil {
		return err
	}

	name := "WebAssembly"
	results, err := instance.ExportedFunction("allocate").Call(ctx, uint64(len(name)))
	if err != nil {
		return err
	}
	addr := results[0]
	if !instance.Memory().WriteString(uint32(addr), name) {
		return errors.New("the name is out of bounds")
	}
	results, err = instance.ExportedFunction("greet").Call(ctx, addr, uint64(len(name)))
	if err != nil {
		return err
	}
	text, ok := instance.Memory().Read(uint32(results[0]), uint32(results[1]))
	if !ok {
		return errors.New("the greeting is out of bounds")
	}
	fmt.Fprintln(out, "host:", string(text))
	return nil
}
