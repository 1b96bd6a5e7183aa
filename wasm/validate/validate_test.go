package validate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"weft/internal/generate"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// check validates a module given as text.
func check(t *testing.T, source string, features wasm.Features) error {
	t.Helper()
	m, err := text.Parse([]byte(source), features)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return validate.Module(m, features)
}

// valid are modules that test what is easily got wrong.
var valid = []string{
	`(module (func (result i32) unreachable (select) (drop) (i32.const 1)))`,
	`(module (func (result i64) unreachable (i64.const 1) (i32.const 1) (select)))`,
	`(module (func (result i32) (block (result i32) (br_table 0 1 (i32.const 1) (i32.const 0)))))`,
	`(module (func (result i32) (block (result i64) unreachable (br_table 0 0 (i32.const 0))) (drop) (i32.const 0)))`,
	`(module (func (result i32) (block (result i32) (block (result i64) unreachable br_table 0 1 0) drop i32.const 0)))`,
	`(module (type $t (func)) (func (param (ref null $t)) (block (call_ref $t (br_on_null 0 (local.get 0))))))`,
	`(module (func (local (ref extern)) (block (local.set 0 (ref.as_non_null (ref.null extern))) (drop (local.get 0)))))`,
	`(module (func (param i32) (result i32) (local.get 0) (local.get 0) (if (param i32) (result i32) (then (drop) (i32.const 1)))))`,
	`(module (func unreachable (ref.as_non_null) (drop)))`,
	`(module (global $a i32 (i32.const 1)) (global i32 (i32.add (global.get $a) (i32.const 2))))`,
	`(module (type $f (func)) (type $k (cont $f)) (tag $t) (elem declare func $g) (func $g (type $f))
		(func (block (result (ref $k)) (resume $k (on $t 0) (cont.new $k (ref.func $g))) (return)) (drop)))`,
	`(module (func try (result i32) i32.const 1 catch_all i32.const 2 rethrow 0 end drop))`,
	`(module (func try try delegate 1 end))`,
	`(module (memory i64 1) (memory 1) (func (memory.copy 0 1 (i64.const 0) (i32.const 0) (i32.const 0))))`,
}

// TestValid checks modules that must be accepted, also after encoding.
func TestValid(t *testing.T) {
	for _, source := range valid {
		m, err := text.Parse([]byte(source), wasm.AllFeatures)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if err := validate.Module(m, wasm.AllFeatures); err != nil {
			t.Errorf("%s: %v", source, err)
		}
		if err := throughBinary(t, m, wasm.AllFeatures); err != nil {
			t.Errorf("%s: encoded: %v", source, err)
		}
	}
}

// TestInvalid checks modules that must be refused, and why.
func TestInvalid(t *testing.T) {
	for _, c := range []struct{ source, message string }{
		{`(module (func (param externref) (drop (select (local.get 0) (local.get 0) (i32.const 0)))))`,
			"type mismatch: select without type requires numbers or vectors but stack has [externref externref]"},
		{`(module (func (param externref) unreachable (local.get 0) (i32.const 0) (select) (drop)))`, "type mismatch: select without"},
		{`(module (func unreachable (i64.const 0) (i32.const 0) (i32.const 0) (select) (drop)))`, "type mismatch: select requires"},
		{`(module (func (result i32) unreachable (i64.const 0)))`,
			"type mismatch: instruction requires [i32] but stack has [i64]"},
		{`(module (func unreachable (i32.const 0)))`, "type mismatch: block requires [] but stack has [i32]"},
		{`(module (func (block (param i32) (drop))))`, "type mismatch"},
		{`(module (func (result i32) (block (result i64) (i64.const 0) (br_table 0 1 (i32.const 0))) (drop) (i32.const 0)))`,
			"type mismatch: instruction requires [i32] but stack has [i64]"},
		{`(module (func (block (result i32) unreachable (br_table 0 1 (i32.const 0))) (drop)))`,
			"type mismatch: labels of br_table require"},
		{`(module (func (local (ref extern)) (block (local.set 0 (ref.as_non_null (ref.null extern)))) (drop (local.get 0))))`,
			"uninitialized local 0"},
		{`(module (func $f) (func (drop (ref.func $f))))`, "undeclared function reference"},
		{`(module (global i32 (global.get 1)) (global i32 (i32.const 0)))`, "unknown global 1"},
		{`(module (global $g i32 (i32.const 0)) (global i32 (i32.const 0)) (table 1 i31ref (ref.i31 (global.get $g))))`, "unknown global 0"},
		{`(module (import "m" "g" (global (mut i32))) (global i32 (global.get 0)))`, "constant expression required"},
		{`(module (func try catch_all rethrow 1 end))`, "invalid rethrow label 1"},
		{`(module (func try delegate 1))`, "unknown label 1"},
		{`(module (type $s (struct (field i8))) (func (param (ref $s)) (drop (struct.get $s 0 (local.get 0)))))`, "type mismatch"},
		{`(module (type $s (struct)) (func (drop (ref.cast (ref $s) (ref.null func)))))`, "type mismatch"},
		{`(module (type $f (func)) (type $k (cont $f)) (func (drop (ref.test (ref $k) (ref.null $k)))))`, "invalid cast"},
		{`(module (type $a (sub final (struct))) (type (sub $a (struct))))`, "sub type 1 does not match super type 0"},
		{`(module (tag $t (result i32)) (func (throw $t)))`, "type mismatch: tag 0 of an exception must not have results"},
		{`(module (type $f (func (result i32))) (type $k (cont $f)) (tag $t (result i64))
			(func (param (ref $k)) (result i32) (resume $k (on $t switch) (local.get 0))))`, "type mismatch in switch tag"},
		{`(module (memory 1 (pagesize 1)) (func (drop (i32.load offset=0x1_0000_0000 (i32.const 0)))))`, "offset out of range"},
	} {
		var e *wasm.Error
		err := check(t, c.source, wasm.AllFeatures)
		if !errors.As(err, &e) || e.Class != wasm.Invalid || !strings.HasPrefix(e.Msg, c.message) {
			t.Errorf("%s:\n%v\nexpected: %s", c.source, err, c.message)
		}
	}
}

// TestPositions checks where errors are said to be: in text by line and
// column, in binaries by offset.
func TestPositions(t *testing.T) {
	const source = "(module\n  (func)\n  (func $f (result i32)\n    (nop)\n    (i64.eqz (f32.const 1))))"
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err != nil {
		t.Fatal(err)
	}
	err = validate.Module(m, wasm.AllFeatures)
	var e *wasm.Error
	if !errors.As(err, &e) || e.Line != 5 || e.Column != 6 || e.Func != 1 || e.FuncName != "f" {
		t.Errorf("from text: %v", err)
	}
	if m, err = binary.Decode(binary.Encode(m), wasm.AllFeatures); err != nil {
		t.Fatal(err)
	}
	err = validate.Module(m, wasm.AllFeatures)
	if !errors.As(err, &e) || e.Offset != m.Funcs[1].BodyOffset+6 || e.Func != 1 {
		t.Errorf("from binary: %v, expected offset 0x%x", err, m.Funcs[1].BodyOffset+6)
	}
}

// TestMalformedBodies checks that what is wrong with the form of a body is not
// called invalid.
func TestMalformedBodies(t *testing.T) {
	for body, message := range map[string]string{
		"\x02\x40\x0b":             "unexpected end of section or function",
		"\x05\x0b":                 "END opcode expected",
		"\x07\x00\x0b":             "END opcode expected",
		"\x0b\x0b":                 "END opcode expected",
		"\xff\x0b":                 "illegal opcode ff",
		"\xfc\x09\x00\x0b":         "data count section required",
		"\x06\x40\x19\x18\x00\x0b": "END opcode expected",
	} {
		m := oneFunc([]byte(body))
		var e *wasm.Error
		if err := validate.Module(m, wasm.AllFeatures); !errors.As(err, &e) || e.Class != wasm.Malformed || !strings.HasPrefix(e.Msg, message) {
			t.Errorf("% x: %v, expected %s", body, err, message)
		}
	}
}

// oneFunc returns a module with one function of type [] -> [].
func oneFunc(body []byte, locals ...wasm.LocalGroup) *wasm.Module {
	return &wasm.Module{
		Types:     []wasm.SubType{{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc}}},
		RecGroups: []wasm.RecGroup{{Start: 0, End: 1}},
		Tags:      []uint32{0},
		Funcs:     []wasm.Func{{Body: body, Locals: locals}},
		DataCount: -1,
	}
}

// TestCost checks that no input costs much more than its size.
func TestCost(t *testing.T) {
	within := func(name string, m *wasm.Module, class wasm.ErrorClass) {
		t.Helper()
		start := time.Now()
		err := validate.Module(m, wasm.AllFeatures)
		var e *wasm.Error
		if err != nil && (!errors.As(err, &e) || e.Class != class) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%s took %v", name, d)
		} else {
			t.Logf("%s: %v (%v)", name, d, err)
		}
	}
	repeat := func(s string, n int) string { return strings.Repeat(s, n) }

	deep := repeat("\x02\x40", 50_000) + repeat("\x0b", 50_000) + "\x0b"
	within("50,000 nested blocks", oneFunc([]byte(deep)), wasm.Limit)
	within("5,000,000 nested blocks", oneFunc([]byte(repeat("\x02\x40", 5_000_000))), wasm.Limit)

	wide := oneFunc(nil)
	many := make([]wasm.ValType, 1000)
	for i := range many {
		many[i] = wasm.I32
	}
	wide.Types = append(wide.Types, wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc, Func: wasm.FuncType{Results: many}}})
	wide.RecGroups = append(wide.RecGroups, wasm.RecGroup{Start: 1, End: 2})
	table := "\x0e" + string(wasm.AppendUnsigned(nil, 100_000)) + repeat("\x00", 100_001)
	wide.Funcs[0].Body = []byte("\x02\x01\x00" + repeat("\x00\x41\x00"+table, 30) + "\x0b\x00\x0b")
	within("large br_table of large arity", wide, wasm.Limit)

	calls := oneFunc([]byte(repeat("\x10\x01", 100_000) + "\x00\x0b"))
	calls.Types, calls.RecGroups = wide.Types, wide.RecGroups
	calls.Funcs = append(calls.Funcs, wasm.Func{Type: 1, Body: []byte("\x00\x0b")})
	within("many results", calls, wasm.Limit)

	locals := oneFunc([]byte("\x0b"), wasm.LocalGroup{Count: 50_000, Type: wasm.I32})
	for len(locals.Funcs) < 200_000 {
		locals.Funcs = append(locals.Funcs, locals.Funcs[0])
	}
	within("many functions with many locals", locals, wasm.Limit)

	chain := oneFunc([]byte("\x0b"))
	for i := uint32(1); i < 200_000; i++ {
		chain.Types = append(chain.Types, wasm.SubType{Supers: []uint32{i - 1}, Comp: chain.Types[0].Comp})
	}
	chain.Types[0].Final = false
	chain.RecGroups[0].End = len(chain.Types)
	within("long chain of subtypes", chain, wasm.Limit)
}

// FuzzValidate checks that validation never fails but with an error, and that
// a valid module is valid when encoded and decoded again.
func FuzzValidate(f *testing.F) {
	for _, source := range append(generate.Seeds(4, wasm.AllFeatures), valid...) {
		m, err := text.Parse([]byte(source), wasm.AllFeatures)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(binary.Encode(m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := binary.Decode(b, wasm.AllFeatures)
		if err != nil || validate.Module(m, wasm.AllFeatures) != nil {
			return
		}
		if err := throughBinary(t, m, wasm.AllFeatures); err != nil {
			t.Error(err)
		}
	})
}

func ExampleModule() {
	m, err := text.Parse([]byte(`(module (func $add (result i32) (i32.add (i32.const 1) (i64.const 2))))`), wasm.DefaultFeatures)
	if err == nil {
		err = validate.Module(m, wasm.DefaultFeatures)
	}
	fmt.Println(err)
	// Output: 1:34: func 0 ($add): type mismatch: instruction requires [i32 i32] but stack has [i32 i64]
}
