package text_test

import (
	"bytes"
	"slices"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
)

func mustParse(t *testing.T, src string) *wasm.Module {
	t.Helper()
	m, err := text.Parse([]byte(src), wasm.AllFeatures)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return m
}

// TestPositions checks that each instruction knows its place, that of its keyword.
// Those that the text leaves out have the place of the parenthesis that implies them.
func TestPositions(t *testing.T) {
	m := mustParse(t, "(func\n  (if (i32.const 0)\n    (then nop)\n    (else\n      drop))\n  return\n)")
	want := []wasm.Position{
		{Offset: 0, Line: 2, Column: 8},  // i32.const
		{Offset: 2, Line: 2, Column: 4},  // if
		{Offset: 4, Line: 3, Column: 11}, // nop
		{Offset: 5, Line: 4, Column: 6},  // else
		{Offset: 6, Line: 5, Column: 7},  // drop
		{Offset: 7, Line: 5, Column: 12}, // end of if
		{Offset: 8, Line: 6, Column: 3},  // return
		{Offset: 9, Line: 7, Column: 1},  // end of the function
	}
	if got := m.Funcs[0].Positions; !slices.Equal(got, want) {
		t.Errorf("positions %v, want %v", got, want)
	}
}

// TestBodies compares bodies with their encodings by hand, where the order of
// immediates in text and binary differs or operands come late.
func TestBodies(t *testing.T) {
	tests := map[string]string{
		"(i32.add (i32.const 1) (i32.const 2))":          "\x41\x01\x41\x02\x6a",
		"(if (i32.const 0) (then nop) (else))":           "\x41\x00\x04\x40\x01\x05\x0b",
		"call_indirect 1 (type 2)":                       "\x11\x02\x01",
		"memory.init 1 2":                                "\xfc\x08\x02\x01",
		"memory.init 2":                                  "\xfc\x08\x02\x00",
		"table.init 1 2":                                 "\xfc\x0c\x02\x01",
		"table.copy 1 2":                                 "\xfc\x0e\x01\x02",
		"memory.copy":                                    "\xfc\x0a\x00\x00",
		"i32.load8_u 1 offset=3":                         "\x2d\x40\x01\x03",
		"i64.load align=2":                               "\x29\x01\x00",
		"v128.load8_lane 1 2 (nop)":                      "\xfd\x54\x40\x01\x00\x02\x01",
		"v128.load8_lane 2":                              "\xfd\x54\x00\x00\x02",
		"block $a block $b br $a end br_table $a $a end": "\x02\x40\x02\x40\x0c\x01\x0b\x0e\x01\x00\x00\x0b",
		"block $a try_table $b (catch 3 $a) (catch_all 1) br $b end end":      "\x02\x40\x1f\x40\x02\x00\x03\x00\x02\x01\x0c\x00\x0b\x0b",
		"block $a (try $b (do nop) (delegate $a)) end":                        "\x02\x40\x06\x40\x01\x18\x00\x0b",
		"block $a (resume 1 (on 2 $a) (on 3 switch)) end":                     "\x02\x40\xe3\x01\x02\x00\x02\x00\x01\x03\x0b",
		"br_on_cast 0 (ref null any) (ref i31)":                               "\xfb\x18\x01\x00\x6e\x6c",
		"ref.test (ref null 3)":                                               "\xfb\x15\x03",
		"select (result i32)":                                                 "\x1c\x01\x7f",
		"i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31":                 "\xfd\x0d\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x1f",
		"v128.const i16x8 -1 0 1 2 3 4 5 0x8000":                              "\xfd\x0c\xff\xff\x00\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x00\x80",
		"f32.const -nan:0x1 f64.const 0x1p-1074 i64.const 0xffffffffffffffff": "\x43\x01\x00\x80\xff\x44\x01\x00\x00\x00\x00\x00\x00\x00\x42\x7f",
	}
	for src, want := range tests {
		m := mustParse(t, "(func "+src+")")
		if got := m.Funcs[0].Body; string(got) != want+"\x0b" {
			t.Errorf("%s: % x, want % x", src, got, want)
		}
	}
}

// TestImplicitTypes checks which types the uses without an index find or define.
func TestImplicitTypes(t *testing.T) {
	m := mustParse(t, `(module
		(func (result i64) (block (param i64) (result i64 i64)) unreachable)
		(rec (type (func (param i32))) (type (func)))
		(type $self (func (param (ref $self))))
		(func (param i32))
		(func (param f32))
		(type (sub (func (param f32))))
		(type (func (result i64)))
		(func (param (ref $self))))`)
	want := []uint32{4, 6, 7, 8}
	for i := range m.Funcs {
		if got := m.Funcs[i].Type; got != want[i] {
			t.Errorf("function %d has type %d, want %d", i, got, want[i])
		}
	}
}

// TestBranchHints compares the section that annotations make with its encoding by hand.
func TestBranchHints(t *testing.T) {
	m := mustParse(t, `(func (import "" "")) (func) (func (param i32) (local i64 i32)
		(@metadata.code.branch_hint "\01") (if (local.get 0) (then))
		local.get 0 (@metadata.code.branch_hint "\00") br_if 0)`)
	want := wasm.Custom{Name: "metadata.code.branch_hint", After: wasm.SectionDataCount,
		Data: []byte("\x01\x02\x02\x07\x01\x01\x0c\x01\x00")}
	if len(m.Customs) != 1 || m.Customs[0].Name != want.Name || m.Customs[0].After != want.After ||
		!bytes.Equal(m.Customs[0].Data, want.Data) {
		t.Errorf("got %+v, want %+v", m.Customs, want)
	}
}

// TestScript walks a script as a runner does: modules in the middle of other lists,
// and on behind one that has an error.
func TestScript(t *testing.T) {
	p := text.NewParser([]byte(`
		(module $a (func $f (export "f")))
		(assert_invalid (module definition $b (@name "B") (func (call 7))) "unknown function")
		(module (func (oops)) (func))
		(assert_return (invoke "f") (i32.const -1))`), wasm.AllFeatures)
	m, err := p.ParseModule()
	if err != nil || m.Names.Module != "a" || m.Exports[0].Name != "f" {
		t.Fatalf("first module: %+v, %v", m, err)
	}
	expect := func(want ...string) {
		t.Helper()
		for _, w := range want {
			if tok, err := p.Next(); err != nil || tok.Text != w {
				t.Fatalf("token %q, %v, want %q", tok.Text, err, w)
			}
		}
	}
	expect("(", "assert_invalid", "(", "module", "definition", "$b")
	if m, err = p.ParseFields("b"); err != nil || m.Names.Module != "B" {
		t.Fatalf("second module: %+v, %v", m, err)
	}
	expect(`"unknown function"`, ")")
	mark := p.Mark()
	if _, err := p.ParseModule(); err == nil {
		t.Fatal("a module with an error was accepted")
	}
	p.Reset(mark)
	if err := p.SkipList(); err != nil {
		t.Fatal(err)
	}
	expect("(", "assert_return", "(", "invoke", `"f"`, ")", "(", "i32.const", "-1", ")", ")", "")
}
