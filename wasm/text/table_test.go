package text_test

import (
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
)

// sampleInstr returns an instruction of a row of the table, with immediates that all
// differ from their defaults.
func sampleInstr(op wasm.Opcode) wasm.Instr {
	in := wasm.Instr{
		Op: op, Index: 1, Index2: 2, Align: 0, Offset64: 1 << 40, Bits: 1<<31 - 2, Lane: 3,
		Block: wasm.BlockType{Kind: wasm.BlockIndex, Index: 1},
		Ref:   wasm.Ref(wasm.HeapAny), Ref2: wasm.RefNull(2),
		Labels:   []uint32{1, 0, 1},
		Types:    []wasm.ValType{wasm.I32},
		Catches:  []wasm.Catch{{Kind: wasm.CatchTag, Tag: 1, Label: 1}, {Kind: wasm.CatchAllRef}},
		Handlers: []wasm.Handler{{Kind: wasm.OnLabel, Tag: 1, Label: 1}, {Kind: wasm.OnSwitch, Tag: 2}},
	}
	for i := range in.Bytes {
		in.Bytes[i] = byte(15 - i)
	}
	switch op.Info().Imm {
	case wasm.ImmHeapType, wasm.ImmRefTypeNull:
		in.Ref.Nullable = true
	}
	if op.Info().Prefix == wasm.PrefixDialect {
		in.Handlers = in.Handlers[:1]
	}
	return in
}

// TestEveryInstruction prints and parses each row of the table of instructions,
// unfolded and folded.
func TestEveryInstruction(t *testing.T) {
	for i := range wasm.Instructions {
		op := wasm.Opcode(i)
		info := op.Info()
		features, dialect := wasm.AllFeatures, wasm.MVP
		if info.Prefix == wasm.PrefixDialect {
			dialect = wasm.TypedContinuations2023
			features |= dialect
		}
		in, end := sampleInstr(op), wasm.Instr{Op: wasm.OpEnd}
		var body []byte
		add := func(in *wasm.Instr) { body = wasm.AppendInstr(body, in, dialect) }
		switch op {
		case wasm.OpElse:
			add(&wasm.Instr{Op: wasm.OpIf})
			add(&in)
			add(&end)
		case wasm.OpCatch, wasm.OpCatchAll, wasm.OpDelegate:
			add(&wasm.Instr{Op: wasm.OpTry})
			add(&in)
			if op != wasm.OpDelegate {
				add(&end)
			}
		case wasm.OpEnd:
		default:
			add(&in)
			if info.Imm == wasm.ImmBlock || info.Imm == wasm.ImmTryTable {
				add(&end)
			}
		}
		add(&end)
		fn := wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc}}
		m := &wasm.Module{
			Types: []wasm.SubType{fn, fn, fn}, RecGroups: []wasm.RecGroup{{End: 1}, {Start: 1, End: 2}, {Start: 2, End: 3}},
			Funcs: []wasm.Func{{Body: body}}, DataCount: -1, Dialect: dialect,
		}
		switch info.Imm {
		case wasm.ImmData, wasm.ImmDataMemory, wasm.ImmTypeData:
			m.DataCount = 0
		}
		printed, err := print(m)
		if err != nil {
			t.Errorf("%s: %v", op, err)
			continue
		}
		if d := diffModules(m, printed, features); d != "" {
			t.Errorf("%s: %s\n%s", op, d, printed)
		}
		// The same in parentheses, where the instruction may stand in them alone.
		if op == wasm.OpEnd || op == wasm.OpElse || op == wasm.OpCatch || op == wasm.OpCatchAll ||
			op == wasm.OpDelegate || op == wasm.OpIf || op == wasm.OpTry {
			continue
		}
		head, tail, _ := strings.Cut(printed, "\n    ")
		tail = strings.TrimSuffix(tail, ")\n")
		tail = strings.TrimSuffix(strings.TrimSuffix(tail, ")"), "\n    end")
		folded := head + "\n    (" + tail + ")))\n"
		if d := diffModules(m, folded, features); d != "" {
			t.Errorf("%s folded: %s\n%s", op, d, folded)
		}
	}
}

// TestDisabled checks that an instruction of a proposal that is off is refused with
// the name of the proposal.
func TestDisabled(t *testing.T) {
	tests := []struct {
		src  string
		want wasm.Features
	}{
		{"(func suspend 0)", wasm.StackSwitching},
		{"(func\n  i32.const 0\n  i32.extend8_s drop)", wasm.SignExtension},
		{"(func try end)", wasm.LegacyExceptions},
		{"(func barrier end)", wasm.TypedContinuations2023},
		{"(memory i64 1)", wasm.Memory64},
		{"(memory 1 1 shared)", wasm.Threads},
		{"(memory 1 (pagesize 1))", wasm.CustomPageSizes},
		{"(type (struct))", wasm.GC},
		{"(func (param v128))", wasm.SIMD},
		{"(func (param externref))", wasm.ReferenceTypes},
	}
	for _, test := range tests {
		_, err := text.Parse([]byte(test.src), wasm.MVP)
		e, ok := err.(*wasm.Error)
		if !ok || e.Class != wasm.Disabled || e.Feature&test.want == 0 || e.Line == 0 {
			t.Errorf("%s: %#v", test.src, err)
		}
	}
}
