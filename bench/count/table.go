package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"weft/bench/workload"
)

// A table has the figures of a group of workloads.
type table struct {
	group   workload.Group
	variant workload.Variant
	// size is what they run with; 0 is their smallest.
	size int64
	// peers tells that other engines run the same modules.
	peers bool
	rows  []row
}

// A row has the instructions of a workload, for each target; 0 if that does not run it.
type row struct {
	name     string
	workload *workload.Workload
	executed counts
}

// counts are by target.
type counts [targets]int64

// add adds the row of a workload, if it is of the group.
func (b *table) add(ctx context.Context, e *emulator, w *workload.Workload) error {
	if w.Group != b.group {
		return nil
	}
	e.box.Progress(w.Name)
	executed, err := b.count(ctx, e, w, b.sizeOf(w))
	b.rows = append(b.rows, row{w.Name, w, executed})
	return err
}

func (b *table) sizeOf(w *workload.Workload) int64 {
	if b.size != 0 {
		return b.size
	}
	return w.Sizes[0]
}

// count counts for a workload and a size. All targets must compute the same, and what the workload says.
func (b *table) count(ctx context.Context, e *emulator, w *workload.Workload, size int64) (executed counts, err error) {
	want := ""
	if w.Want != nil {
		want = strconv.FormatInt(w.Want(size), 10)
	}
	for t := range targets {
		if t == wazeroARM64 && !b.peers {
			continue
		}
		n, value, err := e.run(ctx, t, w, b.variant, size)
		if err != nil {
			return executed, err
		}
		if want == "" {
			want = value
		}
		if value != want {
			return executed, fmt.Errorf("%s computes %s with size %d, not %s", emulations[t].name, value, size, want)
		}
		executed[t] = n
	}
	return executed, nil
}

// addPair adds what one value more costs the workload generator, if the table has that: a resume, a suspension, and the
// loops around them.
func (b *table) addPair(ctx context.Context, e *emulator) error {
	i := slices.IndexFunc(b.rows, func(r row) bool { return r.name == "generator" })
	if i < 0 {
		return nil
	}
	w := b.rows[i].workload
	size := b.sizeOf(w)
	executed, err := b.count(ctx, e, w, 2*size)
	for t := range executed {
		executed[t] = (executed[t] - b.rows[i].executed[t] + size/2) / size
	}
	b.rows = append(b.rows, row{"a resume and a suspension", w, executed})
	return err
}

// print writes the table, if it has rows.
func (b *table) print(out io.Writer) {
	if len(b.rows) == 0 {
		return
	}
	fmt.Fprintf(out, "\n| %s | amd64 | arm64 | ratio to amd64 |", b.group)
	if b.peers {
		fmt.Fprint(out, " wazero, arm64 | ratio to wazero |\n|---|--:|--:|--:|--:|--:|\n")
	} else {
		fmt.Fprint(out, "\n|---|--:|--:|--:|\n")
	}
	for i := range b.rows {
		r := &b.rows[i]
		fmt.Fprintf(out, "| %s | %d | %d | %.2f |", r.name, r.executed[weftAMD64], r.executed[weftARM64], r.ratio(weftAMD64))
		if b.peers {
			fmt.Fprintf(out, " %d | %.2f |", r.executed[wazeroARM64], r.ratio(wazeroARM64))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "| geometric mean | | | %.2f |", b.mean(weftAMD64))
	if b.peers {
		fmt.Fprintf(out, " | %.2f |", b.mean(wazeroARM64))
	}
	fmt.Fprintln(out)
}

// ratio is that of Weft's code for arm64 to another's.
func (r *row) ratio(to target) float64 {
	return float64(r.executed[weftARM64]) / float64(r.executed[to])
}

// mean is the geometric mean of the ratios.
func (b *table) mean(to target) float64 {
	sum := 0.0
	for i := range b.rows {
		sum += math.Log(b.rows[i].ratio(to))
	}
	return math.Exp(sum / float64(len(b.rows)))
}
