package explore

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
)

// A TB is what Check needs of a test: a [testing.TB] is one.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Check is for tests: it explores the schedules of a program, and makes the test fail if the program fails in one, or
// has a data race. The schedule is kept in a file below testdata/explore, in a folder named for the test, and from then
// on tried first: so it is found again at once until the program is mended, and never comes back unseen. Those of other
// builds of the program do not fit any more, and are passed over with a note.
func Check(t TB, module []byte, config Config) {
	t.Helper()
	ctx := context.Background()
	dir := filepath.Join("testdata", "explore", strings.ReplaceAll(t.Name(), "/", "_"))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v", err)
		}
		report, err := Replay(ctx, module, strings.TrimSpace(string(text)), config)
		switch {
		case err != nil:
			t.Logf("%s is passed over: %v", file, err)
		case report.Failure != nil:
			t.Errorf("%v\n%s (%s)", report.Failure, report.Schedule, file)
			return
		}
	}
	report, err := Run(ctx, module, config)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if report.Schedules == 0 {
		t.Errorf("no schedule has ended in the time")
	}
	if report.Failure != nil {
		t.Errorf("%v\n%s", report.Failure, report.Schedule)
		if err := keep(dir, report.Schedule); err != nil {
			t.Errorf("the schedule could not be kept: %v", err)
		}
	}
	for i := range report.Races {
		r := &report.Races[i]
		t.Errorf("data race of threads %d and %d at address %#x\n%s\n%s\n%s",
			r.First.Thread, r.Second.Thread, r.Address, r.First.Stack.String(), r.Second.Stack.String(), r.Schedule)
	}
}

// keep writes a schedule to a file named for it.
func keep(dir, schedule string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	name := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(schedule)))
	return os.WriteFile(filepath.Join(dir, name), []byte(schedule+"\n"), 0o666)
}
