package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"weft/bench/job"
)

// A Program is how a program is started.
type Program struct {
	// Args are its arguments, the first of which is its name.
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	// Root, if it is not "", is a folder of this machine. The program may read it as /, and starts in
	// [Folder] of it, which it learns from the environment variable PWD.
	Root string
}

// Folder is where a program that has files starts: deep enough that it can look for files at ../.. and still
// be within its root.
const Folder = "src/here"

// Programs executes a job that runs programs, with the arguments in j.Export. Their
// input is the file beside the program with the suffix .stdin, their files are the folder
// with the suffix .files, if there are such. run
// returns the peak of memory in KiB, or 0 for that of this process.
func Programs(j job.Job, result *job.Result, run func(Program) (int64, error)) error {
	beside := strings.TrimSuffix(j.Program, ".wasm")
	stdin, err := os.ReadFile(beside + ".stdin")
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	p := Program{Args: append([]string{"program"}, strings.Fields(j.Export)...)}
	if info, err := os.Stat(filepath.Join(beside+".files", filepath.FromSlash(Folder))); err == nil && info.IsDir() {
		p.Root = beside + ".files"
	}
	if j.Mode == job.Benchmark {
		return benchmark(result, p, run)
	}
	return Ladder(j, result, func(n int64) (job.Sample, error) {
		hash := sha256.New()
		var peak int64
		p.Stdout = hash
		for range n {
			p.Stdin = bytes.NewReader(stdin)
			kb, err := run(p)
			if err != nil {
				return job.Sample{}, err
			}
			peak = max(peak, kb)
		}
		return job.Sample{Value: hex.EncodeToString(hash.Sum(nil)[:8]), PeakKB: peak}, nil
	})
}

// benchmark runs a program that measures itself, and keeps what it writes.
func benchmark(result *job.Result, p Program, run func(Program) (int64, error)) error {
	once := job.Job{Sizes: []int64{1}}
	return Ladder(once, result, func(int64) (job.Sample, error) {
		var output strings.Builder
		p.Stdin, p.Stdout = strings.NewReader(""), &output
		kb, err := run(p)
		result.Output = output.String()
		if err != nil {
			// Failures of Go's tests are on the standard output.
			err = fmt.Errorf("%w: the program wrote %q", err, result.Output[:min(300, len(result.Output))])
		}
		return job.Sample{PeakKB: kb}, err
	})
}
