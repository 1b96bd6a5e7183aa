package dwarf

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weft/wasm"
	wasmbinary "weft/wasm/binary"
)

var update = flag.Bool("update", false, "write the golden file")

// modules decodes the modules of testdata.
func modules(t testing.TB) map[string]*wasm.Module {
	t.Helper()
	files, err := filepath.Glob("testdata/*.wasm")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no modules: ", err)
	}
	modules := map[string]*wasm.Module{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := wasmbinary.Decode(b, wasm.DefaultFeatures)
		if err != nil {
			t.Fatal(err)
		}
		modules[filepath.Base(file)] = m
	}
	return modules
}

// TestPlaces asks for every byte of the code of modules in both versions of the
// format, with and without inlined calls.
func TestPlaces(t *testing.T) {
	var b strings.Builder
	all := modules(t)
	for _, name := range []string{"divide-dwarf4-O0.wasm", "divide-dwarf4-O2.wasm", "divide-dwarf5-O0.wasm",
		"divide-dwarf5-O2.wasm",
		"wrap.wasm"} {
		m := all[name]
		d := New(ModuleSections(m))
		fmt.Fprintf(&b, "%s\n", name)
		for i := range m.Funcs {
			f := &m.Funcs[i]
			fmt.Fprintf(&b, "\t%s\n", m.Names.Funcs[uint32(i)])
			last := ""
			for at := range f.Body {
				places := fmt.Sprint(d.Places(f.BodyOffset - m.CodeOffset + at))
				if places != last {
					fmt.Fprintf(&b, "\t\t%03x %s\n", f.BodyOffset+at, places)
				}
				last = places
			}
		}
	}
	const golden = "testdata/places.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wanted, got := strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")
	for i := range max(len(wanted), len(got)) {
		if i >= len(wanted) || i >= len(got) || wanted[i] != got[i] {
			t.Fatalf("line %d of %s differs:\n%s", i+1, golden, strings.Join(got[min(i, len(got)):], "\n"))
		}
	}
}

// pack puts sections into one slice for the fuzzer, each behind its length.
func pack(s *Sections) []byte {
	var b []byte
	for _, section := range s.all() {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(*section)))
		b = append(b, *section...)
	}
	return b
}

func unpack(b []byte) *Sections {
	s := &Sections{}
	c := cursor{b: b}
	for _, section := range s.all() {
		*section = c.take(min(uint64(c.u16()), uint64(len(c.b))))
	}
	return s
}

func (s *Sections) all() []*[]byte {
	return []*[]byte{&s.Line, &s.LineStr, &s.Info, &s.Abbrev, &s.Str, &s.StrOffsets, &s.Addr, &s.Ranges, &s.RangeLists}
}

// FuzzPlaces asks data that may be corrupt. Nothing may panic or hang, and what
// comes back is within the limits.
func FuzzPlaces(f *testing.F) {
	for _, m := range modules(f) {
		f.Add(pack(ModuleSections(m)), uint32(0x60))
	}
	f.Fuzz(func(t *testing.T, b []byte, offset uint32) {
		d := New(unpack(b))
		for i := range 4 {
			for _, p := range d.Places(int(offset) + 16*i) {
				if p.Line < 0 || len(p.File) > maxName || len(p.Func) > maxName {
					t.Errorf("%+v", p)
				}
			}
		}
	})
}

// TestCorrupt changes each byte of the sections in several ways, and cuts them.
func TestCorrupt(t *testing.T) {
	for name, m := range modules(t) {
		packed := pack(ModuleSections(m))
		for i := range packed {
			for _, v := range []byte{0, 1, 0x80, 0xff} {
				b := append([]byte(nil), packed...)
				b[i] = v
				for _, s := range []*Sections{unpack(b), unpack(b[:i])} {
					d := New(s)
					for offset := 0x20; offset < 0x200; offset += 37 {
						for _, p := range d.Places(offset) {
							if p.Line < 0 {
								t.Fatalf("%s, byte %d = %#x: %+v", name, i, v, p)
							}
						}
					}
				}
			}
		}
	}
}

// TestHostile has data that asks for much: memory, time, or references without end.
func TestHostile(t *testing.T) {
	uleb := binary.AppendUvarint
	section := func(body []byte) []byte {
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body...)
	}
	// A line table with 2^60 directories, that are of no bytes or of one.
	for _, format := range [][]byte{{0}, {1, lnctPath, formData1}} {
		header := append([]byte{1, 1, 1, 0xfb, 14, 1}, format...)
		header = uleb(header, 1<<60)
		header = append(header, make([]byte, 1000)...)
		body := binary.LittleEndian.AppendUint32([]byte{5, 0, 4, 0}, uint32(len(header)))
		if places := New(&Sections{Line: section(append(body, header...))}).Places(10); places != nil {
			t.Errorf("places: %v", places)
		}
	}
	// Entries whose pieces of code are in one list, which is long.
	ranges := make([]byte, 1<<20)
	for i := range ranges {
		ranges[i] = 1 // pieces of nothing
	}
	abbrev := []byte{1, 0x11, 1, 0, 0, 2, tagInlined, 0, attrRanges, formSecOffset, 0, 0, 0}
	info := []byte{4, 0, 0, 0, 0, 0, 4, 1}
	for range 100_000 {
		info = append(info, 2, 0, 0, 0, 0)
	}
	m := modules(t)["divide-dwarf4-O2.wasm"]
	s := &Sections{Line: ModuleSections(m).Line, Abbrev: abbrev, Info: section(info), Ranges: ranges}
	if places := New(s).Places(0x20); len(places) > 1 {
		t.Errorf("%d places", len(places))
	}
	// An entry that has its name from itself.
	abbrev = []byte{1, 0x11, 1, 0, 0, 2, tagInlined, 0, attrAbstractOrigin, formRef4, attrLowPC, formAddr, attrHighPC, formAddr, 0, 0, 0}
	info = []byte{4, 0, 0, 0, 0, 0, 4, 1, 2}
	info = binary.LittleEndian.AppendUint32(info, 12)
	info = append(info, 0, 0, 0, 0, 0xff, 0xff, 0, 0)
	s = &Sections{Line: ModuleSections(m).Line, Abbrev: abbrev, Info: section(info)}
	code := m.Funcs[0].BodyOffset - m.CodeOffset
	if places := New(s).Places(code); len(places) != 2 || places[0].Func != "" {
		t.Errorf("places: %+v", places)
	}
}

// BenchmarkPlaces reads the debug information of a module and asks once.
func BenchmarkPlaces(b *testing.B) {
	m := modules(b)["divide-dwarf5-O2.wasm"]
	s, at := ModuleSections(m), m.Funcs[0].BodyOffset-m.CodeOffset
	b.ReportAllocs()
	for b.Loop() {
		if New(s).Places(at) == nil {
			b.Fatal("no places")
		}
	}
}
