package store

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"weft/wasm"
)

// A model is what a store is expected to have.
type model struct {
	memories [][]byte
	tables   [][]uint64
	globals  [][2]uint64
}

func (m *model) clone() *model {
	c := &model{globals: slices.Clone(m.globals)}
	for _, b := range m.memories {
		c.memories = append(c.memories, slices.Clone(b))
	}
	for _, t := range m.tables {
		c.tables = append(c.tables, slices.Clone(t))
	}
	return c
}

// compare reports what differs in the store.
func (m *model) compare(t *testing.T, s *Store) {
	t.Helper()
	bytesUsed, elements := uint64(0), uint64(0)
	for i, want := range m.memories {
		memory := s.memories[i]
		got := memory.Bytes()
		bytesUsed += uint64(len(want))
		if len(got) != len(want) || memory.Record.Len != uint64(len(want)) {
			t.Fatalf("memory %d has %d bytes, want %d", i, len(got), len(want))
		}
		if !bytes.Equal(got, want) {
			for at := range want {
				if got[at] != want[at] {
					t.Fatalf("memory %d has %d at %#x of %#x, want %d", i, got[at], at, len(want), want[at])
				}
			}
		}
		if memory.Guarded() && memory.content().Size() != roundUp(uintptr(len(want)), pageRound) {
			t.Fatalf("memory %d of %d bytes has %d usable", i, len(want), memory.content().Size())
		}
	}
	for i, want := range m.tables {
		elements += uint64(len(want))
		if got := s.tables[i].Slots(); !slices.Equal(got, want) {
			t.Fatalf("table %d has %d elements, want %d, or others", i, len(got), len(want))
		}
	}
	for i, want := range m.globals {
		if got := s.globals[i].Record.Value; got != want {
			t.Fatalf("global %d is %v, want %v", i, got, want)
		}
	}
	if b, e, _ := s.Usage(); b != bytesUsed || e != elements {
		t.Fatalf("%d bytes and %d elements are counted, want %d and %d", b, e, bytesUsed, elements)
	}
}

// newModel makes a store with memories of all kinds, tables and globals.
func newModel(t *testing.T) (*Store, *model) {
	s := newStore(t, nil)
	m := &model{}
	for _, typ := range []wasm.MemoryType{
		{PageLog2: 16, Limits: wasm.Limits{Min: 1}},
		{PageLog2: 16, Limits: wasm.Limits{Min: 40}},
		{PageLog2: 16, Limits: wasm.Limits{Min: 33, Max: 60, HasMax: true, Shared: true}},
		{PageLog2: 16, Limits: wasm.Limits{Min: 5, Is64: true}},
		{PageLog2: 16, Limits: wasm.Limits{Min: 4, Max: 20, HasMax: true, Is64: true, Shared: true}},
		{PageLog2: 0, Limits: wasm.Limits{Min: 200_001}},
		{PageLog2: 16, Limits: wasm.Limits{Min: 0}},
	} {
		memory, err := s.NewMemory(typ)
		if err != nil {
			t.Fatal(err)
		}
		m.memories = append(m.memories, make([]byte, memory.Len()))
	}
	for _, n := range []uint64{0, 10, 2000} {
		if _, err := s.NewTable(wasm.TableType{Elem: wasm.FuncRef, Limits: wasm.Limits{Min: n}}, 0); err != nil {
			t.Fatal(err)
		}
		m.tables = append(m.tables, make([]uint64, n))
	}
	for range 3 {
		if _, err := s.NewGlobal(wasm.GlobalType{Type: wasm.I64, Mutable: true}, [2]uint64{}); err != nil {
			t.Fatal(err)
		}
		m.globals = append(m.globals, [2]uint64{})
	}
	return s, m
}

// change changes something, in the store and in the model.
func (m *model) change(t *testing.T, s *Store, random *rand.Rand) {
	switch i := random.IntN(len(s.memories)); random.IntN(6) {
	case 0:
		memory, pages := s.memories[i], random.Uint64N(6)
		if memory.Type.PageLog2 == 0 {
			pages *= 30_011
		}
		if _, ok := memory.Grow(pages); ok {
			m.memories[i] = append(m.memories[i], make([]byte, pages<<memory.Type.PageLog2)...)
		}
	case 1:
		i = random.IntN(len(s.tables))
		n, fill := random.Uint64N(300), random.Uint64N(2)
		if _, ok := s.tables[i].Grow(n, fill); !ok {
			t.Fatal("a table does not grow")
		}
		m.tables[i] = append(m.tables[i], slices.Repeat([]uint64{fill}, int(n))...)
	case 2:
		i = random.IntN(len(s.tables))
		if n := len(m.tables[i]); n > 0 {
			at, v := random.IntN(n), random.Uint64()
			s.tables[i].Slots()[at], m.tables[i][at] = v, v
		}
		v := [2]uint64{random.Uint64(), random.Uint64()}
		s.globals[1].Record.Value, m.globals[1] = v, v
	default:
		n := len(m.memories[i])
		if n == 0 {
			return
		}
		for range 1 << random.IntN(9) { // a few pages, or most of them
			at, v := random.IntN(n), byte(random.Uint32())
			s.memories[i].Bytes()[at], m.memories[i][at] = v, v
		}
		s.memories[i].Bytes()[n-1], m.memories[i][n-1] = 0xff, 0xff
	}
}

// TestSnapshots changes stores at random, records them, and restores what was recorded, in any order.
func TestSnapshots(t *testing.T) {
	testSnapshots(t, func(*Snapshot) {})
}

func testSnapshots(t *testing.T, made func(*Snapshot)) {
	type recorded struct {
		snapshot *Snapshot
		model    *model
	}
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 17))
		s, now := newModel(t)
		var all []recorded
		for range 100 {
			switch random.IntN(8) {
			case 0:
				if len(all) == 4 {
					i := random.IntN(4)
					all[i].snapshot.Release()
					all = slices.Delete(all, i, i+1)
				}
				sn, err := s.Snapshot()
				if err != nil {
					t.Fatal(err)
				}
				made(sn)
				all = append(all, recorded{sn, now.clone()})
			case 1, 2:
				if len(all) == 0 {
					continue
				}
				r := all[random.IntN(len(all))]
				if err := s.Restore(r.snapshot); err != nil {
					t.Fatal(err)
				}
				now = r.model.clone()
			default:
				now.change(t, s, random)
				continue
			}
			now.compare(t, s)
		}
		s.Close()
		for _, r := range all {
			if !r.snapshot.released {
				t.Fatal("the store is closed, and a snapshot has not been released")
			}
		}
	}
}

// TestRestoreShortens restores a memory to when it was too small for an image, and grows it again: what was in the
// image is gone.
func TestRestoreShortens(t *testing.T) {
	s := newStore(t, nil)
	memory, err := s.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{Min: 1}})
	if err != nil {
		t.Fatal(err)
	}
	record := func() *Snapshot {
		t.Helper()
		sn, err := s.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return sn
	}
	const at = 300_000
	small := record()
	if _, ok := memory.Grow(9); !ok {
		t.Fatal("the memory does not grow")
	}
	memory.Bytes()[at] = 1
	large := record()
	for range 3 {
		if err := s.Restore(small); err != nil || memory.Len() != 1<<16 {
			t.Fatalf("%d bytes: %v", memory.Len(), err)
		}
		if _, ok := memory.Grow(9); !ok || memory.Bytes()[at] != 0 {
			t.Error("what was beyond the end is there again")
		}
		memory.Bytes()[at+1] = 1
		if err := s.Restore(large); err != nil || memory.Bytes()[at] != 1 || memory.Bytes()[at+1] != 0 {
			t.Errorf("the larger state is not back: %v", err)
		}
	}
}

// TestSnapshotSharesNothing refuses a memory that another store has, before and after.
func TestSnapshotSharesNothing(t *testing.T) {
	shared := newShared(t, wasm.Limits{Min: 4, Max: 8, HasMax: true})
	s, other := newStore(t, nil), newStore(t, nil)
	global, err := s.NewGlobal(wasm.GlobalType{Type: wasm.I64, Mutable: true}, [2]uint64{1})
	if err != nil {
		t.Fatal(err)
	}
	memory, err := s.Attach(shared)
	if err != nil {
		t.Fatal(err)
	}
	sn, err := s.Snapshot()
	if err != nil {
		t.Fatalf("a handle beside the store: %v", err)
	}
	global.Record.Value[0], memory.Bytes()[5] = 2, 2
	if _, err := other.Attach(shared); err != nil {
		t.Fatal(err)
	}
	const want = "memory 0 is shared, and another store has it"
	err = s.Restore(sn)
	if err == nil || !strings.Contains(err.Error(), want) || global.Record.Value[0] != 2 || memory.Bytes()[5] != 2 {
		t.Errorf("restored with another store: %v", err)
	}
	if _, err := s.Snapshot(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("recorded with another store: %v", err)
	}
	other.Close()
	if err := s.Restore(sn); err != nil || global.Record.Value[0] != 1 || memory.Bytes()[5] != 0 {
		t.Errorf("restored alone: %v", err)
	}
}

// TestRestoreEndsWaits has a computation wait when the store is restored.
func TestRestoreEndsWaits(t *testing.T) {
	s := newStore(t, nil)
	limits := wasm.Limits{Min: 1, Max: 1, HasMax: true, Shared: true}
	memory, err := s.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	sn, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 3, keptQueues + 100} {
		waiters := make([]Waiter, n)
		for i := range waiters {
			wait := Wait{Memory: memory.Shared, Address: uint64(8 * i), Place: memory.Record.Base, Width: 4}
			if !wait.Enqueue(&waiters[i]) {
				t.Fatal("does not wait")
			}
		}
		if err := s.Restore(sn); err != nil {
			t.Fatal(err)
		}
		if memory.Shared.waiters.waiting != 0 || memory.Shared.Notify(0, 100, nil) != 0 || n > 0 && waiters[0].Leave() {
			t.Errorf("of %d somebody waits", n)
		}
	}
}

// TestSnapshotRefuses has references where they cannot be recorded, and uses at the wrong time.
func TestSnapshotRefuses(t *testing.T) {
	s := newStore(t, nil)
	for _, c := range []struct {
		t     wasm.ValType
		value uint64
		want  string
	}{
		{wasm.FuncRef, 64, ""}, {wasm.RefNull(wasm.HeapAny), 0, ""}, {wasm.RefNull(wasm.HeapAny), 7, ""},
		{wasm.RefNull(wasm.HeapAny), 64, "global 0 of type anyref holds a reference to an object"},
		{wasm.ExternRef, 64, "global 0 of type externref holds a reference to an object"},
		{wasm.RefNull(wasm.HeapCont), 64, "holds a reference to a continuation"},
	} {
		s.globals = nil
		if _, err := s.NewGlobal(wasm.GlobalType{Type: c.t}, [2]uint64{c.value}); err != nil {
			t.Fatal(err)
		}
		sn, err := s.Snapshot()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %d: %v", c.t, c.value, err)
		}
		if err == nil {
			sn.Release()
		}
	}
	s.globals = nil
	table, err := s.NewTable(wasm.TableType{Elem: wasm.RefNull(wasm.HeapAny), Limits: wasm.Limits{Min: 2}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	table.Slots()[1] = 64
	if _, err := s.Snapshot(); err == nil || !strings.Contains(err.Error(), "table 0 of type anyref") {
		t.Errorf("a table with an object: %v", err)
	}
	table.Slots()[1] = 0
	sn, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	use, err := s.Enter()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(sn); !errors.Is(err, ErrConcurrentUse) {
		t.Errorf("restored at work: %v", err)
	}
	s.Lend(use, nil)
	if err := s.Restore(sn); !errors.Is(err, errNested) {
		t.Errorf("restored in a host function: %v", err)
	}
	if !s.TakeBack() {
		s.Await(use)
	}
	s.Leave()
	if err := s.Restore(sn); err != nil {
		t.Error(err)
	}
	sn.Release()
	sn.Release()
	if err := s.Restore(sn); !errors.Is(err, ErrClosed) {
		t.Errorf("restored after Release: %v", err)
	}
	last, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := s.Restore(last); !errors.Is(err, ErrClosed) || !last.released {
		t.Errorf("restored after Close: %v", err)
	}
	if _, err := s.Snapshot(); !errors.Is(err, ErrClosed) {
		t.Errorf("recorded after Close: %v", err)
	}
}

// TestRestoreEndsContinuations makes continuations before and after a snapshot.
func TestRestoreEndsContinuations(t *testing.T) {
	s := newStore(t, nil)
	before := s.Conts.New(nil, 0)
	old := s.Conts.Ref(before)
	sn, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		outer, inner := s.Conts.New(nil, 0), s.Conts.New(nil, 0)
		if !s.Conts.AllocStack(outer, 1000) || !s.Conts.AllocStack(inner, 1000) {
			t.Fatal("no stacks")
		}
		inner.State = ContRunning
		inner.Link = outer
		outer.Capture(inner)
		ref := s.Conts.Ref(outer)
		outer.SetNative()
		outer.SetPaused(true) // in the middle of machine code
		s.InCode++
		if err := s.Restore(sn); err != nil {
			t.Fatal(err)
		}
		if s.Conts.Lookup(ref) != nil || s.Conts.Lookup(old) != nil {
			t.Error("a reference is not stale")
		}
		if live, bytes := s.Conts.Live(), s.Conts.StackBytes(); live != 0 || bytes != 0 || s.InCode != 0 {
			t.Errorf("%d continuations live, with %d bytes; %d in code", live, bytes, s.InCode)
		}
	}
}

// TestGrowthIsTheHosts lets a host decide, and the system have no memory.
func TestGrowthIsTheHosts(t *testing.T) {
	s := newStore(t, nil)
	limits := wasm.Limits{Min: 1, Max: 100, HasMax: true, Is64: true}
	memory, err := s.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	answer, asked := false, 0
	s.Growth = func(m *Memory, pages uint64) bool {
		if asked++; m != memory || pages != 2 {
			t.Errorf("asked for %d pages", pages)
		}
		return answer
	}
	grow := func(pages uint64, want uint64, trap wasm.TrapCode) {
		t.Helper()
		if got, code := memory.GrowForCode(pages); got != want || code != trap {
			t.Errorf("%d pages: %d, trap %d; want %d, %d", pages, int64(got), code, int64(want), trap)
		}
	}
	const no = 1<<64 - 1
	grow(2, no, wasm.TrapNone)
	grow(100, no, wasm.TrapNone) // by its type
	answer = true
	grow(2, 1, wasm.TrapNone)
	s.Limits.MemoryBytes = s.used.memory
	grow(2, no, wasm.TrapNone) // by a limit
	s.Limits.MemoryBytes = 1 << 30
	// What is beyond the region needs another one, and it must not move.
	memory.region.reserved, s.InCode = memory.region.usable, 1
	before := s.used.memory
	grow(2, 0, wasm.TrapOutOfMemory)
	s.Growth = nil
	grow(2, no, wasm.TrapNone)
	if asked != 3 || s.used.memory != before || memory.counted != before {
		t.Errorf("asked %d times, %d bytes are counted, %d were", asked, s.used.memory, before)
	}
	memory.region.reserved = uintptr(memory.space(1 << 16))
}
