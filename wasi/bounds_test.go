package wasi

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"weft"
)

// TestMaxDescriptors opens files and directories until there are no more.
func TestMaxDescriptors(t *testing.T) {
	root, _ := tempRoot(t)
	for limit, c := range map[int]Config{DefaultMaxDescriptors: NewConfig(), 9: NewConfig().WithMaxDescriptors(9), 2: NewConfig().WithMaxDescriptors(2)} {
		g := newGuest(t, c.WithDir("/", root))
		opened := 4 // the standard streams and the directory
		for ; ; opened++ {
			flags := []int{openCreate, openDirectory}[opened%2]
			_, errno := g.open([]string{"f", "."}[opened%2], flags, rightRead, 0)
			if errno == eMFile {
				break
			}
			if errno != success || opened > limit {
				t.Fatalf("limit %d: errno %d with %d open", limit, errno, opened)
			}
		}
		if want := max(limit, 4); opened != want {
			t.Errorf("%d could be open, want %d", opened, want)
		}
		if opened > 4 {
			g.want(success, "fd_close", 5)
			if fd := g.mustOpen("f", 0, rightRead, 0); fd != 5 {
				t.Errorf("opened as %d, want 5", fd)
			}
		}
	}
}

// endless is a directory that never comes to an end.
type endless struct{ fs.File }

func (endless) ReadDir(n int) (entries []fs.DirEntry, err error) {
	info := fs.FileInfoToDirEntry(endlessInfo{})
	return slices.Repeat([]fs.DirEntry{info}, max(n, 1)), nil
}

func (endless) Stat() (fs.FileInfo, error) { return endlessInfo{}, nil }
func (endless) Close() error               { return nil }

type endlessInfo struct{}

func (endlessInfo) Name() string       { return "." }
func (endlessInfo) Size() int64        { return 0 }
func (endlessInfo) Mode() fs.FileMode  { return fs.ModeDir }
func (endlessInfo) ModTime() time.Time { return time.Time{} }
func (endlessInfo) IsDir() bool        { return true }
func (endlessInfo) Sys() any           { return nil }

type endlessFS struct{ onOpen func() }

func (f endlessFS) Open(string) (fs.File, error) {
	f.onOpen()
	return endless{}, nil
}

// TestListingEnds lists a directory without end: the memory for it is bounded, and it ends with the context.
func TestListingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := false
	g := newGuest(t, NewConfig().WithFS("/", endlessFS{func() {
		if ended {
			cancel()
		}
	}}))
	g.want(eNoMem, "fd_readdir", 3, buffer, 100, 0, result)
	ended = true
	if _, err := g.callIn(ctx, "fd_readdir", 3, buffer, 100, 0, result); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context: %v", err)
	}
}

// TestListingOrder sorts more entries than are sorted at once.
func TestListingOrder(t *testing.T) {
	for _, n := range []int{0, 1, sortRun, sortRun + 1, 5*sortRun - 3} {
		l := &listing{ctx: context.Background()}
		var want []string
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
			name := fmt.Sprintf("file%d", i)
			want = append(want, name)
			check(t, l.add(dirEntry{name: name}))
		}
		slices.Sort(want)
		check(t, l.sort())
		if !slices.EqualFunc(l.entries, want, func(e dirEntry, name string) bool { return e.name == name }) {
			t.Errorf("%d entries are not sorted", n)
		}
	}
}

// TestListingsForgotten has more listings than there is memory for: the oldest is made anew.
func TestListingsForgotten(t *testing.T) {
	fsys := fstest.MapFS{"a/x": {}, "b/x": {}, "c/x": {}}
	g := newGuest(t, NewConfig().WithFS("/", fsys))
	var listed []*descriptor
	for _, name := range []string{"a", "b", "c"} {
		fd := g.mustOpen(name, openDirectory, 0, 0)
		g.want(success, "fd_readdir", fd, buffer, 100, 0, result)
		d := g.system.lookup(uint64(fd))
		g.system.mu.Lock()
		l := *d.listing.Load()
		g.system.mu.Unlock()
		l.bytes = maxListed / 2
		g.system.keep(d, &l)
		listed = append(listed, d)
	}
	if listed[0].listing.Load() != nil || listed[2].listing.Load() == nil {
		t.Error("the oldest listing was kept, or the newest was not")
	}
	g.want(success, "fd_readdir", 4, buffer, 100, 2, result)
	if n := g.u32(result); n != direntSize+1 {
		t.Errorf("%d bytes from the second entry on", n)
	}
	for fd := 4; fd < 7; fd++ {
		g.want(success, "fd_close", fd)
	}
	if g.system.listedBytes != 0 || len(g.system.listed) != 0 {
		t.Errorf("%d bytes of %d listings are kept of closed directories", g.system.listedBytes, len(g.system.listed))
	}
}

// TestInodes checks that no entry has the number 0, which C libraries take for one that they must ask for.
func TestInodes(t *testing.T) {
	root, dir := tempRoot(t)
	check(t, os.Mkdir(filepath.Join(dir, "d"), 0o700))
	for _, c := range []Config{NewConfig().WithDir("/", root), NewConfig().WithFS("/", fstest.MapFS{"d/x": {}})} {
		g := newGuest(t, c)
		g.mustOpen("d", openDirectory, 0, 0)
		for fd := uint64(3); fd < 5; fd++ {
			g.want(success, "fd_readdir", fd, buffer, 1000, 0, result)
			b := g.read(buffer, g.u32(result))
			for len(b) > 0 {
				n := binary.LittleEndian.Uint32(b[16:])
				if binary.LittleEndian.Uint64(b[8:]) == 0 {
					t.Errorf("%q of descriptor %d has the number 0", b[direntSize:direntSize+n], fd)
				}
				b = b[direntSize+n:]
			}
			g.want(success, "fd_filestat_get", fd, buffer)
			if g.u64(buffer+8) == 0 {
				t.Errorf("descriptor %d has the number 0", fd)
			}
		}
	}
}

// TestLargeTransfers reads and writes more than is done at once.
func TestLargeTransfers(t *testing.T) {
	root, dir := tempRoot(t)
	const size = 2*pieceSize + 5
	check(t, os.WriteFile(filepath.Join(dir, "f"), slices.Repeat([]byte("x"), size), 0o600))
	g := newGuest(t, NewConfig().WithDir("/", root))
	if _, ok := g.memory.Grow(size/65536 + 1); !ok {
		t.Fatal("no memory")
	}
	for _, flags := range []int{0, int(flagAppend)} {
		fd := g.mustOpen("f", 0, readWrite, flags)
		g.want(success, "fd_read", fd, g.vector(1<<18, size), 1, result)
		if n := g.u32(result); n != size {
			t.Errorf("read %d bytes, want %d", n, size)
		}
		g.want(success, "fd_write", fd, g.vector(1<<18, size), 1, result)
		if n := g.u32(result); n != size {
			t.Errorf("wrote %d bytes, want %d", n, size)
		}
		g.want(success, "fd_close", fd)
	}
	info, err := os.Stat(filepath.Join(dir, "f"))
	check(t, err)
	if info.Size() != 3*size {
		t.Errorf("the file has %d bytes, want %d", info.Size(), 3*size)
	}
}

// TestLongPaths gives paths that no system takes.
func TestLongPaths(t *testing.T) {
	root, _ := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/", root))
	g.on(eNameLong, "path_create_directory", strings.Repeat("a/../", 1000)+"d")
	g.on(success, "path_create_directory", strings.Repeat("./", 1000)+"d")
	g.symlink(eNameLong, strings.Repeat("./", 3000), "l")
}

// reentrant calls the guest while the guest uses it.
type reentrant struct{ use func() }

func (r reentrant) Write(b []byte) (int, error) { r.use(); return len(b), nil }
func (r reentrant) Read(b []byte) (int, error)  { r.use(); return len(b), nil }

// TestUsedByGuestOfItself has writers and sources of randomness that let the guest use them again: that waits
// for itself, but not longer than the context.
func TestUsedByGuestOfItself(t *testing.T) {
	for name, args := range map[string][]uint64{"fd_write": {1, 8, 1, result}, "random_get": {buffer, 16}} {
		ctx, cancel := context.WithCancel(context.Background())
		var again func()
		r := reentrant{func() { again() }}
		g := newGuest(t, NewConfig().WithStdout(r).WithRandom(r))
		g.memory.Write(8, []byte{0, 4, 0, 0, 100, 0, 0, 0})
		again = func() {
			time.AfterFunc(10*time.Millisecond, cancel)
			if err := g.in.Func(name).CallSlots(ctx, slices.Clone(args)); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, the second time: %v", name, err)
			}
		}
		if err := g.in.Func(name).CallSlots(ctx, slices.Clone(args)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNestedCall has a host function that runs the guest again, which does not end its threads.
func TestNestedCall(t *testing.T) {
	var g *guest
	nested := 0
	g = newGuest(t, NewConfig().WithStdout(reentrant{func() {
		nested++
		_, err := g.system.Call(context.Background(), g.in, g.in.Func("sched_yield"))
		check(t, err)
		if g.system.threads.ctx == nil {
			t.Error("the nested call ended the run")
		}
	}}))
	at := g.vector(buffer, 3)
	_, err := g.system.Call(context.Background(), g.in, g.in.Func("fd_write"), weft.I32(1), weft.I32(int32(at)), weft.I32(1), weft.I32(result))
	check(t, err)
	if nested != 1 || g.system.threads.ctx != nil {
		t.Errorf("%d nested calls; the run has ended: %v", nested, g.system.threads.ctx == nil)
	}
}
