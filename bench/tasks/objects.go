package tasks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/tetratelabs/wazero"

	"weft"
)

// The guest keeps a value of Go beside a counter, in a struct of its heap.
const objectsGuest = `(module
  (type $visit (struct (field externref) (field (mut i32))))
  (func (export "first") (param externref) (result (ref $visit))
    (struct.new $visit (local.get 0) (i32.const 1)))
  (func (export "again") (param $visit (ref $visit))
    (struct.set $visit 1 (local.get $visit)
      (i32.add (struct.get $visit 1 (local.get $visit)) (i32.const 1)))))`

// Without a heap it keeps a number that stands for the value, and the struct in its memory.
const handlesGuest = `(module
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 16))
  (func (export "first") (param $page i32) (result i32)
    (i32.store (global.get $free) (local.get $page))
    (i32.store offset=4 (global.get $free) (i32.const 1))
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (i32.const 8))))
  (func (export "again") (param $visit i32)
    (i32.store offset=4 (local.get $visit)
      (i32.add (i32.load offset=4 (local.get $visit)) (i32.const 1)))))`

func weftObjects(ctx context.Context, out io.Writer) error {
	r := weft.NewRuntime(weft.NewConfig(), weft.DefaultLimits())
	defer r.Close()
	instance, err := r.InstantiateSource(ctx, assemble(objectsGuest))
	if err != nil {
		return err
	}

	page := &url.URL{Scheme: "https", Host: "example.com"}
	results, err := instance.Func("first").Call(ctx, weft.ExternRef(page))
	if err != nil {
		return err
	}
	if _, err := instance.Func("again").Call(ctx, results[0]); err != nil {
		return err
	}
	visit, err := results[0].Ref().(*weft.Object).Values()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, visit[0].Ref().(*url.URL).Host, visit[1].I32())
	return nil
}

// The guest has a number for the value of Go, and the struct in its memory. Nobody collects either.
func wazeroObjects(ctx context.Context, out io.Writer) error {
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	instance, err := r.Instantiate(ctx, assemble(handlesGuest))
	if err != nil {
		return err
	}

	pages := map[uint32]*url.URL{1: {Scheme: "https", Host: "example.com"}}
	results, err := instance.ExportedFunction("first").Call(ctx, 1)
	if err != nil {
		return err
	}
	if _, err := instance.ExportedFunction("again").Call(ctx, results[0]); err != nil {
		return err
	}
	addr := uint32(results[0])
	page, ok := instance.Memory().ReadUint32Le(addr)
	if !ok {
		return errors.New("the visit is out of bounds")
	}
	count, ok := instance.Memory().ReadUint32Le(addr + 4)
	if !ok {
		return errors.New("the visit is out of bounds")
	}
	fmt.Fprintln(out, pages[page].Host, count)
	return nil
}
