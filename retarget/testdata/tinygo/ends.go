// The ways in which a program ends: the argument says which.
package main

import (
	"os"
	"runtime"
	"time"
)

func main() {
	defer println("main is deferred")
	go func() {
		defer println("deferred")
		time.Sleep(time.Millisecond)
		end(os.Args[1])
		println("the goroutine has ended")
	}()
	runtime.Gosched()
	println("main waits")
	time.Sleep(10 * time.Millisecond)
	if os.Args[1] != "return" {
		select {}
	}
}

func end(how string) {
	runtime.Gosched()
	switch how {
	case "exit":
		os.Exit(3)
	case "panic":
		panic("the goroutine gives up")
	case "nil":
		var p *int
		println(*p)
	case "index":
		println([]int{1}[len(os.Args)])
	}
}
