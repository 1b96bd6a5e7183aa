package generate

import (
	"math/rand/v2"
	"testing"

	"weft/wasm"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// TestModule checks that whatever the bytes, the module is valid.
func TestModule(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		choices := make([]byte, random.IntN(2000)*min(i, 1))
		for j := range choices {
			choices[j] = byte(random.Uint32())
		}
		source := Module(choices)
		m, err := text.Parse([]byte(source), wasm.AllFeatures)
		if err != nil {
			t.Fatalf("module %d: %v\n%s", i, err, source)
		}
		if err := validate.Module(m, wasm.AllFeatures); err != nil {
			t.Fatalf("module %d: %v\n%s", i, err, source)
		}
	}
}
