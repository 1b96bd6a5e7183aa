package store

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand"
	"slices"
	"testing"

	"weft/wasm"
)

// A looker is the context of a call. It has ended at the last of so many looks.
type looker struct {
	context.Context
	looks, last int
}

func (l *looker) Err() error {
	if l.looks++; l.looks >= l.last {
		return context.Canceled
	}
	return nil
}

// lookedAt is a call in which nothing runs.
type lookedAt struct{ *looker }

func (c lookedAt) Context() context.Context                { return c.looker }
func (lookedAt) Running() *ContRecord                      { return nil }
func (lookedAt) ScanStacks(scan func(base, bytes uintptr)) {}
func lookAt(s *Store, last int) *looker {
	l := &looker{Context: context.Background(), last: last}
	s.Active = []Roots{lookedAt{l}}
	return l
}

// TestMove moves slices onto themselves, upwards and downwards, by more and by less than a piece.
func TestMove(t *testing.T) {
	s := newStore(t, nil)
	const size = 5 * pieceBytes
	for _, distance := range []int{0, 1, 1000, pieceBytes - 1, pieceBytes, pieceBytes + 1, 2 * pieceBytes, 4 * pieceBytes} {
		for _, up := range []bool{false, true} {
			for _, n := range []int{0, 1, pieceBytes, size - distance} {
				got := make([]byte, size)
				_, _ = rand.New(rand.NewSource(1)).Read(got)
				want := bytes.Clone(got)
				to, from := 0, distance
				if up {
					to, from = distance, 0
				}
				n = min(n, size-distance)
				copy(want[to:to+n], want[from:from+n])
				if trap := move(s, got[to:to+n], got[from:from+n]); trap != wasm.TrapNone || !bytes.Equal(got, want) {
					t.Errorf("%d bytes from %d to %d: %d, or not what copy does", n, from, to, trap)
				}
			}
		}
	}
	slots := make([]uint64, 3*pieceOf[uint64]())
	for i := range slots {
		slots[i] = uint64(i)
	}
	want := slices.Clone(slots)
	copy(want[7:], want)
	if move(s, slots[7:], slots[:len(slots)-7]); !slices.Equal(slots, want) {
		t.Error("slots are not moved as copy does")
	}
}

// TestFillAndZero does both to more than a piece, and to parts of one.
func TestFillAndZero(t *testing.T) {
	s := newStore(t, nil)
	for _, size := range []int{1, 5000, pieceBytes, 3*pieceBytes + 16*7} {
		for first := 1; first <= min(16, size); first *= 2 {
			size := size / first * first
			b := make([]byte, size)
			for i := range first {
				b[i] = byte(i + 1)
			}
			repeat(s, b, first)
			for i := range b {
				if b[i] != byte(i%first+1) {
					t.Fatalf("byte %d of %d is %d, where %d are repeated", i, size, b[i], first)
				}
			}
			if zero(s, b); bytes.Count(b, []byte{0}) != size {
				t.Errorf("%d bytes are not zero", size)
			}
		}
		slots := make([]uint64, size)
		if fillSlots(s, slots, 7); slices.Max(slots) != 7 || slices.Min(slots) != 7 {
			t.Errorf("%d slots are not filled", size)
		}
	}
}

// TestWorkLooks does all kinds of work on 64 pieces, of which a context ends each at the third look.
func TestWorkLooks(t *testing.T) {
	s := newStore(t, nil)
	const size = 64 * pieceBytes
	memory, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: size >> 16}, PageLog2: 16})
	if err != nil {
		t.Fatal(err)
	}
	table, err := s.NewTable(wasm.TableType{Limits: wasm.Limits{Min: size / 8}, Elem: wasm.ExternRef}, 0)
	if err != nil {
		t.Fatal(err)
	}
	bytewise, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: size, Is64: true}})
	if err != nil {
		t.Fatal(err)
	}
	// It has to move when it grows, as without much address space.
	bytewise.region.Release()
	if bytewise.region, err = reserveUsable(size, size); err != nil {
		t.Fatal(err)
	}
	bytewise.Record.Base = bytewise.region.Base
	array := arrayOf(t, s, wasm.I8)
	ref, _ := s.NewArray(array, size)
	in := &Instance{Store: s, Module: &Module{Wasm: &wasm.Module{Datas: []wasm.Data{{Bytes: make([]byte, size)}}}},
		droppedDatas: make([]uint64, 1)}
	cont := s.Conts.New(nil, 0)
	if !s.Conts.AllocStack(cont, size) {
		t.Fatal("no stack")
	}
	grown := func(old uint64, ok bool) wasm.TrapCode { _, trap := s.Grown(old, ok); return trap }
	for name, work := range map[string]func() wasm.TrapCode{
		"memory.copy":      func() wasm.TrapCode { return memory.Copy(memory, 1, 0, size-1) },
		"memory.fill":      func() wasm.TrapCode { return memory.Fill(0, 1, size) },
		"memory.fill by 0": func() wasm.TrapCode { return memory.Fill(0, 0, size) },
		"memory.init":      func() wasm.TrapCode { return memory.Init(in.Data(0), 0, 0, size) },
		"memory.grow":      func() wasm.TrapCode { return grown(bytewise.Grow(2 * size)) },
		"table.copy":       func() wasm.TrapCode { return table.Copy(table, 0, 1, size/8-1) },
		"table.fill":       func() wasm.TrapCode { return table.Fill(0, 1, size/8) },
		"table.init":       func() wasm.TrapCode { return table.Init(make([]uint64, size/8), 0, 0, size/8) },
		"table.grow":       func() wasm.TrapCode { return grown(table.Grow(size/8, 1)) },
		"array.new":        func() wasm.TrapCode { _, trap := s.NewArray(array, size); return trap },
		"array.new filled": func() wasm.TrapCode { _, trap := s.NewFilledArray(array, size, 1); return trap },
		"array.fill":       func() wasm.TrapCode { return s.FillArray(ref, 0, [2]uint64{1}, size) },
		"array.copy":       func() wasm.TrapCode { return s.CopyArray(ref, 1, ref, 0, size-1) },
		"array.init_data":  func() wasm.TrapCode { return in.InitArrayData(0, ref, 0, 0, size) },
		"a stack grows": func() wasm.TrapCode {
			if s.Conts.GrowStack(cont, size, 2*size) {
				return wasm.TrapNone
			}
			return s.NoRoom()
		},
	} {
		looker := lookAt(s, 3)
		if trap := work(); trap != Interrupted || looker.looks < 3 || looker.looks > 5 {
			t.Errorf("%s: ends with %d after %d looks", name, trap, looker.looks)
		}
	}
	var interrupt *Interrupt
	if err := s.TrapError(Interrupted, "", StackTrace{}); !errors.As(err, &interrupt) {
		t.Error(err)
	}
	// What was given up has left the sizes alone, and nothing behind them.
	s.Active = nil
	if _, ok := table.Grow(size/8, 0); !ok || bytewise.Len() != size || cont.StackSize() != size {
		t.Fatal("something has grown, or does not grow any more")
	}
	if slices.Max(table.Slots()[size/8:]) != 0 {
		t.Error("a growth by null shows what one has left that was given up")
	}
}

// TestTableGivenUp ends the context of a store that fills a new table: what the table has got by then goes with the
// store.
func TestTableGivenUp(t *testing.T) {
	s := newStore(t, nil)
	lookAt(s, 3)
	_, err := s.NewTable(wasm.TableType{Limits: wasm.Limits{Min: 64 * pieceBytes}, Elem: wasm.ExternRef}, 1)
	s.Active = nil
	if interrupt := (*Interrupt)(nil); !errors.As(err, &interrupt) {
		t.Fatal(err)
	}
	if len(s.tables) != 1 || s.tables[0].region.Base == nil || s.tables[0].Record.Len != 0 {
		t.Error("the store does not have the table's elements, or shows them")
	}
}

// TestUsage makes and grows memories and tables up to the limits on all of them together.
func TestUsage(t *testing.T) {
	s := newStore(t, func(l *Limits) {
		l.MemoryBytes, l.Memories, l.TableElements, l.Tables, l.InstanceBytes = 10<<16, 3, 100, 3, 2000
	})
	pages := func(n uint64) error {
		_, err := s.NewMemory(wasm.MemoryType{Limits: wasm.Limits{Min: n}, PageLog2: 16})
		return err
	}
	elements := func(n uint64) error {
		_, err := s.NewTable(wasm.TableType{Limits: wasm.Limits{Min: n}, Elem: wasm.FuncRef}, 0)
		return err
	}
	if pages(4) != nil || pages(7) == nil || pages(4) != nil || elements(40) != nil || elements(61) == nil || elements(40) != nil {
		t.Error("memories and tables have another limit")
	}
	memory, table := s.memories[1], s.tables[1]
	if _, ok := memory.Grow(3); ok {
		t.Error("a memory grows above the limit")
	}
	if _, ok := memory.Grow(math.MaxUint64); ok {
		t.Error("a memory grows above all limits")
	}
	if _, ok := memory.Grow(2); !ok {
		t.Error("a memory does not grow up to the limit")
	}
	if _, ok := table.Grow(21, 0); ok {
		t.Error("a table grows above the limit")
	}
	if _, ok := table.Grow(20, 0); !ok {
		t.Error("a table does not grow up to the limit")
	}
	if pages(0) != nil || pages(0) == nil || elements(0) != nil || elements(0) == nil {
		t.Error("the numbers of memories and tables have another limit")
	}
	for n := 0; ; n++ {
		if _, err := s.NewGlobal(wasm.GlobalType{Type: wasm.I32}, [2]uint64{}); err != nil {
			break
		}
		if n > 100 {
			t.Fatal("there is no limit on globals")
		}
	}
}

// arrayOf returns the type of arrays of an element type.
func arrayOf(t *testing.T, s *Store, element wasm.ValType) wasm.TypeID {
	t.Helper()
	comp := wasm.CompType{Kind: wasm.CompArray, Fields: []wasm.FieldType{{Type: element, Mutable: true}}}
	id := s.Types.Add([]wasm.SubType{{Final: true, Comp: comp}}, []wasm.RecGroup{{Start: 0, End: 1}})[0]
	if err := s.addTypes([]wasm.TypeID{id}); err != nil {
		t.Fatal(err)
	}
	return id
}
