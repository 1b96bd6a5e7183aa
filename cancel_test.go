package weft_test

import (
	"context"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// TestCancelBuiltins cancels loops that spend nearly all their time outside of compiled code, where
// no signal interrupts it.
func TestCancelBuiltins(t *testing.T) {
	for _, test := range []struct{ name, body string }{
		{"fill", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 0x1000000))"},
		{"copy", "(memory.copy (i32.const 0) (i32.const 8) (i32.const 0xfffff8))"},
		{"grow", "(drop (memory.grow (i32.const 0)))"},
		{"table fill", "(table.fill (i32.const 0) (ref.null func) (i32.const 1000000))"},
		{"table grow", "(drop (table.grow (ref.null func) (i32.const 0)))"},
		{"large arrays", "(drop (array.new_default $bytes (i32.const 0x100000)))"},
		{"arrays", "(drop (array.new_default $bytes (global.get $n)))"},
		{"array copy", "(array.copy $bytes $bytes (global.get $a) (i32.const 0) (global.get $a) (i32.const 1) (i32.const 999999))"},
		{"structs", "(global.set $s (struct.new $s (i64.const 1)))"},
		{"throw", "(block $caught (result i32) (try_table (catch $e $caught) (call $throws)) (i32.const 0)) (drop)"},
		{"resume_throw", `(block $caught (result i32)
			(try_table (catch $e $caught) (resume_throw $k $e (i32.const 1) (cont.new $k (ref.func $empty)))) (i32.const 0)) (drop)`},
		{"calls", "(call $empty) (call $host)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			started := make(chan struct{})
			store, instance := open(`(module
				(type $bytes (array (mut i8))) (type $s (struct (field i64))) (type $f (func)) (type $k (cont $f))
				(import "env" "started" (func $started)) (import "env" "host" (func $host))
				(memory 257) (table 1000000 funcref) (tag $e (param i32))
				(global $n i32 (i32.const 100)) (global $s (mut (ref null $s)) (ref.null $s))
				(global $a (ref $bytes) (array.new_default $bytes (i32.const 1000000)))
				(func $empty (type $f)) (elem declare func $empty)
				(func $throws (throw $e (i32.const 1)))
				(func (export "spin") (call $started) (loop $l `+test.body+` (br $l))))`, func(l *weft.Linker) error {
				if err := l.DefineFunc("env", "host", wasm.FuncType{}, func(context.Context, []uint64) error { return nil }); err != nil {
					return err
				}
				return l.DefineFunc("env", "started", wasm.FuncType{}, func(context.Context, []uint64) error { started <- struct{}{}; return nil })
			})
			defer store.Close()
			took := cancelSpin(t, instance.Func("spin"), started)
			t.Log("to cancel took", took)
			if took > time.Second {
				t.Errorf("to cancel took %v", took)
			}
		})
	}
}
