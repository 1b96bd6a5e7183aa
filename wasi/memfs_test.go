package wasi

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// TestMemFSAsFS checks that what Go reads is what package io/fs wants.
func TestMemFSAsFS(t *testing.T) {
	m := NewMemFS(1 << 20)
	check(t, m.Mkdir("d", 0o777))
	check(t, m.WriteFile("a", []byte("hello")))
	check(t, m.WriteFile("d/b", nil))
	check(t, m.Symlink("d/b", "l"))
	check(t, fstest.TestFS(m, "a", "d/b"))
	if b, err := fs.ReadFile(m, "a"); err != nil || string(b) != "hello" {
		t.Errorf("read %q, %v", b, err)
	}
}

// TestMemFSLimit fills a file system, and finds that what is removed, and closed, makes room.
func TestMemFSLimit(t *testing.T) {
	m := NewMemFS(10_000)
	check(t, m.WriteFile("a", make([]byte, 5000)))
	if err := m.WriteFile("b", make([]byte, 5000)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v", err)
	}
	f, err := m.OpenFile("a", os.O_RDWR, 0)
	check(t, err)
	if err := f.Truncate(1 << 62); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v", err)
	}
	check(t, m.Remove("a"))
	if err := m.WriteFile("b", make([]byte, 5000)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("while it is open: error %v", err)
	}
	check(t, f.Truncate(8000))
	check(t, f.Close())
	check(t, m.WriteFile("b", make([]byte, 5000)))
	check(t, m.Remove("b"))
	if m.used != 0 {
		t.Errorf("%d bytes are counted", m.used)
	}
	g := newGuest(t, NewConfig().WithWritableFS("/", m))
	for i := range 100 {
		p := g.path(fmt.Sprint("d", i))
		if errno := g.call("path_create_directory", 3, p[0], p[1]); errno == eNoSpc {
			return
		}
	}
	t.Error("the guest has found no limit")
}

// fileOps are what a guest does with names; each returns what it has found.
var fileOps = []func(g *guest, a, b string) string{
	func(g *guest, a, _ string) string {
		return g.opened(a, openCreate, readWrite, func(fd uint32) { g.write(fd, "some "+a) })
	},
	func(g *guest, a, _ string) string { return g.opened(a, openCreate|openExclusive, readWrite, nil) },
	func(g *guest, a, _ string) string { return g.opened(a, openCreate|openTruncate, readWrite, nil) },
	func(g *guest, a, _ string) string {
		text := ""
		return g.opened(a, 0, rightRead, func(fd uint32) {
			errno := g.call("fd_read", fd, g.vector(buffer, 100), 1, result)
			if text = errno.name(); errno == success { // it may be a directory
				text += string(g.read(buffer, g.u32(result)))
			}
		}) + text
	},
	func(g *guest, a, _ string) string { return g.opened(a, openDirectory, directoryRights, nil) },
	func(g *guest, a, _ string) string {
		p := g.path(a)
		return fmt.Sprint(g.call("path_create_directory", 3, p[0], p[1]))
	},
	func(g *guest, a, _ string) string {
		p := g.path(a)
		return fmt.Sprint(g.call("path_remove_directory", 3, p[0], p[1]))
	},
	func(g *guest, a, _ string) string {
		p := g.path(a)
		return fmt.Sprint(g.call("path_unlink_file", 3, p[0], p[1]))
	},
	func(g *guest, a, b string) string {
		p, q := g.path(a), g.path(b)
		return fmt.Sprint(g.call("path_rename", 3, p[0], p[1], 3, q[0], q[1]))
	},
	func(g *guest, a, b string) string {
		p, q := g.path(a), g.path(b)
		return fmt.Sprint(g.call("path_link", 3, 0, p[0], p[1], 3, q[0], q[1]))
	},
	func(g *guest, a, b string) string {
		p, q := g.path(path.Base(a)), g.path(b)
		return fmt.Sprint(g.call("path_symlink", p[0], p[1], 3, q[0], q[1]))
	},
	func(g *guest, a, _ string) string {
		p := g.path(a)
		errno := g.call("path_readlink", 3, p[0], p[1], buffer, 100, result)
		if errno != success {
			return fmt.Sprint(errno)
		}
		return string(g.read(buffer, g.u32(result)))
	},
	func(g *guest, a, _ string) string {
		p := g.path(a)
		errno := g.call("path_filestat_get", 3, followLinks, p[0], p[1], buffer)
		b := g.read(buffer, 64)
		if errno != success || b[16] == typeDirectory {
			return fmt.Sprint(errno, b[16])
		}
		return fmt.Sprint(errno, b[16], b[24], b[32])
	},
}

// opened opens a file, does something with it, and closes it.
func (g *guest) opened(name string, oflags int, base rights, do func(fd uint32)) string {
	fd, errno := g.open(name, oflags, base, 0)
	if errno == success {
		if do != nil {
			do(fd)
		}
		g.want(success, "fd_close", fd)
	}
	return fmt.Sprint(errno)
}

// TestMemFSLikeHost lets two guests do the same at random, one in a directory of the host and one in memory: they find
// the same.
func TestMemFSLikeHost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems refuse some things with other errors")
	}
	names := []string{"a", "b", "d", "d/a", "d/b", "d/e", "d/e/f", "a/x"}
	for seed := range int64(40) {
		root, _ := tempRoot(t)
		host := newGuest(t, NewConfig().WithDir("/", root))
		memory := newGuest(t, NewConfig().WithWritableFS("/", NewMemFS(1<<20)))
		random := rand.New(rand.NewSource(seed))
		var done []string
		for range 300 {
			op, a, b := random.Intn(len(fileOps)), names[random.Intn(len(names))], names[random.Intn(len(names))]
			host.next, memory.next = 1<<16, 1<<16
			want, got := fileOps[op](host, a, b), fileOps[op](memory, a, b)
			done = append(done, fmt.Sprintf("%d %s %s: %s", op, a, b, got))
			if want != got {
				t.Fatalf("seed %d: the host says %s\n%s", seed, want, strings.Join(done, "\n"))
			}
		}
	}
}

// TestMemFSTimes sets times, and sees names of the same file.
func TestMemFSTimes(t *testing.T) {
	m := NewMemFS(1 << 20)
	check(t, m.WriteFile("a", []byte("x")))
	check(t, m.Link("a", "b"))
	g := newGuest(t, NewConfig().WithWritableFS("/", m))
	p := g.path("b")
	const setAccess, setModified = 1, 4
	g.want(success, "path_filestat_set_times", 3, followLinks, p[0], p[1], uint64(7), uint64(9*time.Second), setAccess|setModified)
	p = g.path("a")
	g.want(success, "path_filestat_get", 3, followLinks, p[0], p[1], buffer)
	if links, atim, mtim := g.u64(buffer+24), g.u64(buffer+40), g.u64(buffer+48); links != 2 || atim != 7 || mtim != uint64(9*time.Second) {
		t.Errorf("%d links, times %d and %d", links, atim, mtim)
	}
	inode := g.u64(buffer + 8)
	fd := g.mustOpen("b", 0, fileRights, 0)
	g.want(success, "fd_filestat_get", fd, buffer)
	if g.u64(buffer+8) != inode {
		t.Error("two names of a file are two files")
	}
	g.want(success, "fd_close", fd)
	// A file that has no name goes on.
	fd = g.mustOpen("a", 0, readWrite, 0)
	check(t, m.Remove("a"))
	check(t, m.Remove("b"))
	g.write(fd, "hello")
	g.want(success, "fd_seek", fd, uint64(0), 0, result)
	if got := g.readFD(fd, 9); got != "hello" {
		t.Errorf("read %q", got)
	}
}
