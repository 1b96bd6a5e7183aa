package weft_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"weft"
	"weft/wasm"
)

// nanBits are floats of which most are NaNs: quiet and signalling, of both signs, with payloads.
var nanBits = map[byte][]uint64{
	'f': {0x7fc00001, 0xffc00002, 0x7f800003, 0xff800004, 0x3f800000, 0x7f800000, 0xff800000, 0, 0xbf800000},
	'F': {0x7ff8000000000001, 0xfff8000000000002, 0x7ff0000000000003, 0xfff0000000000004, 0x3ff0000000000000,
		0x7ff0000000000000, 0xfff0000000000000, 0, 0xbff0000000000000},
}

// nanOperation is an instruction that makes floats of floats. Its operands and result are passed as bits, in memory.
type nanOperation struct {
	name   string
	lane   byte // f or F
	params int
	vector bool
}

func nanOperations() (list []nanOperation) {
	for op := range wasm.Instructions {
		row := &wasm.Instructions[op]
		params, result, ok := strings.Cut(row.Signature, ">")
		if !ok || row.Imm != wasm.ImmNone || params == "" {
			continue
		}
		lanes := strings.HasPrefix(row.Name, "f32x4.") || strings.HasPrefix(row.Name, "f64x2.")
		o := nanOperation{name: row.Name, lane: params[0], params: len(params), vector: lanes}
		switch {
		case o.vector && strings.Trim(params+result, "v") == "":
			o.lane = 'f'
			if strings.Contains(row.Name, "f64x2") {
				o.lane = 'F' // of the operands; for a promotion of lanes these bits are as good as others
			}
			list = append(list, o)
		case strings.Trim(params+result, "fF") == "":
			list = append(list, o)
		}
	}
	return list
}

// nanModule has for each operation a function of operands that are all loaded, and ones of which one is a constant.
func nanModule(list []nanOperation) string {
	var b strings.Builder
	b.WriteString("(module (memory (export \"memory\") 1)\n")
	for _, o := range list {
		typ := map[byte]string{'f': "f32", 'F': "f64"}[o.lane]
		number, nan := "(%s.const 1.5)", "(%s.const -nan:0x5)"
		if o.vector {
			typ = "v128"
			number, nan = "(%s.const f64x2 1.5 1.5)", "(%s.const i64x2 0xfff8000000000005 0xffc00005ff800006)"
		}
		stored := typ
		switch o.name {
		case "f64.promote_f32":
			stored = "f64"
		case "f32.demote_f64":
			stored = "f32"
		}
		for variant := range 1 + 2*o.params {
			fmt.Fprintf(&b, "(func (export \"%s %d\") (%s.store (i32.const 64) (%s", o.name, variant, stored, o.name)
			for i := range o.params {
				switch variant {
				case 1 + 2*i:
					fmt.Fprintf(&b, " "+number, typ)
				case 2 + 2*i:
					fmt.Fprintf(&b, " "+nan, typ)
				default:
					fmt.Fprintf(&b, " (%s.load (i32.const %d))", typ, 16*i)
				}
			}
			b.WriteString(")))\n")
		}
	}
	return b.String() + ")"
}

// nanDigest is the hash of all bits that TestNaNBits sees in the interpreter, on any machine.
const nanDigest = "55f5d5cb0e5b53436af264e87434ebeac3c01cea45a1b3c95b230d79c374e624"

// TestNaNBits checks that the bits of NaNs, which the specification leaves open, are the same in the interpreter on all
// machines, and on amd64 also in machine code.
func TestNaNBits(t *testing.T) {
	list := nanOperations()
	if len(list) < 50 {
		t.Fatalf("there are %d operations", len(list))
	}
	source := []byte(nanModule(list))
	ctx := context.Background()
	results := map[string]map[string][]byte{}
	for name, engine := range allExecutors(t, wasm.AllFeatures) {
		module, err := engine.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		store, err := engine.NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		instance, err := weft.NewLinker(store).Instantiate(ctx, module)
		if err != nil {
			t.Fatal(err)
		}
		memory := instance.Memory("memory")
		results[name] = map[string][]byte{}
		for _, o := range list {
			for variant := range 1 + 2*o.params {
				f := fmt.Sprintf("%s %d", o.name, variant)
				run := instance.Func(f)
				bits := nanBits[o.lane]
				for i := range bits {
					for j := range bits {
						putLanes(memory.Bytes(), o.lane, bits[i:], bits[j:])
						if err := run.CallSlots(ctx, nil); err != nil {
							t.Fatal(err)
						}
						results[name][f] = append(results[name][f], memory.Bytes()[64:80]...)
					}
				}
			}
		}
		store.Close()
	}
	h := sha256.New()
	for _, f := range slices.Sorted(maps.Keys(results["interpreter"])) {
		h.Write(results["interpreter"][f])
	}
	if digest := fmt.Sprintf("%x", h.Sum(nil)); digest != nanDigest {
		t.Errorf("the interpreter's bits are others than elsewhere: %s", digest)
	}
	if runtime.GOARCH != "amd64" {
		return // machine code has what the processor makes
	}
	for name, got := range results {
		for f, want := range results["interpreter"] {
			for i := 0; i < len(want); i += 16 {
				if string(got[f][i:i+16]) != string(want[i:i+16]) {
					n := len(nanBits['f'])
					t.Errorf("%s: %s, operands %d and %d: %x, in the interpreter %x", name, f, i/16/n, i/16%n,
						got[f][i:i+16], want[i:i+16])
					break
				}
			}
		}
	}
}

// putLanes writes operands to memory: x, then y, then x again; the lanes of each are the first of the list and those
// behind it.
func putLanes(memory []byte, lane byte, x, y []uint64) {
	for i, list := range [][]uint64{x, y, x} {
		for j := range 16 {
			size := map[byte]int{'f': 4, 'F': 8}[lane]
			memory[16*i+j] = byte(list[j/size%len(list)] >> (8 * (j % size)))
		}
	}
}
