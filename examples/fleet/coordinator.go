package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"weft/explore"
)

// A coordinator cuts a search into shards, hands them out, and merges what comes back.
type coordinator struct {
	host     string
	port     int
	patience time.Duration
	shards   int
	search   search
	log      io.Writer

	queue     *queue
	sequences map[uint64]string // the shards, by the numbers of their messages
	reports   map[string]*explore.Report
	lost      map[string]bool // shards that no worker brings to an end
}

// run runs the search. If the context ends, or shards are lost, the report is that of the others, and says so.
func (c *coordinator) run(ctx context.Context, source []byte) (*summary, error) {
	if c.shards < 1 || c.search.Schedules < 1 || c.patience < time.Second {
		return nil, errors.New("there must be shards and schedules, and a second of patience")
	}
	if err := c.try(ctx, source); err != nil {
		return nil, err
	}
	server, stop, err := startServer(c.host, c.port)
	if err != nil {
		return nil, err
	}
	defer stop()
	conn, err := nats.Connect("", nats.InProcessServer(server))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := c.handOut(ctx, conn, source); err != nil {
		return nil, err
	}
	fmt.Fprintf(c.log, "to join: fleet work %s\n", server.ClientURL())
	if err := c.collect(ctx, conn); err != nil && ctx.Err() == nil {
		return nil, err
	}
	if err := errors.Join(conn.Publish(doneSubject, nil), conn.Flush()); err != nil {
		return nil, err
	}
	return newSummary(slices.Collect(maps.Values(c.reports)), source, &c.search)
}

// try runs the program once, to refuse here what all workers would refuse.
func (c *coordinator) try(ctx context.Context, source []byte) error {
	t := task{c.search, explore.Shard{Number: 1, Of: c.shards}.String()}
	config, err := t.config()
	if err != nil {
		return err
	}
	config.Schedules, config.KeepFirst = 1, true
	_, err = explore.Run(ctx, source, config)
	return err
}

// handOut puts the program and the tasks on the queue.
func (c *coordinator) handOut(ctx context.Context, conn *nats.Conn, source []byte) error {
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	if c.queue, err = createQueue(ctx, js, c.patience); err != nil {
		return err
	}
	c.search.Program = fmt.Sprintf("%x", sha256.Sum256(source))
	_, err = c.queue.programs.Put(ctx, jetstream.ObjectMeta{Name: c.search.Program}, bytes.NewReader(source))
	if err != nil {
		return fmt.Errorf("the program: %w", err)
	}
	c.sequences, c.reports, c.lost = map[uint64]string{}, map[string]*explore.Report{}, map[string]bool{}
	for n := 1; n <= c.shards; n++ {
		shard := explore.Shard{Number: n, Of: c.shards}.String()
		message, err := json.Marshal(&task{c.search, shard})
		if err != nil {
			return err
		}
		// With its name as the identity of the message, a shard is on the queue once, even if an answer is lost and it
		// is published again.
		ack, err := js.Publish(ctx, taskSubject+key(shard), message, jetstream.WithMsgID(shard))
		if err != nil {
			return fmt.Errorf("shard %s: %w", shard, err)
		}
		c.sequences[ack.Sequence] = shard
	}
	return nil
}

// collect waits until each shard has a report, or is lost.
func (c *coordinator) collect(ctx context.Context, conn *nats.Conn) error {
	lost := make(chan *nats.Msg, c.shards)
	advisories, err := conn.ChanSubscribe(givenUp, lost)
	if err != nil {
		return err
	}
	defer advisories.Unsubscribe()
	watcher, err := c.queue.reports.WatchAll(ctx)
	if err != nil {
		return err
	}
	defer watcher.Stop()
	for len(c.reports)+len(c.lost) < c.shards {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry := <-watcher.Updates():
			if entry == nil {
				continue // behind those that were there when the watch began
			}
			if err := c.take(entry.Value()); err != nil {
				return err
			}
		case m := <-lost:
			if err := c.lose(m.Data); err != nil {
				return err
			}
		}
	}
	return nil
}

// take takes a result.
func (c *coordinator) take(value []byte) error {
	var r result
	if err := json.Unmarshal(value, &r); err != nil {
		return fmt.Errorf("a result: %w", err)
	}
	if r.Error != "" {
		return fmt.Errorf("%s: %s", r.Worker, r.Error)
	}
	shard := r.Report.Shard.String()
	delete(c.lost, shard)
	c.reports[shard] = r.Report
	found := "nothing found"
	if r.Report.Failure != nil {
		found = fmt.Sprintf("%v, in schedule %d", r.Report.Failure, r.Report.Found)
	}
	fmt.Fprintf(c.log, "%d of %d: shard %s by %s: %d schedules, %s\n", len(c.reports), c.shards, shard, r.Worker,
		r.Report.Schedules, found)
	return nil
}

// lose takes the server's word that a task was delivered too often. It may have a report all the same.
func (c *coordinator) lose(advisory []byte) error {
	var a struct {
		Sequence uint64 `json:"stream_seq"`
	}
	if err := json.Unmarshal(advisory, &a); err != nil {
		return fmt.Errorf("an advisory: %w", err)
	}
	shard := c.sequences[a.Sequence]
	if c.reports[shard] == nil && shard != "" {
		c.lost[shard] = true
		fmt.Fprintf(c.log, "shard %s is given up: %d workers had it\n", shard, mostDeliveries)
	}
	return nil
}
