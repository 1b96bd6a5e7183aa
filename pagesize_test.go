package weft_test

import (
	"context"
	"errors"
	"testing"

	"weft"
	"weft/wasm"
)

// TestSmallPages checks what the size of pages means for a memory of single bytes.
func TestSmallPages(t *testing.T) {
	const source = `(module
	  (memory (export "m") 3 (pagesize 1))
	  (data (i32.const 0) "abc")
	  (func (export "size") (result i32) (memory.size))
	  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
	  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0)))
	  (func (export "load16") (param i32) (result i32) (i32.load16_u (local.get 0)))
	  (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 7) (local.get 0))))`
	limits := weft.DefaultLimits()
	limits.MemoryBytes = 100_001
	engine := engineWith(t, wasm.AllFeatures)
	store, instance := openOn(t, engine, source, limits, nil)
	const outOfBounds = -100
	call := func(name string, want int32, args ...weft.Value) {
		t.Helper()
		results, err := instance.Func(name).Call(context.Background(), args...)
		var trap *weft.Trap
		switch {
		case want == outOfBounds && errors.As(err, &trap) && trap.Code == wasm.TrapMemoryOutOfBounds:
		case err != nil:
			t.Errorf("%s%v: %v", name, args, err)
		case len(results) > 0 && results[0].I32() != want:
			t.Errorf("%s%v: %d, want %d", name, args, results[0].I32(), want)
		}
	}
	call("size", 3)
	call("load8", 'c', weft.I32(2))
	call("load8", outOfBounds, weft.I32(3))
	call("load16", 'b'|'c'<<8, weft.I32(1))
	call("load16", outOfBounds, weft.I32(2))
	call("fill", outOfBounds, weft.I32(4))
	call("grow", 3, weft.I32(1))
	call("load16", 'c', weft.I32(2))
	call("grow", 4, weft.I32(70_000)) // beyond what the system gives at once
	call("load8", 0, weft.I32(70_003))
	call("load8", outOfBounds, weft.I32(70_004))
	call("fill", 0, weft.I32(70_004))
	call("load8", 7, weft.I32(70_003))
	call("grow", -1, weft.I32(29_998))
	call("grow", 70_004, weft.I32(29_997))
	call("size", 100_001)
	call("grow", -1, weft.I32(1))
	call("grow", 100_001, weft.I32(0))

	memory := instance.Memory("m")
	if memory.Size() != 100_001 {
		t.Errorf("Size: %d", memory.Size())
	}
	for _, source := range []string{
		`(import "m" "m" (memory 100001 (pagesize 1)))`,
		`(import "m" "m" (memory 0))`,
		`(import "m" "m" (memory 100002 (pagesize 1)))`,
		`(import "m" "m" (memory 1 200000 (pagesize 1)))`,
	} {
		linker := weft.NewLinker(store)
		linker.DefineInstance("m", instance)
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		_, err = linker.Instantiate(context.Background(), module)
		var link *weft.LinkError
		if fits := source == `(import "m" "m" (memory 100001 (pagesize 1)))`; fits != (err == nil) || !fits && !errors.As(err, &link) {
			t.Errorf("%s: %v", source, err)
		}
	}
}
