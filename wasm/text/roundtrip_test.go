package text_test

import (
	"bytes"
	"testing"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// print returns a module as text.
func print(m *wasm.Module) (string, error) {
	var b bytes.Buffer
	err := text.Print(&b, m)
	return b.String(), err
}

// TestRoundTrip checks for every module of the corpus that text survives the way
// through the binary format and back, byte by byte, and that printing what was
// printed changes nothing. Binaries need not come back as they were, because there
// is more than one encoding of a module, but what they are printed as must hold.
func TestRoundTrip(t *testing.T) {
	total, failed, malformed := 0, 0, 0
	corpusModules(t, func(c *corpusModule) {
		if c.err != nil {
			return
		}
		features := featuresFor(c.file)
		m := c.m
		if c.binary {
			printed, err := print(m)
			if err != nil {
				if malformed++; c.assert == "" {
					t.Errorf("%s:%d: print: %v", c.file, c.line, err)
				}
				return
			}
			if m, err = text.Parse([]byte(printed), features); err != nil {
				t.Errorf("%s:%d: parse what was printed: %v\n%s", c.file, c.line, err, printed)
				return
			}
		}
		total++
		if err := roundTrip(m, features); err != "" {
			if failed++; failed < 10 {
				t.Errorf("%s:%d: %s", c.file, c.line, err)
			}
		}
	})
	t.Logf("%d modules, %d fail; %d binaries have malformed bodies", total, failed, malformed)
}

// roundTrip says what is lost on the ways of a module, and nothing if nothing is.
func roundTrip(m *wasm.Module, features wasm.Features) string {
	first := binary.Encode(m)
	decoded, err := binary.Decode(first, features)
	if err != nil {
		return "decode: " + err.Error()
	}
	printed, err := print(decoded)
	if err != nil {
		return "print: " + err.Error()
	}
	parsed, err := text.Parse([]byte(printed), features)
	if err != nil {
		return "parse what was printed: " + err.Error() + "\n" + printed
	}
	if second := binary.Encode(parsed); !bytes.Equal(first, second) {
		return "another binary:\n" + printed
	}
	direct, err := print(m)
	if err != nil {
		return "print directly: " + err.Error()
	}
	parsed, err = text.Parse([]byte(direct), features)
	if err != nil {
		return "parse what was printed directly: " + err.Error() + "\n" + direct
	}
	if !bytes.Equal(first, binary.Encode(parsed)) {
		return "another binary, directly:\n" + direct
	}
	if again, err := print(parsed); err != nil || again != direct {
		return "another text:\n" + direct + "\nthen\n" + again
	}
	return ""
}
