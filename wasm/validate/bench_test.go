package validate_test

import (
	"bytes"
	"testing"

	"weft/wasm"
	"weft/wasm/validate"
)

// BenchmarkBody measures the speed of validation in bytes of code.
func BenchmarkBody(b *testing.B) {
	loop := []byte("\x02\x40\x03\x40\x20\x00\x41\x01\x6b\x22\x00\x45\x0d\x01\x20\x00\x41\x07\x6c\x41\x05\x6a\x1a\x0c\x00\x0b\x0b")
	m := oneFunc(append(bytes.Repeat(loop, 40_000), 0x0b), wasm.LocalGroup{Count: 1, Type: wasm.I32})
	b.SetBytes(int64(len(m.Funcs[0].Body)))
	for b.Loop() {
		if err := validate.Module(m, wasm.AllFeatures); err != nil {
			b.Fatal(err)
		}
	}
}
