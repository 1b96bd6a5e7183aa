package binary_test

import (
	"bytes"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/validate"
)

// TestDialect checks that a module in the encoding of 2023 is read as what it
// means and written as it was: barrier is e5, and clauses have no lead byte.
func TestDialect(t *testing.T) {
	const source = "\x00asm\x01\x00\x00\x00" +
		"\x01\x06\x02\x60\x00\x00\x5d\x00" + // types: func, cont 0
		"\x03\x02\x01\x00" +
		"\x0d\x03\x01\x00\x00" + // a tag
		"\x0a\x1a\x01\x18\x00" +
		"\xe5\x40" + // barrier
		"\x02\x64\x01" + // block (result (ref 1))
		"\xd0\x01\xe3\x01\x01\x00\x00" + // resume 1 (tag 0 0) (ref.null 1)
		"\xd0\x01\xe4\x01\x00\x00" + // resume_throw 1 0 (ref.null 1)
		"\x0f\x0b\x1a\x0b\x0b" // return end drop end end
	const features = wasm.AllFeatures | wasm.TypedContinuations2023
	m, err := binary.Decode([]byte(source), features)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Module(m, features); err != nil {
		t.Error(err)
	}
	var ops []wasm.Opcode
	r := wasm.NewCodeReader(m.Funcs[0].Body, 0, features, m.Dialect)
	var in wasm.Instr
	for r.Len() > 0 {
		if err := r.Next(&in); err != nil {
			t.Fatal(err)
		}
		ops = append(ops, in.Op)
		if in.Op == wasm.OpResume && (len(in.Handlers) != 1 || in.Handlers[0] != wasm.Handler{}) {
			t.Errorf("clauses of resume: %v", in.Handlers)
		}
	}
	if ops[0] != wasm.OpBarrier {
		t.Errorf("instructions %v", ops)
	}
	if got := binary.Encode(m); !bytes.Equal(got, []byte(source)) {
		t.Errorf("encoded again: % x, want % x", got, source)
	}
	// In the current encoding e5 is resume_throw_ref.
	if m, err := binary.Decode([]byte(source), wasm.AllFeatures); err == nil && validate.Module(m, wasm.AllFeatures) == nil {
		t.Error("valid without the dialect")
	}
}
