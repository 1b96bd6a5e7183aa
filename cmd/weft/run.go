package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"weft"
	"weft/internal/wast"
	"weft/retarget"
)

// runFlags are the flags of run.
type runFlags struct {
	invoke   string
	spectest bool
	features string
	cache    string
	retarget bool
	limits   limitFlags
	preloads []string
	trace    traceFlag
	timeout  time.Duration
	executor executorFlag
	verbose  bool
	profile  string
	timeline timelineFlag
	wasi     wasiFlags
}

func runCommand() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] FILE [ARGS...]",
		Short: "Run a function of a module",
		Long: `Run instantiates the module in FILE, in the binary or text format, and calls one
of its functions: the one that --invoke names, or else the export "_start", or
"main". A library, which exports "_initialize" and no "_start", is initialized by that first. A module that has neither is only instantiated, which runs its start
function.

A program that imports wasi_snapshot_preview1 gets WASI: ARGS are its arguments, and
the code with which it exits is the exit code. It reaches the files, the
environment and the sockets that --dir, --env and --listen give it, and no others.
One that imports wasm:js-string gets the string builtins of JavaScript, unless it has threads.

Everything behind FILE belongs to the program. Without WASI, or with --invoke, ARGS are read by the types of the
function's parameters: integers decimal or hexadecimal, signed or unsigned, floats
as in the text format, vectors as 0x and 32 digits or as lanes (i32x4:1,2,3,4), references
as null, func:EXPORT, i31:N or extern:TEXT. Results are printed one per line.

With --cache, or a directory in the environment variable WEFT_CACHE, a module that
was run before starts faster. The directory must be yours alone, and no other user
may be able to write to the directories above it: its content is believed. Functions are interpreted until compiling them pays; what
was compiled is there for later runs.

With --retarget, a program of official Go is rewritten first, as "weft retarget" does it: its goroutines become
continuations. With a cache, the machine code of what has come out is kept.

With --cpuprofile, the file shows "go tool pprof" where the program spends its time. With --timeline, a page shows its
continuations over time: who has resumed whom, how long each ran, where it waits. Code is interpreted then.

Sizes are bytes, or have a unit (16MiB, 1GB); numbers may end in k, M or G.

A trap, an uncaught exception or an unhandled suspension is reported with a stack
trace of the guest, and the exit code is 134. It is 124 if --timeout has ended the
program, 125 if --fuel is used up, 1 if something else is wrong, and else the program's.`,
		Example: `  weft run --invoke fib fib.wat 30
  weft run --spectest --timeout 10s program.wasm
  weft run --fuel 10M --max-memory 64MiB plugin.wasm
  weft run --preload math=math.wasm --trace calls program.wasm
  weft run --dir data:/data --env LANG=C program.wasm -v /data/in.txt
  weft run --cpuprofile cpu.pprof program.wasm && go tool pprof -top cpu.pprof
  weft run --timeline page.html goroutines.wat
  weft run --features default,-threads module.wasm`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args[0], args[1:]) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	f.StringVar(&flags.invoke, "invoke", "", "call the function exported as `NAME`")
	f.BoolVar(&flags.spectest, "spectest", false, "provide the host module spectest, which prints to the standard output")
	f.StringVar(&flags.features, "features", "default", featuresUsage)
	f.StringVar(&flags.cache, "cache", "", "keep in `DIR` what is known about modules (default $WEFT_CACHE; without a directory nothing is kept)")
	f.BoolVar(&flags.retarget, "retarget", false, "rewrite a program of Go for GOOS=wasip1 to use stack switching before it runs")
	flags.executor = executorFlag(weft.Automatic)
	f.Var(&flags.executor, "engine", executorUsage)
	f.StringVar(&flags.profile, "cpuprofile", "", "write to `FILE` a CPU profile of the program, for pprof")
	flags.timeline.define(f)
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "say why a module is interpreted that was to be executed natively")
	flags.limits.define(f)
	f.StringArrayVar(&flags.preloads, "preload", nil,
		"instantiate a module first, whose exports others import from NAME: `NAME=FILE`")
	f.Var(&flags.trace, "trace", "write to the standard error each call of `WHAT`: calls (of functions), wasi, or both")
	f.DurationVar(&flags.timeout, "timeout", 0, "end the program after this time, such as 10s (default none)")
	flags.wasi.define(f)
	return cmd
}

func (flags *runFlags) run(cmd *cobra.Command, file string, args []string) (err error) {
	delayCollector()
	flags.wasi.traced = flags.trace.wasi
	if !cmd.Flags().Changed("cache") {
		flags.cache = os.Getenv("WEFT_CACHE")
	}
	var profiler *weft.CPUProfiler
	if flags.profile != "" {
		profiler = weft.NewCPUProfiler()
	}
	source, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	if err := flags.wasi.scheduler.prepare(cmd, source, &flags.wasi); err != nil {
		return err
	}
	engine, end, err := newEngine(flags.features, flags.cache, flags.configure(cmd, profiler))
	if err != nil {
		return err
	}
	defer end()
	module, err := flags.compile(cmd, engine, file, source)
	if err != nil {
		return err
	}
	ctx, cancel := flags.context(cmd.Context())
	defer cancel()
	if err := flags.timeline.create(); err != nil {
		return err
	}
	defer func() {
		if failed := flags.timeline.write(); err == nil {
			err = failed
		}
	}()
	if profiler != nil {
		profile, failed := startCPUProfile(flags.profile, profiler)
		if failed != nil {
			return failed
		}
		defer func() {
			if failed := profile.write(file); err == nil {
				err = failed
			}
		}()
	}
	return flags.runModule(ctx, cmd, file, module, args)
}

// runOptions are those of machine code that is made for programs.
var runOptions = weft.NativeOptions{InterpretFirst: true}

// configure returns how the engine is configured, but for features and cache.
func (flags *runFlags) configure(cmd *cobra.Command, profiler *weft.CPUProfiler) weft.Config {
	options := runOptions
	options.Fuel = flags.limits.bounded(cmd)
	config := weft.NewConfig().WithExecutor(weft.Executor(flags.executor)).WithCPUProfiler(profiler).
		WithNativeOptions(options)
	if flags.wasi.scheduler.deterministic {
		config = config.WithSteps()
	}
	config = flags.timeline.configure(config)
	if flags.trace.calls {
		config = config.WithListener(newCallTracer(cmd.ErrOrStderr()))
	}
	return config
}

// context returns that of the program.
func (flags *runFlags) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if flags.timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, flags.timeout)
}

// compile compiles the program.
func (flags *runFlags) compile(
	cmd *cobra.Command, engine *weft.Engine, file string, source []byte,
) (*weft.Module, error) {
	if flags.retarget {
		out, report, err := retarget.Module(source, retarget.Options{})
		if err != nil {
			return nil, fileError(file, err)
		}
		if source = out; flags.verbose {
			printReport(cmd.ErrOrStderr(), report)
		}
	}
	module, err := flags.wasi.scheduler.compile(engine, source)
	if err != nil {
		return nil, fileError(file, err)
	}
	if why := module.Interpreted(); flags.verbose && why != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: %s is interpreted: %v\n", file, why)
	}
	return module, nil
}

// runModule links the program, and calls it.
func (flags *runFlags) runModule(
	ctx context.Context, cmd *cobra.Command, file string, module *weft.Module, args []string,
) (err error) {
	limits := flags.limits.limits()
	store, err := module.Engine().NewStore(limits)
	if err != nil {
		return err
	}
	defer store.Close()
	linker := weft.NewLinker(store)
	if flags.spectest {
		if err := wast.DefineSpectest(store, linker, cmd.OutOrStdout()); err != nil {
			return err
		}
	}
	preloads, err := readPreloads(cmd, module, flags.preloads)
	if err != nil {
		return err
	}
	if err := provideStrings(linker, module, preloads); err != nil {
		return err
	}
	var host *wasiHost
	if usesWASI(module) || preloads.useWASI() {
		if args, err = flags.wasi.scheduler.arguments(args); err != nil {
			return err
		}
		if host, err = flags.wasi.provide(cmd, linker, module, preloads, limits, flags.programArgs(file, args)); err != nil {
			return err
		}
		defer host.Close()
	} else {
		hintNoWASI(cmd, file)
	}
	if err := flags.limits.fuel(cmd, store, module, flags.wasi.scheduler.kind); err != nil {
		return err
	}
	if err := preloads.instantiate(ctx, linker, host); err != nil {
		return err
	}
	instance, err := linker.Instantiate(ctx, module)
	if err != nil {
		return fmt.Errorf("%s: instantiation: %w", file, err)
	}
	if flags.verbose && instance.Unguarded() {
		fmt.Fprintf(cmd.ErrOrStderr(),
			"weft: %s: there is no address space for guards behind memories: its code compares addresses\n", file)
	}
	err = flags.call(ctx, cmd, instance, host, args)
	if err != nil {
		hintFlagsBehind(cmd, args, err)
	}
	if host == nil || host.system.Scheduler() == nil {
		return err
	}
	if failed := flags.wasi.scheduler.report(cmd, host.system.Scheduler().Hash(), err, flags.verbose); err == nil {
		err = failed
	}
	printThreads(cmd, host.system.Scheduler(), err, flags.verbose)
	return err
}

// programArgs returns the arguments of a program, with its name.
func (flags *runFlags) programArgs(file string, args []string) []string {
	name := filepath.Base(file)
	if flags.wasi.argv0 != "" {
		name = flags.wasi.argv0
	}
	return append([]string{name}, args...)
}

// call calls the function that the flags or the conventions choose.
func (flags *runFlags) call(ctx context.Context, cmd *cobra.Command, instance *weft.Instance, host *wasiHost, args []string) error {
	name, function := flags.invoke, instance.Func(flags.invoke)
	if name == "" {
		for _, name = range []string{"_start", "main"} {
			if function = instance.Func(name); function != nil {
				break
			}
		}
	} else if function == nil {
		return fmt.Errorf("the module exports no function %q", name)
	}
	if function == nil {
		ran := "nothing was run"
		if instance.Module().Wasm().Start != nil {
			ran = "only its start function was run"
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: the module exports neither _start nor main: %s\n", ran)
		return nil
	}
	if host != nil && flags.invoke == "" {
		args = nil // they are the program's
	}
	values, err := parseArguments(instance, name, function.Type().Params, args)
	if err != nil {
		return err
	}
	results, err := host.call(ctx, instance, function, values)
	if err != nil {
		return err
	}
	for _, v := range results {
		fmt.Fprintln(cmd.OutOrStdout(), formatResult(v))
	}
	return nil
}
