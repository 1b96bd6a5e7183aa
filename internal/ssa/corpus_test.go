package ssa

import (
	"errors"
	"testing"

	"weft/wasm"
	"weft/wasm/binary/scripttest"
)

// testEnv returns an environment with a layout of its own.
func testEnv(m *wasm.Module, guarded bool) *Env {
	array := func(start int64) func(uint32) int64 {
		return func(i uint32) int64 { return start + 8*int64(i) }
	}
	records := func(start int64, imported int) func(uint32) RecordPlace {
		own := func(i int) int64 { return start + 0x800 + 24*int64(i) }
		return Places(imported, array(start), own)
	}
	space := m.AddressSpace()
	return &Env{Module: m, Space: space, Features: wasm.AllFeatures,
		Memory:  records(0x1000, len(space.Memories)-len(m.Memories)),
		Global:  records(0x2000, len(space.Globals)-len(m.Globals)),
		Table:   records(0x10000, len(space.Tables)-len(m.Tables)),
		FuncPtr: array(0x20000),
		TagPtr:  array(0x40000), TypeID: array(0x50000), Objects: testObjects(m),
		MemoryBase: 0, MemoryLen: 8, TableBase: 0, TableLen: 8, GlobalValue: 0, FuncType: 20, Args: 0x300,
		Guarded: func(i uint32) bool {
			t := space.Memories[i]
			return guarded && !t.Limits.Is64 && t.PageLog2 == wasm.DefaultPageLog2
		}, Poll: !guarded, Hints: m.BranchHints()}
}

// TestCorpus builds all functions of the corpus that the compiler supports, with and
// without guarded memories, and runs the passes on them.
func TestCorpus(t *testing.T) {
	var b Builder
	var o Optimizer
	built, refused := 0, map[wasm.Features]int{}
	for _, m := range scripttest.Valid(t, "../..") {
		for _, guarded := range []bool{true, false} {
			env := testEnv(m, guarded)
			for i := range m.Funcs {
				f, err := b.Build(env, i)
				var unsupported *Unsupported
				if errors.As(err, &unsupported) {
					refused[unsupported.Feature]++
					if unsupported.Feature != wasm.MVP {
						t.Error(err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				built++
				if err := Verify(f); err != nil {
					t.Fatalf("%v\n%v", err, f)
				}
				checkText(t, f)
				checkPasses(t, &o, f)
				checkText(t, f)
				checkEdges(t, f)
				checkOrder(t, f)
				checkPlain(t, &b, &o, env, i)
			}
		}
	}
	t.Logf("%d functions built, refused: %v", built, refused)
	if built < 1000 {
		t.Error("few functions were built")
	}
}

// checkPlain builds a function in the plain form and runs the passes that it needs. What it does is compared elsewhere,
// by executing it. Here, values must live no farther than within the instruction of the body that they are of.
func checkPlain(t *testing.T, b *Builder, o *Optimizer, env *Env, i int) {
	t.Helper()
	b.Plain = true
	defer func() { b.Plain = false }()
	f, err := b.Build(env, i)
	if err == nil {
		err = Verify(f)
	}
	if err != nil {
		t.Fatalf("plain: %v\n%v", err, f)
	}
	checkText(t, f)
	o.Run(f)
	if err := Verify(f); err != nil {
		t.Fatalf("plain: %v\n%v", err, f)
	}
	checkEdges(t, f)
	checkOrder(t, f)
	for _, block := range f.Blocks[1:] {
		for _, v := range block.Values {
			for _, a := range v.Args {
				if a.Block != block && a.Block != f.Blocks[0] && a.Block.Terminator().Pos != v.Pos {
					t.Fatalf("plain: %v uses %v, which is of another instruction, in another block\n%v", v, a, f)
				}
			}
		}
	}
}

// inputs are arguments with which functions are executed; parameters take them in turn.
var inputs = [][]uint64{{0x1000, 0, 1, 2}, {0x1000, 7, 0xfffffffffffffff9, 0x80000000}, {0x1000, 1 << 63, 3, 100, 12345678}}

// checkPasses runs the passes, checks what they make, and that it does what the function
// did before.
func checkPasses(t *testing.T, o *Optimizer, f *Func) {
	t.Helper()
	type outcome struct {
		effects []string
		ended   bool
	}
	var before []outcome
	for _, args := range inputs {
		effects, ended := execute(f, args)
		before = append(before, outcome{effects, ended})
	}
	built := f.String()
	general, err := Parse(built)
	if err != nil {
		t.Fatal(err)
	}
	for _, pass := range Passes {
		if f.Plain && !pass.Needed {
			continue
		}
		pass.Run(o, f)
		if err := Verify(f); err != nil {
			t.Fatalf("%s: %v\n%v", pass.Name, err, f)
		}
		for i, args := range inputs {
			effects, ended := executeForms(f, general, args)
			if err := sameEffects(before[i].effects, before[i].ended, effects, ended); err != nil {
				t.Fatalf("%s: %v\n%v\nbuilt:\n%v", pass.Name, err, f, built)
			}
		}
	}
}

// checkText prints a function, reads that and prints it again.
func checkText(t *testing.T, f *Func) {
	t.Helper()
	printed := f.String()
	parsed, err := Parse(printed)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	if again := parsed.String(); again != printed {
		t.Fatalf("printed as\n%s\nread as\n%s", printed, again)
	}
	if err := Verify(parsed); err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
}

// checkEdges checks what the register allocator wants of edges.
func checkEdges(t *testing.T, f *Func) {
	t.Helper()
	for _, b := range f.Blocks {
		for _, e := range b.Succs {
			if len(b.Succs) > 1 && (!e.To.HasOnePred() || len(e.Args) > 0) {
				t.Fatalf("a critical edge from b%d to b%d:\n%v", b.ID, e.To.ID, f)
			}
		}
	}
}

// checkOrder checks that each block but the entry stands behind one of its predecessors.
func checkOrder(t *testing.T, f *Func) {
	t.Helper()
	seen := make([]bool, f.NumBlocks())
	for i, b := range f.Blocks {
		ok := i == 0
		for _, p := range b.Preds {
			ok = ok || seen[p.ID]
		}
		if !ok {
			t.Fatalf("b%d comes before its predecessors:\n%v", b.ID, f)
		}
		seen[b.ID] = true
	}
}

// testObjects lays objects out like the run time does.
func testObjects(m *wasm.Module) ObjectEnv {
	env := ObjectEnv{Layouts: make([]ObjectLayout, len(m.Types)), Types: 0x280, LogRecord: 6, Depths: 12, Kind: 56, StructKind: 2, ArrayKind: 3,
		Identities: wasm.NewTypeSet().Add(m.Types, m.RecGroups),
		Class:      func(size uint64) (int, bool) { return int(size+15) / 16 % 39, size <= 1024 }}
	for i, t := range m.Types {
		at := int64(8)
		if t.Comp.Descriptor.Given {
			env.Layouts[i].Descriptor = at
			at += 8
		}
		for range t.Comp.Fields {
			env.Layouts[i].Offsets = append(env.Layouts[i].Offsets, at)
			at += 8
		}
		env.Layouts[i].Size = uint64(at)
	}
	return env
}
