package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"weft"
	"weft/internal/wast"
	"weft/wasm"
)

// wastFlags are the flags of wast.
type wastFlags struct {
	json, markdown, print bool
	verbose, noProgress   bool
	habits                bool
	scheduler             string
	parallel              int
	filter, features      string
	timeout               time.Duration
	executor              executorFlag
}

func wastCommand() *cobra.Command {
	var flags wastFlags
	cmd := &cobra.Command{
		Use:   "wast [flags] FILES|DIRS...",
		Short: "Run test scripts",
		Long: `Wast runs scripts (.wast), and those in directories, each in a store of its own.
It prints a line for each script, the commands that failed, and how many were
skipped for which reason. The exit code is 1 if a command failed.

How something fails is compared strictly with what a script says, the text of the
error only with --verbose. By default each script runs with the proposals that its
path in the conformance corpus calls for.`,
		Example: `  weft wast tests/
  weft wast --filter 'memory.*' --verbose spec/core
  weft wast --print examples/generator.wast`,
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&flags.json, "json", false, "write the results as JSON")
	f.BoolVar(&flags.markdown, "markdown", false, "write a table of the results by folder; what failed is listed on the standard error")
	f.BoolVar(&flags.print, "print", false, "print what the scripts print and the results of calls outside of assertions; only what failed or was skipped is added, on the standard error")
	f.BoolVar(&flags.verbose, "verbose", false, "also list other texts of errors and counts by directive")
	f.BoolVar(&flags.noProgress, "no-progress", false, "never show a progress bar")
	f.BoolVar(&flags.habits, "habits", false, "provide the host modules and names that other engines' scripts expect")
	f.IntVar(&flags.parallel, "parallel", runtime.NumCPU(), "run `N` scripts at the same time")
	f.StringVar(&flags.filter, "filter", "", "only run the scripts whose path matches this regular expression (`RE`)")
	f.StringVar(&flags.features, "features", "", featuresUsage+" (default: by path)")
	flags.executor = executorFlag(weft.Automatic)
	f.Var(&flags.executor, "engine", executorUsage)
	f.StringVar(&flags.scheduler, "scheduler", "parallel",
		"run the threads of a script `HOW`: \"parallel\", or \"green\": in turns, in one store")
	f.DurationVar(&flags.timeout, "timeout", 10*time.Second, "limit each command")
	return cmd
}

func (flags *wastFlags) run(cmd *cobra.Command, paths []string) error {
	if flags.parallel < 1 {
		return usagef("--parallel must be at least 1, found %d", flags.parallel)
	}
	if flags.scheduler != "parallel" && flags.scheduler != "green" {
		return usagef("--scheduler %s: parallel or green expected", flags.scheduler)
	}
	runner := &wast.Runner{Green: flags.scheduler == "green", Timeout: flags.timeout,
		PrintResults: flags.print, Executor: weft.Executor(flags.executor)}
	if flags.features != "" {
		f, err := parseFeatures(flags.features)
		if err != nil {
			return err
		}
		runner.Features = func(string) wasm.Features { return f }
	}
	if flags.habits {
		runner.Habits = wast.AllHabits
	}
	if flags.print {
		runner.Print = cmd.OutOrStdout()
		flags.parallel = 1
	}
	files, err := scripts(paths, flags.filter)
	if err != nil {
		return err
	}
	reports, err := flags.runAll(cmd, runner, files)
	if err != nil {
		return err
	}
	total := &wast.Report{}
	for _, r := range reports {
		total.Add(r)
	}
	switch {
	case flags.json:
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		err = encoder.Encode(map[string]any{"files": reports, "total": total.Counts, "skips": total.Skips})
	case flags.markdown:
		writeMarkdown(cmd.OutOrStdout(), paths, reports)
		list(cmd.ErrOrStderr(), "FAIL", total.Failures)
	case flags.print:
		flags.details(cmd.ErrOrStderr(), total)
	default:
		flags.summary(cmd.OutOrStdout(), reports, total)
	}
	if err == nil && total.Failed > 0 {
		err = errReported
	}
	return err
}

// scripts finds the scripts in files and directories.
func scripts(paths []string, filter string) ([]string, error) {
	match, err := regexp.Compile(filter)
	if err != nil {
		return nil, usagef("--filter: %v", err)
	}
	var files []string
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || path != root && filepath.Ext(path) != ".wast" {
				return err
			}
			if match.MatchString(filepath.ToSlash(path)) {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no scripts (.wast) found")
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// runAll runs scripts, several at the same time, and returns the reports in their
// order.
func (flags *wastFlags) runAll(cmd *cobra.Command, runner *wast.Runner, files []string) ([]*wast.Report, error) {
	bar := flags.progress(cmd, len(files))
	reports := make([]*wast.Report, len(files))
	errs := make([]error, len(files))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(flags.parallel, len(files)) {
		workers.Go(func() {
			for i := range next {
				reports[i], errs[i] = runner.RunFile(cmd.Context(), files[i])
				bar.Add(1)
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	workers.Wait()
	bar.Finish()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return reports, nil
}

// progress returns a progress bar, which is only visible on a terminal.
func (flags *wastFlags) progress(cmd *cobra.Command, n int) *progressbar.ProgressBar {
	file, ok := cmd.ErrOrStderr().(*os.File)
	visible := ok && n > 1 && !flags.noProgress && !flags.print && term.IsTerminal(int(file.Fd()))
	return progressbar.NewOptions(n, progressbar.OptionSetWriter(cmd.ErrOrStderr()),
		progressbar.OptionSetVisibility(visible), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription("scripts"), progressbar.OptionClearOnFinish())
}

// summary writes a line for each script, the details and the totals.
func (flags *wastFlags) summary(w io.Writer, reports []*wast.Report, total *wast.Report) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range reports {
		verdict := "ok"
		if r.Failed > 0 {
			verdict = "FAIL"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%v\n", verdict, r.File, counts(r.Counts), r.Elapsed.Round(time.Millisecond))
	}
	table.Flush()
	flags.details(w, total)
	fmt.Fprintf(w, "%d scripts: %s\n", len(reports), counts(total.Counts))
}

func counts(c wast.Counts) string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.Passed, c.Failed, c.Skipped)
}

// details writes what is not as expected.
func (flags *wastFlags) details(w io.Writer, total *wast.Report) {
	if flags.verbose {
		list(w, "text:", total.Texts)
		for _, kind := range sortedKeys(total.Kinds) {
			fmt.Fprintf(w, "%s: %s\n", kind, counts(total.Kinds[kind]))
		}
	}
	for _, reason := range sortedKeys(total.Skips) {
		fmt.Fprintf(w, "skipped %d: %s\n", total.Skips[reason], reason)
	}
	list(w, "FAIL", total.Failures)
}

func list(w io.Writer, title string, findings []wast.Finding) {
	for _, f := range findings {
		fmt.Fprintf(w, "%s %s\n", title, f)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
