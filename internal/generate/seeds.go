package generate

import (
	"math/rand/v2"

	"weft/wasm"
)

// Seeds returns the texts of the modules of n pairs, always the same ones: for fuzzers of formats and of validation,
// which find by themselves what is near to the modules that they begin with, but no sections and instructions that are
// new.
func Seeds(n int, features wasm.Features) []string {
	var texts []string
	for i := range n {
		random := rand.New(rand.NewPCG(uint64(i), 0))
		choices := make([]byte, 600)
		for j := range choices {
			choices[j] = byte(random.Uint32())
		}
		first, second := Pair(choices, features)
		texts = append(texts, first, second)
	}
	return texts
}
