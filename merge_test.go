package weft_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/merge"
	"weft/wasm"
	"weft/wasm/text"
)

// A merged module does what its parts did. These tests have the pairs of pairs_test.go, linked on one side and merged
// on the other.

// mergeRivals returns the engines: one in which pairs are linked, and those in which they are merged.
func mergeRivals(t testing.TB, features wasm.Features) *rivalry {
	r := &rivalry{features: features, others: map[string]*weft.Engine{}}
	for _, x := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(features).WithExecutor(x))
		if err != nil {
			t.Fatal(err)
		}
		r.others[fmt.Sprint(x)] = engine
		if x == weft.Interpreter {
			r.reference = engine
		}
	}
	return r
}

// TestMergedPairs compares the two on pairs of generated modules. Many more of them:
//
//	go test . -run TestMergedPairs -v -modules 10000 -seed 1000 -timeout 1h
func TestMergedPairs(t *testing.T) {
	var rivals []*rivalry
	for _, features := range []wasm.Features{wasm.AllFeatures, wasm.AllFeatures | wasm.TypedContinuations2023,
		wasm.AllFeatures &^ wasm.StackSwitching} {
		rivals = append(rivals, mergeRivals(t, features))
	}
	campaign{stream: 4, bytes: 3000, few: 5, rivals: func(s uint64) *rivalry { return rivals[s%uint64(len(rivals))] },
		compare: (*rivalry).compareMerged, source: sourceOfPair}.run(t)
}

// FuzzMergedPairs does so with what the fuzzer finds.
//
//	go test -run '^$' -fuzz FuzzMergedPairs -fuzztime 30m .
func FuzzMergedPairs(f *testing.F) {
	r := mergeRivals(f, wasm.AllFeatures)
	addChoices(f, 5, 150)
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) > 10_000 {
			return
		}
		if d, _ := r.compareMerged(t, choices); d != "" {
			t.Fatalf("%s\n%s", d, sourceOfPair(choices, r.features))
		}
	})
}

// compareMerged links a pair of modules, merges it, and returns where what happens parts.
func (r *rivalry) compareMerged(t *testing.T, choices []byte) (string, bool) {
	first, second := generate.Pair(choices, r.features)
	inputs := make([]merge.Input, 2)
	for i, source := range []string{first, second} {
		m, err := text.Parse([]byte(source), r.features)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		inputs[i] = merge.Input{Name: string(rune('a' + i)), Module: m}
	}
	merged, _, err := merge.Modules(inputs, merge.Options{Features: r.features, RenameExports: true})
	if err != nil {
		return err.Error(), false
	}
	x := execution{prefix: "run", deadline: 10 * time.Second}
	want := executeLinked(t, r.reference, []string{first, second}, x)
	stopped := want.stopped
	x.calls = want.calls
	for name, engine := range r.others {
		got := executeMerged(t, engine, merged, inputs, x)
		stopped = stopped || got.stopped
		if d := difference(want, got); d != "" {
			return name + ": " + d, stopped
		}
	}
	return "", stopped
}

// executeLinked runs a pair of modules in one store.
func executeLinked(t *testing.T, engine *weft.Engine, sources []string, x execution) (r record) {
	store, ctx, close := x.open(t, engine)
	defer close()
	linker := weft.NewLinker(store)
	var modules []*wasm.Module
	var instances []*weft.Instance
	for _, source := range sources {
		module, err := engine.Compile([]byte(source))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		instance, err := linker.Instantiate(ctx, module)
		if err != nil {
			r.stopped = true // a merged module begins with all segments, and so differs when one fails
			return r
		}
		linker.DefineInstance("a", instance)
		modules, instances = append(modules, module.Wasm()), append(instances, instance)
	}
	r.callParts(ctx, modules, func(part int, name string) weft.Extern { return instances[part].Export(name) }, x)
	return r
}

// executeMerged runs what a pair of modules was merged to.
func executeMerged(t *testing.T, engine *weft.Engine, merged []byte, inputs []merge.Input, x execution) (r record) {
	store, ctx, close := x.open(t, engine)
	defer close()
	module, err := engine.Compile(bytes.Clone(merged))
	if err != nil {
		t.Fatal(err)
	}
	instance, err := weft.NewLinker(store).Instantiate(ctx, module)
	if err != nil {
		r.add("instantiation", nil, err)
		return r
	}
	var modules []*wasm.Module
	for _, input := range inputs {
		modules = append(modules, input.Module)
	}
	r.callParts(ctx, modules, func(part int, name string) weft.Extern {
		if renamed := instance.Export(inputs[part].Name + "." + name); renamed != nil {
			return renamed
		}
		return instance.Export(name)
	}, x)
	return r
}

// traceLine is a line of a stack trace: the function's name, before which a merged module may have that of the part,
// and a place, which is another one in a merged module.
var traceLine = regexp.MustCompile(`\t(?:b\.)?(\S+) at .*\n`)

// callParts calls the functions that modules export, the first one's twice, and looks at what else each exports.
func (r *record) callParts(ctx context.Context, modules []*wasm.Module,
	export func(part int, name string) weft.Extern, x execution) {
	for _, part := range []int{0, 1, 0} {
		m := modules[part]
		for _, e := range m.Exports {
			f, ok := export(part, e.Name).(*weft.Func)
			if !ok || !strings.HasPrefix(e.Name, x.prefix) {
				continue
			}
			if x.calls > 0 && r.calls == x.calls {
				return
			}
			results, err := f.Call(ctx)
			if r.add(e.Name, results, err); r.stopped {
				return
			}
			last := &r.entries[len(r.entries)-1]
			*last = traceLine.ReplaceAllString(*last, "\t$1\n")
			*last += state(m, func(name string) weft.Extern { return export(part, name) })
		}
	}
}
