package binary_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"weft/internal/generate"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// equal compares modules but for their positions in the input.
func equal(a, b *wasm.Module) bool {
	return reflect.DeepEqual(withoutOffsets(a), withoutOffsets(b))
}

func withoutOffsets(m *wasm.Module) *wasm.Module {
	c := *m
	c.CodeOffset = 0
	expr := func(x wasm.ConstExpr) wasm.ConstExpr { x.Offset = 0; return x }
	c.Imports = append([]wasm.Import{}, m.Imports...)
	for i := range c.Imports {
		c.Imports[i].Offset = 0
	}
	c.Funcs = append([]wasm.Func{}, m.Funcs...)
	for i := range c.Funcs {
		c.Funcs[i].BodyOffset = 0
	}
	c.Tables = append([]wasm.Table{}, m.Tables...)
	for i := range c.Tables {
		c.Tables[i].Init = expr(c.Tables[i].Init)
	}
	c.Globals = append([]wasm.Global{}, m.Globals...)
	for i := range c.Globals {
		c.Globals[i].Init = expr(c.Globals[i].Init)
	}
	c.Elems = append([]wasm.Elem{}, m.Elems...)
	for i := range c.Elems {
		e := &c.Elems[i]
		e.OffsetPos = expr(e.OffsetPos)
		exprs := []wasm.ConstExpr{}
		for _, x := range e.Exprs {
			exprs = append(exprs, expr(x))
		}
		e.Exprs = exprs
	}
	c.Datas = append([]wasm.Data{}, m.Datas...)
	for i := range c.Datas {
		c.Datas[i].OffsetPos = expr(c.Datas[i].OffsetPos)
	}
	c.Customs = append([]wasm.Custom{}, m.Customs...)
	c.Types = append([]wasm.SubType{}, m.Types...)
	for i := range c.Types { // an empty list of supertypes may be nil or not
		c.Types[i].Supers = append([]uint32{}, c.Types[i].Supers...)
	}
	c.RecGroups = append([]wasm.RecGroup{}, m.RecGroups...)
	return &c
}

const preamble = "\x00asm\x01\x00\x00\x00"

// section returns a short section with its size.
func section(id byte, contents ...string) string {
	s := strings.Join(contents, "")
	return string([]byte{id, byte(len(s))}) + s
}

// everything is a canonically encoded module with all sections and forms, as
// the list of its parts.
var everything = []string{
	preamble,
	section(0, "\x03one12"),
	section(1, "\x05",
		"\x60\x00\x00", "\x60\x01\x7f\x01\x7f",
		"\x4e\x02\x50\x00\x5f\x01\x78\x01", "\x4f\x01\x02\x5f\x02\x78\x01\x64\x02\x00",
		"\x5e\x7b\x01", "\x5d\x00"),
	section(2, "\x06", "\x01m\x01f\x00\x00", "\x01m\x01g\x03\x7f\x00", "\x01m\x01t\x04\x00\x00",
		"\x01m\x00\x02\x03\x01\x02",
		"\x01m\x00\x7f\x02\x01g\x03\x7f\x00\x01h\x03\x7e\x00", "\x01m\x00\x7e\x03\x7f\x00\x02\x01a\x01b"),
	section(3, "\x01\x01"),
	section(4, "\x03", "\x70\x00\x01", "\x70\x05\x01\x02", "\x40\x00\x70\x00\x01\xd0\x70\x0b"),
	section(5, "\x02", "\x00\x01", "\x09\x01\x02\x00"),
	section(13, "\x01\x00\x00"),
	section(6, "\x01\x7f\x01\x41\x2a\x0b"),
	section(0, "\x03two34"),
	section(7, "\x01\x01f\x00\x01"),
	section(8, "\x00"),
	section(9, "\x09",
		"\x00\x41\x00\x0b\x01\x00", "\x01\x00\x01\x00", "\x02\x00\x41\x00\x0b\x00\x01\x00", "\x03\x00\x00",
		"\x04\x41\x00\x0b\x01\xd0\x70\x0b", "\x05\x70\x00", "\x06\x01\x41\x00\x0b\x70\x00", "\x07\x64\x70\x00",
		"\x06\x00\x41\x00\x0b\x70\x00"),
	section(12, "\x03"),
	section(10, "\x01", "\x06\x01\x02\x7e\x20\x00\x0b"),
	section(11, "\x03", "\x00\x41\x00\x0b\x01a", "\x01\x00", "\x02\x01\x42\x00\x0b\x03bcd"),
	section(0, "\x04name", "\x00\x02\x01M", "\x01\x04\x01\x01\x01f", "\x02\x03\x01\x01\x00"),
}

// TestEverything checks that canonical bytes survive decoding and encoding.
func TestEverything(t *testing.T) {
	all := strings.Join(everything, "")
	m, err := binary.Decode([]byte(all), wasm.AllFeatures)
	if err != nil {
		t.Fatal(err)
	}
	if got := binary.Encode(m); string(got) != all {
		t.Errorf("encoding gives\n% x, want\n% x", got, all)
	}
	if m.Names.Module != "M" || m.Names.Funcs[1] != "f" {
		t.Errorf("names: %+v", m.Names)
	}
	if len(m.Customs) != 2 || m.Customs[0].After != wasm.SectionCustom || m.Customs[1].After != wasm.SectionGlobal {
		t.Errorf("custom sections: %+v", m.Customs)
	}
	if f := m.Funcs[0]; !bytes.Equal([]byte(all)[f.BodyOffset:][:len(f.Body)], f.Body) {
		t.Error("BodyOffset is wrong")
	}
	ends, n := map[int]bool{}, 0
	for _, part := range everything {
		n += len(part)
		ends[n] = true
	}
	for i := range all {
		if _, err := binary.Decode([]byte(all)[:i], wasm.AllFeatures); err == nil && !ends[i] {
			t.Errorf("accepted when cut after %d bytes", i)
		}
	}
}

// TestMalformedNames checks that a name section that is not well-formed stays
// a custom section, and that the last good one counts.
func TestMalformedNames(t *testing.T) {
	good, bad := "\x00\x09\x04name\x00\x02\x01M", "\x00\x09\x04name\x00\x02\x01\xff"
	m, err := binary.Decode([]byte(preamble+good+bad), wasm.AllFeatures)
	if err != nil {
		t.Fatal(err)
	}
	if m.Names.Module != "M" || len(m.Customs) != 1 {
		t.Errorf("names %+v, customs %+v", m.Names, m.Customs)
	}
	reencode(t, m)
}

// TestFeatures checks that what belongs to a proposal is refused without it.
func TestFeatures(t *testing.T) {
	for _, c := range []struct {
		feature wasm.Features
		section string
	}{
		{wasm.GC, "\x01\x03\x01\x5f\x00"},
		{wasm.GC, "\x01\x03\x01\x4e\x00"},
		{wasm.StackSwitching, "\x01\x06\x02\x60\x00\x00\x5d\x00"},
		{wasm.MultiValue, "\x01\x06\x01\x60\x00\x02\x7f\x7f"},
		{wasm.SIMD, "\x01\x05\x01\x60\x01\x7b\x00"},
		{wasm.ReferenceTypes, "\x01\x05\x01\x60\x01\x6f\x00"},
		{wasm.FunctionReferences, "\x01\x06\x01\x60\x01\x63\x00\x00"},
		{wasm.Exceptions, "\x01\x05\x01\x60\x01\x69\x00"},
		{wasm.Threads, "\x05\x04\x01\x03\x00\x00"},
		{wasm.Memory64, "\x05\x03\x01\x04\x00"},
		{wasm.CustomPageSizes, "\x05\x04\x01\x08\x00\x00"},
		{wasm.BulkMemory, "\x0c\x01\x00"},
		{wasm.MutableGlobals, "\x02\x06\x01\x00\x00\x03\x7f\x01"},
	} {
		module := []byte(preamble + c.section)
		if _, err := binary.Decode(module, wasm.AllFeatures); err != nil {
			t.Errorf("%v: %v", c.feature, err)
		}
		var e *wasm.Error
		_, err := binary.Decode(module, wasm.AllFeatures&^c.feature)
		if !errors.As(err, &e) || e.Class != wasm.Disabled || e.Feature != c.feature {
			t.Errorf("without %v: %v", c.feature, err)
		}
	}
}

// TestErrors checks class, position and beginning of messages.
func TestErrors(t *testing.T) {
	code := func(f string) string {
		return "\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a" + string(rune(len(f)+2)) + "\x01" + string(rune(len(f))) + f
	}
	for _, c := range []struct {
		section string
		class   wasm.ErrorClass
		offset  int
		message string
	}{
		{"\x0e\x00", wasm.Malformed, 8, "malformed section id"},
		{"\x01\x05\x01", wasm.Malformed, 9, "length out of bounds"},
		{"\x01\x02\x00\x00", wasm.Malformed, 11, "section size mismatch"},
		{"\x01\x05\xff\xff\xff\xff\x0f", wasm.Malformed, 10, "unexpected end"},
		{"\x05\x02\x01\x18", wasm.Malformed, 11, "malformed limits flags"},
		{code("\x01\xd1\x86\x03\x7f\x0b"), wasm.Limit, 22, "too many locals"},
		{code("\x01\xff\xff\xff\xff\x0f\x7f\x0b"), wasm.Limit, 22, "too many locals"},
		{code("\x02\xff\xff\xff\xff\x0f\x7f\x01\x7f\x0b"), wasm.Malformed, 22, "too many locals"},
		{code("\x00\x01"), wasm.Malformed, 24, "unexpected end of section or function"},
	} {
		var e *wasm.Error
		_, err := binary.Decode([]byte(preamble+c.section), wasm.AllFeatures)
		if !errors.As(err, &e) || e.Class != c.class || e.Offset != c.offset || !strings.HasPrefix(e.Msg, c.message) {
			t.Errorf("% x: got %v, want %v at 0x%x: %s", c.section, err, c.class, c.offset, c.message)
		}
	}
}

// FuzzDecode checks that decoding never fails but with an error, and that what
// decodes is stable under encoding.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(strings.Join(everything, "")))
	f.Add([]byte(preamble + "\x00\x09\x04name\x00\x02\x01M"))
	for _, source := range generate.Seeds(4, wasm.AllFeatures) {
		m, err := text.Parse([]byte(source), wasm.AllFeatures)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(binary.Encode(m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := binary.Decode(b, wasm.AllFeatures); err == nil {
			reencode(t, m)
		}
	})
}
