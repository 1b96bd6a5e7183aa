package text_test

import (
	"io"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
)

// TestErrors checks what is said about sources that are wrong, and where.
func TestErrors(t *testing.T) {
	tests := []struct {
		src          string
		line, column int
		want         string
	}{
		{"(func $f)\n(func $f)", 2, 7, "duplicate func $f"},
		{"(func (param $x i32)\n  (local $x i32))", 2, 10, "duplicate local $x"},
		{"(func\n  call $g)", 2, 8, "unknown function $g"},
		{"(func\r\n  br $l)", 2, 6, "unknown label $l"},
		{"(func (block $l) br $l)", 1, 21, "unknown label $l"},
		{"(func local.get $x)", 1, 17, "unknown local $x"},
		{"(func global.get $x)", 1, 18, "unknown global $x"},
		{"(func i32.load $m)", 1, 16, "unknown memory $m"},
		{"(func (type $t))", 1, 13, "unknown type $t"},
		{"(func block $a end $b)", 1, 20, "mismatching label $b"},
		{"(func block end $b)", 1, 17, "mismatching label $b"},
		{"(func if $a else $b end)", 1, 18, "mismatching label $b"},
		{"(func block)", 1, 12, "unexpected token ): the block that begins in line 1 has no end"},
		{"(func end)", 1, 7, "unexpected token end"},
		{"(func else)", 1, 7, "unexpected token else"},
		{"(func if else else end)", 1, 15, "unexpected token else"},
		{"(func (if (i32.const 0)))", 1, 24, "unexpected token ): (then ...)"},
		{"(func (if (then) (then)))", 1, 19, "unexpected token then"},
		{"(func (then))", 1, 8, "unexpected token then: instruction expected"},
		{"(func (i32.add nop))", 1, 16, "unexpected token nop"},
		{"(func i32.frobnicate)", 1, 7, "unknown operator i32.frobnicate"},
		{"(func i32.const0)", 1, 7, "unknown operator i32.const0"},
		{"(func i32.const 0x)", 1, 17, "unknown operator 0x"},
		{"(func i32.const 4294967296)", 1, 17, "i32 constant out of range"},
		{"(func i32.const 1.5)", 1, 17, "unexpected token 1.5: integer expected"},
		{"(func i32.load align=3)", 1, 16, "alignment must be a power of two"},
		{"(func br_table)", 1, 15, "unexpected token ): label expected"},
		{"(func (type 0) (param i32))(type (func))", 1, 16, "inline function type"},
		{"(func (result i32) (param i32))", 1, 21, "unexpected token param"},
		{"(func)(import \"\" \"\" (func))", 1, 15, "import after function"},
		{"(start 0)(start 0)(func)", 1, 11, "multiple start sections"},
		{"(module) (module)", 1, 10, "unexpected token ("},
		{"(module", 1, 8, "unexpected token the end of the input"},
		{"(func $)", 1, 7, "empty identifier"},
		{"(func \"", 1, 7, "unclosed string"},
		{"(func \"\\q\")", 1, 8, "illegal escape"},
		{"(func \"\\u{d800}\")", 1, 8, "illegal escape"},
		{"(; (; ;)", 1, 1, "unclosed comment"},
		{"(@a", 1, 1, "unclosed annotation"},
		{"($ func)", 1, 2, "empty identifier"},
		{"(func)\r\n;;\r (; \xff ;)\n(func)", 3, 5, "malformed UTF-8 encoding"},
		{"(func) \xff", 1, 8, "malformed UTF-8 encoding"},
		{"(func é)", 1, 7, "illegal character"},
		{"(import \"\\ff\" \"\" (func))", 1, 9, "malformed UTF-8 encoding"},
		{"(func (@custom \"a\"))", 1, 7, "misplaced @custom annotation"},
		{"(memory (pagesize 3) (data))", 1, 19, "invalid custom page size"},
		{"(type (struct (field $a i32) (field $a i32)))", 1, 37, "duplicate field $a"},
		{"(func (try (do) (delegate 0) (catch_all)))", 1, 30, "unexpected token ("},
		{"(func try catch_all catch 0 end)", 1, 21, "unexpected token catch"},
		{"(func) $x", 1, 8, "unexpected token $x"},
		{"(table funcref)", 1, 15, "unexpected token )"},
		{"(func (export \"a\" \"b\"))", 1, 19, "unexpected token \"b\""},
		{"(func v128.const i32x4 1 2 3)", 1, 29, "wrong number of lane literals"},
		{"(func barrier end)", 1, 7, "barrier needs the feature typed-continuations-2023"},
	}
	for _, test := range tests {
		_, err := text.Parse([]byte(test.src), wasm.AllFeatures)
		e, ok := err.(*wasm.Error)
		if !ok {
			t.Errorf("%q: %v, want %s", test.src, err, test.want)
			continue
		}
		if e.Line != test.line || e.Column != test.column || !strings.HasPrefix(e.Msg, test.want) {
			t.Errorf("%q: %v, want %d:%d: %s", test.src, err, test.line, test.column, test.want)
		}
	}
}

// TestPrintErrors checks that malformed bodies are errors of the printer.
func TestPrintErrors(t *testing.T) {
	bodies := map[string]string{
		"empty":                "",
		"no end":               "\x01",
		"unknown opcode":       "\xff\x0b",
		"truncated immediate":  "\x41",
		"open block":           "\x02\x40\x0b",
		"behind the end":       "\x0b\x01\x0b",
		"else without if":      "\x05\x0b",
		"else twice":           "\x04\x40\x05\x05\x0b\x0b",
		"catch without try":    "\x07\x00\x0b",
		"delegate after catch": "\x06\x40\x19\x18\x00\x0b",
	}
	for name, body := range bodies {
		m := &wasm.Module{Funcs: []wasm.Func{{Body: []byte(body)}}, DataCount: -1}
		if err := text.Print(io.Discard, m); err == nil {
			t.Errorf("%s: printed", name)
		} else if e, ok := err.(*wasm.Error); !ok || e.Func != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := &wasm.Module{Globals: []wasm.Global{{Type: wasm.GlobalType{Type: wasm.I32}, Init: wasm.ConstExpr{Body: []byte{0x41}}}}}
	if err := text.Print(io.Discard, m); err == nil {
		t.Error("malformed constant expression: printed")
	}
}
