package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"weft/explore"
)

// A summary is what a search has come to.
type summary struct {
	Report *explore.Report   // of the whole
	Shards []*explore.Report // in order
}

// newSummary merges reports. What has come over the network tells a failure by its string; the coordinator, which has
// the program, replays it, so that the report has stacks and the trace, and nobody has to take a worker's word for it.
func newSummary(reports []*explore.Report, source []byte, s *search) (*summary, error) {
	slices.SortFunc(reports, func(a, b *explore.Report) int { return cmp.Compare(a.Shard.Number, b.Shard.Number) })
	if len(reports) == 0 {
		return nil, errors.New("no shard has come to an end")
	}
	merged, err := explore.Merge(reports...)
	if err != nil {
		return nil, err
	}
	if merged.Failure != nil {
		again, err := explore.Replay(context.Background(), source, merged.Schedule, explore.Config{Seed: s.Seed})
		if err != nil {
			return nil, err
		}
		if !merged.Failure.Same(again.Failure) {
			return nil, fmt.Errorf("%s was told to fail with %v, and comes to: %v", merged.Schedule, merged.Failure,
				again.Failure)
		}
		merged.Failure, merged.Trace = again.Failure, again.Trace
	}
	return &summary{merged, reports}, nil
}

// print writes the summary. The error is errFound if the program fails.
func (s *summary) print(w io.Writer, asJSON bool) error {
	if asJSON {
		text, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s\n", text); err != nil {
			return err
		}
	} else {
		if err := s.Report.WriteText(w); err != nil {
			return err
		}
		if len(s.Report.Missing) > 0 {
			fmt.Fprintf(w, "%d shards are missing: %v\n", len(s.Report.Missing), s.Report.Missing)
		}
	}
	if s.Report.Failed() {
		return errFound
	}
	return nil
}
