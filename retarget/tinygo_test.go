package retarget_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weft"
	"weft/retarget"
	"weft/wasm"
	"weft/wasm/binary"
)

var (
	tinygo  = flag.String("tinygo", "tinygo", "the command tinygo, to compile programs with")
	wasmOpt = flag.String("wasmopt", "wasm-opt", "Binaryen's command wasm-opt, to compare with")
)

// A tinyBuild compiles programs with TinyGo, through Asyncify or to stack switching.
type tinyBuild struct{ tinygo, wasmOpt, weft string }

// newTinyBuild builds the command weft, which TinyGo calls. The test is skipped if there is no TinyGo.
func newTinyBuild(t testing.TB) tinyBuild {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles programs")
	}
	var b tinyBuild
	var err error
	if b.tinygo, err = exec.LookPath(*tinygo); err != nil {
		t.Skip("there is no TinyGo (-tinygo): ", err)
	}
	if b.wasmOpt, err = exec.LookPath(*wasmOpt); err != nil {
		t.Skip("there is no wasm-opt (-wasmopt): ", err)
	}
	b.weft = filepath.Join(t.TempDir(), "weft")
	if text, err := exec.Command("go", "build", "-o", b.weft, "weft/cmd/weft").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return b
}

// compile compiles a program with a program as wasm-opt.
func (b tinyBuild) compile(t testing.TB, opt, file string, args ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program.wasm")
	cmd := exec.Command(b.tinygo, append(append([]string{"build", "-target=wasip1", "-o", out}, args...), file)...)
	cmd.Env = append(os.Environ(), "GO111MODULE=off", "GOFLAGS=", "WASMOPT="+opt)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", file, args, err, text)
	}
	return read(t, out)
}

// TestTinyGo compares what TinyGo's programs do when they are compiled through Asyncify, and with weft in its place, on
// each engine. Of one that dies the stack traces are not compared: the wasm-opt of npm does not keep lines in order.
func TestTinyGo(t *testing.T) {
	b := newTinyBuild(t)
	for _, c := range []struct {
		file, stack string // Asyncify needs more than 16 KB for a hundred calls
		args        []string
	}{
		{"channels", "16KB", []string{""}},
		{"memory", "8KB", []string{""}},
		{"switches", "64KB", []string{""}},
		{"ends", "16KB", []string{"return", "exit", "panic", "nil", "index", "deadlock"}},
	} {
		for _, flags := range []string{"-opt=z", "-opt=0", "-opt=2 -no-debug"} {
			t.Run(c.file+" "+flags, func(t *testing.T) {
				file := filepath.Join("testdata/tinygo", c.file+".go")
				args := append(strings.Fields(flags), "-stack-size="+c.stack)
				before, after := b.compile(t, b.wasmOpt, file, args...), b.compile(t, b.weft, file, args...)
				m, err := binary.Decode(after, wasm.DefaultFeatures)
				check(t, err)
				if len(m.Tags) != 1 {
					t.Errorf("the program has %d tags", len(m.Tags))
				}
				for _, arg := range c.args {
					want := b.run(t, executors()[0], before, arg)
					if arg == "" && want.code != 0 {
						t.Errorf("before: %s", want)
					}
					for _, x := range executors() {
						if got := b.run(t, x, after, arg); got != want {
							t.Errorf("%s %s:\n%s\nbefore:\n%s", arg, executorNames[x], got, want)
						}
					}
				}
			})
		}
	}
}

// run runs a program; a trap is the code -1 and its message.
func (b tinyBuild) run(t testing.TB, x weft.Executor, source []byte, arg string) result {
	config := repeatable()
	if arg != "" {
		config = config.WithArgs("program", arg)
	}
	r, err := outcome(t, x, source, config)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		r.code, r.stderr = -1, r.stderr+message
	}
	return r
}

// TestTinyGoSizes prints the table of docs/retarget.md: bytes of code and data, that is without names, debug
// information and producers. A last column has what wasm-opt makes of the retargeted program.
func TestTinyGoSizes(t *testing.T) {
	b := newTinyBuild(t)
	files, err := filepath.Glob("testdata/tinygo/*.go")
	check(t, err)
	t.Log("| program | before | Asyncify | Weft | | and wasm-opt -Oz | |")
	for _, file := range files {
		copied := filepath.Join(t.TempDir(), "before.wasm")
		source := b.compile(t, b.recorder(t, copied), file, "-opt=z", "-no-debug")
		before, asyncify := size(t, read(t, copied)), size(t, b.compile(t, b.wasmOpt, file, "-opt=z", "-no-debug"))
		after, small := size(t, source), size(t, b.optimize(t, source))
		t.Logf("| %s | %d | %d | %d | %.2f | %d | %.2f |", strings.TrimSuffix(filepath.Base(file), ".go"), before, asyncify,
			after, float64(after)/float64(asyncify), small, float64(small)/float64(asyncify))
		goal := 0.56
		if strings.HasSuffix(file, "channels.go") {
			goal = 0.58 // most of it is package fmt; before it has 0.58 already
		}
		if float64(after) > 0.65*float64(asyncify) || float64(small) > goal*float64(asyncify) || after > before+600 {
			t.Errorf("%s has %d bytes, %d through Asyncify, %d as retargeted, %d when wasm-opt has run",
				file, before, asyncify, after, small)
		}
	}
}

// recorder makes a program that is weft in place of wasm-opt, and keeps a copy of what it is given.
func (b tinyBuild) recorder(t testing.TB, copied string) string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "wasm-opt")
	text := fmt.Sprintf("#!/bin/sh\n[ \"$1\" = --version ] || cp \"$4\" '%s'\nexec '%s' \"$@\"\n", copied, b.weft)
	check(t, os.WriteFile(script, []byte(text), 0o777))
	return script
}

// optimize lets wasm-opt make a program smaller.
func (b tinyBuild) optimize(t testing.TB, source []byte) []byte {
	t.Helper()
	in, out := filepath.Join(t.TempDir(), "in.wasm"), filepath.Join(t.TempDir(), "out.wasm")
	check(t, os.WriteFile(in, source, 0o666))
	cmd := exec.Command(b.wasmOpt, "-Oz", "--enable-stack-switching", "--enable-gc", "--enable-reference-types",
		"--enable-multimemory", "--enable-exception-handling", "--enable-bulk-memory", "--enable-sign-ext",
		"--enable-nontrapping-float-to-int", "--enable-mutable-globals", in, "-o", out)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return read(t, out)
}

// size returns the size of a module without custom sections.
func size(t testing.TB, source []byte) int {
	t.Helper()
	m, err := binary.Decode(source, wasm.DefaultFeatures)
	check(t, err)
	m.Names, m.Customs = wasm.Names{}, nil
	return len(binary.Encode(m))
}

// TestTinyGoReport checks what is said of a program of TinyGo's.
func TestTinyGoReport(t *testing.T) {
	b := newTinyBuild(t)
	copied := filepath.Join(t.TempDir(), "before.wasm")
	b.compile(t, b.recorder(t, copied), "testdata/tinygo/channels.go")
	_, report, err := retarget.Module(read(t, copied), retarget.Options{Check: true})
	check(t, err)
	if strings.Join(report.Suspending, " ") != "tinygo_unwind" || strings.Join(report.Resuming, " ") != "tinygo_launch tinygo_rewind" ||
		report.Calls != 2 || report.Ends == 0 || len(report.Dropped) > 0 {
		t.Errorf("%+v", report)
	}
}
