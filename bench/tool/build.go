package tool

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weft/bench/workload"
	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

// Go builds a command of this module, for this system. Go's own cache makes that
// quick when nothing has changed.
func (b *Box) Go(ctx context.Context, pkg string, env ...string) (string, error) {
	return b.goBuild(ctx, pkg, "", env)
}

// Cross builds a command of this module for Linux on another processor, as one static program.
func (b *Box) Cross(ctx context.Context, pkg, arch string) (string, error) {
	return b.goBuild(ctx, pkg, "-"+arch, []string{"GOOS=linux", "GOARCH=" + arch, "CGO_ENABLED=0"})
}

func (b *Box) goBuild(ctx context.Context, pkg, suffix string, env []string) (string, error) {
	name := strings.ReplaceAll(strings.TrimPrefix(pkg, "weft/bench/"), "/", "-") + suffix
	out := filepath.Join(b.Dir, "bin", name)
	return out, b.once(b.made, out, func() error {
		b.Progress("building " + name)
		return Run(ctx, b.Module, env, "go", "build", "-o", out, pkg)
	})
}

// Build makes the file that is executed for a variant of a workload: a WebAssembly
// module or a native program.
func (b *Box) Build(ctx context.Context, w *workload.Workload, v workload.Variant) (string, error) {
	if v == workload.WASI || v == workload.Executable {
		return b.program(ctx, w, v)
	}
	if v == workload.Goroutines || v == workload.Iterators {
		return w.Name, nil // a part of the runner
	}
	name, ok := w.SourceFile(v)
	if !ok {
		return "", fmt.Errorf("%s has no variant %s", w.Name, v)
	}
	switch v {
	case workload.Switching:
		return b.assemble(w.SourceName()+".wasm", name)
	case workload.Asyncify:
		return b.asyncify(ctx, w.SourceName()+".wasm", name)
	case workload.Plain:
		if strings.HasSuffix(name, ".wat") {
			return b.assemble(w.SourceName()+".wasm", name)
		}
		return b.wasm(ctx, w.SourceName()+".wasm", name)
	case workload.Boost:
		return b.native(ctx, w, "clang", boost, name)
	case workload.Clang:
		return b.native(ctx, w, "clang", name)
	case workload.GCC:
		return b.native(ctx, w, "gcc", name)
	}
	return "", fmt.Errorf("variant %s is not built from a file", v)
}

// assemble turns a file of text into a module, with Weft's parser: no engine gets
// another binary than the others.
func (b *Box) assemble(out, source string) (string, error) {
	data, err := fs.ReadFile(workload.Files, source)
	if err != nil {
		return "", err
	}
	return b.Make(out, []string{string(data)}, func(out string) error {
		m, err := text.Parse(data, wasm.AllFeatures)
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		m.Names = wasm.Names{}
		return os.WriteFile(out, binary.Encode(m), 0o644)
	})
}

// wasmFlags and linkFlags make a module of C that has no library and imports nothing but what it says itself. The
// features are those that every engine here has. They are two commands: where there is a wasm-opt, clang runs it behind
// the linker if it is told a level of optimisation there, and that of Debian does not know all features.
var (
	wasmFlags = []string{"--target=wasm32", "-O2", "-ffreestanding", "-mbulk-memory", "-msign-ext",
		"-mnontrapping-fptoint", "-Wall", "-Wextra", "-Werror", "-c"}
	linkFlags = []string{"--target=wasm32", "-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all", "-Wl,--allow-undefined",
		"-Wl,-z,stack-size=65536"}
)

func (b *Box) wasm(ctx context.Context, out string, sources ...string) (string, error) {
	if _, err := b.Command(ctx, "wasm-ld"); err != nil {
		return "", err
	}
	clang, err := b.Command(ctx, "clang")
	if err != nil {
		return "", err
	}
	flags := wasmFlags
	if strings.HasPrefix(sources[0], workload.VectorFolder) {
		flags = append(slices.Clone(flags), "-msimd128")
	}
	link := append([]string{clang}, linkFlags...)
	for i, source := range sources {
		object, err := b.compile(ctx, fmt.Sprintf("%s-%d.o", out, i), "clang", flags, nil, []string{source}, nil)
		if err != nil {
			return "", err
		}
		link = append(link, object) // its name tells what it was made of
	}
	return b.Make(out, link, func(out string) error {
		return Run(ctx, b.Dir, nil, append(slices.Clone(link), "-o", out)...)
	})
}

// asyncify links a program with the coroutines for Asyncify and transforms it.
func (b *Box) asyncify(ctx context.Context, out, source string) (string, error) {
	plain, err := b.wasm(ctx, out, source, "c/coro_asyncify.c")
	if err != nil {
		return "", err
	}
	opt, err := b.NPM(ctx, "binaryen", "bin/wasm-opt")
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(plain)
	if err != nil {
		return "", err
	}
	return b.Make(out, []string{"asyncify", opt, string(data)}, func(out string) error {
		return Run(ctx, b.Dir, nil, "node", opt, "--asyncify", "-O2", plain, "-o", out)
	})
}

// boost has the coroutines for native code.
const boost = "c/coro_boost.c"

// native compiles a program with the runner in C, all as one unit.
func (b *Box) native(ctx context.Context, w *workload.Workload, compiler string, sources ...string) (string, error) {
	flags := []string{"-O2", "-fno-math-errno", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-DENTRY=" + w.Export}
	libs := []string{"-lm"}
	if slices.Contains(sources, boost) {
		if _, err := b.Command(ctx, "/usr/lib/x86_64-linux-gnu/libboost_context.a"); err != nil {
			return "", err
		}
		libs = append(libs, "-lboost_context")
	}
	for _, name := range sources {
		flags = append(flags, "-include", name)
	}
	return b.compile(ctx, w.Name, compiler, flags, sources, []string{"c/native.c"}, libs)
}

// compile runs a C compiler over sources in the folder workload, which include
// others.
func (b *Box) compile(ctx context.Context, out, compiler string, flags, included, sources, libs []string) (string, error) {
	path, err := b.Command(ctx, compiler)
	if err != nil {
		return "", err
	}
	version, err := Output(ctx, path, "--version")
	if err != nil {
		return "", err
	}
	depends := slices.Concat([]string{version}, flags, sources, libs)
	for _, name := range slices.Concat(included, sources, []string{"c/coro.h", "kernels/kernel.h"}) {
		data, err := fs.ReadFile(workload.Files, name)
		if err != nil {
			return "", err
		}
		depends = append(depends, string(data))
	}
	return b.Make(out, depends, func(out string) error {
		argv := slices.Concat([]string{path}, flags, []string{"-o", out}, sources, libs)
		return Run(ctx, filepath.Join(b.Module, "workload"), nil, argv...)
	})
}
