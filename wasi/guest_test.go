package wasi

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"weft"
)

// A guest is a module that passes each function of the interface on, so that a
// test can call it with any arguments.
type guest struct {
	t      testing.TB
	system *System
	in     *weft.Instance
	memory *weft.Memory
	next   uint32 // where place puts the next bytes
}

// forward writes the module of a guest that imports functions from a module.
func forward(from string, functions []function) string {
	var b strings.Builder
	b.WriteString("(module\n")
	var bodies strings.Builder
	for i := range functions {
		f := &functions[i]
		params := "(param"
		gets := ""
		for j, letter := range f.params {
			params += map[rune]string{'i': " i32", 'I': " i64"}[letter]
			gets += fmt.Sprintf(" (local.get %d)", j)
		}
		params += ")"
		fmt.Fprintf(&b, "(import %q %q (func $%s %s (result i32)))\n", from, f.name, f.name, params)
		fmt.Fprintf(&bodies, "(func (export %q) %s (result i32) (call $%s%s))\n", f.name, params, f.name, gets)
	}
	fmt.Fprintf(&b, "(import %q \"proc_exit\" (func $proc_exit (param i32)))\n", from)
	b.WriteString("(memory (export \"memory\") 4)\n")
	b.WriteString(bodies.String())
	b.WriteString("(func (export \"proc_exit\") (param i32) (call $proc_exit (local.get 0)))\n)")
	return b.String()
}

// newGuest makes a guest.
func newGuest(t testing.TB, c Config) *guest {
	t.Helper()
	return newGuestOf(t, c, ModuleName, functions[:])
}

func newGuestOf(t testing.TB, c Config, from string, functions []function) *guest {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig())
	check(t, err)
	module, err := engine.Compile([]byte(forward(from, functions)))
	check(t, err)
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	t.Cleanup(store.Close)
	linker := weft.NewLinker(store)
	system, err := c.Define(linker)
	check(t, err)
	t.Cleanup(func() { check(t, system.Close()) })
	in, err := linker.Instantiate(context.Background(), module)
	check(t, err)
	return &guest{t: t, system: system, in: in, memory: in.Memory("memory"), next: 1 << 16}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call calls a function of the interface. Arguments are integers of any type.
func (g *guest) call(name string, args ...any) Errno {
	g.t.Helper()
	errno, err := g.callIn(context.Background(), name, args...)
	check(g.t, err)
	return errno
}

func (g *guest) callIn(ctx context.Context, name string, args ...any) (Errno, error) {
	g.t.Helper()
	f := g.in.Func(name)
	if f == nil {
		g.t.Fatalf("no function %s", name)
	}
	slots := make([]uint64, max(len(args), 1))
	for i, a := range args {
		switch a := a.(type) {
		case int:
			slots[i] = uint64(a)
		case uint32:
			slots[i] = uint64(a)
		case uint64:
			slots[i] = a
		case rights:
			slots[i] = uint64(a)
		default:
			g.t.Fatalf("argument of type %T", a)
		}
		if int(f.Type().Params[i].Slots()) == 1 && f.Type().Params[i].String() == "i32" {
			slots[i] = uint64(uint32(slots[i]))
		}
	}
	err := f.CallSlots(ctx, slots)
	return Errno(slots[0]), err
}

// want fails the test if a call does not have the result.
func (g *guest) want(want Errno, name string, args ...any) {
	g.t.Helper()
	if got := g.call(name, args...); got != want {
		g.t.Errorf("%s%v: errno %d, want %d", name, args, got, want)
	}
}

// place puts bytes into memory.
func (g *guest) place(s string) (addr, size uint32) {
	addr = g.next
	g.next += uint32(len(s)+7) &^ 7
	g.memory.Write(uint64(addr), []byte(s))
	return addr, uint32(len(s))
}

// path puts a path into memory, as two arguments.
func (g *guest) path(s string) []any {
	addr, size := g.place(s)
	return []any{addr, size}
}

func (g *guest) read(addr, n uint32) []byte {
	b := make([]byte, n)
	if !g.memory.Read(uint64(addr), b) {
		g.t.Fatalf("no memory at %d", addr)
	}
	return b
}

func (g *guest) u32(addr uint32) uint32 { return binary.LittleEndian.Uint32(g.read(addr, 4)) }
func (g *guest) u64(addr uint32) uint64 { return binary.LittleEndian.Uint64(g.read(addr, 8)) }

// vector makes an array with one buffer.
func (g *guest) vector(addr, size uint32) uint32 {
	b := binary.LittleEndian.AppendUint32(nil, addr)
	at, _ := g.place(string(binary.LittleEndian.AppendUint32(b, size)))
	return at
}

// The places where functions put results.
const (
	result = 16
	buffer = 1024
)

// write writes to a descriptor.
func (g *guest) write(fd uint32, s string) {
	g.t.Helper()
	g.want(success, "fd_write", fd, g.vector(g.place(s)), 1, result)
	if n := g.u32(result); int(n) != len(s) {
		g.t.Errorf("%d bytes written, want %d", n, len(s))
	}
}

// readFD reads up to n bytes from a descriptor.
func (g *guest) readFD(fd, n uint32) string {
	g.t.Helper()
	g.want(success, "fd_read", fd, g.vector(buffer, n), 1, result)
	return string(g.read(buffer, g.u32(result)))
}

// open opens a path of directory 3.
func (g *guest) open(path string, oflags int, base rights, fdflags int) (uint32, Errno) {
	g.t.Helper()
	p := g.path(path)
	errno := g.call("path_open", 3, followLinks, p[0], p[1], oflags, base, directoryRights|fileRights, fdflags, result)
	return g.u32(result), errno
}

func (g *guest) mustOpen(path string, oflags int, base rights, fdflags int) uint32 {
	g.t.Helper()
	fd, errno := g.open(path, oflags, base, fdflags)
	if errno != success {
		g.t.Fatalf("path_open %s: errno %d", path, errno)
	}
	return fd
}

// tempRoot returns a new directory.
func tempRoot(t testing.TB) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	check(t, err)
	t.Cleanup(func() { check(t, root.Close()) })
	return root, dir
}

func TestArgumentsAndEnvironment(t *testing.T) {
	g := newGuest(t, NewConfig().WithArgs("prog", "", "ä").WithEnv("A", "1").WithEnv("B", "2").WithEnv("A", "3"))
	g.want(success, "args_sizes_get", result, result+4)
	if n, size := g.u32(result), g.u32(result+4); n != 3 || size != 9 {
		t.Errorf("%d arguments of %d bytes", n, size)
	}
	g.want(success, "args_get", result, buffer)
	if got := string(g.read(buffer, 9)); got != "prog\x00\x00ä\x00" {
		t.Errorf("arguments %q", got)
	}
	if got := g.u32(result + 8); got != buffer+6 {
		t.Errorf("the third is at %d", got)
	}
	g.want(success, "environ_sizes_get", result, result+4)
	size := g.u32(result + 4)
	g.want(success, "environ_get", result, buffer)
	if got := string(g.read(buffer, size)); got != "B=2\x00A=3\x00" {
		t.Errorf("environment %q", got)
	}
	if _, err := NewConfig().WithArgs("a\x00b").Define(weft.NewLinker(nil)); err == nil {
		t.Error("an argument with a zero byte was accepted")
	}
}

func TestClocksAndRandomness(t *testing.T) {
	start := time.Unix(1000, 5)
	run := func() (out []uint64) {
		g := newGuest(t, NewConfig().WithClock(NewVirtualClock(start, time.Millisecond)).WithRandom(SeededRandom(7)))
		for id := range 4 {
			g.want(success, "clock_res_get", id, result)
			g.want(success, "clock_time_get", id, uint64(0), result)
			out = append(out, g.u64(result))
		}
		g.want(eInval, "clock_time_get", 4, uint64(0), result)
		g.want(eInval, "clock_res_get", 9, result)
		g.want(success, "random_get", buffer, 100_000)
		g.want(eFault, "random_get", buffer, -1)
		return append(out, g.u64(buffer), g.u64(buffer+99_992))
	}
	a, b := run(), run()
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("two runs differ: %v and %v", a, b)
	}
	if a[0] < uint64(start.UnixNano()) || a[0] > uint64(start.Add(time.Second).UnixNano()) {
		t.Errorf("time of day %d", a[0])
	}
}

func TestExit(t *testing.T) {
	for code := range 3 {
		g := newGuest(t, NewConfig())
		f := g.in.Func("proc_exit")
		_, err := g.system.Call(context.Background(), g.in, f, weft.I32(int32(code)))
		switch exit, ok := err.(*weft.ExitError); {
		case code == 0 && err != nil, code != 0 && (!ok || exit.Code != uint32(code)):
			t.Errorf("exit %d: %v", code, err)
		}
		g.want(eNoSys, "proc_raise", 6)
		g.want(success, "sched_yield")
	}
}

func TestStreams(t *testing.T) {
	var out, errors bytes.Buffer
	g := newGuest(t, NewConfig().WithStdin(strings.NewReader("input")).WithStdout(&out).WithStderr(&errors))
	if got := g.readFD(0, 3) + g.readFD(0, 9) + g.readFD(0, 9); got != "input" {
		t.Errorf("read %q", got)
	}
	g.write(1, "hello")
	g.write(2, "oops")
	if out.String() != "hello" || errors.String() != "oops" {
		t.Errorf("wrote %q and %q", &out, &errors)
	}
	g.want(eBadF, "fd_write", 0, g.vector(0, 1), 1, result)
	g.want(eBadF, "fd_read", 1, g.vector(0, 1), 1, result)
	g.want(eSPipe, "fd_seek", 1, uint64(0), 0, result)
	g.want(eBadF, "fd_prestat_get", 0, result)
	g.want(success, "fd_fdstat_get", 0, result)
	g.want(success, "fd_close", 1)
	g.want(eBadF, "fd_close", 1)
	g.want(eBadF, "fd_write", 1, g.vector(0, 1), 1, result)
}

// TestImportsInGroup runs a module whose imports have types of a group, as those of compilers for languages with a
// garbage collector do.
func TestImportsInGroup(t *testing.T) {
	const source = `(module
	  (rec
	    (type $write (sub (func (param i32 i32 i32 i32) (result i32))))
	    (type $exit (func (param i32)))
	    (type $list (struct (field (ref null $list)))))
	  (import "wasi_snapshot_preview1" "fd_write" (func $write (type $write)))
	  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (type $exit)))
	  (memory (export "memory") 1)
	  (data (i32.const 0) "\08\00\00\00\03\00\00\00hi\n")
	  (func (export "_start")
	    (call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))`
	for _, executor := range []weft.Executor{weft.Interpreter, weft.Automatic} {
		engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
		check(t, err)
		module, err := engine.Compile([]byte(source))
		check(t, err)
		store, err := engine.NewStore(weft.DefaultLimits())
		check(t, err)
		defer store.Close()
		var out bytes.Buffer
		linker := weft.NewLinker(store)
		system, err := NewConfig().WithStdout(&out).Define(linker)
		check(t, err)
		defer func() { check(t, system.Close()) }()
		instance, err := linker.Instantiate(context.Background(), module)
		check(t, err)
		check(t, system.Start(context.Background(), instance))
		if out.String() != "hi\n" {
			t.Errorf("it writes %q", &out)
		}
	}
}

// TestFaults calls every function with addresses and numbers that are not good.
func TestFaults(t *testing.T) {
	root, _ := tempRoot(t)
	g := newGuest(t, NewConfig().WithDir("/", root).WithClock(NewVirtualClock(time.Unix(0, 0), 1)))
	for _, v := range []uint64{0, 1, 3, 4, 0x3ffff, 1 << 31, 0xfffffffe, 0xffffffff, 1<<63 - 1, 1 << 63, 1<<64 - 1} {
		for i := range functions {
			f := &functions[i]
			if f.name == "fd_close" || f.name == "fd_renumber" {
				continue
			}
			for _, fd := range []uint64{0, 1, 3, v} {
				args := make([]any, len(f.params))
				for j := range args {
					args[j] = v
				}
				if len(args) > 0 {
					args[0] = fd
				}
				if errno := g.call(f.name, args...); errno > eNotCapable {
					t.Errorf("%s%v: errno %d", f.name, args, errno)
				}
			}
		}
	}
	g = newGuest(t, NewConfig()) // the other one has given up rights
	g.want(eFault, "fd_write", 1, 1<<18-4, 1, result)
	g.want(eFault, "fd_write", 1, g.vector(1<<18-4, 5), 1, result)
	g.want(eFault, "fd_write", 1, g.vector(0, 1), 1, 1<<18-3)
	g.want(eInval, "fd_write", 1, 0, 1025, result)
	g.want(eFault, "args_sizes_get", -1, 0)
}
