package main

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"weft/explore"
)

// join makes a worker of the test itself, which takes messages as it likes.
func join(t *testing.T, url string) *worker {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	q, err := joinQueue(context.Background(), js)
	if err != nil {
		t.Fatal(err)
	}
	return &worker{name: "test", jobs: 1, log: io.Discard, queue: q}
}

// fetch takes a message, and what it says.
func fetch(t *testing.T, w *worker) (jetstream.Msg, *task) {
	t.Helper()
	message, err := w.queue.tasks.Next()
	if err != nil {
		t.Fatal(err)
	}
	var told task
	if err := json.Unmarshal(message.Data(), &told); err != nil {
		t.Fatal(err)
	}
	return message, &told
}

// TestReportedTwice has a worker die between its report and its acknowledgement. The task is delivered again, but only
// the first report counts, also against that of a worker which has not seen it.
func TestReportedTwice(t *testing.T) {
	coordinator, url, out := begin(t, "--shards", "2", "--schedules", "3000", "--strategies", "random,deviations")
	w := join(t, url)
	message, told := fetch(t, w)
	shard, err := explore.ParseShard(told.Shard)
	if err != nil {
		t.Fatal(err)
	}
	first := w.runTask(context.Background(), told, readProgram(t))
	if first.Error != "" {
		t.Fatal(first.Error)
	}
	second := *first.Report
	first.Report.Schedules = 7 // by which it is known
	for _, r := range []*result{first, {Worker: "late", Report: &second}} {
		if err := w.report(context.Background(), told, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := message.Nak(); err != nil { // the same as silence, but sooner
		t.Fatal(err)
	}
	other := start(t, nil, "work", url, "--name", "other")
	log, err := other.rest()
	if err != nil {
		t.Error(err)
	}
	if again := "shard " + told.Shard + ", delivery 2"; !slices.Contains(log, again) {
		t.Errorf("the other worker has not got %q:\n%s", again, strings.Join(log, "\n"))
	}
	s := coordinator.end(t, out)
	checkSummary(t, s, 2)
	if n := s.Shards[shard.Number-1].Schedules; n != 7 {
		t.Errorf("the report of %v has %d schedules: it is not the first one", shard, n)
	}
}

// TestGivenUp has no worker bring a shard to an end: the search ends without it, and says so.
func TestGivenUp(t *testing.T) {
	coordinator, url, out := begin(t, "--shards", "2", "--schedules", "3000", "--strategies", "random,deviations")
	w := join(t, url)
	for refused := 0; refused < mostDeliveries; {
		message, told := fetch(t, w)
		if told.Shard != "1/2" {
			if err := w.handle(context.Background(), message); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := message.Nak(); err != nil {
			t.Fatal(err)
		}
		refused++
	}
	// The server says that a task was delivered too often when somebody asks for one.
	other := start(t, nil, "work", url)
	if log, err := other.rest(); err != nil || len(log) > 0 {
		t.Errorf("another worker: %v, %q", err, log)
	}
	s := coordinator.end(t, out)
	if !slices.Equal(s.Report.Missing, []int{1}) || len(s.Shards) != 1 || s.Report.Complete != -1 {
		t.Errorf("missing %v, complete %d, %d shards", s.Report.Missing, s.Report.Complete, len(s.Shards))
	}
}
