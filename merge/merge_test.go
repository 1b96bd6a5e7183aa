package merge_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"weft/internal/generate"
	"weft/merge"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

func parse(t *testing.T, source string) *wasm.Module {
	t.Helper()
	m, err := text.Parse([]byte(source), wasm.AllFeatures)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAlone merges a module with nothing, which changes nothing.
func TestAlone(t *testing.T) {
	m := parse(t, `(module
  (import "env" "f" (func $f (param i32)))
  (memory $m 1) (data $d (i32.const 0) "data")
  (func $g (export "g") (param $x i32) (call $f (local.get $x)))
  (start $s) (func $s))`)
	out, report, err := merge.Modules([]merge.Input{{Name: "A", Module: m}}, merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != string(binary.Encode(m)) {
		t.Errorf("another module: %x", out)
	}
	if !reflect.DeepEqual(report, &merge.Report{}) {
		t.Errorf("report: %+v", report)
	}
}

// TestDropped has sections that say something of a module, and names of what there is not.
func TestDropped(t *testing.T) {
	m := parse(t, `(module (func $f (result i32) (i32.const 1)))`)
	m.Customs = []wasm.Custom{{Name: "producers"}, {Name: ".debug_line", After: wasm.SectionCode}}
	beyond := wasm.NameMap{7: "x", 1<<32 - 1: "y"}
	m.Names = wasm.Names{Module: "m", Funcs: wasm.NameMap{0: "f", 1: "g"}, Types: beyond, Tables: beyond, Memories: beyond,
		Globals: beyond, Tags: beyond, Elems: beyond, Datas: beyond, Locals: map[uint32]wasm.NameMap{1 << 31: beyond},
		Fields: map[uint32]wasm.NameMap{9: beyond}, Labels: map[uint32]wasm.NameMap{3: beyond}}
	out, report, err := merge.Modules([]merge.Input{{Name: "A", Module: m}}, merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(report.Dropped, ", "); got != "producers of A, .debug_line of A" {
		t.Errorf("dropped: %s", got)
	}
	after, err := binary.Decode(out, wasm.AllFeatures)
	if err != nil {
		t.Fatal(err)
	}
	if want := (wasm.Names{Funcs: wasm.NameMap{0: "f"}}); !reflect.DeepEqual(after.Names, want) || len(after.Customs) > 0 {
		t.Errorf("names: %+v, sections: %v", after.Names, after.Customs)
	}
}

// TestRefused gives what no text of modules can have.
func TestRefused(t *testing.T) {
	empty, old := parse(t, "(module)"), parse(t, "(module)")
	old.Dialect = wasm.TypedContinuations2023
	for _, c := range []struct {
		inputs  []merge.Input
		options merge.Options
		want    string
	}{
		{nil, merge.Options{}, "there is no module to merge"},
		{[]merge.Input{{"A", empty}}, merge.Options{Export: []string{"B"}}, "there is no module B whose exports could stay"},
		{[]merge.Input{{"A", empty}, {"B", old}}, merge.Options{Features: wasm.AllFeatures | wasm.TypedContinuations2023},
			"modules A and B have different encodings of stack switching"},
		{[]merge.Input{{"A", parse(t, "(module (memory 1))")}, {"B", parse(t, "(module (memory 1))")}},
			merge.Options{Features: wasm.Wasm3 &^ wasm.MultiMemory},
			"the merged module: multiple memories needs the feature multi-memory"},
	} {
		_, _, err := merge.Modules(c.inputs, c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// BenchmarkModules merges a pair of generated modules; MB/s are of what comes out.
func BenchmarkModules(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 6))
	choices := make([]byte, 20_000)
	for i := range choices {
		choices[i] = byte(random.Uint32())
	}
	first, second := generate.Pair(choices, wasm.AllFeatures)
	var inputs []merge.Input
	for i, source := range []string{first, second} {
		m, err := text.Parse([]byte(source), wasm.AllFeatures)
		if err != nil {
			b.Fatal(err)
		}
		inputs = append(inputs, merge.Input{Name: string(rune('a' + i)), Module: m})
	}
	b.ReportAllocs()
	for b.Loop() {
		out, _, err := merge.Modules(inputs, merge.Options{RenameExports: true})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}
