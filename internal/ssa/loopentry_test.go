package ssa

import (
	"fmt"
	"strings"
	"testing"

	"weft/internal/golden"
	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// TestBuildLoop compares what is left of functions at their loops with a golden file.
func TestBuildLoop(t *testing.T) {
	golden.Run(t, "testdata/rest/*.wat", func(t *testing.T, _ string, source []byte) string {
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
		for i := range m.Funcs {
			var reader wasm.CodeReader
			var in wasm.Instr
			reader.Reset(m.Funcs[i].Body, m.Funcs[i].BodyOffset, wasm.AllFeatures, m.Dialect)
			for reader.Len() > 0 {
				if err := reader.Next(&in); err != nil {
					t.Fatal(err)
				}
				if in.Op != wasm.OpLoop {
					continue
				}
				f, err := b.BuildLoop(env, i, in.Offset)
				if err != nil {
					t.Fatal(err)
				}
				checkPasses(t, &o, f)
				fmt.Fprintf(&got, "; from the loop @%d\n%s\n", in.Offset, f)
			}
		}
		return got.String()
	})
}
