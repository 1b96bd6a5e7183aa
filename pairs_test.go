package weft_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
)

// A continuation is one whoever runs it. These tests have two modules in a store, each of which calls the other's
// functions, suspends and throws through them, and keeps its continuations; which functions are too large for the
// compiler, or begin in the interpreter, is decided at random.

// seamRivals returns engines in which the forms of code meet; seed decides how.
func seamRivals(t testing.TB, features wasm.Features, seed uint64) *rivalry {
	if !hasNative() {
		t.Skip("there is one executor on this platform")
	}
	random := rand.New(rand.NewPCG(seed, 2))
	c := weft.NewConfig().WithFeatures(features)
	r := &rivalry{features: features, others: map[string]*weft.Engine{}}
	engine := func(c weft.Config) *weft.Engine {
		e, err := weft.NewEngine(c)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	r.reference = engine(c.WithExecutor(weft.Interpreter))
	for _, o := range []weft.NativeOptions{
		{Plain: random.Uint32()},
		{Plain: random.Uint32(), SmallStacks: true, NoSignals: true},
		{Plain: random.Uint32(), InterpretFirst: true, HotAfter: 1 + random.IntN(300), SmallStacks: true},
		{Plain: random.Uint32(), Eager: true, Polls: true},
		{Plain: random.Uint32(), Fuel: true},
	} {
		r.others[fmt.Sprintf("%+v", o)] = engine(c.WithExecutor(weft.Native).WithNativeOptions(o))
	}
	return r
}

// TestPairs compares the executors on pairs of generated modules. Many more of them:
//
//	go test . -run TestPairs -v -modules 100000 -seed 1000 -timeout 5h
func TestPairs(t *testing.T) {
	var r *rivalry
	campaign{stream: 3, bytes: 4000, few: 5, rivals: func(s uint64) *rivalry {
		if r == nil || s%50 == 0 {
			features := []wasm.Features{wasm.AllFeatures, wasm.AllFeatures | wasm.TypedContinuations2023,
				wasm.AllFeatures &^ wasm.StackSwitching}
			r = seamRivals(t, features[s/50%uint64(len(features))], s/50)
		}
		return r
	}, compare: (*rivalry).comparePair, source: sourceOfPair}.run(t)
}

// FuzzPairs does so with what the fuzzer finds.
//
//	go test -run '^$' -fuzz FuzzPairs -fuzztime 30m .
func FuzzPairs(f *testing.F) {
	r := seamRivals(f, wasm.AllFeatures, 1)
	addChoices(f, 4, 150)
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) > 10_000 {
			return
		}
		if d, _ := r.comparePair(t, choices); d != "" {
			t.Fatalf("%s\n%s", d, sourceOfPair(choices, r.features))
		}
	})
}

// comparePair runs a pair of modules everywhere, as [rivalry.compare] does with one.
func (r *rivalry) comparePair(t *testing.T, choices []byte) (string, bool) {
	first, second := generate.Pair(choices, r.features)
	run := func(engine *weft.Engine, x execution) record {
		x.prefix, x.deadline = "run", 10*time.Second
		return executePair(t, engine, []string{first, second}, x)
	}
	want := run(r.reference, execution{})
	stopped := want.stopped
	for name, engine := range r.others {
		got := run(engine, execution{calls: want.calls, collectAlways: len(choices)%2 == 1})
		stopped = stopped || got.stopped
		if d := difference(want, got); d != "" {
			return name + ": " + d, stopped
		}
	}
	return "", stopped
}

// executePair instantiates two modules in one store, of which the second imports from the first, and calls the
// functions of the first, the second and the first again.
func executePair(t *testing.T, engine *weft.Engine, sources []string, x execution) (r record) {
	store, ctx, close := x.open(t, engine)
	defer close()
	linker := weft.NewLinker(store)
	var modules []*weft.Module
	var instances []*weft.Instance
	for _, source := range sources {
		module, err := engine.Compile([]byte(source))
		if err == nil {
			err = module.Interpreted()
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		instance, err := linker.Instantiate(ctx, module)
		if r.add("instantiation", nil, err); instance == nil || r.stopped {
			return r
		}
		linker.DefineInstance("a", instance)
		modules, instances = append(modules, module), append(instances, instance)
	}
	for _, i := range []int{0, 1, 0} {
		if r.stopped {
			break
		}
		r.callAll(ctx, modules[i], instances[i], x)
	}
	return r
}
