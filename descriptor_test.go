package weft_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

const describedTypes = `(module
  (rec
    (type $shape (sub (descriptor $class) (struct (field $x i32))))
    (type $class (sub (describes $shape) (struct (field $name i32) (field $link (mut anyref)))))
    (type $square (sub $shape (descriptor $sub) (struct (field $x i32) (field $side (mut i64)))))
    (type $sub (sub $class (describes $square) (struct (field $name i32) (field $link (mut anyref))))))
  (type $f (sub (func (param i32) (result i32))))
  (type $g (sub $f (func (param i32) (result i32))))
  (import "h" "f" (func $f (exact (type $f))))
  (elem declare func $f)
  (global (export "reference") (ref (exact $f)) (ref.func $f))
  (table (export "classes") 1 (ref null (exact $class)))
  (func (export "call") (param i32) (result i32) (call $f (local.get 0)))
  (func (export "isF") (result i32)
    (i32.add (ref.test (ref (exact $f)) (ref.func $f)) (i32.mul (i32.const 10) (ref.test (ref $g) (ref.func $f)))))
  (func (export "callExact") (param (ref (exact $g)) i32) (result i32) (call_ref $g (local.get 1) (local.get 0)))
  (func (export "name") (param (ref $shape)) (result i32)
    (struct.get $class $name (ref.get_desc $shape (local.get 0))))
  (func (export "exact") (param (ref null (exact $shape))) (result i32) (ref.is_null (local.get 0)))
  (func (export "square") (param i32) (result (ref (exact $square)))
    (struct.new_default_desc $square (struct.new $sub (local.get 0) (ref.null none)))))`

// onDescribed runs a test with an instance of describedTypes on all executors, which collects at every use.
func onDescribed(t *testing.T, test func(t *testing.T, store *weft.Store, in *weft.Instance)) {
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		t.Run(name, func(t *testing.T) {
			store, in := openOn(t, engine, describedTypes, weft.DefaultLimits(), func(s *weft.Store, l *weft.Linker) {
				l.Define("h", "f", addFunc(t, s, 5))
			})
			store.SetCollectAlways(true)
			test(t, store, in)
		})
	}
}

// have returns what a function has given, if that is no error.
func have[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused checks that an error says why something is refused.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

// TestDescribedObjects makes structs with descriptors in Go, and looks at those of the guest.
func TestDescribedObjects(t *testing.T) {
	onDescribed(t, func(t *testing.T, store *weft.Store, in *weft.Instance) {
		shape, class, sub := heapType(t, in, "shape"), heapType(t, in, "class"), heapType(t, in, "sub")
		describing := have(store.NewStruct(class, weft.I32(7), weft.I31Ref(3)))(t)
		object := have(store.NewDescribed(shape, describing, weft.I32(1)))(t)
		if got := call(t, in, "name", object.Value())[0].I32(); got != 7 {
			t.Errorf("the descriptor has the name %d", got)
		}
		if got := object.String(); got != "struct{1}" {
			t.Errorf("it prints as %s", got)
		}
		found := have(object.Descriptor())(t)
		if found.HeapType() != class || have(found.Get(0))(t).I32() != 7 {
			t.Errorf("the descriptor is %s", found)
		}
		if none, err := describing.Descriptor(); none != nil || err != nil {
			t.Errorf("a descriptor without one has %v, %v", none, err)
		}
		if form := object.Type(); form.Descriptor.Type != class || !form.Descriptor.Given || len(form.Fields) != 1 {
			t.Errorf("its type is %+v", form)
		}
		// A cycle through a descriptor is found by a collection, and what only a descriptor refers to is not lost.
		if err := describing.Set(1, object.Value()); err != nil {
			t.Error(err)
		}
		square := call(t, in, "square", weft.I32(9))[0].Ref().(*weft.Object)
		if got := call(t, in, "name", square.Value())[0].I32(); got != 9 {
			t.Errorf("the guest's descriptor has the name %d", got)
		}

		other := have(store.NewStruct(sub, weft.I32(8), weft.Null(wasm.HeapAny)))(t)
		_, err := store.NewStruct(shape, weft.I32(1))
		refused(t, err, "objects of the type have descriptors")
		_, err = store.NewDescribed(class, describing)
		refused(t, err, "objects of the type have no descriptors")
		_, err = store.NewDescribed(shape, nil, weft.I32(1))
		refused(t, err, "there is no descriptor")
		_, err = store.NewDescribed(shape, other, weft.I32(1))
		refused(t, err, "and not exactly of")
		_, err = store.NewDescribed(shape, describing, weft.I32(1), weft.I32(2))
		refused(t, err, "2 values given, the struct has 1 fields")
		clause := wasm.TypeClause{Given: true, Type: class}
		_, err = store.DefineType(wasm.CompType{Kind: wasm.CompStruct, Descriptor: clause})
		refused(t, err, "does not stand alone")

		// What takes exact references takes no others.
		if got := call(t, in, "exact", object.Value())[0].I32(); got != 0 {
			t.Errorf("a reference is null")
		}
		if got := call(t, in, "exact", weft.Null(wasm.HeapNone))[0].I32(); got != 1 {
			t.Errorf("null is none")
		}
		_, err = in.Func("exact").Call(context.Background(), square.Value())
		refused(t, err, "type mismatch")
		table := in.Table("classes")
		if err := table.Set(0, describing.Value()); err != nil {
			t.Error(err)
		}
		refused(t, table.Set(0, other.Value()), "type mismatch")
		abstract := wasm.ValType{Kind: wasm.KindRef, Nullable: true, Exact: true, Heap: wasm.HeapAny}
		_, err = store.NewTable(wasm.TableType{Elem: abstract})
		refused(t, err, "no type of a value")
	})
}

// TestDescriptorOfAnotherStore is refused.
func TestDescriptorOfAnotherStore(t *testing.T) {
	engine := engineWith(t, wasm.AllFeatures)
	define := func(s *weft.Store, l *weft.Linker) { l.Define("h", "f", addFunc(t, s, 5)) }
	store, in := openOn(t, engine, describedTypes, weft.DefaultLimits(), define)
	other, _ := openOn(t, engine, describedTypes, weft.DefaultLimits(), define)
	describing := have(other.NewStruct(heapType(t, in, "class")))(t)
	_, err := store.NewDescribed(heapType(t, in, "shape"), describing)
	refused(t, err, "belongs to another store")
}

// TestExactFunctions imports a function of the host exactly, and passes functions where exact ones are wanted.
func TestExactFunctions(t *testing.T) {
	onDescribed(t, func(t *testing.T, store *weft.Store, in *weft.Instance) {
		if got := call(t, in, "call", weft.I32(1))[0].I32(); got != 6 {
			t.Errorf("the import gives %d", got)
		}
		if got := call(t, in, "isF")[0].I32(); got != 1 {
			t.Errorf("what the import is: %d", got)
		}
		if got := call(t, in, "callExact", weft.FuncRef(addFunc(t, store, 3)), weft.I32(1))[0].I32(); got != 4 {
			t.Errorf("a function of the host gives %d", got)
		}
		_, err := in.Func("callExact").Call(context.Background(), weft.FuncRef(in.Func("call")), weft.I32(1))
		refused(t, err, "type mismatch")
		if imports := in.Module().Imports(); !imports[0].Exact {
			t.Errorf("the import is not exact: %+v", imports[0])
		}
	})
}

// TestExactLinkErrors has what does not do for an exact import, and how that is said.
func TestExactLinkErrors(t *testing.T) {
	engine := engineWith(t, wasm.AllFeatures)
	store, in := openOn(t, engine, `(module
	  (type $f (sub (func))) (type $g (sub $f (func)))
	  (type $a (sub (func (result anyref)))) (type $e (sub $a (func (result eqref))))
	  (rec (type $s (descriptor $d) (struct)) (type $d (describes $s) (struct)))
	  (func (export "g") (type $g)) (func (export "e") (type $e) (ref.null eq))
	  (global (export "d") (ref (exact $d)) (struct.new $d)))`, weft.DefaultLimits(), nil)
	for _, c := range []struct{ source, want string }{
		{`(type $f (sub (func))) (import "m" "g" (func (exact (type $f))))`,
			"func [] -> [] (exactly an open type on its own) wanted, " +
				"func [] -> [] (an open type that extends another on its own) given"},
		{`(type $a (sub (func (result anyref)))) (import "m" "e" (func (exact (type $a))))`,
			"func [] -> [anyref] (exactly) wanted, func [] -> [eqref] given"},
		{`(rec (type $s (struct)) (type $d (struct))) (import "m" "d" (global (ref (exact $d))))`,
			"global (ref (exact struct [])) (a final type in a group of 2) wanted, " +
				"global (ref (exact struct [])) (a final type that describes another in a group of 2) given"},
	} {
		linker := weft.NewLinker(store)
		linker.DefineInstance("m", in)
		_, err := linker.Instantiate(context.Background(), compileWith(t, engine, []byte("(module "+c.source+")")))
		var link *weft.LinkError
		if !errors.As(err, &link) {
			t.Fatalf("%s: %v", c.source, err)
		}
		refused(t, err, c.want)
	}
}
