package validate_test

import (
	"errors"
	"strings"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/binary/scripttest"
	"weft/wasm/validate"
)

// TestBinaryCorpus decodes and validates all binary modules of the corpus.
func TestBinaryCorpus(t *testing.T) {
	var result tally
	for _, m := range scripttest.Corpus(t, "../..", ".") {
		if m.Form != scripttest.Binary {
			continue
		}
		mod, err := binary.Decode([]byte(m.Source), wasm.AllFeatures)
		if err == nil {
			err = validate.Module(mod, wasm.AllFeatures)
		}
		result.judge(t, &m, err)
	}
	result.log(t)
}

// A tally counts modules that were treated as the corpus expects.
type tally struct{ accepted, malformed, invalid, texts int }

func (r *tally) log(t *testing.T) {
	t.Logf("%d accepted, %d malformed, %d invalid; %d refused with the expected text", r.accepted, r.malformed, r.invalid, r.texts)
}

// judge compares the outcome for a module with what the script expects.
func (r *tally) judge(t *testing.T, m *scripttest.Module, err error) {
	t.Helper()
	want := wasm.Malformed
	switch m.Assert {
	case "assert_invalid":
		want = wasm.Invalid
	case "assert_malformed":
	default:
		if err != nil {
			t.Errorf("%s:%d: %v", m.File, m.Line, err)
			return
		}
		r.accepted++
		return
	}
	var e *wasm.Error
	switch {
	case !errors.As(err, &e):
		t.Errorf("%s:%d: accepted, expected %v: %s", m.File, m.Line, want, m.Message)
		return
	case e.Class == wasm.Disabled && e.Feature&(wasm.MultiMemory|wasm.ReferenceTypes) != 0:
		// What a script says about a time before a proposal.
	case e.Class != want:
		t.Errorf("%s:%d: expected %v: %s, found %v: %v", m.File, m.Line, want, m.Message, e.Class, e)
		return
	case strings.HasPrefix(e.Msg, m.Message):
		r.texts++
	default:
		t.Logf("%s:%d: message %q instead of %q", m.File, m.Line, e.Msg, m.Message)
	}
	if want == wasm.Malformed {
		r.malformed++
	} else {
		r.invalid++
	}
}
