package wasm

import (
	"fmt"
	"testing"
)

// TestShortNumbers compares the quick ways of reading numbers with the careful ones, on numbers of all lengths.
func TestShortNumbers(t *testing.T) {
	for _, bits := range []uint{7, 32, 33, 64} {
		for length := range 12 {
			for _, middle := range []byte{0x80, 0xFF, 0xA5} {
				for last := range 256 {
					var b []byte
					for range length {
						b = append(b, middle)
					}
					b = append(b, byte(last))
					for _, b := range [][]byte{b, append(b[:len(b):len(b)], 0x0B)} {
						quick, careful := Reader{Buf: b}, Reader{Buf: b}
						s, err := quick.Signed(bits)
						want, wanted := careful.longSigned(bits)
						if s != want || quick.Pos != careful.Pos || fmt.Sprint(err) != fmt.Sprint(wanted) {
							t.Fatalf("signed, %d bits, % x: %d, %v at %d, want %d, %v at %d", bits, b, s, err, quick.Pos, want, wanted, careful.Pos)
						}
						quick, careful = Reader{Buf: b}, Reader{Buf: b}
						u, err := quick.Unsigned(bits)
						wantU, wanted := careful.longUnsigned(bits)
						if u != wantU || quick.Pos != careful.Pos || fmt.Sprint(err) != fmt.Sprint(wanted) {
							t.Fatalf("unsigned, %d bits, % x: %d, %v at %d, want %d, %v at %d", bits, b, u, err, quick.Pos, wantU, wanted, careful.Pos)
						}
					}
				}
			}
		}
	}
}

// TestConstExprI32 checks which expressions are one i32.const.
func TestConstExprI32(t *testing.T) {
	for _, c := range []struct {
		body  string
		value int32
		ok    bool
	}{
		{"\x41\x07\x0b", 7, true},
		{"\x41\x7f\x0b", -1, true},
		{"\x41\x80\x80\x80\x80\x78\x0b", -1 << 31, true},
		{"", 0, false},
		{"\x41\x0b", 0, false},
		{"\x41\x07", 0, false},
		{"\x41\x07\x0b\x0b", 0, false},
		{"\x41\x07\x01\x0b", 0, false},
		{"\x41\x80\x80\x80\x80\x08\x0b", 0, false}, // too large
		{"\x42\x07\x0b", 0, false},
		{"\x23\x07\x0b", 0, false},
	} {
		x := ConstExpr{Body: []byte(c.body)}
		if v, ok := x.I32(); v != c.value || ok != c.ok {
			t.Errorf("% x: %d, %v", c.body, v, ok)
		}
	}
}
