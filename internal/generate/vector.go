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

// withImmediates returns the instructions that have immediates of a form, and a signature.
func withImmediates(imm wasm.Immediates, signature string) []*wasm.Instruction {
	return instructions(func(in *wasm.Instruction) bool { return in.Imm == imm && in.Signature == signature })
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
			in := one(g, withImmediates(wasm.ImmLane, "v"+string(letters[t])+">v"))
			return fmt.Sprintf("(%s %d %s %s)", in.Name, g.lane(in), g.value("v128", depth), g.scalar(t, depth)), true
		case 1:
			return g.accessLane("av>v", depth) + g.value("v128", depth) + ")", true
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
	list := append(withImmediates(wasm.ImmLane, "v>"+letter), withImmediates(wasm.ImmNone, "v>"+letter)...)
	if len(list) == 0 {
		return "", false
	}
	in := one(g, list)
	s := "(" + in.Name
	if in.Imm == wasm.ImmLane {
		s += fmt.Sprint(" ", g.lane(in))
	}
	return g.definite(typ, s+" "+g.value("v128", depth)+")"), true
}

// scalar returns an expression of a type without bits that are open.
func (g *generator) scalar(typ string, depth int) string { return g.definite(typ, g.value(typ, depth)) }

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
	return g.accessLane("av>", depth) + g.value("v128", depth+1) + ")"
}

// accessLane returns an access to memory with a lane, of a signature, up to its vector.
func (g *generator) accessLane(signature string, depth int) string {
	in := one(g, withImmediates(wasm.ImmMemArgLane, signature))
	memory, address, _ := strings.Cut(strings.TrimPrefix(g.access(in, depth), "("+in.Name+" "), "(")
	return fmt.Sprintf("(%s %s %d (%s ", in.Name, memory, g.lane(in), address)
}
