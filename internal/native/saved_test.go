package native

import (
	"testing"

	"weft/internal/codegen"
	"weft/internal/interp"
	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// memorySaved keeps functions by configuration.
type memorySaved map[string]savedList

// savedList is by number: functions are compiled at the same time.
type savedList [][]byte

func (l savedList) Get(own int) []byte { return l[own] }

func (l savedList) Add(own int, content []byte) { l[own] = content }

func (m memorySaved) open(configuration string) store.SavedFunctions {
	if m[configuration] == nil {
		m[configuration] = make(savedList, 2)
	}
	return m[configuration]
}

// TestSaved checks that an engine takes the code of functions from where it was saved, unless it
// is not code, and under which configurations.
func TestSaved(t *testing.T) {
	m, err := text.Parse([]byte(`(module
		(func (export "five") (result i32) (i32.const 5))
		(func (export "seven") (result i32) (i32.const 7)))`), wasm.DefaultFeatures)
	if err == nil {
		err = validate.Module(m, wasm.DefaultFeatures)
	}
	if err != nil {
		t.Fatal(err)
	}
	interpreter, err := interp.New()
	if err != nil {
		t.Fatal(err)
	}
	saved := memorySaved{}
	code := func(config Config, change func(*Engine)) [][]byte {
		t.Helper()
		e, err := newEngine(interpreter, config)
		if err != nil {
			t.Fatal(err)
		}
		change(e)
		module := store.NewModule(m, wasm.NewTypeSet(), wasm.DefaultFeatures, unprepared{e}, saved.open)
		codes, err := compile(e, module, config.BoundsChecks)
		if err != nil {
			t.Fatal(err)
		}
		var bytes [][]byte
		for _, c := range codes {
			bytes = append(bytes, c.Bytes)
		}
		return bytes
	}
	same := func(*Engine) {}
	first := code(Config{}, same)
	if len(saved) != 1 {
		t.Fatalf("%d configurations are saved", len(saved))
	}
	for _, functions := range saved {
		functions[0], functions[1] = functions[1], functions[0]
	}
	if again := code(Config{}, same); string(again[0]) != string(first[1]) || string(again[1]) != string(first[0]) {
		t.Error("the engine has compiled what was saved")
	}
	for _, functions := range saved {
		functions[0] = functions[0][:len(functions[0])-1]
	}
	if again := code(Config{}, same); string(again[0]) != string(first[0]) {
		t.Error("half of a function was taken for code")
	}
	for n, other := range []func() [][]byte{
		func() [][]byte { return code(Config{}, func(e *Engine) { e.config.Polls = !e.config.Polls }) },
		func() [][]byte { return code(Config{Fuel: true}, same) },
		func() [][]byte { return code(Config{BoundsChecks: true}, same) },
		func() [][]byte { return code(Config{Baseline: true}, same) },
	} {
		if other(); len(saved) != n+2 {
			t.Errorf("%d configurations are saved, not %d", len(saved), n+2)
		}
	}
}

// BenchmarkDecode reads the code of a module's functions as it is saved.
func BenchmarkDecode(b *testing.B) {
	e, module := benchmarkModule(b)
	codes, err := compile(e, module, false)
	if err != nil {
		b.Fatal(err)
	}
	var saved [][]byte
	size := int64(0)
	for _, c := range codes {
		saved = append(saved, codegen.AppendCode(nil, c))
		size += int64(len(saved[len(saved)-1]))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range saved {
			if _, err := codegen.DecodeCode(s); err != nil {
				b.Fatal(err)
			}
		}
	}
}
