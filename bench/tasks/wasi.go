package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing/fstest"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"weft"
	"weft/wasi"
)

// The guest writes the file note.txt to its standard output, and exits with a code.
const wasiGuest = `(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "note.txt")
  (func (export "_start")
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 0)
          (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16))
      (then (call $exit (i32.const 1))))
    ;; a buffer of 1,024 bytes at 1,024
    (i32.store (i32.const 32) (i32.const 1024))
    (i32.store (i32.const 36) (i32.const 1024))
    (drop (call $read (i32.load (i32.const 16)) (i32.const 32) (i32.const 1) (i32.const 36)))
    (drop (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40)))
    (call $exit (i32.const 3))))`

func weftWASI(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	files := fstest.MapFS{"note.txt": {Data: []byte("in memory\n")}}
	system, err := wasi.NewConfig().WithArgs("cat").WithStdout(out).WithFS("/", files).Define(r.Linker)
	if err != nil {
		return err
	}
	defer system.Close()
	instance, err := r.InstantiateSource(ctx, assemble(wasiGuest))
	if err != nil {
		return err
	}
	var exit *weft.ExitError
	if err := system.Start(ctx, instance); !errors.As(err, &exit) {
		return err
	}
	fmt.Fprintln(out, "exit code", exit.Code)
	return nil
}

func wazeroWASI(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return err
	}

	files := fstest.MapFS{"note.txt": {Data: []byte("in memory\n")}}
	config := wazero.NewModuleConfig().
		WithArgs("cat").
		WithStdout(out).
		WithFSConfig(wazero.NewFSConfig().WithFSMount(files, "/"))
	_, err := r.InstantiateWithConfig(ctx, assemble(wasiGuest), config)
	var exit *sys.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	fmt.Fprintln(out, "exit code", exit.ExitCode())
	return nil
}
