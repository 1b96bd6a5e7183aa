package weft_test

import (
	"errors"
	"testing"

	"weft"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// featureModules have, for each feature, fields of small modules that use it and
// beside it only the features in needs.
var featureModules = []struct {
	feature, needs wasm.Features
	modules        []string
}{
	{wasm.MutableGlobals, wasm.MVP, []string{
		`(import "m" "g" (global (mut i32)))`,
		`(global (export "g") (mut i32) (i32.const 0))`,
	}},
	{wasm.SignExtension, wasm.MVP, []string{
		`(func (param i32) (result i32) (i32.extend8_s (local.get 0)))`,
		`(func (param i64) (result i64) (i64.extend32_s (local.get 0)))`,
	}},
	{wasm.SaturatingTruncation, wasm.MVP, []string{
		`(func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))`,
		`(func (param f64) (result i64) (i64.trunc_sat_f64_u (local.get 0)))`,
	}},
	{wasm.MultiValue, wasm.MVP, []string{
		`(type (func (result i32 i32)))`,
		`(func (result i32 i32) (i32.const 1) (i32.const 2))`,
		`(func (i32.const 1) (block (param i32) (drop)))`,
		`(func (i32.const 1) (loop (param i32) (drop)))`,
	}},
	{wasm.BulkMemory, wasm.MVP, []string{
		`(memory 1) (func (memory.copy (i32.const 0) (i32.const 1) (i32.const 2)))`,
		`(memory 1) (func (memory.fill (i32.const 0) (i32.const 1) (i32.const 2)))`,
		`(memory 1) (data "x") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1)))`,
		`(data "x")`,
		`(data "x") (func (data.drop 0))`,
		`(func $f) (elem func $f)`,
		`(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 1) (i32.const 2)))`,
	}},
	{wasm.ReferenceTypes, wasm.MVP, []string{
		`(func (param externref))`,
		`(func (local funcref))`,
		`(func (drop (ref.null extern)))`,
		`(func (param i32) (result i32) (select (result i32) (local.get 0) (local.get 0) (local.get 0)))`,
		`(table 1 funcref) (table 1 funcref)`,
		`(table 1 externref)`,
		`(table 1 funcref) (func (result i32) (table.size 0))`,
		`(func $f) (table funcref (elem $f)) (func (drop (ref.func $f)))`,
		`(func $f) (elem declare func $f)`,
		`(global funcref (ref.null func))`,
	}},
	{wasm.SIMD, wasm.MVP, []string{
		`(func (param v128))`,
		`(func (local v128))`,
		`(func (drop (v128.const i64x2 1 2)))`,
		`(func (drop (i32x4.splat (i32.const 1))))`,
		`(memory 1) (func (drop (v128.load8_lane 3 (i32.const 0) (v128.const i64x2 1 2))))`,
		`(global v128 (v128.const i64x2 1 2))`,
	}},
	{wasm.RelaxedSIMD, wasm.SIMD, []string{
		`(func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))`,
		`(func (param v128) (result v128) (f64x2.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))`,
	}},
	{wasm.TailCall, wasm.MVP, []string{
		`(func $f (return_call $f))`,
		`(table 1 funcref) (func (return_call_indirect (i32.const 0)))`,
	}},
	{wasm.ExtendedConst, wasm.MVP, []string{
		`(global i32 (i32.add (i32.const 1) (i32.const 2)))`,
		`(memory 1) (data (offset (i32.mul (i32.const 1) (i32.const 2))) "x")`,
	}},
	{wasm.FunctionReferences, wasm.ReferenceTypes, []string{
		`(type $t (func)) (func (param (ref null $t)))`,
		`(func (param (ref func)))`,
		`(func (local (ref extern)))`,
		`(type $t (func)) (func $f (call_ref $t (ref.func $f))) (elem declare func $f)`,
		`(func (param funcref) (drop (ref.as_non_null (local.get 0))))`,
		`(func (param funcref) (drop (br_on_null 0 (local.get 0))) )`,
		`(func $f) (table 1 funcref (ref.func $f))`,
	}},
	{wasm.GC, wasm.ReferenceTypes | wasm.FunctionReferences, []string{
		`(type (struct))`,
		`(type (array i8))`,
		`(rec (type (func)) (type (func)))`,
		`(type (sub (func)))`,
		`(func (param anyref))`,
		`(func (param i31ref))`,
		`(func (drop (ref.i31 (i32.const 1))))`,
		`(func (param anyref) (result i32) (ref.test (ref eq) (local.get 0)))`,
		`(func (param anyref) (drop (block (result anyref) (br_on_cast 0 anyref (ref i31) (local.get 0)))))`,
	}},
	{wasm.Exceptions, wasm.ReferenceTypes, []string{
		`(func (param exnref))`,
		`(func (param exnref) (throw_ref (local.get 0)))`,
		`(func (try_table))`,
		`(func (block (try_table (catch_all 0))))`,
	}},
	{wasm.MultiMemory, wasm.MVP, []string{
		`(memory 1) (memory 1)`,
		`(import "m" "a" (memory 1)) (memory 1)`,
		`(memory 1) (memory $b 1) (func (result i32) (i32.load $b (i32.const 0)))`,
		`(memory 1) (memory $b 1) (func (result i32) (memory.size $b))`,
		`(memory 1) (memory $b 1) (data (memory $b) (i32.const 0) "x")`,
	}},
	{wasm.Memory64, wasm.MVP, []string{
		`(memory i64 1)`,
		`(memory i64 1) (func (result i32) (i32.load (i64.const 0)))`,
		`(table i64 1 funcref)`,
		`(import "m" "a" (memory i64 1))`,
	}},
	{wasm.Threads, wasm.MVP, []string{
		`(memory 1 2 shared)`,
		`(import "m" "a" (memory 1 2 shared))`,
		`(memory 1) (func (result i32) (i32.atomic.load (i32.const 0)))`,
		`(memory 1) (func (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1)))`,
		`(func (atomic.fence))`,
	}},
	{wasm.StackSwitching, wasm.ReferenceTypes | wasm.FunctionReferences, []string{
		`(type $f (func)) (type (cont $f))`,
		`(func (param contref))`,
		`(func (param nullcontref))`,
		`(type $f (func)) (type $k (cont $f)) (func (param (ref $k)) (resume $k (local.get 0)))`,
		`(tag $t) (func (suspend $t))`,
	}},
	{wasm.LegacyExceptions, wasm.MVP, []string{
		`(func (try (do) (catch_all)))`,
		`(func (try (do) (delegate 0)))`,
		`(func try end)`,
		`(tag $t) (func (try (do (throw $t)) (catch $t (rethrow 0))))`,
	}},
	{wasm.WideArithmetic, wasm.MultiValue, []string{
		`(func (param i64) (result i64 i64) (i64.sub128 (local.get 0) (local.get 0) (local.get 0) (local.get 0)))`,
		`(func (param i64) (i64.add128 (local.get 0) (local.get 0) (local.get 0) (local.get 0)) (drop) (drop))`,
		`(func (param i64) (i64.mul_wide_s (local.get 0) (local.get 0)) (drop) (drop))`,
	}},
	{wasm.CustomPageSizes, wasm.MVP, []string{
		`(memory 1 (pagesize 1))`,
		`(import "m" "a" (memory 1 (pagesize 1)))`,
	}},
	{wasm.CompactImports, wasm.MVP, []string{
		`(import "m" (item "a" (func)) (item "b" (memory 1)))`,
		`(import "m" (item "a") (item "b") (global i32))`,
		`(import "m" (item "a") (func))`,
	}},
	{wasm.AcquireRelease, wasm.Threads, []string{
		`(memory 1) (func (drop (i32.atomic.load acqrel (i32.const 0))))`,
		`(memory 1) (func (i64.atomic.store8 acqrel (i32.const 0) (i64.const 0)))`,
		`(memory 1) (func (drop (i32.atomic.rmw.add acqrel (i32.const 0) (i32.const 1))))`,
		`(func (atomic.fence acqrel))`,
		`(func (pause))`,
	}},
	{wasm.NumericValues, wasm.BulkMemory, []string{
		`(memory 1) (data (i8 1) (f32 1 -0x1p3))`,
		`(memory (data "a" (i16)))`,
	}},
	{wasm.CustomDescriptors, wasm.ReferenceTypes | wasm.FunctionReferences | wasm.GC, []string{
		`(rec (type (descriptor 1) (struct)) (type (describes 0) (struct)))`,
		`(type $s (struct)) (func (param (ref null (exact $s))))`,
		`(type $s (struct)) (func (local (ref null (exact $s))))`,
		`(type $s (struct)) (func (drop (ref.null (exact $s))))`,
		`(type $s (struct)) (func (param anyref) (result i32) (ref.test (ref (exact $s)) (local.get 0)))`,
		`(type $f (func)) (import "m" "f" (func (exact (type $f))))`,
		`(rec (type $a (descriptor 1) (struct)) (type $b (describes 0) (struct)))
		 (func (drop (ref.get_desc $a (struct.new_desc $a (struct.new $b)))))`,
	}},
	{wasm.NamedHandlers, wasm.StackSwitching | wasm.ReferenceTypes | wasm.FunctionReferences, []string{
		`(type (handler (result i32)))`,
		`(func (param handlerref nullhandlerref))`,
		`(type $h (handler)) (tag $t) (func (param (ref $h)) (suspend_to $h $t (local.get 0)) (drop))`,
		`(type $h (handler)) (type $f (func (param (ref $h)))) (type $k (cont $f))
		 (func (param (ref $k)) (resume_with $k (local.get 0)))`,
	}},
	{wasm.TagValues, wasm.StackSwitching | wasm.ReferenceTypes | wasm.FunctionReferences, []string{
		`(type $f (func)) (type (tag $f))`,
		`(func (param tagref nulltagref))`,
		`(type $f (func)) (type $t (tag $f)) (func (result (ref $t)) (tag.new $t))`,
		`(type $f (func)) (type $t (tag $f)) (func (param (ref $t)) (suspend_tag $t (local.get 0)))`,
		`(type $f (func)) (type $k (cont $f)) (func (param (ref $k)) (resume_tags $k (local.get 0)))`,
	}},
	{wasm.TypedContinuations2023, wasm.StackSwitching | wasm.ReferenceTypes | wasm.FunctionReferences, []string{
		`(func (barrier))`,
		`(func barrier end)`,
		`(type $f (func)) (type $k (cont $f)) (tag $t)
		 (func (param (ref $k)) (block $h (result (ref $k)) (resume $k (tag $t $h) (local.get 0)) (return)) (drop))`,
	}},
}

// everything is all features that a module can be read with at the same time as
// one that uses f.
func everything(f wasm.Features) wasm.Features {
	return wasm.AllFeatures | f&wasm.TypedContinuations2023
}

func engineWith(t testing.TB, f wasm.Features) *weft.Engine {
	t.Helper()
	e, err := weft.NewEngine(weft.NewConfig().WithFeatures(f))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestFeatures checks of every feature that modules which use it are accepted
// when it is on, with only what they need beside it, and when it is off are
// refused for its sake, whatever else is on: as text, as binaries and parsed.
func TestFeatures(t *testing.T) {
	left := everything(wasm.TypedContinuations2023)
	for _, test := range featureModules {
		t.Run(test.feature.String(), func(t *testing.T) {
			all := everything(test.feature)
			on := map[string]*weft.Engine{
				"everything on": engineWith(t, all),
				"alone":         engineWith(t, test.feature|test.needs),
			}
			off := map[string]*weft.Engine{
				"off":             engineWith(t, all&^test.feature),
				"all but MVP off": engineWith(t, test.needs),
			}
			for _, source := range test.modules {
				m, err := text.Parse([]byte(source), all)
				if err != nil {
					t.Errorf("%s: %v", source, err)
					continue
				}
				encoded := binary.Encode(m)
				for name, engine := range on {
					for form, b := range map[string][]byte{"text": []byte(source), "binary": encoded} {
						if _, err := engine.Compile(b); err != nil {
							t.Errorf("%s, %s: %s: %v", name, form, source, err)
						}
					}
				}
				for name, engine := range off {
					_, err := engine.Compile([]byte(source))
					checkDisabled(t, name+", text", source, err, test.feature)
					if test.feature == wasm.NumericValues { // a module does not tell how it was written
						continue
					}
					_, err = engine.CompileModule(m)
					checkDisabled(t, name+", parsed", source, err, test.feature)
					if m.Dialect == 0 { // without the dialect the bytes mean something else
						_, err = engine.Compile(encoded)
						checkDisabled(t, name+", binary", source, err, test.feature)
					}
				}
			}
		})
		left &^= test.feature
	}
	if left != 0 {
		t.Errorf("no modules for %v", left)
	}
}

func checkDisabled(t *testing.T, how, source string, err error, feature wasm.Features) {
	t.Helper()
	var e *wasm.Error
	if !errors.As(err, &e) || e.Class != wasm.Disabled || !e.Feature.Has(feature) {
		t.Errorf("%s: %s: got %v, want that %v is disabled", how, source, err, feature)
	}
}
