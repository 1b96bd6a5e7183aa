package weft_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"weft"
)

// savedFib compiles fib natively with a cache in a directory and calls it. It returns how many
// entries the directory has then.
func savedFib(t *testing.T, dir string, o weft.NativeOptions) int {
	t.Helper()
	cache := newCache(t, weft.CacheOptions{Dir: dir})
	engine, err := weft.NewEngine(weft.NewConfig().WithCache(cache).WithExecutor(weft.Native).WithNativeOptions(o))
	if err != nil {
		t.Skip(err)
	}
	module := compileWith(t, engine, encodeText(t, fib))
	if err := module.Interpreted(); err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	instance, err := weft.NewLinker(store).Instantiate(context.Background(), module)
	if err != nil {
		t.Fatal(err)
	}
	if got := call(t, instance, "fib", weft.I32(10))[0].I32(); got != 55 {
		t.Errorf("fib(10) = %d", got)
	}
	if err := cache.Flush(); err != nil {
		t.Fatal(err)
	}
	return len(cacheEntries(t, dir))
}

func cacheEntries(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.weft"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestCacheCode checks which entries machine code has, and that damaged ones are not run: the result is
// right, and the entry is made again.
func TestCacheCode(t *testing.T) {
	dir := privateDir(t)
	checks := weft.NativeOptions{BoundsChecks: true}
	for _, c := range []struct {
		options weft.NativeOptions
		entries int
	}{{weft.NativeOptions{}, 2}, {weft.NativeOptions{}, 2}, {checks, 3}, {checks, 3}} {
		if n := savedFib(t, dir, c.options); n != c.entries {
			t.Fatalf("with %+v there are %d entries, not %d", c.options, n, c.entries)
		}
	}
	for _, name := range cacheEntries(t, dir) {
		intact, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(intact); i += 7 {
			damaged := append([]byte(nil), intact...)
			damaged[i] ^= 0x55
			for _, content := range [][]byte{damaged, intact[:i]} {
				if err := os.WriteFile(name, content, 0o600); err != nil {
					t.Fatal(err)
				}
				savedFib(t, dir, weft.NativeOptions{})
			}
		}
	}
}
