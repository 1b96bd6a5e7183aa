package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestReadFile reads files of sizes around those from which on they are read differently.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{0, 1, 4<<20 - 1, 4 << 20, 4<<20 + 1, 7<<20 + 12345} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i * 7 >> 3)
		}
		name := filepath.Join(dir, "file")
		if err := os.WriteFile(name, want, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d other ones were read, %v", size, len(got), err)
		}
	}
	if _, err := readFile(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := readFile(dir); err == nil {
		t.Error("a directory was read")
	}
}
