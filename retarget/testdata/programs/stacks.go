// What looks at stacks: growth with pointers into them, tracebacks, the collector, finalizers.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

type node struct {
	next  *node
	value *int
}

// chain links frames by pointers into the stack.
//
//go:noinline
func chain(n int, up *node) int {
	v := n
	here := node{up, &v}
	if n == 0 {
		sum := 0
		for p := &here; p != nil; p = p.next {
			*p.value += 1
			sum += *p.value
		}
		return sum
	}
	r := chain(n-1, &here)
	return r + v - n
}

//go:noinline
func large(n int) int {
	var a [3000]int
	for i := range a {
		a[i] = i * n
	}
	if n == 0 {
		return a[2999]
	}
	return large(n-1) + a[n]
}

type tree struct{ left, right *tree }

func build(d int) *tree {
	if d == 0 {
		return &tree{}
	}
	return &tree{build(d - 1), build(d - 1)}
}

func (t *tree) count() int {
	if t == nil {
		return 0
	}
	return 1 + t.left.count() + t.right.count()
}

// collect runs the collector while goroutines wait with pointers on their stacks.
func collect() int {
	var wg sync.WaitGroup
	go1, sums := make(chan bool), make(chan int, 8)
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t := build(8 + i%3)
			local := [4]*tree{t, t.left, t.right}
			<-go1
			sums <- local[0].count() + local[1].count()
		}()
	}
	for range 5 {
		build(12)
		runtime.GC()
		runtime.Gosched()
	}
	close(go1)
	wg.Wait()
	sum := 0
	for range 8 {
		sum += <-sums
	}
	return sum
}

func finalizers() string {
	finalized := make(chan int, 10)
	func() {
		for i := range 3 {
			n := &node{value: new(int)}
			*n.value = i
			runtime.SetFinalizer(n, func(n *node) { finalized <- *n.value })
		}
	}()
	seen := 0
	for range 50 {
		runtime.GC()
		select {
		case i := <-finalized:
			seen |= 1 << i
		case <-time.After(time.Millisecond):
		}
		if seen == 7 {
			return "all"
		}
	}
	return fmt.Sprint("only ", seen)
}

func callers(depth int) []string {
	if depth > 0 {
		return callers(depth - 1)
	}
	pcs := make([]uintptr, 20)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var names []string
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "main.") {
			names = append(names, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more {
			return names
		}
	}
}

// stack returns a stack trace without what depends on addresses.
func stack(all bool) string {
	b := make([]byte, 1<<16)
	var lines []string
	for _, line := range strings.Split(string(b[:runtime.Stack(b, all)]), "\n") {
		if !strings.HasPrefix(line, "\t") && line != "" {
			name, _, _ := strings.Cut(line, "(0x")
			lines = append(lines, name)
		} else if i := strings.LastIndex(line, ".go:"); i >= 0 {
			file := line[strings.LastIndex(line[:i], "/")+1:]
			lines = append(lines, " "+strings.Fields(file)[0])
		}
	}
	return strings.Join(lines, "|")
}

func waits(c chan bool) {
	c <- true
	<-c
}

func main() {
	fmt.Println(chain(20000, nil))
	fmt.Println(large(60))
	done := make(chan int)
	for i := range 5 {
		go func() { done <- chain(i*3000, nil) + large(i*7) }()
	}
	sum := 0
	for range 5 {
		sum += <-done
	}
	fmt.Println(sum)
	fmt.Println(collect())
	fmt.Println("finalizers:", finalizers())
	fmt.Println(strings.Join(callers(3), "\n"))
	c := make(chan bool)
	go waits(c)
	<-c // It has begun now. The stack of a goroutine that has not does not name its function.
	fmt.Println(strings.Contains(stack(true), "main.waits"))
	mine := stack(false)
	fmt.Println(strings.Contains(mine, "main.stack"), strings.Contains(mine, "main.main"), strings.Contains(string(debug.Stack()), "main.main"))
	c <- true
}
