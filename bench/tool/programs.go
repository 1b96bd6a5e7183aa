package tool

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"weft/bench/workload"
)

// esbuildVersion is that of the Go module github.com/evanw/esbuild.
const esbuildVersion = "v0.28.2"

// program builds the program of a workload for WASI or for this machine.
func (b *Box) program(ctx context.Context, w *workload.Workload, v workload.Variant) (string, error) {
	if pkg, ok := w.TestedPackage(); ok {
		return b.goTest(ctx, pkg, v)
	}
	switch name := w.SourceName(); name {
	case "sqlite":
		return b.sqlite(ctx, v)
	case "standard", "goprograms":
		folder := "workload/programs/" + name
		sources, err := b.sources(folder)
		if err != nil {
			return "", err
		}
		return b.goProgram(name, v, sources, func(out string, env []string) error {
			return Run(ctx, b.Module, env, "go", "build", "-o", out, "weft/bench/"+folder)
		})
	case "esbuild":
		stdin := javascript(400_000)
		return b.goProgram(name, v, []string{esbuildVersion, stdin}, func(out string, env []string) error {
			if err := b.esbuild(ctx, out, env); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(filepath.Dir(out), name+".stdin"), []byte(stdin), 0o644)
		})
	default:
		return "", fmt.Errorf("no program %q", name)
	}
}

// sources returns what the Go files in a folder of this module contain.
func (b *Box) sources(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(b.Module, filepath.FromSlash(folder), "*.go"))
	if err != nil {
		return nil, err
	}
	var sources []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		sources = append(sources, string(text))
	}
	return sources, nil
}

// goProgram builds a program in Go that depends on some texts, and what lies beside it.
func (b *Box) goProgram(name string, v workload.Variant, dependsOn []string,
	build func(out string, env []string) error,
) (string, error) {
	env, file := []string{"CGO_ENABLED=0"}, name
	if v == workload.WASI {
		env, file = append(env, "GOOS=wasip1", "GOARCH=wasm"), name+".wasm"
	}
	depends := append([]string{runtime.Version(), string(v)}, dependsOn...)
	return b.Make(file, depends, func(out string) error { return build(out, env) })
}

// esbuild builds the command of its Go module, in a module of its own.
func (b *Box) esbuild(ctx context.Context, out string, env []string) error {
	dir, err := os.MkdirTemp("", "weft-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	module := "module program\n\ngo 1.26\n\nrequire github.com/evanw/esbuild " + esbuildVersion + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644); err != nil {
		return err
	}
	return Run(ctx, dir, append(env, "GOFLAGS=-mod=mod"), "go", "build", "-o", out, "github.com/evanw/esbuild/cmd/esbuild")
}

// javascript makes about n bytes of a program, the same each time.
func javascript(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `
// Function number %[1]d.
export function compute%[1]d(first, second = %[1]d) {
  const values = [first, second, %[1]d].map((value) => value * %[2]d + 1);
  let total = 0;
  for (const value of values) {
    if (value %% 2 === 0 && value > %[2]d) {
      total += value ?? 0;
    } else {
      total -= Math.max(value, second) || "none %[1]d".length;
    }
  }
  return { total, values, name: `+"`compute ${first} %[1]d`"+` };
}
`, i, i%97)
	}
	return b.String()
}

// sqlite builds SQLite from the source that an npm package has, with a program
// around it.
func (b *Box) sqlite(ctx context.Context, v workload.Variant) (string, error) {
	source, err := b.NPM(ctx, "better-sqlite3", "deps/sqlite3/sqlite3.c")
	if err != nil {
		return "", err
	}
	program := filepath.Join(b.Module, "workload", "programs", "sqlite.c")
	text, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	clang, err := b.Command(ctx, "clang")
	if err != nil {
		return "", err
	}
	compile := []string{clang, "-O2", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OS_OTHER=1", "-DSQLITE_OMIT_LOAD_EXTENSION",
		"-DSQLITE_OMIT_WAL", "-DSQLITE_TEMP_STORE=3", "-DSQLITE_DEFAULT_MEMSTATUS=0", "-w",
		"-I", filepath.Dir(source)}
	file, link := "sqlite", []string{clang, "-lm"}
	if v == workload.WASI {
		file = "sqlite.wasm"
		for _, name := range []string{"wasm-ld", "/usr/lib/wasm32-wasi/libc.a",
			"/usr/lib/llvm-14/lib/clang/14.0.6/lib/wasi/libclang_rt.builtins-wasm32.a"} {
			if _, err := b.Command(ctx, name); err != nil {
				return "", err
			}
		}
		compile = append(compile, "--target=wasm32-wasi")
		link = []string{clang, "--target=wasm32-wasi", "-Wl,--strip-all", "-Wl,-z,stack-size=1048576"}
	}
	depends := slices.Concat(compile, link, []string{source, string(text)})
	return b.Make(file, depends, func(out string) error {
		// The linker is told no level of optimisation: see linkFlags.
		objects := []string{out + "-program.o", out + "-sqlite3.o"}
		for i, source := range []string{program, source} {
			argv := append(slices.Clone(compile), "-c", "-o", objects[i], source)
			if err := Run(ctx, b.Dir, nil, argv...); err != nil {
				return err
			}
			defer os.Remove(objects[i])
		}
		return Run(ctx, b.Dir, nil, slices.Concat([]string{clang, "-o", out}, objects, link[1:])...)
	})
}
