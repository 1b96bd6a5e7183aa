package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The names of what the coordinator makes in JetStream.
const (
	taskStream   = "TASKS"    // a message for each shard
	taskSubject  = "tasks."   // with the shard behind it
	taskConsumer = "workers"  // from which all workers take their tasks
	programStore = "PROGRAMS" // objects: what is explored
	reportBucket = "REPORTS"  // keys and values: what the shards have come to
	doneSubject  = "done"     // a message to all workers: the search is over
	givenUp      = "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES." + taskStream + "." + taskConsumer
)

// defaultPatience is how long a worker may be silent. It shows that it lives three times in it.
const defaultPatience = 15 * time.Second

// mostDeliveries is how many workers get a task that none of them brings to an end, as one for which they lack memory.
const mostDeliveries = 5

// A queue has tasks on their way to workers, and reports on their way back.
type queue struct {
	stream   jetstream.JetStream
	tasks    jetstream.Consumer
	programs jetstream.ObjectStore
	reports  jetstream.KeyValue
}

// createQueue makes the queue of a coordinator. A message leaves the stream when a worker acknowledges it; until then
// it is delivered again whenever the worker that has it is silent for too long.
func createQueue(ctx context.Context, js jetstream.JetStream, patience time.Duration) (*queue, error) {
	q := &queue{stream: js}
	_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: taskStream, Subjects: []string{taskSubject + ">"},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage})
	if err != nil {
		return nil, fmt.Errorf("the stream of tasks: %w", err)
	}
	q.tasks, err = js.CreateConsumer(ctx, taskStream, jetstream.ConsumerConfig{Durable: taskConsumer,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: patience, MaxDeliver: mostDeliveries})
	if err != nil {
		return nil, fmt.Errorf("the consumer of tasks: %w", err)
	}
	q.programs, err = js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: programStore})
	if err != nil {
		return nil, fmt.Errorf("the store of programs: %w", err)
	}
	q.reports, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: reportBucket})
	if err != nil {
		return nil, fmt.Errorf("the bucket of reports: %w", err)
	}
	return q, nil
}

// joinQueue finds the queue that a coordinator has made.
func joinQueue(ctx context.Context, js jetstream.JetStream) (*queue, error) {
	q := &queue{stream: js}
	var errs [3]error
	q.tasks, errs[0] = js.Consumer(ctx, taskStream, taskConsumer)
	q.programs, errs[1] = js.ObjectStore(ctx, programStore)
	q.reports, errs[2] = js.KeyValue(ctx, reportBucket)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("there is no search: %w", err)
	}
	return q, nil
}

// key names a shard where "/" has a meaning, or may not be: in subjects and keys.
func key(shard string) string { return strings.ReplaceAll(shard, "/", "-of-") }
