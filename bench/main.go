// Command bench measures Weft beside what its users would use instead, and writes
// tables and plots. See README.md.
//
//	go run . [-only PATTERN] [-engines PATTERN] [-budget 30m] [-out FOLDER]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"weft/bench/engine"
	"weft/bench/measure"
	"weft/bench/report"
	"weft/bench/tool"
	"weft/bench/workload"
)

// options are the flags.
type options struct {
	only, engines *regexp.Regexp
	budget        time.Duration
	rounds        int
	out           string
	cache         string
	baseline      string
	install       bool
	list          bool
	again         bool
	doc           string
}

func main() {
	var o options
	o.only, o.engines = regexp.MustCompile(""), regexp.MustCompile("")
	pattern := func(to **regexp.Regexp) func(string) error {
		return func(s string) (err error) {
			*to, err = regexp.Compile("(?i)" + s)
			return err
		}
	}
	flag.Func("only", "measure only workloads whose name or group matches this `pattern`", pattern(&o.only))
	flag.Func("engines", "measure only engines whose name matches this `pattern`", pattern(&o.engines))
	flag.DurationVar(&o.budget, "budget", 30*time.Minute, "how long the measurements may take, without installations")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each workload runs in each engine")
	flag.StringVar(&o.out, "out", "results", "the `folder` for the report")
	flag.StringVar(&o.cache, "cache", "", "the `folder` for what is installed and built (default weft-bench in the user's cache)")
	flag.StringVar(&o.baseline, "baseline", "Weft native", "the `engine` to which the others are compared")
	flag.BoolVar(&o.install, "install", true, "install what is missing, with npm and (as root) apt-get")
	flag.BoolVar(&o.list, "list", false, "list the engines and workloads, and measure nothing")
	flag.BoolVar(&o.again, "again", false, "write the report of -out again from its results.json, and measure nothing")
	flag.StringVar(&o.doc, "doc", "", "also write the tables into this Markdown `file`, where it has marks for them")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "bench takes no arguments, only flags: %q\n", flag.Args())
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options) error {
	engines, workloads := o.chosen()
	if o.list {
		for _, e := range engines {
			fmt.Println("engine  ", e.Name())
		}
		for _, w := range workloads {
			fmt.Printf("workload %-12s %s: %s\n", w.Name, w.Group, w.About)
		}
		for _, s := range o.servers() {
			fmt.Println("http    ", s.Name)
		}
		return nil
	}
	if o.again {
		results, err := report.Load(o.out)
		if err != nil {
			return err
		}
		return o.write(results)
	}
	box, err := tool.NewBox(o.cache)
	if err != nil {
		return err
	}
	box.Install = o.install
	box.Progress = func(what string) { fmt.Fprintln(os.Stderr, what) }
	plan := measure.Prepare(ctx, box, engines, workloads)
	for _, e := range plan.Results.Engines {
		if e.Absent != "" {
			fmt.Fprintf(os.Stderr, "absent: %s: %s\n", e.Name, e.Absent)
		}
	}
	servers := o.servers()
	if plan.Tasks() == 0 && len(servers) == 0 {
		return fmt.Errorf("there is nothing to measure")
	}
	load := o.budget / 400 // a server and path in a round
	if plan.Tasks() > 0 {
		rest := o.budget - time.Duration(len(servers)*2*o.rounds)*load
		if err := plan.Run(ctx, plan.Fit(rest, o.rounds), bar(plan.Tasks()*o.rounds)); err != nil {
			return err
		}
	}
	if len(servers) > 0 {
		plan.Results.HTTP = measure.HTTP(ctx, box, servers, o.rounds, load, bar(len(servers)*2*o.rounds))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := o.write(plan.Results); err != nil {
		return err
	}
	failed := 0
	for _, s := range plan.Results.HTTP {
		if s.Error != "" {
			fmt.Fprintf(os.Stderr, "failed: %s at %s: %s\n", s.Name, s.Path, s.Error)
		}
	}
	for _, c := range plan.Results.Cells {
		if c.Error != "" {
			failed++
			fmt.Fprintf(os.Stderr, "failed: %s in %s (%s): %s\n", c.Workload, c.Engine, c.Variant, c.Error)
		}
	}
	fmt.Fprintf(os.Stderr, "%s/report.md: %d results, %d failures\n", o.out, len(plan.Results.Cells)-failed, failed)
	return nil
}

// write writes the report, and the tables of the document if there is one.
func (o *options) write(results *measure.Results) error {
	r := report.New(results, o.baseline)
	if err := r.Write(o.out); err != nil || o.doc == "" {
		return err
	}
	return r.Insert(o.doc)
}

// chosen returns the engines and workloads that the flags choose.
func (o *options) chosen() (engines []engine.Engine, workloads []*workload.Workload) {
	for _, e := range engine.All() {
		if o.engines.MatchString(e.Name()) {
			engines = append(engines, e)
		}
	}
	for _, w := range workload.All() {
		if o.only.MatchString(w.Name) || o.only.MatchString(string(w.Group)) {
			workloads = append(workloads, w)
		}
	}
	return engines, workloads
}

// servers returns the HTTP servers that the flags choose: -only must match "http".
func (o *options) servers() (chosen []engine.Server) {
	for _, s := range engine.Servers() {
		if o.only.MatchString("http") && o.engines.MatchString(s.Name) {
			chosen = append(chosen, s)
		}
	}
	return chosen
}

// bar returns what shows the progress: a bar on a terminal, and otherwise a line now
// and then.
func bar(steps int) func(string) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		b := progressbar.NewOptions(steps, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
		return func(what string) {
			b.Describe(what)
			_ = b.Add(1)
		}
	}
	done, start, last := 0, time.Now(), time.Now()
	return func(what string) {
		done++
		if time.Since(last) > 30*time.Second {
			last = time.Now()
			fmt.Fprintf(os.Stderr, "%d of %d after %s: %s\n", done, steps, time.Since(start).Round(time.Second), what)
		}
	}
}
