package wasm_test

import (
	"bytes"
	"go/format"
	"os"
	"os/exec"
	"testing"

	"weft/wasm"
)

// TestOpcodesAreGenerated fails when the table was changed without go generate.
func TestOpcodesAreGenerated(t *testing.T) {
	want, err := os.ReadFile("opcodes.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "run", "weft/wasm/genopcodes", dir+"/opcodes.go")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("genopcodes: %v\n%s", err, out)
	}
	got, err := os.ReadFile(dir + "/opcodes.go")
	if err != nil {
		t.Fatal(err)
	}
	if got, err = format.Source(got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("opcodes.go does not match table.go (%v): run go generate ./wasm", err)
	}
}

// TestTableIsConsistent checks what the rows of the table promise each other.
func TestTableIsConsistent(t *testing.T) {
	seen := map[[2]uint32]string{}
	for i := range wasm.Instructions {
		row := &wasm.Instructions[i]
		key := [2]uint32{uint32(row.Prefix), uint32(row.Code)}
		if other, dup := seen[key]; dup {
			t.Errorf("%s and %s have the same encoding", row.Name, other)
		}
		seen[key] = row.Name
		if op, ok := wasm.OpcodeByCode(row.Prefix, uint32(row.Code)); !ok || op != wasm.Opcode(i) {
			t.Errorf("%s: its encoding finds opcode %d", row.Name, op)
		}
		if (row.Imm == wasm.ImmMemArg || row.Imm == wasm.ImmMemArgLane || row.Imm == wasm.ImmLane) && row.Width == 0 {
			t.Errorf("%s: no width", row.Name)
		}
	}
}

// TestLEB128 checks numbers at the edges of their ranges, and that longer or
// larger encodings are refused.
func TestLEB128(t *testing.T) {
	for _, v := range []int64{0, 1, -1, 63, 64, -64, -65, 1<<31 - 1, -1 << 31} {
		r := wasm.Reader{Buf: wasm.AppendSigned(nil, v)}
		if got, err := r.Signed(32); err != nil || got != v || r.Len() != 0 {
			t.Errorf("Signed(32) of %d: %d, %v", v, got, err)
		}
	}
	bad := map[string]func(*wasm.Reader) error{
		"\xff\xff\xff\xff\x1f":     func(r *wasm.Reader) error { _, err := r.U32(); return err },
		"\x80\x80\x80\x80\x80\x00": func(r *wasm.Reader) error { _, err := r.U32(); return err },
		"\xff\xff\xff\xff\x4f":     func(r *wasm.Reader) error { _, err := r.Signed(32); return err },
		"\x80":                     func(r *wasm.Reader) error { _, err := r.Signed(64); return err },
	}
	for s, read := range bad {
		if err := read(&wasm.Reader{Buf: []byte(s)}); err == nil {
			t.Errorf("% x was accepted", s)
		}
	}
}

// TestCanonicalTypes checks that recursion groups are compared by structure
// and position.
func TestCanonicalTypes(t *testing.T) {
	self := func(i int) wasm.SubType { // (func (param (ref i)))
		return wasm.SubType{Final: true, Comp: wasm.CompType{Kind: wasm.CompFunc,
			Func: wasm.FuncType{Params: []wasm.ValType{wasm.Ref(wasm.HeapType(i))}}}}
	}
	types := []wasm.SubType{self(0), self(1), self(2), self(2)}
	groups := []wasm.RecGroup{{0, 1}, {1, 2}, {2, 4}}
	set := wasm.NewTypeSet()
	ids := set.Add(types, groups)
	if ids[0] != ids[1] {
		t.Error("two self-recursive types differ")
	}
	if ids[2] == ids[0] || ids[3] == ids[0] || ids[2] == ids[3] {
		t.Error("members of a larger group are not distinct")
	}
	if again := set.Add(types, groups); again[3] != ids[3] {
		t.Error("adding the types again gives other identities")
	}
}
