package generate

import (
	"fmt"
	"slices"
	"strings"

	"weft/wasm"
)

// Vectors. As with scalars, NaNs are made canonical where their bits could be seen, which for vectors is
// everywhere.

var nans = map[string]string{"f32x4": "f32x4 nan nan nan nan", "f64x2": "f64x2 nan nan"}

// withLane returns the instructions with a lane, or with memory and a lane, that have a signature.
func withLane(imm wasm.Immediates, signature string) (list []*wasm.Instruction) {
	for i := range wasm.Instructions {
		if in := &wasm.Instructions[i]; in.Imm == imm && in.Signature == signature {
			list = append(list, in)
		}
	}
	return list
}

// lane returns a lane of an instruction: Width is the number of lanes or, in memory, of bytes.
func (g *generator) lane(in *wasm.Instruction) int {
	if in.Imm == wasm.ImmMemArgLane {
		return g.next(16 / int(in.Width))
	}
	return g.next(int(in.Width))
}

// fromVector returns an expression that makes a value of a type from a vector, or a vector by an instruction
// with a lane.
func (g *generator) fromVector(typ string, depth int) (string, bool) {
	letter := string(letters[typ])
	if typ == "v128" {
		switch g.next(4) {
		case 0:
			t := one(g, []string{"i32", "i64", "f32", "f64"})
			in := one(g, withLane(wasm.ImmLane, "v"+string(letters[t])+">v"))
			return fmt.Sprintf("(%s %d %s %s)", in.Name, g.lane(in), g.value("v128", depth), g.scalar(t, depth)), true
		case 1:
			in := one(g, withLane(wasm.ImmMemArgLane, "av>v"))
			memory, address, _ := strings.Cut(strings.TrimPrefix(g.access(in, depth), "("+in.Name+" "), "(")
			return fmt.Sprintf("(%s %s %d (%s %s)", in.Name, memory, g.lane(in), address, g.value("v128", depth)), true
		}
		lanes := ""
		start, step := g.next(32), one(g, []int{1, 2, 4, 8, 3, 0, 31, 16})
		for i := range 16 {
			lane := start + i*step
			if step == 3 {
				lane = g.next(32)
			}
			lanes += fmt.Sprintf(" %d", lane%32)
		}
		return fmt.Sprintf("(i8x16.shuffle%s %s %s)", lanes, g.value("v128", depth), g.value("v128", depth)), true
	}
	list := withLane(wasm.ImmLane, "v>"+letter)
	for i := range wasm.Instructions {
		if in := &wasm.Instructions[i]; in.Imm == wasm.ImmNone && in.Signature == "v>"+letter {
			list = append(list, in)
		}
	}
	if len(list) == 0 {
		return "", false
	}
	in := one(g, list)
	s := "(" + in.Name
	if in.Imm == wasm.ImmLane {
		s += fmt.Sprint(" ", g.lane(in))
	}
	s += " " + g.value("v128", depth) + ")"
	if typ[0] == 'f' {
		s = g.canonical(typ, s)
	}
	return s, true
}

// scalar returns an expression of a type without bits that are open.
func (g *generator) scalar(typ string, depth int) string {
	v := g.value(typ, depth)
	if typ[0] == 'f' {
		v = g.canonical(typ, v)
	}
	return v
}

// vectorOperation returns an instruction without immediates that makes a vector.
func (g *generator) vectorOperation(in *wasm.Instruction, depth int) string {
	params, _, _ := strings.Cut(in.Signature, ">")
	s := "(" + in.Name
	for _, p := range params {
		s += " " + g.scalar(typeOf(byte(p)), depth)
	}
	s += ")"
	shape, name, _ := strings.Cut(in.Name, ".")
	nan, floats := nans[shape]
	if !floats || slices.Contains([]string{"eq", "ne", "lt", "gt", "le", "ge"}, name) { // those give integers
		return s
	}
	l := fmt.Sprintf("$v128_%d", g.next(locals))
	return fmt.Sprintf("(local.tee %s (v128.bitselect (local.tee %s %s) (v128.const %s) (%s.eq (local.get %s) (local.get %s))))", l, l, s, nan, shape, l, l)
}

// storeLane returns a store of a lane.
func (g *generator) storeLane(depth int) string {
	in := one(g, withLane(wasm.ImmMemArgLane, "av>"))
	memory, address, _ := strings.Cut(strings.TrimPrefix(g.access(in, depth), "("+in.Name+" "), "(")
	return fmt.Sprintf("(%s %s %d (%s %s)", in.Name, memory, g.lane(in), address, g.value("v128", depth+1))
}
