// Command fleet runs one search of package explore on many machines: a coordinator puts the shards of the search on a
// queue of NATS JetStream, workers in processes of their own take them from there, and what they report is merged.
// README.md is the tour.
//
// The exit code is 0 if nothing was found, 3 if the program fails, 1 for errors.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := newCommand().ExecuteContext(ctx)
	stop()
	switch {
	case errors.Is(err, errFound):
		os.Exit(3)
	case err != nil:
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// errFound is that the program which was explored fails.
var errFound = errors.New("the program fails")

func newCommand() *cobra.Command {
	root := &cobra.Command{Use: "fleet", Short: "Explores the schedules of a program on many machines",
		SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(newRunCommand(), newWorkCommand())
	return root
}

func newRunCommand() *cobra.Command {
	var c coordinator
	var json bool
	cmd := &cobra.Command{Use: "run FILE", Short: "Coordinates a search, and reports what was found",
		Args: cobra.ExactArgs(1)}
	flags := cmd.Flags()
	flags.StringVar(&c.host, "host", "127.0.0.1", "the `address` at which workers can join")
	flags.IntVar(&c.port, "port", 4222, "its `port`; -1 for any that is free")
	flags.DurationVar(&c.patience, "patience", defaultPatience, "after how `long` without a sign a worker is given up")
	flags.IntVar(&c.shards, "shards", 16, "into `how many` parts the search is cut")
	flags.IntVar(&c.search.Schedules, "schedules", 10_000, "`how many` schedules each part runs")
	flags.Uint64Var(&c.search.Seed, "seed", 1, "a `number` from which all that is random follows")
	flags.StringSliceVar(&c.search.Strategies, "strategies", nil, "`names` as of surw, pos, pct, random, deviations")
	flags.BoolVar(&json, "json", false, "print the merged report and those of the shards as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c.log = cmd.ErrOrStderr()
		source, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		summary, err := c.run(cmd.Context(), source)
		if err != nil {
			return err
		}
		return summary.print(cmd.OutOrStdout(), json)
	}
	return cmd
}

func newWorkCommand() *cobra.Command {
	var w worker
	cmd := &cobra.Command{Use: "work URL", Short: "Runs shards of a search until it is over", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&w.name, "name", defaultName(), "what the coordinator calls the worker")
	cmd.Flags().IntVar(&w.jobs, "jobs", 1, "on `how many` system threads")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		w.log = cmd.OutOrStdout()
		return w.run(cmd.Context(), args[0])
	}
	return cmd
}
