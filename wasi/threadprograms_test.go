package wasi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"weft"
	"weft/internal/golden"
	"weft/internal/wasithreads"
	"weft/threads"
	"weft/wasi"
)

// A threadMode is a way to run the threads of programs. Each program runs in each.
type threadMode struct {
	name      string
	configure func(wasi.Config) wasi.Config
	// deadlock reports whether an error is how the mode ends a program all of whose threads wait for each other.
	// The program ends by itself, or after the given time.
	deadlock func(error) bool
	patience time.Duration
	many     int  // threads and connections of programs that can have many
	repeats  bool // the engine counts steps, and there are no sockets
}

// threadModes has what a new mode is added to.
var threadModes = []threadMode{
	{
		name:      "parallel",
		configure: func(c wasi.Config) wasi.Config { return c },
		deadlock:  func(err error) bool { return errors.Is(err, context.DeadlineExceeded) },
		patience:  2 * time.Second, // nothing finds out that there is a deadlock
		many:      200,
	},
	{
		name: "green",
		configure: func(c wasi.Config) wasi.Config {
			return c.WithGreenThreads(threads.Config{})
		},
		deadlock: isDeadlock,
		patience: time.Minute,
		many:     2000,
	},
	{
		name: "green, interrupted often",
		configure: func(c wasi.Config) wasi.Config {
			return c.WithGreenThreads(threads.Config{Slice: 20 * time.Microsecond})
		},
		deadlock: isDeadlock,
		patience: time.Minute,
		many:     500,
	},
	{
		name: "green, seeded",
		configure: func(c wasi.Config) wasi.Config {
			strategy := threads.NewRandomWalk(1)
			return c.WithRandom(wasi.SeededRandom(1)).WithGreenThreads(threads.Config{Strategy: strategy, Steps: true, Virtual: true})
		},
		deadlock: isDeadlock,
		patience: time.Minute,
		many:     500,
		repeats:  true,
	},
}

func isDeadlock(err error) bool {
	var deadlock *threads.DeadlockError
	return errors.As(err, &deadlock)
}

// runThreadProgram runs a program with threads. It returns its output and how it has ended.
func runThreadProgram(t *testing.T, mode threadMode, executor weft.Executor, source []byte, limit int, patience time.Duration,
	c wasi.Config) (string, error) {
	t.Helper()
	engineConfig := weft.NewConfig().WithExecutor(executor)
	if mode.repeats {
		engineConfig = engineConfig.WithSteps()
	}
	engine, err := weft.NewEngine(engineConfig)
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
	system, err := mode.configure(c.WithStdout(&out).WithStderr(&out).WithThreads(limit, weft.DefaultLimits())).Define(linker)
	check(t, err)
	defer system.Close()
	check(t, system.DefineMemories(linker, module))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	in, err := linker.Instantiate(ctx, module)
	check(t, err)
	err = system.Start(ctx, in)
	return out.String(), err
}

// inThreadModes runs a test in each mode with each executor.
func inThreadModes(t *testing.T, test func(*testing.T, threadMode, weft.Executor)) {
	for _, mode := range threadModes {
		t.Run(mode.name, func(t *testing.T) {
			onExecutors(t, func(t *testing.T, executor weft.Executor) { test(t, mode, executor) })
		})
	}
}

// TestThreadsInC runs programs in C that use POSIX threads, in each mode.
func TestThreadsInC(t *testing.T) {
	tools := wasithreads.NewToolchain(t)
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		source := tools.Build(t, "server")
		inThreadModes(t, func(t *testing.T, mode threadMode, executor weft.Executor) {
			if mode.repeats {
				t.Skip("a run that can be repeated has no sockets")
			}
			testServer(t, mode, executor, source)
		})
	})
	t.Run("many waiting", func(t *testing.T) {
		t.Parallel()
		source := tools.Build(t, "waiting")
		inThreadModes(t, func(t *testing.T, mode threadMode, executor weft.Executor) {
			testManyWaiting(t, mode, executor, source)
		})
	})
	for _, p := range wasithreads.Programs() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			source := tools.Build(t, p.Name)
			inThreadModes(t, func(t *testing.T, mode threadMode, executor weft.Executor) {
				testThreadProgram(t, mode, executor, p, source, filepath.Join("..", "internal", "wasithreads", "c", p.Name+".out"))
			})
		})
	}
}

// TestThreadsInZig runs programs that use Zig's std.Thread, in each mode.
func TestThreadsInZig(t *testing.T) {
	zig := wasithreads.NewZig(t)
	for _, p := range wasithreads.ZigPrograms() {
		t.Run(p.Name, func(t *testing.T) {
			source := zig.Build(t, p.Name)
			inThreadModes(t, func(t *testing.T, mode threadMode, executor weft.Executor) {
				testThreadProgram(t, mode, executor, p, source, filepath.Join("..", "internal", "wasithreads", "zig", p.Name+".out"))
			})
		})
	}
}

// testThreadProgram compares what a program prints with a file, and checks how it ends.
func testThreadProgram(t *testing.T, mode threadMode, executor weft.Executor, p wasithreads.Program, source []byte, file string) {
	patience := time.Minute
	if p.Ends == wasithreads.Deadlocks || p.Ends == wasithreads.MayHang {
		patience = mode.patience
	}
	out, err := runThreadProgram(t, mode, executor, source, p.Threads, patience, wasi.NewConfig().WithArgs(append([]string{p.Name}, p.Args...)...))
	switch p.Ends {
	case wasithreads.Returns:
		if code := exitCode(err); code != p.Code {
			t.Errorf("exit code %d, want %d: %v", code, p.Code, err)
		}
	case wasithreads.Traps:
		var trap *weft.Trap
		if !errors.As(err, &trap) {
			t.Errorf("it does not trap: %v", err)
		}
	case wasithreads.Deadlocks:
		if !mode.deadlock(err) {
			t.Errorf("it is not found to wait for ever: %v", err)
		}
	case wasithreads.MayHang:
		if err != nil {
			if !mode.deadlock(err) {
				t.Errorf("it neither returns nor waits for ever: %v", err)
			}
			t.Logf("it hangs, which is a known defect of its toolchain: %v", err)
			return
		}
	}
	golden.Check(t, file, out)
}

// testManyWaiting lets as many threads as the mode can have wait at a time.
func testManyWaiting(t *testing.T, mode threadMode, executor weft.Executor, source []byte) {
	config := wasi.NewConfig().WithArgs("waiting", strconv.Itoa(mode.many), "2")
	out, err := runThreadProgram(t, mode, executor, source, mode.many, time.Minute, config)
	if want := fmt.Sprintf("%d threads woken %d times\n", mode.many, 2*mode.many); out != want || err != nil {
		t.Errorf("output %q, want %q: %v", out, want, err)
	}
}
