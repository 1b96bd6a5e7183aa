package job

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestArgs(t *testing.T) {
	want := Job{Mode: Program, Program: "a b.wasm", Export: "-x y", Target: 1500 * time.Microsecond, Repeat: 3, Sizes: []int64{1, 20}}
	got, err := Parse(want.Args())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Parse(Args()) = %+v, %v; want %+v", got, err, want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, args := range [][]string{
		{"run", "p", "f", "1", "1"},
		{"run", "p", "f", "x", "1", "1"},
		{"run", "p", "f", "1", "x", "1"},
		{"run", "p", "f", "1", "1", "x"},
	} {
		if j, err := Parse(args); err == nil {
			t.Errorf("Parse(%q) = %+v, and no error", args, j)
		}
	}
}

func TestResult(t *testing.T) {
	file := filepath.Join(t.TempDir(), "result.json")
	want := &Result{Compile: 5, Instantiate: 6, Steps: []Sample{{Size: 1, Time: 2, Value: "3", PeakKB: 4}}}
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	got, err := ReadResult(file)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
}
