package cache

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// privateDir returns a new directory to which nobody else may write, whatever the umask is: caches want that.
func privateDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t testing.TB, maxBytes int64) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(privateDir(t), "a", "b"), maxBytes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func reopen(t testing.TB, path string, maxBytes int64) *Dir {
	t.Helper()
	d, err := Open(path, maxBytes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func file(d *Dir, k Key) string { return filepath.Join(d.root.Name(), k.file()) }

func put(t testing.TB, d *Dir, k Key, content []byte) {
	t.Helper()
	if err := d.Put(k, content); err != nil {
		t.Fatal(err)
	}
}

func key(i int) Key { return NewKey("test", []byte{byte(i)}) }

func TestKeys(t *testing.T) {
	keys := map[Key]string{}
	for name, k := range map[string]Key{
		"kind":    NewKey("a"),
		"part":    NewKey("", []byte("a")),
		"joined":  NewKey("k", []byte("ab")),
		"split":   NewKey("k", []byte("a"), []byte("b")),
		"shifted": NewKey("k", nil, []byte("ab")),
	} {
		if other, ok := keys[k]; ok {
			t.Errorf("%s and %s have the same key", name, other)
		}
		keys[k] = name
	}
}

func TestPutGet(t *testing.T) {
	d := open(t, 1<<20)
	if info, err := d.root.Stat("."); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info, err)
	}
	if _, ok := d.Get(key(1)); ok {
		t.Error("found what was never put")
	}
	for _, content := range [][]byte{[]byte("first"), {}, bytes.Repeat([]byte("x"), 100_000)} {
		put(t, d, key(1), content)
		if got, ok := d.Get(key(1)); !ok || !bytes.Equal(got, content) {
			t.Errorf("got %.20q, %v, want %.20q", got, ok, content)
		}
	}
	if _, ok := d.Get(key(2)); ok {
		t.Error("found another key")
	}
}

// TestDamaged changes each byte of an entry, cuts it at each length, and puts
// other things in its place: none of them is used, all are replaced.
func TestDamaged(t *testing.T) {
	d := open(t, 1<<20)
	put(t, d, key(1), []byte("content"))
	name := file(d, key(1))
	intact, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, key(2), []byte("content"))
	another, err := os.ReadFile(file(d, key(2)))
	if err != nil {
		t.Fatal(err)
	}
	cases := [][]byte{another, append(bytes.Clone(intact), 0), nil}
	for i := range intact {
		damaged := bytes.Clone(intact)
		damaged[i] ^= 0x10
		cases = append(cases, damaged, intact[:i])
	}
	for i, b := range cases {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := d.Get(key(1)); ok {
			t.Errorf("case %d: got %q", i, got)
		}
	}
	put(t, d, key(1), []byte("content"))
	if _, ok := d.Get(key(1)); !ok {
		t.Error("the entry was not replaced")
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.Get(key(1)); ok {
		t.Error("got a directory")
	}
}

// TestBound checks that the entries stay within the bound, and which of them go.
func TestBound(t *testing.T) {
	const size = 1000
	d := open(t, 3*(size+headerSize))
	content := make([]byte, size)
	for i := range 3 {
		put(t, d, key(i), content)
		at := time.Now().Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(file(d, key(i)), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := d.Get(key(0)); !ok { // now it is the most recently used
		t.Fatal("the first entry is gone")
	}
	put(t, d, key(3), content)
	for i, want := range []bool{true, false, true, true} {
		if _, ok := d.Get(key(i)); ok != want {
			t.Errorf("entry %d is there: %v, want %v", i, ok, want)
		}
	}
	if err := d.Put(key(4), make([]byte, 4*size)); err == nil {
		t.Error("an entry larger than the bound was put")
	}
	if _, ok := d.Get(key(3)); !ok {
		t.Error("an entry made room for one that was refused")
	}
}

// TestLeftovers checks which temporary files are removed, and that files of others
// are not.
func TestLeftovers(t *testing.T) {
	d := open(t, 1<<20)
	old := time.Now().Add(-2 * abandoned)
	for _, name := range []string{temporary + "old", temporary + "new", "other"} {
		path := filepath.Join(d.root.Name(), name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if name != temporary+"new" {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(t, d, key(1), nil)
	for name, want := range map[string]bool{temporary + "old": false, temporary + "new": true, "other": true} {
		if _, err := os.Stat(filepath.Join(d.root.Name(), name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnwritable checks that writing fails without leaving anything.
func TestUnwritable(t *testing.T) {
	d := open(t, 1<<20)
	if err := os.RemoveAll(d.root.Name()); err != nil {
		t.Fatal(err)
	}
	if err := d.Put(key(1), nil); err == nil {
		t.Error("an entry was put nowhere")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, 1); err == nil {
		t.Error("a file was opened as a directory")
	}
}

// TestProcesses has processes and goroutines that put and get the same few entries
// in a directory too small for them.
func TestProcesses(t *testing.T) {
	const child = "WEFT_CACHE_TEST_DIR"
	if path := os.Getenv(child); path != "" {
		hammer(t, reopen(t, path, 5*10_000))
		return
	}
	d := open(t, 5*10_000)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestProcesses$")
			cmd.Env = append(os.Environ(), child+"="+d.root.Name())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
		group.Go(func() { hammer(t, d) })
	}
	group.Wait()
}

func hammer(t *testing.T, d *Dir) {
	hits := 0
	for round := range 100 {
		for i := range 8 {
			want := bytes.Repeat([]byte{byte(i)}, 8000)
			if got, ok := d.Get(key(i)); ok {
				if hits++; !bytes.Equal(got, want) {
					t.Errorf("round %d: entry %d has another content", round, i)
				}
			}
			if err := d.Put(key(i), want); err != nil {
				t.Errorf("round %d: %v", round, err)
			}
		}
	}
	if hits == 0 {
		t.Error("nothing was ever found")
	}
}

func BenchmarkGet(b *testing.B) {
	for _, size := range []int{0, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			d := open(b, 1<<30)
			put(b, d, key(1), make([]byte, size))
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := d.Get(key(1)); !ok {
					b.Fatal("it is gone")
				}
			}
		})
	}
}
