package weft_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// A width is a store or load of integers.
type width struct {
	name   string
	bits   int // of memory
	wide   bool
	signed bool
}

// widths has those with an instruction, for i64 and i32.
func widths(instruction string) []width {
	var list []width
	for _, typ := range []string{"i64", "i32"} {
		for _, bits := range []int{8, 16, 32, 64} {
			full := map[string]int{"i64": 64, "i32": 32}[typ]
			switch {
			case bits == full:
				list = append(list, width{typ + "." + instruction, bits, typ == "i64", false})
			case bits < full && instruction == "store":
				list = append(list, width{fmt.Sprintf("%s.store%d", typ, bits), bits, typ == "i64", false})
			case bits < full:
				list = append(list, width{fmt.Sprintf("%s.load%d_u", typ, bits), bits, typ == "i64", false},
					width{fmt.Sprintf("%s.load%d_s", typ, bits), bits, typ == "i64", true})
			}
		}
	}
	return list
}

// of returns what a load makes of bytes of memory.
func (w width) of(bytes uint64) uint64 {
	x := bytes << (64 - w.bits)
	if x = x >> (64 - w.bits); w.signed {
		x = uint64(int64(bytes<<(64-w.bits)) >> (64 - w.bits))
	}
	if !w.wide {
		x = uint64(uint32(x))
	}
	return x
}

// TestNarrow stores and loads the same place in all widths, on all executors: machine code need not load it.
func TestNarrow(t *testing.T) {
	var source strings.Builder
	source.WriteString("(module (memory 1)\n")
	for _, s := range widths("store") {
		for _, l := range widths("load") {
			value, result := "(local.get $x)", fmt.Sprintf("(%s (local.get $p))", l.name)
			if !s.wide {
				value = "(i32.wrap_i64 (local.get $x))"
			}
			if !l.wide {
				result = "(i64.extend_i32_u " + result + ")"
			}
			fmt.Fprintf(&source, "(func (export %q) (param $p i32) (param $x i64) (result i64)\n"+
				"(i64.store (local.get $p) (i64.const 0x7788_99aa_bbcc_ddee)) (%s (local.get $p) %s) %s)\n",
				s.name+" "+l.name, s.name, value, result)
		}
	}
	source.WriteString(")")
	values := []uint64{0, 0x80, 0x7f, 0x8000, 0xffff_ffff, 0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210}
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		t.Run(name, func(t *testing.T) {
			_, instance := openOn(t, engine, source.String(), weft.DefaultLimits(), nil)
			for _, s := range widths("store") {
				for _, l := range widths("load") {
					for _, x := range values {
						var memory, stored [8]byte
						binary.LittleEndian.PutUint64(memory[:], 0x7788_99aa_bbcc_ddee)
						binary.LittleEndian.PutUint64(stored[:], x)
						copy(memory[:], stored[:s.bits/8])
						want := l.of(binary.LittleEndian.Uint64(memory[:]))
						f := instance.Func(s.name + " " + l.name)
						results, err := f.Call(context.Background(), weft.I32(64), weft.I64(int64(x)))
						if err != nil {
							t.Fatal(err)
						}
						if got, _ := results[0].Bits(); got != want {
							t.Errorf("%s, then %s of %#x: %#x, want %#x", s.name, l.name, x, got, want)
						}
					}
				}
			}
		})
	}
}

// A placer writes functions that store and load at few places, on many ways.
type placer struct {
	*rand.Rand
	text  strings.Builder
	loops int
}

// statements writes some.
func (p *placer) statements(depth int) {
	for range 1 + p.IntN(4) {
		p.statement(depth)
	}
}

func (p *placer) statement(depth int) {
	local := func() string { return fmt.Sprintf("(local.get $v%d)", p.IntN(3)) }
	place := func() string { return fmt.Sprintf("offset=%d (local.get $p)", p.IntN(5)*p.IntN(5)) }
	kind := p.IntN(10)
	switch {
	case kind < 3:
		list := widths("store")
		s, value := list[p.IntN(len(list))], local()
		if p.IntN(3) == 0 {
			value = fmt.Sprintf("(i64.const %d)", p.IntN(400)-100)
		}
		if !s.wide {
			value = "(i32.wrap_i64 " + value + ")"
		}
		fmt.Fprintf(&p.text, "(%s %s %s)\n", s.name, place(), value)
	case kind < 6 || depth == 0:
		list := widths("load")
		l := list[p.IntN(len(list))]
		value := fmt.Sprintf("(%s %s)", l.name, place())
		if !l.wide {
			value = "(i64.extend_i32_u " + value + ")"
		}
		fmt.Fprintf(&p.text, "(local.set $v%d (i64.add (i64.mul %s (i64.const 3)) %s))\n", p.IntN(3), local(), value)
	case kind < 8:
		fmt.Fprintf(&p.text, "(if (i32.wrap_i64 (i64.and %s (i64.const %d))) (then\n", local(), 1+p.IntN(3))
		p.statements(depth - 1)
		if p.IntN(3) > 0 {
			p.text.WriteString(") (else\n")
			p.statements(depth - 1)
		}
		p.text.WriteString("))\n")
	case kind < 9:
		p.text.WriteString("(block\n")
		p.statements(depth - 1)
		fmt.Fprintf(&p.text, "(br_if 0 (i32.wrap_i64 (i64.and %s (i64.const 1))))\n", local())
		p.statements(depth - 1)
		p.text.WriteString(")\n")
	default:
		p.loops++
		n := p.loops
		fmt.Fprintf(&p.text, "(local.set $n%d (i32.const %d)) (loop\n", n, 2+p.IntN(3))
		p.statements(depth - 1)
		fmt.Fprintf(&p.text, "(br_if 0 (local.tee $n%d (i32.sub (local.get $n%d) (i32.const 1)))))\n", n, n)
	}
}

// function returns one that gets an address and a number.
func (p *placer) function() string {
	p.text.Reset()
	p.loops = 0
	p.statements(4)
	var f strings.Builder
	f.WriteString("(module (memory (export \"m\") 1)\n" +
		"(func (export \"f\") (param $p i32) (param $v0 i64) (result i64)\n(local $v1 i64) (local $v2 i64)")
	for n := range p.loops {
		fmt.Fprintf(&f, " (local $n%d i32)", n+1)
	}
	return f.String() + "\n" + p.text.String() +
		"(i64.xor (local.get $v0) (i64.rotl (i64.add (local.get $v1) (local.get $v2)) (i64.const 7)))))"
}

// TestPlaces compares executors on functions that store and load at few places.
func TestPlaces(t *testing.T) {
	r := rivals(t, wasm.AllFeatures)
	for i := range uint64(*modules) {
		t.Run(fmt.Sprint(*seed+i), func(t *testing.T) {
			p := &placer{Rand: rand.New(rand.NewPCG(*seed+i, 33))}
			source := p.function()
			want, memory := runPlaces(t, r.reference, source)
			for name, engine := range r.others {
				if got, after := runPlaces(t, engine, source); got != want || after != memory {
					t.Errorf("%s: %x, want %x\n%q, want\n%q\n%s", name, got, want, after, memory, source)
				}
			}
		})
	}
}

// runPlaces returns what a function of a placer computes, and leaves in memory.
func runPlaces(t *testing.T, engine *weft.Engine, source string) (results [3]uint64, memory string) {
	_, instance := openOn(t, engine, source, weft.DefaultLimits(), nil)
	for j := range results {
		values, err := instance.Func("f").Call(context.Background(), weft.I32(int32(40*j)), weft.I64(int64(j*j*257)))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		results[j], _ = values[0].Bits()
	}
	return results, string(instance.Memory("m").Bytes()[:200])
}
