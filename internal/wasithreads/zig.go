package wasithreads

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A Zig builds the programs of the folder zig.
type Zig struct {
	command, dir string
}

// NewZig finds the compiler: the command that the environment variable WEFT_ZIG names, or zig. It skips the test
// where there is none.
func NewZig(t testing.TB) *Zig {
	t.Helper()
	command := os.Getenv("WEFT_ZIG")
	if command == "" {
		var err error
		if command, err = exec.LookPath("zig"); err != nil {
			t.Skipf("zig 0.14 (set WEFT_ZIG to the command; internal/wasithreads/zig/README.md): %v", err)
		}
	}
	return &Zig{command: command, dir: unpack(t)}
}

// ZigPrograms returns the programs in Zig.
func ZigPrograms() []Program {
	return []Program{
		{Name: "counter", Threads: 4},
		{Name: "events", Threads: 12},
		{Name: "join", Ends: MayHang, Threads: 10},
		{Name: "pool", Threads: 5},
		{Name: "queue", Threads: 7},
		{Name: "rwlock", Threads: 6},
	}
}

// Build builds a program of the folder zig.
func (z *Zig) Build(t testing.TB, name string) []byte {
	t.Helper()
	return z.compile(t, filepath.Join(z.dir, "zig", name+".zig"))
}

// BuildBug builds a program in Zig with a bug, or its twin.
func (z *Zig) BuildBug(t testing.TB, b Bug, fixed bool) []byte {
	t.Helper()
	variant := "broken"
	if fixed {
		variant = "fixed"
	}
	bugs := filepath.Join(z.dir, "bugs")
	return z.compile(t, "--dep", "threads", "--dep", "variant", "-Mroot="+filepath.Join(bugs, b.File()+".zig"),
		"-Mthreads="+filepath.Join(z.dir, "zig", "threads.zig"), "-Mvariant="+filepath.Join(bugs, "variants", variant+".zig"))
}

// compile builds a program of modules.
func (z *Zig) compile(t testing.TB, modules ...string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program.wasm")
	arguments := append([]string{"build-exe", "-femit-bin=" + program, "--cache-dir", filepath.Join(z.dir, "cache"),
		"-O", "ReleaseSafe", "-fno-single-threaded", "-target", "wasm32-wasi", "-mcpu=generic+atomics+bulk_memory",
		"--shared-memory", "--import-memory", "--export-memory", "--max-memory=67108864", "--export=wasi_thread_start"},
		modules...)
	if out, err := exec.Command(z.command, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("zig build-exe: %v\n%s", err, out)
	}
	return read(t, program)
}
