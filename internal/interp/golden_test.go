package interp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"weft/internal/golden"
	"weft/internal/store"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// TestLowering compares the register code of the modules in testdata with the
// golden files beside them. After an intended change: go test -run Lowering -update
func TestLowering(t *testing.T) {
	golden.Run(t, "testdata/*.wat", func(t *testing.T, file string, source []byte) string {
		features := wasm.AllFeatures
		if strings.Contains(file, "2023") {
			features |= wasm.TypedContinuations2023
		}
		return lowerAll(t, source, features)
	})
}

// lowerAll returns the register code of all functions of a module.
func lowerAll(t *testing.T, source []byte, features wasm.Features) string {
	m, err := text.Parse(source, features)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Module(m, features); err != nil {
		t.Fatal(err)
	}
	engine, err := New()
	if err != nil {
		t.Fatal(err)
	}
	compiled := store.NewModule(m, wasm.NewTypeSet(), features, engine, nil)
	var out bytes.Buffer
	var l lowerer
	for i := range m.Funcs {
		h, err := l.lower(&store.Store{}, compiled, i)
		if err != nil {
			t.Fatal(err)
		}
		index := uint32(compiled.Space.ImportedFuncs + i)
		fmt.Fprintf(&out, "func %d %s: %s", index, compiled.FuncName(index), dump(h, l.code))
		for _, try := range l.tries {
			fmt.Fprintf(&out, "      try [%d, %d) depth %d clauses %d..%d", try.start, try.end, try.depth, try.clauses, try.clauses+try.count)
			if try.next != try.depth {
				fmt.Fprintf(&out, ", then depth %d", try.next)
			}
			out.WriteByte('\n')
		}
		for _, b := range l.barriers {
			fmt.Fprintf(&out, "      barrier [%d, %d)\n", b.start, b.end)
		}
	}
	return out.String()
}
