// Package golang has the workloads of stack switching in Go: with goroutines and
// channels, and with iter.Pull.
package golang

import (
	"maps"
	"slices"

	"weft/bench/workload"
)

// A Func is a workload: it takes a size.
type Func func(n int64) int64

var programs = map[workload.Variant]map[string]Func{
	workload.Goroutines: {
		"c10m":      c10m,
		"create":    create,
		"sieve":     sieve,
		"skynet":    skynet,
		"generator": generator,
		"treewalk":  treewalk,
		"deep":      deep,
		"pingpong":  pingpong,
		"cancel":    cancel,
		"alive":     alive,

		"gostacks":             gostacks,
		"gostacks-deep":        gostacksDeep,
		"gostacks-memory":      gostacks,
		"gostacks-deep-memory": gostacksDeep,
	},
	workload.Iterators: {
		"c10m":      pullC10m,
		"generator": pullGenerator,
		"treewalk":  pullTreewalk,
		"deep":      pullDeep,
		"alive":     pullAlive,
	},
}

// Names returns the workloads that a variant has.
func Names(v workload.Variant) []string { return slices.Sorted(maps.Keys(programs[v])) }

// Program returns a workload; nil if there is none.
func Program(v workload.Variant, name string) Func { return programs[v][name] }
