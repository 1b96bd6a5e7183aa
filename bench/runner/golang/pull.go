package golang

import (
	"iter"
	"math/bits"
)

func pull(produce iter.Seq[int64]) int64 {
	next, stop := iter.Pull(produce)
	defer stop()
	var sum int64
	for {
		v, ok := next()
		if !ok {
			return sum
		}
		sum += v
	}
}

func pullGenerator(n int64) int64 {
	return pull(func(yield func(int64) bool) { numbers(n, yield) })
}

func pullTreewalk(n int64) int64 {
	return pull(func(yield func(int64) bool) { walk(levels, bits.TrailingZeros64(uint64(n)), 0, yield) })
}

func pullDeep(n int64) int64 {
	return pull(func(yield func(int64) bool) { yield(descend(100, n, yield)) })
}

// twice yields a number and its successor.
func twice(v int64) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		_ = yield(v) && yield(v+1)
	}
}

func pullC10m(n int64) int64 {
	var sum int64
	next := make([]func() (int64, bool), alive10k)
	stop := make([]func(), alive10k)
	end := func(at int64) int64 {
		v, _ := next[at]()
		stop[at]()
		return v
	}
	for i := range n {
		at := i % alive10k
		if i >= alive10k {
			sum += end(at)
		}
		next[at], stop[at] = iter.Pull(twice(i))
		v, _ := next[at]()
		sum += v
	}
	for at := range int64(alive10k) {
		sum += end(at)
	}
	return sum
}

func pullAlive(n int64) int64 {
	var sum int64
	next := make([]func() (int64, bool), n)
	stop := make([]func(), n)
	for i := range n {
		next[i], stop[i] = iter.Pull(func(yield func(int64) bool) { _ = yield(i) && yield(1) })
		v, _ := next[i]()
		sum += v
	}
	for i := range next {
		v, _ := next[i]()
		stop[i]()
		sum += v
	}
	return sum
}
