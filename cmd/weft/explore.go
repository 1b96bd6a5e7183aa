package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"weft"
	"weft/explore"
	"weft/wasi"
)

// exploreFlags are the flags of explore.
type exploreFlags struct {
	config     explore.Config
	strategies []string
	points     string
	executor   executorFlag
	replay     string
	trace      bool
	json       bool
	merge      bool
	html       string
	shard      string
	noProgress bool
	wasi       wasiFlags
}

// exitFound is the exit code of explore where something is wrong with the program.
const exitFound = 3

func exploreCommand() *cobra.Command {
	var flags exploreFlags
	cmd := &cobra.Command{
		Use:   "explore [flags] FILE [ARGS...]",
		Short: "Find the schedule in which a program with threads fails",
		Long: `Explore runs a program again and again, and chooses each time anew which of its threads goes on where. It ends
with the first schedule in which the program fails: by a trap or an abort, with an exit code other than 0, in a
deadlock, by the use of a null pointer or of memory that was freed, or without an end. That is made shorter, and
printed as a string which repeats it:

  weft run --replay STRING FILE ARGS...

What has no end, and what is wrong with memory, explore repeats itself (weft explore --replay STRING FILE).

Data races are reported, too. With --merge, the files are JSON reports of the shards of a search, and become one.

The program is one for wasi-threads, such as clang and Zig make with shared memory. With debug information (-g) the
report has lines of the source. Compile without optimisation (-O0) what is searched for bugs: compilers remove some.

Exit codes: 0 nothing was found; 3 something was; 1 the program cannot be run, or no schedule has ended in the time;
2 the command was used wrongly.`,
		Example: `  weft explore program.wasm
  weft explore --time 10m --html failure.html program.wasm ARG
  weft explore --replay 'weft1:5d2c0a91:steps:1@3fa.2>0' --trace program.wasm
  weft explore --shard 2/8 --json program.wasm > 2.json
  weft explore --merge 1.json 2.json 3.json`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args[0], args) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false)
	c := &flags.config
	f.IntVar(&c.Schedules, "schedules", 0, "give up after `N` schedules")
	f.DurationVar(&c.Time, "time", 0, "give up after this time (default 1m, or none with --schedules)")
	f.Uint64Var(&c.Seed, "seed", 0, "make another search for each number `N`")
	f.IntVar(&c.Jobs, "jobs", 0, "run schedules on `N` processors (default all); the result does not depend on it")
	f.StringSliceVar(&flags.strategies, "strategy", nil,
		"choose schedules by these `NAMES`, in turns: surw, roles, pos, pct, random, deviations, or dpor alone "+
			"(default roles, pos, roles, surw, roles, deviations)")
	f.StringVar(&flags.points, "points", string(explore.SharedPoints),
		"stop threads at `WHICH` points: \"shared\" (locks, calls of the host, accesses to what threads share), \"sync\" "+
			"(no plain accesses), or \"all\" accesses")
	f.BoolVar(&c.CompareOutput, "output", false, "take it for a failure if the output differs between schedules")
	f.BoolVar(&c.Heap, "heap", false,
		"look at each access for the use of null pointers and of what was freed, not only where threads meet")
	f.BoolVar(&c.Timeouts, "timeouts", false, "let timeouts of waits be over before other threads have had their turn")
	f.BoolVar(&c.IgnoreRaces, "no-races", false, "do not look for data races")
	f.BoolVar(&c.KeepFirst, "no-shrink", false, "leave the schedule that fails as it was found")
	f.StringVar(&flags.replay, "replay", "", "run the program once, as `SCHEDULE` says")
	f.BoolVar(&flags.trace, "trace", false, "print what happens in the schedule that fails, an event per line")
	f.BoolVar(&flags.json, "json", false, "print the report as JSON")
	f.StringVar(&flags.html, "html", "", "write to `FILE` a picture of the schedule that fails, for a browser")
	f.BoolVar(&flags.merge, "merge", false, "make one report of the JSON reports of shards, which the FILEs are")
	f.BoolVar(&flags.noProgress, "no-progress", false, "never show how far the search has come")
	f.StringVar(&flags.shard, "shard", "", "search one part of several, such as `2/8`: the JSON reports can be merged")
	flags.executor = executorFlag(weft.Automatic)
	f.Var(&flags.executor, "engine", executorUsage)
	f.StringArrayVar(&flags.wasi.dirs, "dir", nil, "give the program a directory, only to read: `HOST[:GUEST]:ro`")
	f.StringArrayVar(&flags.wasi.env, "env", nil,
		"set a variable of the program's environment: `NAME=VALUE`, or NAME for the value that it has here")
	f.IntVar(&c.Threads, "threads", 256, "limit the program's threads beside the first to `N`")
	return cmd
}

func (flags *exploreFlags) run(cmd *cobra.Command, file string, args []string) error {
	if err := flags.check(cmd); err != nil {
		return err
	}
	if flags.merge {
		return flags.mergeReports(cmd, args)
	}
	source, err := readInput(cmd, file)
	if err != nil {
		return err
	}
	if err := flags.wasi.refuseOutside(); err != nil {
		return err
	}
	host := &wasiHost{}
	defer host.Close()
	flags.wasi.descriptors = wasi.DefaultMaxDescriptors
	process, err := flags.wasi.configure(host, cmd)
	if err != nil {
		return err
	}
	process = process.WithArgs(args...)
	c := &flags.config
	c.WASI, c.Points = &process, explore.Points(flags.points)
	c.Interpret = weft.Executor(flags.executor) == weft.Interpreter
	for _, s := range flags.strategies {
		c.Strategies = append(c.Strategies, explore.Strategy(s))
	}
	if flags.shard != "" {
		if c.Shard, err = explore.ParseShard(flags.shard); err != nil {
			return usageError{err}
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	end := flags.progress(cmd)
	var report *explore.Report
	if flags.replay != "" {
		report, err = explore.Replay(ctx, source, flags.replay, *c)
	} else {
		report, err = explore.Run(ctx, source, *c)
	}
	end()
	var config *explore.ConfigError
	var trap *weft.Trap
	switch {
	case errors.As(err, &config):
		return usageError{err}
	case errors.As(err, &trap): // before there are threads: not what was searched for
		return fmt.Errorf("%s: %v", file, err)
	case err != nil:
		return fileError(file, err)
	}
	return flags.tell(cmd, report)
}

// check refuses what would silently mean something else.
func (flags *exploreFlags) check(cmd *cobra.Command) error {
	for _, name := range []string{"schedules", "time", "jobs", "threads"} {
		if f := cmd.Flags().Lookup(name); f.Changed && (f.Value.String() == "0" || f.Value.String() == "0s") {
			return usagef("--%s %s: it must be more", name, f.Value)
		}
	}
	for _, name := range []string{"replay", "strategy", "points", "html", "shard"} {
		if f := cmd.Flags().Lookup(name); f.Changed && (f.Value.String() == "" || f.Value.String() == "[]") {
			return usagef("--%s: it is empty", name)
		}
	}
	return nil
}

// tell prints a report, and returns what the command ends with.
func (flags *exploreFlags) tell(cmd *cobra.Command, report *explore.Report) error {
	if err := flags.print(cmd.OutOrStdout(), report); err != nil {
		return err
	}
	switch {
	case report.Failed():
		return &weft.ExitError{Code: exitFound}
	case report.Schedules == 0:
		return errors.New("no schedule has ended in the time")
	}
	return nil
}

// mergeReports makes one report of those in files.
func (flags *exploreFlags) mergeReports(cmd *cobra.Command, files []string) error {
	var reports []*explore.Report
	for _, file := range files {
		text, err := readInput(cmd, file)
		if err != nil {
			return err
		}
		r := &explore.Report{}
		if err := json.Unmarshal(text, r); err != nil {
			return fmt.Errorf("%s: it is no report of explore: %w", file, err)
		}
		reports = append(reports, r)
	}
	report, err := explore.Merge(reports...)
	if err != nil {
		return err
	}
	return flags.tell(cmd, report)
}

// print writes the report in the forms that are wanted.
func (flags *exploreFlags) print(out io.Writer, report *explore.Report) error {
	flags.readSources(report)
	if flags.html != "" {
		var page strings.Builder
		if err := report.WriteHTML(&page); err != nil {
			return err
		}
		if err := os.WriteFile(flags.html, []byte(page.String()), 0o666); err != nil {
			return err
		}
	}
	if flags.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	if flags.trace {
		return report.WriteText(out)
	}
	return report.WriteSummary(out)
}

// readSources reads the files of the source that the picture shows, as far as they are still where the compiler has
// read them.
func (flags *exploreFlags) readSources(report *explore.Report) {
	if flags.html == "" {
		return
	}
	report.Sources = map[string]string{}
	for _, file := range report.Files() {
		if text, err := os.ReadFile(file); err == nil && len(text) < mostSource {
			report.Sources[file] = string(text)
		}
	}
}

// mostSource is how long a file of the source may be to be shown, in bytes.
const mostSource = 1 << 20

// progress shows how far the search has come, on a terminal, until the function that it returns is called.
func (flags *exploreFlags) progress(cmd *cobra.Command) (end func()) {
	terminal, ok := cmd.ErrOrStderr().(*os.File)
	if flags.noProgress || !ok || !term.IsTerminal(int(terminal.Fd())) || flags.replay != "" {
		return func() {}
	}
	most := -1
	if flags.config.Schedules > 0 {
		most = flags.config.Schedules
	}
	bar := progressbar.NewOptions(most, progressbar.OptionSetWriter(terminal), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("schedules"), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond))
	flags.config.Progress = func(p explore.Progress) {
		bar.Describe(fmt.Sprintf("%s, %d distinct", p.Doing, p.Distinct))
		_ = bar.Set(p.Schedules) // it is only shown
	}
	return func() { _ = bar.Finish() }
}
