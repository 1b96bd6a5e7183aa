package ssa

import (
	"slices"
	"strings"
	"sync"

	"weft/wasm"
)

// A lowering says what an instruction that only computes, or accesses a memory,
// becomes.
type lowering struct {
	op       Op // OpInvalid: not by this table
	typ      Type
	operands uint8
	cond     Cond
	mem      Mem
	code     wasm.Opcode // of an OpVector
	negate   bool        // the last operand
}

// lowerings is made from the table of instructions: the mnemonics are nearly the names
// of operations.
var lowerings = sync.OnceValue(func() []lowering {
	rows := make([]lowering, len(wasm.Instructions))
	for i := range rows {
		if rows[i] = loweringOf(&wasm.Instructions[i]); rows[i].op == OpInvalid {
			rows[i] = vectorLowering(wasm.Opcode(i))
		}
	}
	return rows
})

var typeOfLetter = map[string]Type{"": Void, "i": I32, "I": I64, "f": F32, "F": F64}

func loweringOf(in *wasm.Instruction) lowering {
	operands, result, _ := strings.Cut(in.Signature, ">")
	typ, ok := typeOfLetter[result]
	typeName, name, hasType := strings.Cut(in.Name, ".")
	if !ok || !hasType || strings.ContainsAny(operands, "vq*") {
		return lowering{}
	}
	if access, ok := strings.CutPrefix(name, "atomic."); ok {
		return atomicLowering(in, access, lowering{typ: typ, operands: uint8(len(operands))})
	}
	l := lowering{typ: typ, operands: uint8(len(operands))}
	switch {
	case in.Imm == wasm.ImmMemArg:
		l.op, l.mem = OpLoad, Mem(2*slices.Index([]uint8{1, 2, 4, 8}, in.Width))
		if l.mem < Mem64 && !strings.HasSuffix(name, "_s") {
			l.mem++
		}
		if typ == Void {
			l.op = OpStore
		}
		return l
	case in.Imm != wasm.ImmNone:
		return lowering{}
	}
	// i32.trunc_sat_f64_s is trunc_sat_s.
	parts := slices.DeleteFunc(strings.Split(name, "_"), func(part string) bool { return slices.Contains(typeNames[:], part) })
	name = strings.Join(parts, "_")
	isFloat := typeName[0] == 'f'
	switch {
	case name == "reinterpret":
		name = "bitcast"
	case strings.HasPrefix(name, "extend") && len(parts[0]) > len("extend"): // extend8_s
		name = "sext" + strings.TrimPrefix(parts[0], "extend")
	}
	condition := name
	if isFloat && (name == "lt" || name == "gt" || name == "le" || name == "ge") {
		condition += "_s"
	}
	if c := slices.Index(condNames[:], condition); c >= 0 {
		l.op, l.cond = OpIcmp, Cond(c)
		if isFloat {
			l.op = OpFcmp
		}
		return l
	}
	for i := range Ops {
		switch {
		case isFloat && Ops[i].Name == "f"+name:
			l.op = Op(i)
			return l
		case Ops[i].Name == name && Ops[i].Args == int8(len(operands)):
			l.op = Op(i)
		}
	}
	return l
}
