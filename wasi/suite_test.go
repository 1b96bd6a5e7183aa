package wasi

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What programs of test suites for WASI expect on Linux, one behaviour per test.

// newFiles makes a guest with an empty directory.
func newFiles(t *testing.T) (*guest, string) {
	root, dir := tempRoot(t)
	return newGuest(t, NewConfig().WithDir("dir", root)), dir
}

// on calls a function that takes a descriptor and a path.
func (g *guest) on(want Errno, name string, path string) {
	g.t.Helper()
	p := g.path(path)
	if got := g.call(name, 3, p[0], p[1]); got != want {
		g.t.Errorf("%s %q: errno %d, want %d", name, path, got, want)
	}
}

// file makes a file.
func (g *guest) file(path string) {
	g.t.Helper()
	g.want(success, "fd_close", g.mustOpen(path, openCreate|openExclusive, readWrite, 0))
}

func (g *guest) symlink(want Errno, target, path string) {
	g.t.Helper()
	a, b := g.path(target), g.path(path)
	if got := g.call("path_symlink", a[0], a[1], 3, b[0], b[1]); got != want {
		g.t.Errorf("path_symlink %q %q: errno %d, want %d", target, path, got, want)
	}
}

func (g *guest) rename(want Errno, from, to string) {
	g.t.Helper()
	a, b := g.path(from), g.path(to)
	if got := g.call("path_rename", 3, a[0], a[1], 3, b[0], b[1]); got != want {
		g.t.Errorf("path_rename %q %q: errno %d, want %d", from, to, got, want)
	}
}

func (g *guest) link(want Errno, from, to string, flags int) {
	g.t.Helper()
	a, b := g.path(from), g.path(to)
	if got := g.call("path_link", 3, flags, a[0], a[1], 3, b[0], b[1]); got != want {
		g.t.Errorf("path_link %q %q: errno %d, want %d", from, to, got, want)
	}
}

// opens opens a path and closes it again.
func (g *guest) opens(want Errno, path string, lookup, oflags int, base rights) {
	g.t.Helper()
	p := g.path(path)
	got := g.call("path_open", 3, lookup, p[0], p[1], oflags, base, rights(0), 0, result)
	if got != want {
		g.t.Errorf("path_open %q, lookup %d, flags %d: errno %d, want %d", path, lookup, oflags, got, want)
	}
	if got == success {
		g.want(success, "fd_close", g.u32(result))
	}
}

// stat returns what path_filestat_get tells.
func (g *guest) stat(path string, lookup int) (kind uint8, links, size uint64) {
	g.t.Helper()
	p := g.path(path)
	g.want(success, "path_filestat_get", 3, lookup, p[0], p[1], buffer)
	return g.read(buffer+16, 1)[0], g.u64(buffer + 24), g.u64(buffer + 32)
}

func TestSuiteTrailingSlashes(t *testing.T) {
	g, _ := newFiles(t)
	// Directories may have them, also several.
	g.on(success, "path_create_directory", "d/")
	g.on(eExist, "path_create_directory", "d")
	g.opens(success, "d///", 0, openDirectory, 0)
	g.on(eIsDir, "path_unlink_file", "d")
	g.on(eIsDir, "path_unlink_file", "d/")
	g.rename(success, "d/", "e")
	g.rename(success, "e/", "d/")
	g.on(success, "path_remove_directory", "d/")
	// Files may not.
	g.file("f")
	g.opens(eNotDir, "f/", 0, 0, rightRead)
	g.opens(eNotDir, "f///", 0, 0, rightRead)
	g.opens(eIsDir, "new/", 0, openCreate, rightWrite)
	g.on(eNotDir, "path_unlink_file", "f/")
	g.on(eNotDir, "path_remove_directory", "f")
	g.on(eNotDir, "path_remove_directory", "f/")
	g.rename(eNotDir, "f/", "g")
	g.rename(eNotDir, "f", "g/")
	g.rename(eNotDir, "f/", "g/")
	g.link(eNoEnt, "f", "g/", 0)
	// Where a link would be made.
	g.symlink(eNoEnt, "f", "s/")
	g.on(success, "path_create_directory", "s")
	g.symlink(eExist, "f", "s/")
	g.symlink(eExist, "f", "s")
	g.symlink(eNotDir, "x", "f/")
	g.symlink(eExist, "x", "f")
	g.on(success, "path_unlink_file", "f")
}

func TestSuitePaths(t *testing.T) {
	g, dir := newFiles(t)
	check(t, os.MkdirAll(filepath.Join(dir, "d", "nested"), 0o777))
	g.file("d/nested/f")
	g.opens(success, "d/.//nested/../../d/nested/../nested///./f", 0, 0, rightRead)
	g.opens(success, ".", 0, openDirectory, 0)
	g.opens(success, ".", 0, 0, rightReaddir)
	g.opens(ePerm, "/d/nested/f", 0, 0, rightRead)
	g.opens(ePerm, "d/nested/../../../"+filepath.Base(dir)+"/d/nested/f", 0, 0, rightRead)
	g.opens(ePerm, "d/nested/../../..", 0, 0, 0)
	g.opens(ePerm, "..", 0, openDirectory, 0)
	g.opens(eInval, "d/nested/f\x00", 0, 0, rightRead)
	g.opens(eInval, "d\x00/nested/f", 0, 0, rightRead)
	g.opens(eIlSeq, "d/\xff", 0, 0, rightRead)
	g.opens(eNoEnt, "", 0, 0, rightRead)
	g.opens(eNoEnt, "d/missing", 0, 0, rightRead)
	g.opens(eNoEnt, "missing/f", 0, openCreate, rightWrite)
	g.opens(eNotDir, "d/nested/f/g", 0, 0, rightRead)
	g.opens(eNameLong, strings.Repeat("x", 300), 0, openCreate, rightWrite)
}

// TestSuiteOpen checks which flags of path_open go with what there is.
func TestSuiteOpen(t *testing.T) {
	g, _ := newFiles(t)
	g.on(success, "path_create_directory", "d")
	g.file("f")
	g.opens(eExist, "f", 0, openCreate|openExclusive, readWrite)
	g.opens(eExist, "d", 0, openCreate|openExclusive, rightRead)
	g.opens(success, "f", 0, openCreate, readWrite)
	g.opens(eNotDir, "f", 0, openDirectory, 0)
	g.opens(eIsDir, "d", 0, 0, rightWrite)
	g.opens(eIsDir, "d", 0, openTruncate, rightRead)
	g.opens(eIsDir, "d", 0, openCreate, rightRead)
	g.opens(eInval, "d", 0, openDirectory|openCreate, 0)
	g.opens(eInval, "f", 0, 16, 0)
	// A descriptor that is not a directory, or not open.
	f := g.mustOpen("f", 0, rightRead, 0)
	p := g.path("x")
	g.want(eNotDir, "path_open", f, 0, p[0], p[1], openCreate, readWrite, rights(0), 0, result)
	g.want(eNotDir, "path_create_directory", f, p[0], p[1])
	g.want(eBadF, "path_open", 99, 0, p[0], p[1], openCreate, readWrite, rights(0), 0, result)
	// Truncation needs no right to write of its own.
	g.write(g.mustOpen("f", 0, rightWrite, 0), "content")
	g.opens(success, "f", 0, openTruncate, 0)
	if _, _, size := g.stat("f", 0); size != 0 {
		t.Errorf("%d bytes after truncation", size)
	}
	// What has gone can be made again while it is still open.
	for range 2 {
		g.mustOpen("gone", openCreate|openExclusive, readWrite, 0)
		g.on(success, "path_unlink_file", "gone")
		g.on(success, "path_create_directory", "gone")
		g.mustOpen("gone", openDirectory, 0, 0)
		g.on(success, "path_remove_directory", "gone")
	}
}

func TestSuiteNoFollow(t *testing.T) {
	g, _ := newFiles(t)
	isOneOf := func(path string, oflags int) {
		t.Helper()
		p := g.path(path)
		if got := g.call("path_open", 3, 0, p[0], p[1], oflags, rightRead, rights(0), 0, result); got != eLoop && got != eNotDir {
			t.Errorf("path_open %q: errno %d", path, got)
		}
	}
	g.symlink(success, "target", "s")
	isOneOf("s", openDirectory) // it dangles
	g.opens(eLoop, "s", 0, 0, rightRead)
	g.opens(eNoEnt, "s", followLinks, 0, rightRead)
	g.on(success, "path_create_directory", "target")
	isOneOf("s", openDirectory)
	g.opens(eLoop, "s", 0, 0, rightRead)
	g.opens(success, "s", followLinks, openDirectory, 0)
	g.opens(success, "s/", 0, openDirectory, 0)
	g.on(success, "path_remove_directory", "target")
	g.file("target")
	isOneOf("s", openDirectory)
	g.opens(eLoop, "s", 0, 0, rightRead)
	g.opens(eNotDir, "s", followLinks, openDirectory, 0)
	g.opens(success, "s", followLinks, 0, rightRead)
	g.symlink(success, "loop", "loop")
	g.opens(eLoop, "loop", 0, 0, rightRead)
	g.opens(eLoop, "loop", followLinks, 0, rightRead)
	// Creating through a link that dangles makes its target.
	g.symlink(success, "made", "dangling")
	g.opens(success, "dangling", followLinks, openCreate, rightWrite)
	if kind, _, _ := g.stat("made", 0); kind != typeRegular {
		t.Errorf("the target has type %d", kind)
	}
	g.opens(eExist, "dangling", followLinks, openCreate|openExclusive, rightWrite)
	g.symlink(ePerm, "/", "root")
	// Many links one behind the other.
	g.file("l0")
	for i := range 7 {
		g.symlink(success, fmt.Sprintf("l%d", i), fmt.Sprintf("l%d", i+1))
	}
	g.opens(success, "l7", followLinks, 0, rightRead)
}

func TestSuiteLinks(t *testing.T) {
	g, _ := newFiles(t)
	g.file("f")
	g.write(g.mustOpen("f", 0, rightWrite, 0), "12345")
	g.on(success, "path_create_directory", "d")
	g.link(success, "f", "d/link", 0)
	if kind, links, size := g.stat("d/link", 0); kind != typeRegular || links != 2 || size != 5 {
		t.Errorf("the link has type %d, %d links, %d bytes", kind, links, size)
	}
	g.link(eExist, "f", "d/link", 0)
	g.link(eExist, "f", "f", 0)
	g.link(eExist, "f", "d", 0)
	g.link(ePerm, "d", "link", 0)
	g.link(eNoEnt, "missing", "link", 0)
	g.link(eInval, "f", "link", followLinks)
	// Links to symbolic links, which dangle or loop.
	g.symlink(success, "missing", "s")
	g.link(success, "s", "link", 0)
	if kind, _, size := g.stat("link", 0); kind != typeSymbolicLink || size != 7 {
		t.Errorf("a link to a link has type %d, %d bytes", kind, size)
	}
	g.symlink(success, "loop", "loop")
	g.link(success, "loop", "loop2", 0)
	g.link(eExist, "f", "s", 0)
	// Reading them, whole and cut.
	p := g.path("s")
	for _, size := range []int{100, 7, 3, 0} {
		g.want(success, "path_readlink", 3, p[0], p[1], buffer, size, result)
		if got := string(g.read(buffer, g.u32(result))); got != "missing"[:min(size, 7)] {
			t.Errorf("%d bytes of the target: %q", size, got)
		}
	}
	p = g.path("f")
	g.want(eInval, "path_readlink", 3, p[0], p[1], buffer, 10, result)
}

func TestSuiteRename(t *testing.T) {
	g, _ := newFiles(t)
	g.on(success, "path_create_directory", "d")
	g.rename(success, "d", "e")
	g.opens(eNoEnt, "d", 0, openDirectory, 0)
	g.on(success, "path_create_directory", "d")
	g.rename(success, "e", "d") // an empty one is replaced
	g.on(success, "path_create_directory", "e")
	g.file("e/f")
	g.rename(eNotEmpty, "d", "e")
	g.on(eNotEmpty, "path_remove_directory", "e")
	g.file("f")
	g.rename(eNotDir, "d", "f")
	g.rename(eIsDir, "f", "d")
	g.rename(eNoEnt, "missing", "g")
	g.rename(eInval, "e", "e/inside")
	g.file("g")
	g.rename(success, "f", "g")
	g.opens(eNoEnt, "f", 0, 0, rightRead)
	g.rename(success, "g", "g")
	g.rename(success, "g", "d/g") // elsewhere
	// Between a directory that was opened and its parent.
	sub := g.mustOpen("d", openDirectory, 0, 0)
	a, b := g.path("g"), g.path("back")
	g.want(success, "path_rename", sub, a[0], a[1], 3, b[0], b[1])
	g.opens(success, "back", 0, 0, rightRead)
	// Across directories of the embedder.
	one, _ := tempRoot(t)
	two, _ := tempRoot(t)
	g = newGuest(t, NewConfig().WithDir("one", one).WithDir("two", two))
	g.file("f")
	f := g.path("f")
	h := g.path("hard")
	g.want(success, "path_link", 3, 0, f[0], f[1], 4, h[0], h[1])
	g.want(success, "path_rename", 3, f[0], f[1], 4, f[0], f[1])
	g.opens(eNoEnt, "f", 0, 0, rightRead)
	g.want(success, "path_unlink_file", 4, f[0], f[1])
	// What leads out of them stays outside.
	check(t, os.Symlink("..", filepath.Join(one.Name(), "up")))
	for _, bad := range []string{"../f", "up/f", "up/x/f"} {
		b := g.path(bad)
		g.want(ePerm, "path_rename", 4, h[0], h[1], 3, b[0], b[1])
		g.want(ePerm, "path_link", 4, 0, h[0], h[1], 3, b[0], b[1])
	}
}

// TestSuiteDirectoryDescriptors uses directories for what only files can do.
func TestSuiteDirectoryDescriptors(t *testing.T) {
	g, _ := newFiles(t)
	g.on(success, "path_create_directory", "d")
	d := g.mustOpen("d", openDirectory, directoryRights|fileRights&^rightWrite, 0)
	vector := g.vector(buffer, 8)
	for name, args := range map[string][]any{
		"fd_read": {d, vector, 1, result}, "fd_write": {d, vector, 1, result},
		"fd_pread": {d, vector, 1, 0, result}, "fd_pwrite": {d, vector, 1, 0, result},
		"fd_seek": {d, 0, 1, result}, "fd_tell": {d, result},
		"fd_allocate": {d, 0, 1}, "fd_advise": {d, 0, 0, 0}, "fd_filestat_set_size": {d, 0},
	} {
		if got := g.call(name, args...); got != eBadF {
			t.Errorf("%s: errno %d", name, got)
		}
	}
	g.want(success, "fd_fdstat_get", d, buffer)
	if kind, base := g.read(buffer, 1)[0], rights(g.u64(buffer+8)); kind != typeDirectory || base&(rightSeek|rightRead|rightWrite) != 0 {
		t.Errorf("type %d, rights %b", kind, base)
	}
	g.want(eNotDir, "fd_readdir", 0, buffer, 100, 0, result)
	g.want(success, "fd_sync", d)
}

// TestSuiteReaddir reads directories in pieces, and from cookies.
func TestSuiteReaddir(t *testing.T) {
	g, dir := newFiles(t)
	type entry struct {
		name string
		next uint64
		kind uint8
	}
	list := func(cookie uint64, size int) (entries []entry, whole bool) {
		g.want(success, "fd_readdir", 3, buffer, size, cookie, result)
		b := g.read(buffer, g.u32(result))
		whole = len(b) < size
		for len(b) >= direntSize {
			n := int(binary.LittleEndian.Uint32(b[16:]))
			if len(b) < direntSize+n {
				break
			}
			entries = append(entries, entry{string(b[direntSize : direntSize+n]), binary.LittleEndian.Uint64(b), b[20]})
			b = b[direntSize+n:]
		}
		return entries, whole
	}
	if entries, whole := list(0, 256); !whole || len(entries) != 2 || entries[0].name != "." || entries[1].name != ".." || entries[0].kind != typeDirectory {
		t.Errorf("an empty directory: %v", entries)
	}
	var want []string
	for i := range 1000 {
		name := fmt.Sprintf("ä%d", i)
		want = append(want, name)
		check(t, os.WriteFile(filepath.Join(dir, name), nil, 0o666))
	}
	var got []string
	for cookie, whole := uint64(0), false; !whole; {
		var entries []entry
		if entries, whole = list(cookie, 331); len(entries) == 0 && !whole {
			t.Fatal("no progress")
		}
		for _, e := range entries {
			got, cookie = append(got, e.name), e.next
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, append([]string{".", ".."}, want...)) {
		t.Errorf("%d names", len(got))
	}
	entries, _ := list(0, 4000)
	again, _ := list(entries[4].next, 4000)
	if again[0] != entries[5] {
		t.Errorf("from a cookie: %v, want %v", again[0], entries[5])
	}
	if past, whole := list(5000, 4000); len(past) != 0 || !whole {
		t.Errorf("behind the end: %v", past)
	}
}

// TestSuiteStandardStreams checks descriptors 0 to 2, whatever they are.
func TestSuiteStandardStreams(t *testing.T) {
	r, w, err := os.Pipe()
	check(t, err)
	defer r.Close()
	defer w.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	check(t, err)
	defer null.Close()
	g := newGuest(t, NewConfig().WithStdin(r).WithStdout(w).WithStderr(null))
	for fd := range 3 {
		g.want(success, "fd_fdstat_get", fd, buffer)
		g.want(eBadF, "fd_renumber", fd, fd+100)
		g.want(success, "fd_filestat_get", fd, buffer)
		for _, at := range []uint32{32, 40, 48, 56} {
			if v := g.u64(buffer + at); v != 0 {
				t.Errorf("descriptor %d: %d at %d, want no size and no times", fd, v, at)
			}
		}
	}
	// Outputs are ready, the input is not.
	events := g.poll(subscription(1, eventWrite, 1, 0, 0), subscription(2, eventWrite, 2, 0, 0),
		subscription(3, eventRead, 0, 0, 0), subscription(4, eventClock, 1, time.Hour, 0))
	if fmt.Sprint(events) != "[[1 0] [2 0]]" {
		t.Errorf("events %v", events)
	}
	check(t, w.Close())
	if events := g.poll(subscription(3, eventRead, 0, 0, 0), subscription(4, eventClock, 1, time.Hour, 0)); len(events) != 1 || events[0] != [2]uint64{3, 0} {
		t.Errorf("events of an input that is closed: %v", events)
	}
	g.want(eInval, "poll_oneoff", buffer, buffer, 0, result)
	g.want(success, "random_get", buffer, 0)
	if events := g.poll(subscription(9, eventRead, 77, 0, 0)); len(events) != 1 || events[0] != [2]uint64{9, uint64(eBadF)} {
		t.Errorf("events of no descriptor: %v", events)
	}
}

// TestSuiteRenumber closes and moves descriptors, preopened ones too.
func TestSuiteRenumber(t *testing.T) {
	g, _ := newFiles(t)
	g.on(success, "path_create_directory", "d")
	d := g.mustOpen("d", openDirectory, 0, 0)
	g.want(success, "fd_filestat_get", d, buffer)
	ino := g.u64(buffer + 8)
	g.want(success, "fd_renumber", d, 3)
	g.want(success, "fd_filestat_get", 3, buffer)
	if got := g.u64(buffer + 8); got != ino {
		t.Errorf("descriptor 3 is %d, want %d", got, ino)
	}
	g.want(eBadF, "fd_filestat_get", d, buffer)
	g.want(eBadF, "fd_close", d)
	g.want(eBadF, "fd_prestat_get", 3, buffer)
	g.want(success, "fd_close", 3)
	g.want(eBadF, "fd_renumber", 0, 3)
	g.want(success, "fd_renumber", 0, 1)
	g.want(eBadF, "fd_read", 0, g.vector(buffer, 1), 1, result)
}

// TestSuiteSizes allocates, truncates and seeks.
func TestSuiteSizes(t *testing.T) {
	g, _ := newFiles(t)
	f := g.mustOpen("f", openCreate, fileRights, 0)
	size := func(want uint64) {
		t.Helper()
		g.want(success, "fd_filestat_get", f, buffer)
		if got := g.u64(buffer + 32); got != want {
			t.Errorf("%d bytes, want %d", got, want)
		}
	}
	for _, step := range []struct{ offset, length, want int }{{0, 100, 100}, {10, 10, 100}, {90, 20, 110}} {
		g.want(success, "fd_allocate", f, step.offset, step.length)
		size(uint64(step.want))
	}
	g.want(success, "fd_advise", f, 10, 50, 0)
	g.want(success, "fd_seek", f, 1000, 0, result)
	size(110)
	g.want(eInval, "fd_seek", f, -2000, 1, result)
	g.want(success, "fd_seek", f, -10, 2, result)
	if at := g.u64(result); at != 100 {
		t.Errorf("at %d", at)
	}
	g.want(success, "fd_filestat_set_size", f, 7)
	size(7)
	g.want(eInval, "fd_filestat_set_times", f, 1, 1, setMtim|setMtimNow)
	p := g.path("f")
	g.want(eInval, "path_filestat_set_times", 3, 0, p[0], p[1], 1, 1, setAtim|setAtimNow)
	g.want(success, "fd_filestat_get", f, buffer)
	before := g.u64(buffer + 48)
	g.want(success, "path_filestat_set_times", 3, 0, p[0], p[1], 0, before-100, setMtim)
	g.want(success, "fd_filestat_get", f, buffer)
	if got := g.u64(buffer + 48); got != before-100 {
		t.Errorf("modified at %d, want %d", got, before-100)
	}
}

// TestSuiteAppend switches appending on and off.
func TestSuiteAppend(t *testing.T) {
	g, dir := newFiles(t)
	f := g.mustOpen("f", openCreate, fileRights, int(flagAppend))
	g.want(success, "fd_fdstat_get", f, buffer)
	if flags := fdFlags(binary.LittleEndian.Uint16(g.read(buffer+2, 2))); flags != flagAppend {
		t.Errorf("flags %b", flags)
	}
	g.write(f, "first ")
	g.want(success, "fd_seek", f, 0, 0, result)
	g.write(f, "second ")
	g.want(success, "fd_tell", f, result)
	if at := g.u64(result); at != 13 {
		t.Errorf("at %d", at)
	}
	at, _ := g.place("F")
	g.want(success, "fd_pwrite", f, g.vector(at, 1), 1, 0, result)
	g.want(success, "fd_fdstat_set_flags", f, 0)
	g.want(success, "fd_seek", f, 6, 0, result)
	g.write(f, "S")
	if b, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(b) != "First Second " {
		t.Errorf("content %q, %v", b, err)
	}
}

// TestNamedPipe opens pipes without a partner: that waits for one, or for the end
// of the context, unless it is not to wait.
func TestNamedPipe(t *testing.T) {
	g, dir := newFiles(t)
	pipe := filepath.Join(dir, "pipe")
	if err := makePipe(pipe); err != nil {
		t.Skip("no named pipes: ", err)
	}
	open := func(ctx context.Context, base rights, flags fdFlags) (uint32, Errno, error) {
		p := g.path("pipe")
		errno, err := g.callIn(ctx, "path_open", 3, 0, p[0], p[1], 0, base, rights(0), uint32(flags), result)
		return g.u32(result), errno, err
	}
	// Nobody comes.
	for _, base := range []rights{rightRead, rightWrite} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if _, _, err := open(ctx, base, 0); err == nil {
			t.Errorf("rights %b: opened alone", base)
		}
		cancel()
	}
	// A reader that does not wait sees the end; a writer is refused.
	fd, errno, err := open(context.Background(), rightRead, flagNonblock)
	if errno != success || err != nil {
		t.Fatal(errno, err)
	}
	for errno = eAgain; errno == eAgain; { // the host is asked beside the guest
		errno = g.call("fd_read", fd, g.vector(buffer, 10), 1, result)
	}
	if n := g.u32(result); errno != success || n != 0 {
		t.Errorf("errno %d, %d bytes read", errno, n)
	}
	g.want(success, "fd_close", fd)
	if _, errno, _ := open(context.Background(), rightWrite, flagNonblock); errno != eNXIO {
		t.Errorf("a writer alone: errno %d", errno)
	}
	// Somebody comes later.
	wrote := make(chan error)
	go func() {
		time.Sleep(10 * time.Millisecond)
		wrote <- os.WriteFile(pipe, []byte("hello"), 0)
	}()
	if fd, errno, err = open(context.Background(), rightRead, 0); errno != success || err != nil {
		t.Fatal(errno, err)
	}
	if got := g.readFD(fd, 10); got != "hello" {
		t.Errorf("read %q", got)
	}
	check(t, <-wrote)
	g.want(success, "fd_close", fd)
	// A write that nobody reads ends with the context.
	reader := make(chan *os.File)
	go func() {
		r, err := os.Open(pipe)
		if err != nil {
			t.Error(err)
		}
		reader <- r
	}()
	if fd, errno, err = open(context.Background(), rightWrite, 0); errno != success || err != nil {
		t.Fatal(errno, err)
	}
	r := <-reader
	defer r.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	for err == nil {
		_, err = g.callIn(ctx, "fd_write", fd, g.vector(buffer, 60_000), 1, result)
	}
	if ctx.Err() == nil {
		t.Errorf("writing ended with %v", err)
	}
}

// TestAppendTogether lets guests append to one file at the same time, as
// processes do to a log: no line is lost, or torn.
func TestAppendTogether(t *testing.T) {
	root, dir := tempRoot(t)
	const guests, lines = 4, 300
	var group sync.WaitGroup
	for i := range guests {
		g := newGuest(t, NewConfig().WithDir("dir", root))
		f := g.mustOpen("log", openCreate, rightWrite, int(flagAppend))
		a, n := g.place(fmt.Sprintf("guest %d", i))
		b, m := g.place(" was here\n")
		var vector []byte
		for _, v := range []uint32{a, n, b, m} {
			vector = binary.LittleEndian.AppendUint32(vector, v)
		}
		vectors, _ := g.place(string(vector))
		group.Go(func() {
			for range lines {
				if errno, err := g.callIn(context.Background(), "fd_write", f, vectors, 2, result); errno != success || err != nil {
					t.Errorf("errno %d, %v", errno, err)
					return
				}
			}
		})
	}
	group.Wait()
	content, err := os.ReadFile(filepath.Join(dir, "log"))
	check(t, err)
	count := map[string]int{}
	for line := range strings.Lines(string(content)) {
		count[line]++
	}
	for i := range guests {
		if n := count[fmt.Sprintf("guest %d was here\n", i)]; n != lines {
			t.Errorf("guest %d has %d lines", i, n)
		}
	}
	if len(count) != guests {
		t.Errorf("there are other lines: %v", count)
	}
}
