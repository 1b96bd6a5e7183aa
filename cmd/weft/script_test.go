package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"weft": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the command as the scripts in testdata say.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               setUp,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"bytes": writeBytes,
		},
	})
}

// setUp makes the folder of a script fit for caches, lets Go's command use its own, and says where the examples are.
func setUp(env *testscript.Env) error {
	cache := os.Getenv("GOCACHE")
	if folder, err := os.UserCacheDir(); cache == "" && err == nil {
		cache = filepath.Join(folder, "go-build")
	}
	env.Setenv("GOCACHE", cache)
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		return err
	}
	env.Setenv("EXAMPLES", examples)
	// Modules that a script makes use the checkout, and what Go's command has fetched for it.
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	env.Setenv("CHECKOUT", root)
	for _, name := range []string{"GOMODCACHE", "GOPROXY"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return err
		}
		env.Setenv(name, strings.TrimSpace(string(value)))
	}
	return os.Chmod(env.WorkDir, 0o700)
}

// writeBytes writes a file with the bytes of a Go string: bytes FILE STRING.
func writeBytes(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: bytes FILE STRING")
	}
	content, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o666))
}
