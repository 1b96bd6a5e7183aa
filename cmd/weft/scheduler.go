package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"weft"
	"weft/explore"
	"weft/threads"
	"weft/wasi"
)

// schedulerFlags are the flags of run for programs with threads. With a seed, or a schedule to repeat, a run is
// deterministic.
type schedulerFlags struct {
	kind   string
	seed   uint64
	replay string
	record string

	deterministic bool
	schedule      *threads.Schedule
	recording     *threads.Recording
	replaying     *threads.Replay
	outside       recording  // what the program is given
	recorded      *recording // by the run that is repeated; nil if only its schedule is known
}

func (flags *schedulerFlags) define(f *pflag.FlagSet) {
	f.StringVar(&flags.kind, "scheduler", "parallel",
		"run the program's threads `HOW`: \"parallel\", or \"green\": as continuations, in turns, "+
			"on one thread of the system")
	f.Uint64Var(&flags.seed, "seed", 0,
		"run green threads in an order that follows from the number `N`, as does all else: the same run each time")
	f.StringVar(&flags.replay, "replay", "",
		"repeat the run that `SCHEDULE` tells, as a run with --seed prints it with -v or when it fails; "+
			"with @FILE, that of a file of --record")
	f.StringVar(&flags.record, "record", "",
		"write to `FILE` how to repeat the run, with arguments, environment and standard input")
}

// prepare reads the flags, for a module.
func (flags *schedulerFlags) prepare(cmd *cobra.Command, source []byte, wasi *wasiFlags) error {
	seeded := cmd.Flags().Changed("seed")
	if cmd.Flags().Changed("replay") && flags.replay == "" {
		return usagef("--replay: it is empty")
	}
	flags.deterministic = seeded || flags.replay != ""
	switch {
	case flags.kind != "parallel" && flags.kind != "green":
		return usagef("--scheduler %s: parallel or green expected", flags.kind)
	case !flags.deterministic && flags.record != "":
		return usagef("--record needs --seed or --replay")
	case !flags.deterministic:
		return nil
	case seeded && flags.replay != "":
		return usagef("--seed and --replay exclude each other")
	case flags.kind != "green" && cmd.Flags().Changed("scheduler"):
		return usagef("--seed and --replay need --scheduler green")
	}
	flags.kind = "green"
	if err := wasi.refuseOutside(); err != nil {
		return err
	}
	flags.schedule = &threads.Schedule{Module: threads.ModuleHash(source), Seeded: true, Seed: flags.seed}
	if flags.replay == "" {
		flags.recording = threads.Record(flags.schedule.Strategy())
		return nil
	}
	if err := flags.readSchedule(source); err != nil {
		return fmt.Errorf("--replay: %w", err)
	}
	strategy := flags.schedule.Strategy()
	flags.replaying, _ = strategy.(*threads.Replay)
	flags.recording = threads.Record(strategy)
	return nil
}

// readSchedule reads the schedule to repeat, of the module.
func (flags *schedulerFlags) readSchedule(source []byte) (err error) {
	text := flags.replay
	if file, ok := strings.CutPrefix(text, "@"); ok {
		if flags.recorded, err = readRecording(file); err != nil {
			return err
		}
		text = flags.recorded.Schedule
	}
	if flags.schedule, err = threads.ParseSchedule(text); err != nil {
		return err
	}
	return flags.schedule.Fits(source)
}

// compile compiles a program, so that its threads can be stopped where the schedule says.
func (flags *schedulerFlags) compile(engine *weft.Engine, source []byte) (*weft.Module, error) {
	if flags.schedule == nil || len(flags.schedule.Sites()) == 0 {
		return compileOrLoad(engine, source)
	}
	m, err := explore.Parse(engine, source)
	if err != nil {
		return nil, err
	}
	return engine.CompileWatched(m, flags.schedule.Sites())
}

// arguments returns those of the program: those that are given, or were recorded.
func (flags *schedulerFlags) arguments(given []string) ([]string, error) {
	if flags.recorded != nil {
		if len(given) > 0 && !slices.Equal(given, flags.recorded.Args) {
			return nil, usagef("--replay %s: the program's arguments were %q", flags.replay, flags.recorded.Args)
		}
		given = flags.recorded.Args
	}
	flags.outside.Args = given
	return given, nil
}

// configure lets the program's threads run as the flags say.
func (flags *schedulerFlags) configure(config wasi.Config, stdin io.Reader) (wasi.Config, error) {
	switch {
	case flags.kind != "green":
		return config, nil
	case !flags.deterministic:
		return config.WithGreenThreads(threads.Config{}), nil
	}
	if flags.recorded != nil {
		flags.outside.Stdin = flags.recorded.Stdin
	} else {
		var err error
		if flags.outside.Stdin, err = wholeInput(stdin); err != nil {
			return config, err
		}
	}
	return config.WithStdin(bytes.NewReader(flags.outside.Stdin)).WithRandom(wasi.SeededRandom(0)).
		WithGreenThreads(threads.Config{Strategy: flags.recording, Steps: true, Virtual: true,
			Watch: flags.schedule.Watch()}), nil
}

// wholeInput reads the standard input to its end, so that nothing depends on when which part of it comes.
func wholeInput(stdin io.Reader) ([]byte, error) {
	if f, ok := stdin.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return nil, nil // a terminal, which has no end, or the null device
		}
	}
	data, err := io.ReadAll(stdin)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return data, nil
}

// report says how to repeat a run that has failed, or of which everything is to be said.
func (flags *schedulerFlags) report(cmd *cobra.Command, hash uint64, failed error, verbose bool) error {
	if !flags.deterministic {
		return nil
	}
	if flags.replaying != nil {
		for _, d := range flags.replaying.Left() {
			fmt.Fprintf(cmd.ErrOrStderr(), "weft: of the schedule, %v has not come to pass\n", d)
		}
	}
	deviations, all := flags.recording.Deviations()
	told := threads.Schedule{Module: flags.schedule.Module, Deviations: deviations}
	if !all || len(deviations) > mostDeviations && flags.schedule.Seeded {
		told = *flags.schedule
	}
	var exit *weft.ExitError
	if verbose || failed != nil && !errors.As(failed, &exit) {
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: the same again: --replay '%s'\n", &told)
	}
	if verbose {
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: the hash of the schedule is %016x\n", hash)
	}
	if flags.record == "" {
		return nil
	}
	return flags.outside.write(flags.record, &told)
}

// mostDeviations is how many are printed where a seed tells the same.
const mostDeviations = 100

// printThreads says where the green threads are when the program was interrupted, or, if everything is to be said, has
// failed.
func printThreads(cmd *cobra.Command, s *threads.Scheduler, failed error, verbose bool) {
	var interrupt *weft.Interrupt
	var exit *weft.ExitError
	var deadlock *threads.DeadlockError
	switch {
	case s == nil || failed == nil || errors.As(failed, &deadlock):
		return // it says so itself
	case errors.As(failed, &interrupt):
	case !verbose || errors.As(failed, &exit):
		return
	}
	for _, t := range s.Threads() {
		stack := t.Stack()
		fmt.Fprintf(cmd.ErrOrStderr(), "weft: %v is %v\n%s", t, t.State(), stack.String())
	}
}
