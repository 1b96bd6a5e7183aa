package binary_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/binary/scripttest"
)

// bodyMessages are expectations about the instructions of bodies, which the
// validator checks.
var bodyMessages = []string{"data count section required", "illegal opcode", "malformed memop flags",
	"END opcode expected", "integer too large", "integer representation too long", "unexpected end"}

// TestCorpus decodes all binary modules of the corpus.
func TestCorpus(t *testing.T) {
	accepted, refused, left, texts := 0, 0, 0, 0
	for _, m := range scripttest.Corpus(t, "../..", ".") {
		if m.Form != scripttest.Binary {
			continue
		}
		mod, err := binary.Decode([]byte(m.Source), wasm.AllFeatures)
		if m.Assert != "assert_malformed" {
			accepted++
			if err != nil {
				t.Errorf("%s:%d: %v", m.File, m.Line, err)
				continue
			}
			reencode(t, mod)
			continue
		}
		var e *wasm.Error
		switch {
		case errors.As(err, &e):
			refused++
			if e.Class != wasm.Malformed {
				t.Errorf("%s:%d: class %v instead of malformed: %v", m.File, m.Line, e.Class, err)
			}
			if strings.HasPrefix(e.Msg, m.Message) {
				texts++
			} else {
				t.Logf("%s:%d: message %q instead of %q", m.File, m.Line, e.Msg, m.Message)
			}
		case isBodyMessage(m.Message):
			left++
		default:
			t.Errorf("%s:%d: accepted, expected %q", m.File, m.Line, m.Message)
		}
	}
	t.Logf("%d modules accepted; %d refused (%d with the expected text), %d left to the validator",
		accepted, refused, texts, left)
}

func isBodyMessage(message string) bool {
	for _, m := range bodyMessages {
		if strings.HasPrefix(message, m) {
			return true
		}
	}
	return false
}

// reencode checks that encoding what was decoded is a fixed point.
func reencode(t *testing.T, m *wasm.Module) {
	t.Helper()
	b := binary.Encode(m)
	again, err := binary.Decode(b, wasm.AllFeatures|m.Dialect)
	if err != nil {
		t.Fatalf("decoding what was encoded: %v", err)
	}
	if !equal(m, again) {
		t.Errorf("decoding what was encoded gives another module:\n%+v\n%+v", m, again)
	}
	if !bytes.Equal(b, binary.Encode(again)) {
		t.Error("the second encoding differs")
	}
}
