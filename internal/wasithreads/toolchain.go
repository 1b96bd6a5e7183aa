package wasithreads

import (
	"embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed all:pthread accesses bugs c zig
var sources embed.FS

// A Toolchain compiles C with clang, and links with the library of the folder pthread.
type Toolchain struct {
	dir    string // of the sources
	linker string
	layer  []string // object files
}

// NewToolchain compiles the library. It skips the test where there is no compiler.
func NewToolchain(t testing.TB) *Toolchain {
	t.Helper()
	c := &Toolchain{dir: unpack(t), linker: findLinker(t)}
	files, err := os.ReadDir(filepath.Join(c.dir, "pthread"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		switch filepath.Ext(f.Name()) {
		case ".c", ".s":
			c.layer = append(c.layer, c.object(t, filepath.Join(c.dir, "pthread", f.Name())))
		}
	}
	return c
}

// unpack writes the sources into a folder of the test.
func unpack(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, sources); err != nil {
		t.Fatal(err)
	}
	return dir
}

// findLinker returns a linker that can export a memory that it imports, which it can from LLVM 16 on. Whether there is
// a compiler for WebAssembly is found out, too.
func findLinker(t testing.TB) string {
	t.Helper()
	const packages = "packages clang, lld-16, wasi-libc, libclang-rt-14-dev-wasm32"
	if _, err := exec.LookPath("clang"); err != nil {
		t.Skipf("clang for wasm32-wasi (%s): %v", packages, err)
	}
	names := []string{"wasm-ld", "wasm-ld-16", "wasm-ld-17", "wasm-ld-18", "wasm-ld-19", "wasm-ld-20", "wasm-ld-21"}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		help, err := exec.Command(path, "--help").Output()
		if err == nil && strings.Contains(string(help), "--export-memory") {
			return path
		}
	}
	t.Skipf("no linker for wasm32-wasi of LLVM 16 or later (%s)", packages)
	return ""
}

// object compiles a file. The first thing that is missing here is the C library, for which the test is skipped.
func (c *Toolchain) object(t testing.TB, source string, flags ...string) string {
	t.Helper()
	object := filepath.Join(t.TempDir(), filepath.Base(source)+".o")
	arguments := []string{"-I" + filepath.Join(c.dir, "pthread")}
	if filepath.Ext(source) == ".s" {
		arguments = append(arguments, "--target=wasm32-wasi", "-matomics", "-mbulk-memory")
	} else {
		arguments = append(arguments, "@"+filepath.Join(c.dir, "pthread", "flags"))
	}
	arguments = append(append(arguments, flags...), "-c", source, "-o", object)
	out, err := exec.Command("clang", arguments...).CombinedOutput()
	switch {
	case err != nil && strings.Contains(string(out), "No available targets"),
		err != nil && strings.Contains(string(out), "'features.h' file not found"):
		t.Skipf("clang has no wasm32-wasi (packages clang, wasi-libc): %s", out)
	case err != nil:
		t.Fatalf("%s: %v\n%s", source, err, out)
	}
	return object
}

// Compile builds a program of any source files in C, with flags for the compiler behind those that threads need.
func (c *Toolchain) Compile(t testing.TB, files []string, flags ...string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program.wasm")
	arguments := []string{"-fuse-ld=" + c.linker, "@" + filepath.Join(c.dir, "pthread", "linkflags"), "-o", program}
	for _, file := range files {
		arguments = append(arguments, c.object(t, file, flags...))
	}
	out, err := exec.Command("clang", append(arguments, c.layer...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("link %s: %v\n%s", files, err, out)
	}
	return read(t, program)
}

// Build builds a program of the folder c.
func (c *Toolchain) Build(t testing.TB, name string) []byte {
	t.Helper()
	return c.Compile(t, []string{filepath.Join(c.dir, "c", name+".c")})
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
