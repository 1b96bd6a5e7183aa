package golang

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
)

// alive10k is how many coroutines of c10m exist at a time.
const alive10k = 10_000

func c10m(n int64) int64 {
	var sum int64
	yielded := make(chan int64)
	resume := make([]chan int64, alive10k)
	for i := range resume {
		resume[i] = make(chan int64)
	}
	end := func(at int64) int64 {
		resume[at] <- 1
		return <-yielded
	}
	for i := range n { // the oldest one makes room for each that comes
		at := i % alive10k
		if i >= alive10k {
			sum += end(at)
		}
		go func() {
			yielded <- i
			yielded <- i + <-resume[at]
		}()
		sum += <-yielded
	}
	for at := range int64(alive10k) {
		sum += end(at)
	}
	return sum
}

func create(n int64) int64 {
	var sum int64
	result := make(chan int64)
	for i := range n {
		go func() { result <- i }()
		sum += <-result
	}
	return sum
}

func sieve(n int64) int64 {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := ctx.Done()
	last := make(chan int64)
	go func(out chan int64) {
		for v := int64(2); ; v++ {
			select {
			case out <- v:
			case <-done:
				return
			}
		}
	}(last)
	var sum int64
	for range n {
		prime := <-last
		sum += prime
		in, out := last, make(chan int64)
		go func() {
			for {
				select {
				case v := <-in:
					if v%prime == 0 {
						continue
					}
					select {
					case out <- v:
					case <-done:
						return
					}
				case <-done:
					return
				}
			}
		}()
		last = out
	}
	return sum
}

func skynet(n int64) int64 {
	result := make(chan int64)
	go node(0, n, result)
	return <-result
}

func node(first, leaves int64, parent chan int64) {
	if leaves == 1 {
		parent <- first
		return
	}
	leaves /= 10
	results := make(chan int64)
	for i := range int64(10) {
		go node(first+i*leaves, leaves, results)
	}
	var sum int64
	for range 10 {
		sum += <-results
	}
	parent <- sum
}

// collect sums what a goroutine yields.
func collect(produce func(yield func(int64) bool)) int64 {
	values := make(chan int64)
	go func() {
		produce(func(v int64) bool { values <- v; return true })
		close(values)
	}()
	var sum int64
	for v := range values {
		sum += v
	}
	return sum
}

func generator(n int64) int64 {
	return collect(func(yield func(int64) bool) { numbers(n, yield) })
}

func treewalk(n int64) int64 {
	return collect(func(yield func(int64) bool) { walk(levels, bits.TrailingZeros64(uint64(n)), 0, yield) })
}

func deep(n int64) int64 {
	return collect(func(yield func(int64) bool) { yield(descend(100, n, yield)) })
}

func pingpong(n int64) int64 {
	var turns int64
	a, b := make(chan int64), make(chan int64)
	player := func(in, out chan int64) {
		for left := range in {
			if left == 0 {
				close(out)
				return
			}
			turns++
			out <- left - 1
		}
	}
	go player(b, a)
	go func() { a <- n }()
	player(a, b)
	return turns
}

func cancel(n int64) int64 {
	var cleaned int64
	done := make(chan struct{})
	for range n {
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			<-ctx.Done()
			cleaned++
			done <- struct{}{}
		}()
		cancel()
		<-done
	}
	return cleaned
}

func alive(n int64) int64 {
	var sum int64
	yielded := make(chan int64)
	resume := make([]chan int64, n)
	for i := range n {
		resume[i] = make(chan int64)
		go func() {
			yielded <- i
			yielded <- <-resume[i]
		}()
		sum += <-yielded
	}
	for i := range n {
		resume[i] <- 1
		sum += <-yielded
	}
	return sum
}

func gostacks(n int64) int64     { return turns(n, 0) }
func gostacksDeep(n int64) int64 { return turns(n, 100) }

// turns lets n goroutines take ten turns each from beneath that many calls.
func turns(n int64, depth int) int64 {
	var sum atomic.Int64
	var wait sync.WaitGroup
	for id := range n {
		wait.Go(func() { sum.Add(turn(id, depth)) })
	}
	wait.Wait()
	return sum.Load()
}

//go:noinline
func turn(id int64, depth int) int64 {
	if depth > 0 {
		return turn(id, depth-1) + 1
	}
	var sum int64
	for range 10 {
		sum += id
		runtime.Gosched()
	}
	return sum
}
