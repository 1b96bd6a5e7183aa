package weft_test

import (
	"fmt"
	"math"
	"testing"

	"weft"
	"weft/wasm"
)

// newMemory makes a memory of one page.
func newMemory(t *testing.T) (*weft.Store, *weft.Memory) {
	t.Helper()
	store, err := engineWith(t, wasm.DefaultFeatures).NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	m, err := store.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{Min: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return store, m
}

// accesses are reads and writes of so many bytes. A write sets what the read of the same width expects.
var accesses = []struct {
	name  string
	bytes uint64
	write func(m *weft.Memory, addr uint64) bool
	read  func(m *weft.Memory, addr uint64) (any, bool)
	want  any
}{
	{"uint8", 1, func(m *weft.Memory, a uint64) bool { return m.WriteUint8(a, 0xFE) },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadUint8(a); return v, ok }, uint8(0xFE)},
	{"uint16", 2, func(m *weft.Memory, a uint64) bool { return m.WriteUint16(a, 0xFEDC) },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadUint16(a); return v, ok }, uint16(0xFEDC)},
	{"uint32", 4, func(m *weft.Memory, a uint64) bool { return m.WriteUint32(a, 0xFEDCBA98) },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadUint32(a); return v, ok }, uint32(0xFEDCBA98)},
	{"uint64", 8, func(m *weft.Memory, a uint64) bool { return m.WriteUint64(a, 0xFEDCBA9876543210) },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadUint64(a); return v, ok }, uint64(0xFEDCBA9876543210)},
	{"float32", 4, func(m *weft.Memory, a uint64) bool { return m.WriteFloat32(a, -1.5) },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadFloat32(a); return v, ok }, float32(-1.5)},
	{"float64", 8, func(m *weft.Memory, a uint64) bool { return m.WriteFloat64(a, math.Pi) },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadFloat64(a); return v, ok }, math.Pi},
	{"string", 5, func(m *weft.Memory, a uint64) bool { return m.WriteString(a, "héll") },
		func(m *weft.Memory, a uint64) (any, bool) { v, ok := m.ReadString(a, 5); return v, ok }, "héll"},
}

// TestMemoryAccess writes and reads at places that are within bounds and places that are not, which changes nothing.
func TestMemoryAccess(t *testing.T) {
	for _, c := range accesses {
		store, m := newMemory(t)
		for _, addr := range []uint64{0, 3, m.Size() - c.bytes} {
			if !c.write(m, addr) {
				t.Errorf("%s at %d is not written", c.name, addr)
			}
			if v, ok := c.read(m, addr); !ok || v != c.want {
				t.Errorf("%s at %d is %v, %v", c.name, addr, v, ok)
			}
		}
		before := string(m.Bytes())
		for _, addr := range []uint64{m.Size() - c.bytes + 1, m.Size(), math.MaxUint32, math.MaxUint64, math.MaxUint64 - 1} {
			v, ok := c.read(m, addr)
			if ok || fmt.Sprint(v) != "0" && v != "" || c.write(m, addr) {
				t.Errorf("%s at %d is %v, %v", c.name, addr, v, ok)
			}
		}
		if string(m.Bytes()) != before {
			t.Errorf("%s: an access out of bounds has changed the memory", c.name)
		}
		store.Close()
		var none *weft.Memory
		for _, m := range []*weft.Memory{m, none} {
			if _, ok := c.read(m, 0); ok || c.write(m, 0) {
				t.Errorf("%s: a memory that is gone is read or written", c.name)
			}
		}
	}
}

// TestReadCString reads strings that end with a zero byte, with the memory, and with the limit.
func TestReadCString(t *testing.T) {
	_, m := newMemory(t)
	end := m.Size()
	m.WriteString(8, "hello\x00")
	m.WriteString(end-3, "end")
	for _, c := range []struct {
		addr, limit uint64
		want        string
		ok          bool
	}{
		{8, 100, "hello", true}, {8, 6, "hello", true}, {8, 5, "", false}, {13, 1, "", true}, {8, 0, "", false},
		{end - 3, 100, "", false}, {end, 1, "", false}, {end + 1, 1, "", false}, {8, math.MaxUint64, "hello", true},
	} {
		if got, ok := m.ReadCString(c.addr, c.limit); got != c.want || ok != c.ok {
			t.Errorf("at %d, up to %d: %q, %v", c.addr, c.limit, got, ok)
		}
	}
}

// BenchmarkMemoryAccess reads and writes one number.
func BenchmarkMemoryAccess(b *testing.B) {
	store, err := engineWith(b, wasm.DefaultFeatures).NewStore(weft.DefaultLimits())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	m, err := store.NewMemory(wasm.MemoryType{PageLog2: 16, Limits: wasm.Limits{Min: 1}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		v, _ := m.ReadUint32(8)
		m.WriteUint32(8, v+1)
	}
}
