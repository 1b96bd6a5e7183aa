package text_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"weft/wasm"
	"weft/wasm/text"
)

// TestDeepNesting checks that nesting costs neither Go stack nor more than linear
// time, whether the source is well-formed or not.
func TestDeepNesting(t *testing.T) {
	const depth = 100_000
	repeat := strings.Repeat
	tests := map[string]struct {
		src string
		ok  bool
	}{
		"folded operands":    {"(func (result i32) " + repeat("(i32.eqz ", depth) + "(i32.const 0)" + repeat(")", depth) + ")", true},
		"folded blocks":      {"(func " + repeat("(block $l ", depth) + "(br $l)" + repeat(")", depth) + ")", true},
		"unfolded blocks":    {"(func " + repeat("block $l ", depth) + "br $l " + repeat("end $l ", depth) + ")", true},
		"distinct labels":    {"(func block $outer " + repeat("block br $outer ", depth) + repeat("end ", depth) + " end)", true},
		"folded ifs":         {"(func " + repeat("(if (i32.const 0) (then ", depth) + repeat("))", depth) + ")", true},
		"conditions":         {"(func " + repeat("(if (result i32) ", depth) + "(i32.const 1)" + repeat("(then (i32.const 0)) (else (i32.const 0)))", depth) + "drop)", true},
		"comments":           {repeat("(;", depth) + repeat(";)", depth), true},
		"annotations":        {"(@a " + repeat("(", depth) + repeat(")", depth) + ")", true},
		"many annotations":   {repeat(`(@custom "a")`, depth), true},
		"unclosed folded":    {"(func " + repeat("(i32.eqz ", depth), false},
		"unclosed comment":   {repeat("(;", depth), false},
		"parentheses":        {repeat("(", depth), false},
		"module parentheses": {"(module " + repeat("(func ", depth), false},
		"unclosed blocks":    {"(func " + repeat("block ", depth) + ")", false},
		"in a constant":      {"(global i32 " + repeat("(block ", depth) + repeat(")", depth) + ")", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			m, err := text.Parse([]byte(test.src), wasm.AllFeatures)
			if (err == nil) != test.ok {
				t.Fatalf("accepted: %v, error: %.200v", err == nil, err)
			}
			if err == nil {
				err = text.Print(io.Discard, m)
			}
			if test.ok && err != nil {
				t.Errorf("print: %v", err)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestTooManyLocals(t *testing.T) {
	src := "(func (local" + strings.Repeat(" i32", wasm.MaxLocals+1) + "))"
	_, err := text.Parse([]byte(src), wasm.AllFeatures)
	e, ok := err.(*wasm.Error)
	if !ok || e.Class != wasm.Limit || e.Line != 1 || !strings.HasPrefix(e.Msg, "too many locals") {
		t.Errorf("got %v", err)
	}
}

// largeSource returns a module of about the given size.
func largeSource(size int) []byte {
	var b strings.Builder
	b.WriteString("(module\n  (memory 1)\n  (global $g (mut i32) (i32.const 0))\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `  (func $function_%d (param $p i32) (param $q i64) (result i32)
    (local $x i32)
    (local.set $x (i32.add (local.get $p) (i32.const %d)))
    block $done
      loop $again
        local.get $x
        i32.eqz
        br_if $done
        (i32.store offset=16 (local.get $x) (call $function_0 (local.get $x) (local.get $q)))
        local.get $x
        i32.const -1
        i32.add
        local.set $x
        f64.const 0x1.8p+3
        drop
        br $again
      end
    end
    global.get $g)
`, i, i)
	}
	b.WriteString(")\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	src := largeSource(10 << 20)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := text.Parse(src, wasm.AllFeatures); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLexer(b *testing.B) {
	src := largeSource(10 << 20)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		for l := text.NewLexer(src); ; {
			t, err := l.Next()
			if err != nil {
				b.Fatal(err)
			}
			if t.Kind == text.EOF {
				break
			}
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	m, err := text.Parse(largeSource(10<<20), wasm.AllFeatures)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := text.Print(io.Discard, m); err != nil {
			b.Fatal(err)
		}
	}
}
