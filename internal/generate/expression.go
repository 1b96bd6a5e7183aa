package generate

import (
	"fmt"
	"strings"

	"weft/wasm"
)

// letters are those of wasm.Instruction.Signature.
var letters = map[string]byte{"i32": 'i', "i64": 'I', "f32": 'f', "f64": 'F', "v128": 'v'}

// instructions returns those of the table that are wanted.
func instructions(wanted func(in *wasm.Instruction) bool) (list []*wasm.Instruction) {
	for i := range wasm.Instructions {
		if in := &wasm.Instructions[i]; wanted(in) {
			list = append(list, in)
		}
	}
	return list
}

// operators returns the instructions without immediates that make a value of a type.
func (g *generator) operators(typ string) []*wasm.Instruction {
	return instructions(func(in *wasm.Instruction) bool {
		params, results, ok := strings.Cut(in.Signature, ">")
		return ok && in.Imm == wasm.ImmNone && results == string(letters[typ]) && strings.Trim(params, "iIfFv") == "" &&
			g.has(in.Feature) && (typ == "v128" || !strings.Contains(params, "v")) && in.Feature&(wasm.WideArithmetic|wasm.Threads) == 0
	})
}

// accesses returns the loads that make a value of a type, or the stores that take one.
func accesses(typ string, store bool) []*wasm.Instruction {
	want := "a>" + string(letters[typ])
	if store {
		want = "a" + string(letters[typ]) + ">"
	}
	return instructions(func(in *wasm.Instruction) bool {
		return in.Imm == wasm.ImmMemArg && in.Signature == want && in.Feature&^wasm.SIMD == wasm.MVP
	})
}

// constants are those at which something changes.
var constants = map[string][]string{
	"i32": {"0", "1", "-1", "2", "7", "8", "31", "32", "255", "256", "65532", "65535", "0x7fffffff", "0x80000000", "-7", "1000003"},
	"i64": {"0", "1", "-1", "3", "63", "64", "65528", "0x7fffffff", "0x80000000", "0xffffffff", "0x100000000", "0x7fffffffffffffff",
		"0x8000000000000000", "-128", "10", "0x123456789abcdef"},
	"f32": {"0", "1", "-0", "-1.5", "inf", "-inf", "nan", "2147483648", "-2147483904", "4294967296", "0x1p-149", "0x1.fffffep127", "0.1", "9223372036854775808"},
	"f64": {"0", "1", "-0", "-1.5", "inf", "-inf", "nan", "2147483647.9", "-2147483649", "4294967296", "0x1p-1074", "0x1.fffffffffffffp1023", "0.1",
		"9223372036854775808", "18446744073709551616"},
	"v128": {"i64x2 0 0", "i64x2 -1 -1", "i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", "i8x16 127 128 255 1 0 16 15 31 128 127 64 63 32 7 8 9",
		"i16x8 0x7fff 0x8000 0xffff 1 0 0xff 0x100 0x7f80", "i32x4 0x7fffffff 0x80000000 -1 1", "i64x2 0x7fffffffffffffff 0x8000000000000000",
		"f32x4 1 -0 nan inf", "f32x4 2147483648 -2147483904 4294967296 0x1p-149", "f64x2 2147483647.9 -2147483649", "f64x2 nan -0",
		"f64x2 4294967296 -inf", "i64x2 0x123456789abcdef 0xfedcba9876543210"},
}

func (g *generator) constant(typ string) string { return one(g, constants[typ]) }

// values returns an expression for each type.
func (g *generator) values(types []string, depth int) string {
	s := ""
	for _, t := range types {
		s += " " + g.value(t, depth)
	}
	return s
}

// simple returns an expression without operands.
func (g *generator) simple(typ string) string {
	if g.current.name != "" {
		var own []int
		for i, t := range g.current.params {
			if t == typ {
				own = append(own, i)
			}
		}
		switch g.next(6) {
		case 1:
			return fmt.Sprintf("(global.get $g%s)", typ)
		case 2, 3:
			return fmt.Sprintf("(local.get $%s_%d)", typ, g.next(locals))
		case 4:
			if len(own) > 0 {
				return fmt.Sprintf("(local.get $p%d)", one(g, own))
			}
		}
	}
	return fmt.Sprintf("(%s.const %s)", typ, g.constant(typ))
}

// value returns an expression of a type; depth bounds its nesting.
func (g *generator) value(typ string, depth int) string {
	if strings.HasPrefix(typ, "(ref null ") {
		heap := strings.TrimSuffix(strings.TrimPrefix(typ, "(ref null "), ")")
		if heap == "$kr" && g.current.name != "" {
			return g.switchable()
		}
		return "(ref.null " + heap + ")"
	}
	if g.work--; depth <= 0 || g.work <= 0 {
		return g.simple(typ)
	}
	if g.has(wasm.SIMD) && g.next(8) == 7 {
		if s, ok := g.fromVector(typ, depth-1); ok {
			return s
		}
	}
	switch g.next(16) {
	case 0, 1:
		return g.simple(typ)
	case 2, 3, 4, 5, 6:
		return g.operation(typ, depth-1)
	case 7, 8:
		in := one(g, accesses(typ, false))
		return g.access(in, depth-1) + ")"
	case 9:
		return fmt.Sprintf("(local.tee $%s_%d %s)", typ, g.next(locals), g.value(typ, depth-1))
	case 10:
		return fmt.Sprintf("(select %s %s %s)", g.value(typ, depth-1), g.value(typ, depth-1), g.value("i32", depth-1))
	case 11:
		return fmt.Sprintf("(if (result %s) %s (then %s) (else %s))", typ, g.value("i32", depth-1), g.value(typ, depth-1), g.value(typ, depth-1))
	}
	if s, ok := g.callSmall(typ, depth-1); ok {
		return s
	}
	if g.has(wasm.GC) && g.next(3) > 0 {
		return g.ofObject(typ, depth-1)
	}
	if g.current.name != "" && g.next(2) == 1 { // something happens between the operands of an instruction
		return fmt.Sprintf("(block (result %s) %s %s)", typ, g.change(), g.value(typ, depth-1))
	}
	integer := typ == "i32" || typ == "i64"
	if integer && g.has(wasm.Threads) && g.next(3) == 2 {
		return g.atomic(typ, depth-1)
	}
	switch typ {
	case "i64":
		switch g.next(4) {
		case 2:
			return g.callThroughTable(depth - 1)
		case 3:
			if g.has(wasm.WideArithmetic) {
				return fmt.Sprintf("(block (result i64) %s (local.set $i64_%d))", g.wide(depth-1), g.next(locals))
			}
		}
		return g.calls(0, depth-1)
	case "i32":
		for _, m := range g.memories {
			if m.address == "i32" && g.next(4) == 3 {
				return fmt.Sprintf("(memory.size %s)", m.name)
			}
		}
		list := []string{"(memory.size $m0)", "(memory.grow $m0 (i32.const 1))", "(table.size $t)",
			"(table.grow $t (ref.null func) (i32.const 3))", "(ref.is_null (table.get $t (i32.const 3)))"}
		if g.has(wasm.StackSwitching) {
			list = append(list, "(ref.is_null (local.get $kr))")
		}
		if g.has(wasm.Exceptions) {
			list = append(list, "(ref.is_null (local.get $x))")
		}
		return one(g, list)
	}
	return g.simple(typ)
}

// wide returns an instruction with results of 128 bits, which are two values.
func (g *generator) wide(depth int) string {
	in := one(g, instructions(func(in *wasm.Instruction) bool { return in.Feature == wasm.WideArithmetic }))
	s := "(" + in.Name
	for range strings.Index(in.Signature, ">") {
		s += " " + g.value("i64", depth)
	}
	return s + ")"
}

// operation returns an instruction without immediates and its operands.
func (g *generator) operation(typ string, depth int) string {
	in := one(g, g.operators(typ))
	params, _, _ := strings.Cut(in.Signature, ">")
	if typ == "v128" {
		return g.vectorOperation(in, depth)
	}
	s := "(" + in.Name
	for i, p := range params {
		t := typeOf(byte(p))
		v := g.value(t, depth)
		switch {
		case t[0] == 'f' && (strings.Contains(in.Name, "reinterpret") || strings.HasSuffix(in.Name, "copysign") && i == 1):
			v = g.canonical(t, v)
		case strings.Contains(in.Name, "div_") && t[0] == 'i' && i == 1, strings.Contains(in.Name, "rem_") && i == 1:
			if !g.seldom() { // by zero
				v = fmt.Sprintf("(%s.or %s (%s.const 1))", t, v, t)
			}
		case strings.Contains(in.Name, ".trunc_f") && t[0] == 'f' && typ[0] == 'i':
			if !g.seldom() { // out of range
				v = fmt.Sprintf("(%s.min (%s.const 1000) (%s.abs %s))", t, t, t, g.number(t, v))
			}
		}
		s += " " + v
	}
	return s + ")"
}

func typeOf(letter byte) string {
	for t, l := range letters {
		if l == letter {
			return t
		}
	}
	return ""
}

// canonical returns v, and the canonical NaN for every NaN.
func (g *generator) canonical(typ, v string) string {
	return g.unless(typ, v, "nan")
}

// definite returns v, which is of a scalar type, without bits that are open.
func (g *generator) definite(typ, v string) string {
	if typ[0] == 'f' {
		return g.canonical(typ, v)
	}
	return v
}

// number returns v, and 0 for every NaN.
func (g *generator) number(typ, v string) string {
	return g.unless(typ, v, "0")
}

func (g *generator) unless(typ, v, other string) string {
	l := fmt.Sprintf("$%s_%d", typ, g.next(locals))
	return fmt.Sprintf("(select (local.tee %s %s) (%s.const %s) (%s.eq (local.get %s) (local.get %s)))", l, v, typ, other, typ, l, l)
}

// access returns a load or store up to its address, mostly within bounds.
func (g *generator) access(in *wasm.Instruction, depth int) string {
	m, offset := g.memory(), one(g, []string{"", " offset=3", " offset=4096", " offset=65529", " offset=0x7fffffff", " offset=0xffffffff"})
	at := g.value(m.address, depth)
	if !g.seldom() { // out of bounds
		// Mostly near by, so that accesses meet.
		at = fmt.Sprintf("(%s.and %s (%s.const %s))", m.address, at, m.address, one(g, []string{"0x1f", "0x1f", "0x7", "0xfff"}))
		if len(offset) > 12 {
			offset = " offset=8"
		}
	}
	return "(" + in.Name + " " + m.name + offset + " " + at
}

// calls returns a call of function i, of one kind or another.
func (g *generator) calls(i, depth int) string {
	f := g.funcs[i]
	args := g.values(f.params, depth)
	kinds := 2
	if g.has(wasm.FunctionReferences) {
		kinds = 4
	}
	switch g.next(kinds) {
	case 1:
		at := fmt.Sprintf("(i32.const %d)", i)
		if g.seldom() {
			at = g.value("i32", depth)
		}
		return fmt.Sprintf("(call_indirect $t (type %s)%s %s)", f.name, args, at)
	case 2:
		return fmt.Sprintf("(call_ref %s%s (ref.func $f%d))", f.name, args, i)
	case 3:
		if i == 0 {
			s := fmt.Sprintf("(call_ref $t0%s (local.get $fn))", args)
			if !g.seldom() {
				return fmt.Sprintf("(if (result i64) (ref.is_null (local.get $fn)) (then (i64.const 5)) (else %s))", s)
			}
			return s
		}
	}
	return fmt.Sprintf("(call $f%d%s)", i, args)
}
