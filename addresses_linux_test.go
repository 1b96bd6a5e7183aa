//go:build linux && amd64

package weft_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"weft"
	"weft/wasm"
)

// TestShortAddressSpace makes instances where the process may have little address space: too little for a guard behind
// a memory, which machine code otherwise relies on. Those that were there before, and later ones, behave alike. It runs
// in a process of its own.
func TestShortAddressSpace(t *testing.T) {
	const variable = "WEFT_TEST_SHORT_ADDRESS_SPACE"
	if os.Getenv(variable) != "" {
		shortAddressSpace(t)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestShortAddressSpace$")
	c.Env = append(os.Environ(), variable+"=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func shortAddressSpace(t *testing.T) {
	const source = `(module
	  (memory (export "memory") 1 20000)
	  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
	  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
	  (func (export "far") (param i32) (result i32) (i32.load offset=0xfffffff0 (local.get 0)))
	  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`
	ctx := context.Background()
	var instances []*weft.Instance
	var modules []*weft.Module
	for _, options := range []weft.NativeOptions{{}, {Eager: true}, {InterpretFirst: true, HotAfter: 3}} {
		engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(weft.Native).WithNativeOptions(options))
		if err != nil {
			t.Fatal(err)
		}
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		modules = append(modules, module)
	}
	instantiate := func() {
		for _, module := range modules {
			store, err := module.Engine().NewStore(weft.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			instance, err := store.Instantiate(ctx, module, nil)
			if err != nil {
				t.Fatal(err)
			}
			instances = append(instances, instance)
		}
	}
	instantiate()
	limit := addressSpace(t) + 4<<30
	if err := unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		t.Fatal(err)
	}
	instantiate()
	for i, in := range instances {
		if want := i >= len(modules); in.Unguarded() != want {
			t.Errorf("instance %d: unguarded: %v, want %v", i, in.Unguarded(), want)
		}
		for range 5 { // so that what begins in the interpreter becomes hot
			wantTrap := func(f string, address uint32) {
				t.Helper()
				var trap *weft.Trap
				if _, err := in.Func(f).Call(ctx, weft.I32(int32(address))); !errors.As(err, &trap) || trap.Code != wasm.TrapMemoryOutOfBounds {
					t.Errorf("instance %d: %s of %#x: %v", i, f, address, err)
				}
			}
			size := uint32(len(in.Memory("memory").Bytes()))
			call(t, in, "store", weft.I32(int32(size-4)), weft.I32(int32(size)))
			if got := call(t, in, "load", weft.I32(int32(size-4)))[0].I32(); got != int32(size) {
				t.Errorf("instance %d: %#x was read", i, got)
			}
			for _, address := range []uint32{size - 3, size, 1 << 31, 1<<32 - 1} {
				wantTrap("load", address)
			}
			wantTrap("far", 0)
			wantTrap("far", 1<<32-1)
			if call(t, in, "grow", weft.I32(3))[0].I32() == -1 {
				t.Errorf("instance %d does not grow", i)
			}
			if got := call(t, in, "load", weft.I32(int32(size-4)))[0].I32(); got != int32(size) {
				t.Errorf("instance %d: %#x was read after growing", i, got)
			}
		}
	}
}

// addressSpace returns how many bytes of address space the process has.
func addressSpace(t *testing.T) uint64 {
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.ParseUint(strings.Fields(string(status))[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * uint64(os.Getpagesize())
}
