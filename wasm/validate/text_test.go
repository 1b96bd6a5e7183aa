package validate_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/binary/scripttest"
	"weft/wasm/text"
	"weft/wasm/validate"
)

// features returns what a script of the corpus is meant to be run with.
func features(file string) wasm.Features {
	switch {
	case strings.HasPrefix(file, "wasmfx-legacy"):
		return wasm.AllFeatures | wasm.TypedContinuations2023
	case strings.HasPrefix(file, "testsuite-proposals"): // from before there were several memories or tables
		return wasm.MutableGlobals | wasm.SignExtension | wasm.SaturatingTruncation | wasm.MultiValue |
			wasm.BulkMemory | wasm.Threads
	case file == filepath.FromSlash("spec/core/exceptions/tag.wast"): // replaced by stack-switching/core-overrides
		return wasm.AllFeatures &^ wasm.StackSwitching
	case strings.HasPrefix(file, filepath.FromSlash("spec/core/gc/br_on_cast")): // whose targets descriptors make more
		return wasm.AllFeatures &^ wasm.CustomDescriptors
	}
	return wasm.AllFeatures
}

// refusedElsewhere are modules in text from before the GC proposal, where the
// index of a table or memory was written bare; the reference interpreter refuses
// them, too.
var refusedElsewhere = map[string][]int{
	"testsuite-proposals/proposals/threads/imports.wast": {271, 290, 381, 393},
}

// TestTextCorpus parses and validates all modules of the corpus that are given
// as text.
func TestTextCorpus(t *testing.T) {
	var result tally
	for _, m := range scripttest.Corpus(t, "../..", ".") {
		if m.Form == scripttest.Binary || m.Form == scripttest.Quote && m.Assert != "assert_invalid" ||
			strings.HasSuffix(m.Assert, "_custom") || slices.Contains(refusedElsewhere[filepath.ToSlash(m.File)], m.Line) {
			continue // malformed text and annotations are for the parser's tests
		}
		mod, err := text.Parse([]byte(m.Source), features(m.File))
		if err == nil {
			err = validate.Module(mod, features(m.File))
		}
		if mod != nil {
			if again := throughBinary(t, mod, features(m.File)); (again == nil) != (err == nil) {
				t.Errorf("%s:%d: from text: %v; from its encoding: %v", m.File, m.Line, err, again)
			}
		}
		result.judge(t, &m, err)
	}
	result.log(t)
}

// throughBinary encodes, decodes and validates a module. Encoding what was
// decoded must give the same bytes.
func throughBinary(t *testing.T, m *wasm.Module, features wasm.Features) error {
	t.Helper()
	b := binary.Encode(m)
	decoded, err := binary.Decode(b, features)
	if err != nil {
		return err
	}
	if !bytes.Equal(binary.Encode(decoded), b) {
		t.Errorf("encoding % x again gives % x", b, binary.Encode(decoded))
	}
	return validate.Module(decoded, features)
}
