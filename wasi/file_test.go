package wasi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const readWrite = rightRead | rightWrite

func TestFiles(t *testing.T) {
	root, dir := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/", root))
	fd := g.mustOpen("a", openCreate|openExclusive, readWrite, 0)
	if fd != 4 {
		t.Errorf("descriptor %d", fd)
	}
	if _, errno := g.open("a", openCreate|openExclusive, readWrite, 0); errno != eExist {
		t.Errorf("errno %d", errno)
	}
	g.write(fd, "0123456789")
	g.want(success, "fd_seek", fd, -7, 1, result)
	g.want(success, "fd_tell", fd, result)
	if got := g.u64(result); got != 3 {
		t.Errorf("at %d", got)
	}
	if got := g.readFD(fd, 4); got != "3456" {
		t.Errorf("read %q", got)
	}
	g.want(eInval, "fd_seek", fd, -70, 1, result)
	g.want(eInval, "fd_seek", fd, 0, 3, result)
	at, _ := g.place("xy")
	g.want(success, "fd_pwrite", fd, g.vector(at, 2), 1, 1, result)
	g.want(success, "fd_pread", fd, g.vector(buffer, 20), 1, 0, result)
	if got := string(g.read(buffer, g.u32(result))); got != "0xy3456789" {
		t.Errorf("read %q", got)
	}
	g.want(success, "fd_filestat_set_size", fd, 3)
	g.want(success, "fd_allocate", fd, 0, 5)
	g.want(success, "fd_allocate", fd, 0, 2)
	g.want(eInval, "fd_allocate", fd, 0, 0)
	g.want(success, "fd_advise", fd, 0, 0, 1)
	g.want(eInval, "fd_advise", fd, 0, 0, 9)
	g.want(success, "fd_sync", fd)
	g.want(success, "fd_datasync", fd)
	g.want(success, "fd_filestat_get", fd, buffer)
	if size, kind := g.u64(buffer+32), g.read(buffer+16, 1)[0]; size != 5 || kind != typeRegular {
		t.Errorf("size %d, type %d", size, kind)
	}
	g.want(success, "fd_filestat_set_times", fd, 1_000_000_007, 2_000_000_009, setAtim|setMtim)
	g.want(eInval, "fd_filestat_set_times", fd, 0, 0, setAtim|setAtimNow)
	info, err := os.Stat(filepath.Join(dir, "a"))
	check(t, err)
	if !info.ModTime().Equal(time.Unix(2, 9)) {
		t.Errorf("modified at %v", info.ModTime())
	}
	g.want(success, "fd_fdstat_set_flags", fd, uint32(flagAppend))
	g.want(success, "fd_seek", fd, 0, 0, result)
	g.write(fd, "end")
	g.want(success, "fd_close", fd)
	content, err := os.ReadFile(filepath.Join(dir, "a"))
	check(t, err)
	if string(content) != "0xy\x00\x00end" {
		t.Errorf("content %q", content)
	}
}

func TestRights(t *testing.T) {
	root, _ := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/", root))
	fd := g.mustOpen("a", openCreate, rightWrite, 0)
	g.want(eBadF, "fd_read", fd, g.vector(buffer, 1), 1, result)
	g.want(success, "fd_fdstat_get", fd, buffer)
	if got := rights(g.u64(buffer + 8)); got != rightWrite {
		t.Errorf("rights %b", got)
	}
	g.want(eNotCapable, "fd_fdstat_set_rights", fd, readWrite, rights(0))
	g.want(success, "fd_fdstat_set_rights", fd, rights(0), rights(0))
	g.want(eBadF, "fd_write", fd, g.vector(buffer, 1), 1, result)
	g.want(success, "fd_renumber", fd, 1)
	g.want(eBadF, "fd_renumber", fd, 1)
	g.want(eBadF, "fd_renumber", 1, 99)
	g.want(success, "fd_renumber", 1, 1)
}

func TestDirectories(t *testing.T) {
	root, _ := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/data", root))
	g.want(success, "fd_prestat_get", 3, result)
	if tag, n := g.u32(result), g.u32(result+4); tag != 0 || n != 5 {
		t.Errorf("prestat %d %d", tag, n)
	}
	g.want(eNameLong, "fd_prestat_dir_name", 3, buffer, 4)
	g.want(success, "fd_prestat_dir_name", 3, buffer, 5)
	if got := string(g.read(buffer, 5)); got != "/data" {
		t.Errorf("name %q", got)
	}
	at := func(path string, more ...any) []any { return append(append([]any{3}, g.path(path)...), more...) }
	g.want(success, "path_create_directory", at("d")...)
	g.want(eExist, "path_create_directory", at("d/")...)
	g.want(eNoEnt, "path_create_directory", at("x/y")...)
	g.want(eExist, "path_create_directory", at(".")...)
	for _, name := range []string{"d/one", "d/two", "d/three"} {
		g.want(success, "fd_close", g.mustOpen(name, openCreate, readWrite, 0))
	}
	fd := g.mustOpen("d/", openDirectory, rightReaddir, 0)
	list := func(fd uint32) (names []string) {
		for cookie := uint64(0); ; {
			g.want(success, "fd_readdir", fd, buffer, 60, cookie, result)
			b := g.read(buffer, g.u32(result))
			for len(b) >= direntSize {
				n := int(b[16])
				if len(b) < direntSize+n {
					break
				}
				names = append(names, string(b[direntSize:][:n]))
				b = b[direntSize+n:]
				cookie++
			}
			if g.u32(result) < 60 {
				return names
			}
		}
	}
	if got := strings.Join(list(fd), " "); got != ". .. one three two" {
		t.Errorf("entries %s", got)
	}
	g.want(eNotEmpty, "path_remove_directory", at("d")...)
	g.want(eIsDir, "path_unlink_file", at("d")...)
	g.want(eNotDir, "path_remove_directory", at("d/one")...)
	g.want(eNotDir, "path_unlink_file", at("d/one/")...)
	for _, name := range []string{"fd_read", "fd_write"} {
		g.want(eBadF, name, fd, g.vector(buffer, 1), 1, result)
	}
	g.want(eBadF, "fd_seek", fd, 0, 0, result)
	if _, errno := g.open("d", openDirectory, readWrite, 0); errno != eIsDir {
		t.Errorf("errno %d", errno)
	}
	if _, errno := g.open("d/one", openDirectory, 0, 0); errno != eNotDir {
		t.Errorf("errno %d", errno)
	}

	// From one open directory to another, and after it was moved.
	from, to := g.path("d/one"), g.path("uno")
	g.want(success, "path_rename", 3, from[0], from[1], fd, to[0], to[1])
	d, e := g.path("d"), g.path("e")
	g.want(success, "path_rename", 3, d[0], d[1], 3, e[0], e[1])
	if got := strings.Join(list(fd), " "); got != ". .. three two uno" {
		t.Errorf("entries %s", got)
	}
	g.want(success, "path_rename", fd, to[0], to[1], 3, to[0], to[1])
	g.want(success, "path_unlink_file", 3, to[0], to[1])
}

func TestLinks(t *testing.T) {
	root, _ := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/", root))
	fd := g.mustOpen("file", openCreate, readWrite, 0)
	g.write(fd, "content")
	symlink := func(want Errno, target, name string) {
		t.Helper()
		a, b := g.path(target), g.path(name)
		g.want(want, "path_symlink", a[0], a[1], 3, b[0], b[1])
	}
	symlink(success, "file", "link")
	symlink(eExist, "file", "link")
	symlink(eNoEnt, "file", "other/")
	symlink(ePerm, "/etc", "etc")
	symlink(success, "loop", "loop")
	symlink(success, "..", "up")
	p := g.path("link")
	g.want(success, "path_readlink", 3, p[0], p[1], buffer, 3, result)
	if got := string(g.read(buffer, g.u32(result))); got != "fil" {
		t.Errorf("target %q", got)
	}
	g.want(success, "path_filestat_get", 3, 0, p[0], p[1], buffer)
	if kind := g.read(buffer+16, 1)[0]; kind != typeSymbolicLink {
		t.Errorf("type %d", kind)
	}
	g.want(success, "path_filestat_set_times", 3, 0, p[0], p[1], 5, 1_000_000_000, setMtim)
	g.want(success, "path_filestat_get", 3, 0, p[0], p[1], buffer)
	if mtim := g.u64(buffer + 48); mtim != 1_000_000_000 {
		t.Errorf("time of the link %d", mtim)
	}
	g.want(success, "path_filestat_get", 3, followLinks, p[0], p[1], buffer)
	if mtim, kind := g.u64(buffer+48), g.read(buffer+16, 1)[0]; mtim == 1_000_000_000 || kind != typeRegular {
		t.Errorf("time of the file %d, type %d", mtim, kind)
	}
	g.want(eLoop, "path_open", 3, 0, p[0], p[1], 0, rightRead, rights(0), 0, result)
	if _, errno := g.open("loop", 0, rightRead, 0); errno != eLoop {
		t.Errorf("errno %d", errno)
	}
	hard := g.path("hard")
	file := g.path("file")
	g.want(eInval, "path_link", 3, followLinks, file[0], file[1], 3, hard[0], hard[1])
	g.want(success, "path_link", 3, 0, file[0], file[1], 3, hard[0], hard[1])
	g.want(eExist, "path_link", 3, 0, file[0], file[1], 3, hard[0], hard[1])
	if got := g.readFD(g.mustOpen("hard", 0, rightRead, 0), 20); got != "content" {
		t.Errorf("content %q", got)
	}
}

// TestEscapes tries to leave a directory.
func TestEscapes(t *testing.T) {
	_, dir := tempRoot(t)
	check(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600))
	check(t, os.MkdirAll(filepath.Join(dir, "in", "sub"), 0o700))
	check(t, os.Symlink("..", filepath.Join(dir, "in", "up")))
	check(t, os.Symlink("../secret", filepath.Join(dir, "in", "direct")))
	check(t, os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, "in", "absolute")))
	root, err := os.OpenRoot(filepath.Join(dir, "in"))
	check(t, err)
	defer root.Close()
	check(t, os.Mkdir(filepath.Join(dir, "fs"), 0o700))
	for _, c := range []Config{NewConfig().WithDir("/", root), NewConfig().WithFS("/", os.DirFS(filepath.Join(dir, "in")))} {
		g := newGuest(t, c)
		for _, path := range []string{"../secret", "up/secret", "direct", "absolute", "sub/../../secret", "/secret", filepath.Join(dir, "secret"),
			"up/in/up/secret", "./../secret", ".."} {
			if fd, errno := g.open(path, 0, rightRead, 0); errno == success {
				t.Errorf("opened %s as %d", path, fd)
			} else if errno != ePerm {
				t.Errorf("open %s: errno %d", path, errno)
			}
			for _, name := range []string{"path_create_directory", "path_remove_directory", "path_unlink_file"} {
				if path == "direct" || path == "absolute" {
					continue // they are themselves inside
				}
				if errno := g.call(name, append([]any{3}, g.path(path)...)...); errno == success {
					t.Errorf("%s %s succeeded", name, path)
				}
			}
			p, q := g.path(path), g.path("stolen")
			if path != "direct" && path != "absolute" {
				for _, name := range []string{"path_rename"} {
					if errno := g.call(name, 3, p[0], p[1], 3, q[0], q[1]); errno == success {
						t.Errorf("%s %s succeeded", name, path)
					}
				}
				if errno := g.call("path_link", 3, 0, p[0], p[1], 3, q[0], q[1]); errno == success {
					t.Errorf("path_link %s succeeded", path)
				}
			}
			if errno := g.call("path_filestat_get", 3, followLinks, p[0], p[1], buffer); errno == success {
				t.Errorf("path_filestat_get %s succeeded", path)
			}
		}
		sub, errno := g.open("sub", openDirectory, 0, 0)
		if errno != success {
			t.Fatalf("errno %d", errno)
		}
		p := g.path("../up/secret")
		g.want(ePerm, "path_open", sub, followLinks, p[0], p[1], 0, rightRead, rights(0), 0, result)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "secret")); err != nil || string(b) != "secret" {
		t.Errorf("the file outside has %q, %v", b, err)
	}
}

func TestReadOnly(t *testing.T) {
	root, dir := tempRoot(t)
	check(t, os.WriteFile(filepath.Join(dir, "a"), []byte("abc"), 0o600))
	check(t, os.Mkdir(filepath.Join(dir, "d"), 0o700))
	fsys := fstest.MapFS{"a": {Data: []byte("abc"), ModTime: time.Unix(9, 0)}, "d/b": {Data: []byte("x")}}
	for _, c := range []Config{NewConfig().WithReadOnlyDir("/", root), NewConfig().WithFS("/", fsys)} {
		g := newGuest(t, c)
		fd := g.mustOpen("d/../a", 0, rightRead, 0)
		if got := g.readFD(fd, 9); got != "abc" {
			t.Errorf("read %q", got)
		}
		g.want(success, "fd_pread", fd, g.vector(buffer, 2), 1, 1, result)
		if got := string(g.read(buffer, 2)); got != "bc" {
			t.Errorf("read %q", got)
		}
		g.want(success, "fd_seek", fd, 1, 0, result)
		if got := g.readFD(fd, 1); got != "b" {
			t.Errorf("read %q", got)
		}
		for _, flags := range []int{openCreate, openTruncate} {
			if _, errno := g.open("new", openCreate, readWrite, 0); errno != eROFS {
				t.Errorf("errno %d for flags %d", errno, flags)
			}
		}
		if _, errno := g.open("a", 0, readWrite, 0); errno != eROFS {
			t.Errorf("errno %d", errno)
		}
		g.want(eROFS, "path_unlink_file", append([]any{3}, g.path("a")...)...)
		g.want(eROFS, "path_create_directory", append([]any{3}, g.path("n")...)...)
		a, b := g.path("a"), g.path("n")
		g.want(eROFS, "path_rename", 3, a[0], a[1], 3, b[0], b[1])
		g.want(eROFS, "path_link", 3, 0, a[0], a[1], 3, b[0], b[1])
		g.want(eROFS, "path_symlink", a[0], a[1], 3, b[0], b[1])
		g.want(eROFS, "path_filestat_set_times", 3, 0, a[0], a[1], 0, 0, setMtimNow)
		d, errno := g.open("d", openDirectory, 0, 0)
		if errno != success {
			t.Fatalf("errno %d", errno)
		}
		g.want(eROFS, "path_symlink", a[0], a[1], d, b[0], b[1])
		g.want(success, "fd_readdir", d, buffer, 200, 0, result)
		g.want(eROFS, "fd_filestat_set_times", fd, 0, 0, setAtim|setMtim)
		g.want(eROFS, "fd_filestat_set_times", d, 0, 0, setAtim|setMtim)
		g.want(eROFS, "fd_filestat_set_times", 3, 0, 0, setAtim|setMtim)
		g.want(eBadF, "fd_write", fd, g.vector(buffer, 1), 1, result)
		g.want(eBadF, "fd_pwrite", fd, g.vector(buffer, 1), 1, 0, result)
		g.want(eBadF, "fd_allocate", fd, 0, 100)
		g.want(eInval, "fd_filestat_set_size", fd, 0)
	}
	info, err := os.Stat(filepath.Join(dir, "a"))
	check(t, err)
	if info.Size() != 3 || info.ModTime().Unix() == 0 {
		t.Errorf("the file has %d bytes, modified at %v", info.Size(), info.ModTime())
	}
}

// TestTruncateRight has a directory whose files may not be written to any more.
func TestTruncateRight(t *testing.T) {
	root, dir := tempRoot(t)
	check(t, os.WriteFile(filepath.Join(dir, "a"), []byte("abc"), 0o600))
	g := newGuest(t, NewConfig().WithDir("/", root))
	g.want(success, "fd_fdstat_set_rights", 3, directoryRights, directoryRights|fileRights&^rightWrite)
	if _, errno := g.open("a", openTruncate, rightRead, 0); errno != eNotCapable {
		t.Errorf("errno %d", errno)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(b) != "abc" {
		t.Errorf("the file has %q, %v", b, err)
	}
}
