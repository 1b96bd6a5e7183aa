package weft_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"weft"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

func newCache(t testing.TB, o weft.CacheOptions) *weft.Cache {
	t.Helper()
	c, err := weft.NewCache(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// privateDir returns a new directory to which nobody else may write, whatever the umask is: caches want that.
func privateDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func cachingEngine(t testing.TB, c *weft.Cache, f wasm.Features) *weft.Engine {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithFeatures(f).WithCache(c))
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func compileWith(t testing.TB, e *weft.Engine, source []byte) *weft.Module {
	t.Helper()
	m, err := e.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func encodeText(t testing.TB, source string) []byte {
	t.Helper()
	m, err := text.Parse([]byte(source), wasm.DefaultFeatures)
	if err != nil {
		t.Fatal(err)
	}
	return binary.Encode(m)
}

// TestCacheMemory checks what compilations share: of one engine, of two with the
// same features, and with other features.
func TestCacheMemory(t *testing.T) {
	c := newCache(t, weft.CacheOptions{})
	first := cachingEngine(t, c, wasm.DefaultFeatures)
	second := cachingEngine(t, c, wasm.DefaultFeatures)
	source := encodeText(t, fib)
	m := compileWith(t, first, source)
	if again := compileWith(t, first, bytes.Clone(source)); again.Wasm() != m.Wasm() {
		t.Error("one engine has read the module twice")
	}
	other := compileWith(t, second, source)
	if other.Wasm() != m.Wasm() {
		t.Error("two engines have read the module")
	}
	if compileWith(t, cachingEngine(t, c, wasm.MVP), source).Wasm() == m.Wasm() {
		t.Error("other features have the same module")
	}
	for _, m := range []*weft.Module{m, other} {
		store, err := m.Engine().NewStore(weft.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		instance, err := weft.NewLinker(store).Instantiate(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		if got := call(t, instance, "fib", weft.I32(10))[0].I32(); got != 55 {
			t.Errorf("fib(10) = %d", got)
		}
		store.Close()
	}
	runtime.KeepAlive(m)
}

// TestCacheBound checks that modules in memory stay within the bound, which of them
// go, and that one larger than that compiles.
func TestCacheBound(t *testing.T) {
	var sources [3][]byte
	for i := range sources {
		sources[i] = encodeText(t, fmt.Sprintf(`(module (func (export "f%d")))`, i))
	}
	engine := cachingEngine(t, newCache(t, weft.CacheOptions{MemoryBytes: 2 * int64(len(sources[0]))}), wasm.DefaultFeatures)
	var modules [3]*weft.Module
	for _, i := range []int{0, 1, 0, 2} { // 1 has to go
		modules[i] = compileWith(t, engine, sources[i])
	}
	for _, c := range []struct {
		module int
		kept   bool
	}{{0, true}, {2, true}, {1, false}} {
		if c.kept != (compileWith(t, engine, sources[c.module]).Wasm() == modules[c.module].Wasm()) {
			t.Errorf("module %d was kept: %v", c.module, !c.kept)
		}
	}
	small := cachingEngine(t, newCache(t, weft.CacheOptions{MemoryBytes: 1}), wasm.DefaultFeatures)
	if a, b := compileWith(t, small, sources[0]), compileWith(t, small, sources[0]); a.Wasm() == b.Wasm() {
		t.Error("a module larger than the bound was kept")
	}
}

// invalid has a function whose body is not valid.
const invalid = `(module (func (export "f") (result i32) (i64.const 0)))`

// TestCacheDir checks that a later cache of the same directory finds what the first
// has found out, and that it believes it: an invalid module of which an entry says
// that it is valid is accepted.
func TestCacheDir(t *testing.T) {
	dir := filepath.Join(privateDir(t), "cache")
	later := func(f wasm.Features) *weft.Engine {
		return cachingEngine(t, newCache(t, weft.CacheOptions{Dir: dir}), f)
	}
	source := encodeText(t, fib)
	entries := func() []string { return cacheEntries(t, dir) }
	compileWith(t, later(wasm.DefaultFeatures), source)
	if n := len(entries()); n != 1 {
		t.Fatalf("there are %d entries", n)
	}
	compileWith(t, later(wasm.DefaultFeatures), source)
	if n := len(entries()); n != 1 {
		t.Errorf("the same module has %d entries", n)
	}
	compileWith(t, later(wasm.MVP), source)
	if n := len(entries()); n != 2 {
		t.Errorf("two sets of features have %d entries", n)
	}
	var e *wasm.Error
	for range 2 {
		if _, err := later(wasm.DefaultFeatures).Compile([]byte(invalid)); !errors.As(err, &e) {
			t.Errorf("the invalid module: %v", err)
		}
	}
	if n := len(entries()); n != 2 {
		t.Errorf("the invalid module has an entry: there are %d", n)
	}
	if err := newCache(t, weft.CacheOptions{Dir: dir}).Believe([]byte(invalid), wasm.DefaultFeatures); err != nil {
		t.Fatal(err)
	}
	compileWith(t, later(wasm.DefaultFeatures), []byte(invalid))
	for _, entry := range entries() {
		if err := os.WriteFile(entry, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compileWith(t, later(wasm.DefaultFeatures), source)
	if _, err := later(wasm.DefaultFeatures).Compile([]byte(invalid)); !errors.As(err, &e) {
		t.Errorf("a damaged entry was believed: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	engine := later(wasm.DefaultFeatures)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	compileWith(t, engine, source) // writing fails
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := weft.NewCache(weft.CacheOptions{Dir: dir}); err == nil {
		t.Error("a file was taken as a directory")
	}
}

// TestCacheConcurrently compiles a few modules in two engines from several
// goroutines, with room for not all of them.
func TestCacheConcurrently(t *testing.T) {
	sources := [][]byte{encodeText(t, fib), encodeText(t, generator), []byte(fib), []byte(forGo)}
	c := newCache(t, weft.CacheOptions{Dir: privateDir(t), MemoryBytes: int64(len(sources[0]) + len(sources[3]))})
	engines := []*weft.Engine{cachingEngine(t, c, wasm.DefaultFeatures), cachingEngine(t, c, wasm.DefaultFeatures)}
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 50 {
				if _, err := engines[g%2].Compile(sources[(g+i)%len(sources)]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
