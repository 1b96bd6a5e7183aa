package measure

import (
	"testing"
	"time"

	"weft/bench/job"
	"weft/bench/workload"
)

func TestSummarize(t *testing.T) {
	for _, test := range []struct {
		figures []float64
		want    Summary
	}{
		{nil, Summary{}},
		{[]float64{7}, Summary{7, 7, 7, 1}},
		{[]float64{4, 1, 3, 2}, Summary{2.5, 1.75, 3.25, 4}},
		{[]float64{5, 1, 2, 4, 3}, Summary{3, 2, 4, 5}},
	} {
		if got := Summarize(test.figures); got != test.want {
			t.Errorf("Summarize(%v) = %v; want %v", test.figures, got, test.want)
		}
	}
}

func TestFigures(t *testing.T) {
	cell := &Cell{
		// The runs with the smaller size do not count.
		Samples: []job.Sample{{Size: 10, Time: 1000}, {Size: 100, Time: 2000}, {Size: 100, Time: 4000}},
		Steps:   []job.Sample{{Size: 10, PeakKB: 100}, {Size: 1000, PeakKB: 1090}},
		Process: []time.Duration{9, 5, 7},
	}
	two := func(n int64) int64 { return 2 * n }
	for _, test := range []struct {
		about string
		w     workload.Workload
		want  float64
	}{
		{"time for a unit", workload.Workload{}, 30},
		{"units other than the size", workload.Workload{Ops: two}, 15},
		{"bytes for a unit", workload.Workload{Memory: true}, 1024},
		{"processes but the first", workload.Workload{Process: true}, 6},
	} {
		if got := cell.Figures(&test.w).Median; got != test.want {
			t.Errorf("%s: %v; want %v", test.about, got, test.want)
		}
	}
}

func TestCheck(t *testing.T) {
	w := &workload.Workload{Want: func(n int64) int64 { return n + 1 }}
	right := &job.Result{Steps: []job.Sample{{Size: 1, Value: "2"}}, Runs: []job.Sample{{Size: 2, Value: "3"}}}
	if err := check(w, right); err != nil {
		t.Error(err)
	}
	wrong := &job.Result{Steps: right.Steps, Runs: []job.Sample{{Size: 2, Value: "4"}}}
	if err := check(w, wrong); err == nil {
		t.Error("a wrong value passes")
	}
}

func TestAgree(t *testing.T) {
	one := func(engine, value string) *task {
		return &task{workload: &workload.Workload{}, cell: &Cell{Engine: engine, Samples: []job.Sample{{Size: 1, Value: value}}}}
	}
	tasks := []*task{one("a", "6"), one("b", "5"), one("c", "5")}
	agree(tasks)
	if tasks[0].cell.Error == "" || tasks[1].cell.Error != "" || tasks[2].cell.Error != "" {
		t.Errorf("errors: %q, %q, %q", tasks[0].cell.Error, tasks[1].cell.Error, tasks[2].cell.Error)
	}
}

func TestRead(t *testing.T) {
	var s Server
	err := s.read(`Running 1s test @ http://localhost:1/
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.20ms    1.07ms  16.14ms   88.41%
  Latency Distribution
     50%  900.00us
     75%    1.51ms
     99%    5.27ms
Requests/sec:  49534.50
`)
	if err != nil || s.Requests[0] != 49534.5 || s.P50[0] != 900_000 || s.P99[0] != 5_270_000 {
		t.Errorf("read %+v, %v", s, err)
	}
	if err := s.read("  Non-2xx or 3xx responses: 3\nRequests/sec: 1.0\n"); err == nil {
		t.Error("failed requests pass")
	}
}
