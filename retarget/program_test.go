package retarget_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/retarget"
	"weft/wasi"
	"weft/wasm"
)

var (
	toolchains = flag.String("toolchains", "", "also compile programs with these releases of Go, separated by commas; all for the matrix")
	std        = flag.String("std", "", "run the tests of these packages of the standard library, separated by commas; all for a list of them")
)

// matrix are the releases that -toolchains=all means.
var matrix = []string{"go1.24.13", "go1.25.7", "go1.26.8", "go1.27.0"}

// A build is a way to compile a program.
type build struct{ toolchain, ldflags string }

func (b build) String() string { return strings.Trim(b.toolchain+" "+b.ldflags, " ") }

// builds are the ways in which programs are compiled: with the toolchain at hand, with names and without, and what the
// flag adds.
func builds() []build {
	list := []build{{"", ""}, {"", "-s -w"}}
	more := strings.Split(*toolchains, ",")
	switch *toolchains {
	case "":
		return list
	case "all":
		more = matrix
	}
	for _, toolchain := range more {
		list = append(list, build{toolchain, ""}, build{toolchain, "-s -w"})
	}
	return list
}

func (b build) command(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GO111MODULE=off")
	if b.toolchain != "" {
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+b.toolchain)
	}
	return cmd
}

// compile compiles a program for wasip1.
func (b build) compile(t testing.TB, file string, args ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program.wasm")
	cmd := b.command(append(append([]string{"build", "-o", out, "-ldflags", b.ldflags}, args...), file)...)
	cmd.Env = append(cmd.Env, "GOOS=wasip1", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %s: %v\n%s", b, file, err, text)
	}
	return read(t, out)
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	source, err := os.ReadFile(file)
	check(t, err)
	return source
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// retargeted retargets a program.
func retargeted(t testing.TB, source []byte) []byte {
	t.Helper()
	out, report, err := retarget.Module(source, retarget.Options{Check: true})
	check(t, err)
	if report.Functions < 500 || len(report.Switching) < 10 || report.After > report.Before*9/10 {
		t.Errorf("the report is unlikely: %+v", report)
	}
	return out
}

// A result is what a program has done.
type result struct {
	stdout, stderr string
	code           int
}

func (r result) String() string {
	return fmt.Sprintf("code %d\n-- stdout\n%s\n-- stderr\n%s", r.code, r.stdout, r.stderr)
}

// run runs a program. Its clock and its random numbers are the same at every run.
func run(t testing.TB, executor weft.Executor, source []byte, config wasi.Config) result {
	t.Helper()
	r, err := outcome(t, executor, source, config)
	if err != nil {
		t.Fatalf("%v\n%s%s", err, r.stdout, r.stderr)
	}
	return r
}

// outcome runs a program that may trap.
func outcome(t testing.TB, executor weft.Executor, source []byte, config wasi.Config) (r result, err error) {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
	check(t, err)
	module, err := engine.Compile(source)
	check(t, err)
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	defer store.Close()
	var stdout, stderr bytes.Buffer
	linker := weft.NewLinker(store)
	system, err := config.WithStdout(&stdout).WithStderr(&stderr).Define(linker)
	check(t, err)
	defer system.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	in, err := linker.Instantiate(ctx, module)
	check(t, err)
	err = system.Start(ctx, in)
	var exit *weft.ExitError
	if errors.As(err, &exit) {
		r.code, err = int(exit.Code), nil
	}
	r.stdout, r.stderr = stdout.String(), stderr.String()
	return r, err
}

func repeatable() wasi.Config {
	return wasi.NewConfig().WithArgs("program").WithRandom(wasi.SeededRandom(1)).
		WithClock(wasi.NewVirtualClock(time.Unix(1_700_000_000, 0), time.Microsecond))
}

func executors() []weft.Executor {
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		return []weft.Executor{weft.Native, weft.Interpreter}
	}
	return []weft.Executor{weft.Interpreter}
}

var executorNames = map[weft.Executor]string{weft.Interpreter: "interpreter", weft.Native: "native"}

// TestPrograms compares what programs do before and after, on each engine, and what they print as a program of the
// machine. What a program writes when it dies has the stacks of its goroutines; these must not differ in a byte.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles programs")
	}
	files, err := filepath.Glob("testdata/programs/*.go")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".go"), func(t *testing.T) {
			for _, b := range builds() {
				source := b.compile(t, file)
				after := retargeted(t, source)
				want := run(t, executors()[0], source, repeatable())
				for _, x := range executors() {
					if got := run(t, x, after, repeatable()); got != want {
						t.Errorf("%s, %s:\n%s\nbefore:\n%s", b, executorNames[x], got, want)
					}
				}
				if own := ofMachine(t, b, file); own != want.stdout {
					t.Errorf("%s: the machine's program prints\n%s\nbefore:\n%s", b, own, want.stdout)
				}
			}
		})
	}
}

// ofMachine returns what a program prints that is compiled for the machine on which the test runs.
func ofMachine(t *testing.T, b build, file string) string {
	program := filepath.Join(t.TempDir(), "program")
	if text, err := b.command("build", "-o", program, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	cmd := exec.Command(program)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out)
}

// TestExports calls functions that a program exports for the host: of a command, while it runs, and of a library. The
// host calls back while they run, and they wait for goroutines.
func TestExports(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles programs")
	}
	for _, b := range builds() {
		command := b.compile(t, "testdata/exports/exports.go")
		library := b.compile(t, "testdata/exports/exports.go", "-buildmode=c-shared")
		for name, source := range map[string][]byte{"command": command, "library": library} {
			t.Run(name+" "+b.String(), func(t *testing.T) {
				want := callExports(t, executors()[0], source)
				if !strings.Contains(want, "nested [1321 : i32]") && !strings.Contains(want, "main 8 1321 2 1000 true") {
					t.Errorf("before: %s", want)
				}
				after := retargeted(t, source)
				for _, x := range executors() {
					if got := callExports(t, x, after); got != want {
						t.Errorf("%s: %s\nbefore: %s", executorNames[x], got, want)
					}
				}
			})
		}
	}
}

// callExports runs a command, or calls the exports of a library, and says what they have returned.
func callExports(t *testing.T, executor weft.Executor, source []byte) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
	check(t, err)
	module, err := engine.Compile(source)
	check(t, err)
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	defer store.Close()
	linker := weft.NewLinker(store)
	var out bytes.Buffer
	system, err := repeatable().WithStdout(&out).WithStderr(&out).Define(linker)
	check(t, err)
	defer system.Close()
	backType := wasm.FuncType{Params: []wasm.ValType{wasm.I32}, Results: []wasm.ValType{wasm.I32}}
	check(t, linker.DefineFunc("env", "back", backType, func(ctx context.Context, slots []uint64) error {
		fmt.Fprint(&out, "back ", slots[0], "; ")
		results, err := store.Caller().Func("nested").Call(ctx, weft.I32(int32(slots[0])))
		if err == nil {
			slots[0] = uint64(uint32(results[0].I32()))
		}
		return err
	}))
	in, err := linker.Instantiate(ctx, module)
	check(t, err)
	check(t, system.Start(ctx, in))
	if in.Func("_start") != nil {
		return out.String()
	}
	for round := range 3 {
		for _, c := range []struct {
			name string
			args []weft.Value
		}{
			{"add", []weft.Value{weft.I32(-1), weft.I64(1 << 40), weft.F32(0.5), weft.F64(0.25)}},
			{"nothing", nil},
			{"sleep", []weft.Value{weft.I32(21)}},
			{"nested", []weft.Value{weft.I32(0)}},
			{"nested", []weft.Value{weft.I32(3)}},
			{"recovers", []weft.Value{weft.I32(7)}},
			{"grows", []weft.Value{weft.I32(int32(1000 * round))}},
			{"background", nil},
		} {
			results, err := in.Func(c.name).Call(ctx, c.args...)
			fmt.Fprintln(&out, c.name, results, err)
		}
	}
	return out.String()
}

// TestStandardLibrary runs the tests of packages of the standard library before and after, where a flag asks for it.
func TestStandardLibrary(t *testing.T) {
	if *std == "" {
		t.Skip("-std names no packages")
	}
	packages := strings.Split(*std, ",")
	if *std == "all" {
		packages = strings.Fields(`sort strings bytes encoding/json sync sync/atomic context time container/heap container/list
			container/ring text/template regexp go/parser go/format math/big math iter slices maps errors fmt bufio io strconv
			unicode/utf8 encoding/gob encoding/binary compress/flate crypto/sha256 html/template log path/filepath reflect runtime
			internal/sync testing/synctest`)
	}
	for _, b := range builds() {
		if b.ldflags != "" {
			continue
		}
		for _, name := range packages {
			t.Run(name+" "+b.String(), func(t *testing.T) { testPackage(t, b, name) })
		}
	}
}

// testPackage runs the tests of a package, by the names of the tests that pass before.
func testPackage(t *testing.T, b build, name string) {
	program := filepath.Join(t.TempDir(), "program.wasm")
	cmd := b.command("test", "-c", "-o", program, name)
	cmd.Env = append(cmd.Env, "GOOS=wasip1", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	goroot, err := b.command("env", "GOROOT").Output()
	check(t, err)
	folder := filepath.Join(strings.TrimSpace(string(goroot)), "src", name)
	config := func() wasi.Config {
		root, err := os.OpenRoot("/")
		check(t, err)
		t.Cleanup(func() { root.Close() })
		return wasi.NewConfig().WithDir("/", root).WithEnv("PWD", folder).WithEnv("GOROOT", strings.TrimSpace(string(goroot))).
			WithEnv("TMPDIR", t.TempDir()).WithArgs("program", "-test.short", "-test.v", "-test.timeout=4m")
	}
	source := read(t, program)
	before := outcomes(run(t, executors()[0], source, config()))
	after := outcomes(run(t, executors()[0], retargeted(t, source), config()))
	for line := range before {
		if !after[line] {
			t.Errorf("not after: %s", line)
		}
	}
	for line := range after {
		if !before[line] {
			t.Errorf("not before: %s", line)
		}
	}
	t.Logf("%d tests", len(before)-1)
}

// outcomes lists the tests with how they ended, and how the program ended.
func outcomes(r result) map[string]bool {
	list := map[string]bool{fmt.Sprint("code ", r.code): true}
	for _, line := range strings.Split(r.stdout, "\n") {
		if f := strings.TrimSpace(line); strings.HasPrefix(f, "--- ") {
			f, _, _ = strings.Cut(f, " (")
			list[f] = true
		}
	}
	return list
}

// hello is a small program, compiled once.
var hello = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "retarget")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file, out := filepath.Join(folder, "hello.go"), filepath.Join(folder, "hello.wasm")
	if err := os.WriteFile(file, []byte("package main\n\nfunc main() { println(\"hello\") }\n"), 0o666); err != nil {
		return nil, err
	}
	cmd := build{}.command("build", "-o", out, file)
	cmd.Env = append(cmd.Env, "GOOS=wasip1", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
	return os.ReadFile(out)
})
