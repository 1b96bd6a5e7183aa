package store

import (
	"math"
	"testing"
	"unsafe"

	"weft/wasm"
)

func newStore(t *testing.T, change func(*Limits)) *Store {
	t.Helper()
	limits := DefaultLimits
	if change != nil {
		change(&limits)
	}
	s, err := New(wasm.NewTypeSet(), nil, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestOneShot checks that using a reference makes all copies of it stale, also
// when the descriptor is used again.
func TestOneShot(t *testing.T) {
	c := &newStore(t, nil).Conts
	r := c.New(nil, 0)
	ref := c.Ref(r)
	if c.Lookup(ref) != r {
		t.Fatal("a new reference does not find its continuation")
	}
	r = c.Consume(r)
	if c.Lookup(ref) != nil {
		t.Error("a consumed reference finds a continuation")
	}
	c.Free(r)
	again := c.New(nil, 0)
	if again != r {
		t.Fatal("the descriptor is not used again")
	}
	if c.Lookup(ref) != nil {
		t.Error("a stale reference finds the next user of the descriptor")
	}
}

// TestRevisionsEnd takes a continuation, with others captured beneath it, to
// the last revision of its descriptor: it must move to another.
func TestRevisionsEnd(t *testing.T) {
	c := &newStore(t, nil).Conts
	outer, middle, inner := c.New(nil, 0), c.New(nil, 0), c.New(nil, 0)
	middle.State, inner.State = ContRunning, ContRunning
	outer.Capture(inner)
	inner.Link, middle.Link = middle, outer
	if !c.AllocStack(outer, 1000) {
		t.Fatal("no stack")
	}
	stack := outer.Stack()
	outer.ref |= math.MaxUint32 << 32
	ref := c.Ref(outer)
	moved := c.Consume(outer)
	if moved == outer || moved.Stack() != stack || moved.StackSize() != 1024 || moved.Link != inner {
		t.Fatalf("moved to %+v", moved)
	}
	if middle.Link != moved {
		t.Error("the captured continuation still belongs to the old descriptor")
	}
	if c.Lookup(ref) != nil {
		t.Error("the old reference is not stale")
	}
	if c.Live() != 3 {
		t.Errorf("%d live continuations, want 3", c.Live())
	}
	if next := c.New(nil, 0); next == outer {
		t.Error("a descriptor without revisions is used again")
	}
	// The same for one that is alone.
	alone := c.New(nil, 0)
	alone.Capture(alone)
	alone.ref |= math.MaxUint32 << 32
	if moved := c.Consume(alone); moved.Inner() != moved {
		t.Error("a continuation that is its own innermost one is not any more")
	}
}

// TestSweep drops continuations that were captured together, of which the inner ones were made first, and one
// that is alone and has a parent that is gone.
func TestSweep(t *testing.T) {
	s := newStore(t, nil)
	c := &s.Conts
	inner, middle, outer, gone, alone := c.New(nil, 0), c.New(nil, 0), c.New(nil, 0), c.New(nil, 0), c.New(nil, 0)
	inner.State, middle.State = ContSuspended, ContSuspended // as machine code leaves them
	inner.Link, middle.Link = middle, outer
	outer.Capture(inner)
	alone.Link = gone
	alone.Capture(alone)
	c.Free(c.Consume(gone))
	s.Collect()
	if n := c.Live(); n != 0 {
		t.Errorf("%d continuations are left", n)
	}
	seen := map[*ContRecord]bool{}
	for range 5 {
		r := c.New(nil, 0)
		if seen[r] || r.Inner() != r {
			t.Errorf("descriptor %d is used twice, or begins with an inner one", c.Number(r))
		}
		seen[r] = true
	}
}

// TestContinuationLimit checks that descriptors end at the limit and come back. Those of the host's sides of calls are
// beside.
func TestContinuationLimit(t *testing.T) {
	c := &newStore(t, func(l *Limits) { l.Continuations, l.HostDepth = 3, 1 }).Conts
	var all []*ContRecord
	for {
		r := c.New(nil, 0)
		if r == nil {
			break
		}
		all = append(all, r)
	}
	if len(all) != 3 {
		t.Fatalf("%d continuations, want 3", len(all))
	}
	side, other := c.NewSide(nil), c.NewSide(nil)
	if side == nil || other == nil || side == other || c.Live() != 5 {
		t.Errorf("sides %p and %p, %d live", side, other, c.Live())
	}
	c.Free(side)
	if c.NewSide(nil) != side || c.New(nil, 0) != nil {
		t.Error("a free side is not used again, or as a continuation")
	}
	c.Free(c.Consume(all[2]))
	if c.New(nil, 0) != all[2] {
		t.Error("a free descriptor is not used again")
	}
}

// TestStacks checks that stacks of all classes are distinct, writable as a
// whole, used again, and bounded.
func TestStacks(t *testing.T) {
	c := &newStore(t, func(l *Limits) { l.ContinuationBytes, l.StackBytes = 4<<20, 1<<20 }).Conts
	sizes := []uintptr{1, 512, 513, 4096, 70_000, 300_000, 512, 1024}
	var all []*ContRecord
	for i, size := range sizes {
		r := c.New(nil, 0)
		if !c.AllocStack(r, size) || uintptr(r.StackSize()) < size {
			t.Fatalf("no stack of %d bytes", size)
		}
		b := unsafe.Slice((*byte)(Pointer(r.Stack())), r.StackSize())
		for j := range b {
			b[j] = byte(i + 1)
		}
		all = append(all, r)
	}
	for i, r := range all {
		b := unsafe.Slice((*byte)(Pointer(r.Stack())), r.StackSize())
		if b[0] != byte(i+1) || b[len(b)-1] != byte(i+1) {
			t.Errorf("stack %d was overwritten", i)
		}
	}
	first := all[0].Stack()
	if !c.GrowStack(all[0], 512, 2000) || all[0].StackSize() != 2048 {
		t.Fatal("the stack does not grow")
	}
	if b := unsafe.Slice((*byte)(Pointer(all[0].Stack())), 512); b[0] != 1 || b[511] != 1 {
		t.Error("the content did not move with the stack")
	}
	r := c.New(nil, 0)
	if !c.AllocStack(r, 512) || r.Stack() != first {
		t.Error("a free stack is not used again")
	}
	if r := c.New(nil, 0); c.AllocStack(r, 8<<20) {
		t.Error("a stack larger than the limit was given out")
	}
}

// TestMemoryGrows checks content and limits of a memory that grows.
func TestMemoryGrows(t *testing.T) {
	s := newStore(t, func(l *Limits) { l.MemoryBytes = 10 << 16 })
	m, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 1, Max: 8, HasMax: true}, PageLog2: 16})
	if err != nil {
		t.Fatal(err)
	}
	m.Bytes()[65535] = 42
	if old, ok := m.Grow(3); !ok || old != 1 || m.Pages() != 4 {
		t.Errorf("Grow(3) = %d, %v", old, ok)
	}
	if m.Bytes()[65535] != 42 || m.Bytes()[4<<16-1] != 0 {
		t.Error("growing changed the content")
	}
	if _, ok := m.Grow(5); ok {
		t.Error("the memory grew beyond its maximum")
	}
	if _, ok := m.Grow(1 << 63); ok {
		t.Error("the memory grew beyond everything")
	}
	if _, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 11}, PageLog2: 16}); err == nil {
		t.Error("a memory beyond the store's limit was made")
	}
	bytewise, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: 7}})
	if err != nil || bytewise.Record.Len != 7 {
		t.Errorf("a memory of 7 pages of one byte: %v", err)
	}
}

// TestTableGrows checks content and limits of a table that grows.
func TestTableGrows(t *testing.T) {
	s := newStore(t, func(l *Limits) { l.TableElements = 100_000 })
	table, err := s.NewTable(wasm.TableType{Limits: wasm.Limits{Min: 2}, Elem: wasm.ExternRef}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if old, ok := table.Grow(50_000, 9); !ok || old != 2 {
		t.Errorf("Grow = %d, %v", old, ok)
	}
	if e := table.Slots(); e[0] != 7 || e[1] != 7 || e[2] != 9 || e[50_001] != 9 || len(e) != 50_002 {
		t.Error("growing gave other elements")
	}
	if _, ok := table.Grow(1<<64-1, 0); ok {
		t.Error("the table grew beyond everything")
	}
	if code := table.Fill(50_000, 1, 3); code != wasm.TrapTableOutOfBounds {
		t.Errorf("Fill beyond the end: %v", code)
	}
}

// TestLimitsWithoutEnd has limits that no machine can hold: what is counted with them must not overflow.
func TestLimitsWithoutEnd(t *testing.T) {
	const most = math.MaxUint64
	s := newStore(t, func(l *Limits) {
		l.TableElements, l.ContinuationBytes, l.HeapBytes, l.MemoryBytes = most, most, most, most
	})
	for _, n := range []uint64{1 << 61, 1<<61 + 1, most} {
		limits := wasm.Limits{Min: n, Is64: true}
		if table, err := s.NewTable(wasm.TableType{Limits: limits, Elem: wasm.FuncRef}, 0); err == nil {
			t.Errorf("a table of %d elements has room for %d", n, table.room)
		}
		if _, err := s.NewMemory(wasm.MemoryType{Limits: limits}); err == nil {
			t.Errorf("a memory of %d bytes is made", n)
		}
	}
	table, err := s.NewTable(wasm.TableType{Limits: wasm.Limits{Min: 1, Is64: true}, Elem: wasm.FuncRef}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := table.Grow(1<<61, 0); ok {
		t.Errorf("the table grows to %d elements and has room for %d", table.Record.Len, table.room)
	}
	if !s.Conts.AllocStack(s.Conts.New(nil, 0), 20<<20) {
		t.Error("no stack of 20 MiB")
	}
	if _, trap := s.ExternRef("value"); trap != 0 {
		t.Errorf("no object: %v", trap)
	}
}
