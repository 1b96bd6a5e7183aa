package wasi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"weft"
	"weft/threads"
	"weft/wasi"
)

// onExecutors runs a test with each executor that there is.
func onExecutors(t *testing.T, test func(*testing.T, weft.Executor)) {
	t.Run("interpreter", func(t *testing.T) { test(t, weft.Interpreter) })
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		t.Run("native", func(t *testing.T) { test(t, weft.Native) })
	}
}

// run runs a program with one directory, and returns its output and how it ended.
func run(t *testing.T, executor weft.Executor, source []byte, c wasi.Config) (output string, err error) {
	t.Helper()
	engine, err := weft.NewEngine(weft.NewConfig().WithExecutor(executor))
	check(t, err)
	module, err := engine.Compile(source)
	check(t, err)
	if why := module.Interpreted(); why != nil {
		t.Errorf("the program is interpreted: %v", why)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	check(t, err)
	defer store.Close()
	var out bytes.Buffer
	linker := weft.NewLinker(store)
	system, err := c.WithStdout(&out).WithStderr(&out).WithThreads(8, weft.DefaultLimits()).Define(linker)
	check(t, err)
	defer system.Close()
	check(t, system.DefineMemories(linker, module))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	in, err := linker.Instantiate(ctx, module)
	check(t, err)
	err = system.Start(ctx, in)
	return out.String(), err
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func exitCode(err error) int {
	var exit *weft.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit.Code)
	}
	return -1
}

// buildGo compiles a program.
func buildGo(t *testing.T, file string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program.wasm")
	build := exec.Command("go", "build", "-o", program, file)
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build for wasip1: %v: %s", err, out)
	}
	source, err := os.ReadFile(program)
	check(t, err)
	return source
}

// TestGoServer serves HTTP from a guest, to several clients at a time.
func TestGoServer(t *testing.T) {
	source := buildGo(t, "testdata/server.go")
	onExecutors(t, func(t *testing.T, executor weft.Executor) { serve(t, executor, source) })
}

func serve(t *testing.T, executor weft.Executor, source []byte) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	go func() {
		url := "http://" + l.Addr().String()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				response, err := http.Get(url + "/path")
				if err != nil {
					t.Error(err)
					return
				}
				defer response.Body.Close()
				if body, err := io.ReadAll(response.Body); string(body) != "hello /path" || err != nil {
					t.Errorf("answer %q, %v", body, err)
				}
			})
		}
		group.Wait()
		if _, err := http.Get(url + "/quit"); err == nil {
			t.Error("the guest answers when it should exit")
		}
	}()
	out, err := run(t, executor, source, wasi.NewConfig().WithArgs("server").WithListener(l))
	if code := exitCode(err); code != 9 {
		t.Errorf("exit code %d: %v, %s", code, err, out)
	}
}

// TestGoProgram runs a program that Go compiles: files, directories, links,
// environment, goroutines, sleeps, the exit code.
func TestGoProgram(t *testing.T) {
	source := buildGo(t, "testdata/program.go")
	onExecutors(t, func(t *testing.T, executor weft.Executor) { runGo(t, executor, source) })
}

func runGo(t *testing.T, executor weft.Executor, source []byte) {
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "outside"), []byte("secret"), 0o600))
	check(t, os.Mkdir(filepath.Join(dir, "data"), 0o700))
	check(t, os.Symlink("../outside", filepath.Join(dir, "data", "escape")))
	root, err := os.OpenRoot(filepath.Join(dir, "data"))
	check(t, err)
	defer root.Close()
	config := wasi.NewConfig().WithArgs("program", "first", "second").WithEnv("NAME", "value").
		WithStdin(strings.NewReader("line 1\nline 2\n")).WithDir("/data", root)
	out, err := run(t, executor, source, config)
	want, readErr := os.ReadFile("testdata/program.out")
	check(t, readErr)
	if out != string(want) {
		t.Errorf("output:\n%swant:\n%s", out, want)
	}
	if code := exitCode(err); code != 7 {
		t.Errorf("exit code %d: %v", code, err)
	}
	check(t, os.WriteFile(filepath.Join(dir, "data", "file"), []byte("content"), 0o600))
	for _, name := range []string{".", "./", "/"} { // names of the same
		out, err = run(t, executor, source, wasi.NewConfig().WithArgs("program", "read", "file", "./file", "/file", "a/../file").WithDir(name, root))
		if want := "file content <nil>\n./file content <nil>\n/file content <nil>\na/../file content <nil>\n"; out != want || err != nil {
			t.Errorf("directory %q: output\n%s%v", name, out, err)
		}
	}
	out, err = run(t, executor, source, config.WithArgs("program", "panic"))
	if code := exitCode(err); code != 2 || !strings.Contains(out, "panic: on purpose") {
		t.Errorf("exit code %d, output %s", code, out)
	}
}

// TestCProgram runs a program that clang compiles, with Debian's wasi-libc.
func TestCProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program.wasm")
	if out, err := exec.Command("clang", "--target=wasm32-wasi", "-o", program, "testdata/program.c").CombinedOutput(); err != nil {
		t.Skipf("clang for wasm32-wasi (packages clang, lld, wasi-libc, libclang-rt-14-dev-wasm32): %v: %s", err, out)
	}
	source, err := os.ReadFile(program)
	check(t, err)
	onExecutors(t, func(t *testing.T, executor weft.Executor) { runC(t, executor, source) })
}

func runC(t *testing.T, executor weft.Executor, source []byte) {
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "outside"), []byte("secret"), 0o600))
	check(t, os.Mkdir(filepath.Join(dir, "data"), 0o700))
	check(t, os.Symlink("../outside", filepath.Join(dir, "data", "escape")))
	root, err := os.OpenRoot(filepath.Join(dir, "data"))
	check(t, err)
	defer root.Close()
	out, err := run(t, executor, source, wasi.NewConfig().WithArgs("program", "first").WithEnv("NAME", "value").
		WithStdin(strings.NewReader("line\n")).WithDir("/data", root))
	if code := exitCode(err); code != 5 {
		t.Errorf("exit code %d: %v", code, err)
	}
	want, err := os.ReadFile("testdata/program.c.out")
	check(t, err)
	if out != string(want) {
		t.Errorf("output:\n%swant:\n%s", out, want)
	}
}

// TestThreadPrograms runs the programs of wasi-threads.
func TestThreadPrograms(t *testing.T) {
	corpus := os.Getenv("WEFT_CORPUS")
	if corpus == "" {
		corpus = filepath.Join("..", "..", "shared", "corpus")
	}
	files, err := filepath.Glob(filepath.Join(corpus, "wasi-threads", "prebuilt", "*.wat"))
	check(t, err)
	if len(files) == 0 {
		t.Skip("the corpus is not there: set WEFT_CORPUS")
	}
	onExecutors(t, func(t *testing.T, executor weft.Executor) {
		t.Run("parallel", func(t *testing.T) { runThreads(t, executor, files, wasi.NewConfig()) })
		t.Run("green", func(t *testing.T) {
			runThreads(t, executor, files, wasi.NewConfig().WithGreenThreads(threads.Config{}))
		})
	})
}

// runThreads runs programs with a standard input to which nobody writes.
func runThreads(t *testing.T, executor weft.Executor, files []string, config wasi.Config) {
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".wat"), func(t *testing.T) {
			t.Parallel()
			var expect struct {
				ExitCode int `json:"exit_code"`
			}
			if b, err := os.ReadFile(strings.TrimSuffix(file, ".wat") + ".json"); err == nil {
				check(t, json.Unmarshal(b, &expect))
			}
			source, err := os.ReadFile(file)
			check(t, err)
			r, w, err := os.Pipe()
			check(t, err)
			defer r.Close()
			defer w.Close()
			_, err = run(t, executor, source, config.WithStdin(r))
			if code := exitCode(err); code != expect.ExitCode {
				t.Errorf("exit code %d, want %d: %v", code, expect.ExitCode, err)
			}
		})
	}
}

// TestGoPackages runs the tests of packages of Go.
func TestGoPackages(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	weftCommand := filepath.Join(t.TempDir(), "weft")
	if out, err := exec.Command("go", "build", "-o", weftCommand, "weft/cmd/weft").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	script, err := filepath.Abs("../scripts/go_wasip1_wasm_exec")
	check(t, err)
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	onExecutors(t, func(t *testing.T, executor weft.Executor) {
		engine := "interp"
		if executor == weft.Native {
			engine = "native"
		}
		test := exec.Command("go", append([]string{"test", "-count=1", "-short", "-exec", script}, goPackages...)...)
		test.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "WEFT="+weftCommand, "WEFT_ENGINE="+engine, "GOFLAGS=")
		if out, err := test.CombinedOutput(); err != nil {
			t.Errorf("go test: %v\n%s", err, out)
		}
	})
}

// goPackages are packages whose tests take little time.
var goPackages = []string{"container/list", "container/heap", "container/ring", "unicode/utf8", "sort", "io/fs", "path/filepath"}
