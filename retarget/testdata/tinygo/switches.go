// How long a switch takes, at several depths; the sums are there to be compared. With an argument it prints the times,
// in hundredths of a nanosecond, the least of many.
package main

import (
	"os"
	"runtime"
	"time"
)

var touched [128]int

//go:noinline
func down(depth, n int) int {
	if depth > 0 {
		least := down(depth-1, n)
		touched[depth]++
		return least
	}
	least := time.Hour
	for range 60 {
		start := time.Now()
		for range n {
			runtime.Gosched()
		}
		least = min(least, time.Since(start))
	}
	return int(least) * 100 / (2 * n)
}

func main() {
	for _, depth := range []int{0, 10, 100} {
		n := 5000
		if depth == 100 {
			n = 1000
		}
		if len(os.Args) < 2 {
			n = 10
		}
		times := make(chan int)
		for range 2 {
			go func() { times <- down(depth, n) }()
		}
		least := min(<-times, <-times)
		sum := 0
		for _, n := range touched {
			sum += n
		}
		println(depth, "calls deep:", sum)
		if len(os.Args) > 1 {
			println(least)
		}
	}
}
