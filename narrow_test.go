package weft_test

import (
	"context"
	"encoding/binary"
	"fmt"
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
func (a width) of(bytes uint64) uint64 {
	x := bytes << (64 - a.bits)
	if x = x >> (64 - a.bits); a.signed {
		x = uint64(int64(bytes<<(64-a.bits)) >> (64 - a.bits))
	}
	if !a.wide {
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
