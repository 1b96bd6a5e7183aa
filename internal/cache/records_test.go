package cache

import (
	"bytes"
	"os"
	"testing"
)

func checkRecords(t *testing.T, r *Records, want map[int]string) {
	t.Helper()
	for number := range 10 {
		if got := r.Get(number); string(got) != want[number] {
			t.Errorf("record %d: %q, want %q", number, got, want[number])
		}
	}
}

// TestRecords checks what two users of an entry add and find.
func TestRecords(t *testing.T) {
	d := open(t, 1<<20)
	first, second := d.Records(key(1)), d.Records(key(1))
	first.Add(1, []byte("one"))
	first.Add(7, []byte("seven"))
	checkRecords(t, first, map[int]string{1: "one", 7: "seven"})
	checkRecords(t, second, nil)
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	second.Add(2, []byte("two"))
	second.Add(7, []byte("VII"))
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	checkRecords(t, d.Records(key(1)), map[int]string{1: "one", 2: "two", 7: "VII"})
	checkRecords(t, d.Records(key(2)), nil)
}

// TestRecordsDamaged changes each bit of an entry, and cuts it everywhere: nothing of it is found then.
func TestRecordsDamaged(t *testing.T) {
	d := open(t, 1<<20)
	r := d.Records(key(1))
	r.Add(1, []byte("one"))
	r.Add(2, []byte("two"))
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	name := d.file(key(1))
	intact, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	damaged := func(content []byte) {
		t.Helper()
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		checkRecords(t, d.Records(key(1)), nil)
	}
	for i := range intact {
		damaged(intact[:i])
		flipped := bytes.Clone(intact)
		flipped[i] ^= 1 << (i % 8)
		damaged(flipped)
	}
	if err := os.WriteFile(name, intact, 0o600); err != nil {
		t.Fatal(err)
	}
	checkRecords(t, d.Records(key(1)), map[int]string{1: "one", 2: "two"})
}
