package main

import "weft/explore"

// A search is what all shards have in common.
type search struct {
	Program    string // its name among the programs of the queue
	Schedules  int    // of each shard
	Seed       uint64
	Strategies []string // none for the usual ones
}

// A task is a shard that somebody has to run. It is a message on the queue, as JSON.
type task struct {
	search
	Shard string // as "2/16"
}

// config is how to run the task. A report must be the same whoever makes it, so there is no limit of time in it.
func (t *task) config() (explore.Config, error) {
	shard, err := explore.ParseShard(t.Shard)
	config := explore.Config{Schedules: t.Schedules, Seed: t.Seed, Shard: shard}
	for _, s := range t.Strategies {
		config.Strategies = append(config.Strategies, explore.Strategy(s))
	}
	return config, err
}

// A result is what came of a task: a value among the reports of the queue, as JSON.
type result struct {
	Worker string
	Report *explore.Report `json:",omitempty"`
	Error  string          `json:",omitempty"` // why there is no report, and will be none from other workers either
}
