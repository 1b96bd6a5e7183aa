package wasi

import (
	"bytes"
	"encoding/binary"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"weft"
)

// TestUnstable checks what wasi_unstable has in another way, and that the rest is there.
func TestUnstable(t *testing.T) {
	root, dir := tempRoot(t)
	check(t, os.WriteFile(dir+"/file", []byte("0123456789"), 0o600))
	clock := NewVirtualClock(time.Unix(1000, 0), time.Millisecond)
	config := NewConfig().WithDir("/", root).WithClock(clock).WithUnstable()
	g := newGuestOf(t, config, UnstableModuleName, unstableFunctions())
	fd := g.mustOpen("file", 0, fileRights, 0)
	const current, end, set = 0, 1, 2
	g.want(success, "fd_seek", fd, uint64(4), set, result)
	g.want(success, "fd_seek", fd, uint64(2), current, result)
	if at := g.u64(result); at != 6 {
		t.Errorf("at %d", at)
	}
	g.want(success, "fd_seek", fd, ^uint64(0), end, result)
	if at := g.u64(result); at != 9 {
		t.Errorf("at %d", at)
	}
	g.want(eInval, "fd_seek", fd, uint64(0), 3, result)

	p := g.path("file")
	for _, get := range []func() Errno{
		func() Errno { return g.call("fd_filestat_get", fd, buffer) },
		func() Errno { return g.call("path_filestat_get", 3, followLinks, p[0], p[1], buffer) },
	} {
		g.memory.Write(buffer, bytes.Repeat([]byte{0xAA}, 64))
		if errno := get(); errno != success {
			t.Fatalf("errno %d", errno)
		}
		b := g.read(buffer, 64)
		if b[16] != typeRegular || binary.LittleEndian.Uint32(b[20:]) != 1 || binary.LittleEndian.Uint64(b[24:]) != 10 {
			t.Errorf("the attributes are %x", b)
		}
		if !bytes.Equal(b[56:], bytes.Repeat([]byte{0xAA}, 8)) {
			t.Error("the structure is too long")
		}
	}
	g.want(eFault, "fd_filestat_get", fd, 4*65536-55)
	g.want(eBadF, "fd_filestat_get", 99, buffer)

	// A subscription to the clock, whose identifier means nothing.
	s := make([]byte, 56)
	binary.LittleEndian.PutUint64(s, 77)
	binary.LittleEndian.PutUint64(s[16:], 0x1234)
	binary.LittleEndian.PutUint32(s[24:], 1)
	binary.LittleEndian.PutUint64(s[32:], uint64(time.Minute))
	before := clock.Monotonic()
	in, _ := g.place(string(s))
	g.want(success, "poll_oneoff", in, buffer, 1, result)
	if waited := clock.Monotonic() - before; g.u32(result) != 1 || g.u64(buffer) != 77 || waited < time.Minute {
		t.Errorf("%d events after %v", g.u32(result), waited)
	}
	g.write(1, "the rest is the same")
}

// TestTrace looks at the lines of calls.
func TestTrace(t *testing.T) {
	root, _ := tempRoot(t)
	var lines bytes.Buffer
	g := newGuest(t, NewConfig().WithDir("/", root).WithTrace(&lines))
	fd := g.mustOpen("a \"file\"", openCreate, readWrite, 0)
	g.write(fd, "hello")
	g.want(success, "fd_seek", fd, ^uint64(0), 1, result)
	g.want(eNoEnt, "path_unlink_file", 3, g.path("none")[0], 4)
	g.want(eFault, "path_unlink_file", 3, -1, 4)
	g.want(success, "sched_yield")
	_, _ = g.system.Call(t.Context(), g.in, g.in.Func("proc_exit"), weft.I32(3))
	want := strings.TrimPrefix(`
path_open(fd=3, dirflags=1, path="a \"file\"", oflags=1, base=0x42, inheriting=0x[0-9a-f]+, fdflags=0) = success, opened=4
fd_write(fd=4, iovs=0x[0-9a-f]+, iovs_len=1) = success, nwritten=5
fd_seek(fd=4, offset=-1, whence=1) = success, newoffset=4
path_unlink_file(fd=3, path="none") = ENOENT
path_unlink_file(fd=3, path=0xffffffff) = EFAULT
sched_yield() = success
proc_exit(code=3)
`, "\n")
	pattern := strings.NewReplacer("(", `\(`, ")", `\)`, `\"`, `\\"`).Replace(want)
	if !regexp.MustCompile("^" + pattern + "$").MatchString(lines.String()) {
		t.Errorf("the lines are\n%swant\n%s", &lines, want)
	}
}

// TestParameters checks that names of parameters are those of the functions.
func TestParameters(t *testing.T) {
	for _, f := range functions {
		names, known := parameters[f.name]
		if n := len(strings.Fields(names)); !known || n != len(f.params) {
			t.Errorf("%s has %d parameters, and the names %q", f.name, len(f.params), names)
		}
	}
	if len(parameters) != len(functions) {
		t.Errorf("%d functions have names, there are %d", len(parameters), len(functions))
	}
}

// TestInheritedEnv finds a variable of this process.
func TestInheritedEnv(t *testing.T) {
	t.Setenv("WEFT_TEST_VARIABLE", "a=b")
	c := NewConfig().WithInheritedEnv().WithEnv("WEFT_TEST_OTHER", "c")
	all := strings.Join(c.env, "\n")
	if !strings.Contains(all, "WEFT_TEST_VARIABLE=a=b") || !strings.HasSuffix(all, "WEFT_TEST_OTHER=c") {
		t.Errorf("the environment is %q", all)
	}
}
