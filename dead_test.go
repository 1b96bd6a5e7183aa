package weft_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"weft"
	"weft/wasm"
)

// A witness is a Go value whose end tells that of all that refers to it.
type witness struct {
	instance *weft.Instance
	cancel   context.CancelFunc
}

// dead reports whether nothing refers to the witness any more, and waits a while for that.
func dead(w weak.Pointer[witness]) bool {
	for range 200 {
		if runtime.GC(); w.Value() == nil {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// witnessed makes a store with a host function, a host value, and a call with a context that refer to a witness, as
// that does to the store.
func witnessed(t *testing.T, engine *weft.Engine) (*weft.Store, *weft.Instance, weak.Pointer[witness]) {
	t.Helper()
	module := compileWith(t, engine, []byte(`(module
	  (import "host" "f" (func $f (param externref) (result i32)))
	  (table $t (export "table") 1 externref) (memory (export "memory") 1)
	  (func (export "run") (param externref) (result i32)
	    (table.set $t (i32.const 0) (local.get 0))
	    (call $f (local.get 0))))`))
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	w, linker := &witness{}, weft.NewLinker(store)
	host := func(ctx context.Context, slots []uint64) error {
		slots[0] = uint64(len(w.instance.Memory("memory").Bytes()))
		return nil
	}
	typ := wasm.FuncType{Params: []wasm.ValType{wasm.ExternRef}, Results: []wasm.ValType{wasm.I32}}
	if err := linker.DefineFunc("host", "f", typ, host); err != nil {
		t.Fatal(err)
	}
	if w.instance, err = linker.Instantiate(context.Background(), module); err != nil {
		t.Fatal(err)
	}
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, w))
	w.cancel = cancel // nobody calls it
	if got, err := w.instance.Func("run").Call(ctx, weft.ExternRef(w)); err != nil || got[0].I32() != 65536 {
		t.Fatal(got, err)
	}
	return store, w.instance, weak.Make(w)
}

// TestClosedStore closes a store: whoever has parts of it keeps nothing else alive.
func TestClosedStore(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		store, instance, w := witnessed(t, engine)
		run, memory := instance.Func("run"), instance.Memory("memory")
		store.Close()
		if !dead(w) {
			t.Errorf("%s: what the host functions and values of a closed store refer to is still there", name)
		}
		if _, err := run.Call(context.Background(), weft.Null(wasm.HeapExtern)); err != weft.ErrClosed {
			t.Errorf("%s: a call in a closed store ends with %v", name, err)
		}
		if memory.Bytes() != nil || memory.Size() != 0 || instance.Func("run") != nil {
			t.Errorf("%s: a closed store has a memory of %d bytes", name, memory.Size())
		}
		instance = nil
		for range 200 {
			if runtime.GC(); engine.Types() <= 1 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if n := engine.Types(); n > 1 { // that of the host function
			t.Errorf("%s: who has a function of a closed store keeps its module: there are %d types", name, n)
		}
		runtime.KeepAlive(store)
		runtime.KeepAlive(run)
	}
}

// TestDroppedStore drops a store that is not closed, and whose host functions refer to it.
func TestDroppedStore(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		if _, _, w := witnessed(t, engine); !dead(w) {
			t.Errorf("%s: a store to which nothing refers is still there", name)
		}
	}
}

// TestSharedMemoryClose closes the handles of a shared memory, which a store has, too.
func TestSharedMemoryClose(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	typ := wasm.MemoryType{Limits: wasm.Limits{Min: 1, Max: 1, HasMax: true}, PageLog2: 16}
	shared, err := engine.NewSharedMemory(typ)
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	memory, err := shared.In(store)
	if err != nil {
		t.Fatal(err)
	}
	shared.Close()
	shared.Close()
	if _, err := shared.In(store); err != weft.ErrClosed {
		t.Errorf("a closed shared memory goes into a store: %v", err)
	}
	if !memory.Write(10, []byte("words")) || string(memory.Bytes()[10:15]) != "words" {
		t.Error("the store has lost its memory")
	}
	store.Close()
}
