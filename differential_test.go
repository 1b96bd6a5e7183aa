package weft_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weft"
	"weft/internal/generate"
	"weft/wasm"
)

// Executors are compared by what a program can see of them.

var (
	modules = flag.Int("modules", 150, "how many generated modules TestExecutors runs")
	seed    = flag.Uint64("seed", 1, "the seed of the first of them; the others follow")
)

// A rivalry is the interpreter, and what is compared with it, on modules that use all of the features.
type rivalry struct {
	features  wasm.Features
	reference *weft.Engine
	others    map[string]*weft.Engine
}

// rivals makes engines with the features. It skips the test where there is but one executor.
func rivals(t testing.TB, features wasm.Features) *rivalry {
	if !hasNative() {
		t.Skip("there is one executor on this platform")
	}
	all := allExecutors(t, features)
	reference := all["interpreter"]
	delete(all, "interpreter")
	return &rivalry{features, reference, all}
}

// hasNative reports whether there is machine code on this platform.
func hasNative() bool {
	_, err := weft.NativeMode()
	return err == nil
}

// allExecutors returns the engines of all executors by name.
func allExecutors(t testing.TB, features wasm.Features) map[string]*weft.Engine {
	c := weft.NewConfig().WithFeatures(features)
	engine := func(c weft.Config) *weft.Engine {
		e, err := weft.NewEngine(c)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	all := map[string]*weft.Engine{"interpreter": engine(c.WithExecutor(weft.Interpreter))}
	if hasNative() {
		c := c.WithExecutor(weft.Native)
		all["native"] = engine(c)
		all["native without signals"] = engine(c.WithNativeOptions(weft.NativeOptions{NoSignals: true}))
		all["native after the interpreter"] = engine(c.WithNativeOptions(weft.NativeOptions{InterpretFirst: true, HotAfter: 20}))
		all["native for every processor"] = engine(c.WithNativeOptions(weft.NativeOptions{Baseline: true}))
		all["native in the plain form"] = engine(c.WithNativeOptions(weft.NativeOptions{Plain: ^uint32(0)}))
		all["native, some of it in the plain form"] = engine(c.WithNativeOptions(weft.NativeOptions{Plain: 0x55aa_c396}))
	}
	return all
}

// TestExecutors compares the executors on generated modules. Many more of them:
//
//	go test . -run TestExecutors -v -modules 100000 -seed 1000 -timeout 1h
func TestExecutors(t *testing.T) {
	current := rivals(t, wasm.AllFeatures)
	dialect := rivals(t, wasm.AllFeatures|wasm.TypedContinuations2023)
	plain := rivals(t, wasm.AllFeatures&^wasm.StackSwitching) // functions that may begin in the interpreter
	campaign{bytes: 3000, few: 7, rivals: func(s uint64) *rivalry {
		switch s % 8 {
		case 3, 5:
			return plain
		case 7:
			return dialect
		}
		return current
	}, compare: (*rivalry).compareGenerated, source: generate.Module}.run(t)
}

// A campaign compares what is made of random choices, for as many seeds as the flag says.
type campaign struct {
	stream  uint64 // of random numbers
	bytes   int    // up to how many choices there are
	few     int    // one of so many may be compared in part
	rivals  func(seed uint64) *rivalry
	compare func(r *rivalry, t *testing.T, choices []byte) (difference string, stopped bool)
	source  func(choices []byte, features wasm.Features) string
}

// run makes what differs smaller, and shows it.
func (c campaign) run(t *testing.T) {
	stopped := 0
	for s := *seed; s < *seed+uint64(*modules); s++ {
		r := c.rivals(s)
		choices := choicesOf(s, c.stream, c.bytes)
		d, stop := c.compare(r, t, choices)
		if stop {
			stopped++
		}
		if d == "" {
			continue
		}
		choices = shrink(choices, func(smaller []byte) bool { d, _ := c.compare(r, t, smaller); return d != "" })
		d, _ = c.compare(r, t, choices)
		t.Errorf("seed %d: %s\n%s", s, d, c.source(choices, r.features))
	}
	t.Logf("%d of %d were compared in part, since a limit or the deadline was reached", stopped, *modules)
	if stopped > *modules/c.few {
		t.Error("too few end")
	}
}

// choicesOf returns random choices, up to so many beyond 200.
func choicesOf(seed, stream uint64, more int) []byte {
	random := rand.New(rand.NewPCG(seed, stream))
	choices := make([]byte, 200+random.IntN(more))
	for i := range choices {
		choices[i] = byte(random.Uint32())
	}
	return choices
}

// sourceOfPair returns the text of both modules of a pair.
func sourceOfPair(choices []byte, features wasm.Features) string {
	first, second := generate.Pair(choices, features)
	return first + "\n" + second
}

// TestFound compares the executors on modules in which they once differed, or might.
func TestFound(t *testing.T) {
	r := rivals(t, wasm.AllFeatures)
	files, err := filepath.Glob("testdata/differential/*.wat")
	if err != nil || len(files) == 0 {
		t.Fatalf("no modules: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, collectAlways := range []bool{false, true} {
			if d, stopped := r.compare(t, source, collectAlways); d != "" || stopped {
				t.Errorf("%s: stopped: %v, %s", file, stopped, d)
			}
		}
	}
}

// FuzzExecutors compares the executors on modules that are generated from what the
// fuzzer finds.
//
//	go test -run '^$' -fuzz FuzzExecutors -fuzztime 30m .
func FuzzExecutors(f *testing.F) {
	r := rivals(f, wasm.AllFeatures)
	addChoices(f, 1, 100)
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) > 10_000 {
			return
		}
		if d, _ := r.compareGenerated(t, choices); d != "" {
			t.Fatalf("%s\n%s", d, generate.Module(choices, r.features))
		}
	})
}

// addChoices gives a fuzzer random seeds of a stream, each larger by so many bytes than the one before.
func addChoices(f *testing.F, stream uint64, step int) {
	for s := range 20 {
		random := rand.New(rand.NewPCG(uint64(s), stream))
		choices := make([]byte, step*s)
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		f.Add(choices)
	}
}

// compareGenerated compares the executors on the module that is generated from choices.
func (r *rivalry) compareGenerated(t *testing.T, choices []byte) (string, bool) {
	return r.compare(t, []byte(generate.Module(choices, r.features)), len(choices)%2 == 1)
}

// compare runs one module everywhere, and says what differs, and whether something has
// kept a run from its end.
func (r *rivalry) compare(t *testing.T, source []byte, collectAlways bool) (string, bool) {
	module, err := r.reference.Compile(source)
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	want := execute(t, module, execution{deadline: 10 * time.Second})
	stopped := want.stopped
	for name, engine := range r.others {
		module, err := engine.Compile(source)
		if err == nil {
			err = module.Interpreted()
		}
		if err != nil {
			return fmt.Sprintf("%s: %v", name, err), stopped
		}
		got := execute(t, module, execution{deadline: 10 * time.Second, calls: want.calls, collectAlways: collectAlways})
		stopped = stopped || got.stopped
		if d := difference(want, got); d != "" {
			return name + ": " + d, stopped
		}
	}
	return "", stopped
}

// open makes a store and what its calls run under; the caller calls close.
func (x execution) open(t *testing.T, engine *weft.Engine) (store *weft.Store, ctx context.Context, close func()) {
	store, err := engine.NewStore(fuzzLimits())
	if err != nil {
		t.Fatal(err)
	}
	if x.fuel > 0 {
		store.SetFuel(x.fuel)
	}
	store.SetCollectAlways(x.collectAlways)
	if x.prepare != nil {
		x.prepare(store)
	}
	if x.deadline == 0 {
		return store, context.Background(), store.Close
	}
	ctx, cancel := context.WithTimeout(context.Background(), x.deadline)
	return store, ctx, func() {
		cancel()
		store.Close()
	}
}

// shrink removes what it can of the choices while they fail.
func shrink(choices []byte, fails func([]byte) bool) []byte {
	for n := len(choices) / 2; n > 0; n /= 2 {
		for i := 0; i+n <= len(choices); {
			if less := slices.Delete(slices.Clone(choices), i, i+n); fails(less) {
				choices = less
				continue
			}
			if zeros := slices.Clone(choices); slices.Max(zeros[i:i+n]) > 0 {
				clear(zeros[i : i+n])
				if fails(zeros) {
					choices = zeros
				}
			}
			i += n
		}
	}
	return choices
}

// An execution says how a module is run.
type execution struct {
	fuel          uint64        // 0 is not counted
	deadline      time.Duration // 0 is none
	calls         int           // no more than these; 0 is no bound
	collectAlways bool
	prefix        string // of the names of the functions that are called
	prepare       func(*weft.Store)
	call          func(context.Context, *weft.Func, []weft.Value) ([]weft.Value, error) // nil for Func.Call
}

// A record is what happened when a module was run.
type record struct {
	entries []string
	calls   int // of functions, and one for the instantiation, that came to an end
	// stopped says that a limit, about which executors may differ, has ended the run.
	stopped bool
}

func (r record) String() string { return strings.Join(r.entries, "") }

// difference returns where two records part, or nothing.
func difference(want, got record) string {
	for i := range max(len(want.entries), len(got.entries)) {
		switch {
		case i >= len(want.entries) && (want.stopped || got.stopped), i >= len(got.entries) && got.stopped:
			return ""
		case i >= len(want.entries):
			return "more: " + got.entries[i]
		case i >= len(got.entries):
			return "missing: " + want.entries[i]
		case want.entries[i] != got.entries[i]:
			return fmt.Sprintf("difference:\n%s\n--- interpreter:\n%s\n", got.entries[i], want.entries[i])
		}
	}
	return ""
}

// execute instantiates a module with made-up imports, calls all its exports, and
// looks at what else it exports after each call.
func execute(t *testing.T, module *weft.Module, x execution) (r record) {
	store, ctx, close := x.open(t, module.Engine())
	defer close()
	imports := make([]weft.Extern, len(module.Wasm().Imports))
	for i := range imports {
		imports[i] = makeUp(store, module.Wasm(), &module.Wasm().Imports[i])
	}
	instance, err := store.Instantiate(ctx, module, imports)
	if r.add("instantiation", nil, err); instance == nil || r.stopped {
		return r
	}
	r.callAll(ctx, module, instance, x)
	return r
}

// callAll calls the functions that an instance exports.
func (r *record) callAll(ctx context.Context, module *weft.Module, instance *weft.Instance, x execution) {
	for _, e := range module.Wasm().Exports {
		f, ok := instance.Export(e.Name).(*weft.Func)
		if !ok || !strings.HasPrefix(e.Name, x.prefix) {
			continue
		}
		if x.calls > 0 && r.calls == x.calls {
			break
		}
		var args []weft.Value
		for _, p := range f.Type().Params {
			args = append(args, zero(p))
		}
		if x.call == nil {
			x.call = func(ctx context.Context, f *weft.Func, args []weft.Value) ([]weft.Value, error) {
				return f.Call(ctx, args...)
			}
		}
		results, err := x.call(ctx, f, args)
		if r.add(e.Name, results, err); r.stopped {
			break
		}
		r.entries[len(r.entries)-1] += state(module.Wasm(), instance.Export)
	}
}

// add notes how a call ended.
func (r *record) add(name string, results []weft.Value, err error) {
	var (
		trap       *weft.Trap
		exception  *weft.Exception
		suspension *weft.UnhandledSuspension
		link       *weft.LinkError
		interrupt  *weft.Interrupt
	)
	entry := name + ":\n"
	for _, v := range results {
		entry += v.String() + "\n"
	}
	switch {
	case err == nil:
	case errors.As(err, &interrupt):
		r.stopped = true
		return
	case errors.As(err, &trap):
		switch trap.Code {
		case wasm.TrapStackExhausted, wasm.TrapOutOfMemory, wasm.TrapTooManyContinuations, wasm.TrapFuelExhausted:
			r.stopped = true
			return
		}
		entry += err.Error() + "\n"
	case errors.As(err, &exception):
		entry += err.Error() + payload(exception) + "\n"
	case errors.As(err, &suspension), errors.As(err, &link):
		entry += err.Error() + "\n"
	default: // a limit of the store, or an argument that cannot be made up
		entry += "refused: " + err.Error() + "\n"
	}
	r.entries = append(r.entries, entry)
	r.calls++
}

// payload describes what an exception carries; nothing if it carries references or
// vectors.
func payload(e *weft.Exception) (s string) {
	for _, v := range e.Payload {
		if v.Type().IsRef() || v.Type() == wasm.V128 {
			return ""
		}
		s += " " + v.String()
	}
	return s
}

// state describes the globals, memories and tables that a module exports.
func state(m *wasm.Module, export func(name string) weft.Extern) string {
	s := ""
	for _, e := range m.Exports {
		switch x := export(e.Name).(type) {
		case *weft.Global:
			if x.Get().Type().IsRef() {
				continue // it is the executor's how it looks
			}
			s += e.Name + " " + x.Get().String() + "\n"
		case *weft.Memory:
			h := fnv.New64a()
			_, _ = h.Write(x.Bytes())
			s += fmt.Sprintf("%s %d bytes, hash %x\n", e.Name, x.Size(), h.Sum64())
		case *weft.Table:
			nulls := 0
			for i := range min(x.Size(), 100) {
				if v, ok := x.Get(i); ok && v.IsNull() {
					nulls++
				}
			}
			s += fmt.Sprintf("%s %d elements, %d null\n", e.Name, x.Size(), nulls)
		}
	}
	return s
}

// observesNaN reports whether a module may make a NaN and see its bits, which the
// specification leaves open.
func observesNaN(t *testing.T, m *wasm.Module) bool {
	makes, sees := false, false
	for i := range m.Funcs {
		var in wasm.Instr
		r := wasm.NewCodeReader(m.Funcs[i].Body, 0, wasm.AllFeatures, m.Dialect)
		for r.Len() > 0 {
			if err := r.Next(&in); err != nil {
				t.Fatal(err)
			}
			row := &wasm.Instructions[in.Op]
			params, results, _ := strings.Cut(row.Signature, ">")
			floats := strings.ContainsAny(params, "fF")
			makes = makes || floats && strings.ContainsAny(results, "fF")
			sees = sees || floats && (row.Imm == wasm.ImmMemArg || strings.ContainsAny(results, "iI") && strings.Contains(row.Name, "reinterpret") ||
				strings.HasSuffix(row.Name, "copysign"))
		}
	}
	return makes && sees
}
