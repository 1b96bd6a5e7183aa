// Channels, select, timers and locks.
package main

import (
	"fmt"
	"sort"
	"sync"
	"time"
)

func main() {
	pipeline()
	locks()
	timers()
	nested()
}

// pipeline is a sieve of goroutines.
func pipeline() {
	in := make(chan int)
	go func() {
		for i := 2; ; i++ {
			in <- i
		}
	}()
	for range 30 {
		prime := <-in
		fmt.Print(prime, " ")
		from, to := in, make(chan int)
		go func() {
			for i := range from {
				if i%prime != 0 {
					to <- i
				}
			}
		}()
		in = to
	}
	fmt.Println()
}

func locks() {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		once  sync.Once
		sums  = map[int]int{}
		lines []string
	)
	done := make(chan string, 3)
	for i := range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range 10 {
				mu.Lock()
				time.Sleep(time.Microsecond)
				sums[i] += j * i
				mu.Unlock()
			}
			once.Do(func() { time.Sleep(time.Millisecond); done <- "once" })
			done <- fmt.Sprint(i, "=", sums[i])
		}()
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	for line := range done {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	fmt.Println(lines)
}

func timers() {
	ticker := time.NewTicker(time.Millisecond)
	quit, done := make(chan bool), time.After(20*time.Millisecond)
	go func() {
		time.Sleep(5 * time.Millisecond)
		close(quit)
	}()
	for ticks := 0; ; {
		select {
		case <-ticker.C:
			ticks++
			continue
		case <-quit:
			quit = nil
			fmt.Println("quit", ticks > 1)
			continue
		case <-done:
			fmt.Println("done", ticks > 10)
		}
		break
	}
	ticker.Stop()
	after := make(chan string)
	time.AfterFunc(time.Millisecond, func() { after <- "after" })
	fmt.Println(<-after)
	select {
	case <-after:
	default:
		fmt.Println("nothing")
	}
}

// nested has goroutines that make goroutines and wait for them, deep in calls.
func nested() {
	var tree func(depth int) int
	tree = func(depth int) int {
		if depth == 0 {
			return 1
		}
		c := make(chan int)
		for range 3 {
			go func() { c <- tree(depth - 1) }()
		}
		return <-c + <-c + <-c
	}
	fmt.Println(tree(5))
}
