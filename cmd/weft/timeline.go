package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"weft"
	"weft/timeline"
)

// A timelineFlag says where a timeline of continuations goes.
type timelineFlag struct {
	path     string
	recorder *timeline.Recorder
	file     *os.File
}

func (t *timelineFlag) define(f *pflag.FlagSet) {
	f.StringVar(&t.path, "timeline", "",
		"write to `FILE` a page of the program's continuations over time; one that ends in .json is for Perfetto")
}

// configure lets a recorder hear of continuations, if a timeline is wanted.
func (t *timelineFlag) configure(c weft.Config) weft.Config {
	if t.path == "" {
		return c
	}
	t.recorder = timeline.NewRecorder(0)
	return c.WithContinuationListener(t.recorder.Hear)
}

// create makes the file: that it cannot be is known before the program runs.
func (t *timelineFlag) create() (err error) {
	if t.path != "" {
		t.file, err = os.Create(t.path)
	}
	return err
}

// write writes the timeline, however the program has ended.
func (t *timelineFlag) write() error {
	if t.file == nil {
		return nil
	}
	form := t.recorder.WriteHTML
	if filepath.Ext(t.path) == ".json" {
		form = t.recorder.WriteTrace
	}
	return errors.Join(form(t.file), t.file.Close())
}
