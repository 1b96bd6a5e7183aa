package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"weft"
)

// writtenProfile writes a profile and reads it with pprof's own library.
func writtenProfile(t *testing.T, samples []weft.CPUSample, module string) *profile.Profile {
	t.Helper()
	var b bytes.Buffer
	info := weft.ProfileInfo{Module: module, Interval: sampleInterval, Start: time.Unix(5, 0), Duration: time.Minute}
	if err := weft.WriteProfile(&b, samples, info); err != nil {
		t.Fatal(err)
	}
	read, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.CheckValid(); err != nil {
		t.Fatal(err)
	}
	return read
}

// TestMakeProfile checks the form of samples whose frames have names, or none, and places in the text.
func TestMakeProfile(t *testing.T) {
	inner := weft.Frame{FuncName: "inner", FuncIndex: 1, Offset: 10}
	outer := weft.Frame{Module: "m", FuncIndex: 2, Offset: 20}
	outer.Position.Line, outer.Position.Column = 7, 3
	read := writtenProfile(t, []weft.CPUSample{
		{Stack: weft.StackTrace{Frames: []weft.Frame{inner, outer}}, Count: 3},
		{Stack: weft.StackTrace{Frames: []weft.Frame{outer}}, Count: 1},
	}, "m.wasm")
	if m := read.Mapping[0]; m.File != "m.wasm" || !m.HasFunctions || !m.HasInlineFrames || read.TimeNanos != 5e9 ||
		read.DurationNanos != int64(time.Minute) || read.Period != sampleInterval.Nanoseconds() || read.PeriodType.Type != "cpu" ||
		read.SampleType[0].Unit != "count" || read.SampleType[1].Unit != "nanoseconds" {
		t.Errorf("the profile is\n%s", read)
	}
	if len(read.Sample) != 2 || len(read.Location) != 2 || len(read.Function) != 2 {
		t.Fatalf("the profile is\n%s", read)
	}
	s := read.Sample[0]
	if s.Value[0] != 3 || s.Value[1] != 3*sampleInterval.Nanoseconds() {
		t.Errorf("the values are %d", s.Value)
	}
	if line := s.Location[0].Line[0]; line.Function.Name != "inner" || s.Location[0].Address != 10 {
		t.Errorf("the inner call is %+v", line)
	}
	if line := s.Location[1].Line[0]; line.Function.Name != "m.func[2]" || line.Line != 7 || line.Column != 3 {
		t.Errorf("the outer call is %+v", line)
	}
}

// TestMakeProfileInlined checks that functions which the compiler has inlined have lines of their own. The
// stack is that of a trap.
func TestMakeProfileInlined(t *testing.T) {
	source, err := os.ReadFile("../../internal/dwarf/testdata/divide-dwarf5-O2.wasm")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := weft.NewEngine(weft.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	module, err := engine.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.NewStore(weft.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	instance, err := weft.NewLinker(store).Instantiate(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	var trap *weft.Trap
	if _, err := instance.Func("outer").Call(context.Background(), weft.I32(3), weft.I32(0)); !errors.As(err, &trap) {
		t.Fatalf("outer: %v", err)
	}
	made := writtenProfile(t, []weft.CPUSample{{Stack: trap.Stack, Count: 1}}, "divide.wasm")
	var names []string
	for _, l := range made.Sample[0].Location {
		for _, line := range l.Line {
			names = append(names, line.Function.Name)
			if file := filepath.Base(line.Function.Filename); file != "divide.c" || line.Line == 0 {
				t.Errorf("%s is in %s:%d", line.Function.Name, file, line.Line)
			}
		}
	}
	if got := strings.Join(names, " "); got != "divide twice middle outer" {
		t.Errorf("the functions are %s", got)
	}
}
