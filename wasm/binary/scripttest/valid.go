package scripttest

import (
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// Valid returns the valid modules of the whole corpus, read with all features, each of
// them once: many scripts stand in several folders. It skips the test if there is no corpus.
func Valid(t testing.TB, root string) []*wasm.Module {
	t.Helper()
	var valid []*wasm.Module
	seen := map[string]bool{}
	for _, m := range Corpus(t, root, ".") {
		if m.Assert != "" || m.Form == Quote || seen[m.Source] {
			continue
		}
		seen[m.Source] = true
		parse := text.Parse
		if m.Form == Binary {
			parse = binary.Decode
		}
		mod, err := parse([]byte(m.Source), wasm.AllFeatures)
		if err == nil {
			err = validate.Module(mod, wasm.AllFeatures)
		}
		if err == nil {
			valid = append(valid, mod)
		}
	}
	return valid
}
