package arm64

import (
	"testing"

	"weft/internal/codegen"
	"weft/internal/codegen/exectest"
)

// TestCorpus compiles the corpus with and without LSE.
func TestCorpus(t *testing.T) {
	for _, target := range []Target{{}, {Features{LSE: true}}} {
		exectest.TestCorpus(t, target.NewBackend(), checkSites)
	}
}

// checkSites checks that sites are sorted, and that each of them is at an instruction.
func checkSites(t *testing.T, code *codegen.Code) {
	t.Helper()
	last := uint32(0)
	for i := range code.Sites {
		s := &code.Sites[i]
		if s.Offset < last || s.Offset%4 != 0 || int(s.Offset) > len(code.Bytes) {
			t.Errorf("site %d is at %d, behind one at %d, of %d bytes", i, s.Offset, last, len(code.Bytes))
		}
		last = s.Offset
	}
}
