package ssa

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// build builds the first function of a module in the text format.
func build(t *testing.T, source string) (*Func, error) {
	t.Helper()
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err == nil {
		err = validate.Module(m, wasm.AllFeatures)
	}
	if err != nil {
		t.Fatal(err)
	}
	var b Builder
	return b.Build(testEnv(m, true), 0)
}

// TestTooLarge builds a function whose blocks would have 40 million parameters.
func TestTooLarge(t *testing.T) {
	const locals, blocks = 8000, 5000
	var s strings.Builder
	fmt.Fprintf(&s, "(module (func (local %s)\n", strings.Repeat("i32 ", locals))
	for range blocks {
		s.WriteString("(if (local.get 0) (then\n")
	}
	for i := range locals {
		fmt.Fprintf(&s, "(local.set %d (i32.const %d))\n", i, i)
	}
	s.WriteString(strings.Repeat("))", blocks) + "))")
	_, err := build(t, s.String())
	var unsupported *Unsupported
	if !errors.As(err, &unsupported) || unsupported.What != "a function of this size" {
		t.Fatalf("error %v", err)
	}
}

// TestLargeInstruction builds functions of which one instruction would carry 32 million values: to all clauses around a call, and
// to those of a resume. That must be noticed before they are there.
func TestLargeInstruction(t *testing.T) {
	const locals, edges = 8000, 4000
	var sets strings.Builder
	for i := range locals {
		fmt.Fprintf(&sets, "(local.set %d (i32.const 1))", i)
	}
	function := "(func $f (local " + strings.Repeat("i32 ", locals) + ") (loop $l " + sets.String()
	for name, source := range map[string]string{
		"catches":  function + "(try_table " + strings.Repeat("(catch $e $l)", edges) + "(call $f))))",
		"handlers": function + "(block $b (result (ref $c)) (resume $c " + strings.Repeat("(on $e $b)", edges) + "(cont.new $c (ref.func $f))) " + sets.String() + "unreachable) drop))",
	} {
		t.Run(name, func(t *testing.T) {
			source := "(module (type $t (func)) (type $c (cont $t)) (tag $e) (elem declare func $f) " + source + ")"
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := build(t, source)
			runtime.ReadMemStats(&after)
			var unsupported *Unsupported
			if !errors.As(err, &unsupported) || unsupported.What != "a function of this size" {
				t.Fatalf("error %v", err)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 150<<20 {
				t.Errorf("%d MB were allocated", n>>20)
			}
		})
	}
}

// TestLargeTable builds tables with many edges to few blocks, one of them on a constant.
func TestLargeTable(t *testing.T) {
	for _, index := range []string{"(local.get 0)", "(i32.const 7)"} {
		f, err := build(t, fmt.Sprintf(`(module (func (param i32) (result i32)
			(block $b (block $a (br_table %s $a %s)) (return (i32.const 1))) (i32.const 2)))`,
			strings.Repeat("$a $b ", 10000), index))
		if err != nil {
			t.Fatal(err)
		}
		var o Optimizer
		checkPasses(t, &o, f)
		checkEdges(t, f)
		if index != "(local.get 0)" && len(f.Blocks) != 1 {
			t.Errorf("%d blocks are left", len(f.Blocks))
		}
	}
}

// TestParseErrors checks that errors of the text form name the line.
func TestParseErrors(t *testing.T) {
	for source, want := range map[string]string{
		"":                               "no blocks",
		"v1:i32 = const 3":               "line 1: a block expected",
		"b0:\n  v1:i32 = frob v2":        `line 2: no operation "frob"`,
		"b0:\n  return v1":               "v1 is used, but not defined",
		"b0:\n  jump -> b1":              "b1 is gone to, but not there",
		"b0:\n  v1:i31 = const 3":        `line 2: "i31" is not known here`,
		"b0:\n  v1:i32 = const x":        `line 2: "x" is no number`,
		"b0: ; warm\n  return":           `line 1: "warm" is not known of blocks`,
		"b0:\n  trap 1 1\n":              `line 2: "1" is too much`,
		"b0:\n  return v0, v99999999999": "line 2: v99999999999 is out of range",
	} {
		_, err := Parse(source)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", source, err, want)
		}
	}
}

// TestVerify checks that broken functions are found.
func TestVerify(t *testing.T) {
	for source, want := range map[string]string{
		"b0(v0:i64):\n  v1:i32 = wrap v0":                                                                    "no terminator",
		"b0(v0:i64):\n  return\n  return":                                                                    "a terminator inside",
		"b0(v0:i64):\n  v1:i32 = add v0, v0\n  return":                                                       "the types do not fit",
		"b0(v0:i64):\n  v1:i64 = add v2, v0\n  v2:i64 = const 1\n  return":                                   "v2 does not dominate its use",
		"b0(v0:i64):\n  jump -> b1\nb1(v1:i32):\n  return":                                                   "0 arguments for 1 parameters of b1",
		"b0(v0:i64):\n  jump -> b1(v0)\nb1(v1:i32):\n  return":                                               "another type than its parameter",
		"b0(v0:i64):\n  jump -> b1\nb1: ; exception\n  return":                                               "pads are behind invokes",
		"b0(v0:i64):\n  v1:i32 = wrap v0\n  if v1 -> b1\nb1:\n  return":                                      "1 successors",
		"b0(v0:i64):\n  v1 = call 0, v0 : () -> ()\n  v2:i64 = context\n  invoke 0, v1 -> b1\nb1:\n  return": "stands between",
	} {
		f, err := Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", source, err, want)
		}
	}
}
