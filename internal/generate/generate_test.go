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
		const first = wasm.SignExtension | wasm.SaturatingTruncation | wasm.MultiValue | wasm.BulkMemory | wasm.ReferenceTypes | wasm.MutableGlobals
		for _, features := range []wasm.Features{wasm.AllFeatures, first, wasm.Wasm3, wasm.AllFeatures | wasm.TypedContinuations2023} {
			first, second := Pair(choices, features)
			for _, source := range []string{Module(choices, features), first, second} {
				m, err := text.Parse([]byte(source), features)
				if err == nil {
					err = validate.Module(m, features)
				}
				if err != nil {
					t.Fatalf("module %d, %v: %v\n%s", i, features, err, source)
				}
			}
		}
	}
}
