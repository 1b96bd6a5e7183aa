package wast_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"weft/internal/wast"
	"weft/wasm"
)

// run runs a script and returns the report.
func run(t *testing.T, runner wast.Runner, source string) *wast.Report {
	t.Helper()
	if runner.Timeout == 0 {
		runner.Timeout = 5 * time.Second
	}
	return runner.Run(context.Background(), "test.wast", []byte(source))
}

// prelude is a module with a function for each outcome.
const prelude = `(module $m
  (type $f (func)) (type $k (cont $f))
  (tag $e (param i32)) (tag $s)
  (global (export "g") i64 (i64.const 7))
  (func (export "id32") (param i32) (result i32) (local.get 0))
  (func (export "idf32") (param f32) (result f32) (local.get 0))
  (func (export "idf64") (param f64) (result f64) (local.get 0))
  (func (export "idv128") (param v128) (result v128) (local.get 0))
  (func (export "idfunc") (param funcref) (result funcref) (local.get 0))
  (func (export "idextern") (param externref) (result externref) (local.get 0))
  (func $two (export "two") (result i32 i64) (i32.const 1) (i64.const -2000))
  (elem declare func $two)
  (func (export "func") (result funcref) (ref.func $two))
  (func (export "trap") unreachable)
  (func (export "throw") (throw $e (i32.const 1)))
  (func (export "suspend") (suspend $s))
  (func $deep (export "deep") (call $deep))
  (func (export "loop") (loop (br 0))))
`

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name, script string
		passed       int    // beside the prelude
		failure      string // the beginning of the one failure, behind the file; "" means none
	}{
		{"returns", `
		  (assert_return (invoke "id32" (i32.const -1)) (i32.const 0xffff_ffff))
		  (assert_return (invoke $m "two") (i32.const 1) (i64.const -2000))
		  (assert_return (get "g") (i64.const 7))
		  (assert_return (get $m "g") (either (i64.const 1) (i64.const 7)))`, 4, ""},
		{"floats", `
		  (assert_return (invoke "idf32" (f32.const nan)) (f32.const nan:canonical))
		  (assert_return (invoke "idf32" (f32.const -nan)) (f32.const nan:canonical))
		  (assert_return (invoke "idf32" (f32.const nan:0x600000)) (f32.const nan:arithmetic))
		  (assert_return (invoke "idf32" (f32.const nan:0x200000)) (f32.const nan:0x200000))
		  (assert_return (invoke "idf64" (f64.const -0x1p-3)) (f64.const -0.125))
		  (assert_return (invoke "idf64" (f64.const nan:0xc000000000000)) (f64.const nan:arithmetic))`, 6, ""},
		{"another payload", `(assert_return (invoke "idf64" (f64.const nan:0xc000000000000)) (f64.const nan:canonical))`,
			0, `assert_return: expected [(f64.const nan:canonical)], got nan:0xc_0000_0000_0000 : f64`},
		{"signaling", `(assert_return (invoke "idf32" (f32.const nan:0x200000)) (f32.const nan:arithmetic))`,
			0, `assert_return: expected [(f32.const nan:arithmetic)], got nan:0x20_0000 : f32`},
		{"zeros differ", `(assert_return (invoke "idf32" (f32.const -0)) (f32.const 0))`,
			0, `assert_return: expected [(f32.const 0)], got -0 : f32`},
		{"references", `
		  (assert_return (invoke "idfunc" (ref.null func)) (ref.null))
		  (assert_return (invoke "idfunc" (ref.null nofunc)) (ref.null func))
		  (assert_return (invoke "func") (ref.func))
		  (assert_return (invoke "idextern" (ref.extern 3)) (ref.extern))
		  (assert_return (invoke "idextern" (ref.extern 3)) (ref.extern 3))
		  (assert_return (invoke "idextern" (ref.extern 3)) (ref.host 3))
		  (assert_return (invoke "idextern" (ref.null extern)) (ref.null extern))`, 7, ""},
		{"another host value", `(assert_return (invoke "idextern" (ref.extern 3)) (ref.extern 4))`,
			0, `assert_return: expected [(ref.extern 4)], got 3 : (ref extern)`},
		{"null is no function", `(assert_return (invoke "idfunc" (ref.null func)) (ref.func))`,
			0, `assert_return: expected [(ref.func)], got null : funcref`},
		{"another value", `(assert_return (invoke "two") (i32.const 1) (i64.const 2))`,
			0, `assert_return: expected [(i32.const 1) (i64.const 2)], got [1 -2_000] : [i32 i64]`},
		{"fewer values", `(assert_return (invoke "two") (i32.const 1))`,
			0, `assert_return: expected [(i32.const 1)], got [1 -2_000] : [i32 i64]`},
		{"failures", `
		  (assert_trap (invoke "trap") "unreachable")
		  (assert_exception (invoke "throw"))
		  (assert_suspension (invoke "suspend") "unhandled")
		  (assert_exhaustion (invoke "deep") "call stack exhausted")`, 4, ""},
		{"an exception is no trap", `(assert_trap (invoke "throw") "unreachable")`,
			0, `assert_trap: expected trap: unreachable, got exception: `},
		{"exhaustion is no trap", `(assert_trap (invoke "deep") "call stack exhausted")`,
			0, `assert_trap: expected trap: call stack exhausted, got exhaustion: `},
		{"a trap is no suspension", `(assert_suspension (invoke "trap") "unhandled")`,
			0, `assert_suspension: expected suspension: unhandled, got trap: unreachable`},
		{"no failure", `(assert_trap (invoke "two") "unreachable")`,
			0, `assert_trap: expected trap: unreachable, got a return of [1 -2_000] : [i32 i64]`},
		{"an action must not fail", `(invoke "trap")`, 0, `invoke: expected a return, got trap: unreachable`},
		{"unknown function", `(invoke "nothing")`, 0, `invoke: expected a return, got error: unknown function "nothing"`},
		{"unknown instance", `(invoke $x "two")`, 0, `invoke: expected a return, got error: unknown module instance $x`},
		{"wrong argument", `(invoke "id32" (i64.const 1))`, 0, `invoke: expected a return, got error: weft: argument 0`},
		{"modules", `
		  (assert_malformed (module quote "(func") "unexpected token")
		  (assert_malformed (module binary "") "unexpected end")
		  (assert_invalid (module (func (result i32))) "type mismatch")
		  (assert_unlinkable (module (import "x" "y" (func))) "unknown import")
		  (assert_unlinkable (module (import "spectest" "memory" (func))) "incompatible import type")
		  (assert_trap (module (func $s unreachable) (start $s)) "unreachable")`, 6, ""},
		{"invalid is not malformed", `(assert_malformed (module quote "(func (result i32))") "unexpected token")`,
			0, `assert_malformed: expected malformed: unexpected token, got invalid: type mismatch`},
		{"valid is not invalid", `(assert_invalid (module) "type mismatch")`,
			0, `assert_invalid: expected invalid: type mismatch, got no error`},
		{"an invalid module", `(module (func (result i32)))`, 0, `module: expected a valid module, got invalid: type mismatch`},
		{"a malformed module", "(module (fun))\n(module)", 1, `module: expected a valid module, got malformed: unknown operator`},
		{"definitions", `
		  (module definition $d (global (export "g") (mut i32) (i32.const 0))
		    (func (export "inc") (global.set 0 (i32.add (global.get 0) (i32.const 1)))))
		  (module instance $a $d)
		  (module instance $b $d)
		  (invoke $a "inc")
		  (assert_return (get $a "g") (i32.const 1))
		  (assert_return (get $b "g") (i32.const 0))
		  (module instance)
		  (assert_return (get "g") (i32.const 0))`, 8, ""},
		{"register", `
		  (register "m" $m)
		  (module binary "\00asm" "\01\00\00\00")
		  (module (import "m" "two" (func $two (result i32 i64))) (export "again" (func $two)))
		  (assert_return (invoke "again") (i32.const 1) (i64.const -2000))`, 4, ""},
		{"a module that failed is not current", "(module (func (result i32)))\n(invoke $m \"two\")", 1, `module: expected a valid module`},
		{"timeout", `(invoke "loop")`, 0, `invoke: expected a return, got timeout: `},
		{"threads", `
		  (module $shared (memory (export "m") 1 1 shared) (global (export "g") i32 (i32.const 0)))
		  (module $check (memory (export "m") 1 1 shared) (func (export "get") (result i32) (i32.load (i32.const 0))))
		  (thread $t (shared (module $shared))
		    (register "s" $shared)
		    (thread $inner (shared (module $shared))
		      (register "of another name" $shared)
		      (module (import "of another name" "m" (memory 1 1 shared)) (data (i32.const 0) "\05"))
		      (assert_unlinkable (module (import "s" "m" (memory 1 1 shared))) "unknown import"))
		    (wait $inner)
		    (assert_unlinkable (module (import "s" "g" (global i32))) "unknown import")
		    (module (import "s" "m" (memory 1 1 shared)) (func (export "get") (result i32) (i32.load (i32.const 0))))
		    (assert_return (invoke "get") (i32.const 5)))
		  (wait $t)
		  (register "s" $shared)
		  (module (import "s" "m" (memory 1 1 shared)) (func (export "get") (result i32) (i32.load (i32.const 0))))
		  (assert_return (invoke "get") (i32.const 5))
		  (assert_return (invoke $check "get") (i32.const 0))`, 17, ""},
		{"threads at the same time", `
		  (thread $a
		    (module (import "spectest" "shared_memory" (memory 1 2 shared))
		      (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1))))
		    (assert_return (invoke "wait") (i32.const 0)))
		  (module (import "spectest" "shared_memory" (memory 1 2 shared))
		    (func (export "wake") (loop (br_if 0 (i32.eqz (memory.atomic.notify (i32.const 8) (i32.const 1)))))))
		  (invoke "wake")
		  (wait $a)`, 6, ""},
		{"a thread that nobody waits for", `
		  (thread $a
		    (module (func (export "f") (result i32) (i32.const 1)))
		    (assert_return (invoke "f") (i32.const 2)))`, 2, `assert_return: expected [(i32.const 2)], got 1 : i32`},
		{"a thread that never ends", `
		  (thread $a
		    (module (memory 1 1 shared)
		      (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1))))
		    (assert_return (invoke "wait") (i32.const 0)))
		  (wait $a)`, 3, `assert_return: expected [(i32.const 0)], got timeout: `},
		{"unknown thread", `(wait $t)`, 0, `wait: expected a thread that was started, got unknown thread $t`},
		{"a directive that does not exist", `(assert_nothing (invoke "two"))`,
			0, `script: expected a command, got unexpected token assert_nothing`},
		{"deep nesting", "(assert_return (invoke \"two\") " + strings.Repeat("(either ", 1_000_000),
			0, `script: expected a command, got too deeply nested`},
		{"deep threads", strings.Repeat("(thread $t ", 1_000_000), 0, `script: expected a command, got too deeply nested`},
		{"an unclosed list", `(assert_return (invoke "two"`, 0, `script: expected a command, got unexpected token end of the script`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			timeout := time.Minute // on a busy machine nothing else must take that long
			if strings.Contains(test.failure, "timeout") {
				timeout = time.Second / 2
			}
			modes := []bool{false}
			if strings.Contains(test.script, "thread") {
				modes = []bool{false, true}
			}
			for _, green := range modes {
				report := run(t, wast.Runner{Timeout: timeout, Green: green}, prelude+test.script)
				got := ""
				for _, f := range report.Failures {
					_, got, _ = strings.Cut(f.String(), ": ")
				}
				failures := 0
				if test.failure != "" {
					failures = 1
				}
				if report.Passed != test.passed+1 || report.Failed != failures || report.Skipped != 0 || !strings.HasPrefix(got, test.failure) {
					t.Errorf("green: %v, got %+v\n%s\nwant %d passed and the failure %q", green, report.Counts, got, test.passed+1, test.failure)
				}
			}
		})
	}
}

// TestComponent checks that what is not supported is neither passed nor failed.
func TestComponent(t *testing.T) {
	report := run(t, wast.Runner{}, "(module)\n(component (core module))\n(assert_return (invoke $x \"y\"))")
	if report.Passed != 1 || report.Failed != 0 || report.Skipped != 1 {
		t.Errorf("got %+v", report)
	}
}

func TestBareModule(t *testing.T) {
	report := run(t, wast.Runner{}, "(func) (memory 0)\n(func (export \"f\"))")
	if report.Passed != 1 || report.Total() != 1 {
		t.Errorf("got %+v", report)
	}
	report = run(t, wast.Runner{}, "(func)\n (memory 0) (fun)")
	if report.Failed != 1 || report.Total() != 1 {
		t.Errorf("got %+v", report)
	}
}

// TestText checks that another text is noted and is no failure.
func TestText(t *testing.T) {
	report := run(t, wast.Runner{}, prelude+`(assert_trap (invoke "trap") "out of bounds memory access")`)
	if report.Failed != 0 || len(report.Texts) != 1 {
		t.Fatalf("got %+v", report)
	}
	if got, want := report.Texts[0].Got, "trap: unreachable"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPrint(t *testing.T) {
	var out bytes.Buffer
	run(t, wast.Runner{Print: &out, PrintResults: true}, `(module
	  (import "spectest" "print_i32" (func $i32 (param i32)))
	  (import "spectest" "print_f64_f64" (func $f64 (param f64 f64)))
	  (import "spectest" "print_i32_f32" (func $both (param i32 f32)))
	  (import "spectest" "global_f32" (global f32))
	  (func (export "f") (result f32) (call $i32 (i32.const -1234567))
	    (call $f64 (f64.const inf) (f64.const -nan:0x123456789))
	    (call $both (i32.const 1) (f32.const 0.1)) (global.get 0))
	  (func (export "g") (result i32 f64) (i32.const 1) (f64.const 12345678.5))
	  (func (export "none")))
	  (invoke "f") (invoke "g") (invoke "none")
	  (assert_return (invoke "g") (i32.const 1) (f64.const 12345678.5))`)
	want := `-1_234_567 : i32
inf : f64
-nan:0x1_2345_6789 : f64
1 : i32
0.100_000_001_490_116_12 : f32
666.599_975_585_937_5 : f32
[1 12_345_678.5] : [i32 f64]
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

// TestHabits runs what only other engines' scripts may do.
func TestHabits(t *testing.T) {
	const script = `;;! gc = true
	  (module $named (func (export "f")))
	  (module
	    (import "named" "f" (func))
	    (import "wasmtime" "gc" (func $gc))
	    (import "fuzzing-support" "log-i32" (func $log (param i32)))
	    (import "fuzzing-support" "call-export" (func $call (param i32 i32)))
	    (import "fuzzing-support" "call-export-catch" (func $catch (param i32) (result i32)))
	    (func (export "trap") unreachable)
	    (func (export "seven") (param i32) (call $log (i32.const 7)))
	    (func (export "main") (call $gc) (call $log (call $catch (i32.const 0)))
	      (call $log (call $catch (i32.const 1))) (call $call (i32.const 1) (i32.const 0))))
	  (invoke "main")`
	var out bytes.Buffer
	report := run(t, wast.Runner{Print: &out, Habits: wast.AllHabits}, script)
	if got, want := out.String(), "1 : i32\n7 : i32\n0 : i32\n7 : i32\n"; report.Failed != 0 || got != want {
		t.Errorf("got %+v\n%s", report, got)
	}
	if report := run(t, wast.Runner{}, script); report.Failed == 0 {
		t.Error("the habits are there without being asked for")
	}
}

func TestFeatures(t *testing.T) {
	for path, want := range map[string]bool{"a/spec/core/exceptions/tag.wast": false, "spec/core/call.wast": true} {
		if got := wast.FeaturesFor(path).Has(wasm.StackSwitching); got != want {
			t.Errorf("%s: stack switching is %v", path, got)
		}
	}
	runner := wast.Runner{Features: func(string) wasm.Features { return wasm.MVP }}
	report := run(t, runner, `(assert_invalid (module (memory 0) (memory 0)) "multiple memories") (module (func (result i32 i32) unreachable))`)
	if report.Passed != 1 || report.Failed != 1 {
		t.Errorf("got %+v", report)
	}
}

func TestJSON(t *testing.T) {
	report := run(t, wast.Runner{}, "(module)\n  (invoke \"f\")")
	report.Elapsed = 0
	b, err := json.Marshal(report)
	const want = `{"file":"test.wast","passed":1,"failed":1,"skipped":0,` +
		`"kinds":{"invoke":{"passed":0,"failed":1,"skipped":0},"module":{"passed":1,"failed":0,"skipped":0}},` +
		`"failures":[{"file":"test.wast","line":2,"column":3,"directive":"invoke","expected":"a return",` +
		`"got":"error: unknown function \"f\""}],"elapsed":0}`
	if err != nil || string(b) != want {
		t.Errorf("got %s, %v\nwant %s", b, err, want)
	}
}

// FuzzRun looks for scripts that break the runner.
func FuzzRun(f *testing.F) {
	f.Add([]byte(prelude))
	f.Add([]byte(`(assert_return (invoke "f" (v128.const i32x4 1 2 3 4)) (either (ref.null) (f32.const nan:canonical)))`))
	f.Add([]byte(`(thread $t (shared (module $m)) (module quote "(func)")) (wait $t)`))
	f.Fuzz(func(t *testing.T, source []byte) {
		runner := wast.Runner{Timeout: time.Second / 10}
		report := runner.Run(context.Background(), "fuzz.wast", source)
		for _, f := range report.Failures {
			if f.Expected == "no panic" {
				t.Error(f)
			}
		}
	})
}
