package weft_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/wasm"
)

// defineAll makes, for each import of a module, what Go makes of the type that [weft.Module.Imports] gives.
func defineAll(t testing.TB, store *weft.Store, linker *weft.Linker, module *weft.Module) {
	t.Helper()
	for _, im := range module.Imports() {
		var x weft.Extern
		var err error
		switch im.Type.Kind {
		case wasm.ExternFunc:
			x, err = store.NewFunc(im.Name, im.Type.Func, func(context.Context, []uint64) error { return nil })
		case wasm.ExternTag:
			x, err = store.NewTag(im.Name, im.Type.Func)
		case wasm.ExternTable:
			x, err = store.NewTable(im.Type.Table)
		case wasm.ExternGlobal:
			x, err = store.NewGlobal(im.Type.Global, weft.Zero(im.Type.Global.Type))
		default:
			t.Fatalf("no way to make a %s", im.Type.Kind)
		}
		if err != nil {
			t.Fatalf("%s: %v", im.Type, err)
		}
		linker.Define(im.Module, im.Name, x)
	}
}

// TestHostSatisfiesImports gives modules what the types of their imports say: Go can make all of it, however a module
// has written its types.
func TestHostSatisfiesImports(t *testing.T) {
	for _, source := range []string{
		`(type $t (func (param i32))) (import "h" "x" (func (type $t)))`,
		`(type $t (sub (func (param i32)))) (import "h" "x" (func (type $t)))`,
		`(type $u (sub (func (param i32)))) (type $t (sub final $u (func (param i32)))) (import "h" "x" (func (type $t)))`,
		`(rec (type $t (func (param i32))) (type (struct))) (import "h" "x" (func (type $t)))`,
		`(rec (type (struct)) (type $t (func (param (ref null $t)) (result (ref null 0)))))
		  (import "h" "x" (func (type $t)))`,
		`(type $s (struct (field i32))) (import "h" "x" (func (param (ref null $s)) (result (ref $s))))`,
		`(type $f (func)) (type $k (cont $f)) (import "h" "x" (func (param (ref null $k))))`,
		`(import "h" "x" (tag (param i32)))`,
		`(rec (type $t (func (param i32) (result i64))) (type (struct))) (import "h" "x" (tag (type $t)))`,
		`(type $s (struct)) (import "h" "x" (tag (param (ref $s))))`,
		`(import "h" "x" (table 1 funcref))`,
		`(type $t (sub (func))) (import "h" "x" (table 1 (ref null $t)))`,
		`(rec (type $a (array (mut i8))) (type (struct))) (import "h" "x" (table 1 2 (ref null $a)))`,
		`(type $s (struct)) (import "h" "x" (global (ref null $s)))`,
		`(type $f (func)) (type $k (cont $f)) (import "h" "x" (global (mut (ref null $k))))`,
	} {
		for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
			module := compileWith(t, engine, []byte("(module "+source+")"))
			store, err := engine.NewStore(weft.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			linker := weft.NewLinker(store)
			defineAll(t, store, linker, module)
			if _, err := linker.Instantiate(context.Background(), module); err != nil {
				t.Errorf("%s: %s: %v", name, source, err)
			}
			store.Close()
		}
	}
}

// typedImports calls one imported function in all ways that ask for its type.
const typedImports = `(module
  (type $base (sub (func (param i32) (result i32))))
  (rec (type $t (sub $base (func (param i32) (result i32)))) (type $other (sub $base (func (param i32) (result i32)))))
  (import "h" "add" (func $add (type $t)))
  (export "add" (func $add))
  (table 1 funcref) (elem (i32.const 0) $add) (elem declare func $own)
  (func $own (type $other) (i32.const 0))
  (func (export "is") (result i32)
    (i32.add (ref.test (ref $t) (table.get (i32.const 0)))
      (i32.add (i32.mul (i32.const 10) (ref.test (ref $base) (table.get (i32.const 0))))
               (i32.mul (i32.const 100) (ref.test (ref $other) (table.get (i32.const 0)))))))
  (func (export "direct") (param i32) (result i32) (call $add (local.get 0)))
  (func (export "tail") (param i32) (result i32) (return_call $add (local.get 0)))
  (func (export "indirect") (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0)))
  (func (export "super") (param i32) (result i32) (call_indirect (type $base) (local.get 0) (i32.const 0)))
  (func (export "cast") (param i32) (result i32)
    (call_ref $t (local.get 0) (ref.cast (ref $t) (table.get (i32.const 0)))))
  (func (export "wrong") (param i32) (result i32) (call_indirect (type $other) (local.get 0) (i32.const 0))))`

// addFunc makes a function that adds a number.
func addFunc(t testing.TB, store *weft.Store, n int32) *weft.Func {
	t.Helper()
	typ := wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}
	f, err := store.NewFunc("add", typ, func(_ context.Context, slots []uint64) error {
		slots[0] = uint64(uint32(int32(slots[0]) + n))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestHostFuncHasImportedType looks at an imported function as the guest does: it is one of the import's type, of its
// supertypes, and of no other.
func TestHostFuncHasImportedType(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		t.Run(name, func(t *testing.T) {
			store, in := openOn(t, engine, typedImports, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
				l.Define("h", "add", addFunc(t, s, 5))
			})
			if got := call(t, in, "is")[0].I32(); got != 11 {
				t.Errorf("ref.test gives %d, want 11", got)
			}
			for _, f := range []string{"direct", "tail", "indirect", "super", "cast", "add"} {
				if got := call(t, in, f, weft.I32(2))[0].I32(); got != 7 {
					t.Errorf("%s gives %d, want 7", f, got)
				}
			}
			var trap *weft.Trap
			_, err := in.Func("wrong").Call(context.Background(), weft.I32(2))
			if !errors.As(err, &trap) || trap.Code != wasm.TrapIndirectCallType {
				t.Errorf("called as one of another type: %v", err)
			}

			// What is exported again takes the next import's type, and its own.
			for _, source := range []string{
				`(module (func (export "f") (import "m" "add") (param i32) (result i32)))`,
				`(module (type $t (sub (func (param i32) (result i32)))) (func (export "f") (import "m" "add") (type $t)))`,
			} {
				linker := weft.NewLinker(store)
				linker.DefineInstance("m", in)
				next, err := linker.Instantiate(context.Background(), compileWith(t, engine, []byte(source)))
				if err != nil {
					t.Fatal(err)
				}
				if got := call(t, next, "f", weft.I32(1))[0].I32(); got != 6 {
					t.Errorf("exported again, it gives %d, want 6", got)
				}
			}
		})
	}
}

// TestHostFuncOfWiderType imports a function that takes more, and gives less, than the import says.
func TestHostFuncOfWiderType(t *testing.T) {
	const source = `(module (type $s (struct (field i32)))
	  (import "h" "same" (func $same (param (ref $s)) (result anyref)))
	  (func (export "f") (result i32)
	    (struct.get $s 0 (ref.cast (ref $s) (call $same (struct.new $s (i32.const 9)))))))`
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		_, in := openOn(t, engine, source, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
			takes, gives := []wasm.ValType{wasm.RefNull(wasm.HeapAny)}, []wasm.ValType{wasm.RefNull(wasm.HeapEq)}
			same := func(context.Context, []uint64) error { return nil }
			if err := l.DefineFunc("h", "same", wasm.FuncType{Params: takes, Results: gives}, same); err != nil {
				t.Fatal(err)
			}
		})
		if got := call(t, in, "f")[0].I32(); got != 9 {
			t.Errorf("%s: %d, want 9", name, got)
		}
	}
}

// TestHostFuncsOfATypeAreMadeOnce makes many instances with one host function: only the first has it made for its type.
func TestHostFuncsOfATypeAreMadeOnce(t *testing.T) {
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		module := compileWith(t, engine, []byte(typedImports))
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		linker := weft.NewLinker(store)
		linker.Define("h", "add", addFunc(t, store, 5))
		var grown [4]uint64
		for i := range grown {
			before := store.Stats().InstanceBytes
			if _, err := linker.Instantiate(context.Background(), module); err != nil {
				t.Fatal(err)
			}
			grown[i] = store.Stats().InstanceBytes - before
		}
		if grown[0] <= grown[1] || grown[1] != grown[2] || grown[2] != grown[3] {
			t.Errorf("%s: instances take %d bytes", name, grown)
		}
		store.Close()
	}
}

// TestHostFuncsOfTypesAreLimited imports one host function under many types, in a store that has room for them, and in
// one that has a little less.
func TestHostFuncsOfTypesAreLimited(t *testing.T) {
	var types, imports strings.Builder
	for i := range 500 {
		params := strings.Repeat("(param i32)", i)
		fmt.Fprintf(&types, "(rec (type $t%d (func (param i32) (result i32))) (type (func%s)))", i, params)
		fmt.Fprintf(&imports, `(import "h" "add" (func (type $t%d)))`, i)
	}
	engine := engineWith(t, wasm.DefaultFeatures)
	module := compileWith(t, engine, []byte("(module "+types.String()+imports.String()+")"))
	limits := weft.DefaultLimits()
	within := func(bytes uint64) (uint64, error) {
		limits.InstanceBytes = bytes
		store, err := engine.NewStore(limits)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		linker := weft.NewLinker(store)
		linker.Define("h", "add", addFunc(t, store, 1))
		_, err = linker.Instantiate(context.Background(), module)
		return store.Stats().InstanceBytes, err
	}
	used, err := within(1 << 20)
	if err != nil || used < 500*40 {
		t.Errorf("500 functions take %d bytes: %v", used, err)
	}
	if _, err := within(used); err != nil {
		t.Error(err)
	}
	if _, err := within(used - 1); err == nil || !strings.Contains(err.Error(), "bytes of instances") {
		t.Errorf("within less: %v", err)
	}
}

// TestHostTagHasImportedType throws and suspends with a tag that two modules, and Go, have under different types.
func TestHostTagHasImportedType(t *testing.T) {
	const thrower = `(module
	  (rec (type $t (func (param i64))) (type (struct)))
	  (rec (type $q (func (param i32) (result i32))) (type (struct)))
	  (import "h" "tag" (tag $tag (type $t)))
	  (import "h" "ask" (tag $ask (type $q)))
	  (func (export "throw") (param i64) (throw $tag (local.get 0)))
	  (func (export "ask") (param i32) (result i32) (suspend $ask (local.get 0))))`
	const catcher = `(module
	  (type $t (sub (func (param i64))))
	  (type $q (sub (func (param i32) (result i32))))
	  (type $f (func (param i32) (result i32))) (type $k (cont $f))
	  (type $rest (func (param i32) (result i32))) (type $krest (cont $rest))
	  (import "h" "tag" (tag $tag (type $t)))
	  (import "h" "ask" (tag $ask (type $q)))
	  (import "m" "throw" (func $throw (param i64)))
	  (import "m" "ask" (func $asks (param i32) (result i32)))
	  (import "h" "throw" (func $hostThrow (param i64)))
	  (func (export "catch") (param i64) (result i64)
	    (block $caught (result i64)
	      (try_table (catch $tag $caught) (call $throw (local.get 0)))
	      (i64.const -1)))
	  (func (export "catchHost") (param i64) (result i64)
	    (block $caught (result i64)
	      (try_table (catch $tag $caught) (call $hostThrow (local.get 0)))
	      (i64.const -1)))
	  (elem declare func $asks)
	  (func $own (type $f) (call $asks (local.get 0)))
	  (elem declare func $own)
	  (func (export "answer") (param i32) (result i32) (local $k (ref null $krest)) (local $n i32)
	    (block $asked (result i32 (ref $krest))
	      (return (resume $k (on $ask $asked) (local.get 0) (cont.new $k (ref.func $own)))))
	    (local.set $k) (local.set $n)
	    (resume $krest (i32.mul (i32.const 2) (local.get $n)) (local.get $k))))`
	i32, i64 := []wasm.ValType{wasm.I32}, []wasm.ValType{wasm.I64}
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		t.Run(name, func(t *testing.T) {
			var tag, ask *weft.Tag
			linkerOf := func(s *weft.Store, l *weft.Linker) {
				var err error
				if tag, err = s.NewTag("tag", wasm.FuncType{Params: i64}); err != nil {
					t.Fatal(err)
				}
				if ask, err = s.NewTag("ask", wasm.FuncType{Params: i32, Results: i32}); err != nil {
					t.Fatal(err)
				}
				l.Define("h", "tag", tag)
				l.Define("h", "ask", ask)
			}
			store, m := openOn(t, engine, thrower, weft.DefaultLimits(), linkerOf)
			linker := weft.NewLinker(store)
			linker.Define("h", "tag", tag)
			linker.Define("h", "ask", ask)
			linker.DefineInstance("m", m)
			err := linker.DefineFunc("h", "throw", wasm.FuncType{Params: i64}, func(_ context.Context, slots []uint64) error {
				return tag.Throw(weft.I64(int64(slots[0])))
			})
			if err != nil {
				t.Fatal(err)
			}
			in, err := linker.Instantiate(context.Background(), compileWith(t, engine, []byte(catcher)))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []string{"catch", "catchHost"} {
				if got := call(t, in, f, weft.I64(1<<40))[0].I64(); got != 1<<40 {
					t.Errorf("%s gives %d", f, got)
				}
			}
			_, err = m.Func("throw").Call(context.Background(), weft.I64(3))
			if values, ok := tag.Match(err); !ok || values[0].I64() != 3 {
				t.Errorf("Go catches %v of %v", values, err)
			}
			if got := call(t, in, "answer", weft.I32(21))[0].I32(); got != 42 {
				t.Errorf("the guest answers %d", got)
			}
			k := newContinuation(t, store, m.Func("ask"))
			suspension, _, err := k.Resume(context.Background(), []weft.Value{weft.I32(4)}, weft.On(ask))
			if err != nil || suspension == nil || suspension.Payload[0].I32() != 4 {
				t.Fatalf("suspended with %v, %v", suspension, err)
			}
			_, results, err := suspension.Continuation.Resume(context.Background(), []weft.Value{weft.I32(6)})
			if err != nil || results[0].I32() != 6 {
				t.Errorf("Go answers %v, %v", results, err)
			}
		})
	}
}

// TestHostValuesOfDefinedTypes passes functions of Go, and a continuation that Go got, where the guest wants those of
// its own types.
func TestHostValuesOfDefinedTypes(t *testing.T) {
	const source = `(module
	  (rec (type $f (func (param i32) (result i32))) (type $k (cont $f)) (type $other (func (param i32))))
	  (import "h" "t" (table $t 1 (ref null $f)))
	  (import "h" "k" (global $k (mut (ref null $k))))
	  (tag $ask (param i32) (result i32))
	  (func (export "call") (param i32 (ref $f)) (result i32) (call_ref $f (local.get 0) (local.get 1)))
	  (func (export "indirect") (param i32) (result i32) (call_indirect $t (type $f) (local.get 0) (i32.const 0)))
	  (func $twice (type $f)
	    (i32.mul (i32.const 2) (suspend $ask (local.get 0))))
	  (elem declare func $twice)
	  (func (export "begin") (param i32) (result i32 (ref $k))
	    (block $asked (result i32 (ref $k))
	      (resume $k (on $ask $asked) (local.get 0) (cont.new $k (ref.func $twice)))
	      (unreachable)))
	  (func (export "resume") (param i32) (result i32) (resume $k (local.get 0) (global.get $k)))
	  (func (export "other") (param (ref $other))))`
	for name, engine := range allExecutors(t, wasm.DefaultFeatures) {
		t.Run(name, func(t *testing.T) {
			module := compileWith(t, engine, []byte(source))
			imports := module.Imports()
			var table *weft.Table
			var global *weft.Global
			store, in := openOn(t, engine, source, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
				var err error
				if table, err = s.NewTable(imports[0].Type.Table); err != nil {
					t.Fatal(err)
				}
				if global, err = s.NewGlobal(imports[1].Type.Global, weft.Null(wasm.HeapCont)); err != nil {
					t.Fatal(err)
				}
				l.Define("h", "t", table)
				l.Define("h", "k", global)
			})
			add := weft.FuncRef(addFunc(t, store, 5))
			if err := table.Set(0, add); err != nil {
				t.Fatal(err)
			}
			if got := call(t, in, "call", weft.I32(1), add)[0].I32(); got != 6 {
				t.Errorf("call_ref gives %d", got)
			}
			if got := call(t, in, "indirect", weft.I32(2))[0].I32(); got != 7 {
				t.Errorf("call_indirect gives %d", got)
			}
			if err := global.Set(call(t, in, "begin", weft.I32(1))[1]); err != nil {
				t.Fatal(err)
			}
			if got := call(t, in, "resume", weft.I32(2))[0].I32(); got != 4 {
				t.Errorf("resume gives %d", got)
			}
			_, err := in.Func("other").Call(context.Background(), add)
			if err == nil || !strings.Contains(err.Error(), "type mismatch") {
				t.Errorf("as one of another signature: %v", err)
			}
			if err := global.Set(add); err == nil {
				t.Error("a function is no continuation")
			}
		})
	}
}

// TestLinkErrorsShowTheDifference gives modules what is not of the import's type, though it looks like that.
func TestLinkErrorsShowTheDifference(t *testing.T) {
	const exporter = `(module
	  (type $s (struct (field i32) (field (mut i64))))
	  (type $f (sub (func (param i32))))
	  (func (export "f") (type $f))
	  (func (export "s") (param (ref null $s)))
	  (tag (export "tag") (param i32))
	  (table (export "table") 1 (ref null $f))
	  (global (export "global") (mut (ref null $s)) (ref.null $s)))`
	store, in := newInstance(t, exporter, nil)
	linker := weft.NewLinker(store)
	linker.DefineInstance("m", in)
	linker.Define("h", "f", addFunc(t, store, 1))
	tag, err := store.NewTag("tag", wasm.FuncType{Params: []wasm.ValType{wasm.I32}})
	if err != nil {
		t.Fatal(err)
	}
	linker.Define("h", "tag", tag)
	for _, c := range []struct{ imports, want string }{
		{`(import "m" "f" (func (param i32)))`,
			"func [i32] -> [] (a final type on its own) wanted, func [i32] -> [] (an open type on its own) given"},
		{`(rec (type $t (sub (func (param i32)))) (type (struct))) (import "m" "f" (func (type $t)))`,
			"func [i32] -> [] (an open type in a group of 2) wanted, func [i32] -> [] (an open type on its own) given"},
		{`(type $b (sub (func (param i32)))) (type $t (sub $b (func (param i32)))) (import "m" "f" (func (type $t)))`,
			"(an open type that extends another on its own) wanted"},
		{`(type $s (struct (field i32))) (import "m" "s" (func (param (ref null $s))))`,
			"func [(ref null struct [i32])] -> [] wanted, func [(ref null struct [i32 (mut i64)])] -> [] given"},
		{`(rec (type $t (func (param i32))) (type (struct))) (import "m" "tag" (tag (type $t)))`,
			"tag [i32] -> [] (a final type in a group of 2) wanted, tag [i32] -> [] (a final type on its own) given"},
		{`(type $t (func (param i32))) (import "m" "table" (table 1 (ref null $t)))`,
			"table 1 (ref null func [i32] -> []) (a final type on its own) wanted, " +
				"table 1 (ref null func [i32] -> []) (an open type on its own) given"},
		{`(rec (type $s (struct (field i32) (field (mut i64)))) (type $e (struct)) (type $f (struct (field (ref $e)))))
		  (import "m" "global" (global (mut (ref null $f))))`,
			"global (mut (ref null struct [(ref struct)])) wanted, global (mut (ref null struct [i32 (mut i64)])) given"},
		{`(import "h" "f" (func (param i64) (result i32)))`, "func [i64] -> [i32] wanted, func [i32] -> [i32] given"},
		{`(rec (type $t (func (param i32) (result i64))) (type (struct))) (import "h" "tag" (tag (type $t)))`,
			"tag [i32] -> [i64] wanted, tag [i32] -> [] given"},
	} {
		module := compileWith(t, store.Engine(), []byte("(module "+c.imports+")"))
		_, err := linker.Instantiate(context.Background(), module)
		var link *weft.LinkError
		if !errors.As(err, &link) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n%v\nwant %s", c.imports, err, c.want)
		}
	}
}

// TestLinkErrorsAreShort refuses a type with thousands of parts.
func TestLinkErrorsAreShort(t *testing.T) {
	store, in := newInstance(t, `(module (func (export "f")))`, nil)
	linker := weft.NewLinker(store)
	linker.DefineInstance("m", in)
	const n = 1000
	source := `(module (type $s (struct` + strings.Repeat("(field i32)", n) + `))
	  (import "m" "f" (func (param` + strings.Repeat(" (ref $s)", n) + `))))`
	_, err := linker.Instantiate(context.Background(), compileWith(t, store.Engine(), []byte(source)))
	if err == nil || len(err.Error()) > 4000 || !strings.Contains(err.Error(), "and 984 more") {
		t.Errorf("%v", err)
	}
}

// TestHostTypesOutliveModules makes objects of a module's type. While the store is open it is that type, whatever
// comes after the module; then the type goes.
func TestHostTypesOutliveModules(t *testing.T) {
	const group = `(module (rec (type $s (struct (field f64))) (type (array i8)))`
	const otherGroup = `(module (rec (type $s (struct (field i32))) (type (array i8)))`
	for _, imports := range []string{
		`(import "h" "x" (table 1 (ref null $s)))`,
		`(import "h" "x" (global (mut (ref null $s))))`,
		`(import "h" "x" (func (param (ref null $s))))`,
		`(import "h" "x" (tag (param (ref null $s))))`,
	} {
		engine, err := weft.NewEngine(weft.NewConfig())
		if err != nil {
			t.Fatal(err)
		}
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		linker := weft.NewLinker(store)
		func() { // what is compiled here is not there any more when this returns
			defineAll(t, store, linker, compileWith(t, engine, []byte(group+imports+")")))
			compileWith(t, engine, manyTypes(50, 1))
		}()
		typesFall(t, engine, 3) // the group, and the type of a function or tag

		others := compileWith(t, engine, manyTypes(50, 2))
		same := compileWith(t, engine, []byte(group+imports+")"))
		if _, err := linker.Instantiate(context.Background(), same); err != nil {
			t.Error(err)
		}
		other := compileWith(t, engine, []byte(otherGroup+imports+")"))
		if _, err := linker.Instantiate(context.Background(), other); err == nil {
			t.Errorf("%s: it has become one of another type", imports)
		}
		runtime.KeepAlive(others)
		store.Close()
		typesFall(t, engine, 0)
	}
}

// typesFall waits until the engine has no more than so many types.
func typesFall(t *testing.T, engine *weft.Engine, most int) {
	t.Helper()
	for range 1000 {
		if runtime.GC(); engine.Types() <= most {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d types are left, %d have an owner", engine.Types(), most)
}

// TestStaleIdentities gives types that went with their module.
func TestStaleIdentities(t *testing.T) {
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	stale := func() wasm.TableType {
		module := compileWith(t, engine, []byte(`(module (type $s (struct)) (import "h" "x" (table 1 (ref null $s))))`))
		return module.Imports()[0].Type.Table
	}()
	typesFall(t, engine, 0)
	if _, err := store.NewTable(stale); err == nil || !strings.Contains(err.Error(), "does not have") {
		t.Errorf("a table of a type that is gone: %v", err)
	}
}
