package main

import "runtime"

// goroutines are programs about switching between goroutines. Those called deep do it below
// frames that a switch has to leave and to come back to.
var goroutines = []program{
	{"gosched", 2 * switches, func() uint64 { return gosched(0) }},
	{"gosched-deep", 2 * switches, func() uint64 { return gosched(deep) }},
	{"channels", trips, func() uint64 { return pingPong(0) }},
	{"channels-deep", trips, func() uint64 { return pingPong(deep) }},
	{"spawn", spawned, spawn},
	{"parked", parked, park},
}

const (
	switches = 200_000
	trips    = 100_000
	spawned  = 100_000
	parked   = 20_000
	deep     = 20
)

// below calls f with depth frames between the caller and f.
//
//go:noinline
func below(depth int, f func() uint64) uint64 {
	if depth == 0 {
		return f()
	}
	return below(depth-1, f) + 1
}

// gosched lets two goroutines take turns.
func gosched(depth int) uint64 {
	yield := func() uint64 {
		for range switches {
			runtime.Gosched()
		}
		return switches
	}
	done := make(chan uint64)
	go func() { done <- below(depth, yield) }()
	sum := below(depth, yield)
	return sum + <-done
}

// pingPong sends numbers to a goroutine which sends them back, changed.
func pingPong(depth int) uint64 {
	ping, pong := make(chan uint64), make(chan uint64)
	go below(depth, func() uint64 {
		for n := range ping {
			pong <- 2 * n
		}
		close(pong)
		return 0
	})
	sum := below(depth, func() (sum uint64) {
		for n := range uint64(trips) {
			ping <- n
			sum += <-pong
		}
		return sum
	})
	close(ping)
	<-pong
	return sum
}

// spawn starts goroutines and waits for the end of each.
func spawn() uint64 {
	done := make(chan uint64)
	sum := uint64(0)
	for i := range uint64(spawned) {
		go func() { done <- i * i }()
		sum += <-done
	}
	return sum
}

// park starts many goroutines that wait, and then lets all of them end.
func park() uint64 {
	start := make(chan struct{})
	done := make(chan uint64, 100)
	for i := range uint64(parked) {
		go func() {
			<-start
			done <- i * i
		}()
	}
	runtime.Gosched() // they are waiting
	close(start)
	sum := uint64(0)
	for range parked {
		sum += <-done
	}
	return sum
}
