package native

import (
	"context"
	"runtime"
	"slices"
	"testing"

	"weft/internal/codegen"
	"weft/internal/store"
)

// aheadSource has functions with tables of branches, so that they are not inlined.
const aheadSource = `(module
  (func $caller (call $small) (call $large) (call $middle) (call $large))
  (func $small (br_table 0 (i32.const 0)))
  (func $large (br_table 0 (i32.const 0)) (drop (i32.add (i32.const 1) (i32.add (i32.const 2) (i32.const 3)))))
  (func $middle (br_table 0 (i32.const 0)) (drop (i32.const 1))))`

// aheadCode returns the code of the module, of which the caller is compiled. Nobody compiles ahead until the test does.
func aheadCode(t *testing.T) *lazyCode {
	procs := runtime.GOMAXPROCS(2)
	t.Cleanup(func() { runtime.GOMAXPROCS(procs) })
	g := newGuest(t, store.DefaultLimits)
	g.compiled(aheadSource)
	code := g.Module.Native.(*lazyCode)
	code.engine.backlog.workers = 1 // so no other is started
	if _, err := code.entry(context.Background(), 0); err != nil {
		t.Fatal(err)
	}
	return code
}

// TestAhead checks what is compiled ahead and in which order, and that nobody waits for functions that
// others compile.
func TestAhead(t *testing.T) {
	code := aheadCode(t)
	b := &code.engine.backlog
	small, mine := code.claim(1)
	if !mine {
		t.Fatal("somebody compiles the function")
	}
	code.ahead(0)
	var order []int
	for _, next := range slices.Backward(b.list) {
		order = append(order, next.own)
	}
	if want := []int{2, 3, 1}; !slices.Equal(order, want) {
		t.Errorf("functions are compiled in the order %v, want %v", order, want)
	}
	b.work() // it ends although the claimed function is not compiled
	for own, want := range []bool{true, false, true, true} {
		if got := code.entries[own].Load() != 0; got != want {
			t.Errorf("function %d is compiled: %v, want %v", own, got, want)
		}
	}
	code.compile(1, small)
	if j, mine := code.claim(1); j != nil || mine {
		t.Error("a function that is there is compiled again")
	}
}

// TestAheadSaved checks that of what a function calls whose code was saved, only what was saved is asked for.
func TestAheadSaved(t *testing.T) {
	g := newGuest(t, store.DefaultLimits)
	g.compiled(aheadSource)
	code := g.Module.Native.(*lazyCode)
	calls := []codegen.Relocation{{Func: 1}, {Func: 2}, {Func: 3}}
	for _, c := range []struct {
		list  store.SavedFunctions
		saved bool
		want  []int
	}{
		{nil, false, []int{1, 2, 3}},
		{savedList{2: {1}, 3: nil}, false, []int{1, 2, 3}},
		{savedList{2: {1}, 3: nil}, true, []int{2}},
	} {
		code.saved = savedCode{c.list}
		if code.note(0, calls, c.saved); !slices.Equal(code.callees[0], c.want) {
			t.Errorf("saved %v: %v is asked for, want %v", c.saved, code.callees[0], c.want)
		}
	}
}

// TestAheadPanics lets the compiler panic. Who compiles ahead must survive that; who calls the function sees it.
func TestAheadPanics(t *testing.T) {
	code := aheadCode(t)
	b := &code.engine.backlog
	code.engine.compilers.New = func() any {
		c := newCompiler(processor)
		c.show = func(string, func() string) { panic("a fault of the compiler") }
		return c
	}
	for code.engine.compilers.Get().(*compiler).show == nil {
		// one that was used before
	}
	code.ahead(0)
	b.work()
	defer func() {
		if fault := recover(); fault != "a fault of the compiler" {
			t.Errorf("who calls the function sees %v", fault)
		}
	}()
	_, err := code.entry(context.Background(), 1)
	t.Errorf("the function was compiled: %v", err)
}
