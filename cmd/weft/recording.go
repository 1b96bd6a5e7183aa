package main

import (
	"encoding/json"
	"fmt"
	"os"

	"weft/threads"
)

// A recording is the file of --record: the schedule of a run, with what the program was given from outside.
type recording struct {
	Schedule string   `json:"schedule"`
	Args     []string `json:"args"`  // the program's, without its name
	Env      []string `json:"env"`   // NAME=VALUE
	Stdin    []byte   `json:"stdin"` // base64
}

// write writes the file of a run.
func (r *recording) write(file string, s *threads.Schedule) error {
	r.Schedule = s.String()
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o666)
}

// readRecording reads what write has written.
func readRecording(file string) (*recording, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &recording{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s is not the file of a run: %w", file, err)
	}
	return r, nil
}
