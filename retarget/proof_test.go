package retarget_test

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"weft/retarget/internal/gowasm"
	"weft/wasm"
	"weft/wasm/binary"
)

// TestProof changes an instruction of the new code at a time, and checks that the proof fails. A change that makes no
// difference, such as a branch to another block that ends at the same place, is none that it has to find.
func TestProof(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	source, err := hello()
	check(t, err)
	m, err := binary.Decode(source, wasm.DefaultFeatures)
	check(t, err)
	_, proof, err := gowasm.Transform(m, "go1.26.0")
	check(t, err)
	after, err := binary.Decode(binary.Encode(m), wasm.DefaultFeatures)
	check(t, err)
	check(t, proof.Check(after))

	r := rand.New(rand.NewPCG(1, 2))
	made, missed := map[string]int{}, map[string]int{}
	for range 150 {
		index := r.IntN(len(after.Funcs))
		f := &after.Funcs[index]
		if name := after.Names.Funcs[uint32(index+after.NumImports(wasm.ExternFunc))]; notProved.MatchString(name) {
			continue
		}
		was := f.Body
		changed, what := change(t, was, r)
		if changed == nil {
			continue
		}
		f.Body = changed
		made[what]++
		if proof.Check(after) == nil {
			missed[what]++
			t.Logf("missed: %s in %s", what, after.Names.Funcs[uint32(index+after.NumImports(wasm.ExternFunc))])
		}
		f.Body = was
	}
	for what, n := range made {
		t.Logf("%s: %d of %d noticed", what, n-missed[what], n)
		if missed[what]*10 > n || what != "label" && missed[what] > 0 {
			t.Errorf("%s: %d of %d were missed", what, missed[what], n)
		}
	}
	if len(made) < 6 {
		t.Errorf("only these changes were made: %v", made)
	}
}

// notProved are the functions that are taken for granted: those of runtime.wat, and those of a shape of their own.
var notProved = regexp.MustCompile(`^(weft\.|runtime\.gcWriteBarrier|gcWriteBarrier|go_buildid|runtime\.gogo$|_rt0|wasm_|mem|cmpbody|runtime\.(wasm|notInitialized))`)

// change changes one instruction of a body; nil if the chosen one is not to be changed.
func change(t *testing.T, body []byte, r *rand.Rand) (changed []byte, what string) {
	var starts []int
	reader := wasm.NewCodeReader(body, 0, wasm.DefaultFeatures, 0)
	var in wasm.Instr
	for reader.Len() > 0 {
		starts = append(starts, reader.Pos)
		check(t, reader.Next(&in))
	}
	at := starts[r.IntN(len(starts))]
	reader = wasm.NewCodeReader(body, 0, wasm.DefaultFeatures, 0)
	reader.Pos = at
	check(t, reader.Next(&in))
	end := reader.Pos
	switch in.Op {
	case wasm.OpBr, wasm.OpBrIf:
		in.Index++
		what = "label"
	case wasm.OpLocalGet, wasm.OpLocalSet, wasm.OpLocalTee:
		in.Index++
		what = "local"
	case wasm.OpGlobalGet, wasm.OpGlobalSet:
		in.Index ^= 1
		what = "global"
	case wasm.OpCall:
		in.Index++
		what = "callee"
	case wasm.OpI32Const, wasm.OpI64Const:
		in.Bits++
		what = "constant"
	case wasm.OpI64Load, wasm.OpI64Store, wasm.OpI32Load:
		in.Offset64 += 8
		what = "offset"
	case wasm.OpReturn:
		in.Op = wasm.OpUnreachable
		what = "return"
	case wasm.OpI32Eqz:
		in.Op = wasm.OpI32Clz
		what = "condition"
	default:
		return nil, ""
	}
	changed = append(changed, body[:at]...)
	changed = wasm.AppendInstr(changed, &in, 0)
	return append(changed, body[end:]...), what
}
