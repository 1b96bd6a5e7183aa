// Package scripts has the tests of the scripts.
package scripts

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// inCopy returns the path in the copy for one that begins with ..
func inCopy(to, path string) string {
	return filepath.Join(to, strings.TrimPrefix(path, ".."))
}

// copyProject copies the project without its history to a new folder.
func copyProject(t *testing.T) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == ".git":
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return os.MkdirAll(inCopy(to, path), 0o777)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(inCopy(to, path), content, info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestRename moves a copy of the project to another path. Then nothing imports the old one, and programs of the
// README compile and run.
func TestRename(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the library anew")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the script is for a Unix shell")
	}
	for _, command := range []string{"bash", "perl"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skip("the script needs ", command)
		}
	}
	const path = "example.com/somebody/loom"
	dir := copyProject(t)
	run := func(name string, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, &stderr)
		}
		return out
	}
	run("scripts/rename_module", path)
	packages := 0
	dec := json.NewDecoder(bytes.NewReader(run("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports,Error", "./...")))
	for ; dec.More(); packages++ {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
			Error                              *struct{ Err string }
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.Error != nil {
			t.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		}
		for _, list := range [][]string{{p.ImportPath}, p.Imports, p.TestImports, p.XTestImports} {
			for _, name := range list {
				if name == "weft" || strings.HasPrefix(name, "weft/") {
					t.Errorf("%s has the old name %s", p.ImportPath, name)
				}
			}
		}
	}
	if packages < 20 {
		t.Errorf("there are %d packages", packages)
	}
	if got := string(run("go", "run", "./examples/hostfunction")); got != "15\n" {
		t.Errorf("the program prints %q", got)
	}
	run("go", "vet", "./typed/gentyped", "./wasm/genopcodes")
	for _, file := range []string{"README.md", "go.mod", "bench/go.mod", "imports_test.go", "typed/gentyped/main.go", "docs/api.md"} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !bytes.Contains(content, []byte(path)) {
			t.Errorf("%s does not have the new path: %v", file, err)
		}
	}
	cmd := exec.Command("./rename_module", "not a path")
	if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("usage:")) {
		t.Errorf("a path with spaces: %v, %s", err, out)
	}
}
