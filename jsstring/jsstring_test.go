package jsstring_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"weft"
	"weft/jsstring"
	"weft/wasm"
)

const (
	imports = `
  (type $units (array (mut i16)))
  (import "wasm:js-string" "cast" (func $cast (param externref) (result (ref extern))))
  (import "wasm:js-string" "test" (func $test (param externref) (result i32)))
  (import "wasm:js-string" "fromCharCodeArray" (func $fromCharCodeArray (param (ref null $units) i32 i32) (result (ref extern))))
  (import "wasm:js-string" "intoCharCodeArray" (func $intoCharCodeArray (param externref (ref null $units) i32) (result i32)))
  (import "wasm:js-string" "fromCharCode" (func $fromCharCode (param i32) (result (ref extern))))
  (import "wasm:js-string" "fromCodePoint" (func $fromCodePoint (param i32) (result externref)))
  (import "wasm:js-string" "charCodeAt" (func $charCodeAt (param externref i32) (result i32)))
  (import "wasm:js-string" "codePointAt" (func $codePointAt (param externref i32) (result i32)))
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "wasm:js-string" "concat" (func $concat (param externref externref) (result (ref extern))))
  (import "wasm:js-string" "substring" (func $substring (param externref i32 i32) (result (ref extern))))
  (import "wasm:js-string" "equals" (func $equals (param externref externref) (result i32)))
  (import "wasm:js-string" "compare" (func $compare (param externref externref) (result i32)))`

	// Each builtin is exported by its name; those with arrays take and give whole ones.
	program = `(module ` + imports + `
  (import "'" "h€llo" (global $hello externref))
  (import "'" "" (global $empty (ref extern)))
  (export "cast" (func $cast)) (export "test" (func $test)) (export "fromCharCode" (func $fromCharCode))
  (export "fromCodePoint" (func $fromCodePoint)) (export "charCodeAt" (func $charCodeAt)) (export "codePointAt" (func $codePointAt))
  (export "length" (func $length)) (export "concat" (func $concat)) (export "substring" (func $substring))
  (export "equals" (func $equals)) (export "compare" (func $compare))
  (export "fromCharCodeArray" (func $fromCharCodeArray)) (export "intoCharCodeArray" (func $intoCharCodeArray))
  (func (export "array") (param i32) (result (ref $units)) (array.new_default $units (local.get 0)))
  (func (export "hello") (result externref externref) (global.get $hello) (global.get $empty))
  (func (export "repeat") (param $s externref) (param $n i32) (result externref) (local $all externref)
    (local.set $all (global.get $empty))
    (loop $more
      (local.set $all (call $concat (local.get $all) (local.get $s)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $all))
  (func (export "double") (param $s externref) (param $n i32) (result externref)
    (loop $more
      (local.set $s (call $concat (local.get $s) (local.get $s)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s)))`
)

// open makes an instance of the program.
func open(t testing.TB, executor weft.Executor) (*weft.Store, *weft.Instance) {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
	check(t, err)
	module, err := engine.Compile([]byte(program))
	check(t, err)
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	t.Cleanup(store.Close)
	linker := weft.NewLinker(store)
	check(t, jsstring.Define(linker))
	check(t, jsstring.DefineConstants(linker, module, "'"))
	instance, err := linker.Instantiate(context.Background(), module)
	check(t, err)
	return store, instance
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// str returns a string for the guest; s is a Go string, or code units.
func str(s any) weft.Value {
	switch s := s.(type) {
	case string:
		return weft.ExternRef(jsstring.New(s))
	case []uint16:
		return weft.ExternRef(jsstring.FromUnits(s))
	case nil:
		return weft.ExternRef(nil)
	}
	return s.(weft.Value)
}

// TestBuiltins calls the builtins with what the proposal's examples have and with what they refuse.
func TestBuiltins(t *testing.T) {
	const traps = "wasm trap: "
	high, low := uint16(0xD83D), uint16(0xDE00) // the halves of U+1F600
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		_, in := open(t, executor)
		for _, c := range []struct {
			name string
			args []weft.Value
			want any // a string, code units, a number, or how a trap begins
		}{
			{"cast", []weft.Value{str("a")}, "a"},
			{"cast", []weft.Value{weft.ExternRef("of Go")}, "of Go"},
			{"cast", []weft.Value{str(nil)}, errors.New("null reference: a string is expected")},
			{"cast", []weft.Value{weft.ExternRef(5)}, errors.New("cast failure: a string is expected, not int")},
			{"test", []weft.Value{str("")}, 1},
			{"test", []weft.Value{str(nil)}, 0},
			{"test", []weft.Value{weft.ExternRef(5)}, 0},
			{"fromCharCode", []weft.Value{weft.I32(0x12345)}, []uint16{0x2345}},
			{"fromCharCode", []weft.Value{weft.I32(0xD83D)}, []uint16{high}},
			{"fromCodePoint", []weft.Value{weft.I32(0x1F600)}, []uint16{high, low}},
			{"fromCodePoint", []weft.Value{weft.I32(0xD83D)}, []uint16{high}},
			{"fromCodePoint", []weft.Value{weft.I32(0x110000)}, errors.New("out of bounds array access: there is no code point 0x110000")},
			{"fromCodePoint", []weft.Value{weft.I32(-1)}, errors.New("out of bounds array access")},
			{"charCodeAt", []weft.Value{str("a€c"), weft.I32(1)}, 0x20AC},
			{"charCodeAt", []weft.Value{str("abc"), weft.I32(3)}, errors.New("out of bounds array access: code unit 3 of 3")},
			{"charCodeAt", []weft.Value{str("abc"), weft.I32(-1)}, errors.New("out of bounds array access")},
			{"codePointAt", []weft.Value{str("x😀"), weft.I32(1)}, 0x1F600},
			{"codePointAt", []weft.Value{str("x😀"), weft.I32(2)}, int(low)},
			{"codePointAt", []weft.Value{str([]uint16{high, 'x'}), weft.I32(0)}, int(high)},
			{"length", []weft.Value{str("x😀")}, 3},
			{"length", []weft.Value{str(nil)}, errors.New("null reference")},
			{"concat", []weft.Value{str("ab"), str("cd")}, "abcd"},
			{"concat", []weft.Value{str([]uint16{high}), str([]uint16{low})}, "😀"},
			{"concat", []weft.Value{str("ab"), str(nil)}, errors.New("null reference")},
			{"substring", []weft.Value{str("abcdef"), weft.I32(1), weft.I32(3)}, "bc"},
			{"substring", []weft.Value{str("abcdef"), weft.I32(4), weft.I32(-1)}, "ef"},
			{"substring", []weft.Value{str("abcdef"), weft.I32(3), weft.I32(1)}, ""},
			{"substring", []weft.Value{str("abcdef"), weft.I32(9), weft.I32(12)}, ""},
			{"equals", []weft.Value{str("a"), str("a")}, 1},
			{"equals", []weft.Value{str("a"), str("b")}, 0},
			{"equals", []weft.Value{str(nil), str(nil)}, 1},
			{"equals", []weft.Value{str(nil), str("")}, 0},
			{"equals", []weft.Value{weft.ExternRef(5), str(nil)}, errors.New("cast failure")},
			{"compare", []weft.Value{str("a"), str("b")}, -1},
			{"compare", []weft.Value{str("b"), str("ab")}, 1},
			{"compare", []weft.Value{str("ab"), str("ab")}, 0},
			{"compare", []weft.Value{str("\uFF5E"), str("😀")}, 1}, // by code units
			{"compare", []weft.Value{str(nil), str("")}, errors.New("null reference")},
			{"repeat", []weft.Value{str("0123456789"), weft.I32(1000)}, strings.Repeat("0123456789", 1000)},
			{"double", []weft.Value{str("0123456789"), weft.I32(10)}, strings.Repeat("0123456789", 1024)},
			{"double", []weft.Value{str("0123456789"), weft.I32(30)}, errors.New("out of memory")},
		} {
			results, err := in.Func(c.name).Call(context.Background(), c.args...)
			var trap *weft.Trap
			switch want := c.want.(type) {
			case error:
				if !errors.As(err, &trap) || !strings.HasPrefix(err.Error(), traps+want.Error()) {
					t.Errorf("%s%v: error %v, want %v", c.name, c.args, err, want)
				}
			case int:
				if err != nil || results[0].I32() != int32(want) {
					t.Errorf("%s%v = %v, %v, want %d", c.name, c.args, results, err, want)
				}
			case []uint16:
				if s, ok := results[0].Ref().(*jsstring.String); err != nil || !ok || !slices.Equal(s.Units(), want) {
					t.Errorf("%s%v = %v, %v, want %x", c.name, c.args, results, err, want)
				}
			case string:
				if err != nil {
					t.Fatalf("%s%v: %v", c.name, c.args, err)
				}
				if got, ok := jsstring.Text(results[0]); !ok || got != want {
					t.Errorf("%s%v = %q, want %q", c.name, c.args, got, want)
				}
			}
		}
	}
}

// TestArrays moves code units between strings and arrays.
func TestArrays(t *testing.T) {
	store, in := open(t, weft.Automatic)
	ctx := context.Background()
	store.SetCollectAlways(true)
	made, err := in.Func("array").Call(ctx, weft.I32(10))
	check(t, err)
	array := made[0]
	n, err := in.Func("intoCharCodeArray").Call(ctx, str("x😀"), array, weft.I32(7))
	if err != nil || n[0].I32() != 3 {
		t.Fatalf("copied %v, %v", n, err)
	}
	got := make([]uint16, 10)
	check(t, weft.ReadArray(array.Ref().(*weft.Object), 0, got))
	if want := append(make([]uint16, 7), utf16.Encode([]rune("x😀"))...); !slices.Equal(got, want) {
		t.Errorf("the array is %x", got)
	}
	s, err := in.Func("fromCharCodeArray").Call(ctx, array, weft.I32(7), weft.I32(10))
	check(t, err)
	if text, _ := jsstring.Text(s[0]); text != "x😀" {
		t.Errorf("the string is %q", text)
	}
	for _, c := range []struct {
		name string
		args []weft.Value
		want wasm.TrapCode
	}{
		{"fromCharCodeArray", []weft.Value{array, weft.I32(7), weft.I32(11)}, wasm.TrapArrayOutOfBounds},
		{"fromCharCodeArray", []weft.Value{array, weft.I32(7), weft.I32(6)}, wasm.TrapArrayOutOfBounds},
		{"fromCharCodeArray", []weft.Value{weft.Null(wasm.HeapNone), weft.I32(0), weft.I32(0)}, wasm.TrapNullArray},
		{"intoCharCodeArray", []weft.Value{str("abc"), array, weft.I32(8)}, wasm.TrapArrayOutOfBounds},
		{"intoCharCodeArray", []weft.Value{str("abc"), array, weft.I32(-1)}, wasm.TrapArrayOutOfBounds},
		{"intoCharCodeArray", []weft.Value{str(nil), array, weft.I32(0)}, wasm.TrapNullReference},
		{"intoCharCodeArray", []weft.Value{str("abc"), weft.Null(wasm.HeapNone), weft.I32(0)}, wasm.TrapNullArray},
	} {
		_, err := in.Func(c.name).Call(ctx, c.args...)
		var trap *weft.Trap
		if !errors.As(err, &trap) || trap.Code != c.want {
			t.Errorf("%s%v: error %v, want %v", c.name, c.args[1:], err, c.want)
		}
	}
}

// TestConstants reads strings that were imported by their content.
func TestConstants(t *testing.T) {
	_, in := open(t, weft.Automatic)
	results, err := in.Func("hello").Call(context.Background())
	check(t, err)
	for i, want := range []string{"h€llo", ""} {
		if got, ok := jsstring.Text(results[i]); !ok || got != want {
			t.Errorf("constant %d is %q", i, got)
		}
	}
	if _, ok := jsstring.Text(weft.ExternRef(7)); ok {
		t.Error("a number is a string")
	}
}

// TestTypes defines the builtins for a module that wants another type, and for nobody.
func TestTypes(t *testing.T) {
	store, in := open(t, weft.Automatic)
	linker := weft.NewLinker(store)
	check(t, jsstring.Define(linker))
	module, err := in.Module().Engine().Compile([]byte(`(module (import "wasm:js-string" "length" (func (param i32) (result i32))))`))
	check(t, err)
	var link *weft.LinkError
	if _, err := linker.Instantiate(context.Background(), module); !errors.As(err, &link) {
		t.Errorf("error %v", err)
	}
	if jsstring.Define(nil) == nil {
		t.Error("the builtins are defined for nobody")
	}
	store.Close()
	if err := jsstring.Define(linker); !errors.Is(err, weft.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

// TestStrings converts strings that are not valid text.
func TestStrings(t *testing.T) {
	for text, want := range map[string]string{"": "", "a\xFFb": "a\uFFFDb", "😀": "😀"} {
		if got := jsstring.New(text).String(); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
	if got := jsstring.FromUnits([]uint16{0xDE00, 'a'}).String(); got != "\uFFFDa" {
		t.Errorf("half of a pair is %q", got)
	}
}
