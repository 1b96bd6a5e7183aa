//go:build unix

package store

import (
	"testing"
	"unsafe"

	"weft/wasm"
)

// TestRecycledStacks has a table, a memory and an arena lie where stacks were: they must be as new.
func TestRecycledStacks(t *testing.T) {
	sizes := map[uintptr]bool{}
	s := newStore(t, nil)
	for range 3000 {
		r := s.Conts.New(nil, 0)
		if !s.Conts.AllocStack(r, 4<<10) {
			t.Fatal("no stack")
		}
		words := unsafe.Slice((*uint64)(Pointer(r.Stack())), r.StackSize()/8)
		for i := range words {
			words[i] = ^uint64(0)
		}
	}
	for _, slab := range s.Conts.stacks.slabs {
		sizes[slab.reserved] = true
	}
	s.Close()
	if len(sizes) != 2 {
		t.Fatalf("slabs of %d sizes", len(sizes))
	}

	s = newStore(t, nil)
	for size := range sizes {
		table, err := s.NewTable(wasm.TableType{Limits: wasm.Limits{Min: uint64(size) / 8}, Elem: wasm.FuncRef}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range table.Slots() {
			if v != 0 {
				t.Fatalf("element %d of a new table of %d is %#x", i, table.Record.Len, v)
			}
		}
	}
}

// TestRecycledGuard makes shared memories after others have gone that were larger: what is behind
// their length must not be usable.
func TestRecycledGuard(t *testing.T) {
	for _, size := range []uint64{5, 3} {
		s := newStore(t, nil)
		if _, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: size}, PageLog2: 16}); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	shared, err := NewSharedMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1, Max: 4, HasMax: true, Shared: true}, PageLog2: 16}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Release()
	if got := uint64(shared.region.Size()); got != shared.Len() {
		t.Errorf("%d bytes of a memory of %d are usable", got, shared.Len())
	}
}
