package native

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"weft/internal/ssa"
	"weft/wasm"
)

// oddAdapters returns how many adapters there are in the process whose first parameters are odd.
func oddAdapters(t *testing.T) (n int) {
	if err := startProcess(); err != nil {
		t.Fatal(err)
	}
	prefix := strings.TrimSuffix(adapterKey(ssa.SignatureOf(wasm.FuncType{Params: odd(0)})), "\xff")
	process.adapters.mu.Lock()
	defer process.adapters.mu.Unlock()
	for key := range process.adapters.known {
		if strings.HasPrefix(key, prefix) {
			n++
		}
	}
	return n
}

// awaitNone collects until there are no such adapters any more.
func awaitNone(t *testing.T) {
	t.Helper()
	for range 200 {
		if runtime.GC(); oddAdapters(t) == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d adapters are left that nobody uses", oddAdapters(t))
}

// odd are parameters of a signature that no other test has, and others for each n.
func odd(n int) []wasm.ValType {
	params := []wasm.ValType{wasm.V128, wasm.F32, wasm.V128, wasm.I64, wasm.F64}
	for ; n > 0; n /= 2 {
		params = append(params, []wasm.ValType{wasm.I32, wasm.F64}[n%2])
	}
	return params
}

// TestAdapters uses adapters of types: those whose values are passed alike share one, for all engines, and it goes
// with the last.
func TestAdapters(t *testing.T) {
	one, other := newTestEngine(t, Config{}), newTestEngine(t, Config{NoSignals: true})
	withRef := func(h wasm.HeapType) wasm.FuncType { return wasm.FuncType{Params: append(odd(0), wasm.RefNull(h))} }
	a, err := one.adapter(2, withRef(wasm.HeapExtern), hostPart)
	if err != nil {
		t.Fatal(err)
	}
	for _, again := range []struct {
		e  *Engine
		id wasm.TypeID
	}{{one, 2}, {one, 3}, {other, 2}} {
		if b, err := again.e.adapter(again.id, withRef(wasm.HeapFunc), hostPart); err != nil || b != a {
			t.Errorf("types whose values are passed alike have adapters at %#x and %#x: %v", a, b, err)
		}
	}
	if b, _ := one.adapter(4, wasm.FuncType{Params: odd(5)}, hostPart); b == a {
		t.Error("types whose values are passed differently share an adapter")
	}
	one.Forget(2)
	one.Forget(3)
	one.Forget(4)
	one.Forget(100)
	if got := oddAdapters(t); got != 1 {
		t.Errorf("%d adapters are left, of which another engine uses one", got)
	}
	other.Forget(2)
	if got := oddAdapters(t); got != 0 {
		t.Errorf("%d adapters are left", got)
	}
}

// TestAdaptersOfEngine drops an engine whose types have adapters.
func TestAdaptersOfEngine(t *testing.T) {
	func() {
		if _, err := newTestEngine(t, Config{}).adapter(2, wasm.FuncType{Params: odd(9)}, entryPart); err != nil {
			t.Fatal(err)
		}
	}()
	awaitNone(t)
}

// TestAdapterSpaces uses up the space for adapters: there is another one. What is given back is used again.
func TestAdapterSpaces(t *testing.T) {
	if err := startProcess(); err != nil {
		t.Fatal(err)
	}
	memory, err := newCodeMemory(4 * codePage)
	if err != nil {
		t.Fatal(err)
	}
	if !memory.appends() && runtime.GOOS != "linux" {
		t.Skip("the system does not map memory twice: each adapter takes a page")
	}
	set := newAdapterSet(newCodeSpace(memory, span{memory.start, memory.size}, adapterGrain))
	var all []*adapter
	for n := 0; len(set.spaces) == 1; n++ {
		a, err := set.use(ssa.SignatureOf(wasm.FuncType{Params: odd(n)}), (*border).entryAdapter,
			(*border).hostAdapter)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	if len(all) < 4*codePage/1024 {
		t.Errorf("%d adapters take 4 pages", len(all)-1)
	}
	for i, a := range all { // in an order that leaves gaps
		if i%2 == 0 {
			set.unuse(a)
		}
	}
	for i, a := range all {
		if i%2 == 1 {
			if a.piece.bytes()[0] == 0 {
				t.Fatalf("adapter %d is gone, which is in use", i)
			}
			set.unuse(a)
		}
	}
	for _, s := range set.spaces {
		if len(s.free) != 1 || s.free[0] != (span{s.memory.start, s.memory.size}) {
			t.Errorf("all is given back, free is %v", s.free)
		}
		s.memory.release()
	}
	if len(set.known) > 0 {
		t.Errorf("%d adapters are known that nobody uses", len(set.known))
	}
}
