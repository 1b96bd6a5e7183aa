// Package runner is what the runners written in Go have in common: the modes of
// package job over a small interface that each engine implements.
package runner

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"weft/bench/job"
)

// A Runtime is an engine.
type Runtime interface {
	Compile(ctx context.Context, code []byte) (Module, error)
}

// A Module is a compiled module.
type Module interface {
	// Instantiate gives the module its imports: env.nop, a function of the host
	// from i32 to i32 that returns its argument.
	Instantiate(ctx context.Context) (Instance, error)
	// RunProgram runs a WASI program to its end, which must have the exit code 0.
	RunProgram(ctx context.Context, p Program) error
}

// An Instance is an instance of a module.
type Instance interface {
	// Func returns an exported function that takes an i32 and returns an i64. It
	// must not be called from two goroutines at a time.
	Func(name string) (func(ctx context.Context, arg int32) (int64, error), error)
	Close()
}

// Main executes the job that the command line says, and ends the process if that
// fails.
func Main(rt Runtime, args []string) {
	if err := execute(context.Background(), rt, args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func execute(ctx context.Context, rt Runtime, args []string) error {
	j, err := job.Parse(args)
	if err != nil {
		return err
	}
	code, err := os.ReadFile(j.Program)
	if err != nil {
		return err
	}
	var result job.Result
	if j.Mode == job.Compile {
		serial := uint32(0)
		return Ladder(j, &result, func(n int64) (job.Sample, error) {
			for range n {
				serial++
				if _, err := rt.Compile(ctx, distinct(code, serial)); err != nil {
					return job.Sample{}, err
				}
			}
			return count(n), nil
		})
	}
	start := time.Now()
	module, err := rt.Compile(ctx, code)
	if err != nil {
		return err
	}
	result.Compile = time.Since(start)
	switch j.Mode {
	case job.Program, job.Benchmark:
		return Programs(j, &result, func(p Program) (int64, error) { return 0, module.RunProgram(ctx, p) })
	case job.Instantiate:
		return Ladder(j, &result, func(n int64) (job.Sample, error) {
			for range n {
				instance, err := module.Instantiate(ctx)
				if err != nil {
					return job.Sample{}, err
				}
				instance.Close()
			}
			return count(n), nil
		})
	}
	start = time.Now()
	instance, err := module.Instantiate(ctx)
	if err != nil {
		return err
	}
	defer instance.Close()
	result.Instantiate = time.Since(start)
	f, err := instance.Func(j.Export)
	if err != nil {
		return err
	}
	step, err := stepOf(ctx, j.Mode, f)
	if err != nil {
		return err
	}
	return Ladder(j, &result, step)
}

// distinct returns a module with a custom section behind it that no other one has: some
// engines remember what they have compiled.
func distinct(code []byte, serial uint32) []byte {
	section := []byte{0, 6, 1, 'x'}
	return slices.Concat(code, binary.LittleEndian.AppendUint32(section, serial))
}

// A step runs the program with a size. It returns the value; and the time and the peak of
// memory, unless these are those of the step and of this process.
type step func(size int64) (job.Sample, error)

// count is the sample of a step that computes a number.
func count(n int64) job.Sample { return job.Sample{Value: strconv.FormatInt(n, 10)} }

func stepOf(ctx context.Context, mode job.Mode, f func(context.Context, int32) (int64, error)) (step, error) {
	switch mode {
	case job.Run:
		return func(n int64) (job.Sample, error) {
			v, err := f(ctx, int32(n))
			return count(v), err
		}, nil
	case job.Call:
		return func(n int64) (job.Sample, error) {
			var sum int64
			for range n {
				v, err := f(ctx, 1)
				if err != nil {
					return job.Sample{}, err
				}
				sum += v
			}
			return count(sum), nil
		}, nil
	case job.Trap:
		return func(n int64) (job.Sample, error) {
			for i := range n {
				if _, err := f(ctx, 1); err == nil {
					return job.Sample{}, fmt.Errorf("call %d did not trap", i)
				}
			}
			return count(n), nil
		}, nil
	case job.Cancel:
		return func(n int64) (job.Sample, error) { return cancelLoop(ctx, n, f) }, nil
	case job.Pause:
		return func(n int64) (job.Sample, error) { return collectBeside(ctx, n, f) }, nil
	}
	return nil, fmt.Errorf("unknown mode %q", mode)
}
