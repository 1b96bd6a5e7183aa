package job

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestMeasured(t *testing.T) {
	const output = `goos: wasip1
goarch: wasm
cpu: some processor
BenchmarkName/part   	     100	      1500.5 ns/op	  67.00 MB/s
BenchmarkName/part   	     100	      2000 ns/op
checksum 5
PASS
`
	got, err := Measured(output)
	want := []Sample{
		{Size: 100, Time: 150050 * time.Nanosecond, Value: "checksum 5; PASS"},
		{Size: 100, Time: 200 * time.Microsecond, Value: "checksum 5; PASS"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Measured = %+v, %v; want %+v", got, err, want)
	}
}

func TestMeasuredErrors(t *testing.T) {
	for output, want := range map[string]string{
		"PASS\n": "nothing",
		"BenchmarkA 1 5 ns/op\nBenchmarkB 1 5 ns/op\n": "BenchmarkB",
		"BenchmarkA 1 5 MB/s\n":                        "no line",
		"BenchmarkA\n":                                 "no line",
		"BenchmarkA many 5 ns/op\n":                    "BenchmarkA",
		"BenchmarkA 0 5 ns/op\n":                       "0 operations",
		"BenchmarkA 1 long ns/op\n":                    "BenchmarkA",
	} {
		if runs, err := Measured(output); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Measured(%q) = %+v, %v; want an error with %q", output, runs, err, want)
		}
	}
}
