package codegen

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// FuzzAllocate checks allocations of random functions.
func FuzzAllocate(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint16(50))
	f.Add(uint64(2), uint8(3), uint16(500))
	f.Fuzz(func(t *testing.T, seed uint64, machine uint8, size uint16) {
		m := machines[int(machine)%len(machines)]
		fn := randomFunc(rand.New(rand.NewPCG(seed, 2)), m, int(size)%1000)
		if err := checkAllocation(NewAllocator(m), fn, m); err != nil {
			t.Fatal(err)
		}
	})
}

// TestUnreachable checks that blocks that nobody reaches disappear.
func TestUnreachable(t *testing.T) {
	m := testMachine(4, 2)
	f := parse(t, m, `
b0:
  v1 v2 = args
  jump
  -> b2(v1)
b1:
  jump
  -> b2(v2)
b2(v3):
  ret v3`)
	if err := checkAllocation(NewAllocator(m), f, m); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("block 1 is still there: %v", err)
	}
	if err := Check(f, m); err != nil {
		t.Error(err)
	}
	if b := f.Blocks[1]; b.First != b.End || len(b.Succs) != 0 || !slices.Equal(f.Blocks[2].Preds, []int{0}) {
		t.Errorf("block 1 is %+v, block 2 has the predecessors %v", b, f.Blocks[2].Preds)
	}
}

// TestMalformed checks that functions which break the rules are refused with the reason.
func TestMalformed(t *testing.T) {
	m := testMachine(3, 2)
	for want, text := range map[string]string{
		"critical":        "b0:\n v1 = args\n br v1 v1\n -> b1, b2\nb1:\n jump\n -> b2\nb2:\n ret v1",
		"end with a jump": "b0:\n v1 = args\n br v1 v1\n -> b1\nb1:\n ret v1",
		"hands":           "b0:\n v1 = args\n jump\n -> b1(v1)\nb1:\n ret v1",
		"predecessors":    "b0:\n v1 = args\n jump\n -> b1\nb1:\n jump\n -> b0",
	} {
		if err := Allocate(parse(t, m, text), m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	f := parse(t, m, "b0:\n v1 v2 v3 = args\n v4 = lea v1 v2\n store v1 v2\n ret v4")
	in := &f.Insts[2]
	in.First, in.Count = uint32(len(f.Operands)), 4
	f.Operands = append(f.Operands, late(1), late(2), late(3), late(4))
	if err := Allocate(f, m); err == nil || !strings.Contains(err.Error(), "not enough registers") {
		t.Errorf("four operands, three registers: got %v", err)
	}
}

// TestCheckSeesMistakes checks that Check finds what is wrong in allocations that were changed.
func TestCheckSeesMistakes(t *testing.T) {
	m := machines[1]
	seen, changed := 0, 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		f := randomFunc(r, m, 60)
		if err := checkAllocation(NewAllocator(m), f, m); err != nil {
			t.Fatal(err)
		}
		// Remove one of the allocator's instructions.
		var own []int
		for i := range f.Insts {
			if f.Insts[i].Flags&(Spill|Reload|Move|Exchange|Remat) != 0 {
				own = append(own, i)
			}
		}
		if len(own) == 0 {
			continue
		}
		in := &f.Insts[own[r.IntN(len(own))]]
		in.Op, in.Flags, in.Count = opJump, 0, 0
		changed++
		if Check(f, m) != nil {
			seen++
		}
	}
	// A copy may also be needless: the value that it keeps is loaded again, or not needed
	// where it was thought to be.
	if changed < 200 || seen*10 < changed*9 {
		t.Errorf("%d of %d mistakes are found", seen, changed)
	}
}

// TestAllocatorReuse checks that an allocator's memory does not leak from one function to the next.
func TestAllocatorReuse(t *testing.T) {
	m := machines[2]
	a := NewAllocator(m)
	for seed := range uint64(100) {
		f := randomFunc(rand.New(rand.NewPCG(seed, 4)), m, 100)
		g := randomFunc(rand.New(rand.NewPCG(seed, 4)), m, 100)
		if err := a.Allocate(f); err != nil {
			t.Fatal(err)
		}
		if err := Allocate(g, m); err != nil {
			t.Fatal(err)
		}
		if x, y := f.Text(opName), g.Text(opName); x != y {
			t.Fatalf("used before:\n%s\nnew:\n%s", x, y)
		}
	}
}

// BenchmarkAllocate measures the allocator with functions of different sizes.
func BenchmarkAllocate(b *testing.B) {
	m := testMachine(14, 15)
	for _, size := range []struct {
		name  string
		insts int
	}{{"100", 100}, {"2000", 2000}, {"50000", 50000}} {
		b.Run(size.name, func(b *testing.B) {
			f := largeFunc(m, size.insts)
			a := NewAllocator(m)
			insts := len(f.Insts)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				g := cloneFunc(f)
				b.StartTimer()
				if err := a.Allocate(g); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(insts), "ns/inst")
		})
	}
}

// largeFunc makes a random function of a size: the first one of the seeds that is not much smaller.
func largeFunc(m *Machine, insts int) *Func {
	g := &generator{builder: newBuilder(m), r: rand.New(rand.NewPCG(1, 5))}
	g.cur = g.block()
	args := []VReg{g.value(Int), g.value(Int), g.value(Int), g.value(Float), g.value(Float)}
	g.call(opArgs, 0, nil, args)
	for done := 0; done < insts; done += 100 {
		old := [2]int{len(g.scope[0]), len(g.scope[1])}
		for g.size = 100; g.size > 0; {
			g.sequence(3)
		}
		// Some of the values live on.
		for c := range old {
			g.scope[c] = g.scope[c][:min(old[c]+1, len(g.scope[c]), 24)]
		}
	}
	g.call(opRet, 0, g.arguments(), nil)
	return g.finish()
}

// cloneFunc copies a function, so that it can be allocated again.
func cloneFunc(f *Func) *Func {
	g := *f
	g.Blocks = slices.Clone(f.Blocks)
	g.Insts = slices.Clone(f.Insts)
	g.Operands = slices.Clone(f.Operands)
	return &g
}

// TestLarge checks a large function.
func TestLarge(t *testing.T) {
	m := testMachine(14, 15)
	if err := checkAllocation(NewAllocator(m), largeFunc(m, 3000), m); err != nil {
		t.Error(err)
	}
}
