// Functions for the host, which may call back while they run.
package main

import (
	"fmt"
	"runtime"
	"time"
)

// back calls the host, which calls nested.
//
//go:wasmimport env back
func back(n int32) int32

//go:wasmexport add
func add(a int32, b int64, c float32, d float64) float64 {
	return float64(a) + float64(b) + float64(c) + d
}

//go:wasmexport nothing
func nothing() {}

// sleep waits for another goroutine.
//
//go:wasmexport sleep
func sleep(n int32) int32 {
	done := make(chan int32)
	go func() {
		time.Sleep(time.Millisecond)
		done <- 2 * n
	}()
	return <-done
}

var sent = make(chan int32)

// nested waits, before and after it has called the host.
//
//go:wasmexport nested
func nested(n int32) int32 {
	if n == 0 {
		runtime.Gosched()
		return 1
	}
	go func() { sent <- n }()
	runtime.Gosched()
	r := back(n - 1)
	return 10*r + <-sent
}

//go:wasmexport recovers
func recovers(n int32) (r int64) {
	defer func() {
		recover()
		r += int64(n)
	}()
	var a []int
	return int64(a[n])
}

//go:wasmexport grows
func grows(n int32) int32 {
	var a [100]int32
	if n == 0 {
		runtime.GC()
		return 0
	}
	a[n%100] = n
	return grows(n-1) + a[n%100] - n + 1
}

var ticks int32

func init() {
	go func() {
		for {
			ticks++
			time.Sleep(time.Microsecond)
		}
	}()
}

// background reports whether a goroutine that was made before goes on.
//
//go:wasmexport background
func background() bool {
	was := ticks
	time.Sleep(5 * time.Millisecond)
	return ticks > was
}

func main() { fmt.Println("main", sleep(4), nested(3), recovers(2), grows(1000), background()) }
