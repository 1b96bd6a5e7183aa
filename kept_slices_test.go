package weft_test

import (
	"bytes"
	"context"
	"math/bits"
	"testing"

	"weft"
	"weft/wasm"
)

// TestKeptSlices keeps slices of memories whose stores are closed, or which have moved: neither may they show what
// other stores have in theirs, nor may writing to them change that.
func TestKeptSlices(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("on systems of 32 bits addresses are used again, as Memory.View says")
	}
	for name, memory := range map[string]string{
		"32 bits":     `(memory (export "memory") 2 100)`,
		"64 bits":     `(memory (export "memory") i64 2)`,
		"small pages": `(memory (export "memory") 131072 (pagesize 1))`,
		"shared":      `(memory (export "memory") 2 100 shared)`,
	} {
		for executor, engine := range allExecutors(t, wasm.AllFeatures) {
			t.Run(name+"/"+executor, func(t *testing.T) { keepSlices(t, engine, "(module "+memory+")") })
		}
	}
}

func keepSlices(t *testing.T, engine *weft.Engine, source string) {
	module, err := engine.Compile([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	secret := bytes.Repeat([]byte("secret"), 100)
	open := func() (*weft.Store, *weft.Memory) {
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		instance, err := store.Instantiate(context.Background(), module, nil)
		if err != nil {
			t.Fatal(err)
		}
		return store, instance.Memory("memory")
	}
	var kept [][]byte
	for round := range 12 {
		store, memory := open()
		all := memory.Bytes()
		if i := bytes.IndexFunc(all, func(r rune) bool { return r != 0 }); i >= 0 {
			t.Fatalf("round %d: a new memory is not zero at %d", round, i)
		}
		memory.Write(1000, secret)
		part, _ := memory.View(70000, 10)
		copy(part, "0123456789")
		for i, slice := range kept {
			if bytes.Contains(slice, secret) {
				t.Fatalf("round %d: slice %d shows another store's memory", round, i)
			}
			for at := range slice {
				slice[at] = 0xff
			}
		}
		read := make([]byte, len(secret))
		memory.Read(1000, read)
		if !bytes.Equal(read, secret) || string(part) != "0123456789" {
			t.Fatalf("round %d: writing to kept slices has changed another store's memory", round)
		}
		kept = append(kept, all, part)
		store.Close()
	}
	t.Logf("the first slices begin at %p and %p", kept[0], kept[2])
}

// TestKeptSlots keeps the slots of a host function when its store is closed: they may not become those of another
// store's guest.
func TestKeptSlots(t *testing.T) {
	const source = `(module
	  (import "host" "keep" (func $keep (param i64 i64 i64) (result i64)))
	  (func (export "run") (param i64) (result i64)
	    (local.get 0) (drop (call $fill (local.get 0) (i64.const 200)))
	    (call $keep (local.get 0) (local.get 0) (local.get 0)) (drop))
	  (func $fill (param i64 i64) (result i64)
	    (if (result i64) (i64.eqz (local.get 1)) (then (local.get 0))
	      (else (i64.add (local.get 0) (call $fill (local.get 0) (i64.sub (local.get 1) (i64.const 1))))))))`
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		var kept [][]uint64
		for round := range uint64(20) {
			store, instance := openOn(t, engine, source, weft.DefaultLimits(), func(_ *weft.Store, l *weft.Linker) {
				i64 := []wasm.ValType{wasm.I64, wasm.I64, wasm.I64}
				keep := func(_ context.Context, slots []uint64) error {
					kept = append(kept, slots)
					return nil
				}
				if err := l.DefineFunc("host", "keep", wasm.FuncType{Params: i64, Results: i64[:1]}, keep); err != nil {
					t.Fatal(err)
				}
			})
			if got := call(t, instance, "run", weft.I64(int64(1000+round))); got[0].I64() != int64(1000+round) {
				t.Fatal(got)
			}
			store.Close()
		}
		for round, slots := range kept {
			for _, v := range slots {
				if v != uint64(1000+round) {
					t.Fatalf("%s: slots that were kept in round %d are %d", name, round, slots)
				}
			}
		}
	}
}
