// Many goroutines, more than there could be at once, and the collector beside them.
package main

import "runtime"

type node struct {
	value int
	next  *node
}

func main() {
	// They live at once.
	start, results := make(chan bool), make(chan int)
	for i := range 1000 {
		go func() {
			list := &node{value: i}
			<-start
			list.next = &node{value: 1}
			runtime.Gosched()
			results <- list.value + list.next.value
		}()
	}
	runtime.Gosched()
	runtime.GC()
	close(start)
	sum := 0
	for range 1000 {
		sum += <-results
	}
	println(sum)
	// One after the other.
	sum = 0
	for i := range 20000 {
		go func() { results <- deep(i%50, i) }()
		sum += <-results
	}
	runtime.GC()
	println(sum)
}

//go:noinline
func deep(depth, value int) int {
	var kept [4]int
	kept[value%4] = value
	if depth == 0 {
		runtime.Gosched()
		return kept[value%4]
	}
	value = deep(depth-1, value)
	return value + kept[3]
}
