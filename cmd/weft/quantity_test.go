package main

import (
	"math"
	"testing"
)

func TestQuantity(t *testing.T) {
	size, count := newSize(0, math.MaxUint32), newCount(0)
	tests := []struct {
		q    *quantity
		text string
		want uint64
		said string // how it is printed
	}{
		{&size, "0", 0, "0"},
		{&size, "17", 17, "17B"},
		{&size, "16MiB", 16 << 20, "16MiB"},
		{&size, "16 MiB", 16 << 20, "16MiB"},
		{&size, "1GB", 1e9, "1GB"},
		{&size, "2KB", 2000, "2kB"},
		{&size, "4294967295", math.MaxUint32, "4294967295B"},
		{&count, "10M", 1e7, "10M"},
		{&count, "1500", 1500, "1500"},
	}
	for _, test := range tests {
		if err := test.q.Set(test.text); err != nil || test.q.n != test.want || test.q.String() != test.said {
			t.Errorf("%q is %d, %s: %v", test.text, test.q.n, test.q, err)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5GB", "1mib", "4GiB", "99999999999TiB", "0x10"} {
		if err := size.Set(text); err == nil {
			t.Errorf("%q is %d", text, size.n)
		}
	}
}
