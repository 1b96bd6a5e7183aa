package workload

import (
	"context"
	"io/fs"
	"slices"
	"testing"

	"weft"
	"weft/bench/job"
	"weft/wasm"
	"weft/wasm/text"
)

// TestSwitching runs the programs in the text format in Weft, with their smallest
// sizes.
func TestSwitching(t *testing.T) {
	tested := 0
	for _, w := range All() {
		name, ok := w.SourceFile(Switching)
		if !ok || w.Mode != job.Run {
			continue
		}
		tested++
		t.Run(w.Name, func(t *testing.T) {
			source, err := fs.ReadFile(Files, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range w.Sizes[:2] {
				if got, want := runInWeft(t, source, w.Export, n), w.Want(n); got != want {
					t.Errorf("computes %d for %d; want %d", got, n, want)
				}
			}
		})
	}
	if tested < 12 {
		t.Errorf("only %d programs were tested", tested)
	}
}

// TestHeap runs the programs with structs and arrays in Weft, with their smallest sizes.
func TestHeap(t *testing.T) {
	for _, w := range heap() {
		if w.Want == nil {
			continue
		}
		name, _ := w.SourceFile(Plain)
		source, err := fs.ReadFile(Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range w.Sizes[:2] {
			if got, want := runInWeft(t, source, w.Export, n), w.Want(n); got != want {
				t.Errorf("%s computes %d for %d; want %d", w.Name, got, n, want)
			}
		}
	}
}

func runInWeft(t *testing.T, source []byte, export string, n int64) int64 {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(wasm.AllFeatures))
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	instance, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
	slots := []uint64{uint64(n)}
	if err := instance.Func(export).CallSlots(context.Background(), slots); err != nil {
		t.Fatal(err)
	}
	return int64(slots[0])
}

// TestProbes runs the probes in Weft, which has all features. Without the feature that a probe is for it is not
// even read.
func TestProbes(t *testing.T) {
	for _, f := range append([]Feature{""}, Features...) {
		w := Probe(f)
		name, ok := w.SourceFile(Plain)
		if !ok {
			t.Errorf("no probe of %q", f)
			continue
		}
		source, err := fs.ReadFile(Files, name)
		if err != nil {
			t.Fatal(err)
		}
		n := w.Sizes[0]
		if got := runInWeft(t, source, w.Export, n); got != n {
			t.Errorf("%s computes %d; want %d", w.Name, got, n)
		}
		needed, ok := switches[f]
		if !ok {
			continue
		}
		if _, err := text.Parse(source, wasm.AllFeatures&^needed); err == nil {
			t.Errorf("%s does not need the feature", w.Name)
		}
	}
}

// switches are the features of package wasm for those with probes.
var switches = map[Feature]wasm.Features{
	StackSwitching:    wasm.StackSwitching,
	SwitchInstruction: wasm.StackSwitching,
	Exceptions:        wasm.Exceptions,
	TailCalls:         wasm.TailCall,
	CollectedHeap:     wasm.GC,
	VectorCode:        wasm.SIMD,
	NamedHandlers:     wasm.NamedHandlers,
}

// TestAll holds what the harness relies on.
func TestAll(t *testing.T) {
	names := map[string]bool{}
	for _, w := range All() {
		if names[w.Name] {
			t.Errorf("two workloads have the name %s", w.Name)
		}
		names[w.Name] = true
		if !slices.Contains(Groups, w.Group) || w.About == "" {
			t.Errorf("%s: group %q, about %q", w.Name, w.Group, w.About)
		}
		if len(w.Sizes) == 0 || !slices.IsSorted(w.Sizes) || w.Sizes[0] < 1 {
			t.Errorf("%s: sizes %d", w.Name, w.Sizes)
		}
		sources := 0
		for _, v := range []Variant{Switching, Asyncify, Plain} {
			if _, ok := w.SourceFile(v); ok {
				sources++
			}
		}
		if sources == 0 && !w.Program() {
			t.Errorf("%s has no source", w.Name)
		}
	}
}

func TestPrimes(t *testing.T) {
	// 2, 3, 5: the counter gives 2, 3, 4, 5; 2 lets 3 and 5 pass, 3 lets 5 pass.
	if sum, resumes := primes(3); sum != 10 || resumes != 7 {
		t.Errorf("primes(3) = %d, %d; want 10, 7", sum, resumes)
	}
}
