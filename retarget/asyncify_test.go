package retarget_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"weft"
	"weft/internal/golden"
	"weft/retarget"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// assemble makes a binary of text.
func assemble(t testing.TB, source []byte) []byte {
	t.Helper()
	m, err := text.Parse(source, wasm.DefaultFeatures)
	check(t, err)
	return binary.Encode(m)
}

// TestAsyncify compares modules that drive Asyncify with golden files when they have been retargeted, and runs them on
// each engine. The first line of the text has what run returns.
func TestAsyncify(t *testing.T) {
	golden.Run(t, "testdata/asyncify/*.wat", func(t *testing.T, file string, source []byte) string {
		out, report, err := retarget.Module(assemble(t, source), retarget.Options{Check: true})
		check(t, err)
		want := regexp.MustCompile(`^;; run = (\d+)\n`).FindSubmatch(source)
		if want == nil {
			t.Fatalf("%s does not say what run returns", file)
		}
		for _, x := range executors() {
			in := instance(t, x, out)
			for range 3 { // what is left behind does no harm
				results, err := in.Func("run").Call(t.Context())
				check(t, err)
				if lo, _ := results[0].Bits(); fmt.Sprint(lo) != string(want[1]) {
					t.Errorf("%s: run returns %s, want %s", executorNames[x], results[0], want[1])
				}
			}
		}
		m, err := binary.Decode(out, wasm.DefaultFeatures)
		check(t, err)
		var b strings.Builder
		fmt.Fprintf(&b, ";; suspend: %v\n;; resume: %v, in %d calls\n;; ends: %d\n", report.Suspending, report.Resuming,
			report.Calls, report.Ends)
		check(t, text.Print(&b, m))
		return b.String()
	})
}

// instance makes an instance of a module without imports.
func instance(t testing.TB, x weft.Executor, source []byte) *weft.Instance {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(x))
	check(t, err)
	module, err := engine.Compile(source)
	check(t, err)
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	t.Cleanup(func() { store.Close() })
	in, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	check(t, err)
	return in
}

// TestAsyncifyErrors calls what must trap: stacks that are used again, full, rewound twice, or unwound to the host.
func TestAsyncifyErrors(t *testing.T) {
	out, _, err := retarget.Module(assemble(t, read(t, "testdata/asyncify/stacks.wat")), retarget.Options{Check: true})
	check(t, err)
	for _, x := range executors() {
		for export, want := range map[string]string{
			"used again": "unreachable", "full": "unreachable", "twice": "continuation", "to the host": "unhandled",
		} {
			_, err := instance(t, x, out).Func(export).Call(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %s: %v, want %q", executorNames[x], export, err, want)
			}
		}
	}
}

// TestAsyncifyRefusals gives modules that drive Asyncify in ways that are not known.
func TestAsyncifyRefusals(t *testing.T) {
	const (
		imports = `(import "asyncify" "start_unwind" (func $start_unwind (param i32)))
			(import "asyncify" "stop_unwind" (func $stop_unwind))
			(import "asyncify" "start_rewind" (func $start_rewind (param i32)))
			(import "asyncify" "stop_rewind" (func $stop_rewind))`
		memory = `(memory 1)`
		bottom = `(func $bottom (call $start_unwind (i32.const 8)))`
		top    = `(func $top (call $bottom) (call $stop_unwind))`
	)
	for _, c := range []struct{ source, want string }{
		{`(import "asyncify" "sleep" (func))` + memory, `the import "sleep" of "asyncify" is none of Asyncify's functions`},
		{`(import "asyncify" "stop_unwind" (memory 1))`, `the import "stop_unwind" of "asyncify" is none of`},
		{`(import "asyncify" "start_unwind" (func (param i64)))` + memory, "has the type [i64] -> []; expected [i32] -> []"},
		{imports + bottom + top, "expected a memory with 32-bit addresses"},
		{imports + `(memory i64 1)` + bottom + top, "expected a memory with 32-bit addresses"},
		{imports + memory + `(export "x" (func $stop_unwind))` + bottom + top, "stop_unwind of Asyncify is exported"},
		{imports + memory + `(table 1 funcref) (elem (i32.const 0) $start_rewind)` + bottom + top, "start_rewind of Asyncify is"},
		{imports + memory + `(elem declare func $stop_rewind) (func (drop (ref.func $stop_rewind)))` + bottom + top,
			"stop_rewind of Asyncify is exported, in a table, or used by reference"},
		{imports + memory + top + `(func $bottom)`, "no function calls start_unwind or stop_rewind"},
		{imports + memory + bottom, "no function calls stop_unwind or start_rewind"},
		{imports + memory + `(func $both (call $start_unwind (i32.const 8)) (call $stop_unwind))`,
			"func 4 (both): calls functions of Asyncify both for where unwinding begins"},
		{imports + memory + top + `(func $bottom (return_call $start_unwind (i32.const 8)))`,
			"func 5 (bottom), offset 0x"},
		{imports + memory + bottom + `(func $top (call $stop_unwind) (return_call $bottom))`,
			"(top), offset 0x"},
		{imports + memory + bottom + `(type $f (func)) (elem declare func $bottom)
			(func $top (call_ref $f (ref.func $bottom)) (call $stop_unwind))`, "call_ref of what may unwind"},
		{imports + memory + `(type $f (func)) (func $bottom (param (ref null $f)) (call $start_unwind (i32.const 8)))
			(func $top (call $bottom (ref.null $f)) (call $stop_unwind))`, "expected no references of the module's own types"},
		{imports + memory + bottom + `(rec (type $f (func)) (type $g (func))) (table 1 funcref) (elem (i32.const 0) $bottom)
			(func $top (call_indirect (type $f) (i32.const 0)) (call $stop_unwind))`, "is not a final one that stands alone"},
		{imports + memory + bottom + top + `(type $f (func)) (type $c (cont $f)) (func (resume $c (ref.null $c)))`,
			"the module uses stack switching already"},
	} {
		_, _, err := retarget.Module(assemble(t, []byte("(module "+c.source+")")), retarget.Options{Check: true})
		var refusal *retarget.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n%v, want %q", c.source, err, c.want)
		}
	}
}

// TestAsyncifySections checks that what a debugger needs stays if it stays true, in modules as linkers write them, with
// numbers of functions in five bytes, and goes if it does not.
func TestAsyncifySections(t *testing.T) {
	for _, wide := range []bool{true, false} {
		m, err := text.Parse(read(t, "testdata/asyncify/goroutines.wat"), wasm.DefaultFeatures)
		check(t, err)
		m.Customs = append(m.Customs, wasm.Custom{Name: ".debug_line", After: wasm.SectionData},
			wasm.Custom{Name: "producers", After: wasm.SectionData})
		for i := range m.Funcs {
			if wide {
				m.Funcs[i].Body = widen(t, m.Funcs[i].Body)
			}
		}
		for range 130 { // so that what is added has numbers of two bytes
			m.Funcs = append(m.Funcs, wasm.Func{Type: m.Imports[0].Type, Body: []byte{0x0B}})
		}
		before, err := binary.Decode(binary.Encode(m), wasm.DefaultFeatures)
		check(t, err)
		out, report, err := retarget.Module(binary.Encode(m), retarget.Options{Check: true})
		check(t, err)
		if kept := len(report.Dropped) == 0; kept != wide {
			t.Errorf("wide numbers %v: dropped %v", wide, report.Dropped)
		}
		after, err := binary.Decode(out, wasm.DefaultFeatures)
		check(t, err)
		if n := len(after.Customs); n != 2 && wide || n != 1 && !wide {
			t.Errorf("%d custom sections", n)
		}
		for i := range before.Funcs {
			was, is := before.Funcs[i].BodyOffset-before.CodeOffset, after.Funcs[i].BodyOffset-after.CodeOffset
			if name := before.Names.Funcs[uint32(i+4)]; wide && was != is && !strings.HasPrefix(name, "tinygo_") {
				t.Errorf("%s was at %d, is at %d", name, was, is)
			}
		}
		for _, x := range executors() {
			results, err := instance(t, x, out).Func("run").Call(t.Context())
			check(t, err)
			if results[0].I32() != 3660 {
				t.Errorf("run returns %v", results)
			}
		}
	}
}

// widen writes the numbers of functions in five bytes.
func widen(t *testing.T, body []byte) []byte {
	t.Helper()
	var out []byte
	r := wasm.NewCodeReader(body, 0, wasm.DefaultFeatures, 0)
	for r.Len() > 0 {
		var in wasm.Instr
		at := r.Pos
		check(t, r.Next(&in))
		if in.Op == wasm.OpCall {
			out = append(out, body[at], byte(in.Index)|0x80, 0x80, 0x80, 0x80, 0)
		} else {
			out = append(out, body[at:r.Pos]...)
		}
	}
	return out
}
