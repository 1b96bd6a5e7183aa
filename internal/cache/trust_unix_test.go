//go:build unix

package cache

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// somebody is a user who is neither root nor the one who runs the tests.
func somebody() int { return os.Geteuid() + 12345 }

// TestTrust makes directories whose content others can write or replace: none is opened, and nothing is made in them.
func TestTrust(t *testing.T) {
	change := func(mode os.FileMode) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	give := func(t *testing.T, path string) {
		if os.Geteuid() != root {
			t.Skip("only root gives files away")
		}
		if err := os.Chown(path, somebody(), -1); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		path   string // below above/dir, which are there
		of     string // what is changed
		change func(t *testing.T, path string)
		says   string // of the error; "" for none
	}{
		{"all is well", "above/dir", "above/dir", change(0o755), ""},
		{"everybody writes", "above/dir", "above/dir", change(0o707), "mode"},
		{"the group writes", "above/dir", "above/dir", change(0o770), "mode"},
		{"sticky", "above/dir", "above/dir", change(0o777 | os.ModeSticky), "mode"},
		{"another's", "above/dir", "above/dir", give, "belongs to user"},
		{"everybody writes above", "above/dir", "above", change(0o777), "mode"},
		{"the group writes above", "above/dir", "above", change(0o775), "mode"},
		{"sticky above", "above/dir", "above", change(0o777 | os.ModeSticky), ""},
		{"another's above", "above/dir", "above", give, "belongs to user"},
		{"made in what everybody writes", "above/dir/new", "above/dir", change(0o777), "mode"},
		{"made in another's", "above/dir/new/er", "above", give, "belongs to user"},
		{"by a link", "link", "above/dir", change(0o777), "mode"},
		{"made by a link", "link/new", "above", change(0o777), "mode"},
		{"by a good link", "link/new", "above", change(0o700), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := privateDir(t)
			if err := os.MkdirAll(filepath.Join(top, "above", "dir"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join("above", "dir"), filepath.Join(top, "link")); err != nil {
				t.Fatal(err)
			}
			c.change(t, filepath.Join(top, c.of))
			path := filepath.Join(top, c.path)
			_, existed := os.Stat(path)
			_, err := Open(path, 1<<20)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if _, made := os.Stat(path); err != nil && existed != nil && made == nil {
				t.Error("it was made all the same")
			}
		})
	}
}

// TestTrustEntries has entries that others can have written, in a directory that is good now.
func TestTrustEntries(t *testing.T) {
	d := open(t, 1<<20)
	name := file(d, key(1))
	spoil := map[string]func() error{
		"everybody writes": func() error { return os.Chmod(name, 0o602) },
		"the group writes": func() error { return os.Chmod(name, 0o660) },
		"a link": func() error {
			if err := os.Rename(name, name+"x"); err != nil {
				return err
			}
			return os.Symlink(filepath.Base(name)+"x", name)
		},
	}
	if os.Geteuid() == root {
		spoil["another's"] = func() error { return os.Chown(name, somebody(), -1) }
	}
	for why, do := range spoil {
		put(t, d, key(1), []byte("content"))
		if _, ok := d.Get(key(1)); !ok {
			t.Fatal("it is not there")
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if _, ok := d.Get(key(1)); ok {
			t.Errorf("%s: it is believed", why)
		}
	}
	secret := d.Secret()
	if *d.Secret() != *secret {
		t.Error("the secret is not kept")
	}
	if err := os.Chmod(filepath.Join(d.root.Name(), "secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	if *d.Secret() == *secret {
		t.Error("a secret that others can have written is believed")
	}
}

// TestReplaced puts another directory in the place of one that is open.
func TestReplaced(t *testing.T) {
	d := open(t, 1<<20)
	put(t, d, key(1), []byte("content"))
	name := d.root.Name()
	if err := os.Rename(name, name+"x"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o777); err != nil {
		t.Fatal(err)
	}
	if got, ok := d.Get(key(1)); !ok || string(got) != "content" {
		t.Errorf("got %q, %v from what was checked", got, ok)
	}
	put(t, d, key(2), nil)
	if files, err := os.ReadDir(name); err != nil || len(files) != 0 {
		t.Errorf("the other directory has %v, %v", files, err)
	}
}
