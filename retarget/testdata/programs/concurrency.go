// Goroutines that wait for each other in every way there is.
package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	fmt.Println("sieve", sieve(30))
	fmt.Println("workers", workers())
	fmt.Println("select", selects())
	fmt.Println("timers", timers())
	fmt.Println("locks", locks())
	fmt.Println("context", contexts())
	fmt.Println("turns", turns())
	fmt.Println("many", many(20000))
	fmt.Println("locked", lockedThread())
}

// sieve passes numbers through a chain of filters that grows.
func sieve(n int) (primes []int) {
	in := make(chan int)
	go func() {
		for i := 2; ; i++ {
			in <- i
		}
	}()
	for range n {
		p := <-in
		primes = append(primes, p)
		out := make(chan int)
		go func(in <-chan int) {
			for v := range in {
				if v%p != 0 {
					out <- v
				}
			}
		}(in)
		in = out
	}
	return primes
}

func workers() int {
	jobs, results := make(chan int, 3), make(chan int)
	var wg sync.WaitGroup
	for w := range 7 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range jobs {
				if j%5 == w%5 {
					runtime.Gosched()
				}
				results <- j * j
			}
		}()
	}
	go func() {
		for j := range 500 {
			jobs <- j
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	sum := 0
	for r := range results {
		sum += r
	}
	return sum
}

func selects() (log []string) {
	a, b, quit := make(chan int), make(chan string), make(chan bool)
	go func() {
		for i := range 3 {
			a <- i
		}
		b <- "b"
		close(quit)
	}()
	var none chan int
	for {
		select {
		case v := <-a:
			log = append(log, fmt.Sprint(v))
		case s := <-b:
			log = append(log, s)
		case none <- 1:
			log = append(log, "never")
		case _, open := <-quit:
			log = append(log, fmt.Sprint(open))
			select {
			case <-none:
			default:
				return append(log, "default")
			}
		}
	}
}

func timers() (log []string) {
	var mu sync.Mutex
	add := func(s string) { mu.Lock(); log = append(log, s); mu.Unlock() }
	done := make(chan bool)
	time.AfterFunc(30*time.Millisecond, func() { add("after 30"); close(done) })
	stopped := time.AfterFunc(5*time.Millisecond, func() { add("never") })
	stopped.Stop()
	tick := time.NewTicker(4 * time.Millisecond)
	n := 0
	for range tick.C {
		if n++; n == 3 {
			tick.Stop()
			break
		}
	}
	add(fmt.Sprint(n, " ticks"))
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		add("too late")
	}
	sort.Strings(log)
	return log
}

func locks() []int {
	var mu sync.RWMutex
	var once sync.Once
	cond := sync.NewCond(&sync.Mutex{})
	var counter atomic.Int64
	m, ready := map[int]int{}, 0
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			cond.L.Lock()
			for ready == 0 {
				cond.Wait()
			}
			cond.L.Unlock()
			once.Do(func() { counter.Add(1000) })
			for k := range 20 {
				mu.Lock()
				m[k%7] += i
				mu.Unlock()
				mu.RLock()
				counter.Add(int64(m[k%7] & 1 * 0))
				mu.RUnlock()
				if k%6 == 0 {
					runtime.Gosched()
				}
			}
		}()
	}
	runtime.Gosched()
	cond.L.Lock()
	ready = 1
	cond.Broadcast()
	cond.L.Unlock()
	wg.Wait()
	var all []int
	for k, v := range m {
		all = append(all, k*100000+v)
	}
	sort.Ints(all)
	return append(all, int(counter.Load()))
}

func contexts() (log []error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	child, stop := context.WithTimeout(ctx, time.Hour)
	defer stop()
	errs := make(chan error)
	go func() { <-child.Done(); errs <- context.Cause(child) }()
	cancel(errors.New("why"))
	log = append(log, <-errs)
	short, stop2 := context.WithTimeout(context.Background(), time.Millisecond)
	defer stop2()
	<-short.Done()
	return append(log, short.Err())
}

// turns lets two goroutines take turns at a depth that makes their stacks grow.
func turns() int {
	a, b := make(chan int), make(chan int)
	var at func(depth int, f func() int) int
	at = func(depth int, f func() int) int {
		var pad [40]int
		pad[depth%40] = depth
		if depth == 0 {
			return f()
		}
		return at(depth-1, f) + pad[depth%40] - depth
	}
	go at(200, func() int {
		for v := range a {
			b <- v + 1
		}
		close(b)
		return 0
	})
	return at(100, func() int {
		sum := 0
		for i := range 2000 {
			a <- i
			sum += <-b
		}
		close(a)
		<-b
		return sum
	})
}

func many(n int) int {
	start, out := make(chan bool), make(chan int, 10)
	for i := range n {
		go func() {
			<-start
			out <- i
		}()
	}
	close(start)
	sum := 0
	for range n {
		sum += <-out
	}
	return sum
}

// lockedThread ends a goroutine that has locked its thread.
func lockedThread() string {
	done := make(chan string)
	go func() {
		runtime.LockOSThread()
		done <- "sent"
	}()
	return <-done
}
