package cache

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
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

// TestRecordsTogether has processes, directories, records and goroutines that add to one entry: all of it is there
// then.
func TestRecordsTogether(t *testing.T) {
	const child = "WEFT_CACHE_TEST_RECORDS"
	if path := os.Getenv(child); path != "" {
		addRecords(t, path, 100)
		return
	}
	path := open(t, 1<<20).root.Name()
	var group sync.WaitGroup
	group.Go(func() {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRecordsTogether$")
		cmd.Env = append(os.Environ(), child+"="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	group.Go(func() { addRecords(t, path, 0) })
	group.Wait()
	r := reopen(t, path, 1<<20).Records(key(1))
	for number := range 200 {
		if got := r.Get(number); string(got) != fmt.Sprint(number) {
			t.Errorf("record %d: %q", number, got)
		}
	}
}

// addRecords adds 100 records, from goroutines of which two have a directory in common.
func addRecords(t *testing.T, path string, from int) {
	var group sync.WaitGroup
	for range 2 {
		d := reopen(t, path, 1<<20)
		for range 2 {
			r := d.Records(key(1))
			first := from
			from += 25
			group.Go(func() {
				for number := first; number < first+25; number++ {
					r.Add(number, fmt.Append(nil, number))
					if err := d.Flush(); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
}

// TestFlushWaits checks that a flush waits for one that is under way, as that of the timer may be when a program ends.
func TestFlushWaits(t *testing.T) {
	d := open(t, 1<<20)
	writing, end, flushed := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() { // has taken what was added, and has not written it
		_ = d.locked(func() error {
			close(writing)
			<-end
			return nil
		})
	}()
	<-writing
	go func() { flushed <- d.Flush() }()
	select {
	case <-flushed:
		t.Error("it does not wait")
	case <-time.After(20 * time.Millisecond):
		close(end)
		if err := <-flushed; err != nil {
			t.Error(err)
		}
	}
}

// TestLockedElsewhere adds to an entry while another process has the lock.
func TestLockedElsewhere(t *testing.T) {
	d := open(t, 1<<20)
	r := d.Records(key(1))
	r.Add(1, []byte("one"))
	lock, err := os.Create(filepath.Join(d.root.Name(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := tryLock(lock); err != nil {
		t.Skip(err)
	}
	time.AfterFunc(20*time.Millisecond, func() { _ = lock.Close() })
	if err := d.Flush(); err != nil {
		t.Fatal(err)
	}
	checkRecords(t, d.Records(key(1)), map[int]string{1: "one"})
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
	name := file(d, key(1))
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
