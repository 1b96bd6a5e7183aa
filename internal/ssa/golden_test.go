package ssa

import (
	"strings"
	"testing"

	"weft/internal/golden"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// TestGolden compares the functions of the modules in testdata after all passes with the golden
// files beside them; those of plain.wat are in the plain form, those of dispatch.wat have another form for rare
// entries. After an intended change: go test -run Golden -update
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.wat", func(t *testing.T, name string, source []byte) string {
		m, err := text.Parse(source, wasm.AllFeatures)
		if err == nil {
			err = validate.Module(m, wasm.AllFeatures)
		}
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		var b Builder
		var o Optimizer
		env := testEnv(m, true)
		b.Plain = strings.HasSuffix(name, "plain.wat")
		o.Reenter = strings.HasSuffix(name, "dispatch.wat")
		for i := range m.Funcs {
			f, err := b.Build(env, i)
			if err != nil {
				t.Fatal(err)
			}
			checkPasses(t, &o, f)
			got.WriteString(f.String() + "\n")
		}
		return got.String()
	})
}
