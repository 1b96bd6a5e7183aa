package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"weft/explore"
)

// A worker runs tasks, one after the other.
type worker struct {
	name  string
	jobs  int
	log   io.Writer
	queue *queue
}

func defaultName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// run works until the search is over, or its server has been away for a while, or the context ends.
func (w *worker) run(ctx context.Context, url string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := nats.Connect(url, nats.Name(w.name), nats.ReconnectWait(time.Second), nats.MaxReconnects(10),
		nats.ClosedHandler(func(*nats.Conn) { cancel() }))
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Subscribe(doneSubject, func(*nats.Msg) { cancel() }); err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	if w.queue, err = joinQueue(ctx, js); err != nil {
		return err
	}
	for ctx.Err() == nil {
		// One at a time, only when there is time for it: a task that was fetched ahead would wait here without a sign
		// of life, and be delivered to somebody else.
		message, err := w.queue.tasks.Next(jetstream.FetchMaxWait(time.Second))
		if errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages) {
			continue
		}
		if err == nil {
			err = w.handle(ctx, message)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// handle does what a message says. It is acknowledged last: if the worker dies anywhere before, another one gets it.
func (w *worker) handle(ctx context.Context, message jetstream.Msg) error {
	var t task
	if err := json.Unmarshal(message.Data(), &t); err != nil {
		return errors.Join(err, message.Term())
	}
	meta, err := message.Metadata()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.log, "shard %s, delivery %d\n", t.Shard, meta.NumDelivered)
	_, err = w.queue.reports.Get(ctx, key(t.Shard))
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		source, err := w.queue.programs.GetBytes(ctx, t.Program)
		if err != nil {
			return err
		}
		r := w.runAlive(ctx, &t, source, message)
		if ctx.Err() != nil {
			return message.Nak() // a search ends with its context, and its report is not that of the shard
		}
		if err := w.report(ctx, &t, r); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	fmt.Fprintf(w.log, "shard %s is done\n", t.Shard)
	return message.Ack()
}

// runAlive runs a task, and meanwhile tells the server that the worker lives.
func (w *worker) runAlive(ctx context.Context, t *task, source []byte, message jetstream.Msg) *result {
	beat := time.NewTicker(w.queue.tasks.CachedInfo().Config.AckWait / 3)
	defer beat.Stop()
	done := make(chan *result)
	go func() { done <- w.runTask(ctx, t, source) }()
	for {
		select {
		case r := <-done:
			return r
		case <-beat.C:
			// If that fails, the task may go to another worker, too. Then the first report counts.
			if err := message.InProgress(); err != nil {
				fmt.Fprintf(w.log, "shard %s: %v\n", t.Shard, err)
			}
		}
	}
}

// runTask runs a task. What prevents that would prevent it everywhere.
func (w *worker) runTask(ctx context.Context, t *task, source []byte) *result {
	config, err := t.config()
	if err != nil {
		return &result{Worker: w.name, Error: err.Error()}
	}
	config.Jobs = w.jobs
	report, err := explore.Run(ctx, source, config)
	if err != nil {
		return &result{Worker: w.name, Error: err.Error()}
	}
	report.Trace = nil // it may be long; the coordinator makes it again from the string
	return &result{Worker: w.name, Report: report}
}

// report writes a result where there is none for the shard: of two workers that had it the second one finds the key
// taken, and that is well.
func (w *worker) report(ctx context.Context, t *task, r *result) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.queue.reports.Create(ctx, key(t.Shard), value)
	if errors.Is(err, jetstream.ErrKeyExists) {
		return nil
	}
	return err
}
