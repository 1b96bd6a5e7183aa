package text_test

import (
	"math"
	"testing"

	"weft/wasm/text"
)

func TestParseInt(t *testing.T) {
	tests := []struct {
		literal string
		bits    uint
		want    uint64
		ok      bool
	}{
		{"0", 32, 0, true}, {"-1", 32, 0xFFFFFFFF, true}, {"4294967295", 32, 0xFFFFFFFF, true},
		{"4294967296", 32, 0, false}, {"-2147483648", 32, 0x80000000, true}, {"-2147483649", 32, 0, false},
		{"+2147483647", 32, 0x7FFFFFFF, true}, {"0xffff_ffff", 32, 0xFFFFFFFF, true}, {"-0x80", 8, 0x80, true},
		{"-0x81", 8, 0, false}, {"255", 8, 255, true}, {"256", 8, 0, false}, {"65535", 16, 65535, true},
		{"18446744073709551615", 64, math.MaxUint64, true}, {"18446744073709551616", 64, 0, false},
		{"-9223372036854775808", 64, 1 << 63, true}, {"-9223372036854775809", 64, 0, false},
		{"1__0", 32, 0, false}, {"_1", 32, 0, false}, {"1_", 32, 0, false}, {"0x", 32, 0, false},
		{"0x_1", 32, 0, false}, {"", 32, 0, false}, {"-", 32, 0, false}, {"1.0", 32, 0, false}, {"nan", 32, 0, false},
	}
	for _, test := range tests {
		got, err := text.ParseInt(test.literal, test.bits)
		if (err == nil) != test.ok || err == nil && got != test.want {
			t.Errorf("ParseInt(%q, %d) = %#x, %v", test.literal, test.bits, got, err)
		}
	}
}

func TestParseFloat(t *testing.T) {
	tests := []struct {
		literal string
		want    uint32
		ok      bool
	}{
		{"0", 0, true}, {"-0", 0x80000000, true}, {"1", 0x3F800000, true}, {"1.", 0x3F800000, true},
		{"1.5e0", 0x3FC00000, true}, {"1_0.2_5E+0_0", 0x41240000, true}, {"0x1.8", 0x3FC00000, true},
		{"0x1.8p1", 0x40400000, true}, {"0x1_0.p-4", 0x3F800000, true}, {"+inf", 0x7F800000, true},
		{"-inf", 0xFF800000, true}, {"nan", 0x7FC00000, true}, {"-nan", 0xFFC00000, true},
		{"nan:0x1", 0x7F800001, true}, {"-nan:0x7f_ffff", 0xFFFFFFFF, true}, {"nan:0x0", 0, false},
		{"nan:0x80_0000", 0, false}, {"nan:1", 0, false}, {"0x1p-149", 1, true}, {"0x1p-150", 0, true},
		{"0x1.000001p-150", 1, true}, // just above half of the smallest number
		{"0x1.fffffep127", 0x7F7FFFFF, true}, {"0x1.fffffeffffff8p127", 0x7F7FFFFF, true},
		{"0x1.ffffffp127", 0, false}, {"340282356779733661637539395458142568447", 0x7F7FFFFF, true},
		{"340282356779733661637539395458142568448", 0, false}, {"1e39", 0, false}, {"1e99999999999", 0, false},
		{"1e-99999999999", 0, true},
		{"0x1.00000100000000001", 0x3F800001, true}, // above the middle by a bit far to the right
		{"0x1.000001", 0x3F800000, true},            // the middle goes to the even neighbour
		{"0x1.000003", 0x3F800002, true},            // and here that is the upper one
		{".5", 0, false}, {"1e", 0, false}, {"0x1p", 0, false}, {"1.5.", 0, false}, {"infinity", 0, false},
		{"nan:canonical", 0, false}, {"", 0, false},
	}
	for _, test := range tests {
		got, err := text.ParseFloat32(test.literal)
		if (err == nil) != test.ok || err == nil && got != test.want {
			t.Errorf("ParseFloat32(%q) = %#x, %v", test.literal, got, err)
		}
	}
	if got, err := text.ParseFloat64("0x1.fffffffffffff7ffp0"); err != nil || got != 0x3FFFFFFFFFFFFFFF {
		t.Errorf("rounding down: %#x, %v", got, err)
	}
	if got, err := text.ParseFloat64("-nan:0xfffffffffffff"); err != nil || got != math.MaxUint64 {
		t.Errorf("payload: %#x, %v", got, err)
	}
}
