// Package tool gets what the measurements need: packages from npm, compilers from
// Debian, and the programs that are built with them. Everything lies in one folder
// of the user's cache, and is made once.
//
// What cannot be had is an error that says how to get it. The harness shows it as
// the reason why an engine is absent.
package tool

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// A Box has the tools.
type Box struct {
	// Dir is where everything is kept.
	Dir string
	// Module is the folder of the module weft/bench.
	Module string
	// Install allows to use npm and apt-get.
	Install bool
	// Progress tells what takes a while.
	Progress func(string)

	mu   sync.Mutex
	npm  map[string]error
	apt  map[string]error
	made map[string]error
}

// NewBox returns the box in a folder, and in the user's cache if that is "". It is called from
// within the module weft/bench.
func NewBox(dir string) (*Box, error) {
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(cache, "weft-bench")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "-m", "weft/bench").Output()
	if err != nil {
		return nil, fmt.Errorf("this command is run in the folder bench: go list -m weft/bench: %s", explain(err))
	}
	return &Box{Dir: dir, Module: strings.TrimSpace(string(out)), Progress: func(string) {},
		npm: map[string]error{}, apt: map[string]error{}, made: map[string]error{}}, nil
}

// once calls f the first time that it is asked for a key, and returns what that
// returned from then on.
func (b *Box) once(results map[string]error, key string, f func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err, ok := results[key]; ok {
		return err
	}
	err := f()
	results[key] = err
	return err
}

// Run runs a command in a folder. The error has the last lines that it wrote.
func Run(ctx context.Context, dir string, env []string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), err, tail(out.String()))
	}
	return nil
}

// Output runs a command and returns the first line of what it writes.
func Output(ctx context.Context, argv ...string) (string, error) {
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).Output()
	if err != nil {
		return "", fmt.Errorf("%s: %s", filepath.Base(argv[0]), explain(err))
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line), nil
}

func explain(err error) string {
	if exit, ok := err.(*exec.ExitError); ok && len(exit.Stderr) > 0 {
		return tail(string(exit.Stderr))
	}
	return err.Error()
}

// tail returns the lines of a text that speak of errors, or else the last ones, as one.
func tail(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	for i, line := range lines {
		if strings.Contains(line, "error:") {
			return strings.Join(lines[i:min(len(lines), i+2)], "; ")
		}
	}
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}

// Make returns a file that is made by build, which is given the name to write to. The file is kept
// under a key of everything it depends on.
func (b *Box) Make(name string, dependsOn []string, build func(out string) error) (string, error) {
	hash := sha256.New()
	for _, s := range dependsOn {
		fmt.Fprintf(hash, "%d:%s", len(s), s)
	}
	dir := filepath.Join(b.Dir, "build", hex.EncodeToString(hash.Sum(nil)[:8]))
	file := filepath.Join(dir, name)
	return file, b.once(b.made, file, func() error {
		if _, err := os.Stat(file); err == nil {
			return nil
		}
		b.Progress("building " + name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		partial := filepath.Join(dir, "partial-"+name)
		if err := build(partial); err != nil {
			os.RemoveAll(dir)
			return err
		}
		return os.Rename(partial, file)
	})
}
