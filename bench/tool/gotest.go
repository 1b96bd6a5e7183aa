package tool

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"weft/bench/runner"
	"weft/bench/workload"
)

// testFiles are the files that the benchmarks of packages of the standard library read, as seen
// from the package's folder.
var testFiles = map[string][]string{
	"compress/flate": {"../testdata/e.txt", "../../testdata/Isaac.Newton-Opticks.txt"},
	"encoding/json":  {"internal/jsontest/testdata/golang_source.json.zst"},
	"go/parser":      {"../printer/nodes.go"},
}

// goTest builds the tests of a package of the standard library, and puts the files that its
// benchmarks read beside them.
func (b *Box) goTest(ctx context.Context, pkg string, v workload.Variant) (string, error) {
	name := strings.ReplaceAll(pkg, "/", "-") + "-test"
	return b.goProgram(name, v, slices.Concat([]string{pkg, runner.Folder}, testFiles[pkg]), func(out string, env []string) error {
		if err := Run(ctx, b.Module, env, "go", "test", "-c", "-o", out, pkg); err != nil {
			return err
		}
		if len(testFiles[pkg]) == 0 {
			return nil
		}
		root, err := Output(ctx, "go", "env", "GOROOT")
		if err != nil {
			return err
		}
		from := filepath.Join(root, "src", filepath.FromSlash(pkg))
		here := filepath.Join(filepath.Dir(out), name+".files", filepath.FromSlash(runner.Folder))
		for _, file := range testFiles[pkg] {
			if err := copyFile(filepath.Join(here, file), filepath.Join(from, file)); err != nil {
				return err
			}
		}
		return os.MkdirAll(here, 0o755)
	})
}

// copyFile copies a file into a folder that need not exist.
func copyFile(to, from string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
